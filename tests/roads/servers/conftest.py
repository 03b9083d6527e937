"""Real servers, started once for all tests: osrm-routed on Monaco and Newport, valhalla_service on both."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.roads.embedded import EmbeddedRoads
from app.roads.provider import Point
from app.roads.region import Region
from tests.roads.servers.running import (
    Relay,
    RunningServer,
    relay_to,
    running_osrm,
    running_valhalla,
    scattered,
)


@pytest.fixture(scope="session")
def server_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("servers")


@pytest.fixture(scope="session")
def monaco_osrm(monaco: Region, server_folder: Path) -> Iterator[RunningServer]:
    with running_osrm(monaco.graph_of("car"), server_folder / "osrm-monaco.log") as server:
        yield server


@pytest.fixture(scope="session")
def newport_osrm(newport: Region, server_folder: Path) -> Iterator[RunningServer]:
    with running_osrm(newport.graph_of("car"), server_folder / "osrm-newport.log") as server:
        yield server


@pytest.fixture(scope="session")
def monaco_valhalla(monaco_pbf: Path, server_folder: Path) -> Iterator[RunningServer]:
    with running_valhalla(monaco_pbf, server_folder / "vm") as server:
        yield server


@pytest.fixture(scope="session")
def newport_valhalla(newport_pbf: Path, server_folder: Path) -> Iterator[RunningServer]:
    with running_valhalla(newport_pbf, server_folder / "vn") as server:
        yield server


@pytest.fixture
def relay(monaco_osrm: RunningServer) -> Iterator[Relay]:
    with relay_to(monaco_osrm.url) as started:
        yield started


@pytest.fixture(scope="session")
def monaco_points() -> list[Point]:
    """Points in the town, all of them near a street."""
    return scattered(40, (7.415, 43.729, 7.428, 43.741))


@pytest.fixture(scope="session")
def newport_points() -> list[Point]:
    """Points in the town; a few of them lie on streets that lead nowhere."""
    return scattered(60, (-3.02, 51.57, -2.95, 51.60))


@pytest.fixture(scope="session")
def joined_points(newport: Region, newport_points: list[Point]) -> list[Point]:
    """Those of them that can be driven to and from."""
    with EmbeddedRoads(newport) as roads:
        return [point for point in newport_points if roads.is_joined(point)]
