"""PyVRP on a public instance: pairs as its shipments, which it knows from version 0.14 on."""

import time

import pyvrp
from pyvrp.stop import MaxRuntime

from routing.bench.task import Answer, Task
from routing.bench.whole import whole_pairs


def solve_pyvrp(task: Task) -> Answer:
    """PyVRP with its usual settings. The matrices are handed over whole: a million edges one by one, as its modelling
    interface has it, would cost it seconds of its time."""
    began = time.monotonic()
    whole = whole_pairs(task.instance, task.objective)
    window = {"tw_early": whole.earliest[0], "tw_late": whole.latest[0]}
    shipments = [
        pyvrp.Shipment(
            pickup,
            delivery,
            pickup_tw_early=whole.earliest[pickup],
            pickup_tw_late=whole.latest[pickup],
            pickup_service_duration=whole.service[pickup],
            delivery_tw_early=whole.earliest[delivery],
            delivery_tw_late=whole.latest[delivery],
            delivery_service_duration=whole.service[delivery],
            amount=[int(task.instance.demand[pickup])],
        )
        for pickup, delivery in task.pairs()
    ]
    fleet = pyvrp.VehicleType(task.fleet, [task.instance.capacity], fixed_cost=whole.vehicle_cost, **window)
    data = pyvrp.ProblemData(
        locations=[pyvrp.Location(0, 0) for _ in task.instance.demand],
        clients=[],
        depots=[pyvrp.Depot(0, **window)],
        vehicle_types=[fleet],
        distance_matrices=[whole.distance],
        duration_matrices=[whole.time],
        shipments=shipments,
    )
    left = MaxRuntime(max(0.0, task.seconds - (time.monotonic() - began)))
    best = pyvrp.solve(data, left, seed=task.seed, collect_stats=False, display=False).best
    if not best.is_feasible() or not best.is_complete():
        return None
    ends = {pyvrp.ActivityType.PICKUP: task.instance.pickups, pyvrp.ActivityType.DELIVERY: task.instance.deliveries}
    return [
        [int(ends[each.type][each.idx]) for each in route.schedule() if each.type in ends] for route in best.routes()
    ]
