"""Pages with nothing but a street map, served on loopback, for tests that look at it in a real Chromium."""

import shutil
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import distribution
from pathlib import Path

import uvicorn
from fastapi import FastAPI, Response
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles

from app.roads import api

STATIC = Path(api.__file__).parents[1] / "web" / "static"
LEAFLET = str(distribution("XStatic-Leaflet").locate_file("xstatic/pkg/leaflet/data"))
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking")
PAGE = """<!doctype html><html lang="{language}" dir="{direction}"><meta charset="utf-8">
<link rel="icon" href="data:,"><link rel="stylesheet" href="/static/leaflet/leaflet.css">
<script src="/static/leaflet/leaflet.js"></script><style>body {{ margin: 0 }} #map {{ height: 100vh }}</style>
<div id="map"></div>
<script type="module">{script}</script></html>"""


def map_page(script: str, language: str = "en") -> str:
    """A page whose one element, #map, belongs to a script."""
    return PAGE.format(language=language, direction="rtl" if language == "ar" else "ltr", script=script)


@contextmanager
def serving(service: FastAPI) -> Iterator[str]:
    """The application on a free port; yields its address."""
    server = uvicorn.Server(uvicorn.Config(service, log_level="warning"))
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


def map_service(region_folder: Path, pages: dict[str, str], others: api.OtherTilesOut | None = None) -> FastAPI:
    """The base map's API, the page's scripts, and these pages by their paths."""
    service = FastAPI()
    service.include_router(api.router)
    service.dependency_overrides[api.region_folder] = lambda: region_folder
    service.dependency_overrides[api.other_tiles] = lambda: others
    service.mount("/static/leaflet", StaticFiles(directory=LEAFLET))
    service.mount("/static", StaticFiles(directory=STATIC))

    @service.get("/pages/{name}")
    def page(name: str) -> Response:
        return HTMLResponse(pages[name])

    return service
