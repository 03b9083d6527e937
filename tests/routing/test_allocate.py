"""Sharing out food hears at once that somebody wants the answer now."""

import time

from routing.or_tools.allocate import allocate
from routing.reach import possible_pairs
from tests.routing.builders import a_city

ASKED_AFTER = 1.0


def test_a_stop_ends_the_choice_of_food_banks_long_before_its_time_is_up() -> None:
    import ortools.sat.python.cp_model  # noqa: F401  # loading it takes seconds, which are not the subject here

    problem = a_city(1, lots=120, stores=25, banks=20, vans=4)
    pairs, began = possible_pairs(problem), time.monotonic()
    amounts = allocate(problem, pairs, seconds=60, seed=1, stopped=lambda: time.monotonic() - began > ASKED_AFTER)
    assert time.monotonic() - began < ASKED_AFTER + 5
    assert amounts
