"""The independent check of shares: it agrees with what made them, and finds a cent that is not where it has to be."""

import random
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from app.domain.cost_games import (
    MOST_EXACT,
    CostGame,
    Group,
    all_groups,
    best_split,
    drawn_orders,
    groups_of_orders,
    sampled_shapley,
    shapley,
)
from app.domain.shares import split
from app.month.least_distance import nearest_point
from app.month.recount import TypedDay, faults_of, typed_day

SEED = 1


def a_day(count: int, seed: int, *, savings: float) -> TypedDay:
    """A day of so many partners, shared by the product; the larger the savings, the surer there is a core."""
    rng = random.Random(seed)
    partners = tuple(f"p{number:02}" for number in range(count))
    far = {each: rng.uniform(300, 3000) for each in partners}

    def cost(group: Group) -> int:
        return round(
            1500 + sum(far[each] for each in group) * len(group) ** -savings + rng.uniform(0, 2400) * (1 - savings)
        )

    orders = () if count <= MOST_EXACT else drawn_orders(partners, 5, SEED)
    groups = groups_of_orders(orders) if orders else all_groups(partners)
    searched = {group: cost(group) for group in groups}
    game = best_split(CostGame(partners, searched))
    sampled = sampled_shapley(game, orders) if orders else None
    fair = shapley(game) if sampled is None else sampled.values
    found = split(game, fair)
    bit = {each: 1 << place for place, each in enumerate(partners)}
    return TypedDay(
        day="2026-06-01",
        partners=partners,
        costs={sum(bit[each] for each in group): cents for group, cents in searched.items()},
        shares=[found.shares[each] for each in partners],
        alone=[game.alone(each) for each in partners],
        adds=[round(fair[each]) for each in partners],
        errors=[None if sampled is None else sampled.standard_errors[each] for each in partners],
        nearest=[found.nearest[each].saves_by_staying if each in found.nearest else None for each in partners],
        whole=game.whole,
        vans=game.whole,
        carried=found.network_carries,
        most_to_gain=found.most_to_gain,
        standing=found.standing,
        exact=sampled is None,
        groups=found.groups,
        seed=SEED,
    )


@pytest.mark.parametrize("count", [1, 2, 5, 7, 12])
@pytest.mark.parametrize("savings", [0.0, 0.3, 0.7])
def test_by_other_means_the_shares_are_the_same_to_the_cent(count: int, savings: float) -> None:
    day = a_day(count, 7 * count, savings=savings)
    assert list(faults_of(day)) == []


def test_the_days_looked_at_stand_in_different_ways() -> None:
    standings = {a_day(5, seed, savings=savings).standing for seed in range(8) for savings in (0.0, 0.3)}
    assert standings >= {"core", "least_core"}


def one_cent_to_another(day: TypedDay, more: int, less: int) -> list[int]:
    return [cents + (place == more) - (place == less) for place, cents in enumerate(day.shares)]


@pytest.mark.parametrize("count", [5, 12])
@pytest.mark.parametrize("savings", [0.02, 0.7])
def test_a_cent_too_much_and_a_cent_that_another_pays_are_found(count: int, savings: float) -> None:
    day = a_day(count, 3, savings=savings)
    assert any("are paid" in each for each in faults_of(replace(day, shares=[day.shares[0] + 1, *day.shares[1:]])))
    for more, less in ((0, 1), (1, 0), (count - 1, 0)):
        assert list(faults_of(replace(day, shares=one_cent_to_another(day, more, less))))


def test_each_number_that_is_told_otherwise_is_found() -> None:
    day = a_day(5, 3, savings=0.7)
    wrong: dict[str, Any] = {
        "alone": [day.alone[0] + 1, *day.alone[1:]],
        "adds": [day.adds[0] - 1, *day.adds[1:]],
        "nearest": [(day.nearest[0] or 0) + 1, *day.nearest[1:]],
        "standing": "least_core",
        "most_to_gain": day.most_to_gain + 1,
        "groups": day.groups - 1,
        "carried": 1,
        "vans": day.vans - 1,
        "errors": [0.5, *day.errors[1:]],
    }
    for name, value in wrong.items():
        assert list(faults_of(replace(day, **{name: value}))), name


def test_a_group_that_would_pay_less_than_is_told_changes_the_shares() -> None:
    day = a_day(5, 3, savings=0.3)
    cheaper = {bits: cost - 400 if bits == 0b111 else cost for bits, cost in day.costs.items()}
    assert list(faults_of(replace(day, costs=cheaper)))


def test_groups_of_other_orders_than_the_seed_draws_are_found() -> None:
    with pytest.raises(ValueError, match="orders drawn from the seed"):
        list(faults_of(replace(a_day(12, 3, savings=0.7), seed=SEED + 1)))


def test_a_day_as_it_is_told_over_http_is_read_to_the_cent() -> None:
    def row(name: str, share: str) -> dict[str, Any]:
        nearest = {"partners": [name], "saves_by_staying": "2.00"}
        same = {"share": share, "alone": "7.00", "adds": share, "adds_error": None, "nearest": nearest}
        return {"organisation_id": name, **same}

    told = {
        "shares": [row("b", "5.00"), row("a", "5.00"), {"organisation_id": "c", "share": None}],
        "days": [
            {
                "service_date": "2026-06-01", "cost": "10.00", "vans": [{"cost": "10.00"}], "network_carries": "0.00",
                "most_to_gain": "0.00", "standing": "core", "exact": True, "groups": 0, "seed": 1,
                "group_costs": [
                    {"partners": ["a"], "cost": "7.00"},
                    {"partners": ["b"], "cost": "7.00"},
                    {"partners": ["a", "b"], "cost": "10.00"},
                ],
            }
        ],
    }  # fmt: skip
    day = typed_day(told)
    assert day is not None
    assert (day.partners, day.shares, day.costs) == (("a", "b"), [500, 500], {1: 700, 2: 700, 3: 1000})
    assert list(faults_of(day)) == []
    told["days"][0]["group_costs"] = None
    with pytest.raises(ValueError, match="not told"):
        typed_day(told)
    assert typed_day({**told, "shares": []}) is None


def test_the_nearest_point_within_limits_or_none() -> None:
    assert nearest_point([3.0, 3.0, 3.0], []) == [3.0, 3.0, 3.0]
    assert nearest_point([5.0, 3.0, 1.0], [(0b001, 4)]) == pytest.approx([4.0, 3.5, 1.5])
    assert nearest_point([5.0, 3.0, 1.0], [(0b001, 4), (0b010, 3)]) == pytest.approx([4.0, 3.0, 2.0])
    assert nearest_point([5.0, 3.0, 1.0], [(0b001, 2), (0b110, 6)]) is None
    assert nearest_point([float(Fraction(1, 3))] * 3, [(0b111, 1)]) == pytest.approx([1 / 3] * 3)
