"""A food bank hears once that a need is unmet, and again only when less comes than was told, or it was met between."""

from hypothesis import given
from hypothesis import strategies as st

from app.domain.unmet import has_to_be_told, is_unmet, told_afterwards

grams = st.integers(1, 1000)


def test_half_is_enough_and_a_gram_less_is_not() -> None:
    assert not is_unmet(90, 45)
    assert is_unmet(90, 44)
    assert is_unmet(1, 0)


@given(grams, st.lists(st.integers(0, 1000), max_size=8))
def test_what_was_told_last_is_the_least_that_was_told_since_it_was_met(asked: int, plans: list[int]) -> None:
    told, since_met = None, list[int]()
    for planned in plans:
        tells = has_to_be_told(asked, planned, told)
        assert tells == (is_unmet(asked, planned) and all(planned < each for each in since_met))
        since_met = [*since_met, planned] if is_unmet(asked, planned) else []
        told = told_afterwards(asked, planned, told)
        assert told == min(since_met, default=None)


@given(grams, st.integers(0, 1000), st.none() | st.integers(0, 1000))
def test_the_same_plan_again_tells_nothing(asked: int, planned: int, told: int | None) -> None:
    assert not has_to_be_told(asked, planned, told_afterwards(asked, planned, told))
