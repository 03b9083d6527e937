"""Nominatim and Photon over real HTTP, answering and failing: the region's own index stands in, and it is said."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from app.roads.addresses import servers
from app.roads.addresses.lookup import Lookup
from app.roads.addresses.servers import LIMITS, Nominatim, Photon, address_server
from app.roads.provider import RoadError, RoadsUnavailable
from app.settings import Settings
from tests.roads.addresses.address_servers import (
    NOMINATIM_ELSEWHERE,
    NOMINATIM_HOUSE,
    NOMINATIM_STREET,
    PHOTON,
    AddressServerDouble,
    running_address_server,
)
from tests.roads.addresses.conftest import NEWPORT_BOUNDS

QUICK = replace(LIMITS, answer_seconds=0.5, total_seconds=1.5, backoff_seconds=0.01)


@dataclass(frozen=True)
class RegionDouble:
    """What a lookup needs of a region."""

    addresses: Path
    bounds: tuple[float, float, float, float] = NEWPORT_BOUNDS
    anchor: tuple[float, float] = (-2.9956, 51.5870)


@pytest.fixture
def double() -> Iterator[AddressServerDouble]:
    with running_address_server() as found:
        yield found


@pytest.fixture
def nominatim(double: AddressServerDouble) -> Nominatim:
    found = address_server("nominatim", double.address, QUICK)
    assert isinstance(found, Nominatim)
    return found


@pytest.fixture
def photon(double: AddressServerDouble) -> Photon:
    found = address_server("photon", double.address, QUICK)
    assert isinstance(found, Photon)
    return found


@pytest.fixture
def looked(indexes: Path, nominatim: Nominatim) -> Lookup:
    region: Any = RegionDouble(indexes / "newport.sqlite")
    return Lookup(region, nominatim)


def test_nominatim_is_asked_within_the_region_by_name_and_language(
    double: AddressServerDouble, nominatim: Nominatim
) -> None:
    double.answers = [[NOMINATIM_HOUSE, NOMINATIM_ELSEWHERE]]
    (hit,) = nominatim.search("7 invented row", NEWPORT_BOUNDS, 5, "ar")
    assert (hit.kind, hit.address, hit.osm_id) == ("address", "7 Invented Row, Newport NP20 9ZZ", "node/42")
    assert (hit.latitude, hit.longitude, hit.match) == (51.5815, -2.9918, "whole")
    ((path, query, headers),) = double.asked
    assert (path, query["q"], query["accept-language"], query["bounded"]) == ("/search", "7 invented row", "ar", "1")
    assert query["viewbox"] == "-3.08,51.62,-2.92,51.53"
    assert headers["User-Agent"].startswith("Wasl")


def test_a_street_for_a_house_is_said_to_be_one(double: AddressServerDouble, nominatim: Nominatim) -> None:
    double.answers = [[NOMINATIM_STREET]]
    assert [hit.match for hit in nominatim.search("7 invented row", NEWPORT_BOUNDS, 5, "en")] == ["street_only"]
    assert [hit.match for hit in nominatim.search("invented row", NEWPORT_BOUNDS, 5, "en")] == ["whole"]


def test_nominatim_names_a_position_or_says_that_nothing_is_there(
    double: AddressServerDouble, nominatim: Nominatim
) -> None:
    double.answers = [NOMINATIM_HOUSE, {"error": "Unable to geocode"}]
    hit = nominatim.reverse(-2.9918, 51.5815, "en")
    assert hit is not None
    assert hit.address.startswith("7 Invented Row")
    assert nominatim.reverse(0.0, 0.0, "en") is None
    assert [path for path, _, _ in double.asked] == ["/reverse", "/reverse"]


def test_photon_is_asked_and_read(double: AddressServerDouble, photon: Photon) -> None:
    double.answers = [PHOTON]
    (hit,) = photon.search("invented", NEWPORT_BOUNDS, 5, "ar")
    assert (hit.name, hit.address) == ("Invented Market", "9 Invented Row, Newport NP20 9ZZ")
    assert (hit.osm_id, hit.category) == ("node/44", "supermarket")
    assert photon.reverse(-2.99, 51.58, "en") == replace(hit, match="whole")
    (path, query, _), (_, reverse, _) = double.asked
    assert (path, query["bbox"], "lang" in query) == ("/api", "-3.08,51.53,-2.92,51.62", False)
    assert reverse["lang"] == "en"


FAULTS: list[tuple[object, str]] = [
    (500, "failed (HTTP 500)"),
    (403, "refused the question (HTTP 403)"),
    ("hang", "did not answer within"),
    ("close", "closed the connection"),
    ("garbage", "not JSON"),
    ("endless", "answered with more than 1 MB"),
    ("redirect", "another address"),
    ({"an": "object"}, "no list of addresses"),
    ([{"lat": "north", "lon": "0"}], "no list of addresses"),
    ([{"lat": "nan", "lon": "0"}], "no list of addresses"),
    ([7], "no list of addresses"),
]


@pytest.mark.parametrize(("fault", "said"), FAULTS)
def test_when_the_server_fails_the_own_index_answers_and_says_so(
    double: AddressServerDouble, looked: Lookup, fault: object, said: str
) -> None:
    double.answers = [fault]
    before = time.monotonic()
    found = looked.search("192 commercial road")
    assert time.monotonic() - before < 5
    assert found.hits[0].address == "192 Commercial Road, Newport NP20 2PP"
    assert found.note is not None
    assert said in found.note
    assert found.note.startswith("The address server at 127.0.0.1")
    assert found.note.endswith("The answers come from the region's own map.")
    assert {path for path, _, _ in double.asked} == {"/search"}


def test_a_server_that_is_not_there_is_said_too(indexes: Path) -> None:
    with running_address_server() as gone:
        address = gone.address
    region: Any = RegionDouble(indexes / "newport.sqlite")
    found = Lookup(region, address_server("photon", address, QUICK)).reverse(-2.9918, 51.5815)
    assert "Commercial Road" in found.hits[0].address
    assert "cannot be reached" in (found.note or "")


def test_a_passing_failure_is_tried_once_more_and_no_refusal_is(
    double: AddressServerDouble, nominatim: Nominatim
) -> None:
    double.answers = [503, [NOMINATIM_HOUSE]]
    assert nominatim.search("invented", NEWPORT_BOUNDS, 5, "en")
    assert len(double.asked) == 2
    double.answers = [404, [NOMINATIM_HOUSE]]
    with pytest.raises(RoadsUnavailable):
        nominatim.search("invented", NEWPORT_BOUNDS, 5, "en")
    assert len(double.asked) == 3


def test_nobody_is_asked_while_somebody_types_or_for_typed_coordinates(
    double: AddressServerDouble, looked: Lookup
) -> None:
    assert looked.search("192 comm", typing=True).hits
    assert looked.search("51.5815, -2.9918").hits
    assert looked.search("   ").hits == ()
    assert double.asked == []


def test_what_the_server_does_not_know_the_own_index_may(double: AddressServerDouble, looked: Lookup) -> None:
    double.answers = [[]]
    found = looked.search("lidl")
    assert found.hits[0].name == "Lidl"
    assert found.note is None


def test_the_public_server_is_asked_once_a_second(
    double: AddressServerDouble, nominatim: Nominatim, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(servers, "PUBLIC_NOMINATIM", "127.0.0.1")
    slow = address_server("nominatim", double.address, QUICK)
    assert slow is not None
    before = time.monotonic()
    slow.search("a", NEWPORT_BOUNDS, 5, "en")
    slow.search("b", NEWPORT_BOUNDS, 5, "en")
    assert 0.9 < time.monotonic() - before < 3


def test_without_a_server_none_is_made_and_an_address_that_is_none_is_refused() -> None:
    assert address_server(None, None) is None
    with pytest.raises(RoadError):
        address_server("photon", "ftp://addresses.example.org")


@pytest.mark.parametrize(
    "wish",
    [
        {"geocoder": "nominatim"},
        {"geocoder_url": "https://addresses.example.org"},
        {"geocoder": "google", "geocoder_url": "https://addresses.example.org"},
        {"geocoder": "photon", "geocoder_url": "addresses.example.org"},
        {"geocoder": "photon", "geocoder_url": "https://user@addresses.example.org"},
        {"geocoder": "photon", "geocoder_url": "https://addresses.example.org/?key=1"},
    ],
)
def test_settings_that_name_half_a_server_are_refused(wish: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Settings(**wish)


def test_settings_name_a_server() -> None:
    found = Settings(geocoder="photon", geocoder_url="https://addresses.example.org/photon/")
    assert found.geocoder_url == "https://addresses.example.org/photon"
