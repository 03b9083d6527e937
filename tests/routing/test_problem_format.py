"""The page about the file format: its example runs, its tables have every field with its default, its codes are all."""

import ast
import dataclasses
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from routing import (
    Done,
    News,
    PaceStep,
    Plan,
    Policy,
    Problem,
    Progress,
    Unserved,
    check,
    news_to_json,
    plan_to_json,
    problem_from_json,
    problem_to_json,
    solve,
)
from routing.child import Request, request_from_json
from routing.plain import from_plain
from routing.plan import CHANGES, STOP_KINDS
from routing.schema import SCHEMAS, schema_text
from tests.conftest import ROOT
from tests.routing.checked_day import the_day, the_plan

DOCS = ROOT / "docs"
PAGE = (DOCS / "problem-format.md").read_text(encoding="utf-8")
IN_WORDS = {("Site", "storage"), ("Problem", "policy"), ("Policy", "fairness")}


def example() -> str:
    found = re.search(r"```json\n(.*?)```", PAGE, re.DOTALL)
    assert found is not None
    return found.group(1)


def table_of(title: str) -> dict[str, list[str]]:
    """The rows of the first table under a heading, by the name in their first cell."""
    found = re.search(rf"^##+ {title}\n(.*?)(?=^##|\Z)", PAGE, re.DOTALL | re.MULTILINE)
    assert found is not None, title
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in re.findall(r"^\|.*\|$", found.group(1), re.M)
    ]
    return {cells[0].strip("`"): cells for cells in rows[2:]}


def parts_of(kind: Any, found: dict[str, Any]) -> dict[str, Any]:
    """The schema objects that a document is made of, by name."""
    return {kind: found, **found["$defs"]}


def test_the_example_is_a_problem_with_a_good_plan() -> None:
    problem = problem_from_json(json.loads(example()))
    plan = solve(problem, seconds=1)
    assert check(problem, plan) == ()
    assert (plan.grams_allocated, [each.reason for each in plan.unserved]) == (30_000, ["no_need_left"])


def test_the_other_examples_of_the_page_are_read_as_well() -> None:
    _, policy, unserved, request, progress = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    assert from_plain(Policy, json.loads(policy), "").value_per_kg == 150
    plan = solve(problem_from_json(json.loads(example())), seconds=1)
    assert plan.unserved == (from_plain(Unserved, json.loads(unserved), ""),)
    asked = json.loads(request)
    assert request_from_json({**asked, "problem": json.loads(example())}).workers == 2
    said = Progress(**json.loads(progress)["progress"])
    assert plan.tiers is not None
    metres = sum(route.metres for route in plan.routes)
    assert (said.grams_allocated, said.metres, said.worth, said.bound_grams) == (
        plan.grams_allocated,
        metres,
        plan.tiers.worth,
        plan.bound_grams,
    )


def test_the_commands_of_the_page_work_on_its_example(tmp_path: Path) -> None:
    (tmp_path / "problem.json").write_text(example(), encoding="utf-8")
    commands = [line.split("#")[0].split()[1:] for line in PAGE.splitlines() if line.startswith("python -m routing")]
    assert [command[2] for command in commands] == ["solve", "check", "alone", "replan"]
    (tmp_path / "news.json").write_text(re.findall(r"```\n(\{.*\})\n```", PAGE)[0], encoding="utf-8")
    for command in commands:
        files = [str(tmp_path / word) if word.endswith(".json") else word for word in command]
        done = subprocess.run([sys.executable, *files], cwd=ROOT, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("document", SCHEMAS)
def test_every_object_has_a_table_with_its_fields_in_order_and_their_defaults(document: str) -> None:
    schema = SCHEMAS[document]()
    whole = {"problem": Problem, "plan": Plan, "news": News}[document]
    for name, part in parts_of(whole.__name__, schema).items():
        rows = table_of(name)
        assert list(rows) == list(part["properties"]), name
        for field, about in part["properties"].items():
            default = rows[field][3]
            if field in part["required"]:
                assert default == "-", (name, field)
            elif field == "attainable_grams":
                assert default == "`{}`"
            elif (name, field) not in IN_WORDS:
                assert default == f"`{json.dumps(about['default'])}`", (name, field)


@pytest.mark.parametrize("kind", [Request, Progress])
def test_what_the_child_is_asked_and_says_has_a_table_too(kind: Any) -> None:
    rows = table_of(kind.__name__)
    assert list(rows) == [field.name for field in dataclasses.fields(kind)]
    if kind is Progress:
        defaults = [field.default for field in dataclasses.fields(kind)]
        shown = ["-" if each is dataclasses.MISSING else f"`{json.dumps(each)}`" for each in defaults]
        assert [cells[3] for cells in rows.values()] == shown


def test_the_defaults_of_a_request_are_those_of_the_page() -> None:
    read = request_from_json({"problem": json.loads(example())})
    for name, cells in table_of("Request").items():
        assert cells[3] == ("-" if name == "problem" else f"`{json.dumps(getattr(read, name))}`".replace(".0`", "`"))


def test_the_page_names_every_phase_of_a_search() -> None:
    told = table_of("Progress")["phase"][1]
    for path in (ROOT / "routing").rglob("*.py"):
        for phase in re.findall(r"(?:report|Progress)\(\s*\"([a-z ,]+)\"", path.read_text(encoding="utf-8")):
            assert f"`{phase}`" in told


@pytest.mark.parametrize("word", [*STOP_KINDS, *CHANGES])
def test_every_word_that_a_plan_may_use_is_on_the_page(word: str) -> None:
    assert f"`{word}`" in PAGE


def codes_of(source: Path) -> set[str]:
    """The codes of all problem errors that a module raises."""
    calls = [node for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)]
    raised = [call.args[2] for call in calls if ast.unparse(call.func) == "ProblemError" and len(call.args) == 3]
    return {str(code.value) for code in raised if isinstance(code, ast.Constant)}


def test_every_code_is_on_the_page_and_no_other() -> None:
    told = {code for cell in table_of("What is refused") for code in re.findall(r"[a-z_]+", cell)}
    raised = set().union(*(codes_of(path) for path in (ROOT / "routing").rglob("*.py")))
    raised.add("breaks_overlap")  # handed on as an argument
    raised.add("windows_overlap")
    assert told == raised


@pytest.mark.parametrize("document", SCHEMAS)
def test_the_committed_schemas_are_those_of_the_code(document: str) -> None:
    kept = (DOCS / f"{document}.schema.json").read_text(encoding="utf-8")
    assert kept == schema_text(document), "write them again: python -m routing.schema docs"


def test_what_is_written_has_the_fields_that_the_schemas_name() -> None:
    written = {
        "problem": problem_to_json(dataclasses.replace(the_day(), pace=(PaceStep(0, 100),))),
        "plan": plan_to_json(the_plan()),
        "news": news_to_json(News(done=(Done("van", 1),))),
    }
    for document, fields in written.items():
        assert set(fields) == set(SCHEMAS[document]()["properties"])
    stops = written["plan"]["routes"][0]["stops"][0]
    assert set(stops) == set(SCHEMAS["plan"]()["$defs"]["Stop"]["properties"])
    assert {field.name for field in dataclasses.fields(Problem)} < set(written["problem"])
