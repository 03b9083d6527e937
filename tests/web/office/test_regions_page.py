"""The page of the region: what is in use, importing by form without a script, progress, and who may."""

import re
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from app.kit.clock import HandSetClock
from app.kit.db import Database
from app.kit.live_server import LiveServer
from app.main import create_app
from app.partners.founding import NewNetwork, found
from app.roads.region import open_region
from app.roads.streets import Streets
from app.settings import Settings
from tests.roads.small_extract import write_extract
from tests.service_client import ServiceClient
from tests.web.test_pages import Reader, person

LINE = (((10.0, 50.0), (10.005, 50.0), (10.01, 50.0)), {"highway": "residential"})


@pytest.fixture
def config(tmp_path: Path) -> Settings:
    return Settings(data_folder=tmp_path / "data", plan_seconds=2, largest_extract=3_000_000, request_log="off")


@pytest.fixture
def server(database: Database, clock: HandSetClock, config: Settings) -> Iterator[LiveServer]:
    """The service with regions of this test's own, none at first."""
    streets = Streets(config.data_folder / "regions")
    with LiveServer(create_app(database, streets, clock, config)) as running:
        yield running
    streets.close()


@pytest.fixture
def network(database: Database, server: LiveServer, clock: HandSetClock) -> Iterator[ServiceClient]:
    wish = NewNetwork("Town", "town", "Europe/London", "GBP", "Town Food Bank")
    with ServiceClient(server.address, found(database, wish, clock()).key) as client:
        yield client


def signed_in(network: ServiceClient, role: str, language: str = "en") -> Reader:
    reader = Reader(network.address, language)
    reader.sign_in(person(network, network.get("/me").json()["organisation"], role))
    return reader


@pytest.fixture
def office(network: ServiceClient) -> Iterator[Reader]:
    """The network's administrator, signed in."""
    reader = signed_in(network, "network_admin")
    yield reader
    reader.http.close()


@pytest.fixture
def extract(tmp_path: Path) -> bytes:
    return write_extract(tmp_path / "town.osm.pbf", [LINE]).read_bytes()


def send(reader: Reader, content: bytes, name: str = "town.osm.pbf", **fields: str | list[str]) -> httpx.Response:
    return reader.http.post("/regions/import", data=fields, files={"file": (name, content)})


def until_ended(reader: Reader, page: str) -> str:
    until = time.monotonic() + 60
    while 'id="import"' in page:
        assert time.monotonic() < until, page
        time.sleep(0.2)
        page = reader.http.get("/regions").text
    return page


def test_a_map_is_imported_by_form_without_a_script(office: Reader, config: Settings, extract: bytes) -> None:
    page = office.http.get("/regions").text
    assert "There are no streets here yet" in page
    assert re.findall(r'value="(\w+)" checked', page) == ["car", "van"]
    answered = send(office, extract, profiles=["car", "cargo_bike"])
    assert answered.status_code == 200
    page = until_ended(office, answered.text)
    assert "✓ Imported" in page
    assert "Cargo bike" in page
    assert "© OpenStreetMap contributors" in page
    region = open_region("town", config.data_folder / "regions")
    assert (region.source, region.profiles) == ("town.osm.pbf", ("car", "cargo_bike"))
    assert re.findall(r'value="(\w+)" checked', page) == ["car", "cargo_bike"]
    assert list((config.data_folder / "incoming").iterdir()) == []


def test_what_is_no_map_is_said_with_its_name_escaped(office: Reader, config: Settings) -> None:
    page = until_ended(office, send(office, b"a letter", "<script>x</script>.osm.pbf").text)
    assert "✕ Failed" in page
    assert "it is not an OpenStreetMap PBF file" in page
    assert "<script>x" not in page
    assert list((config.data_folder / "incoming").iterdir()) == []


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("", "Choose a file, or write the address of one."),
        ("https://example.org/x.osm.pbf", "example.org is not among them"),
        ("none.osm.pbf", "There is no file none.osm.pbf"),
    ],
)
def test_what_cannot_be_asked_for_is_said_and_what_was_typed_is_kept(
    office: Reader, config: Settings, address: str, sentence: str
) -> None:
    answered = office.http.post("/regions/import", data={"address": address}, files={"file": ("", b"")})
    assert answered.status_code == 422
    assert sentence in answered.text
    assert f'value="{address}"' in answered.text
    assert list((config.data_folder / "incoming").iterdir()) == []


def test_a_form_that_cannot_be_read_and_a_file_that_is_too_large_are_refused(office: Reader, config: Settings) -> None:
    broken = office.http.post("/regions/import", content=b"x", headers={"Content-Type": "multipart/form-data"})
    assert broken.status_code == 400
    assert send(office, bytes(3_100_000)).status_code == 413
    assert list((config.data_folder / "incoming").iterdir()) == []


def test_progress_is_told_in_the_readers_language(network: ServiceClient, extract: bytes) -> None:
    office = signed_in(network, "network_admin", "ar")
    page = send(office, extract).text
    found = re.search(r'data-import="([^"]+)"', page)
    assert found is not None
    said = office.http.get(f"/regions/imports/{found[1]}").json()
    assert said["state"] in ("queued", "running", "done")
    assert "<" not in said["phase"]
    assert re.search(r"[\u0600-\u06ff]", said["phase"])
    page = until_ended(office, page)
    assert "تم الاستيراد" in page
    office.http.close()


def test_only_administrators_of_the_network_see_the_page(network: ServiceClient, office: Reader) -> None:
    assert 'href="/regions"' in office.http.get("/pages").text
    desk = signed_in(network, "dispatcher")
    assert desk.http.get("/regions").status_code == 403
    assert desk.http.post("/regions/import", data={"address": "x"}).status_code == 403
    assert 'href="/regions"' not in desk.http.get("/pages").text
    desk.http.close()
