"""`python -m routing bench replan`: planned city days, one random change each, planned again: how long that takes, how
many stops move, and what it is worth against solving the rest of the day anew. Every plan is checked."""

import argparse
import json
import os
import statistics
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from routing.bench.city_table import markdown
from routing.bench.machine import machine
from routing.bench.one_change import KINDS, one_change
from routing.check import check
from routing.commands.common import WrongFile, listed, run, say, seconds, seed, write
from routing.instances.city import INVENTED, instance
from routing.instances.city_index import named
from routing.plain import ProblemError
from routing.plan import Plan
from routing.problem import Problem
from routing.replan.mend import replan, tours_by_shift
from routing.replan.moved_stops import moved_stops
from routing.solve import solve

THOUSANDTHS = 100_000  # of a cent in one unit of currency


@dataclass(frozen=True)
class Trial:
    """One change to one day. Worth is without moves, in the currency of the policy; `anew` is a plan of the same rest
    of the day by the usual search, which knows nothing of the old plan. Kilograms are those still to be delivered."""

    day: str
    kind: str
    seed: int
    seconds: float
    moved: int
    forced: int
    kg: float
    worth: float
    anew_kg: float
    anew_worth: float
    anew_moved: int
    fault: str = ""


def trials(
    names: Sequence[str],
    *,
    limit: float = 1.0,
    plan_seconds: float = 10.0,
    seeds: Sequence[int] = (1, 2, 3),
    kinds: Sequence[str] = KINDS,
    told: Callable[[Trial], None] = lambda _: None,
) -> list[Trial]:
    """Plan each day, and again after one change of each kind for each seed. A kind that the plan gives no occasion for
    is left out. Raises ProblemError for an unknown name."""
    found = []
    for name in named(names):
        day = instance(name)
        plan = solve(day, seconds=plan_seconds, seed=1)
        for number in seeds:
            for kind in kinds:
                trial = one_trial(name, day, plan, kind, number, limit, plan_seconds)
                if trial is not None:
                    told(trial)
                    found.append(trial)
    return found


def one_trial(
    name: str, day: Problem, plan: Plan, kind: str, number: int, limit: float, anew_seconds: float
) -> Trial | None:
    """One replan, timed from the call to the plan, and checked after that."""
    try:
        news = one_change(day, plan, kind, f"{name} {number}")
    except ValueError:
        return None
    began = time.perf_counter()
    found = replan(day, plan, news, seconds=limit, seed=number)
    took = time.perf_counter() - began
    violations = check(found.problem, found.plan)
    free = replace(found.problem, promises=())
    anew = solve(free, seconds=anew_seconds, seed=number)
    anew_tours = tours_by_shift(free, anew)
    return Trial(
        name,
        kind,
        number,
        round(took, 3),
        found.moved.total,
        found.forced,
        found.plan.grams_allocated / 1000,
        _worth(found.plan),
        anew.grams_allocated / 1000,
        _worth(anew),
        moved_stops(found.rest.planned, anew_tours).total,
        violations[0].sentence if violations else "",
    )


def _worth(plan: Plan) -> float:
    return 0.0 if plan.tiers is None else (plan.tiers.worth + plan.tiers.moves) / THOUSANDTHS


def table(results: Sequence[Trial]) -> str:
    """A row for each kind of change, and one for all; a cell is the median and in brackets the worst."""
    rows = []
    for kind in (*dict.fromkeys(each.kind for each in results), "all"):
        runs = [each for each in results if kind in (each.kind, "all")]
        rows.append(
            [
                kind,
                f"{sum(not each.fault for each in runs)}/{len(runs)}",
                _cell((each.seconds for each in runs), 2, max),
                _cell((each.moved for each in runs), 0, max),
                _cell((each.forced for each in runs), 0, max),
                _cell((each.moved - each.forced for each in runs), 0, max),
                _cell((each.anew_moved for each in runs), 0, max),
                _cell((100 * each.kg / each.anew_kg for each in runs if each.anew_kg), 1, min),
                _cell((100 * each.worth / each.anew_worth for each in runs if each.anew_worth > 0), 1, min),
            ]
        )
    head = ["change", "good", "s", "moved", "forced", "beyond", "moved anew", "kg % of anew", "worth % of anew"]
    return markdown(head, rows)


def _cell(values: Iterable[float], digits: int, worst: Callable[[Sequence[float]], float]) -> str:
    known = list(values)
    if not known:
        return "-"
    return f"{statistics.median(known):.{digits}f} ({worst(known):.{digits}f})"


def page(document: Mapping[str, Any]) -> str:
    """What has to be known to read the table, and the table."""
    results = [Trial(**each) for each in document["results"]]
    wrong = [f"- {each.day}, {each.kind}, seed {each.seed}: {each.fault}" for each in results if each.fault]
    days, settings = len({each.day for each in results}), document["settings"]
    return "\n".join(
        [
            f"{document['date']}; {document['machine']}.",
            f"{days} day(s), planned and solved anew in {settings['plan_seconds']:g} s, replanned in"
            f" {settings['limit']:g} s. {INVENTED}",
            "Every plan was checked. Moved: stops of the old plan; forced: those that could not stay.",
            "",
            table(results),
            *(["", "Plans that do not stand:", "", *wrong] if wrong else []),
            "",
        ]
    )


def bench_replan(arguments: argparse.Namespace) -> int:
    """Run, tell of each change, print the table; 1 if a plan does not stand."""
    if arguments.core is not None and hasattr(os, "sched_setaffinity"):
        try:
            os.sched_setaffinity(0, {arguments.core})
        except OSError as error:
            raise WrongFile(f"There is no core {arguments.core}.") from error
    limits = {"limit": arguments.seconds, "plan_seconds": arguments.plan_seconds}
    document: dict[str, Any] = {
        "machine": machine(),
        "date": datetime.now(UTC).date().isoformat(),
        "settings": {**limits, "seeds": arguments.seeds},
        "results": [],
    }

    def tell(trial: Trial) -> None:
        document["results"].append(asdict(trial))
        said = trial.fault or f"{trial.seconds:.2f} s, {trial.moved} stops moved, {trial.forced} of them forced"
        say(f"{trial.day}, {trial.kind}, seed {trial.seed}: {said}")
        if arguments.output is not None:
            write(arguments.output, json.dumps(document) + "\n")

    try:
        trials(arguments.names, **limits, seeds=arguments.seeds, told=tell)
    except ProblemError as error:
        raise WrongFile(str(error)) from error
    print(page(document), end="")
    return 1 if any(each["fault"] for each in document["results"]) else 0


def parser() -> argparse.ArgumentParser:
    """The arguments of this command."""
    whole = argparse.ArgumentParser(prog="python -m routing bench replan", description=__doc__)
    whole.add_argument("names", nargs="+", help="city days, or families for all their published days")
    limit = "seconds of a replan, 1 if nothing is said"
    whole.add_argument("--time-limit", "--seconds", dest="seconds", type=seconds, default=1.0, help=limit)
    anew = "seconds of the first plan, and of solving anew; 10 if nothing is said"
    whole.add_argument("--plan-seconds", type=seconds, default=10.0, help=anew)
    whole.add_argument("--seeds", type=listed(seed), default=(1, 2, 3), help="1,2,3 if nothing is said")
    whole.add_argument("--core", type=int, help="the one core for all of it; any if nothing is said")
    whole.add_argument("--output", type=Path, help="where the results go as JSON, after every change")
    whole.set_defaults(does=bench_replan)
    return whole


def main(words: Sequence[str]) -> int:
    """One bench; the exit status."""
    return run(parser().parse_args(words))
