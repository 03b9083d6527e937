"""One run of one engine on one city day, in a process of its own: a JSON request on standard input, JSON lines back.

Making the day, importing and compiling come before the clock starts, and the check after it has stopped: `ready`, then
`step` with every better plan, `solved`, and `checked` with the figures.
"""

import gzip
import json
import os
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from routing.alone import alone
from routing.bench.city_figures import BadPlan, CityFigures, checked_figures
from routing.files import plan_to_json
from routing.instances.city import city_day, instance
from routing.plan import Plan
from routing.problem import Problem
from routing.solve import Progress, solve

UNCOORDINATED = "uncoordinated"  # no engine: every food bank by itself
SECONDS_BETWEEN_STEPS = 0.2
WARM_UP_ITERATIONS, WARM_UP_SECONDS = 20, 0.3


def say(**document: Any) -> None:
    print(json.dumps(document), flush=True)


class Teller:
    """Tells of the first plan at once and of better ones a few times a second."""

    def __init__(self) -> None:
        self.began = time.monotonic()
        self.told = -SECONDS_BETWEEN_STEPS

    def __call__(self, step: Progress) -> None:
        elapsed = time.monotonic() - self.began
        if step.grams_allocated and elapsed - self.told >= SECONDS_BETWEEN_STEPS:
            self.told = elapsed
            say(step=[round(elapsed, 3), step.worth, step.grams_allocated, step.metres])


def main() -> int:
    request = json.load(sys.stdin)
    if hasattr(os, "sched_setaffinity"):  # each run on as many cores as it has processes
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[-request["workers"] :])
    problem = instance(request["instance"])
    alone_too = request["engine"] == UNCOORDINATED
    warm = {} if alone_too else {"engine": request["engine"]}
    solve(city_day("S", "scarce", 1), seconds=WARM_UP_SECONDS, iterations=WARM_UP_ITERATIONS, **warm)
    say(ready=True)
    _forget_peak()
    if alone_too:
        return _uncoordinated(problem, request)
    teller = Teller()
    plan = solve(
        problem,
        engine=request["engine"],
        seconds=request["seconds"],
        seed=request["seed"],
        workers=request["workers"],
        progress=teller,
    )
    say(solved=round(time.monotonic() - teller.began, 3), peak_mib=_peak_mib())
    return _checked(problem, plan, request["plan"])


def _checked(problem: Problem, plan: Plan, output: str | None) -> int:
    try:
        figures = checked_figures(problem, plan)
    except BadPlan as fault:
        say(refused=str(fault))
        return 1
    if output is not None:
        content = json.dumps(plan_to_json(plan), ensure_ascii=False).encode()
        Path(output).write_bytes(gzip.compress(content, mtime=0))
    say(checked=asdict(figures), digest=plan.problem_digest)
    return 0


def _uncoordinated(problem: Problem, request: dict[str, Any]) -> int:
    """Its worth is not known, and its lowest fill is that of what each food bank needs, which is hardly ever more
    than could come to it."""
    began = time.monotonic()
    day = alone(problem, seconds=request["seconds"], seed=request["seed"]).figures
    say(solved=round(time.monotonic() - began, 3), peak_mib=_peak_mib())
    figures = CityFigures(
        kg=day.grams_delivered / 1000,
        kg_offered=sum(lot.grams for lot in problem.lots) / 1000,
        km=day.metres / 1000,
        vehicles=day.vehicles,
        lowest_fill=day.lowest_fill_rate,
        worth=None,
    )
    say(checked=asdict(figures), digest=problem.digest())
    return 0


def _forget_peak() -> None:
    """What making the day and compiling needed is not the search's."""
    try:
        Path("/proc/self/clear_refs").write_text("5")
    except OSError:
        return


def _peak_mib() -> float | None:
    """The most memory that this process itself held, where the system says so. The figure that `resource` gives is
    that of the parent at first."""
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        return None
    return next((round(int(line.split()[1]) / 1024, 1) for line in lines if line.startswith("VmHWM:")), None)


if __name__ == "__main__":
    sys.exit(main())
