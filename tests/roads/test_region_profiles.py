"""Each profile goes where such a vehicle may go, on streets made for the question.

Every case is a rung of a ladder: a short street with the tags of the case, and a long way round it over the rails.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.roads.embedded import EmbeddedRoads
from app.roads.provider import PROFILES, Point, Profile
from app.roads.region import Region, import_region
from app.roads.region.manifest import PROFILE_FOLDER
from tests.roads.small_extract import Line, write_extract

WEST, EAST, BASE, STEP = 10.0, 10.01, 50.0, 0.01
STREET = {"highway": "residential"}
EVERYBODY = frozenset(PROFILES)
# What the short street is tagged with, and who drives through it; the others go round.
CASES: tuple[tuple[dict[str, str], frozenset[str]], ...] = (
    ({}, EVERYBODY),
    ({"bridge": "yes", "maxheight": "3.0"}, EVERYBODY - {"truck"}),
    ({"maxheight": "2.3"}, frozenset({"car", "cargo_bike"})),
    ({"maxweight": "7.5"}, EVERYBODY - {"truck"}),
    ({"maxweight": "2.5"}, frozenset({"car", "cargo_bike"})),
    ({"maxweightrating:hgv": "7.5"}, EVERYBODY - {"truck"}),
    ({"maxweightrating:hgv": "18"}, EVERYBODY),
    ({"maxwidth": "2.3"}, EVERYBODY - {"truck"}),
    ({"maxwidth": "2.0"}, frozenset({"car", "cargo_bike"})),
    ({"maxlength": "8"}, EVERYBODY - {"truck"}),
    ({"hgv": "no"}, EVERYBODY - {"truck"}),
    ({"hgv": "unsuitable"}, EVERYBODY - {"truck"}),
    ({"motor_vehicle": "no"}, frozenset({"cargo_bike"})),
    ({"motor_vehicle": "no", "hgv": "yes"}, frozenset({"truck", "cargo_bike"})),
    ({"highway": "cycleway"}, frozenset({"cargo_bike"})),
    ({"highway": "cycleway", "width": "0.8"}, frozenset()),
    ({"highway": "cycleway", "cargo_bike": "no"}, frozenset()),
    ({"highway": "steps", "bicycle": "yes"}, frozenset()),
    ({"highway": "footway"}, frozenset()),
)
ONE_WAY = len(CASES)
FOR_DELIVERIES = len(CASES) + 1
RUNGS = len(CASES) + 2


def latitude(rung: int) -> float:
    return round(BASE + rung * STEP, 6)


def ladder() -> list[Line]:
    """Rungs every 1.1 km; between two of them a plain one, which is the way round."""
    lines: list[Line] = []
    heights = [round(latitude(rung) + half, 6) for rung in range(RUNGS) for half in (0.0, STEP / 2)]
    for side in (WEST, EAST):
        lines.append(([(side, height) for height in heights], STREET))
    for rung, (tags, _) in enumerate(CASES):
        lines.append(([(WEST, latitude(rung)), (EAST, latitude(rung))], {**STREET, **tags}))
        lines.append(([(WEST, heights[2 * rung + 1]), (EAST, heights[2 * rung + 1])], STREET))
    one_way, deliveries = latitude(ONE_WAY), latitude(FOR_DELIVERIES)
    lines.append(([(WEST, one_way), (EAST, one_way)], {**STREET, "oneway": "yes"}))
    middle = (WEST + EAST) / 2
    for_deliveries = {**STREET, "maxweightrating": "7.5", "maxweightrating:conditional": "none @ delivery"}
    lines.append(([(WEST, deliveries), (middle, deliveries), (EAST, deliveries)], for_deliveries))
    for height in (heights[2 * ONE_WAY + 1], heights[2 * FOR_DELIVERIES + 1]):
        lines.append(([(WEST, height), (EAST, height)], STREET))
    return lines


@pytest.fixture(scope="module")
def region(tmp_path_factory: pytest.TempPathFactory) -> Region:
    folder = tmp_path_factory.mktemp("ladder")
    return import_region(write_extract(folder / "ladder.osm.pbf", ladder()), "ladder", folder, profiles=["all"])


@pytest.fixture(scope="module", params=PROFILES)
def roads(region: Region, request: pytest.FixtureRequest) -> Iterator[EmbeddedRoads]:
    with EmbeddedRoads(region, request.param) as opened:
        yield opened


@pytest.fixture
def profile(request: pytest.FixtureRequest) -> Profile:
    found: Profile = request.node.callspec.params["roads"]
    return found


def goes_through(roads: EmbeddedRoads, rung: int, *, back: bool = False) -> bool:
    """From a little up one rail to a little up the other: 0.9 km by this rung, 1.6 km by the next plain one."""
    ends = [Point(WEST, latitude(rung) + 0.001), Point(EAST, latitude(rung) + 0.001)]
    return roads.route(ends[::-1] if back else ends).metres < 1200


@pytest.mark.parametrize("rung", range(len(CASES)), ids=lambda rung: " ".join(map("=".join, CASES[rung][0].items())))
def test_a_street_is_driven_by_those_who_may(roads: EmbeddedRoads, profile: Profile, rung: int) -> None:
    assert goes_through(roads, rung) == (profile in CASES[rung][1])


def test_nobody_drives_against_a_one_way_street(roads: EmbeddedRoads) -> None:
    assert goes_through(roads, ONE_WAY)
    assert not goes_through(roads, ONE_WAY, back=True)


def test_a_limit_with_an_exception_for_deliveries_keeps_out_through_traffic_alone(
    roads: EmbeddedRoads, profile: Profile
) -> None:
    assert goes_through(roads, FOR_DELIVERIES) == (profile != "truck")
    shop = Point((WEST + EAST) / 2, latitude(FOR_DELIVERIES))
    assert roads.route([Point(WEST, latitude(FOR_DELIVERIES)), shop]).metres < 500


def test_a_truck_and_a_cargo_bike_are_slower_than_a_car(region: Region) -> None:
    seconds: dict[str, int] = {}
    for profile in PROFILES:
        with EmbeddedRoads(region, profile) as roads:
            seconds[profile] = roads.route([Point(WEST, BASE), Point(WEST, latitude(RUNGS - 1))]).seconds
    assert seconds["car"] == seconds["van"] == seconds["truck"]  # on a street of 25 km/h
    length = 1112 * (RUNGS - 1)
    assert 13 < length / seconds["cargo_bike"] * 3.6 < 16.1


def test_every_profile_has_a_text_of_its_own() -> None:
    assert {path.stem for path in Path(PROFILE_FOLDER).glob("*.lua")} == set(PROFILES)
