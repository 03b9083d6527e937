"""I4, I19, I20 in every zone, on every day of 2025 to 2030 that is not 24 hours long.

200 of them, always the same, in a normal run; all where WASL_ALL_CLOCK_CHANGES is set.
"""

import os
import random
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

import pytest

from app.domain.food_safety import Line, Receiver, Refusal, causes_at_handover, latest_arrival, refusals_on_posting
from app.domain.service_date import (
    day_seconds,
    end_of,
    instant_from_seconds,
    last_second_of,
    local_window,
    seconds_since_midnight,
    service_date_of,
    start_of,
)

FIRST, LAST = date(2025, 1, 1), date(2030, 12, 31)
SAMPLE = 200
USUAL = 24 * 3600
HOURS = [(time(hour), time((hour + 1) % 24)) for hour in range(24)]


@cache
def uncommon_days() -> tuple[tuple[str, date], ...]:
    """Every zone and day whose clocks change; found by offsets at both ends of the day, months first."""
    found = []
    for name in sorted(available_timezones() - {"localtime"}):
        zone = ZoneInfo(name)
        offsets = [datetime.combine(day, time.min, zone).utcoffset() for day in _days()]
        for day, before, after in zip(_days(), offsets, offsets[1:], strict=False):
            if before != after and day <= LAST and day_seconds(day, zone) != USUAL:
                found.append((name, day))
    return tuple(found)


@cache
def _days() -> tuple[date, ...]:
    return tuple(FIRST + timedelta(days=number) for number in range((LAST - FIRST).days + 2))


def cases() -> tuple[tuple[str, date], ...]:
    everything = uncommon_days()
    if os.environ.get("WASL_ALL_CLOCK_CHANGES"):
        return everything
    return tuple(sorted(random.Random(5).sample(everything, SAMPLE)))


def test_there_are_days_of_many_lengths() -> None:
    found = uncommon_days()
    assert len(found) > 2_000
    lengths = {day_seconds(day, ZoneInfo(name)) for name, day in found}
    assert {23 * 3600, 25 * 3600} < lengths
    assert any(seconds % 3600 for seconds in lengths)  # Lord Howe changes by half an hour


@pytest.fixture(scope="module")
def sample() -> list[tuple[ZoneInfo, date]]:
    return [(ZoneInfo(name), day) for name, day in cases()]


def test_an_instant_of_the_day_belongs_to_it_and_comes_back_from_its_seconds(
    sample: list[tuple[ZoneInfo, date]],
) -> None:
    """I19: a service date is the local day, whatever its length; every second of it is counted once."""
    for zone, day in sample:
        length = day_seconds(day, zone)
        for seconds in (0, 1, 3599, 3600, 7200, length // 2, length - 1):
            instant = instant_from_seconds(seconds, day, zone)
            assert instant.utcoffset() == timedelta(0), (zone, day)
            assert service_date_of(instant, zone) == day, (zone, day, seconds)
            assert seconds_since_midnight(instant, day, zone) == seconds
        assert service_date_of(end_of(day, zone), zone) == day + timedelta(days=1), (zone, day)
        assert service_date_of(start_of(day, zone) - timedelta(seconds=1), zone) == day - timedelta(days=1)


def test_the_hours_of_the_day_add_up_to_its_real_length(sample: list[tuple[ZoneInfo, date]]) -> None:
    """I20: windows neither invert nor vanish; together the 24 hours of the clock cover the whole day."""
    for zone, day in sample:
        begins, ends = start_of(day, zone), end_of(day, zone)
        windows = [local_window(day, opens, closes, zone) for opens, closes in HOURS]
        assert all(first < last for first, last in windows), (zone, day)
        covered, reached = timedelta(0), begins
        for first, last in sorted(windows):
            assert first <= reached, (zone, day, first)  # no second between two windows
            covered += max(timedelta(0), last - max(first, reached))
            reached = max(reached, last)
        assert covered == reached - begins, (zone, day)
        assert reached >= ends, (zone, day)
        whole = local_window(day, time.min, time.min, zone)
        assert whole == (begins, ends), (zone, day)
        assert (ends - begins).total_seconds() == day_seconds(day, zone) != USUAL


def test_without_the_rule_for_hours_that_are_skipped_or_come_twice_windows_would_vanish(
    sample: list[tuple[ZoneInfo, date]],
) -> None:
    """The twin: the clock's hours as they are, each read in the zone, are no windows where the clock is put forward."""

    def as_it_is(day: date, clock: time, zone: ZoneInfo) -> datetime:
        return datetime.combine(day, clock, zone).astimezone(UTC)

    windows = [
        (as_it_is(day, opens, zone), as_it_is(day, closes, zone))
        for zone, day in sample
        for opens, closes in HOURS[:-1]
    ]
    assert any(first >= last for first, last in windows)


def test_use_by_food_is_neither_planned_nor_booked_after_its_day(sample: list[tuple[ZoneInfo, date]]) -> None:
    """I4, thrice: on posting, in planning, at the handover, each in the network's local time."""
    for zone, day in sample:
        milk = Line("dairy_and_eggs", 1_000, "chilled", "use_by", day)
        fridge = Receiver("dairy_and_eggs", accepted_temperature_classes=frozenset({"chilled"}))
        last, after = last_second_of(day, zone), end_of(day, zone)
        latest = latest_arrival(milk, fridge, day, zone)
        assert latest == last, (zone, day)
        assert isinstance(latest_arrival(milk, fridge, day + timedelta(days=1), zone), Refusal)
        assert causes_at_handover("chilled", day, "delivered", last, 4.0, zone) == ()
        assert causes_at_handover("chilled", day, "delivered", after, 4.0, zone) == ("past_use_by",)
        now = start_of(day, zone)
        assert refusals_on_posting([milk], last - timedelta(hours=1), last, now, zone) == ()
        tomorrow = refusals_on_posting([milk], after, after + timedelta(hours=1), now, zone)
        assert [each.code for each in tomorrow] == ["use_by_before_pickup"], (zone, day)


def test_with_a_day_of_24_hours_the_same_food_would_arrive_on_another_day(
    sample: list[tuple[ZoneInfo, date]],
) -> None:
    """The twin: counting 24 hours from midnight, as one would without the zone's rules, misses the day's end."""
    wrong = [start_of(day, zone) + timedelta(hours=24) - timedelta(seconds=1) for zone, day in sample]
    right = [last_second_of(day, zone) for zone, day in sample]
    assert all(one != other for one, other in zip(wrong, right, strict=True))
    late = [
        causes_at_handover("chilled", day, "delivered", instant, None, zone)
        for (zone, day), instant in zip(sample, wrong, strict=True)
    ]
    assert ("past_use_by",) in late


def test_instants_are_utc() -> None:
    assert start_of(FIRST, ZoneInfo("Asia/Kathmandu")).tzinfo is UTC
