"""On which days something happens again, as RFC 5545 says, and which rules are refused with a sentence."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import PydanticCustomError

from app.offers.recurrence import Rhythm, dates_between, readable_recurrence, rhythm_of, weekly_on

LONDON = ZoneInfo("Europe/London")
START = date(2026, 11, 23)  # a Monday


def days(rule: str, first: date = START, last: date = date(2027, 1, 1), ends_on: date | None = None) -> list[str]:
    found = dates_between(readable_recurrence(rule), START, ends_on, first, last, LONDON)
    return [f"{day:%m-%d}" for day in found]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("FREQ=WEEKLY;BYDAY=MO,TH", ["11-23", "11-26", "11-30", "12-03"]),
        ("RRULE:freq=weekly;byday=mo,th", ["11-23", "11-26", "11-30", "12-03"]),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU", ["11-24", "12-08"]),
        ("FREQ=WEEKLY", ["11-23", "11-30"]),
        ("FREQ=DAILY;COUNT=3", ["11-23", "11-24", "11-25"]),
        ("FREQ=DAILY;INTERVAL=3", ["11-23", "11-26", "11-29", "12-02"]),
        ("FREQ=DAILY;UNTIL=20261124", ["11-23", "11-24"]),
        ("FREQ=DAILY;UNTIL=20261124T120000Z", ["11-23", "11-24"]),
    ],
)
def test_days_follow_the_rule(rule: str, expected: list[str]) -> None:
    assert (
        days(rule, last=date(2026, 12, 8) if "INTERVAL=2" in rule else date(2026, 12, 3))[: len(expected)] == expected
    )
    if "COUNT" in rule or "UNTIL" in rule:
        assert days(rule) == expected


def test_counting_begins_at_the_start_and_not_where_one_looks() -> None:
    assert days("FREQ=DAILY;COUNT=5", first=date(2026, 11, 26)) == ["11-26", "11-27"]
    assert days("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO", first=date(2026, 11, 25), last=date(2026, 12, 10)) == ["12-07"]


def test_nothing_is_before_the_start_or_after_the_end() -> None:
    assert days("FREQ=DAILY", first=date(2026, 1, 1), ends_on=date(2026, 11, 24)) == ["11-23", "11-24"]
    assert days("FREQ=DAILY", first=date(2026, 11, 25), ends_on=date(2026, 11, 24)) == []


def test_weekdays_that_an_interval_never_meets_are_no_endless_search() -> None:
    assert days("FREQ=DAILY;INTERVAL=7;BYDAY=TU") == []
    assert days("FREQ=DAILY;INTERVAL=7;BYDAY=TU;COUNT=5") == []


@pytest.mark.parametrize(
    "rule",
    [
        "", "FREQ=MONTHLY", "FREQ=HOURLY", "BYDAY=MO", "FREQ=WEEKLY;BYDAY=1MO", "FREQ=WEEKLY;BYDAY=",
        "FREQ=WEEKLY;COUNT=0",
        "FREQ=WEEKLY;INTERVAL=0", "FREQ=WEEKLY;INTERVAL=53", "FREQ=DAILY;BYHOUR=3", "FREQ=DAILY;UNTIL=20261301",
        "FREQ=DAILY;UNTIL=soon", "FREQ=DAILY;COUNT=2;UNTIL=20261201", "FREQ=DAILY;FREQ=DAILY",
        "DTSTART:20261123\nFREQ=DAILY",
        "FREQ=DAILY\nEXRULE:FREQ=DAILY", "FREQ=DAILY;COUNT=٣",
    ],
)  # fmt: skip
def test_other_rules_are_refused_with_a_sentence(rule: str) -> None:
    with pytest.raises(PydanticCustomError) as caught:
        readable_recurrence(rule)
    assert caught.value.message().endswith(".")


PIECES = ["FREQ=", "WEEKLY", "DAILY", ";BYDAY=", "MO", "TU", ",", ";INTERVAL=", "2", ";COUNT=", "9", ";", "="]


@given(st.text(max_size=60) | st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_whatever_is_written_is_a_rule_or_is_refused(text: str) -> None:
    try:
        rule = readable_recurrence(text)
    except PydanticCustomError:
        return
    found = dates_between(rule, START, None, START, START + timedelta(days=60), LONDON)
    assert list(found) == sorted(set(found))
    assert readable_recurrence(rule) == rule


@pytest.mark.parametrize(
    ("rule", "rhythm"),
    [
        ("FREQ=WEEKLY;BYDAY=TH,MO", Rhythm(1, 0, (1, 4), None, None)),
        ("FREQ=WEEKLY;INTERVAL=2", Rhythm(2, 0, (1,), None, None)),
        ("FREQ=DAILY", Rhythm(0, 1, (), None, None)),
        ("FREQ=DAILY;BYDAY=SU", Rhythm(1, 0, (7,), None, None)),
        ("FREQ=DAILY;INTERVAL=3;BYDAY=SU;COUNT=4", Rhythm(0, 3, (7,), None, 4)),
        ("FREQ=DAILY;UNTIL=20260701T233000Z", Rhythm(0, 1, (), date(2026, 7, 2), None)),
    ],
)
def test_a_rule_is_said_as_people_say_it(rule: str, rhythm: Rhythm) -> None:
    assert rhythm_of(readable_recurrence(rule), START, LONDON) == rhythm


@given(st.sets(st.integers(1, 7), min_size=1))
def test_the_rule_of_some_weekdays_meets_them_and_no_other(weekdays: set[int]) -> None:
    rule = weekly_on(sorted(weekdays, reverse=True))
    assert readable_recurrence(rule) == rule
    week = dates_between(rule, START, None, START, START + timedelta(days=6), LONDON)
    assert {day.isoweekday() for day in week} == weekdays == set(rhythm_of(rule, START, LONDON).weekdays)


@given(
    rule=st.builds(
        "FREQ={};INTERVAL={};WKST={}{}".format,
        st.sampled_from(["DAILY", "WEEKLY"]),
        st.integers(1, 52),
        st.sampled_from(["MO", "SU", "WE"]),
        st.sampled_from(["", ";BYDAY=MO", ";BYDAY=TU,SA", ";BYDAY=SU,WE", ";COUNT=30", ";UNTIL=20270601"]),
    ),
    begun=st.integers(0, 900),
    ahead=st.integers(0, 60),
)
def test_a_rule_that_began_long_ago_meets_the_days_that_it_meets_when_counted_through(
    rule: str, begun: int, ahead: int
) -> None:
    kept, starts_on, last = readable_recurrence(rule), START - timedelta(days=begun), START + timedelta(days=ahead)
    through = dates_between(kept, starts_on, None, starts_on, last, LONDON)
    assert dates_between(kept, starts_on, None, START, last, LONDON) == [day for day in through if day >= START]
