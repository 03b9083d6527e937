"""The bench of replans makes the same changes for everybody, checks every plan, and says what moved."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from routing import News, Plan, Problem, check, replan, solve
from routing.bench.one_change import KINDS, one_change
from routing.bench.replans import Trial, main, page, table
from routing.instances.city import instance

DAY = "city-S-scarce-1"
TRIAL = Trial(DAY, "late offer", 1, 0.5, 6, 4, 90.0, 80.0, 100.0, 160.0, 12)


@pytest.fixture(scope="module")
def day() -> Problem:
    return instance(DAY)


@pytest.fixture(scope="module")
def plan(day: Problem) -> Plan:
    return solve(day, iterations=300)


def possible(day: Problem, plan: Plan, kind: str, key: str) -> list[tuple[str, News]]:
    """The key with its news, if the plan gives occasion for them."""
    try:
        return [(key, one_change(day, plan, kind, key))]
    except ValueError:
        return []


@pytest.mark.parametrize("kind", KINDS)
def test_a_change_of_every_kind_is_the_same_for_a_key_and_can_be_replanned(kind: str, day: Problem, plan: Plan) -> None:
    key, news = next(each for number in range(30) for each in possible(day, plan, kind, f"key {number}"))
    assert news == one_change(day, plan, kind, key)
    assert any(each != news for number in range(30) for _, each in possible(day, plan, kind, f"key {number}"))
    found = replan(day, plan, news, iterations=50)
    assert check(found.problem, found.plan) == ()
    assert len(found.problem.locked) == (kind == "locked route")


def test_a_change_that_a_plan_gives_no_occasion_for_is_refused(day: Problem, plan: Plan) -> None:
    nothing = replace(plan, routes=(), allocations=())
    for kind in ("withdrawn lot", "breakdown, loaded", "closed food bank", "delayed shift"):
        with pytest.raises(ValueError, match="Nothing of this plan"):
            one_change(day, nothing, kind, "a key")


def test_the_table_has_medians_and_worst_of_each_kind_and_of_all() -> None:
    other = replace(TRIAL, seconds=0.7, moved=10, kg=100.0, kind="locked route", fault="Something is late.")
    rows = [row.strip("| ").split(" | ") for row in table([TRIAL, other]).splitlines()[2:]]
    assert [row[:6] for row in rows] == [
        ["late offer", "1/1", "0.50 (0.50)", "6 (6)", "4 (4)", "2 (2)"],
        ["locked route", "0/1", "0.70 (0.70)", "10 (10)", "4 (4)", "6 (6)"],
        ["all", "1/2", "0.60 (0.70)", "8 (10)", "4 (4)", "4 (6)"],
    ]
    assert rows[2][6:] == ["12 (12)", "95.0 (90.0)", "50.0 (50.0)"]


def test_a_small_day_is_replanned_by_the_command_and_its_results_are_kept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "results.json"
    words = [DAY, "--plan-seconds", "0.5", "--time-limit", "0.3", "--seeds", "1", "--output", str(output)]
    assert main(words) == 0
    document = json.loads(output.read_text())
    assert {each["kind"] for each in document["results"]} <= set(KINDS)
    assert len(document["results"]) >= 5
    assert not any(each["fault"] for each in document["results"])
    printed = capsys.readouterr().out
    assert printed == page(document)
    assert "invented" in printed


def test_a_day_that_nobody_knows_is_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["city-XS-scarce-1"]) == 1
    assert capsys.readouterr().err.startswith("routing: name")
