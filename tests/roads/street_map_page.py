"""Pages with nothing but a street map, served on loopback, for tests that look at it in a real Chromium."""

from importlib.metadata import distribution
from pathlib import Path

from fastapi import FastAPI, Response
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles

from app.roads import api

STATIC = Path(api.__file__).parents[1] / "web" / "static"
LEAFLET = str(distribution("XStatic-Leaflet").locate_file("xstatic/pkg/leaflet/data"))
PAGE = """<!doctype html><html lang="{language}" dir="{direction}"><meta charset="utf-8">
<link rel="icon" href="data:,"><link rel="stylesheet" href="/static/leaflet/leaflet.css">
<script src="/static/leaflet/leaflet.js"></script><style>body {{ margin: 0 }} #map {{ height: 100vh }}</style>
<div id="map"></div>
<script type="module">{script}</script></html>"""


def map_page(script: str, language: str = "en") -> str:
    """A page whose one element, #map, belongs to a script."""
    return PAGE.format(language=language, direction="rtl" if language == "ar" else "ltr", script=script)


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
