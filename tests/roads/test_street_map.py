"""The street map in a real Chromium: it paints the city, says whose map it is, and writes texts as texts."""

import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI, Response
from playwright.sync_api import Browser, Page

from app.kit.live_server import LiveServer
from app.roads import api
from app.roads.region import Region
from tests.roads.street_map_page import map_page, map_service

ROUTE_AND_STOP = """
import { streetMap, routeLine, stopMarker } from "/static/street-map.js";
window.map = streetMap(document.getElementById("map"), { regionName: "newport", center: [51.5842, -2.9968], zoom: 16 });
routeLine(map, [[-2.999, 51.584], [-2.995, 51.584], [-2.995, 51.586]], { color: "#2f6b3c", number: 4 });
window.stop = stopMarker(map, { latitude: 51.584, longitude: -2.997, label: "3", kind: "drop_off",
  text: "<img src=x onerror='window.harmed=1'>" });
"""
NO_CENTRE = """
import { streetMap } from "/static/street-map.js";
window.map = streetMap(document.getElementById("map"), { regionName: "newport" });
const written = CanvasRenderingContext2D.prototype.fillText;
window.names = new Map();
CanvasRenderingContext2D.prototype.fillText = function (text, ...rest) {
  window.names.set(text, this.direction);
  return written.call(this, text, ...rest);
};
"""
MANY_STOPS = """
import { fitPlaces, routeLine, streetMap } from "/static/street-map.js";
import { stopsOn } from "/static/street-map-clusters.js";
window.map = streetMap(document.getElementById("map"), { regionName: "newport" });
const at = (i) => [51.54 + ((i * 7919) % 500) / 10000, -3.06 + ((i * 104729) % 1000) / 8000];
const stops = Array.from({ length: 500 }, (_, i) => ({ latitude: at(i)[0], longitude: at(i)[1],
  label: String(i % 25 + 1), kind: "pickup", text: `Place ${i}`,
  color: ["#2f6b3c", "#1c5d99"][Math.floor(i / 25) % 2] }));
await map.region;
fitPlaces(map, stops.map(({ latitude, longitude }) => [latitude, longitude]));
for (let route = 0; route < 20; route += 1) {
  const line = stops.slice(route * 25, route * 25 + 25).map(({ latitude, longitude }) => [longitude, latitude]);
  routeLine(map, line, { number: route + 1 });
}
stopsOn(map, { stops: (count) => `${count} stops` }).show(stops);
window.ready = true;
"""
TOGETHER = """
import { streetMap } from "/static/street-map.js";
import { stopsOn } from "/static/street-map-clusters.js";
window.map = streetMap(document.getElementById("map"), { regionName: "newport", center: [51.5842, -2.9968], zoom: 18 });
const place = { latitude: 51.5842, longitude: -2.9968, text: "Shop", color: "#2f6b3c" };
const stops = ["4", "9"].map((label) => ({ ...place, label }));
stopsOn(map, { stops: (count) => `${count} stops` }).show(stops);
"""

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def address(region_folder: Path, newport: Region) -> Iterator[str]:
    pages = {
        "route": map_page(ROUTE_AND_STOP, "ar"),
        "region-ar": map_page(NO_CENTRE, "ar"),
        "region-en": map_page(NO_CENTRE, "en"),
        "many": map_page(MANY_STOPS),
        "together": map_page(TOGETHER),
    }
    with LiveServer(map_service(region_folder, pages)) as running:
        yield running.address


def opened(browser: Browser, url: str, width: int = 900, height: int = 600) -> Page:
    page = browser.new_page(viewport={"width": width, "height": height}, reduced_motion="reduce")
    page.goto(url)
    page.wait_for_function("document.querySelectorAll('.leaflet-tile-loaded').length >= 4")
    page.wait_for_load_state("networkidle")
    return page


@pytest.fixture(scope="module")
def page(address: str, browser: Browser) -> Page:
    return opened(browser, f"{address}/pages/route", 390, 844)


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
    land = """() => [...document.querySelectorAll("canvas.leaflet-tile-loaded")].map((canvas) =>
      canvas.getContext("2d").getImageData(5, 5, 1, 1).data[0])"""
    page.emulate_media(color_scheme="light")
    lowest = min(page.evaluate(land))
    # Names that are written just then ask for the colours before the browser tells of the change: it must tell still.
    writing = page.evaluate("setInterval(() => map.eachLayer((layer) => layer.canvas && layer.paint()), 0)")
    page.emulate_media(color_scheme="dark")
    page.wait_for_function(f"(light) => Math.max(...({land})()) < light", arg=lowest)
    page.evaluate("clearInterval", writing)


def test_the_map_fits_a_phone_without_scrolling_sideways(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") == 390


@pytest.mark.parametrize(("language", "city", "direction"), [("en", "Newport", "ltr"), ("ar", "نيوبورت", "rtl")])
def test_a_map_without_a_centre_opens_on_the_region_with_names_in_the_readers_language(
    browser: Browser, address: str, newport: Region, language: str, city: str, direction: str
) -> None:
    page = opened(browser, f"{address}/pages/region-{language}")
    page.wait_for_function("city => window.names.has(city)", arg=city)
    assert page.evaluate("city => window.names.get(city)", city) == direction
    west, south, east, north = newport.bounds
    seen = page.evaluate(
        "(() => { const b = map.getBounds(); return [b.getWest(), b.getSouth(), b.getEast(), b.getNorth()] })()"
    )
    assert seen[0] <= west
    assert seen[1] <= south
    assert seen[2] >= east
    assert seen[3] >= north
    assert seen[3] - seen[1] < 1.6 * (north - south)
    page.close()


def test_five_hundred_stops_are_few_signs_at_the_towns_zoom_and_stops_when_nearer(
    browser: Browser, address: str
) -> None:
    page = opened(browser, f"{address}/pages/many")
    page.wait_for_function("window.ready")
    signs = page.locator(".wasl-stop, .wasl-cluster, .wasl-together")
    assert 5 < signs.count() < 150
    counted = page.locator(".wasl-cluster").evaluate_all("all => all.map((each) => Number(each.textContent))")
    named = page.locator(".wasl-together").evaluate_all("all => all.map((each) => each.textContent.split('·').length)")
    assert sum(counted) + sum(named) + page.locator(".wasl-stop").count() == 500
    assert page.locator(".wasl-arrow").count() <= 160
    assert page.locator(".wasl-route-number").count() == 20
    sign = page.locator(".wasl-cluster").first
    count, before = sign.inner_text(), page.evaluate("map.getZoom()")
    assert sign.get_attribute("aria-label") == f"{count} stops"
    assert sign.get_attribute("role") == "button"
    sign.focus()
    page.keyboard.press("Enter")
    page.wait_for_function("before => map.getZoom() > before", arg=before)
    page.evaluate("map.setZoom(18, { animate: false })")
    assert page.locator(".wasl-cluster").count() == 0
    page.close()


def test_stops_at_one_place_are_told_by_their_numbers_and_listed(browser: Browser, address: str) -> None:
    page = opened(browser, f"{address}/pages/together")
    sign = page.locator(".wasl-together")
    assert sign.inner_text() == "4 · 9"
    sign.click()
    page.wait_for_selector(".leaflet-popup-content li")
    assert page.locator(".leaflet-popup-content li").all_inner_texts() == ["4 · Shop", "9 · Shop"]
    page.close()


def test_a_printed_map_is_light_whole_and_says_whose_it_is(browser: Browser, address: str, tmp_path: Path) -> None:
    page = opened(browser, f"{address}/pages/route", 1400, 700)
    page.emulate_media(color_scheme="dark")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print", color_scheme="dark")
    land = page.evaluate(
        """Math.min(...[...document.querySelectorAll("canvas.leaflet-tile")].map((canvas) =>
          canvas.getContext("2d").getImageData(5, 5, 1, 1).data[0]))"""
    )
    assert land > 120
    box = page.locator("#map").bounding_box()
    assert box is not None
    assert 500 < box["width"] < 700
    assert page.locator(".leaflet-control-attribution").is_visible()
    page.close()


def a_picture(side: int = 256) -> bytes:
    """A PNG of one colour."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    rows = zlib.compress((b"\0" + b"\xcc\x88\x44" * side) * side)
    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@pytest.mark.parametrize("status", [200, 404])
def test_another_servers_tiles_lie_over_the_own_map_or_make_room_for_it(
    browser: Browser, region_folder: Path, newport: Region, status: int
) -> None:
    tiles = FastAPI()

    @tiles.get("/{z}/{x}/{y}.png")
    def picture(z: int, x: int, y: int) -> Response:
        return Response(a_picture() if status == 200 else b"", status_code=status, media_type="image/png")

    with LiveServer(tiles) as elsewhere:
        others = api.OtherTilesOut(url=f"{elsewhere.address}/{{z}}/{{x}}/{{y}}.png", attribution="© Somebody <else>")
        service = map_service(region_folder, {"region": map_page(NO_CENTRE)}, others)
        with LiveServer(service) as running:
            page = opened(browser, f"{running.address}/pages/region")
            credit = page.locator(".leaflet-control-attribution")
            if status == 200:
                page.wait_for_selector("img.leaflet-tile-loaded")
                assert "© Somebody <else>" in credit.inner_text()
                assert page.locator("canvas.wasl-names").is_hidden()
            else:
                page.wait_for_function("!document.querySelector('img.leaflet-tile')")
                assert "Somebody" not in credit.inner_text()
                assert page.locator("canvas.wasl-names").is_visible()
            assert "© OpenStreetMap contributors" in credit.inner_text()
            assert page.locator("canvas.leaflet-tile-loaded").count() >= 4
            page.close()
