"""Problems and plans survive the way through JSON; what does not fit is refused with its path."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing import (
    ProblemError,
    plan_from_json,
    plan_to_json,
    problem_from_json,
    problem_to_json,
    problem_without_travel_to_json,
    solve,
)
from routing.plan import Change, Unserved
from tests.routing.builders import a_city, a_lot, a_need, a_problem, a_shift
from tests.routing.checked_day import the_day, the_plan


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


def test_a_document_of_the_first_version_is_one_of_the_second() -> None:
    problem = a_city(2)
    document = problem_to_json(problem)
    later = {
        "sites": ("storage", "skills"),
        "lots": ("deliver_by", "skills", "on_board"),
        "needs": ("past_wanted_grams", "past_delivered_grams", "priority_percent"),
        "shifts": ("breaks", "skills"),
    }
    for name, fields in later.items():
        for thing in document[name]:
            for field in fields:
                del thing[field]
    del document["locked"], document["promises"], document["policy"]["move_cents"]
    assert problem_from_json({**document, "version": 1}) == problem
    assert problem_from_json({**document, "version": 2}) == problem


def test_a_plan_of_the_first_version_can_still_be_read() -> None:
    plan = replace(the_plan(), tiers=None, attainable_grams={})
    document = plan_to_json(plan)
    del document["tiers"], document["attainable_grams"]
    for unserved in document["unserved"]:
        del unserved["change"]
    assert plan_from_json({**document, "version": 1}) == plan


def test_every_field_survives_the_way_through_json() -> None:
    day = replace(the_day(), eligibilities=None)
    assert problem_from_json(json.loads(json.dumps(problem_to_json(day)))) == day
    plan = replace(the_plan(), unserved=(Unserved("cake", 1, "no_need_left", {}, Change("need", "x", 5, {"g": 5})),))
    assert plan_from_json(json.loads(json.dumps(plan_to_json(plan)))) == plan


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
    (["shifts", 0, "breaks"], [{"window": {"earliest": 1, "latest": 2}}], "shifts[0].breaks[0].seconds"),
    (["lots", 0, "on_board"], 7, "lots[0].on_board"),
    (["eligibilities"], 7, "eligibilities"),
    (["version"], 99, "version"),
    (["version"], 0, "version"),
    (["version"], True, "version"),
    (["version"], "2", "version"),
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


@given(seed=st.integers(0, 10_000))
def test_without_travel_a_problem_is_written_as_with_it_but_for_that(seed: int) -> None:
    problem = a_city(seed)
    whole = problem_to_json(problem)
    del whole["travel"]
    assert problem_without_travel_to_json(problem) == whole
    again = problem_from_json(dict(problem_without_travel_to_json(problem)), problem.travel)
    assert again.digest() == problem.digest()


PAIR = {"lot": "bread", "need": "bread", "deliver_by": 50_000}


@pytest.mark.parametrize(
    ("wrong", "path"),
    [
        (None, "eligibilities[3]"),
        ([], "eligibilities[3]"),
        ({**PAIR, "deliver_by": "soon"}, "eligibilities[3].deliver_by"),
        ({**PAIR, "deliver_by": True}, "eligibilities[3].deliver_by"),
        ({**PAIR, "deliver_by": 1.0}, "eligibilities[3].deliver_by"),
        ({**PAIR, "deliver_by": -1}, "eligibilities[3].deliver_by"),
        ({**PAIR, "lot": None}, "eligibilities[3].lot"),
        ({**PAIR, "lot": "nothing"}, "eligibilities[3].lot"),
        ({**PAIR, "need": "nothing"}, "eligibilities[3].need"),
        ({**PAIR, "more": 1}, "eligibilities[3].more"),
        ({"lot": "bread", "need": "bread"}, "eligibilities[3].deliver_by"),
        ({"lot": "lot 0", "need": "bread", "deliver_by": 50_000}, "eligibilities[3]"),
    ],
)
def test_of_many_pairs_the_one_that_does_not_fit_is_named(wrong: Any, path: str) -> None:
    lots = [a_lot(id) for id in ("bread", "lot 0", "lot 1", "lot 2", "lot 3")]
    document = problem_to_json(a_problem(lots, [a_need("bread")], [a_shift()]))
    pairs: list[Any] = [{**PAIR, "lot": f"lot {number}"} for number in range(4)]
    problem_from_json({**document, "eligibilities": pairs})
    pairs[3:] = [wrong]
    with pytest.raises(ProblemError) as refused:
        problem_from_json({**document, "eligibilities": pairs})
    assert refused.value.path == path


def test_a_pair_may_name_its_fields_in_any_order() -> None:
    document = problem_to_json(a_problem([a_lot("bread")], [a_need("bread")], [a_shift()]))
    pairs = [dict(reversed(PAIR.items()))]
    found = problem_from_json({**document, "eligibilities": pairs})
    assert found.deadline("bread", "bread") == 50_000


def test_the_same_id_twice_is_refused() -> None:
    with pytest.raises(ProblemError, match="twice"):
        a_problem([a_lot(), a_lot()])


def test_a_plan_like_another_is_written_as_by_itself_and_shares_what_both_have() -> None:
    problem, plan = the_day(), the_plan()
    other = replace(plan, routes=plan.routes[1:], allocations=plan.allocations[:1], seed=plan.seed + 1)
    document = plan_to_json(plan)
    like = plan_to_json(other, like=(plan, document))
    assert json.dumps(like) == json.dumps(plan_to_json(other))
    assert like["allocations"][0] is document["allocations"][0]
    assert plan_from_json(like) == other
    assert problem.digest() == other.problem_digest
