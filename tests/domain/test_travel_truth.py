"""What of a driver's reports is believed: drives in the planned order with possible times, and nothing else."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.domain.lifecycle import StopState
from app.domain.pace import Leg
from app.domain.service_times import Visit
from app.domain.travel_truth import (
    Arrival,
    DrivenRoute,
    PlannedStop,
    arrival_error,
    arrival_report,
    arrivals_of,
    legs_of,
    visits_of,
)

START = datetime(2026, 7, 1, 8, 0, tzinfo=UTC)  # a Wednesday, nine o'clock in London
LONDON = ZoneInfo("Europe/London")


def at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def a_stop(
    name: str, arrive: float, *, begin: float | None = None, kind: str = "pickup", table: int = 600
) -> PlannedStop:
    began = arrive if begin is None else begin
    return PlannedStop(name, f"site {name}", kind, at(arrive), at(began), at(began + 5), table, 2)


def done(arrived: float | None, ended: float | None, state: str = "done") -> StopState:
    return StopState(state, None if arrived is None else at(arrived), None if ended is None else at(ended))


def a_route(stops: list[PlannedStop], **told: StopState) -> DrivenRoute:
    return DrivenRoute("r", "White van", stops, told)


A, B, C = a_stop("a", 10), a_stop("b", 25), a_stop("c", 40, kind="drop_off")


def test_a_drive_between_two_reported_stops_is_a_leg_in_local_time() -> None:
    route = a_route([A, B], a=done(10, 15), b=done(27, 33))
    assert legs_of(route, LONDON) == [Leg(3, 9, 600, 720)]


@pytest.mark.parametrize(
    ("why", "route"),
    [
        ("no arrival", a_route([A, B], a=done(10, 15), b=done(None, 33))),
        ("no end", a_route([A, B], a=done(10, None, "arrived"), b=done(27, 33))),
        ("skipped stop between", a_route([A, B, C], a=done(10, 15), c=done(27, 33))),
        ("other order", a_route([A, B], a=done(30, 35), b=done(20, 26))),
        ("somewhere else meanwhile", a_route([A, B, C], a=done(10, 15), b=done(30, 33), c=done(20, 22))),
        ("arrived at once", a_route([A, B], a=done(10, 15), b=done(15, 33))),
        ("five times as long", a_route([A, B], a=done(10, 15), b=done(66, 70))),
        ("half an hour beyond", a_route([A, a_stop("b", 25, table=1200)], a=done(10, 15), b=done(66, 70))),
        ("impossibly fast", a_route([A, B], a=done(10, 15), b=done(16.5, 20))),
        ("next door", a_route([A, a_stop("b", 25, table=40)], a=done(10, 15), b=done(16, 20))),
        ("no table", a_route([A, a_stop("b", 25, table=None)], a=done(10, 15), b=done(27, 33))),  # type: ignore[arg-type]
        ("waits to open", a_route([A, a_stop("b", 25, begin=45)], a=done(10, 15), b=done(27, 50))),
        ("a break", a_route([A, a_stop("p", 20, kind="break"), B], a=done(10, 15), b=done(27, 33))),
        ("from the depot", a_route([a_stop("s", 0, kind="start"), A], a=done(10, 15))),
    ],
)
def test_what_cannot_be_believed_or_compared_is_no_leg(why: str, route: DrivenRoute) -> None:
    assert legs_of(route, LONDON) == [], why


def test_a_visit_lasts_from_the_arrival_to_the_end_or_from_the_opening_where_the_plan_waits() -> None:
    waits = a_stop("b", 25, begin=45)
    route = a_route([A, waits], a=done(11, 18), b=done(26, 53))
    assert visits_of(route) == [("site a", Visit(2, 420)), ("site b", Visit(2, 480))]


def test_a_visit_much_too_early_or_failed_or_ended_at_once_is_left_out() -> None:
    route = a_route([A, B, C], a=done(-5, 15), b=done(25, 25), c=done(40, 45, "failed"))
    assert visits_of(route) == []


def test_arrivals_stand_under_the_hour_that_they_were_planned_for() -> None:
    route = a_route([A, C], a=done(13, 15), c=done(None, 60))
    assert arrivals_of(route, date(2026, 7, 1), LONDON) == [Arrival("White van", date(2026, 7, 1), 9, 3.0)]


def test_the_report_says_middle_ends_and_share_on_time() -> None:
    day, after = date(2026, 7, 1), date(2026, 7, 2)
    late = [Arrival("White van", day, 9, minutes) for minutes in range(11)]
    report = arrival_report([*late, Arrival("Red van", after, 10, 30.0)])
    assert report.overall is not None
    assert (report.overall.arrivals, report.overall.median_minutes) == (12, 5.5)
    assert report.overall.share_on_time == pytest.approx(11 / 12)
    assert (report.days[day].p10_minutes, report.days[day].p90_minutes) == (1.0, 9.0)
    assert list(report.routes) == ["Red van", "White van"]
    assert report.hours[10].too_little
    assert not report.overall.too_little


def test_no_arrivals_have_no_summary() -> None:
    assert arrival_error([]) is None
    assert arrival_report([]).overall is None
