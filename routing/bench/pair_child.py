"""One run of one engine on one public instance, in a process of its own: a JSON request in, a JSON answer out.

The kernel ends the process when it overstays: no solver can hold that up, and nobody has to be left to do it.
"""

import json
import os
import resource
import signal
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from routing.bench.peers import ENGINES, OURS
from routing.bench.task import Task
from routing.instances.formats import read_pairs


def main() -> int:
    """Answer the request on standard input; the exit status."""
    request = json.load(sys.stdin)
    answer = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what a solver prints is not our answer
    json.dump(run(request), answer)
    answer.close()
    return 0


def run(request: dict[str, Any]) -> dict[str, Any]:
    """`routes` (None: no answer), `seconds` of the solver alone, and `peak_mib` of the process."""
    engine = ENGINES[request["engine"]]
    instance = replace(read_pairs(Path(request["file"])), vehicles=request["fleet"])
    task = Task(instance, request["seconds"], request["seed"], request["objective"])
    if request["core"] is not None:
        os.sched_setaffinity(0, {request["core"]})
    engine.prepare()
    first = _first_plan(task) if request["engine"] == OURS else None
    signal.setitimer(signal.ITIMER_REAL, request["kill_seconds"])
    began = time.monotonic()
    routes = engine.solve(task)
    seconds = time.monotonic() - began
    signal.setitimer(signal.ITIMER_REAL, 0)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"routes": routes, "seconds": seconds, "first_seconds": first, "peak_mib": peak}


def _first_plan(task: Task) -> float | None:
    from routing.bench.on_wasl import seconds_to_first_plan

    return seconds_to_first_plan(task.instance, task.seed)


if __name__ == "__main__":
    sys.exit(main())
