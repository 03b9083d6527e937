"""What the documents say is what the code has: settings, error codes, reasons, words; and nothing of this machine."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from app.domain import lifecycle, reasons
from app.domain.categories import CATEGORIES
from app.domain.permissions import Role, Scope
from app.settings import Settings
from routing import CHANGES, REASONS
from routing.explain.changes import KINDS, SPLIT_POINTS, STEP_SECONDS
from tests.conftest import ROOT

DOCS = ROOT / "docs"
CODE = re.compile(r"(?:refused|conflict|Refusal)\(\s*\"([a-z_]+)\"|WaslError\([^()]*?,\s*\"([a-z_]+)\",", re.DOTALL)


def tracked() -> list[Path]:
    """The files that git keeps; in an export without git, all of them."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True)
    return [ROOT / name for name in listed.stdout.splitlines()] if listed.returncode == 0 else []


def error_codes() -> set[str]:
    sources = [path.read_text() for path in (ROOT / "app").rglob("*.py") if "demo" not in path.parts]
    return {first or second for text in sources for first, second in CODE.findall(text)}


def test_every_setting_is_explained() -> None:
    told = (DOCS / "operations.md").read_text()
    assert [name for name in Settings.model_fields if f"WASL_{name.upper()}" not in told] == []


def test_every_error_code_is_explained() -> None:
    codes = error_codes()
    assert len(codes) > 30
    told = (DOCS / "errors.md").read_text()
    assert [code for code in sorted(codes) if f"`{code}`" not in told] == []


def test_every_invariant_names_tests_that_are_there() -> None:
    told = (DOCS / "invariants.md").read_text()
    assert re.findall(r"^\| (I\d+) \|", told, re.MULTILINE) == [f"I{number}" for number in range(1, 26)]
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", told)
    assert len(named) > 40
    assert [each for each in named if f"def {each[1]}(" not in (ROOT / each[0]).read_text()] == []


def test_every_reason_is_explained_and_has_a_sentence() -> None:
    told = re.findall(r"^\| `(\w+)` \|", (DOCS / "reasons.md").read_text(), re.MULTILINE)
    assert sorted(told[: len(REASONS)]) == sorted(REASONS)
    assert set(REASONS) == set(reasons.UNSERVED)
    assert set(told[len(REASONS) :]) >= set(reasons.SAID_ON_THE_DAY)


def test_every_change_is_explained_with_its_points_and_has_a_sentence() -> None:
    rows = re.findall(r"^\| `(\w+)` \| .* \| (.*) \|$", (DOCS / "reasons.md").read_text(), re.MULTILINE)
    told = dict(rows[len(REASONS) :])
    assert set(told) == set(CHANGES) == set(reasons.CHANGES)
    for kind in KINDS:
        by = (60, "minute") if kind.step == STEP_SECONDS else (1000, "kilogram")
        assert told[kind.name] == f"{kind.points * by[0] // kind.step} a {by[1]}"
    assert told["split"] == str(SPLIT_POINTS)


@pytest.mark.parametrize(
    "words",
    [
        CATEGORIES,
        lifecycle.STOP_KINDS,
        lifecycle.STOP_EVENT_KINDS,
        tuple(lifecycle.PLAN_MOVES),
        tuple(Role),
        tuple(Scope),
    ],
)
def test_every_code_is_in_the_glossary(words: tuple[str, ...]) -> None:
    told = (DOCS / "glossary.md").read_text()
    assert [word for word in words if f"`{word}`" not in told] == []


def test_every_link_between_documents_leads_somewhere() -> None:
    for page in [*ROOT.glob("*.md"), *DOCS.rglob("*.md")]:
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text()):
            assert (page.parent / target).exists(), (page.name, target)


def test_the_lock_holds_versions_and_hashes_and_no_address() -> None:
    lock = (ROOT / "requirements.lock").read_text()
    assert "://" not in lock
    assert lock.count("--hash=sha256:") > 500


def test_no_tracked_file_names_a_folder_of_somebodys_machine() -> None:
    forbidden = re.compile("|".join(("/" + "work/", "/" + "root/", r"\.\./" + "shared")))
    for path in tracked():
        if path.suffix in (".py", ".md", ".toml", ".yaml", ".yml", ".css", ".js", ".html", ".po", ".lock", ""):
            found = forbidden.search(path.read_text(errors="ignore"))
            assert found is None, (path, found)


def test_the_readmes_commands_of_the_solver_work_as_they_stand(tmp_path: Path) -> None:
    blocks = re.findall(r"```sh\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    block = next(each for each in blocks if "-m routing" in each)
    commands = block.replace(".venv/bin/python", sys.executable).replace("--time-limit 10", "--time-limit 1")
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", commands],
        cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "No violation:" in done.stdout
    assert '"kg_delivered"' in done.stdout
    python = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)[0]
    words = [sys.executable, "-c", python.replace("seconds=10", "seconds=1")]
    assert subprocess.run(words, cwd=tmp_path, env=environment, timeout=60).returncode == 0
