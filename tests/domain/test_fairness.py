"""Fill rates."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.fairness import fill_rate, gini, lowest_fill_rate


@given(st.integers(min_value=0, max_value=10**9), st.integers(min_value=0, max_value=10**9))
def test_a_fill_rate_lies_between_nothing_and_all(delivered: int, wanted: int) -> None:
    assert 0.0 <= fill_rate(delivered, wanted) <= 1.0


def test_who_is_worst_off_counts_and_who_asks_for_nothing_does_not() -> None:
    assert lowest_fill_rate([(5, 10), (3, 10), (0, 0), (20, 10)]) == 0.3
    assert lowest_fill_rate([(0, 0)]) is None


def test_negative_grams_are_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        fill_rate(-1, 10)


RATES = st.lists(st.floats(min_value=0, max_value=1), min_size=1, max_size=12)


@given(RATES)
def test_gini_lies_between_0_and_1_whoever_comes_first(rates: list[float]) -> None:
    found = gini(rates)
    assert found is not None
    assert 0 <= found < 1
    assert gini(list(reversed(rates))) == found


@given(st.floats(min_value=0, max_value=1), st.integers(min_value=1, max_value=12))
def test_gini_is_0_where_all_get_the_same(rate: float, banks: int) -> None:
    assert gini([rate] * banks) == pytest.approx(0, abs=1e-12)


@given(
    st.lists(st.floats(min_value=0.001, max_value=1), min_size=1, max_size=12),
    st.floats(min_value=0.01, max_value=100),
)
def test_gini_does_not_depend_on_how_much_there_is(rates: list[float], times: float) -> None:
    assert gini([each * times for each in rates]) == pytest.approx(gini(rates), abs=1e-9)


@given(RATES)
def test_gini_is_the_mean_difference_of_all_pairs_over_twice_the_mean(rates: list[float]) -> None:
    total = sum(rates)
    pairs = sum(abs(one - other) for one in rates for other in rates)
    expected = pairs / (2 * len(rates) * total) if total else 0
    assert gini(rates) == pytest.approx(expected, abs=1e-9)


def test_gini_of_nobody_is_none_and_of_one_who_has_all_nearly_1() -> None:
    assert gini([]) is None
    assert gini([0, 0, 0, 1]) == 0.75
    with pytest.raises(ValueError, match="negative"):
        gini([0.5, -0.1])
