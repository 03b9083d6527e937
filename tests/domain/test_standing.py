"""Where a route stands follows from plan, reports and clock, whatever the order of the reports."""

from datetime import UTC, datetime, timedelta
from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from app.domain.lifecycle import StopEvent, StopState, fold
from app.domain.standing import PlannedStop, standing_of

NINE = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)


def at(minutes: int) -> datetime:
    return NINE + timedelta(minutes=minutes)


ROUTE = (
    PlannedStop("home", "start", at(0), at(0)),
    PlannedStop("shop", "pickup", at(10), at(20), 600),
    PlannedStop("lunch", "break", at(20), at(40)),
    PlannedStop("bank", "drop_off", at(50), at(60), 600),
    PlannedStop("hall", "drop_off", at(70), at(80), 600),
    PlannedStop("home again", "end", at(90), at(90), 600),
)


def test_before_it_leaves_everything_is_ahead() -> None:
    found = standing_of(ROUTE, {}, at(-5))
    assert (found.behind, found.ahead, found.left, found.free_at) == ((), ("shop", "bank", "hall"), False, at(-5))


def test_who_reports_nothing_keeps_to_the_plan() -> None:
    found = standing_of(ROUTE, {}, at(55))
    assert (found.behind, found.ahead) == (("home", "shop", "bank"), ("hall",))
    assert (found.at, found.free_at, found.reported) == ("bank", at(60), False)


def test_unless_somebody_knows_that_it_does_not_drive() -> None:
    found = standing_of(ROUTE, {}, at(55), silent_drives=False)
    assert (found.left, found.ahead) == (False, ("shop", "bank", "hall"))


def test_stops_done_in_another_order_are_behind_in_the_order_in_which_they_were_made() -> None:
    states = {"hall": StopState("done", None, at(30)), "shop": StopState("done", None, at(15))}
    found = standing_of(ROUTE, states, at(31))
    assert (found.behind, found.ahead, found.at) == (("home", "shop", "hall"), ("bank",), "hall")


def test_a_stop_that_failed_is_behind_too() -> None:
    found = standing_of(ROUTE, {"shop": StopState("failed", None, at(12), "closed")}, at(12))
    assert (found.behind, found.ahead) == (("home", "shop"), ("bank", "hall"))


def test_a_stop_that_has_begun_is_not_planned_anew_and_its_driver_goes_on_from_there_when_it_is_done() -> None:
    found = standing_of(ROUTE, {"shop": StopState("arrived", at(9))}, at(14))
    assert (found.behind, found.ahead, found.at) == (("home", "shop"), ("bank", "hall"), "shop")
    assert (found.free_at, found.presumed) == (at(19), {"shop"})
    slow = standing_of(ROUTE, {"shop": StopState("arrived", at(9))}, at(25))
    assert (slow.at, slow.free_at) == ("shop", at(25))  # longer than planned: it is there still


def test_who_reports_no_more_goes_on_as_late_as_the_last_report_was() -> None:
    states = {"shop": StopState("done", None, at(30))}  # ten minutes late
    still = standing_of(ROUTE, states, at(49))
    assert (still.ahead, still.presumed) == (("bank", "hall"), frozenset())
    found = standing_of(ROUTE, states, at(56))
    assert (found.behind, found.ahead, found.presumed) == (("home", "shop", "bank"), ("hall",), {"bank"})
    assert (found.at, found.free_at, found.reported) == ("bank", at(60), True)
    assert standing_of(ROUTE, states, at(200)).presumed == {"bank", "hall"}


def test_nobody_goes_on_who_is_known_not_to_drive() -> None:
    states = {"shop": StopState("done", None, at(20))}
    found = standing_of(ROUTE, states, at(200), silent_drives=False)
    assert (found.ahead, found.presumed) == (("bank", "hall"), frozenset())


def test_between_two_stops_it_can_be_at_the_next_one_by_now_and_not_before() -> None:
    states = {"shop": StopState("done", None, at(20))}
    assert standing_of(ROUTE, states, at(25)).free_at == at(20)  # it left just then
    assert standing_of(ROUTE, states, at(45)).free_at == at(35)  # ten minutes away: it is there now at the earliest
    assert standing_of(ROUTE, states, at(49)).at == "shop"


def test_a_phone_whose_clock_is_days_ahead_does_not_keep_the_van_from_driving_on() -> None:
    states = {"shop": StopState("done", at(2 * 24 * 60), at(2 * 24 * 60 + 5))}
    assert standing_of(ROUTE, states, at(25)).free_at == at(25)
    arrived = {"shop": StopState("arrived", at(2 * 24 * 60))}
    assert standing_of(ROUTE, arrived, at(25)).free_at == at(35)


KINDS = {"shop": "collected", "bank": "delivered", "hall": "delivered"}
REPORTS = st.lists(
    st.builds(
        lambda stop, minute: StopEvent(f"{stop}{minute}", stop, KINDS[stop], at(minute)),
        st.sampled_from(sorted(KINDS)),
        st.integers(0, 100),
    ),
    max_size=4,
)


@given(REPORTS, st.integers(-10, 120))
def test_the_order_of_the_reports_does_not_matter_and_no_stop_is_lost(reports: list[StopEvent], minute: int) -> None:
    found = {standing_of(ROUTE, fold(order).stops, at(minute)) for order in permutations(reports)}
    assert len(found) == 1
    [standing] = found
    handled = [stop for stop in standing.behind if stop != "home"]
    assert sorted([*handled, *standing.ahead]) == ["bank", "hall", "shop"]
    if reports:
        assert set(handled) == {report.stop for report in reports} | standing.presumed
        assert not standing.presumed & {report.stop for report in reports}
