"""Sentences for people."""

from string import Formatter

import pytest

from app.domain.reasons import (
    CHANGE_CODES,
    CHANGES,
    EDIT_CODES,
    EDITS,
    PRICE_CODES,
    PRICES,
    PROBLEM_CODES,
    PROBLEMS,
    REASON_CODES,
    UNSERVED,
    VIOLATION_CODES,
    VIOLATIONS,
    sentence,
)

DETAILS = {
    "category": "frozen_food",
    "temperature_class": "frozen",
    "kg": "62",
    "km": "3.4",
    "pickup_from": "09:00",
    "pickup_until": "11:30",
    "deliver_by": "17:00",
    "celsius": "11",
    "site": "Newport Food Bank",
    "vehicle": "White van",
    "more": "5.0",
    "part": "21",
    "from": "08:15",
    "until": "12:30",
    "instead_of": "12:00",
    "at": "12:40",
    "crates": "3",
    "from_vehicle": "Blue van",
    "to_site": "Duffryn Community Centre",
    "kept_for": "Raven House",
    "until_day": "2027-06-30",
    "other": "Newport Food Bank",
    "driver": "Green Hauliers",
}
EVERY_CODE = [*REASON_CODES, *CHANGE_CODES, *PROBLEM_CODES, *VIOLATION_CODES, *EDIT_CODES, *PRICE_CODES]


@pytest.mark.parametrize("code", EVERY_CODE)
def test_every_code_has_a_sentence_with_and_without_details(code: str) -> None:
    for details in (DETAILS, {}, None):
        said = sentence(code, details)
        assert said.endswith(".")
        assert "{" not in said
        assert "_" not in said


def test_the_reasons_of_the_planner_are_known() -> None:
    assert set(REASON_CODES) == {
        "no_eligible_need",
        "no_need_left",
        "storage_full",
        "no_vehicle_with_skills",
        "no_vehicle_for_temperature_class",
        "exceeds_every_vehicle",
        "outside_every_shift",
        "no_receiving_window_in_time",
        "unreachable_by_road",
        "vehicles_full",
        "no_time_on_any_route",
        "detour_not_worth_it",
        "reported_closed",
        "left_out_by_hand",
        "kept_by_agreement",
        "driver_by_agreement",
    }


def test_the_most_telling_sentence_whose_details_are_known_is_said() -> None:
    assert sentence("no_receiving_window_in_time", {"category": "frozen_food", "deliver_by": "17:00"}) == (
        "No food bank can take frozen food before 17:00."
    )


def test_a_sentence_uses_only_the_documented_details() -> None:
    used = {
        name
        for templates in (
            *UNSERVED.values(),
            *CHANGES.values(),
            *PROBLEMS.values(),
            *VIOLATIONS.values(),
            *EDITS.values(),
            *PRICES.values(),
        )
        for template in templates
        for _, name, _, _ in Formatter().parse(template)
        if name
    }
    assert used <= set(DETAILS)


def test_no_code_means_two_things() -> None:
    assert len(EVERY_CODE) == len(set(EVERY_CODE))


def test_an_unknown_code_is_an_error() -> None:
    with pytest.raises(KeyError):
        sentence("bad_luck")
