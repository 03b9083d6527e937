"""What a network counts with, by day."""

from datetime import date

import pytest

from app.domain.impact import Factor
from app.domain.impact_factors import (
    BOUNDS,
    CATALOGUES,
    DEFAULTS,
    REFRIGERATION,
    UNITS,
    USES,
    VANS,
    Choice,
    default_of,
    in_force,
    published_range,
)

MONDAY, TUESDAY, FRIDAY = date(2026, 11, 23), date(2026, 11, 24), date(2026, 11, 27)


def chosen(number: int, code: str, counts_from: date) -> Choice:
    return Choice("meals", number, code, CATALOGUES["meals"][code], counts_from)


def test_the_catalogue_has_what_others_count_with_and_where_to_look_it_up() -> None:
    assert {each.value for each in CATALOGUES["meals"].values()} == {420, 500, 544, 626}
    assert {each.value for each in CATALOGUES["co2e"].values()} == {510, 1600, 3200, 3660}
    assert {each.value for each in VANS.values()} == {157, 193, 279, 256, 213, 70}
    assert REFRIGERATION.value == 119
    for use in USES:
        least, most = BOUNDS[use]
        for each in CATALOGUES[use].values():
            assert each.source
            assert each.unit == UNITS[use]
            assert least <= each.value <= most


def test_until_somebody_chooses_the_default_counts() -> None:
    found = in_force([], "meals", MONDAY)
    assert (found.number, found.code) == (0, DEFAULTS["meals"])
    assert in_force([chosen(1, "feba", TUESDAY)], "meals", MONDAY) == default_of("meals")


@pytest.mark.parametrize(("day", "number"), [(MONDAY, 1), (TUESDAY, 2), (FRIDAY, 2)])
def test_of_the_versions_that_count_on_a_day_the_newest_one_does(day: date, number: int) -> None:
    choices = [chosen(1, "feba", MONDAY), chosen(2, "usda", TUESDAY)]
    assert in_force(choices, "meals", day).number == number
    assert in_force(choices, "co2e", day).number == 0


def test_a_later_version_that_counts_from_an_earlier_day_takes_the_place_of_the_one_before() -> None:
    choices = [chosen(1, "feba", TUESDAY), chosen(2, "usda", MONDAY)]
    assert in_force(choices, "meals", FRIDAY).code == "usda"


def test_the_range_has_a_networks_own_number_in_it() -> None:
    own = Factor("Ours", 700, UNITS["meals"], "our own survey")
    assert [each.value for each in published_range("meals")] == [420, 626]
    assert [each.value for each in published_range("meals", own)] == [420, 700]
