"""The smallest change that would serve a lot: true, as small as it can be, and proven on the changed day."""

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from routing import Load, Problem, TimeWindow, check, solve
from routing.engine.pieces import cut
from routing.engine.warm import compile_engine
from routing.explain.changes import KINDS, Changes, Proof
from routing.explain.reasons import explain
from routing.explain.what_if import WhatIf
from routing.plan import CHANGES, Change
from routing.problem import Break, LockedRoute, Lot, Storage
from routing.retime import Cargo, Tour, Visit, tours_of_plan
from routing.solve import plan_of
from tests.routing.builders import WORKDAY, a_city, a_lot, a_need, a_problem, a_shift
from tests.routing.random_days import a_random_day

HOUR = 3600


@pytest.fixture(autouse=True, scope="module")
def _machine_code() -> None:
    compile_engine()


def change_for(problem: Problem, tours: Sequence[Tour] | None = None, lot: str = "bread") -> Change | None:
    """The change that serves the lot, checked on the changed day."""
    tours = tours or tuple(() for _ in problem.shifts)
    proof = Changes(problem, tours).for_lot(problem.lots_by_id[lot])
    if proof is None:
        return None
    assert_proven(problem, tours, proof, lot)
    return proof.change


def assert_proven(problem: Problem, tours: Sequence[Tour], proof: Proof, lot: str) -> None:
    # What would help the lots that still stay is not asked: it takes most of the time, and no proof is made of it.
    before, after = (
        plan_of(problem, tours, 1, figures_alone=True),
        plan_of(proof.problem, proof.tours, 1, most_looks=-1),
    )
    assert check(proof.problem, after) == ()
    served = after.grams_allocated - before.grams_allocated
    assert served == proof.change.details["grams"]
    assert sum(each.grams for each in after.allocations if each.lot == lot) >= served > 0


def one_van(**of_the_lot: Any) -> Problem:
    return a_problem([a_lot(**of_the_lot)], [a_need()], [a_shift()])


def test_food_that_is_there_too_early_needs_a_later_end_of_its_window() -> None:
    problem = one_van(window=TimeWindow(6 * HOUR, 7 * HOUR))
    change = change_for(problem)  # the van needs 625 s to the store
    assert change == Change("pickup_window", "bread", 900, {"minutes": 15, "latest": 7 * HOUR + 900, "grams": 40_000})


def test_without_the_change_the_same_tours_would_not_stand() -> None:
    """The twin of every proof: it is the change that makes them drivable, not a checker that lets everything pass."""
    problem = one_van(window=TimeWindow(6 * HOUR, 7 * HOUR))
    proof = Changes(problem, [()]).for_lot(problem.lots_by_id["bread"])
    assert proof is not None
    promised = plan_of(proof.problem, proof.tours, 1)
    assert check(proof.problem, promised) == ()
    of_this_day = replace(promised, problem_digest=plan_of(problem, [()], 1).problem_digest)
    assert "collected_within_the_pickup_window" in {each.rule for each in check(problem, of_this_day)}


def test_food_that_is_there_too_late_needs_an_earlier_begin_of_its_window() -> None:
    problem = one_van(window=TimeWindow(17 * HOUR, 18 * HOUR))
    change = change_for(problem)  # back at 17:00, after 625 s on the road and six minutes at each end
    assert change is not None
    assert (change.kind, change.details["earliest"]) == ("pickup_window", 17 * HOUR - 1500)


def test_a_full_need_should_be_larger() -> None:
    problem = a_problem([a_lot(splittable=False)], [a_need(grams=29_500)], [a_shift()])
    change = change_for(problem)
    assert change is not None
    assert (change.kind, change.subject, change.amount) == ("need", "bank bread", 11_000)


def test_a_closed_food_bank_should_open_longer_and_where_it_closes_at_noon_at_noon() -> None:
    windows = (TimeWindow(8 * HOUR, 9 * HOUR), TimeWindow(15 * HOUR, 16 * HOUR))
    lot = a_lot(window=TimeWindow(9 * HOUR, 9 * HOUR), deliver_by=10 * HOUR)
    problem = replace(a_problem([lot], [a_need(windows=windows)], [a_shift()]), eligibilities=None)
    change = change_for(problem)
    assert change is not None  # an earlier pickup asks less of people than a longer day at the food bank
    assert (change.kind, change.amount) == ("pickup_window", 1200)
    assert change.details["earliest"] == 9 * HOUR - 1200
    fixed = a_lot(window=TimeWindow(9 * HOUR, 9 * HOUR), deliver_by=10 * HOUR, on_board="van")
    aboard = replace(
        a_problem([fixed], [a_need(windows=windows[1:])], [a_shift(window=TimeWindow(9 * HOUR, 17 * HOUR))]),
        eligibilities=None,
    )
    change = change_for(aboard)
    assert change is None  # five hours earlier is more than is tried
    nearer = replace(fixed, deliver_by=14 * HOUR)
    change = change_for(replace(aboard, lots=(nearer,)))
    assert change is not None
    assert (change.kind, change.subject, change.amount) == ("receiving_window", "bank bread", HOUR)
    assert change.details["earliest"] == 14 * HOUR


def test_a_full_store_room_should_be_larger() -> None:
    problem = a_problem([a_lot()], [a_need()], [a_shift()], sites={"bank": {"storage": Storage(5_000)}})
    change = change_for(problem)
    assert change is not None
    assert (change.kind, change.subject, change.amount) == ("storage", "bank", 35_000)
    assert change.details["temperature_class"] == "ambient"


def test_a_shift_should_be_longer_where_that_asks_less_than_anything_else() -> None:
    shift = a_shift(window=TimeWindow(8 * HOUR, 8 * HOUR + 1800))
    problem = a_problem([a_lot()], [a_need()], [shift])
    change = change_for(problem)
    assert change is not None
    assert (change.kind, change.subject, change.amount) == ("shift", "van", 300)
    assert change.details["latest"] == 8 * HOUR + 2100


def test_a_lot_too_large_for_the_van_should_be_split() -> None:
    shift = a_shift(capacity=Load(30_000, 100))
    problem = a_problem([a_lot(splittable=False, value_per_kg=900)], [a_need()], [shift])
    change = change_for(problem)
    assert change is not None
    assert (change.kind, change.subject, change.amount) == ("split", "bread", 20_000)
    assert change.details["parts"] == 2


def test_a_lot_of_too_many_crates_for_the_van_should_be_split() -> None:
    problem = a_problem([a_lot(splittable=False, crates=450, value_per_kg=900)], [a_need()], [a_shift()])
    change = change_for(problem)
    assert change is not None
    assert (change.kind, change.details["parts"], change.amount) == ("split", 5, 8_000)


def full_van() -> tuple[Problem, tuple[Tour, ...]]:
    """A chilled van that is full at the only time when both lots can be fetched."""
    nine = TimeWindow(9 * HOUR, 9 * HOUR)
    lots = [
        a_lot(grams=300_000, splittable=False, window=nine, deliver_by=10 * HOUR),
        a_lot("rolls", grams=300_000, splittable=False, window=nine, deliver_by=10 * HOUR),
    ]
    shift = a_shift(window=TimeWindow(8 * HOUR + 1800, 9 * HOUR + 1800))
    problem = replace(a_problem(lots, [a_need(grams=900_000)], [shift]), eligibilities=None)
    rolls = (Cargo("rolls", "bank bread", 300_000),)
    return problem, ((Visit("pickup", "store", rolls), Visit("drop_off", "bank", rolls)),)


def test_where_nothing_smaller_helps_one_more_vehicle_like_an_existing_one_does() -> None:
    problem, tours = full_van()
    closed = replace(problem, needs=(a_need(grams=900_000, windows=(TimeWindow(9 * HOUR, 9 * HOUR + 1200),)),))
    change = change_for(closed, tours)
    assert change is not None
    assert (change.kind, change.subject) == ("vehicle", "van")
    assert change.details["latest"] == 9 * HOUR + 1500
    assert change.details["earliest"] == 8 * HOUR + 2700


def test_what_is_not_worth_its_way_stays_whatever_is_changed() -> None:
    problem = a_problem(
        [a_lot(grams=200, value_per_kg=1, window=TimeWindow(6 * HOUR, 7 * HOUR))],
        [a_need()],
        [a_shift()],
        places={"store": (0, 0), "bank": (60_000, 0)},
    )
    assert change_for(problem) is None


def test_a_lot_that_has_a_place_needs_no_change() -> None:
    assert change_for(one_van()) is None


def test_a_locked_shift_is_not_made_longer() -> None:
    shift = a_shift(window=TimeWindow(8 * HOUR, 8 * HOUR + 1800))
    problem = a_problem([a_lot()], [a_need()], [shift], locked=(LockedRoute("van", ()),))
    change = change_for(problem)
    assert change is None or change.kind == "vehicle"


def test_a_break_goes_with_the_changed_route() -> None:
    shift = a_shift(breaks=(Break(TimeWindow(8 * HOUR, 9 * HOUR), 1800),))
    problem = a_problem([a_lot(window=TimeWindow(6 * HOUR, 7 * HOUR))], [a_need()], [shift])
    change = change_for(problem)
    assert change is not None
    assert change.amount == 900


def test_every_change_on_a_random_day_is_proven_and_one_step_less_would_not_do() -> None:
    kinds: set[str] = set()
    for seed in range(90):
        problem = a_random_day(seed) if seed % 3 else a_city(seed, lots=25, vans=2)
        if not problem.shifts:
            continue
        tours = tours_of_plan(problem, solve(problem, iterations=60, seed=seed))
        changes = Changes(problem, tours)
        for number in changes.routes.lots:
            proof = changes.for_lot(problem.lots[number])
            if proof is not None:
                kinds.add(proof.change.kind)
                assert_proven(problem, tours, proof, problem.lots[number].id)
                assert_least(changes, problem.lots[number], proof.change)
    assert kinds == set(CHANGES)


def assert_least(changes: Changes, lot: Lot, change: Change) -> None:
    """With one step less of it nothing finds a place that is proven."""
    grams = cut(changes.problem, lot, changes.routes.left.lots[lot.id])[0]
    less = WhatIf(whole=change.details["grams"] == grams)
    for kind in KINDS:
        if kind.name == change.kind:
            assert change.amount % kind.step == 0
            amount = change.amount - kind.step
            asked: dict[str, Any] = {kind.field: amount}
            fit = changes.routes.fit(lot, grams, replace(less, **asked))
            assert fit is None or changes.proof_of(lot, kind, amount, fit) is None


def test_explain_gives_changes_to_the_most_valuable_food_first_and_stops_when_told() -> None:
    early = TimeWindow(6 * HOUR, 7 * HOUR)
    lots = [a_lot("little", grams=20_000, window=early), a_lot("much", grams=60_000, window=early)]
    problem = a_problem(lots, [a_need()], [a_shift()])
    nothing: tuple[Tour, ...] = ((),)
    assert [each.change is not None for each in explain(problem, nothing)] == [True, True]
    assert [each.change is not None for each in explain(problem, nothing, most_looks=1)] == [False, True]
    assert [each.change for each in explain(problem, nothing, stopped=lambda: True)] == [None, None]
    assert [each.change for each in explain(problem, nothing, until=time.monotonic() - 1)] == [None, None]
    assert {each.reason for each in explain(problem, nothing, until=time.monotonic())} == {"outside_every_shift"}


def test_a_day_without_shifts_has_reasons_and_no_changes() -> None:
    problem = a_problem([a_lot(window=WORKDAY)], [a_need()], [])
    assert [(each.reason, each.change) for each in explain(problem, ())] == [("outside_every_shift", None)]
