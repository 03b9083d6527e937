"""A network imports its own region: by file, by address, with progress, and nobody else's."""

import threading
import time
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.kit.clock import HandSetClock
from app.kit.db import Database
from app.kit.live_server import LiveServer
from app.main import create_app
from app.partners.founding import NewNetwork, found
from app.roads.region import import_region, open_region
from app.roads.streets import Streets
from app.settings import Settings
from tests.roads.small_extract import write_extract
from tests.service_client import ServiceClient

STREET = {"highway": "residential"}
LINE = (((10.0, 50.0), (10.005, 50.0), (10.01, 50.0)), STREET)
LONGER = (((10.0, 50.0), (10.005, 50.0), (10.02, 50.0)), STREET)


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        return


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    folder = tmp_path / "shelf"
    folder.mkdir()
    write_extract(folder / "town-latest.osm.pbf", [LINE])
    return folder


@pytest.fixture
def host(shelf: Path) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(shelf)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def config(tmp_path: Path, host: str) -> Settings:
    return Settings(
        data_folder=tmp_path / "data", plan_seconds=2, stalled_seconds=4, extract_hosts=host, largest_extract=2_000_000
    )


@pytest.fixture
def folder(config: Settings) -> Path:
    return config.data_folder / "regions"


@pytest.fixture
def server(database: Database, clock: HandSetClock, config: Settings, folder: Path) -> Iterator[LiveServer]:
    """The service with regions of this test's own, none at first."""
    streets = Streets(folder)
    with LiveServer(create_app(database, streets, clock, config)) as running:
        yield running
    streets.close()


def begin(
    database: Database, server: LiveServer, clock: HandSetClock, name: str, region: str = "town"
) -> ServiceClient:
    wish = NewNetwork(name, region, "Europe/London", "GBP", f"{name} Food Bank")
    return ServiceClient(server.address, found(database, wish, clock()).key)


@pytest.fixture
def network(database: Database, server: LiveServer, clock: HandSetClock) -> Iterator[ServiceClient]:
    with begin(database, server, clock, "Town") as client:
        yield client


def ended(client: ServiceClient, run: dict[str, Any], seconds: float = 60) -> dict[str, Any]:
    until = time.monotonic() + seconds
    while run["state"] not in ("done", "failed"):
        assert time.monotonic() < until, run
        time.sleep(0.1)
        run = client.get(f"/region-imports/{run['id']}").json()
    return run


def sent(client: ServiceClient, content: bytes, **query: Any) -> httpx.Response:
    headers = {"Content-Type": "application/octet-stream", **query.pop("headers", {})}
    return client.http.post("/region-imports/file", params=query, content=content, headers=headers)


def incoming(folder: Path) -> list[Path]:
    place = folder.parent / "incoming"
    return list(place.iterdir()) if place.exists() else []


def test_a_region_is_imported_from_an_address(network: ServiceClient, host: str, folder: Path) -> None:
    address = f"http://{host}/town-latest.osm.pbf"
    answered = network.post("/region-imports", {"source": address, "profiles": ["car", "cargo_bike"]})
    assert answered.status_code == 202, answered.text
    run = answered.json()
    assert answered.headers["Location"] == f"/api/v1/region-imports/{run['id']}"
    run = ended(network, run)
    assert (run["state"], run["percent"], run["failure"]) == ("done", 100, None)
    region = open_region("town", folder)
    assert region.fingerprint == run["fingerprint"]
    assert region.profiles == ("car", "cargo_bike")
    assert region.source == address
    assert network.get("/region-imports").json()["items"] == [run]
    assert incoming(folder) == []


def test_a_region_is_imported_from_a_file_that_is_sent(network: ServiceClient, shelf: Path, folder: Path) -> None:
    content = (shelf / "town-latest.osm.pbf").read_bytes()
    answered = sent(network, content, filename="C:\\maps\\My town.osm.pbf", profiles="van")
    assert answered.status_code == 202, answered.text
    run = ended(network, answered.json())
    assert run["state"] == "done", run
    region = open_region("town", folder)
    assert (region.source, region.profiles) == ("My town.osm.pbf", ("van",))
    assert incoming(folder) == []


def test_a_file_sent_twice_with_one_key_is_imported_once(network: ServiceClient, shelf: Path, folder: Path) -> None:
    content = (shelf / "town-latest.osm.pbf").read_bytes()
    first, second = (sent(network, content, headers={"Idempotency-Key": "one"}) for _ in range(2))
    assert first.json()["id"] == second.json()["id"]
    assert second.headers["Idempotency-Replayed"] == "true"
    ended(network, first.json())
    assert len(network.get("/region-imports").json()["items"]) == 1
    assert incoming(folder) == []


def test_a_file_of_the_folder_for_map_files_is_imported_and_stays_there(
    network: ServiceClient, shelf: Path, folder: Path
) -> None:
    place = folder.parent / "incoming"
    place.mkdir(parents=True)
    (place / "mine.osm.pbf").write_bytes((shelf / "town-latest.osm.pbf").read_bytes())
    assert ended(network, network.ok("/region-imports", {"source": "mine.osm.pbf"}))["state"] == "done"
    assert open_region("town", folder).profiles == ("car", "van")
    assert (place / "mine.osm.pbf").exists()


@pytest.mark.parametrize("name", ["none.osm.pbf", "../regions", "/etc/passwd", "..", ".hidden", "upload-x"])
def test_only_files_of_that_folder_can_be_named(network: ServiceClient, name: str) -> None:
    refusal = network.post("/region-imports", {"source": name})
    assert (refusal.status_code, refusal.json()["code"]) == (422, "no_such_file")


@pytest.mark.parametrize("address", ["https://example.org/x.osm.pbf", "http://10.0.0.1/x", "file:///etc/passwd"])
def test_an_address_elsewhere_is_refused_at_once(network: ServiceClient, address: str) -> None:
    refusal = network.post("/region-imports", {"source": address})
    assert (refusal.status_code, refusal.json()["code"]) == (422, "address_not_allowed")


def test_what_is_no_map_fails_with_a_sentence_and_the_old_region_stays(
    network: ServiceClient, shelf: Path, folder: Path
) -> None:
    assert ended(network, sent(network, (shelf / "town-latest.osm.pbf").read_bytes()).json())["state"] == "done"
    before = open_region("town", folder)
    run = ended(network, sent(network, b"a letter", filename="letter.osm.pbf").json())
    assert run["state"] == "failed"
    assert run["failure"].endswith("cannot be used: it is not an OpenStreetMap PBF file.")
    assert open_region("town", folder) == before
    assert incoming(folder) == []


def test_a_file_above_the_limit_is_refused_and_not_kept(network: ServiceClient, folder: Path) -> None:
    refusal = sent(network, bytes(2_000_001))
    assert (refusal.status_code, refusal.json()["code"]) == (413, "too_large")
    assert incoming(folder) == []
    assert sent(network, bytes(1_500_000)).status_code == 202  # above what any other request may have


def test_a_second_import_waits_for_the_first(network: ServiceClient, shelf: Path) -> None:
    content = (shelf / "town-latest.osm.pbf").read_bytes()
    first = sent(network, content)
    second = sent(network, content)
    assert (second.status_code, second.json()["code"]) == (409, "import_running")
    ended(network, first.json())
    assert sent(network, content).status_code == 202


def test_a_region_that_was_imported_at_the_command_line_is_not_the_networks_to_replace(
    network: ServiceClient, shelf: Path, folder: Path
) -> None:
    before = import_region(shelf / "town-latest.osm.pbf", "town", folder, profiles=["car"])
    for refusal in (sent(network, b"x"), network.post("/region-imports", {"source": "x.osm.pbf"})):
        assert (refusal.status_code, refusal.json()["code"]) == (409, "region_of_others")
        assert "ask whoever runs this installation" in refusal.json()["detail"]
    assert open_region("town", folder) == before


def test_a_network_imports_its_own_region_alone(
    database: Database, server: LiveServer, clock: HandSetClock, network: ServiceClient, shelf: Path, folder: Path
) -> None:
    refusal = network.post("/region-imports", {"source": "x", "region": "elsewhere"})
    assert (refusal.status_code, refusal.json()["code"]) == (422, "other_region")
    run = ended(network, sent(network, (shelf / "town-latest.osm.pbf").read_bytes()).json())
    with begin(database, server, clock, "Neighbours") as neighbours:
        refusal = sent(neighbours, b"x")
        assert (refusal.status_code, refusal.json()["code"]) == (409, "region_of_others")
        assert neighbours.get("/region-imports").json()["items"] == []
        assert neighbours.get(f"/region-imports/{run['id']}").status_code == 404
    write_extract(shelf / "newer.osm.pbf", [LONGER])
    again = ended(network, sent(network, (shelf / "newer.osm.pbf").read_bytes()).json())
    assert again["state"] == "done"
    assert again["fingerprint"] != run["fingerprint"]


def test_only_administrators_of_the_network_import(network: ServiceClient, shelf: Path) -> None:
    bank = network.get("/me").json()["organisation"]
    planner = network.client_of(bank, "plans", "fleet", "needs", "offers")
    for refusal in (planner.post("/region-imports", {"source": "x"}), sent(planner, b"x")):
        assert (refusal.status_code, refusal.json()["code"]) == (403, "forbidden")
    assert planner.get("/region-imports").status_code == 403
    with ServiceClient(network.address, None) as nobody:
        assert sent(nobody, b"x").status_code == 401
