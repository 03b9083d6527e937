"""The street map in a real Chromium: it paints the city, says whose map it is, and writes texts as texts."""

import shutil
import socket
import threading
import time
from collections.abc import Iterator
from importlib.metadata import distribution
from pathlib import Path

import pytest
import uvicorn
from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles
from playwright.sync_api import Page, sync_playwright

from app.roads import api
from app.roads.region import Region

STATIC = Path(api.__file__).parents[1] / "web" / "static"
LEAFLET = str(distribution("XStatic-Leaflet").locate_file("xstatic/pkg/leaflet/data"))
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking")
PAGE = """<!doctype html><html lang="ar" dir="rtl"><meta charset="utf-8">
<link rel="stylesheet" href="/leaflet/leaflet.css">
<script src="/leaflet/leaflet.js"></script><style>body { margin: 0 } #map { height: 100vh }</style><div id="map"></div>
<script type="module">
import { streetMap, routeLine, stopMarker } from "/static/street-map.js";
window.map = streetMap(document.getElementById("map"), { regionName: "newport", center: [51.5842, -2.9968], zoom: 16 });
routeLine(map, [[-2.999, 51.584], [-2.995, 51.584], [-2.995, 51.586]], { color: "#2f6b3c", number: 4 });
window.stop = stopMarker(map, { latitude: 51.584, longitude: -2.997, label: "3", kind: "drop_off",
  text: "<img src=x onerror='window.harmed=1'>" });
</script></html>"""

pytestmark = [pytest.mark.browser, pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium here")]


@pytest.fixture(scope="module")
def address(region_folder: Path, newport: Region) -> Iterator[str]:
    service = FastAPI()
    service.include_router(api.router)
    service.dependency_overrides[api.region_folder] = lambda: region_folder
    service.mount("/leaflet", StaticFiles(directory=LEAFLET))
    service.mount("/static", StaticFiles(directory=STATIC))
    service.add_api_route("/", lambda: HTMLResponse(PAGE))
    server = uvicorn.Server(uvicorn.Config(service, log_level="warning"))
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
        server.should_exit = True
        thread.join()


@pytest.fixture(scope="module")
def page(address: str) -> Iterator[Page]:
    with sync_playwright() as player:
        browser = player.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        page = browser.new_page(viewport={"width": 390, "height": 844})
        page.goto(address)
        page.wait_for_function("document.querySelectorAll('.leaflet-tile-loaded').length >= 6")
        page.wait_for_load_state("networkidle")
        yield page
        browser.close()


def colours(page: Page, selector: str) -> int:
    """How many different colours the largest canvas of the selector holds."""
    return page.evaluate(
        """(selector) => {
          const count = (canvas) => new Set(new Uint32Array(
            canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.buffer)).size;
          return Math.max(...[...document.querySelectorAll(selector)].map(count));
        }""",
        selector,
    )


def test_the_city_is_painted_and_its_streets_are_named(page: Page) -> None:
    assert colours(page, "canvas.leaflet-tile") > 20
    assert colours(page, "canvas.wasl-names") > 20


def test_whose_map_it_is_stays_visible(page: Page) -> None:
    credit = page.locator(".leaflet-control-attribution")
    assert credit.is_visible()
    assert credit.inner_text() == "© OpenStreetMap contributors"


def test_a_route_has_its_number_and_its_direction(page: Page) -> None:
    assert page.locator(".wasl-route-number").inner_text() == "4"
    assert page.locator(".wasl-arrow").count() >= 2


def test_what_people_wrote_is_shown_as_text(page: Page) -> None:
    page.evaluate("window.stop.openPopup()")
    assert page.locator(".leaflet-popup-content").inner_text().strip() == "<img src=x onerror='window.harmed=1'>"
    assert page.evaluate("window.harmed") is None
    assert page.locator(".wasl-stop").inner_text() == "3"


def test_the_map_turns_dark_with_the_reader(page: Page) -> None:
    def land() -> list[int]:
        return page.evaluate(
            """() => {
              const sum = [...document.querySelectorAll("canvas.leaflet-tile")].map((canvas) =>
                canvas.getContext("2d").getImageData(5, 5, 1, 1).data[0]);
              return sum.sort();
            }"""
        )

    page.emulate_media(color_scheme="light")
    light = land()
    page.emulate_media(color_scheme="dark")
    until = time.monotonic() + 10  # the tiles are painted anew one after the other
    while max(land()) >= min(light):
        assert time.monotonic() < until
        page.wait_for_timeout(100)


def test_the_map_fits_a_phone_without_scrolling_sideways(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") == 390
