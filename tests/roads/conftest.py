"""Regions built once for all tests of the streets: Monaco in a second, Newport in a few."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.roads.embedded import EmbeddedRoads
from app.roads.places import Place, read_places
from app.roads.region import Region, import_region

DATA = Path(__file__).parent / "data"
NEWPORT = Path(__file__).parents[2] / "data" / "newport"


@pytest.fixture(scope="session")
def monaco_pbf() -> Path:
    return DATA / "monaco.osm.pbf"


@pytest.fixture(scope="session")
def newport_pbf() -> Path:
    return NEWPORT / "newport.osm.pbf"


@pytest.fixture(scope="session")
def region_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("regions")


@pytest.fixture(scope="session")
def monaco(region_folder: Path, monaco_pbf: Path) -> Region:
    return import_region(monaco_pbf, "monaco", region_folder, profiles=["car"])


@pytest.fixture(scope="session")
def newport(region_folder: Path, newport_pbf: Path) -> Region:
    return import_region(newport_pbf, "newport", region_folder, profiles=["car"])


@pytest.fixture(scope="session")
def newport_places() -> tuple[Place, ...]:
    return read_places(NEWPORT / "newport.places.geojson")


@pytest.fixture
def newport_roads(newport: Region) -> Iterator[EmbeddedRoads]:
    with EmbeddedRoads(newport) as roads:
        yield roads


@pytest.fixture
def monaco_roads(monaco: Region) -> Iterator[EmbeddedRoads]:
    with EmbeddedRoads(monaco) as roads:
        yield roads
