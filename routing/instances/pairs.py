"""A public pickup-and-delivery instance (PDPTW) as values, and a checker of answers that shares no code with an engine:
plain loops in double precision over the file's own numbers."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

type Routes = Sequence[Sequence[int]]
"""Node numbers in the order of visits, the depot left out of both ends."""

# Sums of some hundred doubles differ in their last digits with the order in which they are added.
ROUNDING = 1e-6


@dataclass(frozen=True)
class PairInstance:
    """n nodes, of which node 0 is the depot, and m pairs that must all be served.

    vehicles: how many may drive, None if there is no limit. They leave node 0 at `earliest[0]` or later and are back
    by `latest[0]`. `distance` and `time` are (n, n), from row to column, in the units of the file. `demand` (n) is what
    comes on board at a node, negative where it is delivered. Service at a node begins from `earliest` to `latest` (n
    each) and takes `service` (n); a vehicle that comes early waits. Pair k goes from node `pickups[k]` to
    `deliveries[k]`.
    """

    name: str
    vehicles: int | None
    capacity: int
    distance: NDArray[np.float64]
    time: NDArray[np.float64]
    demand: NDArray[np.int64]
    earliest: NDArray[np.float64]
    latest: NDArray[np.float64]
    service: NDArray[np.float64]
    pickups: NDArray[np.int64]
    deliveries: NDArray[np.int64]


@dataclass(frozen=True)
class Cost:
    """What the sets compare: vehicles first, then distance (travel time where the file has minutes)."""

    vehicles: int
    distance: float


def cost_of(instance: PairInstance, routes: Routes) -> Cost:
    """Vehicles that leave the depot, and the length of all routes from the depot back to it. The nodes must exist."""
    driven = [route for route in routes if len(route)]
    return Cost(len(driven), sum(_length(instance, route) for route in driven))


def _length(instance: PairInstance, route: Sequence[int]) -> float:
    way = [0, *route, 0]
    return sum(float(instance.distance[here, there]) for here, there in pairwise(way))


def check_routes(instance: PairInstance, routes: Routes) -> list[str]:
    """Everything that is wrong with an answer, as sentences; an empty list if it is feasible."""
    nodes = len(instance.demand)
    strange = sorted({node for route in routes for node in route if not 0 < node < nodes})
    if strange:
        return [f"Node {node} is not one of the nodes 1 to {nodes - 1}." for node in strange]
    return [
        *_fleet(instance, routes),
        *_visits(instance, routes),
        *_pairs(instance, routes),
        *(
            sentence
            for number, route in enumerate(routes, start=1)
            if len(route)
            for sentence in (*_loads(instance, number, route), *_times(instance, number, route))
        ),
    ]


def _fleet(instance: PairInstance, routes: Routes) -> list[str]:
    used = sum(1 for route in routes if len(route))
    if instance.vehicles is not None and used > instance.vehicles:
        return [f"{used} vehicles are used, and there are {instance.vehicles}."]
    return []


def _visits(instance: PairInstance, routes: Routes) -> list[str]:
    """Every node once."""
    times = [0] * len(instance.demand)
    for route in routes:
        for node in route:
            times[node] += 1
    never = [f"Node {node} is not visited." for node in range(1, len(times)) if times[node] == 0]
    often = [f"Node {node} is visited {times[node]} times." for node in range(1, len(times)) if times[node] > 1]
    return never + often


def _pairs(instance: PairInstance, routes: Routes) -> list[str]:
    """Both ends of a pair on one route, the pickup first."""
    place = {node: (number, at) for number, route in enumerate(routes, start=1) for at, node in enumerate(route)}
    wrong = []
    for pickup, delivery in zip(instance.pickups.tolist(), instance.deliveries.tolist(), strict=True):
        if pickup not in place or delivery not in place:
            continue  # said already: not visited
        (here, first), (there, second) = place[pickup], place[delivery]
        if here != there:
            wrong.append(f"Node {pickup} is on route {here}, its delivery {delivery} on route {there}.")
        elif first > second:
            wrong.append(f"Node {delivery} is visited before its pickup {pickup} on route {here}.")
    return wrong


def _loads(instance: PairInstance, number: int, route: Sequence[int]) -> list[str]:
    load, wrong = 0, []
    for node in route:
        load += int(instance.demand[node])
        if load > instance.capacity:
            wrong.append(f"Route {number} carries {load} after node {node}, more than {instance.capacity}.")
    return wrong


def _times(instance: PairInstance, number: int, route: Sequence[int]) -> list[str]:
    """Drive as early as possible, wait for windows that are not open; what is then late is late for good."""
    now, here, wrong = float(instance.earliest[0]), 0, []
    for node in route:
        now = max(now + float(instance.time[here, node]), float(instance.earliest[node]))
        if now > instance.latest[node] + ROUNDING:
            wrong.append(f"Route {number} comes to node {node} at {now:g}, after {instance.latest[node]:g}.")
        now, here = now + float(instance.service[node]), node
    back = now + float(instance.time[here, 0])
    if back > instance.latest[0] + ROUNDING:
        wrong.append(f"Route {number} is back at the depot at {back:g}, after {instance.latest[0]:g}.")
    return wrong
