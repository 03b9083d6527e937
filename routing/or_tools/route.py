"""Pickups and drop-offs on shifts by OR-Tools' routing library, in the order of its own samples: nodes, manager, model,
costs, dimensions, parameters, solve, tours."""

import os
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from routing.openings import Intervals, overlap
from routing.or_tools.allocate import Amounts
from routing.problem import Load, Problem, Shift
from routing.retime import Cargo, Tour, Visit, join_neighbours, opening_for, place_breaks, retime
from routing.score import value_per_kg

NO_ROAD = 10**7
CLASSES = ("grams", "crates", "chilled_grams", "frozen_grams", "hot_grams")


@dataclass(frozen=True)
class Shipment:
    """Cargo that travels together from one store to one food bank: one pickup and one drop-off."""

    store: str
    bank: str
    cargo: tuple[Cargo, ...]
    collecting: Intervals
    receiving: Intervals
    load: Load
    worth: int


def shipments_of(problem: Problem, amounts: Amounts) -> list[Shipment]:
    """Cut what is allocated into shipments that some vehicle can take, and that travel together where windows agree."""
    groups: defaultdict[tuple[str, str, Intervals, Intervals], list[Cargo]] = defaultdict(list)
    for (lot_id, need_id), grams in sorted(amounts.items()):
        lot, need = problem.lots_by_id[lot_id], problem.needs_by_id[need_id]
        key = (
            lot.site,
            need.site,
            opening_for(problem, "pickup", lot_id, need_id),
            opening_for(problem, "drop_off", lot_id, need_id),
        )
        largest = _largest_part(problem, lot_id)
        for part, size in enumerate(_sizes(grams, largest if lot.splittable else grams)):
            groups[key].append(Cargo(lot_id, need_id, size, part))
    found = []
    for (store, bank, collecting, receiving), cargo in groups.items():
        for together in _batches(problem, cargo):
            found.append(_shipment(problem, store, bank, collecting, receiving, together))
    return found


def _largest_part(problem: Problem, lot_id: str) -> int:
    lot = problem.lots_by_id[lot_id]
    room = max((shift.capacity.grams_for(lot.temperature_class) for shift in problem.shifts), default=0)
    return max(1, min(problem.policy.shipment_grams, room))


def _sizes(grams: int, largest: int) -> list[int]:
    """Equal parts of at most `largest` grams."""
    count = -(-grams // largest)
    return [grams // count + (number < grams % count) for number in range(count)]


def _batches(problem: Problem, cargo: Sequence[Cargo]) -> list[tuple[Cargo, ...]]:
    """Cargo in batches of at most a shipment's grams that at least one vehicle can take."""
    batches: list[tuple[Cargo, ...]] = []
    for piece in cargo:
        for number, batch in enumerate(batches):
            load = _load(problem, (*batch, piece))
            if load.grams <= problem.policy.shipment_grams and _fits_somewhere(problem, load):
                batches[number] = (*batch, piece)
                break
        else:
            batches.append((piece,))
    return batches


def _load(problem: Problem, cargo: Sequence[Cargo]) -> Load:
    total = Load()
    for piece in cargo:
        total += problem.lots_by_id[piece.lot].load_for(piece.grams)
    return total


def _fits_somewhere(problem: Problem, load: Load) -> bool:
    return any(load.fits_in(shift.capacity) for shift in problem.shifts)


def _shipment(
    problem: Problem, store: str, bank: str, collecting: Intervals, receiving: Intervals, cargo: tuple[Cargo, ...]
) -> Shipment:
    first_step = problem.policy.fairness[0].cents_per_kg if problem.policy.fairness else 0
    worth = sum(piece.grams * (value_per_kg(problem, problem.lots_by_id[piece.lot]) + first_step) for piece in cargo)
    return Shipment(store, bank, cargo, collecting, receiving, _load(problem, cargo), worth)


def shipments_in(problem: Problem, tours: Sequence[Tour]) -> tuple[list[Shipment], list[list[int]]]:
    """What the tours carry, as shipments, and for each tour the order of its nodes (even: pickup, odd: drop-off)."""
    found: list[Shipment] = []
    orders: list[list[int]] = []
    for tour in tours:
        order: list[int] = []
        open_at: dict[tuple[int, int], tuple[Cargo, ...]] = {}
        dropped = {cargo: stop for stop, visit in enumerate(tour) if visit.kind == "drop_off" for cargo in visit.cargo}
        numbers: dict[tuple[int, int], int] = {}
        for stop, visit in enumerate(tour):
            if visit.kind == "pickup":
                by_end: defaultdict[int, list[Cargo]] = defaultdict(list)
                for cargo in visit.cargo:
                    by_end[dropped[cargo]].append(cargo)
                for end, cargos in by_end.items():
                    open_at[stop, end] = tuple(cargos)
                    numbers[stop, end] = len(found)
                    found.append(_together(problem, visit.site, tour[end].site, tuple(cargos)))
                    order.append(2 * numbers[stop, end])
            else:
                order += [2 * number + 1 for (_, end), number in numbers.items() if end == stop]
        orders.append(order)
    return found, orders


def _together(problem: Problem, store: str, bank: str, cargo: tuple[Cargo, ...]) -> Shipment:
    collecting = opening_for(problem, "pickup", cargo[0].lot, cargo[0].need)
    receiving = opening_for(problem, "drop_off", cargo[0].lot, cargo[0].need)
    for piece in cargo[1:]:
        collecting = overlap(collecting, opening_for(problem, "pickup", piece.lot, piece.need))
        receiving = overlap(receiving, opening_for(problem, "drop_off", piece.lot, piece.need))
    return _shipment(problem, store, bank, collecting, receiving, cargo)


class RoutingModel:
    """The routing library's model of one day. Node 2k is the pickup of shipment k, node 2k+1 its drop-off."""

    def __init__(self, problem: Problem, shipments: Sequence[Shipment]) -> None:
        from ortools.constraint_solver import pywrapcp

        self.problem, self.shipments = problem, shipments
        shifts, count = problem.shifts, 2 * len(shipments)
        starts = [count + 2 * number for number in range(len(shifts))]
        self.sites = [site for each in shipments for site in (each.store, each.bank)]
        self.sites += [site for shift in shifts for site in (shift.start_site, shift.end_site)]
        self.manager = pywrapcp.RoutingIndexManager(
            count + 2 * len(shifts), len(shifts), starts, [start + 1 for start in starts]
        )
        self.model = pywrapcp.RoutingModel(self.manager)
        self._add_costs()
        self._add_time()
        self._add_loads()
        self._add_pairs()

    def _work(self, node: int) -> int:
        """Seconds of service of a node, without the setup of its stop."""
        if node >= 2 * len(self.shipments):
            return 0
        lots = {cargo.lot for cargo in self.shipments[node // 2].cargo}
        return self.problem.sites_by_id[self.sites[node]].service_seconds * len(lots)

    def _same_stop(self, a: int, b: int) -> bool:
        count = 2 * len(self.shipments)
        return a < count and b < count and a % 2 == b % 2 and self.sites[a] == self.sites[b]

    def _setup(self, node: int) -> int:
        stop = node < 2 * len(self.shipments)
        return self.problem.sites_by_id[self.sites[node]].setup_seconds if stop else 0

    def _matrix(self, profile: str, kind: int) -> list[list[int]]:
        travel, numbers = self.problem.travel[profile], self.problem.site_numbers
        rows = [numbers[site] for site in self.sites]
        legs = {(a, b): travel.leg(a, b) or (NO_ROAD, NO_ROAD) for a in set(rows) for b in set(rows)}
        matrix = [[legs[a, b][kind] for b in rows] for a in rows]
        if kind == 0:
            for a, row in enumerate(matrix):
                leaving = self._work(a) + self._setup(a)
                for b in range(len(row)):
                    row[b] += self._work(a) if self._same_stop(a, b) else leaving
        return matrix

    def _add_costs(self) -> None:
        matrices = {shift.profile: self._matrix(shift.profile, 1) for shift in self.problem.shifts}
        for vehicle, shift in enumerate(self.problem.shifts):
            rate = max(1, shift.cents_per_km)
            priced = [[metres * rate for metres in row] for row in matrices[shift.profile]]
            self.model.SetArcCostEvaluatorOfVehicle(self.model.RegisterTransitMatrix(priced), vehicle)
            self.model.SetFixedCostOfVehicle(shift.cents_per_use * 1000, vehicle)
            if shift.maximum_metres is not None:
                self._limit_metres(vehicle, shift, matrices[shift.profile])

    def _limit_metres(self, vehicle: int, shift: Shift, metres: list[list[int]]) -> None:
        name = f"metres {vehicle}"
        self.model.AddDimension(self.model.RegisterTransitMatrix(metres), 0, NO_ROAD, True, name)
        end = self.model.End(vehicle)
        self.model.GetDimensionOrDie(name).CumulVar(end).SetMax(shift.maximum_metres)

    def _add_time(self) -> None:
        shifts = self.problem.shifts
        matrices = {shift.profile: self._matrix(shift.profile, 0) for shift in shifts}
        registered = {profile: self.model.RegisterTransitMatrix(matrix) for profile, matrix in matrices.items()}
        horizon = max(shift.window.latest for shift in shifts)
        transits = [registered[shift.profile] for shift in shifts]
        self.model.AddDimensionWithVehicleTransits(transits, horizon, horizon, False, "time")
        self.time = self.model.GetDimensionOrDie("time")
        for node in range(2 * len(self.shipments)):
            shipment = self.shipments[node // 2]
            intervals = shipment.collecting if node % 2 == 0 else shipment.receiving
            self._open(self.time.CumulVar(self.manager.NodeToIndex(node)), intervals, horizon)
        for vehicle, shift in enumerate(shifts):
            for index in (self.model.Start(vehicle), self.model.End(vehicle)):
                self.time.CumulVar(index).SetRange(shift.window.earliest, shift.window.latest)
            self.time.SetSpanCostCoefficientForVehicle(max(0, shift.cents_per_hour * 1000 // 3600), vehicle)

    def _open(self, time: Any, intervals: Intervals, horizon: int) -> None:
        if not intervals:
            time.SetRange(horizon, horizon)
            return
        time.SetRange(min(horizon, intervals[0][0]), min(horizon, intervals[-1][1]))
        for (_, closes), (opens, _) in pairwise(intervals):
            if opens - closes > 1:
                time.RemoveInterval(closes + 1, opens - 1)

    def _add_loads(self) -> None:
        for name in CLASSES:
            demands = [getattr(shipment.load, name) for shipment in self.shipments]
            if not any(demands):
                continue
            change = [amount for demand in demands for amount in (demand, -demand)]
            change += [0] * (2 * len(self.problem.shifts))
            room = [getattr(shift.capacity, name) for shift in self.problem.shifts]
            unary = self.model.RegisterUnaryTransitVector(change)
            self.model.AddDimensionWithVehicleCapacity(unary, 0, room, True, name)

    def _add_pairs(self) -> None:
        solver = self.model.solver()
        for number, shipment in enumerate(self.shipments):
            pickup, drop_off = (self.manager.NodeToIndex(2 * number + side) for side in (0, 1))
            self.model.AddPickupAndDelivery(pickup, drop_off)
            solver.Add(self.model.VehicleVar(pickup) == self.model.VehicleVar(drop_off))
            solver.Add(self.time.CumulVar(pickup) <= self.time.CumulVar(drop_off))
            self.model.AddDisjunction([pickup], shipment.worth)
            self.model.AddDisjunction([drop_off], 0)

    def solve(self, *, seconds: float, stopped: Callable[[], bool], start: list[list[int]] | None) -> list[Tour] | None:
        """Tours by shift, within about `seconds`, from `start` (node orders) where given; None without any."""
        parent = os.getppid()
        limit = self.model.solver().CustomLimit(lambda: stopped() or os.getppid() != parent)
        self.model.AddSearchMonitor(limit)
        parameters = search_parameters(seconds)
        self.model.CloseModelWithParameters(parameters)
        begin = self.model.ReadAssignmentFromRoutes(start, True) if start is not None else None
        if begin is not None:
            found = self.model.SolveFromAssignmentWithParameters(begin, parameters)
        else:
            found = self.model.SolveWithParameters(parameters)
        return None if found is None else [self._tour(found, vehicle) for vehicle in range(len(self.problem.shifts))]

    def _tour(self, found: Any, vehicle: int) -> Tour:
        visits: list[Visit] = []
        index = found.Value(self.model.NextVar(self.model.Start(vehicle)))
        while not self.model.IsEnd(index):
            node = self.manager.IndexToNode(index)
            visits.append(
                Visit("drop_off" if node % 2 else "pickup", self.sites[node], self.shipments[node // 2].cargo)
            )
            index = found.Value(self.model.NextVar(index))
        return tuple(visits)


def search_parameters(seconds: float) -> Any:
    """The settings that did best of sixteen on public pickup and delivery days."""
    from ortools.constraint_solver import pywrapcp, routing_enums_pb2
    from ortools.util import optional_boolean_pb2

    parameters = pywrapcp.DefaultRoutingSearchParameters()
    parameters.first_solution_strategy = routing_enums_pb2.FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION
    parameters.local_search_metaheuristic = routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    for scope in ("global", "local"):
        for kind in ("expensive_chain", "close_nodes"):
            setattr(
                parameters.local_search_operators,
                f"use_{scope}_cheapest_insertion_{kind}_lns",
                optional_boolean_pb2.BOOL_TRUE,
            )
    parameters.use_multi_armed_bandit_concatenate_operators = True
    milliseconds = max(50, int(seconds * 1000))
    parameters.time_limit.FromMilliseconds(milliseconds)
    return parameters


def route(
    problem: Problem,
    shipments: Sequence[Shipment],
    *,
    seconds: float,
    stopped: Callable[[], bool],
    start: list[list[int]] | None = None,
) -> tuple[Tour, ...]:
    """Tours for all shifts that carry what is worth its drive; each can be driven as it stands."""
    nothing: tuple[Tour, ...] = tuple(() for _ in problem.shifts)
    if not shipments or not problem.shifts:
        return nothing
    tours = RoutingModel(problem, shipments).solve(seconds=seconds, stopped=stopped, start=start)
    if tours is None:
        return nothing
    return tuple(_drivable(problem, shift, tour) for shift, tour in zip(problem.shifts, tours, strict=True))


def _drivable(problem: Problem, shift: Shift, tour: Tour) -> Tour:
    """The tour with neighbours joined; where the exact clock disagrees with the model's, without what breaks it."""
    bare = replace(shift, breaks=())
    joined = join_neighbours(problem, bare, tour)
    while joined:
        timed = place_breaks(problem, shift, joined)
        if timed is not None and retime(problem, shift, timed) is not None:
            return timed
        joined = join_neighbours(problem, bare, _without(joined, _least(problem, joined)))
    return joined


def _least(problem: Problem, tour: Tour) -> Cargo:
    pieces = [cargo for visit in tour if visit.kind == "drop_off" for cargo in visit.cargo]
    return min(pieces, key=lambda cargo: cargo.grams * value_per_kg(problem, problem.lots_by_id[cargo.lot]))


def _without(tour: Tour, cargo: Cargo) -> Tour:
    kept = (Visit(v.kind, v.site, tuple(each for each in v.cargo if each != cargo)) for v in tour)
    return tuple(visit for visit in kept if visit.cargo)


def amounts_in(tours: Sequence[Tour]) -> Mapping[tuple[str, str], int]:
    """Grams by lot and need that the tours deliver."""
    found: defaultdict[tuple[str, str], int] = defaultdict(int)
    for tour in tours:
        for visit in tour:
            if visit.kind == "drop_off":
                for cargo in visit.cargo:
                    found[cargo.lot, cargo.need] += cargo.grams
    return found
