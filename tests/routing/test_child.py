"""The child process: progress and plan as JSON lines, best plan so far on SIGTERM, gone with its parent."""

import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from routing import (
    LockedCargo,
    LockedRoute,
    LockedStop,
    News,
    Plan,
    Problem,
    TimeWindow,
    TravelMatrix,
    check,
    child,
    news_to_json,
    plan_from_json,
    plan_to_json,
    problem_to_json,
    replan,
    solve,
)
from routing.solve import ENGINES
from tests.conftest import ROOT
from tests.routing.builders import a_city, a_lot, a_need, a_problem, a_shift

CHILD = [sys.executable, "-m", "routing", "child"]


@pytest.fixture(autouse=True)
def _signals_as_before() -> Iterator[None]:
    """A child that is run within the test leaves nothing of its handler behind."""
    before = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, before)


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


@pytest.mark.parametrize("options", [(), ("--stay",)])
def test_a_search_that_was_long_enough_ends_and_the_day_alone_has_as_long(options: tuple[str, ...]) -> None:
    child = subprocess.Popen([*CHILD, *options], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert child.stdin is not None
    assert child.stdout is not None
    child.stdin.write(json.dumps({**json.loads(request(60)), "alone": True}) + "\n")
    child.stdin.close()
    next(line for line in child.stdout if json.loads(line)["progress"]["phase"] == "improving routes")
    began = time.monotonic()
    child.send_signal(signal.SIGUSR1)
    said = [json.loads(line) for line in child.stdout]
    child.stdout.close()
    assert child.wait(timeout=60) == 0
    assert time.monotonic() - began < 40
    plan = next(each["plan"] for each in said if "plan" in each)
    assert check(a_city(5), plan_from_json(plan)) == ()
    assert any("alone" in each for each in said)


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
    until = time.monotonic() + 60
    while Path(f"/proc/{pid}").exists() and b"routing" in Path(f"/proc/{pid}/cmdline").read_bytes():
        assert time.monotonic() < until
        time.sleep(0.1)


@pytest.mark.parametrize("text", ["", "hello", "{}", '{"problem": {}}', '{"problem": 3}', "[]", "3"])
def test_a_request_that_cannot_be_read_is_one_sentence(text: str) -> None:
    done = subprocess.run(CHILD, input=text, capture_output=True, text=True, cwd=ROOT, timeout=60)
    assert done.returncode == 1
    assert len(done.stderr.strip().splitlines()) == 1
    assert done.stdout == ""


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("engine", "steam", "This should be one of joint, two-phase, or-tools."),
        ("engine", ["joint"], "This should be one of joint, two-phase, or-tools."),
        ("workers", 0, "This should be from 1 to 256."),
        ("workers", "two", "This should be a whole number."),
        ("workers", True, "This should be a whole number."),
        ("iterations", 0, "This should be from 1 to 1000000000000."),
        ("iterations", 1.5, "This should be a whole number."),
        ("seed", -1, "This should be from 0 to 2147483647."),
        ("seconds", 0, "This should be above 0 and at most 604800."),
        ("seconds", float("nan"), "This should be above 0 and at most 604800."),
        ("seconds", "ten", "This should be a number."),
        ("alone", 1, "This should be true or false."),
        ("agreed", {"bank": "store"}, "This should be an object: a list of sites by food bank."),
        ("there", [1], "This should be an object: grams by lot."),
        ("early", {"bread": 1}, "This should be a list of lots."),
        (
            "speed",
            9,
            "There is no such field: use problem, seconds, seed, engine, workers, iterations, alone, travel_files,"
            " plan, news, later, start, orders, variants, agreed, there, early.",
        ),
    ],
)
def test_a_wish_that_does_not_fit_is_refused_by_name(
    field: str, value: object, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    said = io.StringIO()
    assert child.run(io.StringIO(request(**{"seconds": 1, field: value})), said) == 1
    assert capsys.readouterr().err == f"The request cannot be read: {field}: {sentence}\n"
    assert said.getvalue() == ""


@pytest.mark.parametrize("engine", ENGINES)
def test_engine_and_iterations_are_passed_on(engine: str) -> None:
    said = io.StringIO()
    assert child.run(io.StringIO(request(seconds=2, engine=engine, iterations=300)), said) == 0
    plan = plan_from_json(json.loads(said.getvalue().splitlines()[-1])["plan"])
    assert plan.engine == engine
    if engine == "or-tools":  # it counts no steps: its plan depends on the machine's time
        assert check(a_city(5), plan) == ()
    else:
        assert plan == solve(a_city(5), seconds=2, engine=engine, iterations=300)


def test_a_plan_with_news_is_changed_as_little_as_they_ask_for() -> None:
    day = a_city(5)
    plan, news = solve(day, iterations=300), News(closed=(day.needs[0].site,))
    wish = {"plan": plan_to_json(plan), "news": news_to_json(news), "seconds": 1, "iterations": 50}
    said = io.StringIO()
    assert child.run(io.StringIO(request(**wish)), said) == 0
    [answer] = [json.loads(line) for line in said.getvalue().splitlines()]
    found = replan(day, plan, news, iterations=50)
    assert plan_from_json(answer["plan"]) == found.plan
    assert (answer["moved"], answer["forced"]) == (asdict(found.moved), found.forced)
    assert check(found.problem, found.plan) == ()


@pytest.mark.parametrize("alone", ["plan", "news"])
def test_a_plan_and_its_news_belong_together(alone: str, capsys: pytest.CaptureFixture[str]) -> None:
    wish = {"plan": plan_to_json(solve(a_city(5), iterations=1))} if alone == "plan" else {"news": news_to_json(News())}
    assert child.run(io.StringIO(request(seconds=1, **wish)), io.StringIO()) == 1
    assert "belong together" in capsys.readouterr().err


def test_alone_each_food_bank_goes_to_its_own_stores_whoever_asks_for_the_comparison() -> None:
    """The figures beside a plan and those of the report of the day stand on the same usual assumptions."""

    def alone_kg(agreed: Mapping[str, list[str]]) -> float:
        said = io.StringIO()
        assert child.run(io.StringIO(request(1, alone=True, iterations=50, agreed=agreed)), said) == 0
        return float(json.loads(said.getvalue().splitlines()[-1])["alone"]["kg_delivered"])

    day = a_city(5)
    assert alone_kg({}) > 0
    assert alone_kg({need.organisation: ["a store without an offer today"] for need in day.needs}) == 0


def test_the_day_together_is_compared_with_the_day_alone_a_line_for_each_variant() -> None:
    day = a_city(5)
    plan = solve(day, iterations=200)
    said = io.StringIO()
    wish = {
        "plan": plan_to_json(plan),
        "variants": ["usual", "all_stores"],
        "iterations": 50,
        "agreed": {},
        "seconds": 9,
    }
    assert child.run(io.StringIO(request(**wish)), said) == 0
    usual, all_stores = (json.loads(line)["compared"] for line in said.getvalue().splitlines())
    assert (usual["variant"], all_stores["variant"], all_stores["together"]) == ("usual", "all_stores", None)
    assert usual["together"]["figures"]["grams_delivered"] == plan.grams_allocated
    assert set(usual["alone"]["partners"]) == {each.organisation for each in (*day.needs, *day.shifts)}
    again = io.StringIO()
    assert child.run(io.StringIO(request(**wish)), again) == 0
    assert again.getvalue() == said.getvalue()


@pytest.mark.parametrize("variants", [[], ["as in dreams"], [1], "usual"])
def test_variants_that_nobody_knows_are_refused(variants: object, capsys: pytest.CaptureFixture[str]) -> None:
    assert child.run(io.StringIO(request(seconds=1, variants=variants)), io.StringIO()) == 1
    assert "variants: This should be a list of some of usual, agreed_stores" in capsys.readouterr().err


def tables_in(folder: Path, problem: Problem) -> dict[str, str]:
    """The travel tables of the problem as files, by profile."""
    found = {}
    for profile, matrix in problem.travel.items():
        np.save(folder / f"{profile}.npy", np.stack([matrix.seconds, matrix.metres]))
        found[profile] = str(folder / f"{profile}.npy")
    return found


def without_travel(problem: Problem) -> dict[str, Any]:
    return {name: value for name, value in problem_to_json(problem).items() if name != "travel"}


def test_travel_tables_in_files_give_the_same_plan_as_in_the_request(tmp_path: Path) -> None:
    day = a_city(5)
    metres = np.array(day.travel["car"].metres)
    metres[2, 3] = -1  # no road, though the seconds say otherwise
    day = replace(day, travel={"car": TravelMatrix(day.travel["car"].seconds, metres)})
    asked = {"problem": without_travel(day), "travel_files": tables_in(tmp_path, day), "iterations": 300}
    done = subprocess.run(CHILD, input=json.dumps(asked), capture_output=True, text=True, cwd=ROOT, timeout=60)
    assert done.returncode == 0, done.stderr
    plan = plan_from_json(json.loads(done.stdout.splitlines()[-1])["plan"])
    assert plan == solve(day, iterations=300)
    assert plan.problem_digest == day.digest()


def test_tables_in_files_are_mapped_and_not_copied(tmp_path: Path) -> None:
    day = a_city(5)
    read = child.request_from_json({"problem": without_travel(day), "travel_files": tables_in(tmp_path, day)}).problem
    assert read == day
    assert read.digest() == day.digest()
    base = read.travel["car"].seconds
    while not isinstance(base, np.memmap):
        assert base.base is not None
        base = base.base
    assert base.mode == "r"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (np.zeros((2, 9, 9), dtype=np.int64), "travel_files.car: There should be an int32 array of shape"),
        (np.zeros((9, 9), dtype=np.int32), "travel_files.car: There should be an int32 array of shape"),
        (np.zeros((2, 9, 8), dtype=np.int32), "travel_files.car.seconds: There should be as many values"),
        (np.full((2, 9, 9), -2, dtype=np.int32), "travel_files.car.seconds[0][0]: This should be from 0"),
        (np.zeros((2, 8, 8), dtype=np.int32), "travel.car.seconds: There should be 9 rows"),
        (b"no array", "can"),
        (None, "can"),
    ],
)
def test_a_travel_file_that_does_not_fit_is_one_sentence(
    tmp_path: Path, content: Any, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "car.npy"
    if isinstance(content, bytes):
        path.write_bytes(content)
    elif content is not None:
        np.save(path, content)
    asked = {"problem": without_travel(a_city(5)), "travel_files": {"car": str(path)}}
    assert child.run(io.StringIO(json.dumps(asked)), io.StringIO()) == 1
    error = capsys.readouterr().err
    assert said in error
    assert len(error.strip().splitlines()) == 1


def test_travel_tables_are_given_once(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    files = tables_in(tmp_path, a_city(5))
    assert child.run(io.StringIO(request(seconds=1, travel_files=files)), io.StringIO()) == 1
    assert "travel: The travel tables are given apart" in capsys.readouterr().err
    for wrong in (["car.npy"], {"car": 3}):
        assert child.run(io.StringIO(request(seconds=1, travel_files=wrong)), io.StringIO()) == 1
        assert "travel_files" in capsys.readouterr().err


def test_workers_are_passed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def solved(problem: Problem, **wishes: Any) -> Plan:
        asked.append(wishes["workers"])
        return solve(problem, iterations=1)

    monkeypatch.setattr(child, "solve", solved)
    assert child.run(io.StringIO(request(seconds=1, workers=3)), io.StringIO()) == 0
    assert asked == [3]


def test_a_locked_route_that_cannot_be_driven_is_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    lot, need, shift = a_lot(), a_need(), a_shift(window=TimeWindow(7 * 3600, 7 * 3600 + 60))
    cargo = LockedCargo(lot.id, need.id, 1_000)
    stops = (LockedStop("pickup", lot.site, (cargo,)), LockedStop("drop_off", need.site, (cargo,)))
    day = replace(a_problem([lot], [need], [shift]), locked=(LockedRoute(shift.id, stops),))
    asked = io.StringIO(json.dumps({"problem": problem_to_json(day), "seconds": 1}))
    assert child.run(asked, io.StringIO()) == 1
    assert capsys.readouterr().err.startswith("The request cannot be answered: locked[0]: This route cannot be driven")


def test_no_report_promises_less_than_there_is_and_every_plan_so_far_stays_below_the_bound() -> None:
    said = io.StringIO()
    assert child.run(io.StringIO(request(seconds=2, iterations=2_000)), said) == 0
    told = [json.loads(line) for line in said.getvalue().splitlines()]
    reports, plan = [each["progress"] for each in told if "progress" in each], told[-1]["plan"]
    bounds = {each["bound_grams"] for each in reports} - {None}
    assert len(bounds) == 1
    assert plan["bound_grams"] <= max(bounds)
    assert all(each["grams_allocated"] <= max(bounds) for each in reports)
    assert reports[-1]["phase"] == "explaining what stays"
    assert reports[-1]["bound_grams"] is not None


def children_of(pid: int) -> list[int]:
    """The processes that this one started, by the kernel's own list."""
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(each) for task in tasks for each in task.read_text().split()]


def is_there(pid: int) -> bool:
    try:
        return b"python" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except FileNotFoundError:
        return False


LARGE = (
    "import sys; from routing import child; from routing.joint import groups, large;"
    " large.LARGE_LOTS = 50; large.GROUP_SECONDS = 0.2; groups.GROUP_LOTS = 40;"
    " sys.exit(child.run(sys.stdin, sys.stdout))"
)


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("phase", [None, "building routes", "improving routes"])
def test_a_day_in_groups_that_is_stopped_answers_soon_with_a_good_plan(phase: str | None, workers: int) -> None:
    problem = a_city(3, lots=240, stores=40, banks=12, vans=24)
    child = subprocess.Popen(
        [sys.executable, "-c", LARGE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    assert child.stdin is not None
    assert child.stdout is not None
    child.stdin.write(json.dumps({"problem": problem_to_json(problem), "seconds": 300, "workers": workers}))
    child.stdin.close()
    if phase is None:
        time.sleep(1.0)
    else:
        next(line for line in child.stdout if json.loads(line)["progress"]["phase"] == phase)
    began = time.monotonic()
    child.send_signal(signal.SIGTERM)
    last = child.stdout.readlines()[-1]
    child.stdout.close()
    assert child.wait(timeout=60) == 0
    assert time.monotonic() - began < 20
    plan = plan_from_json(json.loads(last)["plan"])
    assert check(problem, plan) == ()
    assert plan.grams_allocated > 0
    assert all(each.reason for each in plan.unserved)


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


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="looks at processes the way Linux shows them")
def test_its_workers_take_no_notice_of_signals_and_end_with_it() -> None:
    problem = a_city(3, lots=240, stores=40, banks=12, vans=24)
    child = subprocess.Popen(
        [sys.executable, "-c", LARGE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    assert child.stdin is not None
    assert child.stdout is not None
    child.stdin.write(json.dumps({"problem": problem_to_json(problem), "seconds": 300, "workers": 2}))
    child.stdin.close()
    next(line for line in child.stdout if "improving" in line)
    workers = [pid for pid in children_of(child.pid) if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()]
    assert len(workers) == 2
    for pid in workers:
        os.kill(pid, signal.SIGINT)
        os.kill(pid, signal.SIGTERM)
    next(line for line in child.stdout if "improving" in line)
    assert [pid for pid in workers if is_there(pid)] == workers
    child.kill()
    child.wait()
    child.stdout.close()
    until = time.monotonic() + 60
    while any(is_there(pid) for pid in workers):
        assert time.monotonic() < until
        time.sleep(0.1)
