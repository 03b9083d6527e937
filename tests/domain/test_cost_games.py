"""The Shapley value by its axioms, by hand, and against every order of joining tried one by one."""

import math
from fractions import Fraction
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.cost_games import (
    CostGame,
    all_groups,
    best_split,
    drawn_orders,
    groups_of_orders,
    sampled_shapley,
    shapley,
)
from tests.domain.cost_games import NAMES, a_game, airport, any_games, driving_games


def by_every_order(game: CostGame) -> dict[str, Fraction]:
    """The average over all orders, as it is defined."""
    added = dict.fromkeys(game.partners, Fraction())
    for order in permutations(game.partners):
        before = 0
        for place, partner in enumerate(order):
            cost = game.costs[frozenset(order[: place + 1])]
            added[partner] += cost - before
            before = cost
    return {partner: total / math.factorial(len(game.partners)) for partner, total in added.items()}


def test_a_runway_is_paid_for_stretch_by_stretch_by_those_who_use_it() -> None:
    assert shapley(airport({"Alif": 600, "Ba": 1200, "Ta": 1800})) == {"Alif": 200, "Ba": 500, "Ta": 1100}


@given(any_games())
def test_the_value_is_the_average_over_all_orders_of_joining(game: CostGame) -> None:
    assert shapley(game) == by_every_order(game)


@given(any_games())
def test_the_values_add_up_to_the_cost(game: CostGame) -> None:
    assert sum(shapley(game).values()) == game.whole


@given(any_games(least=2))
def test_who_costs_the_same_in_every_group_has_the_same_value(game: CostGame) -> None:
    first, second = game.partners[:2]
    swap = {first: second, second: first}
    costs = {
        group: game.costs[group] + game.costs[frozenset(swap.get(each, each) for each in group)]
        for group in all_groups(game.partners)
    }
    values = shapley(CostGame(game.partners, costs))
    assert values[first] == values[second]


@given(any_games(most=4), st.integers(0, 5_000))
def test_who_adds_the_same_to_every_group_pays_just_that(game: CostGame, own: int) -> None:
    partners = (*game.partners, "Waw")
    costs = {
        group: game.costs.get(group - {"Waw"}, 0) + (own if "Waw" in group else 0) for group in all_groups(partners)
    }
    larger = shapley(CostGame(partners, costs))
    assert larger.pop("Waw") == own
    assert larger == shapley(game)


@given(any_games(least=3, most=3), any_games(least=3, most=3))
def test_two_days_together_have_the_sum_of_their_values(one: CostGame, other: CostGame) -> None:
    both = CostGame(one.partners, {group: one.costs[group] + other.costs[group] for group in one.costs})
    assert shapley(both) == {each: shapley(one)[each] + shapley(other)[each] for each in one.partners}


@given(any_games())
def test_in_the_best_split_no_two_parts_of_a_group_would_pay_less_and_the_whole_is_as_it_was(game: CostGame) -> None:
    best = best_split(game)
    assert best.whole == game.whole
    for group in best.groups:
        parts = [part for part in best.costs if part < group]
        assert best.costs[group] == min(
            [game.costs[group], *(best.costs[part] + best.costs[group - part] for part in parts)]
        )


@given(driving_games())
def test_where_company_never_costs_more_the_best_split_is_the_game_itself(game: CostGame) -> None:
    assert best_split(game) == game


@given(any_games(least=2), st.integers(1, 6), st.integers(0, 2**31))
def test_sampled_values_add_up_to_the_cost_whichever_orders_were_drawn(game: CostGame, pairs: int, seed: int) -> None:
    orders = drawn_orders(game.partners, pairs, seed)
    known = CostGame(game.partners, {group: game.costs[group] for group in groups_of_orders(orders)})
    sampled = sampled_shapley(known, orders)
    assert sum(sampled.values.values()) == game.whole
    assert bool(sampled.standard_errors) == (pairs > 1)


def test_the_same_seed_draws_the_same_orders_and_each_is_followed_by_its_reverse() -> None:
    orders = drawn_orders(NAMES, 5, seed=7)
    assert orders == drawn_orders(NAMES[::-1], 5, seed=7) != drawn_orders(NAMES, 5, seed=8)
    assert all(first == second[::-1] for first, second in zip(orders[::2], orders[1::2], strict=True))


@settings(max_examples=10)
@given(driving_games(least=6))
def test_sampled_values_are_within_five_standard_errors_of_the_exact_ones(game: CostGame) -> None:
    sampled = sampled_shapley(game, drawn_orders(game.partners, 200, seed=1))
    exact = shapley(game)
    for partner, value in sampled.values.items():
        assert abs(float(value - exact[partner])) <= 5 * sampled.standard_errors[partner] + 1e-9


def test_an_order_and_its_reverse_have_two_partners_values_exactly() -> None:
    game = a_game(lambda group: 1000 + 300 * len(group) - (200 if "Ba" in group else 0), count=2)
    assert sampled_shapley(game, drawn_orders(game.partners, 1, seed=3)).values == shapley(game)


def test_a_game_of_strangers_or_with_costs_missing_is_refused() -> None:
    with pytest.raises(ValueError, match="each once"):
        CostGame(("Alif", "Alif"), {frozenset({"Alif"}): 1})
    with pytest.raises(ValueError, match="partners of the game"):
        CostGame(("Alif",), {frozenset({"Alif"}): 1, frozenset({"Ba"}): 1})
    with pytest.raises(ValueError, match="has to be known"):
        CostGame(("Alif", "Ba"), {frozenset({"Alif", "Ba"}): 1})
    part = a_game(len)
    some = CostGame(part.partners, {group: cost for group, cost in part.costs.items() if len(group) != 2})
    with pytest.raises(ValueError, match="every group"):
        shapley(some)
    with pytest.raises(ValueError, match="not known"):
        sampled_shapley(some, [("Alif", "Ba", "Ta"), ("Ta", "Ba", "Alif")])
    with pytest.raises(ValueError, match="in pairs"):
        sampled_shapley(part, [("Alif", "Ba", "Ta")])
