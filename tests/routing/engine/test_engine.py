"""The engine's search against what can be said without it: the checker, the score, a second run, a brute force."""

import itertools
from dataclasses import replace

import pytest

from routing import check, solve
from routing.engine.layout import WORTH
from routing.engine.meter import Meter
from routing.engine.nearness import needs_worth_trying
from routing.engine.pieces import pieces_in, pieces_of
from routing.engine.prepare import Prepared, prepare
from routing.engine.search import Habits, begin, fill, improve
from routing.engine.tours import load_tours, tours_of
from routing.joint.filling import candidates_of, loaded
from routing.problem import Problem, TimeWindow
from routing.retime import Cargo, Visit, retime
from routing.score import Left, tiers_of, worth_of
from tests.routing.builders import a_city, a_lot, a_need, a_problem, a_shift


def searched(problem: Problem, iterations: int = 300, seed: int = 1) -> Prepared:
    prepared = prepare(problem, pieces_of(problem), needs_worth_trying(problem), seed=seed)
    begin(prepared)
    fill(prepared)
    improve(prepared, Meter(1.0, iterations), stopped=lambda: False)
    return prepared


@pytest.mark.parametrize("seed", range(12))
def test_what_the_search_adds_up_is_what_the_tours_are_worth(seed: int) -> None:
    problem = a_city(seed, lots=20, vans=4)
    prepared = searched(problem)
    assert prepared.state.totals[WORTH] == pytest.approx(worth_of(problem, tours_of(prepared)), rel=1e-6, abs=50_000)


@pytest.mark.parametrize("seed", range(12))
def test_every_tour_of_the_search_can_be_driven(seed: int) -> None:
    problem = a_city(seed, lots=20, vans=4)
    for shift, tour in zip(problem.shifts, tours_of(searched(problem)), strict=True):
        assert not tour or retime(problem, shift, tour) is not None


def test_the_same_seed_and_iterations_give_the_same_plan() -> None:
    problem = a_city(7, lots=25, vans=4)
    plans = [solve(problem, iterations=400, seed=3) for _ in range(2)]
    assert plans[0] == plans[1]


def test_another_seed_may_give_another_plan_but_never_a_wrong_one() -> None:
    problem = a_city(8, lots=25, vans=4)
    for seed in range(5):
        assert check(problem, solve(problem, iterations=200, seed=seed)) == ()


def test_a_search_goes_on_from_the_tours_it_is_given() -> None:
    problem = a_city(9, lots=25, vans=4)
    tours = tours_of(searched(problem))
    again = prepare(problem, pieces_in(problem, tours), needs_worth_trying(problem), seed=5)
    begin(again)
    assert load_tours(again, tours)
    assert again.state.totals[WORTH] == pytest.approx(worth_of(problem, tours), rel=1e-6, abs=50_000)
    assert tiers_of(problem, tours_of(again)).food == tiers_of(problem, tours).food


def test_of_a_tour_that_is_too_long_for_the_search_as_much_as_it_can_drive_stays_in_its_order() -> None:
    """The search counts one lot for two food banks as two services at the store, `retime` as one."""
    places = {"store": (0, 0), "west": (-4000, 0), "bank": (1000, 1000), "hall": (3000, 0)}
    lots = [a_lot("bread", site="store", grams=40_000), a_lot("milk", site="west", grams=10_000)]
    needs = [a_need("bank's", site="bank", grams=20_000), a_need("hall's", site="hall", grams=30_000)]
    problem = a_problem(lots, needs, [a_shift()], places=places)
    first, second, third = (
        Cargo("bread", "bank's", 20_000, 0),
        Cargo("bread", "hall's", 20_000, 1),
        Cargo("milk", "hall's", 10_000, 2),
    )
    tour = (
        Visit("pickup", "store", (first, second)), Visit("pickup", "west", (third,)),
        Visit("drop_off", "bank", (first,)), Visit("drop_off", "hall", (second, third)),
    )  # fmt: skip
    route = retime(problem, problem.shifts[0], tour)
    assert route is not None
    until_home = replace(problem.shifts[0], window=TimeWindow(route.stops[0].leave, route.stops[-1].arrive))
    problem = replace(problem, shifts=(until_home,))
    assert retime(problem, until_home, tour) is not None
    prepared = prepare(problem, pieces_in(problem, [tour]), needs_worth_trying(problem), seed=1)
    begin(prepared)
    assert not load_tours(prepared, [tour])
    [kept] = tours_of(prepared)
    assert [visit.site for visit in kept] == ["store", "bank", "hall"]
    assert sum(cargo.grams for visit in kept if visit.kind == "drop_off" for cargo in visit.cargo) == 40_000


def test_the_engine_finds_the_best_order_that_there_is() -> None:
    places = {"store": (0, 0), "west": (-4000, 500), "east": (5000, -700), "north": (300, 6000), "bank": (1000, 1000)}
    stores = ["store", "west", "east", "north"]
    lots = [a_lot(store, site=store, grams=30_000) for store in stores]
    problem = a_problem(lots, [a_need(grams=500_000)], [a_shift(cents_per_hour=0)], places=places)
    plan = solve(problem, iterations=2000, seed=1)
    metres = [
        sum(problem.leg(problem.shifts[0], a, b)[1] for a, b in itertools.pairwise(["bank", *order, "bank"]))  # type: ignore[index]
        for order in itertools.permutations(stores)
    ]
    assert plan.grams_unserved == 0
    assert plan.metres == min(metres)


def test_lots_of_one_store_share_its_stop() -> None:
    lots = [a_lot(f"lot {number}", grams=20_000) for number in range(4)]
    plan = solve(a_problem(lots, [a_need(grams=500_000)], [a_shift()]), iterations=300)
    assert [stop.kind for stop in plan.routes[0].stops] == ["start", "pickup", "drop_off", "end"]


def test_a_lot_goes_where_it_is_worth_most_and_not_only_to_the_nearest() -> None:
    places = {"store": (0, 0), "bank": (1000, 0), "poor": (3000, 0)}
    full = a_need("full", past_wanted_grams=1_000_000, past_delivered_grams=1_000_000)
    empty = a_need("empty", organisation="poor", site="poor", past_wanted_grams=1_000_000)
    plan = solve(a_problem([a_lot()], [full, empty], [a_shift()], places=places), iterations=200)
    assert [allocation.need for allocation in plan.allocations] == ["empty"]


def test_a_vehicle_is_not_sent_for_what_its_drive_is_not_worth() -> None:
    places = {"store": (90_000, 0), "bank": (0, 0)}
    plan = solve(a_problem([a_lot(grams=5_000)], [a_need()], [a_shift()], places=places), iterations=100)
    assert plan.routes == ()
    assert plan.unserved[0].reason == "detour_not_worth_it"


def places_found_for_the_large_lot(habits: Habits) -> int:
    """In how many of eight short searches: only the large need takes the large lot, but has its room full of small ones
    that could as well go elsewhere."""
    small = range(15)
    lots = [
        a_lot("large", grams=150_000, splittable=False),
        *(a_lot(f"small {number}", grams=10_000, splittable=False) for number in small),
    ]
    needs = [
        a_need("large need", grams=150_000),
        *(a_need(f"need {number}", organisation=f"org {number}", site="far", grams=10_000) for number in small),
    ]
    problem = a_problem(lots, needs, [a_shift()], places={"store": (0, 0), "bank": (500, 0), "far": (9000, 0)})
    cargo = tuple(Cargo(f"small {number}", "large need", 10_000, number) for number in small)
    tours = ((Visit("pickup", "store", cargo), Visit("drop_off", "bank", cargo)),)
    found = 0
    for seed in range(8):
        prepared = loaded(problem, tours, candidates_of(problem), seed)
        improve(prepared, Meter(60, 100), stopped=lambda: False, habits=habits)
        found += not Left(problem, tours_of(prepared)).unserved
    return found


def test_small_lots_make_way_for_a_large_one_that_must_stay_whole() -> None:
    assert places_found_for_the_large_lot(Habits()) >= 4 + places_found_for_the_large_lot(Habits(make_way=0.0))
