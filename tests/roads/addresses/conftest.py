"""The address indexes of three extracts, built once."""

from pathlib import Path

import pytest

from app.roads.addresses import AddressIndex, build_address_index

DATA = Path(__file__).parents[1] / "data"
NEWPORT_BOUNDS = (-3.08, 51.53, -2.92, 51.62)


@pytest.fixture(scope="session")
def indexes(tmp_path_factory: pytest.TempPathFactory, newport_pbf: Path) -> Path:
    folder = tmp_path_factory.mktemp("addresses")
    build_address_index(newport_pbf, folder / "newport.sqlite")
    build_address_index(DATA / "monaco.osm.pbf", folder / "monaco.sqlite")
    build_address_index(DATA / "an-nabk.osm.pbf", folder / "an-nabk.sqlite")
    return folder


@pytest.fixture(scope="session")
def newport_index(indexes: Path) -> AddressIndex:
    return AddressIndex(indexes / "newport.sqlite", NEWPORT_BOUNDS)


@pytest.fixture(scope="session")
def monaco_index(indexes: Path) -> AddressIndex:
    return AddressIndex(indexes / "monaco.sqlite")


@pytest.fixture(scope="session")
def nabk_index(indexes: Path) -> AddressIndex:
    return AddressIndex(indexes / "an-nabk.sqlite")
