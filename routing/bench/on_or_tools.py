"""OR-Tools' routing library on a public instance: matrices registered whole, so that the search calls no Python."""

import time
from typing import Any

import numpy as np
from ortools.constraint_solver import pywrapcp, routing_enums_pb2

from routing.bench.task import Answer, Task
from routing.bench.whole import WholePairs, whole_pairs
from routing.or_tools.route import search_parameters

# Beyond this its better first solution alone takes longer than ten seconds.
MOST_PAIRS_FOR_PARALLEL_INSERTION = 400


def solve_or_tools(task: Task) -> Answer:
    """Guided local search with four neighbourhoods of LNS, the settings that did best of those that were tried."""
    began = time.monotonic()
    model = _Model(task, whole_pairs(task.instance, task.objective))
    return model.solve(task.seconds - (time.monotonic() - began))


class _Model:
    def __init__(self, task: Task, whole: WholePairs) -> None:
        self.task, self.whole = task, whole
        self.manager: Any = pywrapcp.RoutingIndexManager(len(task.instance.demand), task.fleet, 0)
        self.model: Any = pywrapcp.RoutingModel(self.manager)
        self.model.solver().ReSeed(task.seed)
        self.model.SetArcCostEvaluatorOfAllVehicles(self.model.RegisterTransitMatrix(whole.distance.tolist()))
        self.model.SetFixedCostOfAllVehicles(whole.vehicle_cost)
        loads = self.model.RegisterUnaryTransitVector(task.instance.demand.tolist())
        self.model.AddDimension(loads, 0, task.instance.capacity, True, "load")
        self._add_pairs(self._clock())

    def _clock(self) -> Any:
        """When service begins at each node; a vehicle may wait as long as it likes."""
        whole = self.whole
        taken = (whole.time + np.array(whole.service)[:, None]).tolist()
        self.model.AddDimension(
            self.model.RegisterTransitMatrix(taken), whole.latest[0], whole.latest[0], False, "clock"
        )
        clock = self.model.GetDimensionOrDie("clock")
        for node in range(1, len(whole.earliest)):
            clock.CumulVar(self.manager.NodeToIndex(node)).SetRange(whole.earliest[node], whole.latest[node])
        for vehicle in range(self.task.fleet):
            for end in (self.model.Start(vehicle), self.model.End(vehicle)):
                clock.CumulVar(end).SetRange(whole.earliest[0], whole.latest[0])
        return clock

    def _add_pairs(self, clock: Any) -> None:
        for pickup, delivery in self.task.pairs():
            here, there = self.manager.NodeToIndex(pickup), self.manager.NodeToIndex(delivery)
            self.model.AddPickupAndDelivery(here, there)
            self.model.solver().Add(self.model.VehicleVar(here) == self.model.VehicleVar(there))
            self.model.solver().Add(clock.CumulVar(here) <= clock.CumulVar(there))

    def solve(self, seconds: float) -> Answer:
        parameters = search_parameters(seconds)
        if len(self.task.instance.pickups) > MOST_PAIRS_FOR_PARALLEL_INSERTION:
            first = routing_enums_pb2.FirstSolutionStrategy
            parameters.first_solution_strategy = first.LOCAL_CHEAPEST_INSERTION
        found = self.model.SolveWithParameters(parameters)
        return [self._route(found, vehicle) for vehicle in range(self.task.fleet)] if found else None

    def _route(self, found: Any, vehicle: int) -> list[int]:
        index, nodes = self.model.Start(vehicle), []
        while not self.model.IsEnd(index := found.Value(self.model.NextVar(index))):
            nodes.append(self.manager.IndexToNode(index))
        return nodes
