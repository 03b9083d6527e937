"""`python -m routing bench`: our engine and its peers on public instances, as a table; the city days have their own
commands (`routing.bench.city`)."""

import argparse
import json
import os
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from routing.bench.best_known import OWN_FILES, read_best_known
from routing.bench.machine import machine
from routing.bench.pairs import Run, Settings, as_document, cases, instance_paths, run_all, runs_from_document
from routing.bench.peers import ENGINES, OURS, PEERS, versions
from routing.bench.table import faults, table
from routing.commands.common import WrongFile, listed, run, say, seconds, seed, write
from routing.plain import ProblemError

OBJECTIVES = ("vehicles", "distance")


def main(words: Sequence[str]) -> int:
    """One command of bench; the exit status."""
    if words[:1] == ["city"]:
        from routing.bench.city import main as city

        return city(words[1:])
    if words[:1] == ["replan"]:
        from routing.bench.replans import main as replans

        return replans(words[1:])
    return run(parser().parse_args(words))


def parser() -> argparse.ArgumentParser:
    """The commands of bench."""
    whole = argparse.ArgumentParser(prog="python -m routing bench", description=__doc__)
    commands = whole.add_subparsers(required=True, metavar="pairs|table|city|replan")
    pairs = commands.add_parser("pairs", help="run the engines on public pickup-and-delivery instances")
    _add_pairs_arguments(pairs)
    pairs.set_defaults(does=bench_pairs)
    again = commands.add_parser("table", help="print the table of results that bench pairs wrote, also of several")
    again.add_argument("files", nargs="+", type=Path)
    again.set_defaults(does=bench_table)
    commands.add_parser("city", help="the food-rescue days: see bench city --help")
    commands.add_parser("replan", help="one change each to planned food-rescue days: see bench replan --help")
    return whole


def _add_pairs_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("paths", nargs="+", type=Path, help="instance files, or folders with them; packed or not")
    parser.add_argument("--time-limit", "--seconds", dest="seconds", type=seconds, default=10.0)
    parser.add_argument("--seeds", type=listed(seed), default=(1, 2, 3), help="1,2,3 if nothing is said")
    peers = f"of {', '.join(PEERS)}, or none; all that are installed if nothing is said"
    parser.add_argument("--peers", type=_peers, help=peers)
    parser.add_argument("--objective", choices=OBJECTIVES, default="vehicles")
    known = "CSV with instance, vehicles, distance; may be given again; those of this project if nothing is said"
    parser.add_argument("--best-known", action="append", type=Path, metavar="CSV", help=known)
    grace = "seconds after the limit until a run is killed; 1.5 times the limit and 5 if nothing is said"
    parser.add_argument("--grace", type=seconds, help=grace)
    parser.add_argument("--core", type=int, help="the one core for all runs; the last one if nothing is said")
    parser.add_argument("--output", type=Path, help="where the results go as JSON, after every run")


def _peers(text: str) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(text.split(","))) if text != "none" else ()
    for name in names:
        if name not in PEERS:
            raise argparse.ArgumentTypeError(f"there is no peer {name}: choose of {', '.join(PEERS)}, or none")
    return names


def bench_pairs(arguments: argparse.Namespace) -> int:
    """Run, tell of each run, print the tables; 1 if a run of our own has no answer that stands."""
    core = _core(arguments.core)
    known = arguments.best_known or [path for path in OWN_FILES if path.exists()]
    try:
        instances = cases(instance_paths(arguments.paths), read_best_known(known))
    except ProblemError as error:
        raise WrongFile(str(error)) from error
    if not instances:
        raise WrongFile(f"{arguments.paths[0]} holds no instance: a file that ends in .txt or .txt.gz.")
    engines = (OURS, *_installed(arguments.peers))
    settings = Settings(arguments.seconds, arguments.seeds, engines, arguments.objective, arguments.grace, core)
    head = {"machine": machine(), "date": datetime.now(UTC).date().isoformat(), "versions": versions(settings.engines)}
    done: list[Run] = []

    def tell(run: Run) -> None:
        done.append(run)
        say(_line(run))
        if arguments.output is not None:
            write(arguments.output, json.dumps(as_document(done, settings, head)) + "\n")

    runs = run_all(instances, settings, tell)
    print(page([as_document(runs, settings, head)]), end="")
    return 1 if any(run.fault for run in runs if run.engine == OURS) else 0


def bench_table(arguments: argparse.Namespace) -> int:
    """The tables of results that were kept."""
    documents = []
    for path in arguments.files:
        try:
            documents.append(json.loads(path.read_text(encoding="utf-8")))
            runs_from_document(documents[-1])
        except OSError as error:
            raise WrongFile(f"{path} cannot be read: {error.strerror}.") from error
        except (ValueError, ProblemError) as error:
            raise WrongFile(f"{path} holds no results of a bench.") from error
    print(page(documents), end="")
    return 0


def page(documents: Sequence[Mapping[str, Any]]) -> str:
    """What has to be known to read the tables, and the tables."""
    runs = [run for document in documents for run in runs_from_document(document)]
    if not runs:
        return "No runs.\n"
    last = documents[-1]
    packages = ", ".join(f"{name} {version}" for name, version in last.get("versions", {}).items())
    settings = last.get("settings", {})
    seeds = ", ".join(str(number) for number in sorted({run.seed for run in runs}))
    objective = settings.get("objective", "vehicles")
    vehicle = "10 x the longest arc for each vehicle, and distance" if objective == "vehicles" else "distance alone"
    lines = [
        f"{last.get('date')}; {last.get('machine')}; {packages}.",
        f"{settings.get('seconds', 0):g} s, one thread and one process each, engines in turn on every instance; seeds"
        f" {seeds}. Cost is {vehicle}.",
        "Every answer was checked in double precision, and its figures are the checker's. A cell is vehicles above the"
        " best known / distance gap %: the median, and in brackets the worst seed where it differs.",
        "",
        table(runs),
    ]
    wrong = faults(runs)
    return "\n".join([*lines, *(["Without an answer:", "", *(f"- {line}" for line in wrong), ""] if wrong else [])])


def _installed(peers: tuple[str, ...] | None) -> tuple[str, ...]:
    """The peers that were asked for and are here; of those that are not, say so."""
    wanted = PEERS if peers is None else peers
    for name in wanted:
        if ENGINES[name].version() is None:
            say(f"{ENGINES[name].package} is not installed and left out.")
    return tuple(name for name in wanted if ENGINES[name].version() is not None)


def _core(wanted: int | None) -> int | None:
    if not hasattr(os, "sched_getaffinity"):
        return None
    cores = os.sched_getaffinity(0)
    if wanted is not None and wanted not in cores:
        raise WrongFile(f"There is no core {wanted}: choose of {', '.join(map(str, sorted(cores)))}.")
    return max(cores) if wanted is None else wanted


def _line(run: Run) -> str:
    said = run.fault or f"{run.vehicles} vehicles, distance {run.distance:.2f}, {run.seconds:.1f} s"
    return f"{run.instance}, {ENGINES[run.engine].title}, seed {run.seed}: {said}"
