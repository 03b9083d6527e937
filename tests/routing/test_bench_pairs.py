"""The comparison on public instances: rounding that keeps answers right, children that end, tables that add up."""

import json
import math
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from routing import ProblemError
from routing.bench.best_known import OWN_FILES, best_known_from_text, read_best_known
from routing.bench.pairs import Case, Run, Settings, cases, instance_paths, judged, offered_fleet, run_all, run_once
from routing.bench.peers import ENGINES, OURS, PEERS
from routing.bench.table import faults, gap, middle, table, worst
from routing.bench.task import Task
from routing.bench.whole import vehicle_cost, whole_pairs
from routing.instances.formats import read_pairs
from routing.instances.pairs import Cost, check_routes
from tests.conftest import ROOT

HERE = Path(__file__).parent / "instances"
SIX, FIVE = HERE / "six_pairs.txt", HERE / "five_streets.txt"
LEAST = {SIX: (2, 266.74), FIVE: (1, 58.0)}  # of all answers, by trying every one


def test_fractions_become_hundredths_with_times_rounded_up_and_windows_inwards() -> None:
    six = read_pairs(SIX)
    tight = replace(six, earliest=six.earliest + 0.001, latest=six.latest - 0.001)
    whole = whole_pairs(tight, "vehicles")
    assert whole.scale == 100
    assert (whole.time >= 100 * six.time - 1e-6).all()
    assert (whole.time < 100 * six.time + 1).all()
    assert (np.abs(whole.distance - 100 * six.distance) <= 0.5).all()
    assert (whole.earliest[1], whole.latest[1]) == (6701, 12699)
    assert whole.vehicle_cost == round(1000 * six.distance.max())


def test_whole_minutes_stay_as_they_are() -> None:
    five = read_pairs(FIVE)
    whole = whole_pairs(five, "distance")
    assert (whole.scale, whole.vehicle_cost) == (1, 0)
    assert np.array_equal(whole.time, five.time)
    assert (whole.latest, whole.service) == (five.latest.tolist(), five.service.tolist())


@pytest.mark.parametrize("path", LEAST)
@pytest.mark.parametrize("name", ENGINES)
def test_every_engine_finds_the_best_answer_to_a_small_instance(name: str, path: Path) -> None:
    """So the models are right: what is best for them is best by our measure, and the checker accepts it."""
    engine = ENGINES[name]
    if engine.version() is None:
        pytest.skip(f"{engine.package} is not installed")
    instance = replace(read_pairs(path), vehicles=4)
    runs = [engine.solve(Task(instance, 0.5, seed, "vehicles")) for seed in (1, 2)]
    costs = []
    for routes in runs:
        assert routes is not None
        assert check_routes(instance, routes) == []
        driven = [route for route in routes if route]
        length = sum(instance.distance[a, b] for route in driven for a, b in zip([0, *route], [*route, 0], strict=True))
        costs.append((len(driven), float(length)))
    if name == OURS:  # half a second of a busy machine is not much; ours is only held to be near
        assert min(costs)[0] == LEAST[path][0]
    else:
        assert min(costs) == (LEAST[path][0], pytest.approx(LEAST[path][1], abs=0.01))


def a_case(path: Path = SIX, best: Cost | None = None) -> Case:
    return cases([path], {read_pairs(path).name.lower(): best} if best else {})[0]


def test_a_run_in_a_child_is_checked_and_measured_here() -> None:
    run = run_once(a_case(best=Cost(2, 266.74)), "or-tools", 1, Settings(seconds=0.3, core=None))
    assert run.fault == ""
    assert run.vehicles == 2
    assert run.cost is not None
    assert run.distance is not None
    assert run.cost == pytest.approx(vehicle_cost(read_pairs(SIX), "vehicles") * 2 + run.distance)
    assert run.seconds is not None
    assert 0.2 < run.seconds < 5
    assert gap(run) == pytest.approx(100 * (run.cost / (run.cost - run.distance + 266.74) - 1))


def test_our_runs_tell_when_the_first_plan_was_there() -> None:
    run = run_once(a_case(FIVE), OURS, 1, Settings(seconds=0.2))
    assert run.fault == ""
    assert run.first_seconds is not None
    assert run.peak_mib is not None


def test_a_run_that_overstays_is_ended() -> None:
    run = run_once(a_case(), "or-tools", 1, Settings(seconds=60, grace=-59.8))
    assert run.fault == "ended after 0.2 s"


def test_a_child_that_fails_says_why() -> None:
    case = a_case()
    run = run_once(replace(case, path=HERE / "nowhere.txt"), "or-tools", 1, Settings(seconds=0.1))
    assert run.fault.startswith("failed: ")
    assert "cannot be read" in run.fault


@pytest.mark.parametrize(
    ("routes", "fault"),
    [
        (None, "no answer that serves every pair"),
        ([[1, 7]], "infeasible: Node 2 is not visited."),
        ([[1, 7], [2, 8], [3, 9], [4, 10], [5, 11], [6, 12]], "infeasible: 6 vehicles are used, and there are 4."),
    ],
)
def test_an_answer_that_does_not_stand_is_a_fault(routes: Any, fault: str) -> None:
    said = {"routes": routes, "seconds": 1.0, "first_seconds": None, "peak_mib": 1.0}
    run = judged(Run("six_pairs", OURS, 1), a_case(), 10.0, said)
    assert (run.fault, run.cost) == (fault, None)


def test_engines_take_turns_and_nobody_is_always_first(monkeypatch: pytest.MonkeyPatch) -> None:
    order: list[tuple[str, str, int]] = []

    def start(case: Case, engine: str, seed: int, _: Settings) -> Run:
        order.append((case.instance.name, engine, seed))
        return Run(case.instance.name, engine, seed)

    monkeypatch.setattr("routing.bench.pairs.run_once", start)
    settings = Settings(seeds=(1, 2), engines=(OURS, "or-tools"))
    assert len(run_all([a_case(SIX), a_case(FIVE)], settings, lambda _: None)) == 8
    assert order[:4] == [
        ("six_pairs", OURS, 1),
        ("six_pairs", "or-tools", 1),
        ("five-streets", "or-tools", 1),
        ("five-streets", OURS, 1),
    ]


def test_the_fleet_is_the_files_own_or_made_from_the_best_known() -> None:
    six, five = read_pairs(SIX), read_pairs(FIVE)
    assert offered_fleet(six, Cost(1, 1)) == 4
    assert offered_fleet(five, Cost(5, 1)) == 10
    assert offered_fleet(five, None) == 5


def test_folders_are_searched_and_faults_name_the_file(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "one.txt").write_bytes(SIX.read_bytes())
    (tmp_path / "two.txt.gz").write_bytes(b"")
    (tmp_path / "best_known.csv").write_text("")
    assert [path.name for path in instance_paths([tmp_path, tmp_path / "a" / "one.txt"])] == ["one.txt", "two.txt.gz"]
    with pytest.raises(ProblemError, match=r"two\.txt\.gz"):
        cases([tmp_path / "two.txt.gz"], {})


def test_best_known_values_are_read_with_their_line() -> None:
    assert best_known_from_text("instance,vehicles,cost\nBAR-1,3,70\n") == {"bar-1": Cost(3, 70.0)}
    for text, where in [("", "line 1"), ("a,b\n", "line 1"), ("instance,vehicles,distance\nx,y,1\n", "line 2")]:
        with pytest.raises(ProblemError) as refused:
            best_known_from_text(text)
        assert refused.value.path == where


def test_our_lists_of_best_known_values_name_their_source() -> None:
    found = read_best_known(OWN_FILES)
    assert found["lr104"] == Cost(9, 1013.39)
    assert found["ber-n100-3"] == Cost(3, 713.0)
    for path in OWN_FILES:
        assert all(len(line.split(",")) == 4 and line.split(",")[3] for line in path.read_text().splitlines())


def a_run(engine: str, cost: float | None, seed: int = 1, instance: str = "one") -> Run:
    fault = "" if cost is not None else "ended after 1 s"
    vehicles, distance = (None, None) if cost is None else (1, cost - 100)
    return Run(instance, engine, seed, fault, vehicles, distance, cost, 1, 100.0, 200.0, seconds=float(seed))


def test_the_median_and_the_worst_count_a_run_without_an_answer_as_the_worst() -> None:
    runs = [a_run(OURS, 230, 1), a_run(OURS, None, 2), a_run(OURS, 210, 3)]
    assert middle(runs).cost == 230
    assert worst(runs).seed == 2
    assert middle([runs[0], runs[1]]).cost == 230
    assert gap(runs[0]) == pytest.approx(15.0)
    assert gap(runs[1]) is None


def rows_of(text: str) -> dict[str, list[str]]:
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("|")]
    return {row[0]: row[1:] for row in rows}


def test_the_tables_have_medians_gaps_ratios_and_wins() -> None:
    runs = [
        *(a_run(OURS, cost, seed) for seed, cost in enumerate((210, 220, 200), start=1)),
        *(a_run("or-tools", cost, seed) for seed, cost in enumerate((240, None, 230), start=1)),
        *(a_run(OURS, 220, seed, "two") for seed in (1, 2, 3)),
        *(a_run("or-tools", None, seed, "two") for seed in (1, 2, 3)),
    ]
    rows = rows_of(table(runs))
    assert rows["instance"] == ["best known", "Wasl", "OR-Tools"]
    assert rows["one"] == ["1 / 100.00", "+0 / +10.0 (+0 / +20.0)", "+0 / +40.0 (none)"]
    assert rows["two"] == ["1 / 100.00", "+0 / +20.0", "none"]
    assert rows["runs with a checked answer"] == ["6 of 6", "2 of 6"]
    assert rows["mean cost gap %, medians"] == ["7.5 (2)", "20.0 (1)"]
    assert rows["mean cost gap %, worst seeds"] == ["10.0 (2)", "none"]
    assert rows["mean cost gap %, medians, where all answer"] == ["5.0 (1)", "20.0 (1)"]
    assert rows["cost Wasl / this, geometric mean, medians"][1] == f"{210 / 240:.3f} (1)"
    assert rows["the same, worst seed of Wasl"][1] == f"{220 / 240:.3f}"
    assert rows["Wasl better, the same, worse"] == ["", "2, 0, 0"]
    assert rows["seconds, mean and longest"][0] == "2.0, 3.0"
    assert len(faults(runs)) == 4
    assert math.isfinite(len(table(runs)))


def run_bench(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "routing", "bench", *words]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=120)


def test_the_command_prints_a_table_and_keeps_what_it_is_made_of(tmp_path: Path) -> None:
    kept = tmp_path / "results.json"
    done = run_bench(
        "pairs",
        str(SIX),
        str(FIVE),
        "--time-limit",
        "0.2",
        "--seeds",
        "1",
        "--peers",
        "or-tools",
        "--output",
        str(kept),
    )
    assert done.returncode == 0, done.stderr
    assert rows_of(done.stdout)["runs with a checked answer"] == ["2 of 2", "2 of 2"]
    assert len(done.stderr.strip().splitlines()) == 4
    assert len(json.loads(kept.read_text())["runs"]) == 4
    again = run_bench("table", str(kept), str(kept))
    assert rows_of(again.stdout)["runs with a checked answer"] == ["4 of 4", "4 of 4"]


@pytest.mark.skipif(all(ENGINES[name].version() for name in PEERS), reason="all peers are installed")
def test_a_peer_that_is_not_installed_is_left_out_with_a_sentence() -> None:
    missing = next(name for name in PEERS if ENGINES[name].version() is None)
    done = run_bench("pairs", str(FIVE), "--time-limit", "0.1", "--seeds", "1", "--peers", missing)
    assert done.returncode == 0
    assert f"routing: {missing} is not installed and left out." in done.stderr.splitlines()


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (["pairs", "nowhere.txt"], 1),
        (["pairs", "docs"], 1),
        (["pairs", str(SIX), "--best-known", "README.md"], 1),
        (["pairs", str(SIX), "--core", "4096"], 1),
        (["pairs", str(SIX), "--peers", "somebody"], 2),
        (["pairs", str(SIX), "--seeds", "1,x"], 2),
        (["table", "README.md"], 1),
        (["table", "nowhere.json"], 1),
    ],
)
def test_a_bench_that_cannot_be_run_is_one_sentence(words: list[str], status: int) -> None:
    done = run_bench(*words)
    assert done.returncode == status
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    if status == 1:
        assert len(done.stderr.strip().splitlines()) == 1
