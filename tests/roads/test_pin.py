"""Where a pin may stand: each refusal says which site, and what to do."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.roads.choice import RoadsChoice
from app.roads.pin import PinFacts, refusal_of, warnings_of
from app.roads.pin_facts import is_in_water, pin_facts
from app.roads.provider import Point, PointOffRoads, RoadsUnavailable
from app.roads.region import Region
from app.roads.streets import Streets

NEWPORT = (-3.08, 51.52, -2.92, 51.60)
LIDL = (51.5713465, -3.0126026)


def code(latitude: float, longitude: float, metres: int | None, *, in_water: bool = False, connected: bool = True):
    found = refusal_of("Lidl", latitude, longitude, PinFacts(NEWPORT, metres, in_water, connected))
    assert found is None or "Lidl" in found.sentence
    return found.code if found else None


def test_a_pin_beside_a_street_stands() -> None:
    assert code(*LIDL, 0) is None
    assert code(*LIDL, 500) is None


def test_a_pin_too_far_from_every_street_is_refused() -> None:
    assert code(*LIDL, 501) == "far_from_streets"
    assert code(*LIDL, None) == "far_from_streets"


def test_swapped_coordinates_are_refused_with_the_right_pair() -> None:
    found = refusal_of("Lidl", LIDL[1], LIDL[0], PinFacts(NEWPORT, 8_000_000))
    assert found is not None
    assert (found.code, found.proposed) == ("swapped_coordinates", LIDL)
    assert "latitude 51.571346 and longitude -3.012603" in found.sentence.replace("51.571347", "51.571346")


def test_a_pin_that_is_outside_both_ways_is_outside() -> None:
    assert code(48.1, 11.5, None) == "outside_region"


def test_a_street_that_leaves_the_frame_still_counts() -> None:
    assert code(51.61, -3.0, 12) is None


def test_a_pin_in_the_water_is_refused_but_not_on_a_bridge_or_a_quay() -> None:
    assert code(*LIDL, 80, in_water=True) == "in_water"
    assert code(*LIDL, 900, in_water=True) == "in_water"
    assert code(*LIDL, 5, in_water=True) is None


def test_streets_that_nobody_can_drive_to_and_back_are_refused() -> None:
    assert code(*LIDL, 5, connected=False) == "cut_off"


def test_between_100_and_500_metres_somebody_is_asked_to_look() -> None:
    assert warnings_of("Lidl", 100) == []
    (warning,) = warnings_of("Lidl", 101)
    assert (warning.code, warning.sentence[:14]) == ("pin_far_from_street", "Lidl is 101 m ")


@given(st.floats(-90, 90), st.floats(-180, 180), st.none() | st.integers(0, 10**7), st.booleans(), st.booleans())
def test_no_refused_pin_is_near_a_street_on_land_that_is_connected(
    latitude: float, longitude: float, metres: int | None, in_water: bool, connected: bool
) -> None:
    found = code(latitude, longitude, metres, in_water=in_water, connected=connected)
    fine = metres is not None and metres <= 500 and not in_water and connected
    assert found is None if fine else found is not None or (metres is not None and metres <= 20 and connected)


@pytest.fixture(scope="module")
def streets(newport: Region, monaco: Region, region_folder: Path):
    opened = Streets(region_folder)
    yield opened
    opened.close()


@pytest.mark.parametrize(
    ("latitude", "longitude", "refused"),
    [
        (*LIDL, None),
        (51.545, -2.99, "in_water"),  # the mouth of the Usk
        (51.537865, -2.957746, "far_from_streets"),  # the levels
        (51.50, -2.90, "outside_region"),
        (LIDL[1], LIDL[0], "swapped_coordinates"),
        (51.594904, -3.021495, "cut_off"),  # a motorway that leaves the map
    ],
)
def test_the_streets_and_the_water_of_newport_decide(
    streets: Streets, latitude: float, longitude: float, refused: str | None
) -> None:
    facts = pin_facts(streets, RoadsChoice("newport"), Point(longitude, latitude))
    found = refusal_of("A place", latitude, longitude, facts)
    assert (found.code if found else None) == refused


def test_monacos_harbour_is_water_and_its_casino_is_not(monaco: Region) -> None:
    assert is_in_water(monaco.base_map, Point(7.4250, 43.7355))
    assert not is_in_water(monaco.base_map, Point(7.4280, 43.7392))


def test_a_region_that_is_not_there_is_said(streets: Streets) -> None:
    with pytest.raises(RoadsUnavailable, match="no region called atlantis"):
        pin_facts(streets, RoadsChoice("atlantis"), Point(0, 0))


def test_a_pin_less_than_a_metre_too_far_is_refused_as_it_would_be_when_the_day_is_planned(streets: Streets) -> None:
    choice, longitude = RoadsChoice("newport"), -2.957746
    near, far = 51.545, 51.537865  # from a street out onto the levels, half the way again and again
    while near - far > 1e-7:
        latitude = (near + far) / 2
        try:
            streets.pin(choice, Point(longitude, latitude))
            near = latitude
        except PointOffRoads:
            far = latitude
    with pytest.raises(PointOffRoads) as refused:
        streets.pin(choice, Point(longitude, far))
    assert refused.value.metres is not None
    assert 500 < refused.value.metres < 501
    found = refusal_of("A place", far, longitude, pin_facts(streets, choice, Point(longitude, far)))
    assert found is not None
    assert found.code == "far_from_streets"
