"""Real places of Newport as proposals, and their opening hours."""

from collections import Counter
from datetime import date, time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from app.roads.places import (
    DONOR_DEFAULT,
    RECEIVER_DEFAULT,
    Place,
    PlacesError,
    WeeklyWindow,
    donors,
    opening_windows,
    propose_windows,
    read_places,
    receivers,
)

LONDON = ZoneInfo("Europe/London")
MONDAY, SUNDAY = date(2026, 3, 2), date(2026, 3, 8)


def named(places: tuple[Place, ...], name: str) -> Place:
    return next(place for place in places if place.name == name)


def test_newport_has_the_places_that_its_readme_counts(newport_places: tuple[Place, ...]) -> None:
    counts = Counter(place.kind for place in newport_places)
    assert counts["supermarket"] == 23
    assert counts["food_bank"] == 2
    assert counts["social_facility"] == 8
    assert counts["community_centre"] == 18
    assert counts["charity"] == 19


def test_donors_are_the_supermarkets_and_receivers_begin_with_the_food_banks(
    newport_places: tuple[Place, ...],
) -> None:
    assert len(donors(newport_places)) == 23
    found = receivers(newport_places)
    assert {found[0].name, found[1].name} == {"Newport Food Bank", "Feed Newport Soup Kitchen"}
    assert len(found) == 43
    assert all(place.name for place in found)
    assert not set(found) & set(donors(newport_places))


def test_a_place_has_its_address_and_its_point(newport_places: tuple[Place, ...]) -> None:
    kitchen = named(newport_places, "Feed Newport Soup Kitchen")
    assert kitchen.address == "192 Commercial Road, Newport NP20 2PP"
    assert (kitchen.longitude, kitchen.latitude) == (-2.9918477, 51.5815468)
    assert named(newport_places, "Newport Food Bank").name_in("cy") == "Banc Bwyd Casnewydd"


@pytest.mark.parametrize(
    ("text", "day", "hours"),
    [
        ("Mo-Sa 08:00-22:00; Su 10:00-16:00", MONDAY, ((time(8), time(22)),)),
        ("Mo-Sa 08:00-22:00; Su 10:00-16:00", SUNDAY, ((time(10), time(16)),)),
        ("Mo-Sa 06:00-00:00; Su off", MONDAY, ((time(6), time(23, 59)),)),
        ("Mo-Sa 06:00-00:00; Su off", SUNDAY, ()),
        ("Mo 10:00-12:00,14:00-18:00", MONDAY, ((time(10), time(12)), (time(14), time(18)))),
        ("24/7", MONDAY, ((time(0), time(23, 59)),)),
        ("24/7", date(2026, 3, 29), ((time(0), time(23, 59)),)),  # 23 hours: clocks go forward
        ("Su 20:00-04:00", MONDAY, ((time(0), time(4)),)),
    ],
)
def test_the_hours_of_a_day(text: str, day: date, hours: tuple[tuple[time, time], ...]) -> None:
    assert opening_windows(text, day, LONDON) == hours


@pytest.mark.parametrize("text", ["", "ask inside", "Mo-Zz 08:00-20:00", "8 till late"])
def test_hours_that_cannot_be_read_are_none(text: str) -> None:
    assert opening_windows(text, MONDAY, LONDON) is None


def test_newports_hours_can_be_read_but_one_that_is_badly_mapped(newport_places: tuple[Place, ...]) -> None:
    places = (*donors(newport_places), *receivers(newport_places))
    unreadable = [
        place
        for place in places
        if place.opening_hours and opening_windows(place.opening_hours, MONDAY, LONDON) is None
    ]
    assert len(unreadable) == 1
    assert "Sa Off Su Off" in (unreadable[0].opening_hours or "")
    assert not propose_windows(unreadable[0], MONDAY, LONDON).from_extract


def test_windows_are_proposed_from_the_hours_of_the_week(newport_places: tuple[Place, ...]) -> None:
    proposal = propose_windows(named(newport_places, "Newport Food Bank"), date(2026, 3, 5), LONDON)
    assert proposal.from_extract
    assert proposal.windows == (WeeklyWindow((2, 3, 5), time(12), time(14)),)
    foodhall = propose_windows(named(newport_places, "M&S Foodhall"), SUNDAY, LONDON)
    assert foodhall.windows == (
        WeeklyWindow((1, 2, 3, 4, 5, 6), time(8), time(19)),
        WeeklyWindow((7,), time(11), time(17)),
    )


def test_without_hours_the_stated_default_is_proposed(newport_places: tuple[Place, ...]) -> None:
    shop = propose_windows(named(newport_places, "Superstore"), MONDAY, LONDON)
    centre = propose_windows(named(newport_places, "The Gap Centre"), MONDAY, LONDON)
    assert (shop.windows, shop.from_extract) == (DONOR_DEFAULT, False)
    assert (centre.windows, centre.from_extract) == (RECEIVER_DEFAULT, False)


def test_a_file_of_places_that_is_missing_or_broken_is_refused_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(PlacesError, match="There is no file of places"):
        read_places(tmp_path / "none.geojson")
    broken = tmp_path / "broken.geojson"
    broken.write_text('{"features": [{"properties": {}}]}', encoding="utf-8")
    with pytest.raises(PlacesError, match=r"broken\.geojson cannot be read"):
        read_places(broken)
