"""When a site is open: the week, dated exceptions, and days on which the clocks change."""

from datetime import UTC, date, datetime, time
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from app.domain.opening import closed_on, hours_on, receiving, windows_on

LONDON = ZoneInfo("Europe/London")
ZONES = [LONDON, ZoneInfo("Asia/Beirut"), ZoneInfo("Australia/Lord_Howe"), ZoneInfo("Pacific/Apia")]
EVERY_DAY = [1, 2, 3, 4, 5, 6, 7]
WEDNESDAY, SPRING = date(2026, 11, 25), date(2027, 3, 28)
days = st.dates(min_value=date(2005, 1, 1), max_value=date(2036, 12, 31))
minutes = st.integers(0, 24 * 60 - 1).map(lambda at: f"{at // 60:02d}:{at % 60:02d}")


def week(*hours: tuple[str, str]) -> list[dict[str, Any]]:
    return [{"weekdays": EVERY_DAY, "opens": opens, "closes": closes} for opens, closes in hours]


def differing(day: date, *hours: tuple[str, str]) -> dict[str, Any]:
    windows = [{"opens": opens, "closes": closes} for opens, closes in hours]
    return {"date": day.isoformat(), "closed": not hours, "windows": windows, "note": ""}


@st.composite
def weeks(draw: st.DrawFn) -> list[dict[str, Any]]:
    found = []
    for one, other in draw(st.lists(st.tuples(minutes, minutes), max_size=5)):
        if one != other:
            weekdays = draw(st.sets(st.integers(1, 7), min_size=1))
            found.append({"weekdays": sorted(weekdays), "opens": min(one, other), "closes": max(one, other)})
    return found


@given(days, st.sampled_from(ZONES), weeks())
def test_windows_never_invert_nor_overlap_and_keep_their_order(
    day: date, zone: ZoneInfo, weekly: list[dict[str, Any]]
) -> None:
    found = windows_on(day, zone, weekly)
    assert all(opens < closes for opens, closes in found)
    assert all(before[1] < after[0] for before, after in pairwise(found))
    assert bool(found) == any(day.isoweekday() in each["weekdays"] for each in weekly)


@given(days, st.sampled_from(ZONES), weeks())
def test_a_dated_closure_leaves_nothing_of_the_day_and_all_of_the_others(
    day: date, zone: ZoneInfo, weekly: list[dict[str, Any]]
) -> None:
    other = date(2004, 12, 31)
    assert windows_on(day, zone, weekly, [differing(day)]) == ()
    assert windows_on(day, zone, weekly, [differing(other)]) == windows_on(day, zone, weekly)
    assert closed_on(day, [differing(day)])
    assert not closed_on(day, [differing(other)])


def test_other_hours_of_a_date_replace_those_of_the_week() -> None:
    exceptions = [differing(WEDNESDAY, ("10:00", "12:00"), ("14:00", "15:00"))]
    assert hours_on(WEDNESDAY, week(("08:00", "20:00")), exceptions) == (
        (time(10), time(12)),
        (time(14), time(15)),
    )
    assert not closed_on(WEDNESDAY, exceptions)


def test_windows_that_touch_are_one() -> None:
    found = windows_on(WEDNESDAY, LONDON, week(("12:00", "16:00"), ("08:00", "12:00")))
    assert found == ((datetime(2026, 11, 25, 8, tzinfo=UTC), datetime(2026, 11, 25, 16, tzinfo=UTC)),)


def test_a_window_in_the_skipped_hour_moves_behind_it() -> None:
    ((opens, closes),) = windows_on(SPRING, LONDON, week(("01:15", "01:45")))
    assert (opens, closes) == (datetime(2027, 3, 28, 1, tzinfo=UTC), datetime(2027, 3, 28, 1, 30, tzinfo=UTC))


def test_a_site_receives_as_it_is_open_unless_it_says_otherwise() -> None:
    opening, own = week(("08:00", "20:00")), week(("09:00", "11:00"))
    assert receiving(opening, None) == opening
    assert receiving(opening, own) == own
