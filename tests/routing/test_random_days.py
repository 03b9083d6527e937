"""Whatever the day: it is solved, the plan passes the checker, and every lot is served or has its reason, a true one.

300 days in the usual run; `WASL_RANDOM_DAYS=20000 ./run test tests/routing/test_random_days.py` for as many as that.
"""

import os
import sys
from collections.abc import Iterator
from dataclasses import fields, replace

import pytest

from routing import Plan, Problem, check, problem_from_json, problem_to_json, solve
from routing.insert import insert, least_part, open_needs, search_place
from routing.plan import REASONS
from routing.problem import Break, LockedCargo, LockedRoute, LockedStop, Lot, Need, Shift, Site, Storage
from routing.retime import tours_of_plan
from routing.score import Left, worth_of
from tests.routing.random_days import a_random_day

DAYS = int(os.environ.get("WASL_RANDOM_DAYS", "300"))
PARTS = 10
ITERATIONS = 200
ABOUT_ROUTES = ("no_time_on_any_route", "vehicles_full", "detour_not_worth_it")


def faults_of(problem: Problem, plan: Plan) -> Iterator[str]:
    """What is wrong with the plan, with its reasons, or with what it leaves out."""
    for violation in check(problem, plan):
        yield f"{violation.rule}: {violation.sentence} ({violation.where})"
    served = {allocation.lot for allocation in plan.allocations}
    explained = {unserved.lot for unserved in plan.unserved if unserved.reason in REASONS}
    for lot in problem.lots:
        if lot.id not in served | explained:
            yield f"{lot.id} is neither served nor explained"
    yield from untrue_reasons(problem, plan)


def untrue_reasons(problem: Problem, plan: Plan) -> Iterator[str]:
    """Lots that are said to have no place on the routes, or none that pays, and have one."""
    tours = tours_of_plan(problem, plan)
    left, worth = Left(problem, tours), worth_of(problem, tours)
    for unserved in plan.unserved:
        if unserved.reason not in ABOUT_ROUTES:
            continue
        lot = problem.lots_by_id[unserved.lot]
        least = least_part(problem, lot, left)
        place = search_place(problem, tours, lot, left, open_needs(problem, lot, left)).best
        changed = insert(problem, tours, lot, place, part=-1) if place is not None and place.grams >= least else None
        if changed is None:
            continue
        if unserved.reason != "detour_not_worth_it":
            yield f"{lot.id} has a place, though {unserved.reason}"
        elif worth_of(problem, changed) > worth:
            yield f"{lot.id} is worth its detour"


@pytest.mark.parametrize("part", range(PARTS))
def test_every_random_day_has_a_good_plan_that_leaves_nothing_unexplained(part: int) -> None:
    wrong = []
    for seed in range(part, DAYS, PARTS):
        problem = a_random_day(seed)
        plan = solve(problem, iterations=ITERATIONS, seed=seed)
        wrong += [f"day {seed}: {fault}" for fault in faults_of(problem, plan)]
    assert wrong == []


def test_a_place_that_the_engine_overlooks_is_found_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """On this day some roads are missing, and the engine leaves a lot behind that is worth its detour."""
    problem = a_random_day(219)
    assert list(untrue_reasons(problem, solve(problem, iterations=ITERATIONS, seed=219))) == []
    monkeypatch.setattr(sys.modules["routing.solve"], "can_look_everywhere", lambda *_: False)
    assert list(untrue_reasons(problem, solve(problem, iterations=ITERATIONS, seed=219))) != []


def locked_as_driven(plan: Plan, shift: str) -> LockedRoute:
    """The shift's route in the plan, as a lock."""
    route = next(route for route in plan.routes if route.shift == shift)
    mine = [allocation for allocation in plan.allocations if allocation.shift == shift]
    return LockedRoute(
        shift,
        tuple(
            LockedStop(
                stop.kind,
                stop.site,
                tuple(
                    LockedCargo(each.lot, each.need, each.grams)
                    for each in mine
                    if position in (each.pickup_stop, each.drop_off_stop)
                ),
            )
            for position, stop in enumerate(route.stops)
            if stop.kind in ("pickup", "drop_off")
        ),
    )


def test_what_a_plan_drives_can_be_locked_and_is_driven_again() -> None:
    wrong = []
    for seed in range(DAYS // 5):
        problem = a_random_day(seed)
        plan = solve(problem, iterations=ITERATIONS, seed=seed)
        if plan.routes:
            locked = replace(problem, locked=(locked_as_driven(plan, plan.routes[0].shift),))
            again = solve(locked, iterations=ITERATIONS, seed=seed + 1)
            wrong += [f"day {seed}: {fault}" for fault in faults_of(locked, again)]
    assert wrong == []


def test_the_same_seed_is_the_same_day() -> None:
    assert all(a_random_day(seed).digest() == a_random_day(seed).digest() for seed in range(20))


def test_every_random_day_survives_the_way_through_json() -> None:
    for seed in range(100):
        assert problem_from_json(problem_to_json(a_random_day(seed))) == a_random_day(seed)


def test_every_field_is_used_by_some_random_day() -> None:
    days = [a_random_day(seed) for seed in range(300)]
    things = {
        Problem: days,
        Site: [site for day in days for site in day.sites],
        Storage: [site.storage for day in days for site in day.sites],
        Lot: [lot for day in days for lot in day.lots],
        Need: [need for day in days for need in day.needs],
        Shift: [shift for day in days for shift in day.shifts],
        Break: [pause for day in days for shift in day.shifts for pause in shift.breaks],
    }
    fixed = {"service_date", "time_zone", "locked"}  # locks are made from plans
    for kind, all_of_it in things.items():
        for name in {field.name for field in fields(kind)} - fixed:
            values = {repr(getattr(thing, name)) for thing in all_of_it}
            assert len(values) > 1, (kind.__name__, name)
    assert any(len(need.windows) > 1 for day in days for need in day.needs)
    assert any(len(day.travel) > 1 for day in days)
    assert any((matrix.seconds < 0).any() for day in days for matrix in day.travel.values())
