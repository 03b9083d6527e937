"""VROOM on a public instance: pairs as shipments, the vehicle's cost as its fixed cost."""

import time
from datetime import timedelta

import vroom

from routing.bench.task import Answer, Task
from routing.bench.whole import whole_pairs

DEEPEST = 5


def solve_pyvroom(task: Task) -> Answer:
    """VROOM's deepest exploration. It ends when it has done all of that, or (softly) at the time limit; no seed."""
    began = time.monotonic()
    whole = whole_pairs(task.instance, task.objective)
    problem = vroom.Input()
    problem.set_durations_matrix("car", whole.time)
    problem.set_distances_matrix("car", whole.distance)
    problem.set_costs_matrix("car", whole.distance)
    for vehicle in range(task.fleet):
        problem.add_vehicle(
            vroom.Vehicle(
                vehicle,
                start=0,
                end=0,
                capacity=[task.instance.capacity],
                time_window=(whole.earliest[0], whole.latest[0]),
                costs=vroom.VehicleCosts(fixed=whole.vehicle_cost),
            )
        )
    for pair in task.pairs():
        pickup, delivery = (
            vroom.ShipmentStep(
                node,
                node,
                default_service=whole.service[node],
                time_windows=[(whole.earliest[node], whole.latest[node])],
            )
            for node in pair
        )
        problem.add_shipment(pickup, delivery, amount=vroom.Amount([int(task.instance.demand[pair[0]])]))
    left = timedelta(seconds=max(0.001, task.seconds - (time.monotonic() - began)))
    found = problem.solve(exploration_level=DEEPEST, nb_threads=1, timeout=left).to_dict()
    if found["code"] or found["unassigned"]:
        return None
    return [[step["id"] for step in route["steps"] if "id" in step] for route in found["routes"]]
