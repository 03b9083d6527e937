"""Problems and plans survive the way through JSON; what does not fit is refused with its path."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing import ProblemError, plan_from_json, plan_to_json, problem_from_json, problem_to_json, solve
from tests.routing.builders import a_city, a_lot, a_need, a_problem, a_shift


@given(seed=st.integers(0, 10_000))
def test_a_problem_is_the_same_after_the_way_through_json(seed: int) -> None:
    problem = a_city(seed)
    again = problem_from_json(json.loads(json.dumps(problem_to_json(problem))))
    assert again == problem
    assert again.digest() == problem.digest()


def test_a_plan_is_the_same_after_the_way_through_json() -> None:
    plan = solve(a_city(1), seconds=0.5)
    assert plan_from_json(json.loads(json.dumps(plan_to_json(plan)))) == plan


def test_two_different_problems_have_different_digests() -> None:
    assert a_problem([a_lot()]).digest() != a_problem([a_lot(grams=41_000)]).digest()


WRONG: list[tuple[list[Any], Any, str]] = [
    (["lots", 0, "grams"], -1, "lots[0].grams"),
    (["lots", 0, "grams"], "many", "lots[0].grams"),
    (["lots", 0, "grams"], 1.5, "lots[0].grams"),
    (["lots", 0, "site"], "nowhere", "lots[0].site"),
    (["lots", 0, "temperature_class"], "tepid", "lots[0].temperature_class"),
    (["lots", 0, "window"], {"earliest": 50_000, "latest": 40_000}, "lots[0].window"),
    (["lots", 0, "colour"], "green", "lots[0]"),
    (["needs", 0, "site"], "nowhere", "needs[0].site"),
    (["shifts", 0, "profile"], "boat", "shifts[0].profile"),
    (["eligibilities", 0, "lot"], "nothing", "eligibilities[0].lot"),
    (["travel", "car", "seconds"], [[0]], "travel"),
    (["version"], 99, "version"),
    (["format"], "recipe", "format"),
]


@pytest.mark.parametrize(("where", "value", "path"), WRONG)
def test_what_does_not_fit_is_refused_with_its_path(where: list[Any], value: Any, path: str) -> None:
    document = problem_to_json(a_problem([a_lot()], [a_need()], [a_shift()]))
    place: Any = document
    for step in where[:-1]:
        place = place[step]
    place[where[-1]] = value
    with pytest.raises(ProblemError) as refused:
        problem_from_json(document)
    assert refused.value.path.startswith(path)
    assert refused.value.sentence.endswith(".")
    assert refused.value.code


def test_the_same_id_twice_is_refused() -> None:
    with pytest.raises(ProblemError, match="twice"):
        a_problem([a_lot(), a_lot()])
