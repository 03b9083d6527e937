"""What can come to a food bank at most: the same whether a day lists its pairs or goes by category."""

from dataclasses import replace

import pytest

from routing.problem import Eligibility, Problem, TimeWindow
from tests.routing.builders import a_city, a_lot, a_need, a_problem


def listed(problem: Problem) -> Problem:
    pairs = tuple(Eligibility(lot, need, problem.deadline(lot, need) or 0) for lot, need in problem.pairs())
    return replace(problem, eligibilities=pairs)


@pytest.mark.parametrize("seed", range(10))
def test_by_category_and_by_pair_are_the_same(seed: int) -> None:
    city = a_city(seed, lots=30)
    lots = tuple(replace(lot, deliver_by=lot.window.latest + 3600 * (seed % 4)) for lot in city.lots)
    problem = replace(city, lots=lots, eligibilities=None)
    assert problem.attainable_grams == listed(problem).attainable_grams


def test_food_that_cannot_come_in_time_is_not_attainable() -> None:
    early = a_need("early", windows=(TimeWindow(0, 3600),))
    problem = a_problem([a_lot()], [early, a_need("late")])
    assert problem.attainable_grams == {"early": 0, "late": 40_000}
