"""The house in order: format, lint, types and the borders between packages, as `./run check` looks at them."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.conftest import ROOT

BIN = Path(sys.executable).parent


@pytest.mark.parametrize(
    "command",
    [["ruff", "format", "--check", "."], ["ruff", "check", "."], ["mypy"], ["lint-imports"]],
    ids=["format", "lint", "types", "borders"],
)
def test_the_house_is_in_order(command: list[str]) -> None:
    done = subprocess.run([str(BIN / command[0]), *command[1:]], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


MAY_BE_SHARED = {"check", "news", "plan", "problem", "travel", "validate", "validate_locked", "limits", "plain"}


def test_no_module_of_the_solver_is_forgotten_among_those_that_the_checker_must_not_reach() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    forbidden = next(each for each in settings["contracts"] if each.get("source_modules") == ["routing.check"])
    assert "allow_indirect_imports" not in forbidden
    modules = {path.stem for path in (ROOT / "routing").glob("[!_]*.py")}
    modules |= {path.parent.name for path in (ROOT / "routing").glob("*/__init__.py")}
    assert set(forbidden["forbidden_modules"]) == {f"routing.{name}" for name in modules - MAY_BE_SHARED}
