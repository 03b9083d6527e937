"""Quiet hours, over midnight and over the days on which clocks change."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.quiet_hours import USUAL, QuietHours, quiet_until

LONDON = ZoneInfo("Europe/London")
ZONES = [ZoneInfo(name) for name in ("Europe/London", "Asia/Amman", "Australia/Lord_Howe", "America/Nuuk", "UTC")]
START = datetime(2025, 1, 1, tzinfo=UTC)
INSTANTS = st.integers(0, 6 * 365 * 24 * 60).map(lambda minutes: START + timedelta(minutes=minutes))
HOURS = st.builds(QuietHours, st.times(), st.times())


def at(text: str) -> datetime:
    """A local time in London."""
    return datetime.fromisoformat(text).replace(tzinfo=LONDON).astimezone(UTC)


@pytest.mark.parametrize(
    ("now", "until"),
    [
        ("2026-11-25T20:59", None),
        ("2026-11-25T21:00", "2026-11-26T07:00"),
        ("2026-11-26T00:00", "2026-11-26T07:00"),
        ("2026-11-26T06:59", "2026-11-26T07:00"),
        ("2026-11-26T07:00", None),
    ],
)
def test_the_usual_ones_go_over_midnight(now: str, until: str | None) -> None:
    assert quiet_until(USUAL, at(now), LONDON) == (None if until is None else at(until))


def test_those_of_one_day_stay_within_it() -> None:
    noon = QuietHours(time(12), time(14))
    assert quiet_until(noon, at("2026-11-25T13:00"), LONDON) == at("2026-11-25T14:00")
    assert quiet_until(noon, at("2026-11-25T11:59"), LONDON) is None
    assert quiet_until(QuietHours(time(21), time(0)), at("2026-11-25T23:59"), LONDON) == at("2026-11-26T00:00")


def test_none_are_none() -> None:
    assert quiet_until(None, at("2026-11-25T23:00"), LONDON) is None
    assert quiet_until(QuietHours(time(5), time(5)), at("2026-11-25T05:00"), LONDON) is None


def test_a_night_with_a_clock_change_is_as_long_as_it_is() -> None:
    spring, autumn = at("2026-03-28T21:00"), at("2026-10-24T21:00")
    for begins, hours in ((spring, 9), (autumn, 11)):
        ends = quiet_until(USUAL, begins, LONDON)
        assert ends is not None
        assert ends - begins == timedelta(hours=hours)


def test_a_time_that_comes_twice_begins_at_its_first_and_ends_at_its_last() -> None:
    twice = QuietHours(time(1, 15), time(1, 30))  # 01:00 to 02:00 comes twice on 25 October
    first = datetime(2026, 10, 25, 0, 15, tzinfo=UTC)
    assert quiet_until(twice, first, LONDON) == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


@given(HOURS, INSTANTS, st.sampled_from(ZONES))
def test_they_end_within_a_long_day_and_it_is_not_quiet_then(quiet: QuietHours, now: datetime, zone: ZoneInfo) -> None:
    ends = quiet_until(quiet, now, zone)
    if ends is not None:
        assert now < ends <= now + timedelta(hours=26)
        again = quiet_until(quiet, ends, zone)
        assert again is None or _clocks_change(ends, zone)


@given(HOURS, INSTANTS, st.sampled_from(ZONES))
def test_where_no_clock_changes_it_is_what_the_clock_on_the_wall_says(
    quiet: QuietHours, now: datetime, zone: ZoneInfo
) -> None:
    if _clocks_change(now, zone):
        return
    wall, (begins, ends) = now.astimezone(zone).time(), (quiet.begins, quiet.ends)
    said = begins <= wall < ends if begins < ends else begins != ends and (wall >= begins or wall < ends)
    assert (quiet_until(quiet, now, zone) is not None) == said


def _clocks_change(near: datetime, zone: ZoneInfo) -> bool:
    offsets = {(near + timedelta(hours=hours)).astimezone(zone).utcoffset() for hours in (-49, 0, 49)}
    return len(offsets) > 1
