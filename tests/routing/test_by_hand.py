"""A route that somebody drew by hand is timed as it would be, and told everything that is wrong with it."""

import random
import re
from dataclasses import replace
from pathlib import Path

from routing import Plan, Problem, by_hand, check, solve
from routing.by_hand import plan_by_hand, violations_of_tour
from routing.check import RULES
from routing.plan import Unserved
from routing.problem import Break, Load, Shift, TimeWindow
from routing.retime import Cargo, Tour, Visit, allocations_of, retime, tours_of_plan
from tests.routing.builders import a_lot, a_need, a_problem, a_shift
from tests.routing.random_days import a_random_day

HOUR = 3600
CARGO = (Cargo("bread", "bank bread", 40_000),)
THERE, BACK = Visit("pickup", "store", CARGO), Visit("drop_off", "bank", CARGO)
EARLY = TimeWindow(7 * HOUR, 7 * HOUR + 300)


def found(problem: Problem, tour: Tour, shift: Shift) -> list[tuple[str, int, int]]:
    """Rule, stop and amount of all that is wrong."""
    return [(each.rule, each.stop, each.amount) for each in violations_of_tour(problem, shift, tour)[1]]


def test_a_route_that_can_be_driven_has_the_times_of_every_other_and_nothing_wrong() -> None:
    shift = a_shift()
    problem = a_problem([a_lot()], [a_need()], [shift])
    route, violations = violations_of_tour(problem, shift, (THERE, BACK))
    assert (route, violations) == (retime(problem, shift, (THERE, BACK)), ())


def test_a_pickup_too_late_says_by_how_many_seconds_and_the_rest_goes_on() -> None:
    shift = a_shift()
    problem = a_problem([a_lot(window=EARLY)], [a_need()], [shift])
    route, (late,) = violations_of_tour(problem, shift, (THERE, BACK))
    assert (late.rule, late.stop, late.amount) == ("collected_within_the_pickup_window", 1, 325)
    assert late.sentence == "The lot bread is collected at 07:10, 6 min outside its pickup window."
    assert [stop.arrive for stop in route.stops[:3]] == [7 * HOUR, 7 * HOUR + 625, 7 * HOUR + 625 + 360 + 625]


def test_an_unloading_too_late_is_told_apart_from_closed_doors() -> None:
    shift = a_shift()
    late = a_problem([a_lot()], [a_need()], [shift], deliver_by=8 * HOUR)
    assert found(late, (THERE, BACK), shift) == [("delivered_in_time", 2, 985)]
    closed = a_problem([a_lot()], [a_need(windows=(TimeWindow(7 * HOUR, 8 * HOUR),))], [shift])
    assert found(closed, (THERE, BACK), shift) == [("delivered_within_receiving_hours", 2, 985)]


def test_an_overloaded_van_says_by_how_much_of_what() -> None:
    shift = a_shift(capacity=Load(30_000, 3))
    problem = a_problem([a_lot()], [a_need()], [shift])
    _, violations = violations_of_tour(problem, shift, (THERE, BACK))
    assert [(each.stop, each.amount) for each in violations] == [(1, 10_000), (1, 2)]
    assert {each.rule for each in violations} == {"vehicles_carry_what_they_can"}


def test_a_missed_break_a_late_break_and_a_late_return_are_told() -> None:
    pause = Break(TimeWindow(7 * HOUR, 7 * HOUR + 60), 600)
    shift = a_shift(breaks=(pause,), window=TimeWindow(7 * HOUR, 8 * HOUR))
    problem = a_problem([a_lot()], [a_need()], [shift])
    assert found(problem, (THERE, BACK), shift) == [
        ("breaks_are_taken", 0, 600),
        ("routes_stay_within_their_shift", 3, 1345),
    ]
    late = (THERE, BACK, Visit("break", "bank", (), pause))
    assert ("breaks_are_taken", 3, 8 * HOUR + 1345 - (7 * HOUR + 60)) in found(problem, late, shift)


def test_limits_skills_and_roads_are_told() -> None:
    shift = a_shift(maximum_metres=9_000, maximum_stops=1)
    problem = a_problem([a_lot(skills=("badge",))], [a_need()], [shift], sites={"bank": {"skills": ("tail lift",)}})
    assert found(problem, (THERE, BACK), shift) == [
        ("skills_are_there", 1, 0),
        ("skills_are_there", 2, 0),
        ("skills_are_there", 2, 0),
        ("routes_stay_within_their_limits", 3, 1_000),
        ("routes_stay_within_their_limits", 3, 1),
    ]


def test_what_is_delivered_before_it_is_collected_or_never_is_told() -> None:
    shift = a_shift()
    problem = a_problem([a_lot()], [a_need()], [shift])
    rule = "collected_then_delivered_at_the_right_places"
    for tour in ((BACK, THERE), (THERE,), (BACK,)):
        assert {each for each, _, _ in found(problem, tour, shift)} >= {rule}


def damaged(problem: Problem, shift: Shift, tour: Tour, rng: random.Random) -> tuple[Shift, Tour]:
    """The tour with a stop moved, left out or given to another need, or on a shorter shift."""
    visits, how = list(tour), rng.randrange(4)
    if how == 0:
        visits.insert(rng.randrange(len(visits)), visits.pop(rng.randrange(len(visits))))
    elif how == 1:
        visits.pop(rng.randrange(len(visits)))
    elif how == 2:
        rng.shuffle(visits)
    else:
        shift = replace(shift, window=TimeWindow(shift.window.earliest, shift.window.earliest + 2 * HOUR))
    return shift, tuple(visits)


def is_good(problem: Problem, plan: Plan, shift: Shift, tour: Tour) -> bool:
    """Whether the checker accepts this tour as the whole plan, what it leaves out apart."""
    route, _ = violations_of_tour(problem, shift, tour)
    alone = replace(plan, routes=(route,), allocations=allocations_of(problem, shift, tour), unserved=(), tiers=None)
    beside = {"every_gram_is_accounted", "same_problem"}
    shifts = tuple(shift if each.id == shift.id else each for each in problem.shifts)
    changed = replace(problem, shifts=shifts)
    wrong = check(changed, replace(alone, problem_digest=changed.digest()))
    return {violation.rule for violation in wrong} <= beside


def test_whatever_is_done_to_a_route_the_violations_are_those_that_the_checker_sees() -> None:
    seen: set[str] = set()
    for seed in range(60):
        rng, problem = random.Random(seed), a_random_day(seed)
        plan = solve(problem, iterations=50, seed=seed)
        for shift, tour in zip(problem.shifts, tours_of_plan(problem, plan), strict=True):
            if not tour:
                continue
            changed, visits = damaged(problem, shift, tour, rng)
            route, violations = violations_of_tour(problem, changed, visits)
            seen |= {each.rule for each in violations}
            assert (retime(problem, changed, visits) is not None) == (violations == ())
            assert len(route.stops) == len(visits) + 2
            if not violations:
                assert is_good(problem, plan, changed, visits), seed
    assert len(seen) >= 6


def test_every_rule_is_one_of_the_checkers() -> None:
    text = Path(by_hand.__file__).read_text(encoding="utf-8")
    named = set(re.findall(r'"([a-z]+(?:_[a-z]+)+)"', text)) - {
        "drop_off",
        "chilled_grams",
        "frozen_grams",
        "hot_grams",
    }
    assert named <= {rule.__name__ for rule in RULES}
    assert len(named) == 12


def test_a_plan_by_hand_keeps_the_routes_that_are_as_they_were_and_says_nothing_that_is_not_so() -> None:
    lots = [a_lot("first", grams=20_000), a_lot("second", grams=30_000)]
    problem = a_problem(lots, [a_need(grams=100_000)], [a_shift("one"), a_shift("two")])
    plan = solve(problem, iterations=50)
    tours = tours_of_plan(problem, plan)
    same = plan_by_hand(problem, plan, tours, plan.unserved)
    assert (same.routes, same.allocations, same.tiers) == (plan.routes, plan.allocations, None)
    assert (same.bound_grams, same.attainable_grams) == (plan.bound_grams, plan.attainable_grams)
    assert check(problem, same) == ()
    swapped = plan_by_hand(problem, plan, tuple(reversed(tours)), plan.unserved)
    assert [route.shift for route in swapped.routes] == ["two" if plan.routes[0].shift == "one" else "one"]
    assert check(problem, swapped) == ()
    nothing = [Unserved(lot.id, lot.grams, "left_out_by_hand", {}) for lot in lots]
    empty = plan_by_hand(problem, plan, ((), ()), nothing)
    assert (empty.routes, empty.grams_unserved) == ((), 50_000)
    assert check(problem, empty) == ()
    said = replace(plan, bound_grams=40_000, attainable_grams={problem.needs[0].organisation: 40_000})
    beyond = plan_by_hand(problem, said, tours, ())
    assert (beyond.bound_grams, beyond.attainable_grams) == (None, {})


def test_a_plan_by_hand_may_break_rules_and_the_checker_names_them() -> None:
    problem = a_problem([a_lot()], [a_need()], [a_shift()])
    plan = solve(problem, iterations=50)
    [tour] = tours_of_plan(problem, plan)
    broken = plan_by_hand(problem, plan, (tuple(reversed(tour)),), ())
    rules = {each.rule for each in violations_of_tour(problem, problem.shifts[0], tuple(reversed(tour)))[1]}
    assert {each.rule for each in check(problem, broken)} == rules != set()
