"""What one date of a standing offer comes to, also where clocks change and where the site keeps other hours."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.offers.occurrences import LONGEST_HOT, LONGEST_WINDOW, Occurrence, Usual, occurrence_on

LONDON = ZoneInfo("Europe/London")
SPRING, AUTUMN = date(2027, 3, 28), date(2027, 10, 31)


def on(
    day: date,
    begin: time = time(8),
    end: time = time(12),
    *exceptions: dict[str, Any],
    skipped: bool = False,
    hot: bool = False,
    zone: ZoneInfo = LONDON,
) -> Occurrence:
    usual = Usual(begin, end, post_days_before=1, post_at=time(18), hot=hot)
    return occurrence_on(day, usual, skipped=skipped, exceptions=exceptions, zone=zone)


def hours(found: Occurrence) -> tuple[str, str]:
    return f"{found.pickup_from:%H:%M}", f"{found.pickup_until:%H:%M}"


def test_it_is_posted_the_evening_before_in_local_time() -> None:
    found = on(date(2027, 7, 5))
    assert found.posts_at == datetime(2027, 7, 4, 17, tzinfo=UTC)
    assert hours(found) == ("07:00", "11:00")  # UTC: summer time is an hour ahead
    assert not found.is_due(found.posts_at - timedelta(seconds=1))
    assert found.is_due(found.posts_at)
    assert found.is_due(found.pickup_until - timedelta(seconds=1))
    assert not found.is_due(found.pickup_until)


@pytest.mark.parametrize(
    ("day", "begin", "end", "expected"),
    [
        (SPRING, time(1, 30), time(4), ("01:00", "03:00")),  # clocks jump from 01:00 to 02:00: it begins after the gap
        (SPRING, time(1, 15), time(1, 45), ("01:00", "01:30")),  # all of it in the gap: as long, behind it
        (SPRING, time(0, 30), time(1, 30), ("00:30", "01:00")),
        (AUTUMN, time(1, 30), time(2, 30), ("00:30", "02:30")),  # 01:30 comes twice: from the first of them
        (AUTUMN, time(0, 30), time(1, 30), ("23:30", "01:30")),
    ],
)
def test_a_pickup_across_a_clock_change_neither_inverts_nor_vanishes(
    day: date, begin: time, end: time, expected: tuple[str, str]
) -> None:
    assert hours(on(day, begin, end)) == expected


def test_on_a_day_of_25_hours_the_pickup_stays_within_what_the_rule_book_allows() -> None:
    whole = on(AUTUMN, time(0), time(0))
    assert whole.pickup_until - whole.pickup_from == LONGEST_WINDOW
    hot = on(AUTUMN, time(0, 30), time(2, 30), hot=True)
    assert hot.pickup_until - hot.pickup_from == LONGEST_HOT


QUARTERS = st.integers(0, 95).map(lambda quarter: time(quarter // 4, quarter % 4 * 15))
ZONES = st.sampled_from(sorted(name for name in available_timezones() if "/" in name and not name.startswith("Etc")))


@given(st.dates(date(2020, 1, 1), date(2035, 12, 31)), QUARTERS, QUARTERS, ZONES)
def test_in_no_zone_and_on_no_day_does_a_window_invert_or_vanish(day: date, begin: time, end: time, zone: str) -> None:
    if end != time.min and end <= begin:
        begin, end = end, begin
    if begin == end:
        return
    found = on(day, begin, end, zone=ZoneInfo(zone))
    assert found.pickup_from < found.pickup_until <= found.pickup_from + LONGEST_WINDOW


DAY = date(2026, 12, 25)


def exception(**fields: Any) -> dict[str, Any]:
    return {"date": DAY.isoformat(), "closed": False, "windows": [], "note": "", **fields}


def test_a_closed_site_and_a_skipped_date_post_nothing_and_say_why() -> None:
    closed = on(DAY, time(8), time(12), exception(closed=True, note="Christmas"))
    assert (closed.kept_from, closed.reason) == ("closed", "The site is closed on this date: Christmas.")
    skipped = on(DAY, skipped=True)
    assert (skipped.kept_from, skipped.reason) == ("skipped", "This date was skipped.")
    for each in (closed, skipped):
        assert not each.is_due(each.posts_at)


def test_other_hours_cut_the_pickup_and_none_in_common_close_it() -> None:
    short = exception(windows=[{"opens": "09:00", "closes": "10:30"}, {"opens": "11:45", "closes": "14:00"}])
    assert hours(on(DAY, time(8), time(12), short)) == ("09:00", "10:30")
    late = on(DAY, time(8), time(12), exception(windows=[{"opens": "13:00", "closes": "14:00"}]))
    assert (late.kept_from, late.reason) == ("closed", "The site is closed at this time.")


def test_an_exception_of_another_date_or_a_mere_note_changes_nothing() -> None:
    usual = on(DAY)
    assert on(DAY, time(8), time(12), exception(date="2026-12-24", closed=True)) == usual
    assert on(DAY, time(8), time(12), exception(note="Ring at the back")) == usual
