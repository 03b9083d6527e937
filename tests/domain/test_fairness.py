"""Fill rates."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.fairness import fill_rate, lowest_fill_rate


@given(st.integers(min_value=0, max_value=10**9), st.integers(min_value=0, max_value=10**9))
def test_a_fill_rate_lies_between_nothing_and_all(delivered: int, wanted: int) -> None:
    assert 0.0 <= fill_rate(delivered, wanted) <= 1.0


def test_who_is_worst_off_counts_and_who_asks_for_nothing_does_not() -> None:
    assert lowest_fill_rate([(5, 10), (3, 10), (0, 0), (20, 10)]) == 0.3
    assert lowest_fill_rate([(0, 0)]) is None


def test_negative_grams_are_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        fill_rate(-1, 10)
