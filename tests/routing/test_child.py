"""The child process: progress and plan as JSON lines, best plan so far on SIGTERM, gone with its parent."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from routing import check, plan_from_json, problem_to_json
from tests.conftest import ROOT
from tests.routing.builders import a_city, a_lot, a_need, a_problem, a_shift

CHILD = [sys.executable, "-m", "routing", "child"]


def request(seconds: float, **fields: Any) -> str:
    return json.dumps({"problem": problem_to_json(a_city(5)), "seconds": seconds, "seed": 1, **fields})


def test_progress_plan_and_comparison_come_in_this_order() -> None:
    done = subprocess.run(CHILD, input=request(1, alone=True), capture_output=True, text=True, cwd=ROOT, timeout=60)
    assert done.returncode == 0, done.stderr
    said = [next(iter(json.loads(line))) for line in done.stdout.splitlines()]
    assert said[0] == "progress"
    assert said[-2:] == ["plan", "coordinated"]
    plan = plan_from_json(json.loads(done.stdout.splitlines()[-2])["plan"])
    assert check(a_city(5), plan) == ()


def test_asked_to_stop_it_answers_with_the_best_plan_so_far() -> None:
    child = subprocess.Popen(CHILD, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert child.stdin is not None
    assert child.stdout is not None
    child.stdin.write(request(60))
    child.stdin.close()
    for line in child.stdout:
        if json.loads(line)["progress"]["phase"] == "improving routes":
            break
        if json.loads(line)["progress"]["phase"] == "building routes":
            time.sleep(1)
            child.send_signal(signal.SIGTERM)
    began = time.monotonic()
    child.send_signal(signal.SIGTERM)
    last = child.stdout.readlines()[-1]
    child.stdout.close()
    assert child.wait(timeout=30) == 0
    assert time.monotonic() - began < 20
    assert check(a_city(5), plan_from_json(json.loads(last)["plan"])) == ()


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="looks at processes the way Linux shows them")
def test_it_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    (tmp_path / "request.json").write_text(request(60))
    code = (
        "import subprocess, sys, time\n"
        f"child = subprocess.Popen({CHILD!r}, stdin=open({str(tmp_path / 'request.json')!r}), cwd={str(ROOT)!r},"
        " stdout=subprocess.DEVNULL)\n"
        "print(child.pid, flush=True)\ntime.sleep(120)\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    time.sleep(2)
    os.kill(parent.pid, signal.SIGKILL)
    parent.wait()
    parent.stdout.close()
    until = time.monotonic() + 15
    while Path(f"/proc/{pid}").exists() and b"routing" in Path(f"/proc/{pid}/cmdline").read_bytes():
        assert time.monotonic() < until
        time.sleep(0.1)


@pytest.mark.parametrize("text", ["", "hello", "{}", '{"problem": {}}', '{"problem": 3}'])
def test_a_request_that_cannot_be_read_is_one_sentence(text: str) -> None:
    done = subprocess.run(CHILD, input=text, capture_output=True, text=True, cwd=ROOT, timeout=60)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "routing", *arguments]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=60)


def test_a_problem_file_is_solved_and_its_plan_checked(tmp_path: Path) -> None:
    problem, plan = tmp_path / "problem.json", tmp_path / "plan.json"
    problem.write_text(json.dumps(problem_to_json(a_problem([a_lot()], [a_need()], [a_shift()]))))
    assert run("solve", str(problem), "--seconds", "1", "--output", str(plan)).returncode == 0
    good = run("check", str(problem), str(plan))
    assert (good.returncode, good.stdout.splitlines()[0][:13]) == (0, "No violation:")
    damaged = json.loads(plan.read_text())
    damaged["allocations"][0]["grams"] -= 1
    plan.write_text(json.dumps(damaged))
    bad = run("check", str(problem), str(plan))
    assert bad.returncode == 1
    assert "every_gram_is_accounted" in bad.stdout


@pytest.mark.parametrize("content", [None, "hello", "{}", "[]", '{"format": "wasl-problem", "version": 1}'])
def test_a_file_that_cannot_be_used_is_one_sentence(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "file.json"
    if content is not None:
        path.write_text(content)
    for command in ("solve", "check", "alone"):
        done = run(command, str(path))
        assert done.returncode == 1
        assert "Traceback" not in done.stderr
        assert len(done.stderr.strip().splitlines()) == 1
