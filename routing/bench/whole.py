"""A public instance in whole numbers, for solvers that know no others. Rounded so that an answer to it is one to the
instance too: times up, windows inwards."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from routing.instances.pairs import PairInstance

USES_PER_LONGEST = 10  # a vehicle costs as much as ten of the longest arcs
FINE = 100  # parts of a unit, where the file has fractions
DUST = 1e-9  # of a double: 3.0000000000000004 is 3


@dataclass(frozen=True)
class WholePairs:
    """Costs, times and windows in 1/scale of the file's unit; nodes, pairs and loads as in the instance."""

    scale: int
    distance: NDArray[np.int64]
    time: NDArray[np.int64]
    earliest: list[int]
    latest: list[int]
    service: list[int]
    vehicle_cost: int


def vehicle_cost(instance: PairInstance, objective: str) -> float:
    """What a vehicle costs beside its distance; with the objective "distance" nothing."""
    return USES_PER_LONGEST * float(instance.distance.max()) if objective == "vehicles" else 0.0


def whole_pairs(instance: PairInstance, objective: str) -> WholePairs:
    """The instance as it is where all its numbers are whole, otherwise in hundredths."""
    tables = (instance.distance, instance.time, instance.earliest, instance.latest, instance.service)
    scale = 1 if all(np.array_equal(table, np.rint(table)) for table in tables) else FINE
    return WholePairs(
        scale=scale,
        distance=np.rint(instance.distance * scale).astype(np.int64),
        time=_up(instance.time * scale),
        earliest=_up(instance.earliest * scale).tolist(),
        latest=(-_up(-instance.latest * scale)).tolist(),
        service=_up(instance.service * scale).tolist(),
        vehicle_cost=round(vehicle_cost(instance, objective) * scale),
    )


def _up(values: NDArray[np.float64]) -> NDArray[np.int64]:
    return np.ceil(values - DUST).astype(np.int64)
