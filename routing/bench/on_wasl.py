"""Our own engine on a public instance."""

import time

import numpy as np

from routing.bench.task import Answer, Task
from routing.engine.pairs import solve_pairs
from routing.instances.pairs import PairInstance


def load_machine_code() -> None:
    """Load or make the engine's machine code: the others come compiled, so this is not timed."""
    for objective in ("vehicles", "distance"):
        solve_pairs(smallest(), iterations=5, objective=objective)


def smallest() -> PairInstance:
    """Two pairs round a depot, too far apart for one vehicle, so that the search tries all that it can do."""
    places = np.array([[2, 2], [0, 1], [1, 0], [3, 4], [4, 3]], dtype=np.float64)
    distance = np.abs(places[:, None] - places[None]).sum(axis=2)
    return PairInstance(
        name="smallest",
        vehicles=2,
        capacity=10,
        distance=distance,
        time=distance,
        demand=np.array([0, 1, -1, 1, -1]),
        earliest=np.zeros(5),
        latest=np.full(5, 10.0),
        service=np.zeros(5),
        pickups=np.array([1, 3]),
        deliveries=np.array([2, 4]),
    )


def solve_wasl(task: Task) -> Answer:
    """The engine as `python -m routing solve` runs it."""
    return solve_pairs(task.instance, seconds=task.seconds, seed=task.seed, objective=task.objective)


def seconds_to_first_plan(instance: PairInstance, seed: int) -> float | None:
    """Until every pair has a place, without any search; None where that does not do."""
    began = time.monotonic()
    try:
        solve_pairs(instance, iterations=0, seed=seed)
    except ValueError:
        return None
    return time.monotonic() - began
