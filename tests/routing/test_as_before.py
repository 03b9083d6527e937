"""As last Tuesday: the places in the order of an earlier plan, with what is there today."""

import pytest

from routing import Load, Plan, Problem, check, plan_as_before, solve
from routing.as_before import Order, tours_in_order
from tests.routing.builders import a_lot, a_need, a_problem, a_shift
from tests.routing.random_days import a_random_day

PLACES: dict[str, tuple[float, float]] = {"store": (0, 0), "far store": (-9000, 0), "late": (500, 0), "bank": (5000, 0)}


def order_of(plan: Plan) -> dict[str, Order]:
    """Where each shift stops, in its order."""
    return {
        route.shift: [(stop.kind, stop.site) for stop in route.stops if stop.kind in ("pickup", "drop_off")]
        for route in plan.routes
    }


def is_within(few: Order, many: Order) -> bool:
    """Whether the few come among the many in the same order."""
    rest = iter(many)
    return all(place in rest for place in few)


USUAL: Order = [("pickup", "far store"), ("pickup", "store"), ("drop_off", "bank")]


def a_day(*lots: str, **fields: object) -> Problem:
    return a_problem(
        [a_lot(site, site=site) for site in lots], [a_need(grams=900_000)], [a_shift(**fields)], places=PLACES
    )


def test_do_not_throw_away_our_usual_order() -> None:
    day = a_day("store", "far store")
    assert order_of(solve(day, iterations=200))["van"] != USUAL  # it knows a shorter way, or another first store
    plan = plan_as_before(day, {"van": [("pickup", "store"), ("pickup", "far store"), ("drop_off", "bank")]})
    assert order_of(plan)["van"] == [("pickup", "store"), ("pickup", "far store"), ("drop_off", "bank")]
    assert order_of(plan_as_before(day, {"van": USUAL}))["van"] == USUAL


def test_a_place_with_nothing_today_is_passed_by() -> None:
    assert order_of(plan_as_before(a_day("store"), {"van": USUAL}))["van"] == USUAL[1:]


def test_what_is_new_is_put_in_where_it_costs_least_and_the_old_order_stays() -> None:
    day = a_day("store", "far store", "late")
    found = order_of(plan_as_before(day, {"van": USUAL}))["van"]
    assert is_within(USUAL, found)
    assert ("pickup", "late") in found


def test_of_food_that_does_not_fit_as_much_goes_as_the_van_can_carry() -> None:
    day = a_day("store", "far store", capacity=Load(60_000, 100))
    plan = plan_as_before(day, {"van": USUAL})
    assert check(day, plan) == ()
    assert plan.grams_allocated >= 59_000


def test_a_pair_that_waits_gets_what_is_left_over() -> None:
    needs = [a_need("ours", grams=15_000), a_need("theirs", organisation="others")]
    day = a_problem([a_lot()], needs, [a_shift()])
    order: Order = [("pickup", "store"), ("drop_off", "bank")]
    plan = plan_as_before(day, {"van": order}, later={("bread", "theirs")})
    assert {each.need: each.grams for each in plan.allocations} == {"ours": 15_000, "theirs": 25_000}


@pytest.mark.parametrize("seed", range(40))
def test_on_any_day_the_checker_passes_and_the_order_is_kept(seed: int) -> None:
    day = a_random_day(seed)
    before = order_of(solve(a_random_day(seed), iterations=50, seed=seed + 1))
    turned = {shift: list(reversed(places)) if seed % 2 else places for shift, places in before.items()}
    kept = tours_in_order(day, turned)
    for shift, tour in zip(day.shifts, kept, strict=True):
        assert is_within([(v.kind, v.site) for v in tour if v.kind != "break"], turned.get(shift.id, ()))
    plan = plan_as_before(day, turned)
    assert check(day, plan) == ()
    found = order_of(plan)
    for shift, tour in zip(day.shifts, kept, strict=True):
        in_order = [(v.kind, v.site) for v in tour if v.kind != "break"]
        assert is_within(in_order, _doubled(found.get(shift.id, ()))), seed
    assert plan.grams_allocated >= sum(c.grams for t in kept for v in t if v.kind == "drop_off" for c in v.cargo)


def _doubled(places: Order) -> Order:
    """Two stops in a row at one place may have become one."""
    return [place for place in places for _ in range(3)]
