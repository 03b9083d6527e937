"""Looking everywhere in machine code finds what looking everywhere in Python finds."""

import pytest

from routing.engine.probe import look_everywhere
from routing.insert import search_place
from routing.retime import tours_of_plan
from routing.score import Left
from routing.solve import solve
from tests.routing.builders import a_city


@pytest.mark.parametrize("seed", range(15))
def test_the_same_reasons_are_found_either_way(seed: int) -> None:
    problem = a_city(seed, lots=40, vans=3)
    tours = tours_of_plan(problem, solve(problem, iterations=150, seed=seed))
    left = Left(problem, tours)
    for lot_id, look in look_everywhere(problem, tours).items():
        lot = problem.lots_by_id[lot_id]
        least = 1 if lot.splittable else lot.grams
        open_needs = [need for need in problem.needs_for(lot_id) if left.needs[need] >= least]
        if not open_needs or lot.splittable:  # a part may be smaller in Python than what is worth a stop
            continue
        plain = search_place(problem, tours, lot, left)
        if look.room_found:
            assert plain.best is not None
            assert look.metres <= plain.best.metres
        if plain.best is not None and not plain.best.shares_a_stop:
            assert look.room_found
        if not look.time_found:
            assert plain.best is None
