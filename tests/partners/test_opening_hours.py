"""Opening hours as OpenStreetMap writes them become a week and its exceptions, or are refused with a sentence."""

from datetime import date, time, timedelta
from itertools import batched, pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from app.domain.opening import hours_on
from app.kit.errors import WaslError
from app.partners.opening_hours import stored_hours
from app.partners.schemas import ExceptionIn, WindowIn

TODAY = date(2026, 11, 25)


def week(*windows: tuple[list[int], str, str]) -> list[dict[str, Any]]:
    return [{"weekdays": days, "opens": opens, "closes": closes} for days, opens, closes in windows]


@pytest.mark.parametrize(
    ("text", "windows"),
    [
        ("Mo-Fr 08:00-20:00; Sa 09:00-17:00", week(([1, 2, 3, 4, 5], "08:00", "20:00"), ([6], "09:00", "17:00"))),
        ("Mo 09:00-12:00,14:00-18:00", week(([1], "09:00", "12:00"), ([1], "14:00", "18:00"))),
        ("24/7", week(([1, 2, 3, 4, 5, 6, 7], "00:00", "23:59"))),
        ("Fr 22:00-02:00", week(([5], "22:00", "23:59"), ([6], "00:00", "02:00"))),
        ('Mo-Fr 08:00-20:00 "ring the bell"', week(([1, 2, 3, 4, 5], "08:00", "20:00"))),
        ("Mo-Fr 08:00-20:00; PH off", week(([1, 2, 3, 4, 5], "08:00", "20:00"))),
    ],
)
def test_a_week_is_read_as_windows(text: str, windows: list[dict[str, Any]]) -> None:
    assert stored_hours(text, TODAY) == (windows, [])


def test_what_differs_by_date_becomes_an_exception() -> None:
    text = "Mo-Su 08:00-20:00; 2026 Dec 25 off; 2026 Dec 24,2026 Dec 31 08:00-14:00"
    weekly, exceptions = stored_hours(text, TODAY)
    assert [(each["date"], each["closed"]) for each in exceptions] == [
        ("2026-12-24", False), ("2026-12-25", True), ("2026-12-31", False),
    ]  # fmt: skip
    assert hours_on(date(2026, 12, 25), weekly, exceptions) == ()
    assert [each.closes.hour if hasattr(each, "closes") else each[1].hour for each in
            hours_on(date(2026, 12, 24), weekly, exceptions)] == [14]  # fmt: skip


def test_clock_changes_are_no_exceptions() -> None:
    assert stored_hours("Mo-Su 00:30-03:30", TODAY)[1] == []


@pytest.mark.parametrize(
    "text",
    ["whenever", "Mo-Fr 25:00-99:00", "off", '"by appointment"', "May-Sep 09:00-17:00; Oct-Apr 10:00-14:00", "Mo-"],
)
def test_hours_that_no_week_can_say_are_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(WaslError) as refusal:
        stored_hours(text, TODAY)
    assert refusal.value.code == "opening_hours_unreadable"
    assert refusal.value.detail.endswith(".")
    assert refusal.value.errors[0].pointer == "/opening_hours"


def test_what_is_read_is_what_the_api_would_take() -> None:
    weekly, exceptions = stored_hours("Mo-Fr 22:00-02:00; 2026 Dec 25 off", TODAY)
    assert [WindowIn.model_validate(each).stored() for each in weekly] == weekly
    assert [ExceptionIn.model_validate(each).stored() for each in exceptions] == exceptions


DAY_NAMES = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
hours_of_a_day = st.lists(st.integers(0, 95), max_size=6, unique=True).map(sorted).map(
    lambda quarters: [pair for pair in batched(quarters, 2) if len(pair) == 2]
)  # fmt: skip


def at(quarter: int) -> time:
    return time(quarter // 4, quarter % 4 * 15)


@hypothesis_settings(max_examples=40)
@given(st.lists(hours_of_a_day, min_size=7, max_size=7).filter(any), st.dates(date(2026, 1, 1), date(2030, 1, 1)))
def test_every_week_that_can_be_written_is_read_as_it_was_written(
    week_of_hours: list[list[tuple[int, int]]], today: date
) -> None:
    rules = [
        f"{name} " + ",".join(f"{at(first):%H:%M}-{at(last):%H:%M}" for first, last in hours)
        for name, hours in zip(DAY_NAMES, week_of_hours, strict=True)
        if hours
    ]
    weekly, exceptions = stored_hours("; ".join(rules), today)
    assert exceptions == []
    for day in (today + timedelta(days=ahead) for ahead in range(7)):
        written = [(at(first), at(last)) for first, last in week_of_hours[day.weekday()]]
        assert list(hours_on(day, weekly)) == written
        assert all(before[1] < after[0] for before, after in pairwise(written))
