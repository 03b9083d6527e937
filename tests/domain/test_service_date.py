"""The local day, on ordinary days and where the clocks change."""

from datetime import UTC, date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.service_date import (
    clock_text,
    day_seconds,
    end_of,
    instant_from_seconds,
    last_second_of,
    local_instant,
    local_window,
    seconds_since_midnight,
    service_date_of,
    start_of,
)

LONDON = ZoneInfo("Europe/London")
SPRING, AUTUMN = date(2027, 3, 28), date(2027, 10, 31)
ZONES = [
    LONDON,
    ZoneInfo("Asia/Damascus"),
    ZoneInfo("Asia/Beirut"),  # changes at midnight: a day may begin at 01:00
    ZoneInfo("Australia/Lord_Howe"),  # changes by half an hour
    ZoneInfo("Pacific/Apia"),  # left out 30 December 2011
    ZoneInfo("America/St_Johns"),  # used to change at 00:01
]
days = st.dates(min_value=date(2005, 1, 1), max_value=date(2036, 12, 31))
times = st.times().map(lambda at: at.replace(microsecond=0))


@given(days, st.integers(min_value=0, max_value=90_000), st.sampled_from(ZONES))
def test_seconds_and_instants_are_each_others_inverse(day: date, seconds: int, zone: ZoneInfo) -> None:
    assert seconds_since_midnight(instant_from_seconds(seconds, day, zone), day, zone) == seconds


@given(days, times, st.sampled_from(ZONES))
def test_a_local_time_belongs_to_its_day_unless_the_day_has_no_such_time(day: date, at: time, zone: ZoneInfo) -> None:
    instant = local_instant(day, at, zone)
    shown = instant.astimezone(zone)
    if (shown.date(), shown.time()) != (day, at):  # skipped: the moment the clocks changed
        before = (instant - timedelta(microseconds=1)).astimezone(zone)
        assert before.replace(tzinfo=None) < datetime.combine(day, at) < shown.replace(tzinfo=None)


@given(days, times, times, st.sampled_from(ZONES))
def test_no_window_inverts_or_vanishes(day: date, one: time, other: time, zone: ZoneInfo) -> None:
    if one == other:
        return
    first, last = local_window(day, min(one, other), max(one, other), zone)
    assert first < last


@given(days, st.sampled_from([LONDON, ZoneInfo("Asia/Damascus"), ZoneInfo("Australia/Lord_Howe")]))
def test_days_follow_each_other_without_a_gap(day: date, zone: ZoneInfo) -> None:
    assert end_of(day, zone) == start_of(day + timedelta(days=1), zone)
    assert service_date_of(start_of(day, zone), zone) == day
    assert service_date_of(last_second_of(day, zone), zone) == day
    assert day_seconds(day, zone) in (81_000, 82_800, 84_600, 86_400, 88_200, 90_000)


def test_the_day_of_a_clock_change_lasts_23_or_25_hours() -> None:
    assert day_seconds(SPRING, LONDON) == 23 * 3600
    assert day_seconds(AUTUMN, LONDON) == 25 * 3600


def test_seconds_count_what_truly_elapses() -> None:
    assert seconds_since_midnight(local_instant(SPRING, time(9), LONDON), SPRING, LONDON) == 8 * 3600
    assert seconds_since_midnight(local_instant(AUTUMN, time(9), LONDON), AUTUMN, LONDON) == 10 * 3600
    assert clock_text(8 * 3600, SPRING, LONDON) == "09:00"


def test_a_skipped_local_time_is_the_first_instant_after_the_gap() -> None:
    assert local_instant(SPRING, time(1, 30), LONDON) == datetime(2027, 3, 28, 1, tzinfo=UTC)


def test_a_repeated_local_time_is_the_first_of_the_two_and_the_last_at_the_end_of_a_window() -> None:
    assert local_instant(AUTUMN, time(1, 30), LONDON) == datetime(2027, 10, 31, 0, 30, tzinfo=UTC)
    window = local_window(AUTUMN, time(1, 15), time(1, 30), LONDON)
    assert window == (datetime(2027, 10, 31, 0, 15, tzinfo=UTC), datetime(2027, 10, 31, 1, 30, tzinfo=UTC))


def test_a_window_within_the_skipped_hour_keeps_its_length_behind_it() -> None:
    first, last = local_window(SPRING, time(1, 15), time(1, 45), LONDON)
    assert first == datetime(2027, 3, 28, 1, tzinfo=UTC)
    assert last - first == timedelta(minutes=30)


def test_a_window_until_midnight_ends_with_the_day() -> None:
    assert local_window(AUTUMN, time(8), time.min, LONDON)[1] == end_of(AUTUMN, LONDON)


def test_a_day_may_begin_at_one_o_clock() -> None:
    beirut = ZoneInfo("Asia/Beirut")
    assert start_of(date(2021, 3, 28), beirut).astimezone(beirut).time() == time(1)


def test_the_service_date_is_the_local_one() -> None:
    late = datetime(2027, 6, 1, 23, 30, tzinfo=UTC)
    assert service_date_of(late, LONDON) == date(2027, 6, 2)
    assert service_date_of(late, timezone(timedelta(hours=-1))) == date(2027, 6, 1)


def test_an_instant_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        service_date_of(datetime(2027, 6, 1), LONDON)  # noqa: DTZ001


def test_a_last_hour_that_a_clock_change_takes_away_moves_behind_midnight() -> None:
    """Greenland's clocks go from 22:59:59 to 00:00 of the next day."""
    nuuk, day = ZoneInfo("America/Nuuk"), date(2028, 3, 25)
    first, last = local_window(day, time(23), time.min, nuuk)
    assert (first, last - first) == (end_of(day, nuuk), timedelta(hours=1))
