"""Why a lot goes to this need and not to another: every claim is driven again, on random days and on small ones."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest

from routing import Plan, Problem, Unserved, check, plan_by_hand, solve
from routing.explain import instead
from routing.explain.instead import CANNOT, Instead, NotDrivable, Why, why_there
from routing.plan import Allocation
from routing.problem import LockedCargo, LockedRoute, LockedStop, TimeWindow
from routing.retime import Cargo, Tour, Visit, join_neighbours, place_breaks, retime, tours_of_plan
from routing.score import Left, tiers_of, worth_of
from tests.routing.builders import a_lot, a_need, a_problem, a_shift
from tests.routing.random_days import a_random_day

DAYS = 70
PLACES = {"store": (0, 0), "bank": (5000, 0), "other bank": (9000, 0), "far bank": (400_000, 0)}


def planned(problem: Problem, seed: int = 1) -> Plan:
    return solve(problem, iterations=200, seed=seed)


def explained(problem: Problem, plan: Plan) -> Iterator[tuple[Allocation, Why]]:
    for allocation in plan.allocations:
        try:
            yield allocation, why_there(problem, plan, allocation)
        except NotDrivable:  # where roads are missing, a route may need a stop to get through
            assert any((matrix.seconds < 0).any() for matrix in problem.travel.values())


def driven(problem: Problem, plan: Plan, tours: Sequence[Tour]) -> Plan:
    """The plan with these tours instead."""
    left = Left(problem, tours).unserved
    unserved = [Unserved(lot, grams, "no_need_left", {}) for lot, grams in left.items()]
    return plan_by_hand(problem, replace(plan, bound_grams=None), tours, unserved)


def test_every_alternative_on_a_random_day_can_be_driven_and_costs_what_is_said() -> None:
    looked_at = 0
    for seed in range(DAYS):
        problem = a_random_day(seed)
        plan = planned(problem, seed)
        before = tiers_of(problem, tours_of_plan(problem, plan))
        for _, why in explained(problem, plan):
            assert [each.worth_less for each in why.others] == sorted(each.worth_less for each in why.others)
            for other in why.others:
                after, as_plan = tiers_of(problem, other.tours), driven(problem, plan, other.tours)
                assert check(problem, as_plan) == (), (seed, other)
                assert before.worth - after.worth == other.worth_less
                assert (before.food - after.food, before.fairness - after.fairness) == (
                    other.costs.food, other.costs.fairness,
                )  # fmt: skip
                assert as_plan.metres - plan.metres == other.metres_more
                assert as_plan.seconds - plan.seconds == other.seconds_more
                looked_at += 1
    assert looked_at > 15


def test_what_an_allocation_adds_is_the_difference_to_the_day_without_it() -> None:
    for seed in range(DAYS):
        problem = a_random_day(seed)
        plan = planned(problem, seed)
        worth = worth_of(problem, tours_of_plan(problem, plan))
        for allocation, why in explained(problem, plan):
            part = instead._part_of(plan, allocation)
            tours = tuple(
                instead._without(shift, tour, part) if shift.id == allocation.shift else tour
                for shift, tour in zip(problem.shifts, tours_of_plan(problem, plan), strict=True)
            )
            assert worth - worth_of(problem, tours) == why.adds.worth


def has_a_place(problem: Problem, tours: Sequence[Tour], allocation: Allocation, need: str, grams: int) -> bool:
    """Whether so many grams of the lot can come to the need on any of these tours, every position tried."""
    lot, cargo = problem.lots_by_id[allocation.lot], (Cargo(allocation.lot, need, grams, 1000),)
    bank = problem.needs_by_id[need].site
    for shift, tour in zip(problem.shifts, tours, strict=True):
        for pickup in range(len(tour) + 1):
            for drop_off in range(pickup, len(tour) + 1):
                load = (Visit("pickup", lot.site, cargo),) if lot.on_board is None else ()
                changed = (*tour[:pickup], *load, *tour[pickup:drop_off], Visit("drop_off", bank, cargo))
                changed = join_neighbours(problem, shift, (*changed, *tour[drop_off:]))
                timed = changed if tour else place_breaks(problem, shift, changed)
                if timed and retime(problem, shift, timed) is not None:
                    return True
    return False


def test_where_no_vehicle_has_time_or_room_no_place_on_any_route_would_do() -> None:
    reasons = set[str]()
    for seed in range(DAYS):
        problem = a_random_day(seed)
        if any((matrix.seconds < 0).any() for matrix in problem.travel.values()):
            continue
        plan = planned(problem, seed)
        for allocation, why in explained(problem, plan):
            case = instead._Case(problem, plan, allocation)
            for cannot in why.cannot:
                reasons.add(cannot.reason)
                if CANNOT.index(cannot.reason) > CANNOT.index("no_room_to_store"):
                    least = min(allocation.grams, case._least())
                    assert not has_a_place(problem, case.before, allocation, cannot.need, least), (seed, cannot)
    assert len(reasons) >= 4


def two_banks(**of_the_other: object) -> Problem:
    """One lot of bread, and two food banks that want it."""
    needs = [a_need(), a_need("other bread", **{"organisation": "other", "site": "other bank", **of_the_other})]
    return a_problem([a_lot()], needs, [a_shift()], places=PLACES)


def by_hand(problem: Problem, need: str) -> Plan:
    """The van brings the bread to this need."""
    cargo, bank = (Cargo("bread", need, 40_000),), problem.needs_by_id[need].site
    tour = (Visit("pickup", "store", cargo), Visit("drop_off", bank, cargo))
    return plan_by_hand(problem, Plan(problem.digest(), (), (), (), "by hand", 1), [tour], ())


def why_on(problem: Problem, need: str = "bank bread") -> Why:
    plan = by_hand(problem, need)
    return why_there(problem, plan, plan.allocations[0])


def test_the_next_best_is_further_away_and_says_by_how_much() -> None:
    why = why_on(two_banks())
    (other,) = why.others
    assert (why.allocation.need, other.need) == ("bank bread", "other bread")
    assert other.metres_more == 8000  # there and back beyond the first bank
    assert other.worth_less > 0
    assert why.no_better == 0


def test_a_food_bank_that_has_had_more_of_its_need_gains_less() -> None:
    problem = two_banks(delivered_grams=90_000, past_wanted_grams=100_000, past_delivered_grams=100_000)
    (other,) = why_on(problem).others
    assert other.costs.fairness > 0
    assert other.share.had / other.share.wanted > why_on(problem).share_before.had / why_on(problem).share_before.wanted


def test_food_banks_that_cannot_have_it_are_named_with_their_reason() -> None:
    problem = a_problem(
        [a_lot()],
        [
            a_need(),
            a_need("full", organisation="a", site="other bank", grams=0),
            a_need("nearly full", organisation="b", site="other bank", grams=300),
            a_need("too early", organisation="c", site="other bank", windows=(TimeWindow(3600, 2 * 3600),)),
            a_need("too far", organisation="d", site="far bank", windows=(TimeWindow(0, 86_000),)),
        ],
        [a_shift()],
        places=PLACES,
    )
    strange = a_need("may not", organisation="f", site="other bank")
    problem = replace(problem, needs=(*problem.needs, strange))
    reasons = {each.need: each.reason for each in why_on(problem).cannot}
    assert reasons == {
        "may not": "may_not_have_it",
        "full": "asks_for_nothing_more",
        "nearly full": "asks_for_less_than_a_stop",
        "too early": "no_receiving_window_in_time",
        "too far": "outside_every_shift",
    }


def test_a_food_bank_without_room_to_store_is_said_to_have_none() -> None:
    places = {"store": (0.0, 0.0), "bank": (5000.0, 0.0), "other bank": (9000.0, 0.0)}
    needs = [a_need(), a_need("other bread", organisation="other", site="other bank")]
    problem = a_problem([a_lot()], needs, [a_shift()], places=places)
    sites = tuple(
        replace(site, storage=replace(site.storage, ambient_grams=0)) if site.id == "other bank" else site
        for site in problem.sites
    )
    assert [each.reason for each in why_on(replace(problem, sites=sites)).cannot] == ["no_room_to_store"]


def test_on_a_locked_route_nothing_goes_elsewhere() -> None:
    problem = two_banks()
    cargo = (LockedCargo("bread", "bank bread", 40_000),)
    stops = (LockedStop("pickup", "store", cargo), LockedStop("drop_off", "bank", cargo))
    why = why_on(replace(problem, locked=(LockedRoute("van", stops),)))
    assert why.others == ()
    assert [each.reason for each in why.cannot] == ["route_is_locked"]


def test_an_alternative_that_is_better_is_told_as_better() -> None:
    """The plan of somebody who went to the further bank for nothing."""
    problem = two_banks()
    (other,) = why_on(problem, "other bread").others
    assert other.worth_less < 0


def test_a_route_that_breaks_rules_is_not_judged() -> None:
    problem = two_banks()
    cargo = (Cargo("bread", "bank bread", 40_000),)
    tour = (Visit("drop_off", "bank", cargo), Visit("pickup", "store", cargo))
    plan = plan_by_hand(problem, Plan(problem.digest(), (), (), (), "by hand", 1), [tour], ())
    allocation = Allocation("bread", "bank bread", "van", 40_000, 5, 2, 1)
    with pytest.raises(NotDrivable):
        why_there(problem, replace(plan, allocations=(allocation,)), allocation)


def test_needs_left_out_could_not_come_before_the_next_best() -> None:
    needs = [a_need(), *(a_need(f"other {n}", organisation=f"o{n}", site="other bank") for n in range(6))]
    problem = a_problem([a_lot()], needs, [a_shift()], places=PLACES)
    plan = by_hand(problem, "bank bread")
    every, few = (why_there(problem, plan, plan.allocations[0], most_others=most) for most in (10, 1))
    assert len(every.others) == 6
    assert len(few.others) + few.no_better == 6
    assert few.others[0].worth_less == every.others[0].worth_less


def test_the_same_question_has_the_same_answer() -> None:
    for seed in range(10):
        problem = a_random_day(seed)
        plan = planned(problem, seed)
        for allocation, why in explained(problem, plan):
            assert why_there(problem, plan, allocation) == why


def test_without_the_fewest_grams_of_a_stop_nothing_is_offered() -> None:
    """A lot that stays in one piece goes whole or not at all."""
    needs = [a_need(), a_need("other bread", organisation="other", site="other bank", grams=39_000)]
    problem = a_problem([a_lot(splittable=False)], needs, [a_shift()], places=PLACES)
    (cannot,) = why_on(problem).cannot
    assert (cannot.reason, cannot.grams) == ("asks_for_less_than_a_stop", 39_000)
    loose = a_problem([a_lot()], needs, [a_shift()], places=PLACES)
    (other,) = why_on(loose).others
    assert isinstance(other, Instead)
    assert other.grams == 39_000
