"""The example on the page about the file format is one that the commands take."""

import json
import re
import subprocess
import sys
from pathlib import Path

from routing import Lot, Need, Policy, Problem, Shift, check, problem_from_json, solve
from tests.conftest import ROOT

PAGE = (ROOT / "docs" / "problem-format.md").read_text(encoding="utf-8")


def example() -> str:
    found = re.search(r"```json\n(.*?)```", PAGE, re.DOTALL)
    assert found is not None
    return found.group(1)


def test_the_example_is_a_problem_with_a_good_plan() -> None:
    problem = problem_from_json(json.loads(example()))
    plan = solve(problem, seconds=1)
    assert check(problem, plan) == ()
    assert (plan.grams_allocated, [each.reason for each in plan.unserved]) == (30_000, ["no_need_left"])


def test_the_commands_of_the_page_work_on_its_example(tmp_path: Path) -> None:
    (tmp_path / "problem.json").write_text(example(), encoding="utf-8")
    commands = [line.split("#")[0].split()[1:] for line in PAGE.splitlines() if line.startswith("python -m routing")]
    assert [command[2] for command in commands] == ["solve", "check", "alone"]
    for command in commands:
        files = [str(tmp_path / word) if word.endswith(".json") else word for word in command]
        done = subprocess.run([sys.executable, *files], cwd=ROOT, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr


def test_every_field_of_a_problem_is_on_the_page() -> None:
    for kind in (Problem, Lot, Need, Shift, Policy):
        for name in kind.__dataclass_fields__:
            assert re.search(rf"\b{name}\b", PAGE), f"{kind.__name__}.{name}"
