"""A place for one more lot: at a stop of its own, or at one that the route makes anyway."""

from dataclasses import replace

from routing import Policy, Promise, TimeWindow
from routing.explain.reasons import explain
from routing.insert import fill_up
from routing.retime import Cargo, Visit, retime
from tests.routing.builders import a_lot, a_need, a_problem, a_shift

HOUR = 3600
BREAD, ROLLS = Cargo("bread", "bank bread", 40_000), Cargo("rolls", "bank bread", 40_000)
# Time for one stop at the store and one at the food bank with both lots, and not for the setup of a third.
SHORT_SHIFT = a_shift(window=TimeWindow(8 * HOUR, 9 * HOUR + 625 + 2 * 420 + 120))
WINDOW = TimeWindow(9 * HOUR, 10 * HOUR)
PROBLEM = a_problem([a_lot("bread", window=WINDOW), a_lot("rolls", window=WINDOW)], [a_need()], [SHORT_SHIFT])
BREAD_ALONE = (Visit("pickup", "store", (BREAD,)), Visit("drop_off", "bank", (BREAD,)))


def test_a_lot_joins_the_stops_that_a_route_makes_anyway_when_there_is_no_time_for_its_own() -> None:
    tours = fill_up(PROBLEM, (BREAD_ALONE,), first_part=1, stopped=lambda: False)
    assert [(visit.kind, {cargo.lot for cargo in visit.cargo}) for visit in tours[0]] == [
        ("pickup", {"bread", "rolls"}),
        ("drop_off", {"bread", "rolls"}),
    ]
    assert retime(PROBLEM, SHORT_SHIFT, tours[0]) is not None


def test_waiting_counts_before_a_lot_is_put_in() -> None:
    """The second store is next to the first and opens four hours later, which the driver is paid for."""
    late = a_lot("rolls", site="next door", window=TimeWindow(13 * HOUR, 14 * HOUR), grams=20_000, value_per_kg=200)
    places = {"store": (0.0, 0.0), "next door": (10.0, 0.0), "bank": (5000.0, 0.0)}
    needs = [a_need(windows=(TimeWindow(8 * HOUR, 18 * HOUR),))]
    for paid, joins in ((100, True), (2000, False)):
        shift = a_shift(window=TimeWindow(8 * HOUR, 18 * HOUR), cents_per_hour=paid, maximum_stops=3)
        problem = a_problem([a_lot("bread", window=WINDOW), late], needs, [shift], places=places)
        tours = fill_up(problem, (BREAD_ALONE,), first_part=1, stopped=lambda: False)
        assert (tours != (BREAD_ALONE,)) == joins


def test_a_promise_that_is_kept_counts_before_a_lot_is_left() -> None:
    far = {"store": (0.0, 0.0), "bank": (40_000.0, 0.0)}
    shift = a_shift(window=TimeWindow(6 * HOUR, 18 * HOUR))
    poor = a_lot("bread", window=WINDOW, value_per_kg=1)
    problem = a_problem([poor], [a_need()], [shift], places=far, policy=Policy(fairness=(), move_cents=50_000))
    for promises, served in (((), False), ((Promise("bread", "bank bread", shift.id),), True)):
        promised = replace(problem, promises=promises)
        assert any(fill_up(promised, ((),), first_part=1, stopped=lambda: False)) == served


def test_a_lot_that_could_join_a_stop_is_never_said_to_lack_time() -> None:
    together = (Visit("pickup", "store", (BREAD, ROLLS)), Visit("drop_off", "bank", (BREAD, ROLLS)))
    assert retime(PROBLEM, SHORT_SHIFT, together) is not None
    assert "no_time_on_any_route" not in [unserved.reason for unserved in explain(PROBLEM, (BREAD_ALONE,))]


def test_joining_a_stop_spares_a_stop_where_stops_are_limited() -> None:
    shift = a_shift(maximum_stops=2)
    problem = a_problem([a_lot("bread", window=WINDOW), a_lot("rolls", window=WINDOW)], [a_need()], [shift])
    tours = fill_up(problem, (BREAD_ALONE,), first_part=1, stopped=lambda: False)
    assert len(tours[0]) == 2
    assert sum(len(visit.cargo) for visit in tours[0]) == 4
