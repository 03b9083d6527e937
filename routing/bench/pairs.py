"""Run our engine and its peers on public instances, one after the other, every run in a child process, every answer
checked apart from the engine that gave it."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import product
from pathlib import Path
from typing import Any

from routing.bench.peers import OURS
from routing.bench.whole import vehicle_cost
from routing.instances.formats import read_pairs
from routing.instances.pair_files import in_file
from routing.instances.pairs import Cost, PairInstance, check_routes, cost_of
from routing.plain import ProblemError

PREPARE_SECONDS = 600.0  # for importing, and for machine code that has to be made first
HERE = Path(__file__).parents[2]


@dataclass(frozen=True)
class Settings:
    """What all runs have in common. `core`: the one core that every child is held to, None for any."""

    seconds: float = 10.0
    seeds: tuple[int, ...] = (1, 2, 3)
    engines: tuple[str, ...] = (OURS,)
    objective: str = "vehicles"
    grace: float | None = None
    core: int | None = None

    @property
    def kill_seconds(self) -> float:
        """How long a run may take: soft limits overrun, and an answer that comes late is shown with its time."""
        return self.seconds + (self.grace if self.grace is not None else 1.5 * self.seconds + 5)


@dataclass(frozen=True)
class Run:
    """One run and what came of it. `cost` is in the file's unit: a vehicle cost plus distance; None with a `fault`."""

    instance: str
    engine: str
    seed: int
    fault: str = ""
    vehicles: int | None = None
    distance: float | None = None
    cost: float | None = None
    best_vehicles: int | None = None
    best_distance: float | None = None
    best_cost: float | None = None
    seconds: float | None = None
    first_seconds: float | None = None
    peak_mib: float | None = None


@dataclass(frozen=True)
class Case:
    """An instance of the comparison, with the fleet that is offered, and its best known value if there is one."""

    path: Path
    instance: PairInstance
    best: Cost | None


def instance_paths(names: Sequence[Path]) -> list[Path]:
    """Files as they are, and of folders all instances in them and below, by name."""
    found: list[Path] = []
    for name in names:
        inside = sorted([*name.rglob("*.txt"), *name.rglob("*.txt.gz")]) if name.is_dir() else [name]
        found += [path for path in inside if path.name.lower() not in ("readme.txt", "license.txt")]
    return list(dict.fromkeys(found))


def cases(paths: Iterable[Path], best_known: Mapping[str, Cost]) -> list[Case]:
    """Read the instances. Raises ProblemError with the file."""
    found = []
    for path in paths:
        try:
            instance = read_pairs(path)
        except ProblemError as error:
            raise in_file(path, error) from error
        best = best_known.get(instance.name.lower())
        found.append(Case(path, replace(instance, vehicles=offered_fleet(instance, best)), best))
    return found


def offered_fleet(instance: PairInstance, best: Cost | None) -> int:
    """The file's fleet; where it has none half as many again as the best known answer, and three."""
    if instance.vehicles is not None:
        return instance.vehicles
    return max(1, len(instance.pickups)) if best is None else 3 * best.vehicles // 2 + 3


def run_all(cases: Sequence[Case], settings: Settings, tell: Callable[[Run], None]) -> list[Run]:
    """All runs, the engines taking turns on each instance and seed. Interrupted, it gives what there is."""
    runs: list[Run] = []
    try:
        for turn, (seed, case) in enumerate(product(settings.seeds, cases)):
            first = turn % len(settings.engines)  # nobody is always the first after a pause
            for engine in (*settings.engines[first:], *settings.engines[:first]):
                runs.append(run_once(case, engine, seed, settings))
                tell(runs[-1])
    except KeyboardInterrupt:
        print("Interrupted: what follows is what was done until then.", file=sys.stderr)
    return runs


def run_once(case: Case, engine: str, seed: int, settings: Settings) -> Run:
    """One run in a child process, its answer checked and measured here."""
    cost_of_use = vehicle_cost(case.instance, settings.objective)
    run = Run(case.instance.name, engine, seed)
    if case.best is not None:
        total = cost_of_use * case.best.vehicles + case.best.distance
        run = replace(run, best_vehicles=case.best.vehicles, best_distance=case.best.distance, best_cost=total)
    return judged(run, case, cost_of_use, _ask_child(case, engine, seed, settings))


def judged(run: Run, case: Case, cost_of_use: float, said: dict[str, Any] | str) -> Run:
    """The run with what the checker finds in the child's answer, or with its fault."""
    if isinstance(said, str):
        return replace(run, fault=said)
    measured = {name: said[name] for name in ("seconds", "first_seconds", "peak_mib")}
    run = replace(run, **measured)
    routes = said["routes"]
    if routes is None:
        return replace(run, fault="no answer that serves every pair")
    wrong = check_routes(case.instance, routes)
    if wrong:
        return replace(run, fault=f"infeasible: {wrong[0]}")
    cost = cost_of(case.instance, routes)
    total = cost_of_use * cost.vehicles + cost.distance
    return replace(run, vehicles=cost.vehicles, distance=cost.distance, cost=total)


def _ask_child(case: Case, engine: str, seed: int, settings: Settings) -> dict[str, Any] | str:
    """What the child answers, or why it does not."""
    request = {
        "engine": engine,
        "file": str(case.path.resolve()),
        "fleet": case.instance.vehicles,
        "seconds": settings.seconds,
        "seed": seed,
        "objective": settings.objective,
        "kill_seconds": settings.kill_seconds,
        "core": settings.core,
    }
    one_thread = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"), "1")
    # -P would do without the folder, but the child may be started from anywhere.
    environment = (
        os.environ | one_thread | {"PYTHONPATH": os.pathsep.join([str(HERE), os.environ.get("PYTHONPATH", "")])}
    )
    try:
        child = subprocess.run(
            [sys.executable, "-m", "routing.bench.pair_child"],
            input=json.dumps(request),
            capture_output=True,
            text=True,
            env=environment,
            timeout=PREPARE_SECONDS + settings.kill_seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return "ended before it had begun"
    if child.returncode == -signal.SIGALRM:
        return f"ended after {settings.kill_seconds:g} s"
    if child.returncode != 0:
        last = child.stderr.strip().splitlines()[-1:] or [f"status {child.returncode}"]
        return f"failed: {last[0]}"
    answer: dict[str, Any] = json.loads(child.stdout)
    return answer


def as_document(runs: Sequence[Run], settings: Settings, head: Mapping[str, Any]) -> dict[str, Any]:
    """Runs as JSON, for the table and for whoever wants to compute something else."""
    return {**head, "settings": asdict(settings), "runs": [asdict(run) for run in runs]}


def runs_from_document(document: Mapping[str, Any]) -> list[Run]:
    """The runs of such a document. Raises ProblemError where they are not."""
    try:
        return [Run(**run) for run in document["runs"]]
    except (KeyError, TypeError) as error:
        raise ProblemError("runs", "These are not the results of a bench.", "unreadable_file") from error
