"""The checker finds every damage that is done to a good plan, by the name of its rule, and nothing in a good one."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from routing import Plan, Problem, Stop, check, plan_from_json, plan_to_json, solve
from routing.check import RULES
from routing.plan import Change
from routing.problem import Break, Load, LockedCargo, Promise, Site, Storage, TimeWindow, TravelMatrix
from tests.routing.builders import a_city, a_lot, a_need, a_problem, a_shift
from tests.routing.checked_day import the_day, the_plan

Damage = Callable[[Plan], Plan]
Turn = Callable[[Problem], dict[str, Any]]
BREAD, MILK, SOUP, ROLLS = range(4)
VAN, CAR = range(2)


def allocation(number: int, **fields: Any) -> Damage:
    def damage(plan: Plan) -> Plan:
        found = list(plan.allocations)
        found[number] = replace(found[number], **fields)
        return replace(plan, allocations=tuple(found))

    return damage


def route(number: int, change: Callable[[tuple[Stop, ...]], tuple[Stop, ...]] = tuple, **fields: Any) -> Damage:
    def damage(plan: Plan) -> Plan:
        found = list(plan.routes)
        found[number] = replace(found[number], stops=change(found[number].stops), **fields)
        return replace(plan, routes=tuple(found))

    return damage


def stop(vehicle: int, number: int, **fields: Any) -> Damage:
    return route(vehicle, lambda stops: (*stops[:number], replace(stops[number], **fields), *stops[number + 1 :]))


def tiers(**fields: int) -> Damage:
    def damage(plan: Plan) -> Plan:
        assert plan.tiers is not None
        return replace(plan, tiers=replace(plan.tiers, **fields))

    return damage


def unserved(**fields: Any) -> Damage:
    return lambda plan: replace(plan, unserved=(replace(plan.unserved[0], **fields), *plan.unserved[1:]))


def without_break(plan: Plan) -> Plan:
    plan = route(VAN, lambda stops: stops[:3] + stops[4:])(plan)
    moved = [replace(a, drop_off_stop=3) if a.shift == "van" else a for a in plan.allocations]
    return replace(plan, allocations=tuple(moved))


NAMES, AMOUNTS, PLACES = (
    "everything_named_exists",
    "every_gram_is_accounted",
    "collected_then_delivered_at_the_right_places",
)
SHIFT, DRIVES, STOPS = "routes_stay_within_their_shift", "drives_take_their_time", "stops_take_their_time"
CARRY, BREAKS, LOCKED = "vehicles_carry_what_they_can", "breaks_are_taken", "locked_routes_are_driven_as_locked"
WORTH, BOUND, ON_BOARD = "worth_is_what_the_plan_says", "nothing_beats_its_bound", "food_on_board_stays_in_its_vehicle"

# What is done to the plan, and the rule that objects.
DAMAGES: dict[str, tuple[str, Damage]] = {
    "made for another problem": ("same_problem", lambda p: replace(p, problem_digest="0" * 64)),
    "an unknown lot": (NAMES, allocation(BREAD, lot="nothing")),
    "an unknown need": (NAMES, allocation(BREAD, need="nobody")),
    "an unknown shift": (NAMES, allocation(BREAD, shift="nowhere")),
    "a route of an unknown shift": (NAMES, route(CAR, shift="nowhere")),
    "an unknown site": (NAMES, stop(VAN, 1, site="nowhere")),
    "an unknown kind of stop": (NAMES, stop(VAN, 1, kind="party")),
    "a stop that is not there": (NAMES, allocation(BREAD, drop_off_stop=99)),
    "a stop counted from the end": (NAMES, allocation(BREAD, drop_off_stop=-2)),
    "an unknown lot unserved": (NAMES, unserved(lot="nothing")),
    "an unknown food bank": (NAMES, lambda p: replace(p, attainable_grams={"nobody": 0})),
    "a route twice": ("one_route_per_shift", lambda p: replace(p, routes=(*p.routes, p.routes[0]))),
    "grams that vanish": (AMOUNTS, allocation(BREAD, grams=39_999)),
    "grams from nowhere": (AMOUNTS, allocation(BREAD, grams=40_001)),
    "nothing allocated": (AMOUNTS, allocation(BREAD, grams=0)),
    "an allocation twice": (AMOUNTS, lambda p: replace(p, allocations=(*p.allocations, p.allocations[0]))),
    "a lot forgotten": (AMOUNTS, lambda p: replace(p, unserved=p.unserved[:1])),
    "nothing unserved": (AMOUNTS, unserved(grams=0)),
    "a lot unserved twice": ("unserved_has_one_reason", lambda p: replace(p, unserved=p.unserved + p.unserved)),
    "a reason that is none": ("unserved_has_one_reason", unserved(reason="bad luck")),
    "a change that is none": ("unserved_has_one_reason", unserved(change=Change("a miracle", "soup", 1, {}))),
    "food that is not allowed": ("only_suitable_food", allocation(BREAD, lot="cake")),
    "food for another category": ("only_suitable_food", allocation(BREAD, need="bank milk")),
    "more than is needed": ("no_more_than_needed", allocation(SOUP, grams=25_000, crates=5)),
    "more than can be stored": ("no_more_than_can_be_stored", allocation(BREAD, grams=60_000)),
    "part of a whole lot": ("whole_lots_stay_whole", allocation(ROLLS, grams=19_000)),
    "crates that do not follow": ("crates_follow_the_weight", allocation(BREAD, crates=6)),
    "delivered before it is collected": (PLACES, allocation(BREAD, pickup_stop=4, drop_off_stop=2)),
    "collected elsewhere": (PLACES, allocation(BREAD, pickup_stop=1)),
    "collected in the break": (PLACES, allocation(BREAD, pickup_stop=3)),
    "collected at the start": (PLACES, allocation(BREAD, pickup_stop=0)),
    "delivered elsewhere": (PLACES, allocation(MILK, drop_off_stop=2)),
    "delivered at the end": (PLACES, allocation(MILK, drop_off_stop=5)),
    "collected from another vehicle": (ON_BOARD, allocation(SOUP, shift="car", drop_off_stop=2)),
    "collected a second time": (ON_BOARD, allocation(SOUP, pickup_stop=2)),
    "too early at the dairy": ("collected_within_the_pickup_window", stop(VAN, 1, begin=28_799)),
    "too late at the store": ("collected_within_the_pickup_window", stop(VAN, 2, begin=43_201)),
    "when nobody receives": ("delivered_within_receiving_hours", stop(VAN, 4, begin=61_201)),
    "after its deadline": ("delivered_in_time", stop(VAN, 4, begin=86_400)),
    "no start": (SHIFT, route(CAR, lambda stops: stops[1:] + stops[-1:])),
    "no end": (SHIFT, route(CAR, lambda stops: stops[:-1])),
    "no stops": (SHIFT, lambda p: replace(route(CAR, lambda _: ())(p), allocations=p.allocations[:3])),
    "begun elsewhere": (SHIFT, stop(VAN, 0, site="dairy")),
    "begun before the shift": (SHIFT, stop(VAN, 0, arrive=25_199)),
    "over after the shift": (SHIFT, stop(VAN, 5, leave=61_201)),
    "a drive before the start": (DRIVES, stop(VAN, 0, metres_from_previous=1)),
    "an arrival before the drive is over": (DRIVES, stop(VAN, 1, arrive=28_240)),
    "a shorter road than there is": (DRIVES, stop(VAN, 1, metres_from_previous=3999)),
    "a faster road than there is": (DRIVES, stop(VAN, 1, seconds_from_previous=499)),
    "work left out": (STOPS, stop(VAN, 1, leave=28_860)),
    "work for one lot instead of three": (STOPS, stop(VAN, 4, leave=33_180)),
    "work before the arrival": (STOPS, stop(VAN, 4, begin=32_819)),
    "a stop for nothing": ("no_stop_for_nothing", stop(VAN, 3, kind="pickup")),
    "a break forgotten": (BREAKS, without_break),
    "a break too many": (BREAKS, stop(VAN, 2, kind="break")),
    "a break too early": (BREAKS, stop(VAN, 3, begin=28_799)),
    "a break too late": (BREAKS, stop(VAN, 3, begin=46_801)),
    "a break cut short": (BREAKS, stop(VAN, 3, leave=31_819)),
    "a break in another place": (BREAKS, stop(VAN, 3, site="dairy")),
    "a load that is wrong": (CARRY, stop(VAN, 1, load_after=Load(54_999, 8, 30_000))),
    "soup that was not on board": (CARRY, stop(VAN, 0, load_after=Load())),
    "soup that vanished in the end": (CARRY, stop(VAN, 5, load_after=Load())),
    "a load that changes in the break": (CARRY, stop(VAN, 3, load_after=Load(40_000, 5))),
    "cold food in a warm place": (CARRY, stop(VAN, 1, load_after=Load(55_000, 8))),
    "a locked route left out": (
        LOCKED,
        lambda p: replace(p, routes=p.routes[:1], allocations=p.allocations[:3]),
    ),
    "a locked route with more food": (LOCKED, allocation(BREAD, shift="car", pickup_stop=1, drop_off_stop=2)),
    "a locked route in another order": (LOCKED, route(CAR, lambda s: (s[0], s[2], s[1], s[3]))),
    "metres that do not add up": ("totals_add_up", route(VAN, metres=16_001)),
    "driving that does not add up": ("totals_add_up", route(VAN, driving_seconds=1999)),
    "seconds that do not add up": ("totals_add_up", route(VAN, seconds=5501)),
    "food worth more than it is": (WORTH, tiers(food=22_000_001)),
    "fairness that is not there": (WORTH, tiers(fairness=14_715_001)),
    "driving that costs less": (WORTH, tiers(driving=7_179_998)),
    "a move that nobody counts": (WORTH, tiers(moves=0)),
    "more than the bound": (BOUND, lambda p: replace(p, bound_grams=109_999)),
    "more than is attainable": (BOUND, lambda p: replace(p, attainable_grams={"bank": 109_999})),
    "more attainable than needed": (BOUND, lambda p: replace(p, attainable_grams={"bank": 120_001})),
}  # fmt: skip


def van(problem: Problem, **fields: Any) -> dict[str, Any]:
    return {"shifts": (replace(problem.shifts[VAN], **fields), problem.shifts[CAR])}


def lot(problem: Problem, number: int, **fields: Any) -> dict[str, Any]:
    found = list(problem.lots)
    found[number] = replace(found[number], **fields)
    return {"lots": tuple(found)}


def need(problem: Problem, **fields: Any) -> dict[str, Any]:
    return {"needs": (replace(problem.needs[0], **fields), *problem.needs[1:])}


def bank(problem: Problem, **fields: Any) -> dict[str, Any]:
    return {"sites": (*problem.sites[:2], replace(problem.sites[2], **fields))}


def no_road_to_the_store(problem: Problem) -> dict[str, Any]:
    seconds = [list(row) for row in problem.travel["car"].seconds.tolist()]
    seconds[1][0] = None
    return {"travel": {"car": TravelMatrix(seconds, problem.travel["car"].metres)}}


def badge_for_the_dairy(problem: Problem) -> dict[str, Any]:
    store, dairy, food_bank = problem.sites
    return {"sites": (store, replace(dairy, skills=("badge",)), food_bank)}


# What is otherwise about the day, and the rule that objects to the same plan.
TURNS: dict[str, tuple[str, Turn]] = {
    "a smaller need": ("no_more_than_needed", lambda p: need(p, grams=59_999)),
    "a smaller cold store": ("no_more_than_can_be_stored", lambda p: bank(p, storage=Storage(None, 29_999))),
    "a lot that is whole": ("whole_lots_stay_whole", lambda p: lot(p, 3, splittable=False)),
    "an earlier closing": (
        "delivered_within_receiving_hours",
        lambda p: need(p, windows=(TimeWindow(25_200, 32_819), TimeWindow(32_821, 61_200))),
    ),
    "an earlier deadline": (
        "delivered_in_time",
        lambda p: {"eligibilities": tuple(replace(pair, deliver_by=32_819) for pair in p.eligibilities or ())},
    ),
    "an earlier deadline of the lot": (
        "delivered_in_time",
        lambda p: {"eligibilities": None, **lot(p, 0, deliver_by=32_819)},
    ),
    "a shorter shift": (SHIFT, lambda p: van(p, window=TimeWindow(25_200, 33_299))),
    "a missing road": (DRIVES, no_road_to_the_store),
    "slower hands": (STOPS, lambda p: bank(p, service_seconds=61)),
    "a smaller van": (CARRY, lambda p: van(p, capacity=Load(94_999, 100, 200_000))),
    "fewer crates": (CARRY, lambda p: van(p, capacity=Load(500_000, 12, 200_000))),
    "too little cooling": ("food_keeps_its_temperature", lambda p: van(p, capacity=Load(500_000, 100, 29_999))),
    "a longer break": (BREAKS, lambda p: van(p, breaks=(Break(TimeWindow(28_800, 46_800), 1801),))),
    "a second break": (
        BREAKS,
        lambda p: van(p, breaks=(*p.shifts[VAN].breaks, Break(TimeWindow(50_000, 50_000), 60))),
    ),
    "fewer stops": ("routes_stay_within_their_limits", lambda p: van(p, maximum_stops=2)),
    "fewer metres": ("routes_stay_within_their_limits", lambda p: van(p, maximum_metres=15_999)),
    "a driver who may not carry it": ("skills_are_there", lambda p: van(p, skills=("tail lift",))),
    "a driver who may not stop there": ("skills_are_there", badge_for_the_dairy),
    "another amount locked": (
        LOCKED,
        lambda p: {
            **lot(p, 1, splittable=True),
            "locked": tuple(
                replace(
                    each,
                    stops=tuple(
                        replace(stop, cargo=(LockedCargo("rolls", "bank bread", 19_999),)) for stop in each.stops
                    ),
                )
                for each in p.locked
            ),
        },
    ),
    "another promise": (WORTH, lambda p: {"promises": (*p.promises, Promise("cake", "bank soup", "car"))}),
    "another past": (WORTH, lambda p: need(p, past_delivered_grams=30_000)),
    "another priority": (WORTH, lambda p: need(p, priority_percent=100)),
    "soup that is still in the store": (PLACES, lambda p: lot(p, 3, on_board=None)),
    "bread that is on board of the car": (ON_BOARD, lambda p: lot(p, 0, on_board="car")),
}


def test_a_good_plan_has_no_violation() -> None:
    assert check(the_day(), the_plan()) == ()


def test_a_good_plan_that_states_no_figures_has_no_violation() -> None:
    assert check(the_day(), replace(the_plan(), bound_grams=None, tiers=None, attainable_grams={})) == ()


def test_a_good_plan_is_good_after_the_way_through_json() -> None:
    assert check(the_day(), plan_from_json(plan_to_json(the_plan()))) == ()


def test_waiting_anywhere_is_no_violation() -> None:
    plan = the_plan()
    home = replace(plan.routes[CAR].stops[3], arrive=30_580, begin=30_580, leave=30_580)
    late = replace(plan.routes[CAR].stops[2], leave=30_580)
    waits = route(CAR, lambda stops: (*stops[:2], late, home), seconds=2780)(replace(plan, tiers=None))
    assert check(the_day(), waits) == ()


@pytest.mark.parametrize("damage", DAMAGES)
def test_each_damage_is_found_by_its_name(damage: str) -> None:
    rule, done = DAMAGES[damage]
    found = check(the_day(), done(the_plan()))
    assert rule in {violation.rule for violation in found}
    assert all(violation.sentence.endswith(".") and violation.where for violation in found)


@pytest.mark.parametrize("turn", TURNS)
def test_what_was_good_for_one_day_is_not_for_another(turn: str) -> None:
    rule, turned = TURNS[turn]
    day = the_day()
    other = replace(day, **turned(day))
    assert rule in {violation.rule for violation in check(other, replace(the_plan(), problem_digest=other.digest()))}


@pytest.mark.parametrize("damage", DAMAGES)
def test_what_is_judged_route_by_route_is_what_is_judged_at_once(damage: str) -> None:
    problem, plan = the_day(), DAMAGES[damage][1](the_plan())
    of_each = {violation for shift in problem.shifts for violation in check(problem, plan, {shift.id})}
    assert of_each == set(check(problem, plan)) == set(check(problem, plan, {shift.id for shift in problem.shifts}))


@pytest.mark.parametrize("turn", TURNS)
def test_what_is_judged_route_by_route_of_another_day_is_what_is_judged_at_once(turn: str) -> None:
    problem = replace(the_day(), **TURNS[turn][1](the_day()))
    plan = replace(the_plan(), problem_digest=problem.digest())
    of_each = {violation for shift in problem.shifts for violation in check(problem, plan, {shift.id})}
    assert of_each == set(check(problem, plan))


def test_every_rule_objects_to_something() -> None:
    objecting = {rule for rule, _ in [*DAMAGES.values(), *TURNS.values()]}
    assert objecting == {rule.__name__ for rule in RULES} | {"same_problem", NAMES}


def test_an_empty_plan_answers_an_empty_problem_only() -> None:
    empty = a_problem()
    nothing = Plan(empty.digest(), (), (), (), "nobody", 1)
    assert check(empty, nothing) == ()
    full = a_problem([a_lot()], [a_need()], [a_shift()])
    assert [each.rule for each in check(full, replace(nothing, problem_digest=full.digest()))] == [AMOUNTS]


@pytest.mark.parametrize("seed", range(3))
def test_a_plan_of_one_day_is_no_plan_of_another(seed: int) -> None:
    plan = solve(a_city(seed), seconds=0.3)
    assert check(a_city(seed + 100), plan)


def test_a_site_without_limits_stores_anything() -> None:
    day = the_day()
    open_house = replace(day, sites=(*day.sites[:2], Site("bank", 300, 60)))
    assert check(open_house, replace(the_plan(), problem_digest=open_house.digest())) == ()
