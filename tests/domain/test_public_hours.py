"""When people can collect food: open now and until when, and the next opening, over midnight and clock changes too."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from app.domain.opening import windows_on
from app.domain.public_hours import NO_BREAK, Opening, Standing, openings, order, standing
from tests.domain.test_opening import EVERY_DAY, LONDON, WEDNESDAY, ZONES, days, differing, week, weeks

MIDNIGHT = week(("00:00", "02:00"), ("20:00", "23:59"))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def on_wednesday(hours: list[dict[str, Any]], clock: str, *exceptions: dict[str, Any]) -> Standing:
    return standing(openings(WEDNESDAY, LONDON, hours, exceptions), at(f"2026-11-25 {clock}"))


def test_it_is_open_from_the_first_instant_until_the_last_and_no_longer() -> None:
    hours = week(("10:00", "12:00"), ("14:00", "17:00"))
    assert on_wednesday(hours, "09:59").open_until is None
    assert on_wednesday(hours, "10:00").open_until == at("2026-11-25 12:00")
    closed = on_wednesday(hours, "12:00")
    assert (closed.open_until, closed.next_opening) == (
        None,
        Opening(at("2026-11-25 14:00"), at("2026-11-25 17:00")),
    )


def test_after_the_last_hours_of_a_day_comes_the_next_day_with_some() -> None:
    mondays = [{"weekdays": [1], "opens": "10:00", "closes": "12:00"}]
    found = on_wednesday(mondays, "11:00")
    assert found.next_opening == Opening(at("2026-11-30 10:00"), at("2026-11-30 12:00"))


def test_hours_that_run_past_midnight_are_one_opening() -> None:
    assert on_wednesday(MIDNIGHT, "21:00").open_until == at("2026-11-26 02:00")
    assert on_wednesday(MIDNIGHT, "03:00").next_opening == Opening(at("2026-11-25 20:00"), at("2026-11-26 02:00"))


def test_always_open_is_open_day_and_night() -> None:
    found = on_wednesday(week(("00:00", "23:59")), "12:00")
    assert found.day_and_night
    assert not on_wednesday(MIDNIGHT, "21:00").day_and_night


def test_an_exception_comes_before_the_week() -> None:
    hours = week(("10:00", "12:00"))
    closed = on_wednesday(hours, "11:00", differing(WEDNESDAY))
    assert (closed.open_until, closed.next_opening) == (None, Opening(at("2026-11-26 10:00"), at("2026-11-26 12:00")))
    other = on_wednesday(hours, "11:00", differing(WEDNESDAY, ("11:30", "13:00")))
    assert other.next_opening == Opening(at("2026-11-25 11:30"), at("2026-11-25 13:00"))


def test_without_hours_nothing_is_known() -> None:
    assert on_wednesday([], "11:00") == Standing(None, None)


def test_the_local_clock_counts_on_the_day_that_the_clocks_change() -> None:
    """London puts its clocks forward on 2027-03-28, at one o'clock."""
    sunday = date(2027, 3, 28)
    found = openings(sunday - timedelta(days=1), LONDON, week(("10:00", "12:00")), days=2)
    assert [each.opens_at for each in found] == [at("2027-03-27 10:00"), at("2027-03-28 09:00")]
    assert standing(found, at("2027-03-28 10:59")).open_until == at("2027-03-28 11:00")


def test_open_places_come_first_then_those_that_open_soonest_then_those_without_hours() -> None:
    soon, late = (
        Standing(None, Opening(at(f"2026-11-25 {clock}"), at("2026-11-25 23:00"))) for clock in ("12:00", "15:00")
    )
    is_open, never = Standing(at("2026-11-25 12:00"), None), Standing(None, None)
    assert sorted([never, late, is_open, soon], key=order) == [is_open, soon, late, never]


@given(weeks(), days, st.sampled_from(ZONES), st.integers(0, 3 * 24 * 60))
def test_open_now_is_what_the_rule_book_of_windows_says(
    hours: list[dict[str, Any]], day: date, zone: ZoneInfo, minutes: int
) -> None:
    found = openings(day, zone, hours, days=5)
    assert all(later.opens_at - earlier.closes_at > NO_BREAK for earlier, later in pairwise(found))
    moment = datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC) + timedelta(minutes=minutes)
    windows = [each for ahead in range(5) for each in windows_on(day + timedelta(days=ahead), zone, hours)]
    within = any(first <= moment < last for first, last in windows)
    on_the_minute_of_midnight = any(last <= moment < last + NO_BREAK for _, last in windows)
    said = standing(found, moment)
    assert (said.open_until is not None) == within or on_the_minute_of_midnight
    if said.open_until is not None:
        assert said.open_until > moment
    if said.next_opening is not None:
        assert said.next_opening.opens_at > moment
        assert said.next_opening in found


def test_every_day_is_looked_at() -> None:
    found = openings(WEDNESDAY, LONDON, [{"weekdays": EVERY_DAY, "opens": "10:00", "closes": "12:00"}])
    assert len(found) == 14
