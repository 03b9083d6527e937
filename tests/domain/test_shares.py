"""Shares of a cost: to the cent, nobody beyond what it pays alone, groups neither, and nearest to the Shapley value.

The independent computation is OR-Tools' linear solver, which shares nothing with ours: it says whether there is a core,
how large the least core is, and proves that no split that keeps the limits is nearer than the one that we found.
"""

import math
from fractions import Fraction

import pytest
from hypothesis import given
from ortools.linear_solver import pywraplp

from app.domain.cost_games import CostGame, best_split, drawn_orders, groups_of_orders, sampled_shapley, shapley
from app.domain.nearest_split import nearest_split
from app.domain.shares import in_cents, least_gain, limits, split
from tests.domain.cost_games import a_game, airport, any_games, driving_games

CLOSE = 1e-4  # of a cent


def least_core(game: CostGame) -> float | None:
    """How much the unhappiest group has to gain at least, by OR-Tools; None where somebody must pay more than alone."""
    solver = pywraplp.Solver.CreateSolver("GLOP")
    pays = {each: solver.NumVar(-solver.infinity(), solver.infinity(), each) for each in game.partners}
    gain = solver.NumVar(0, solver.infinity(), "gain")
    solver.Add(sum(pays.values()) == game.whole)
    for group, cost in game.costs.items():
        if len(group) == 1 and len(game.partners) > 1:
            solver.Add(sum(pays[each] for each in group) <= cost)
        elif len(group) < len(game.partners):
            solver.Add(sum(pays[each] for each in group) <= cost + gain)
    solver.Minimize(gain)
    return gain.solution_value() if solver.Solve() == solver.OPTIMAL else None


def farthest_on_the_way(game: CostGame, gain: int, found: dict[str, Fraction], wished: dict[str, Fraction]) -> float:
    """How far any split within the limits lies from the found one towards the wished one, by OR-Tools."""
    solver = pywraplp.Solver.CreateSolver("GLOP")
    pays = {each: solver.NumVar(-1e7, 1e7, each) for each in game.partners}
    solver.Add(sum(pays.values()) == game.whole)
    for limit in limits(game, gain):
        solver.Add(sum(pays[each] for each in limit.group) <= limit.cents)
    solver.Maximize(sum(float(wished[each] - found[each]) * (pays[each] - float(found[each])) for each in pays))
    assert solver.Solve() == solver.OPTIMAL
    return float(solver.Objective().Value())


@given(any_games())
def test_shares_and_what_the_network_carries_add_up_to_the_cost_to_the_cent(game: CostGame) -> None:
    shared = split(game, shapley(game))
    assert sum(shared.shares.values()) + shared.network_carries == game.whole
    assert (shared.network_carries > 0) == (shared.standing == "dearer")


@given(any_games())
def test_nobody_ever_pays_more_than_alone(game: CostGame) -> None:
    shared = split(game, shapley(game))
    assert all(shared.shares[each] <= game.alone(each) for each in game.partners)


@given(driving_games())
def test_where_company_never_costs_more_the_shapley_value_is_in_the_core_and_is_the_split(game: CostGame) -> None:
    fair = shapley(game)
    shared = split(game, fair)
    assert shared.standing == "core"
    assert nearest_split(fair, limits(game, 0)) == fair
    assert all(abs(shared.shares[each] - fair[each]) < 1 for each in fair)
    assert shared.most_to_gain <= 1


@given(any_games(least=2))
def test_core_and_least_core_are_those_of_an_independent_solver(game: CostGame) -> None:
    game = best_split(game)
    expected = least_core(game)
    shared = split(game, shapley(game))
    if expected is None:
        assert shared.standing == "dearer"
    elif expected <= CLOSE:
        assert shared.standing == "core"
        assert shared.most_to_gain <= 1  # a cent of rounding
    else:
        assert shared.standing == "least_core"
        assert least_gain(game, shapley(game)) == math.ceil(expected - CLOSE)
        assert shared.most_to_gain <= math.ceil(expected - CLOSE) + 1


@given(any_games(least=2))
def test_no_split_within_the_limits_is_nearer_to_the_shapley_value(game: CostGame) -> None:
    game = best_split(game)
    fair = shapley(game)
    if split(game, fair).standing == "dearer":
        return
    gain = least_gain(game, fair)
    found = nearest_split(fair, limits(game, gain))
    assert found is not None
    assert sum(found.values()) == game.whole
    assert all(sum(found[each] for each in limit.group) <= limit.cents for limit in limits(game, gain))
    scale = max(1.0, *(abs(float(fair[each] - found[each])) for each in fair))
    assert farthest_on_the_way(game, gain, found, fair) <= CLOSE * scale * 100


@given(any_games())
def test_the_group_that_would_leave_first_is_the_one_with_least_to_lose(game: CostGame) -> None:
    shared = split(game, shapley(game))
    assert bool(shared.nearest) == (len(game.partners) > 1)
    for partner, leaving in shared.nearest.items():
        saved = {
            group: cost - sum(shared.shares[each] for each in group)
            for group, cost in game.costs.items()
            if partner in group and group != game.everybody
        }
        assert leaving.saves_by_staying == min(saved.values()) == saved[leaving.group]


def test_a_runway_is_shared_as_the_books_have_it() -> None:
    shared = split(
        airport({"Alif": 600, "Ba": 1200, "Ta": 1800}), shapley(airport({"Alif": 600, "Ba": 1200, "Ta": 1800}))
    )
    assert (shared.standing, shared.shares) == ("core", {"Alif": 200, "Ba": 500, "Ta": 1100})
    assert shared.nearest["Alif"].group == {"Alif"}
    assert shared.nearest["Alif"].saves_by_staying == 400


def test_a_value_outside_the_core_is_moved_to_its_nearest_point() -> None:
    """Alif has a van for 10.00 with room for one of the other two, who have one for 10.00 each. Shapley has Alif pay
    3.33, and Alif and either of them would pay less with each other than that. Where Alif pays nothing, nobody does."""
    game = a_game(lambda group: 1000 if len(group) == 1 or (len(group) == 2 and "Alif" in group) else 2000)
    assert shapley(game) == {"Alif": Fraction(1000, 3), "Ba": Fraction(2500, 3), "Ta": Fraction(2500, 3)}
    shared = split(game, shapley(game))
    assert (shared.standing, shared.shares) == ("core", {"Alif": 0, "Ba": 1000, "Ta": 1000})


def test_without_a_core_the_unhappiest_group_has_as_little_to_gain_as_can_be() -> None:
    """Any two pay 12.00 by themselves, all three 20.00: two of three always pay 13.33 or more."""
    game = a_game(lambda group: {1: 1000, 2: 1200, 3: 2000}[len(group)])
    shared = split(game, shapley(game))
    assert (shared.standing, shared.most_to_gain) == ("least_core", 134)
    assert sorted(shared.shares.values()) == [666, 667, 667]


def test_where_together_costs_more_than_alone_each_pays_what_it_would_alone_and_the_network_the_rest() -> None:
    game = a_game(lambda group: {1: 500, 2: 1000, 3: 1700}[len(group)])
    shared = split(game, shapley(game))
    assert (shared.standing, shared.network_carries) == ("dearer", 200)
    assert shared.shares == {"Alif": 500, "Ba": 500, "Ta": 500}


def test_a_partner_by_itself_pays_for_its_day() -> None:
    game = a_game(lambda group: 1234, count=1)
    shared = split(game, shapley(game))
    assert (shared.standing, shared.shares, dict(shared.nearest)) == ("core", {"Alif": 1234}, {})


def test_equal_partners_differ_by_a_cent_at_most() -> None:
    shared = split(a_game(lambda group: 1000, count=7), shapley(a_game(lambda group: 1000, count=7)))
    assert sorted(shared.shares.values()) == [142] * 1 + [143] * 6


def test_who_is_rounded_up_is_chosen_so_that_groups_stay_within_their_limits() -> None:
    """Ba and Ta would pay 10.00 by themselves; the cents that are over go to them, whose remainders are larger."""
    game = a_game(lambda group: 1000 if group == {"Ba", "Ta"} else 2000)
    exact = {"Alif": Fraction(10002, 10), "Ba": Fraction(4999, 10), "Ta": Fraction(4999, 10)}
    assert in_cents(game, exact, gain=0) == {"Alif": 1000, "Ba": 500, "Ta": 500}
    tighter = {"Alif": Fraction(10002, 10), "Ba": Fraction(4994, 10), "Ta": Fraction(5004, 10)}
    assert sum(in_cents(game, tighter, gain=0).values()) == 2000


def test_with_many_partners_the_groups_that_orders_came_by_are_kept_to() -> None:
    names = tuple(f"partner {number:02}" for number in range(20))
    own = {name: 300 + 37 * number for number, name in enumerate(names)}
    orders = drawn_orders(names, 10, seed=1)
    costs = {group: 2000 + sum(own[each] for each in group) for group in groups_of_orders(orders)}
    game = CostGame(names, costs)
    sampled = sampled_shapley(game, orders)
    shared = split(game, sampled.values)
    assert (shared.standing, sum(shared.shares.values())) == ("core", game.whole)
    assert all(own[each] <= shared.shares[each] <= game.alone(each) for each in names)
    assert shared.groups == len(game.groups) > 100


def test_fair_numbers_of_others_or_of_another_sum_are_refused() -> None:
    game = a_game(len)
    with pytest.raises(ValueError, match="add up"):
        split(game, {"Alif": Fraction(3)})
    with pytest.raises(ValueError, match="add up"):
        split(game, dict.fromkeys(game.partners, Fraction(2)))
