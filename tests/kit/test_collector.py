"""The search for reference cycles is made rare, and what is there already is left out of it."""

import gc
from collections.abc import Iterator

import pytest

from app.kit.collector import NEW_OBJECTS, OLD_SEARCHES, YOUNG_SEARCHES, search_seldom


@pytest.fixture
def as_before() -> Iterator[None]:
    before = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*before)


def test_what_is_there_is_left_out_and_the_rest_searched_less_often(as_before: None) -> None:
    search_seldom()
    assert gc.get_threshold() == (NEW_OBJECTS, YOUNG_SEARCHES, OLD_SEARCHES)
    assert gc.get_freeze_count() > NEW_OBJECTS
    assert gc.isenabled()


def test_a_cycle_that_is_made_later_is_found(as_before: None) -> None:
    search_seldom()
    cycle: list[object] = []
    cycle.append(cycle)
    del cycle
    assert gc.collect() >= 1
