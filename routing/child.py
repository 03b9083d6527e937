"""The child process of a solve: one JSON request on standard input, JSON lines with progress, plan and comparison back.

SIGTERM is answered with the best plan so far; without its parent the child ends by itself.
"""

import json
import os
import signal
import sys
import threading
import time
from dataclasses import asdict
from typing import Any, TextIO

from routing.alone import alone
from routing.figures import Figures, figures_of_plan
from routing.files import plan_to_json, problem_from_json
from routing.problem import ProblemError
from routing.solve import Progress, solve

SECONDS_BETWEEN_LOOKS = 0.5


class Stop:
    """Whether somebody wants the answer now."""

    def __init__(self) -> None:
        self.asked = False
        self._parent = os.getppid()

    def ask(self, *_: object) -> None:
        self.asked = True

    def watch_parent(self) -> None:
        """End at once when the parent is gone: nobody is left to read the answer."""
        while True:
            time.sleep(SECONDS_BETWEEN_LOOKS)
            if os.getppid() != self._parent:
                os._exit(1)

    def __call__(self) -> bool:
        return self.asked


def figures_out(figures: Figures) -> dict[str, Any]:
    """Figures in the units of reports: kilograms instead of grams."""
    found = asdict(figures)
    grams, co2e = found.pop("grams_delivered"), found.pop("grams_co2e_driving")
    return {"kg_delivered": round(grams / 1000, 3), **found, "kg_co2e_driving": round(co2e / 1000, 3)}


def run(source: TextIO, sink: TextIO) -> int:
    """Answer one request; the exit status."""
    stop = Stop()  # signal and parent are known before the problem is read
    signal.signal(signal.SIGTERM, stop.ask)
    threading.Thread(target=stop.watch_parent, daemon=True).start()

    def say(document: dict[str, Any]) -> None:
        print(json.dumps(document, ensure_ascii=False), file=sink, flush=True)

    def progress(step: Progress) -> None:
        say({"progress": asdict(step)})

    try:
        request = json.load(source)
        problem = problem_from_json(request["problem"])
        seconds, seed = float(request.get("seconds", 10)), int(request.get("seed", 1))
    except (ProblemError, ValueError, KeyError, TypeError) as error:
        print(f"The request cannot be read: {error}", file=sys.stderr)
        return 1
    plan = solve(problem, seconds=seconds, seed=seed, progress=progress, stop=stop)
    say({"plan": plan_to_json(plan)})
    if request.get("alone"):
        baseline = alone(problem, seconds=seconds, seed=seed, stop=stop)
        say({"coordinated": figures_out(figures_of_plan(problem, plan)), "alone": figures_out(baseline.figures)})
    return 0
