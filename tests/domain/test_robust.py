"""Quantiles, weights and locations: what wild values may do, and what they may not."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.robust import HUBER_K, Belief, Group, between, located, quantile, weight

VALUES = st.lists(st.floats(-3, 3), min_size=1, max_size=40)


def test_quantiles_lie_between_neighbours_as_type_7_has_them() -> None:
    assert quantile([4, 1, 3, 2], 0.5) == 2.5
    assert quantile([1, 2, 3, 4, 5], 0.1) == pytest.approx(1.4)
    assert quantile([7], 0.9) == 7
    with pytest.raises(ValueError, match="no values"):
        quantile([], 0.5)


@given(VALUES, st.floats(0.01, 0.99))
def test_a_quantile_is_within_the_values(values: list[float], share: float) -> None:
    assert min(values) - 1e-9 <= quantile(values, share) <= max(values) + 1e-9


@given(st.floats(-1e6, 1e6), st.floats(0.01, 100))
def test_no_residual_pulls_more_than_the_bound(residual: float, scale: float) -> None:
    assert abs(weight(residual, scale) * residual / scale) <= HUBER_K + 1e-9


@given(VALUES, st.floats(1e3, 1e9))
def test_one_value_however_wild_moves_the_centre_by_a_bounded_step(values: list[float], wild: float) -> None:
    prior = Belief(0.0, 1.0)
    usual, spoilt = located(values, 0.25, prior), located([*values, wild], 0.25, prior)
    # Its pull is at most K/s; one standard deviation s or more of the others answers it, and the prior does alone.
    assert abs(spoilt.value - usual.value) <= HUBER_K / math.sqrt(0.25) * prior.variance + 1e-6


def test_without_values_the_prior_stands() -> None:
    assert located([], 0.1, Belief(0.3, 0.04)) == Belief(0.3, pytest.approx(0.04))


def test_groups_that_agree_are_drawn_together_and_groups_that_do_not_are_told_apart() -> None:
    agreeing = [Group(0.1, 0.01, 9) for _ in range(12)]
    apart = [Group(0.5 * (-1) ** number, 0.01, 9) for number in range(12)]
    assert between(agreeing, 0.1, 2) < 0.1**2 < 0.2 < between(apart, 0.1, 2)
    assert between(apart[:1], 0.1, 2) == pytest.approx(0.01)
