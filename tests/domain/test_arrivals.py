"""When a van is expected: counted from what was reported last, never in the past, in the order of what is left."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain import arrivals
from app.domain.arrivals import RouteStop, expected_arrivals, moved, told_error
from app.domain.lifecycle import StopEvent, StopState, fold

EIGHT = datetime(2026, 11, 25, 8, tzinfo=UTC)


def at(minutes: float) -> datetime:
    return EIGHT + timedelta(minutes=minutes)


def planned(*visits: tuple[str, int, int], drive: int = 20) -> list[RouteStop]:
    """Start at eight; each visit: kind, minutes of waiting, minutes of handling; the same drive between all."""
    stops = [RouteStop("start", "start", EIGHT, EIGHT, EIGHT)]
    for number, (kind, waits, stays) in enumerate(visits):
        arrive = stops[-1].leave_at + timedelta(minutes=drive)
        begin = arrive + timedelta(minutes=waits)
        leave = begin + timedelta(minutes=stays)
        place = {"latitude": 51.5 + number / 100, "longitude": -3.0}
        stops.append(RouteStop(f"{kind} {number}", kind, arrive, begin, leave, drive * 60, **place))
    home = stops[-1].leave_at + timedelta(minutes=drive)
    return [*stops, RouteStop("end", "end", home, home, home, drive * 60)]


TOUR = planned(("pickup", 0, 10), ("pickup", 0, 10), ("drop_off", 0, 10))
kinds = st.sampled_from(["pickup", "drop_off", "break"])
visits = st.lists(st.tuples(kinds, st.integers(0, 30), st.integers(0, 30)), min_size=1, max_size=6)
routes = st.builds(lambda found, drive: planned(*found, drive=drive), visits, st.integers(0, 60))
moments = st.integers(-60, 600).map(at)


@st.composite
def days(draw: st.DrawFn) -> tuple[list[RouteStop], list[StopEvent]]:
    """A route and reports about it, in any order, contradicting each other as they please."""
    route = draw(routes)
    here = [stop for stop in route if stop.handles_food]
    if not here:
        return route, []
    report = st.builds(
        StopEvent,
        id=st.uuids().map(str),
        stop=st.sampled_from([stop.id for stop in here]),
        kind=st.sampled_from(["arrived", "collected", "delivered", "failed"]),
        occurred_at=moments,
    )
    return route, draw(st.lists(report, max_size=8))


@given(days(), moments, st.booleans())
def test_nobody_is_expected_in_the_past_nor_at_a_later_stop_before_an_earlier_one(
    day: tuple[list[RouteStop], list[StopEvent]], now: datetime, set_out: bool
) -> None:
    route, reports = day
    found = expected_arrivals(route, fold(reports).stops, now, set_out=set_out)
    assert all(each.arrive_at >= now and each.begin_at >= each.arrive_at for each in found)
    assert all(one.begin_at <= other.arrive_at for one, other in pairwise(found))


@given(days(), moments, st.integers(0, 120), st.booleans())
def test_while_nothing_is_reported_no_arrival_comes_earlier_as_time_goes_by(
    day: tuple[list[RouteStop], list[StopEvent]], now: datetime, minutes: int, set_out: bool
) -> None:
    route, reports = day
    told = fold(each for each in reports if each.occurred_at <= now).stops
    before = {each.stop: each.arrive_at for each in expected_arrivals(route, told, now, set_out=set_out)}
    later = expected_arrivals(route, told, now + timedelta(minutes=minutes), set_out=set_out)
    assert all(each.arrive_at >= before[each.stop] for each in later)


@given(days(), moments, st.randoms())
def test_neither_the_order_nor_the_repetition_of_reports_changes_what_is_expected(
    day: tuple[list[RouteStop], list[StopEvent]], now: datetime, random: object
) -> None:
    route, reports = day
    shuffled = [*reports, *reports[:3]]
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert expected_arrivals(route, fold(shuffled).stops, now) == expected_arrivals(route, fold(reports).stops, now)


@given(routes, moments)
def test_once_every_stop_is_reached_nobody_is_expected(route: list[RouteStop], now: datetime) -> None:
    told = {stop.id: StopState("done", stop.arrive_at, stop.leave_at) for stop in route if stop.handles_food}
    assert expected_arrivals(route, told, now) == ()


@given(routes, st.integers(0, 300))
def test_without_reports_the_plan_is_expected_as_late_as_its_driver_is(route: list[RouteStop], late: int) -> None:
    food = [stop for stop in route if stop.handles_food]
    assert [each.arrive_at for each in expected_arrivals(route, {}, at(-1))] == [stop.arrive_at for stop in food]
    found = expected_arrivals(route, {}, at(late))
    assert all(0 <= each.late_seconds <= late * 60 for each in found)  # what the plan waits makes up for some of it
    if food and not any(stop.begin_at > stop.arrive_at for stop in route):
        assert {each.late_seconds for each in found} == {late * 60}


@given(days(), moments)
def test_exactly_the_stops_that_nobody_has_reached_are_expected_in_their_order(
    day: tuple[list[RouteStop], list[StopEvent]], now: datetime
) -> None:
    route, reports = day
    reached = {each.stop for each in reports}
    found = [each.stop for each in expected_arrivals(route, fold(reports).stops, now)]
    assert found == [stop.id for stop in route if stop.handles_food and stop.id not in reached]


def expected(route: Sequence[RouteStop], told: dict[str, StopState], minutes: float, **more: bool) -> list[int]:
    """Minutes after eight at which each stop to come is expected."""
    found = expected_arrivals(route, told, at(minutes), **more)
    return [round((each.arrive_at - EIGHT).total_seconds() / 60) for each in found]


def test_the_planned_tour_has_its_planned_times() -> None:
    assert expected(TOUR, {}, 0) == [20, 50, 80]


def test_a_driver_who_left_the_first_store_late_is_as_late_everywhere() -> None:
    assert expected(TOUR, {"pickup 0": StopState("done", at(35), at(50))}, 51) == [70, 100]


def test_a_driver_who_stands_at_a_store_leaves_when_handling_is_over_and_not_before_now() -> None:
    told = {"pickup 0": StopState("arrived", at(20))}
    assert expected(TOUR, told, 21) == [50, 80]
    assert expected(TOUR, told, 45) == [65, 95]


def test_where_only_some_food_failed_the_driver_is_still_there() -> None:
    told = {"pickup 0": StopState("failed", at(20), at(22), "other", partial=True)}
    assert expected(TOUR, told, 23) == [50, 80]


def test_a_driver_who_was_seen_at_work_is_not_taken_for_one_who_has_not_left() -> None:
    assert expected(TOUR, {}, 15) == [35, 65, 95]
    assert expected(TOUR, {}, 15, set_out=True) == [20, 50, 80]
    assert expected(TOUR, {}, 32, set_out=True) == [32, 62, 92]


def test_stops_done_in_another_order_leave_the_others_in_theirs() -> None:
    """From the second store back to the first and on to the food bank; a drive that the plan lacks by its distance."""
    stops = [replace(stop, latitude=51.5 + number / 100, longitude=-3.0) for number, stop in enumerate(TOUR)]
    assert expected(stops, {"pickup 1": StopState("done", at(40), at(50))}, 50) == [70, 120]


def test_a_van_that_comes_early_waits_for_the_opening_and_one_that_is_late_does_not() -> None:
    opens = [replace(stop, opens_at=at(50)) if stop.id == "pickup 1" else stop for stop in TOUR]
    assert expected(opens, {"pickup 0": StopState("done", at(5), at(10))}, 11) == [30, 80]
    waits = planned(("pickup", 0, 10), ("pickup", 15, 10), ("drop_off", 0, 10))
    assert expected(waits, {}, 0) == [20, 50, 95]
    assert expected(waits, {"pickup 0": StopState("done", at(20), at(40))}, 40) == [60, 95]
    assert expected(waits, {"pickup 0": StopState("done", at(20), at(60))}, 60) == [80, 110]


def test_a_break_still_to_come_is_taken_and_one_that_lies_behind_is_not() -> None:
    route = planned(("pickup", 0, 10), ("break", 0, 30), ("drop_off", 0, 10), ("drop_off", 0, 10), drive=0)
    assert expected(route, {"pickup 0": StopState("done", at(0), at(10))}, 10) == [40, 50]
    assert expected(route, {"drop_off 2": StopState("done", at(20), at(30))}, 30)[0] == 30


def test_how_late_it_is_beyond_the_window_counts_to_when_handling_begins() -> None:
    route = [replace(stop, begin_by=at(60)) if stop.id == "pickup 1" else stop for stop in TOUR]
    first, second, _ = expected_arrivals(route, {}, at(15))
    assert (first.beyond_seconds, second.beyond_seconds) == (None, 5 * 60)
    assert expected_arrivals(route, {}, at(0))[1].beyond_seconds == -10 * 60


def test_a_phone_whose_clock_is_ahead_moves_nothing_into_the_future() -> None:
    assert expected(TOUR, {"pickup 0": StopState("done", at(500), at(500))}, 30) == [50, 80]


def test_what_moves_by_ten_minutes_is_not_told_and_by_more_it_is() -> None:
    assert not moved(at(0), at(10))
    assert not moved(at(10), at(0))
    assert moved(at(0), at(10.1))
    assert moved(at(10.1), at(0))


def test_the_error_of_what_was_told_counts_early_and_late_alike() -> None:
    error = told_error([-10, 0, 2, 4, 30])
    assert error is not None
    assert (error.arrivals, error.median_minutes) == (5, 4)
    assert error.p90_minutes == pytest.approx(22)
    assert told_error([]) is None


def test_without_the_look_at_the_clock_the_same_driver_would_be_expected_in_the_past(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The twin: taken from the last report alone, a silent driver is due at a time that has gone by."""
    told = {"pickup 0": StopState("done", at(20), at(30))}
    assert expected(TOUR, told, 100) == [100, 130]
    monkeypatch.setattr(arrivals, "max", min, raising=False)
    assert expected_arrivals(TOUR, told, at(100))[0].arrive_at < at(100)
