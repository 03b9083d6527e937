"""`python -m routing.bench.city run|table|publish|instance`: engines on the city days, measured alike and checked.

Every run is a child process of its own, on as many cores as it has processes, with a hard end. Engines take turns on
each day and seed, so that whatever else the machine does hits all of them.
"""

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

from routing.bench.city_child import UNCOORDINATED
from routing.bench.city_figures import BadPlan
from routing.bench.city_records import publish
from routing.bench.city_run import Result, Run, one_run
from routing.bench.city_table import faults, figures_table, ratios_table
from routing.bench.machine import machine
from routing.instances.city import INVENTED, write_instance
from routing.instances.city_index import named
from routing.plain import ProblemError

ENGINES = ("joint", "two-phase", "or-tools")
PACKAGES = ("numpy", "numba", "ortools")

__all__ = ["ENGINES", "UNCOORDINATED", "Bench", "main", "publish", "run"]


@dataclass(frozen=True)
class Bench:
    """Results with what they were measured on."""

    machine: str
    date: str
    results: tuple[Result, ...]

    def to_plain(self) -> dict[str, Any]:
        return {"machine": self.machine, "date": self.date, "results": [result.to_plain() for result in self.results]}

    @classmethod
    def from_plain(cls, plain: dict[str, Any]) -> "Bench":
        results = tuple(Result.from_plain(result) for result in plain["results"])
        return cls(plain["machine"], plain["date"], results)

    def markdown(self, baseline: str) -> str:
        """Both tables with what has to be known to read them."""
        runs = [result.run for result in self.results]
        seconds = sorted({run.seconds for run in runs})
        days, seeds = len({run.instance for run in runs}), sorted({run.seed for run in runs})
        wrong = faults(self.results)
        return "\n".join(
            [
                f"{self.date}; {self.machine}.",
                f"{days} day(s); {_list(seconds)} s; seeds of the engines {_list(seeds)}; one process, or :n, a run.",
                "Every plan was checked, and its figures are the checker's. " + INVENTED,
                "",
                "Median (worst) over days and seeds:",
                "",
                figures_table(self.results),
                "",
                "Ratio on the same day with the same seed: geometric mean, median (worst; number of pairs):",
                "",
                ratios_table(self.results, baseline),
                *(["", "Without a plan that stands:", "", wrong] if wrong else []),
            ]
        )


def run(
    names: Sequence[str],
    engines: Sequence[str] = ENGINES,
    seconds: float = 10.0,
    seeds: Sequence[int] = (1, 2, 3),
    processes: int = 1,
    *,
    plans: Path | None = None,
    told: Callable[[Result], None] = lambda _: None,
    start: Callable[[Run], Result] = one_run,
) -> Bench:
    """Run every engine on every day with every seed.

    names: of days, or of families for all their published days.
    engines: of `routing.solve`, or "uncoordinated": every food bank by itself. "joint:2" uses two processes.
    processes: of each run whose engine does not say; runs never overlap.
    plans: a folder for the plans that stand, from which `publish` takes them.
    told: hears of each result at once.

    Raises ProblemError for an unknown name or engine before anything runs.
    """
    days, sides = named(names), [_side(engine, processes) for engine in engines]
    if plans is not None:
        plans.mkdir(parents=True, exist_ok=True)
    results = []
    for turn, (day, seed) in enumerate((day, seed) for day in days for seed in seeds):
        first = turn % len(sides)
        for engine, workers in (*sides[first:], *sides[:first]):
            plan = None
            if plans is not None and engine != UNCOORDINATED:
                plan = str(plans / f"{day}.{engine}.{workers}.{seed}.json.gz")
            result = start(Run(day, engine, seconds, seed, workers, plan))
            told(result)
            results.append(result)
    return Bench(f"{machine()}, {_versions()}", datetime.now(UTC).date().isoformat(), tuple(results))


def _versions() -> str:
    return ", ".join(f"{package} {metadata.version(package)}" for package in PACKAGES)


def _side(engine: str, processes: int) -> tuple[str, int]:
    """An engine and its number of processes."""
    name, colon, number = engine.partition(":")
    if name not in (*ENGINES, UNCOORDINATED) or (colon and not number.isdecimal()) or number == "0":
        known = ", ".join((*ENGINES, UNCOORDINATED))
        raise ProblemError("engines", f"There is no engine {engine}: name {known}, or joint:2.", "unknown_reference")
    return name, int(number) if colon else processes


def _list(things: Sequence[float]) -> str:
    return ", ".join(f"{thing:g}" for thing in things)


def _tell(result: Result) -> None:
    figures = result.figures
    said = result.fault
    if figures is not None:
        worth = "" if figures.worth is None else f"worth {figures.worth:,.0f}, "
        said = f"{worth}{figures.kg:,.0f} kg, {figures.km:,.0f} km, lowest fill {figures.lowest_fill:.2f}"
    run = result.run
    print(f"{run.instance} {run.label} seed {run.seed}: {said}", file=sys.stderr, flush=True)


def _run_command(arguments: argparse.Namespace) -> int:
    bench = run(
        arguments.names,
        arguments.engines,
        arguments.seconds,
        arguments.seeds,
        arguments.processes,
        plans=arguments.plans,
        told=_tell,
    )
    if arguments.output is not None:
        arguments.output.write_text(json.dumps(bench.to_plain()) + "\n", encoding="utf-8")
    print(bench.markdown(arguments.baseline or arguments.engines[-1]))
    return 1 if any(result.fault for result in bench.results) else 0


def _read(paths: Sequence[Path]) -> Bench:
    """Results of several runs as one; machine and date are those of the last."""
    benches = [Bench.from_plain(json.loads(path.read_text(encoding="utf-8"))) for path in paths]
    return Bench(benches[-1].machine, benches[-1].date, tuple(each for bench in benches for each in bench.results))


def _table_command(arguments: argparse.Namespace) -> int:
    print(_read(arguments.files).markdown(arguments.baseline))
    return 0


def _publish_command(arguments: argparse.Namespace) -> int:
    bench = _read(arguments.files)
    for record in publish(bench.results, bench.date):
        print(f"{record.instance}: worth {record.worth:,.2f}, {record.kg:,.0f} kg, {record.km:,.0f} km")
    return 0


def _instance_command(arguments: argparse.Namespace) -> int:
    problem = write_instance(arguments.name, arguments.output)
    print(f"{arguments.output}: {len(problem.lots)} lots, {len(problem.shifts)} vehicles, digest {problem.digest()}")
    return 0


def parser() -> argparse.ArgumentParser:
    """The commands of this module."""
    whole = argparse.ArgumentParser(prog="python -m routing.bench.city", description=__doc__)
    commands = whole.add_subparsers(required=True)
    running = commands.add_parser("run", help="run engines on days and print the tables")
    running.add_argument("--names", nargs="+", required=True)
    running.add_argument("--engines", nargs="+", default=list(ENGINES))
    running.add_argument("--seconds", type=float, default=10.0)
    running.add_argument("--seeds", nargs="+", type=int, default=[1, 2, 3])
    running.add_argument("--processes", type=int, default=1)
    running.add_argument("--baseline", help="what ratios are taken against; the last engine otherwise")
    running.add_argument("--plans", type=Path, help="a folder for the plans, to publish them from")
    running.add_argument("--output", type=Path, help="where the results go as JSON")
    running.set_defaults(does=_run_command)
    table = commands.add_parser("table", help="print the tables of results again")
    table.add_argument("files", nargs="+", type=Path)
    table.add_argument("--baseline", default="or-tools")
    table.set_defaults(does=_table_command)
    publishing = commands.add_parser("publish", help="let better plans enter the list of best known ones")
    publishing.add_argument("files", nargs="+", type=Path)
    publishing.set_defaults(does=_publish_command)
    writing = commands.add_parser("instance", help="write a day as a problem file")
    writing.add_argument("name")
    writing.add_argument("output", type=Path)
    writing.set_defaults(does=_instance_command)
    return whole


def main(words: Sequence[str] | None = None) -> int:
    """One command; the exit status. What is wrong is one sentence."""
    arguments = parser().parse_args(words)
    try:
        status: int = arguments.does(arguments)
    except (ProblemError, BadPlan, OSError) as error:
        print(f"routing: {error}", file=sys.stderr)
        return 1
    return status


if __name__ == "__main__":
    sys.exit(main())
