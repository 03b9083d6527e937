"""Weekdays as few runs."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from app.domain.weekdays import runs_of


def test_days_that_follow_each_other_are_one_run() -> None:
    assert runs_of([5, 1, 2, 3]) == [(1, 3), (5, 5)]
    assert runs_of([]) == []


@given(st.sets(st.integers(1, 7)))
def test_runs_have_every_day_once_and_do_not_touch(weekdays: set[int]) -> None:
    runs = runs_of(weekdays)
    days = [day for first, last in runs for day in range(first, last + 1)]
    assert days == sorted(weekdays)
    assert all(later[0] > earlier[1] + 1 for earlier, later in pairwise(runs))
