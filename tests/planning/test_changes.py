"""The smallest change, from the solver's ids and seconds to names and local times, in a sentence."""

from datetime import date
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

import pytest

from app.domain.reasons import sentence
from app.planning.changes import words_of
from app.planning.snapshot import Day
from routing import CHANGES, Change, Problem, TimeWindow
from tests.routing.builders import a_lot, a_need, a_problem, a_shift

HOUR = 3600
VAN, BANK = (str(uuid5(UUID(int=0), name)) for name in ("van", "bank"))
ABOUT = {"organisation": "org", "site": BANK, "category": "bread_and_bakery"}
CASES: list[tuple[Change, str]] = [
    (
        Change("pickup_window", "bread", 1800, {"minutes": 30, "latest": 12 * HOUR + 1800, "grams": 40_000}),
        "40 kg could be fetched if the store waited until 12:30 instead of 12:00.",
    ),
    (
        Change("pickup_window", "bread", 900, {"minutes": 15, "earliest": 8 * HOUR - 900, "grams": 9_500}),
        "9.5 kg could be fetched if the store were ready at 07:45 instead of 08:00.",
    ),
    (
        Change("receiving_window", "bank", 600, {"minutes": 10, "latest": 12 * HOUR + 600, "grams": 40_000, **ABOUT}),
        "Newport Food Bank could have 40 kg if it took food until 12:10 instead of 12:00.",
    ),
    (
        Change("receiving_window", "bank", 600, {"minutes": 10, "earliest": 14 * HOUR - 600, "grams": 1, **ABOUT}),
        "Newport Food Bank could have 0.001 kg if it took food from 13:50 on instead of 14:00.",
    ),
    (
        Change("need", "bank", 11_000, {"grams": 40_000, **ABOUT}),
        "Newport Food Bank could have 40 kg if it asked for 11 kg more of bread and bakery.",
    ),
    (
        Change("storage", BANK, 5_000, {"grams": 40_000, "temperature_class": "chilled", **ABOUT}),
        "Newport Food Bank could have 40 kg if it had room for 5.0 kg more of chilled food.",
    ),
    (
        Change("shift", "van", 300, {"minutes": 5, "latest": 17 * HOUR + 300, "vehicle": VAN, "grams": 40_000}),
        "White van could bring 40 kg if it stayed out until 17:05 instead of 17:00.",
    ),
    (
        Change("shift", "van", 600, {"minutes": 10, "earliest": 0, "vehicle": VAN, "grams": 40_000}),
        "White van could bring 40 kg if it set out at 00:00 instead of 07:00.",  # as far as the day goes
    ),
    (
        Change(
            "vehicle", "van", 5000,
            {"vehicle": VAN, "temperature_class": "ambient", "earliest": 30_000, "latest": 36_000, "grams": 40_000},
        ),
        "One more vehicle like White van, out from 08:20 until 10:00, could bring 40 kg.",
    ),
    (
        Change("split", "bread", 13_334, {"parts": 3, "grams": 40_000}),
        "All 40 kg would find a place if they might be split, into parts of about 13 kg.",
    ),
]  # fmt: skip


@pytest.fixture
def day() -> Day:
    """As much of a day as names and times need."""
    named: dict[str, Any] = {
        "sites": {UUID(BANK): SimpleNamespace(name="Newport Food Bank")},
        "vehicles": {UUID(VAN): SimpleNamespace(name="White van")},
        "service_date": date(2026, 11, 25),
        "zone": ZoneInfo("Europe/London"),
    }
    return cast(Day, SimpleNamespace(**named))


@pytest.fixture
def problem() -> Problem:
    """Bread until noon, a food bank with a break at noon, a van."""
    windows = (TimeWindow(9 * HOUR, 12 * HOUR), TimeWindow(14 * HOUR, 16 * HOUR))
    lot = a_lot(window=TimeWindow(8 * HOUR, 12 * HOUR))
    shift = a_shift("van", window=TimeWindow(7 * HOUR, 17 * HOUR))
    return a_problem([lot], [a_need("bank", windows=windows)], [shift])


@pytest.mark.parametrize(("change", "said"), CASES, ids=[said for _, said in CASES])
def test_a_change_is_told_with_names_kilograms_and_local_times(
    day: Day, problem: Problem, change: Change, said: str
) -> None:
    assert sentence(change.kind, words_of(day, problem, change)) == said


def test_every_kind_of_change_is_told() -> None:
    assert {change.kind for change, _ in CASES} == set(CHANGES)


def test_times_are_local_in_summer_too(day: Day, problem: Problem) -> None:
    """Seconds count from local midnight, so the clock shows the same whatever the offset; unless it changed since."""
    change, _ = CASES[0]
    summer = cast(Day, SimpleNamespace(**{**vars(day), "service_date": date(2026, 7, 1)}))
    assert words_of(summer, problem, change)["until"] == "12:30"
    sprung = cast(Day, SimpleNamespace(**{**vars(day), "service_date": date(2026, 3, 29)}))
    assert words_of(sprung, problem, change)["until"] == "13:30"
