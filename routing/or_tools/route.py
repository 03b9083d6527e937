"""Pickups and drop-offs on shifts by OR-Tools' routing library, in the order of its own samples: nodes, manager, model,
costs, dimensions, parameters, solve, tours.

The model knows windows, deadlines, loads, food on board, storage, skills, breaks, and the limits on metres and stops.
It does not know promises and the later steps of fairness, and it reckons that a stop takes its setup once for all that
is handled there in a row. It reckons every drive at the slowest pace of its shift's hours, so that what it plans can be
driven, and is then timed as it is. Where the exact clock (`routing.retime`) disagrees, the least valuable cargo is left
out.
"""

import os
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from routing.openings import Intervals
from routing.or_tools.shipments import Shipment
from routing.pace import pace_of
from routing.problem import Load, Problem, Shift
from routing.retime import Cargo, Tour, Visit, join_neighbours, place_breaks, retime
from routing.score import value_per_kg
from routing.stay_at_home import worth_driving

NO_ROAD = 10**7
CLASSES = ("grams", "crates", "chilled_grams", "frozen_grams", "hot_grams")
MOST_FOR_PARALLEL_INSERTION = 250  # shipments; with more, the better first solution takes many seconds
SECONDS_BETWEEN_TOURS = 0.25  # tours are told no more often while the search goes on


class RoutingModel:
    """The routing library's model of one day. Node 2k is the pickup of shipment k, node 2k+1 its drop-off; the pickup
    of what is on board from the start is never visited."""

    def __init__(self, problem: Problem, shipments: Sequence[Shipment], seed: int = 1) -> None:
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
        self.model.solver().ReSeed(seed % 2**31)
        self.joins = self._joins()
        self.work = self._work()
        self.metres = {shift.profile: self._legs(shift.profile, "metres") for shift in shifts}
        self._add_costs()
        self._add_limits()
        self._add_time()
        self._add_breaks()
        self._add_loads()
        self._add_pairs()
        self._add_storage()

    def _index(self, node: int) -> int:
        index: int = self.manager.NodeToIndex(node)
        return index

    def _legs(self, profile: str, kind: str) -> NDArray[np.int64]:
        """From node to node, by the `kind` of table: seconds or metres."""
        rows = [self.problem.site_numbers[site] for site in self.sites]
        travel = self.problem.travel[profile]
        found: NDArray[np.int64] = getattr(travel, kind)[np.ix_(rows, rows)].astype(np.int64)
        found[(travel.seconds < 0)[np.ix_(rows, rows)] | (travel.metres < 0)[np.ix_(rows, rows)]] = NO_ROAD
        return found

    def _joins(self) -> NDArray[np.bool_]:
        """Which node is handled at one stop with which, if they follow on each other; shape (nodes, nodes)."""
        count = 2 * len(self.shipments)
        kinds = {name: number for number, name in enumerate(dict.fromkeys(self.sites))}
        stops = [2 * kinds[site] + node % 2 if node < count else -1 - node for node, site in enumerate(self.sites)]
        numbers = np.array(stops, dtype=np.int64)
        found: NDArray[np.bool_] = numbers[:, None] == numbers[None, :]
        return found

    def _work(self) -> NDArray[np.int64]:
        """Seconds of work at a node before leaving for the next: the setup is that of the last node of a stop."""
        setup, service = np.zeros(len(self.sites), dtype=np.int64), np.zeros(len(self.sites), dtype=np.int64)
        for node in range(2 * len(self.shipments)):
            site = self.problem.sites_by_id[self.sites[node]]
            setup[node] = site.setup_seconds
            service[node] = site.service_seconds * len({cargo.lot for cargo in self.shipments[node // 2].cargo})
        return np.where(self.joins, 0, setup[:, None]) + service[:, None]

    def _register(self, matrix: NDArray[np.int64]) -> int:
        number: int = self.model.RegisterTransitMatrix(matrix.tolist())
        return number

    def _add_costs(self) -> None:
        priced: dict[tuple[str, int], int] = {}
        for vehicle, shift in enumerate(self.problem.shifts):
            key = shift.profile, max(1, shift.cents_per_km)
            if key not in priced:
                priced[key] = self._register(self.metres[shift.profile] * key[1])
            self.model.SetArcCostEvaluatorOfVehicle(priced[key], vehicle)
            self.model.SetFixedCostOfVehicle(shift.cents_per_use * 1000, vehicle)

    def _add_limits(self) -> None:
        shifts = self.problem.shifts
        if any(shift.maximum_metres is not None for shift in shifts):
            registered = {name: self._register(metres) for name, metres in self.metres.items()}
            most = [NO_ROAD - 1 if shift.maximum_metres is None else shift.maximum_metres for shift in shifts]
            transits = [registered[shift.profile] for shift in shifts]
            self.model.AddDimensionWithVehicleTransitAndCapacity(transits, 0, most, True, "metres")
        if any(shift.maximum_stops is not None for shift in shifts):
            count = 2 * len(self.shipments)
            steps = np.where(self.joins, 0, np.arange(len(self.sites)) < count).astype(np.int64)
            most = [count if shift.maximum_stops is None else shift.maximum_stops for shift in shifts]
            self.model.AddDimensionWithVehicleCapacity(self._register(steps), 0, most, True, "stops")

    def _add_time(self) -> None:
        shifts, taking = self.problem.shifts, {}
        keys = [(shift.profile, self._slowest(shift)) for shift in shifts]
        for profile, percent in dict.fromkeys(keys):
            legs = self._legs(profile, "seconds")
            legs = np.where(legs < NO_ROAD, -(-legs * percent // 100), NO_ROAD)
            taking[profile, percent] = self._register(legs + self.work)
        horizon = max(shift.window.latest for shift in shifts)
        transits = [taking[key] for key in keys]
        self.model.AddDimensionWithVehicleTransits(transits, horizon, horizon, False, "time")
        self.time = self.model.GetDimensionOrDie("time")
        for vehicle, shift in enumerate(shifts):
            for index in (self.model.Start(vehicle), self.model.End(vehicle)):
                self.time.CumulVar(index).SetRange(shift.window.earliest, shift.window.latest)
            self.time.SetSpanCostCoefficientForVehicle(max(0, shift.cents_per_hour * 1000 // 3600), vehicle)

    def _slowest(self, shift: Shift) -> int:
        return pace_of(self.problem).slowest(shift.window.earliest, shift.window.latest)

    def _open(self, node: int, intervals: Intervals) -> bool:
        """Let the node be served within these intervals only; whether there is one before all shifts are over."""
        horizon = max(shift.window.latest for shift in self.problem.shifts)
        within = [(opens, min(closes, horizon)) for opens, closes in intervals if opens <= horizon]
        if not within:
            return False
        cumul = self.time.CumulVar(self._index(node))
        cumul.SetRange(within[0][0], within[-1][1])
        for (_, closes), (opens, _) in pairwise(within):
            if opens - closes > 1:
                cumul.RemoveInterval(closes + 1, opens - 1)
        return True

    def _add_breaks(self) -> None:
        """A break is taken where the vehicle stands, after the work of a node and before the drive to the next. The
        library would also take it on the way, before the start or after the end: start and end are kept where that is
        rare, and what is not (`place_breaks` says so) loses cargo."""
        solver = self.model.solver()
        nodes = [self.manager.IndexToNode(index) for index in range(self.model.Size())]
        at_work = [int(self.work[node].max()) for node in nodes]
        for vehicle, shift in enumerate(self.problem.shifts):
            if not shift.breaks:
                continue
            pauses = [
                solver.FixedDurationIntervalVar(
                    pause.window.earliest, pause.window.latest, pause.seconds, False, f"break {vehicle} {number}"
                )
                for number, pause in enumerate(shift.breaks)
            ]
            self.time.SetBreakIntervalsOfVehicle(pauses, vehicle, at_work)
            first, last = shift.breaks[0], shift.breaks[-1]
            out = self.time.CumulVar(self.model.Start(vehicle))
            out.SetMax(max(shift.window.earliest, min(shift.window.latest, first.window.latest)))
            back = self.time.CumulVar(self.model.End(vehicle))
            back.SetMin(max(shift.window.earliest, min(shift.window.latest, last.window.earliest + last.seconds)))

    def _add_loads(self) -> None:
        shifts, base = self.problem.shifts, self._base()
        for name in CLASSES:
            demands = [getattr(shipment.load, name) for shipment in self.shipments]
            begins = [getattr(load, name) for load in base]
            if not any(demands) and not any(begins):
                continue
            change = [
                amount
                for demand, shipment in zip(demands, self.shipments, strict=True)
                for amount in (0 if shipment.on_board else demand, -demand)
            ]
            change += [0] * (2 * len(shifts))
            room = [max(getattr(shift.capacity, name), begin) for shift, begin in zip(shifts, begins, strict=True)]
            unary = self.model.RegisterUnaryTransitVector(change)
            self.model.AddDimensionWithVehicleCapacity(unary, 0, room, False, name)
            dimension = self.model.GetDimensionOrDie(name)
            for vehicle, begin in enumerate(begins):
                dimension.CumulVar(self.model.Start(vehicle)).SetValue(begin)

    def _base(self) -> list[Load]:
        """What each shift has on board from the start, all parts of a lot counted on their own."""
        loads = {shift.id: Load() for shift in self.problem.shifts}
        left = {lot.id: lot.grams for lot in self.problem.lots if lot.on_board is not None}
        for shipment in self.shipments:
            for cargo in shipment.cargo if shipment.on_board else ():
                left[cargo.lot] -= cargo.grams
            if shipment.on_board:
                carrying = self.problem.lots_by_id[shipment.cargo[0].lot].on_board or ""
                loads[carrying] += shipment.load
        for lot, grams in left.items():
            if grams > 0:
                carrying = self.problem.lots_by_id[lot].on_board or ""
                loads[carrying] += self.problem.lots_by_id[lot].load_for(grams)
        return [loads[shift.id] for shift in self.problem.shifts]

    def _add_pairs(self) -> None:
        solver = self.model.solver()
        for number, shipment in enumerate(self.shipments):
            pickup, drop_off = self._index(2 * number), self._index(2 * number + 1)
            self.model.AddDisjunction([pickup], 0 if shipment.on_board else shipment.worth)
            self.model.AddDisjunction([drop_off], shipment.worth if shipment.on_board else 0)
            shifts = shipment.shifts if self._open(2 * number + 1, shipment.receiving) else ()
            if not shipment.on_board and not self._open(2 * number, shipment.collecting):
                shifts = ()
            # Not SetAllowedVehiclesForIndex, which takes no list in 9.15.
            self.model.VehicleVar(drop_off).SetValues([-1, *shifts])
            self.model.VehicleVar(pickup).SetValues([-1, *(() if shipment.on_board else shifts)])
            if not shipment.on_board:
                self.model.AddPickupAndDelivery(pickup, drop_off)
                solver.Add(self.model.VehicleVar(pickup) == self.model.VehicleVar(drop_off))
                solver.Add(self.time.CumulVar(pickup) <= self.time.CumulVar(drop_off))

    def _add_storage(self) -> None:
        """No site gets more of a class than it can put away, where all shipments together would be more."""
        rooms: defaultdict[tuple[str, str], dict[int, int]] = defaultdict(dict)
        for number, shipment in enumerate(self.shipments):
            for cargo in shipment.cargo:
                room = rooms[shipment.bank, self.problem.lots_by_id[cargo.lot].temperature_class]
                room[number] = room.get(number, 0) + cargo.grams
        for (site, temperature_class), grams in rooms.items():
            limit = self.problem.sites_by_id[site].storage.limit_for(temperature_class)
            if limit is not None and sum(grams.values()) > limit:
                served = [self.model.ActiveVar(self._index(2 * number + 1)) for number in grams]
                self.model.solver().Add(self.model.solver().ScalProd(served, list(grams.values())) <= limit)

    def solve(
        self,
        *,
        seconds: float,
        stopped: Callable[[], bool],
        start: list[list[int]] | None,
        found: Callable[[list[Tour]], None] | None = None,
    ) -> list[Tour] | None:
        """Tours by shift, within about `seconds`, from `start` (node orders) where given; None without any. `found` is
        told of better ones while the search goes on."""
        parent = os.getppid()
        limit = self.model.solver().CustomLimit(lambda: stopped() or os.getppid() != parent)
        self.model.AddSearchMonitor(limit)
        if found is not None:
            self.model.AddAtSolutionCallback(self._teller(found))
        parameters = search_parameters(seconds, many=len(self.shipments) > MOST_FOR_PARALLEL_INSERTION)
        self.model.CloseModelWithParameters(parameters)
        begin = self.model.ReadAssignmentFromRoutes(start, True) if start is not None else None
        if begin is not None:
            answer = self.model.SolveFromAssignmentWithParameters(begin, parameters)
        else:
            answer = self.model.SolveWithParameters(parameters)
        return None if answer is None else self._tours(answer.Value)

    def _teller(self, found: Callable[[list[Tour]], None]) -> Callable[[], None]:
        """Tells of the solution that the search is at if it is the best so far, now and then."""
        told = least = float("inf")

        def tell() -> None:
            nonlocal told, least
            cost, now = self.model.CostVar().Value(), time.monotonic()
            if cost < least and not 0 <= now - told < SECONDS_BETWEEN_TOURS:
                told, least = now, cost
                found(self._tours(lambda variable: variable.Value()))

        return tell

    def _tours(self, value: Callable[[Any], int]) -> list[Tour]:
        return [self._tour(value, vehicle) for vehicle in range(len(self.problem.shifts))]

    def _tour(self, value: Callable[[Any], int], vehicle: int) -> Tour:
        visits: list[Visit] = []
        index = value(self.model.NextVar(self.model.Start(vehicle)))
        while not self.model.IsEnd(index):
            node = self.manager.IndexToNode(index)
            visits.append(
                Visit("drop_off" if node % 2 else "pickup", self.sites[node], self.shipments[node // 2].cargo)
            )
            index = value(self.model.NextVar(index))
        return tuple(visits)


def search_parameters(seconds: float, *, many: bool = False) -> Any:
    """The settings that did best of sixteen on public pickup and delivery days. With `many` shipments, a first solution
    that is worse and soon there."""
    from ortools.constraint_solver import pywrapcp, routing_enums_pb2
    from ortools.util import optional_boolean_pb2

    parameters = pywrapcp.DefaultRoutingSearchParameters()
    first = routing_enums_pb2.FirstSolutionStrategy
    parameters.first_solution_strategy = first.LOCAL_CHEAPEST_INSERTION if many else first.PARALLEL_CHEAPEST_INSERTION
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
    seed: int = 1,
    start: list[list[int]] | None = None,
    found: Callable[[tuple[Tour, ...]], None] | None = None,
) -> tuple[Tour, ...]:
    """Tours for all shifts that carry what is worth its drive; each can be driven as it stands. `found` is told of
    better ones now and then."""
    nothing: tuple[Tour, ...] = tuple(() for _ in problem.shifts)
    if not shipments or not problem.shifts:
        return nothing

    def drivable(tours: Sequence[Tour]) -> tuple[Tour, ...]:
        return tuple(_drivable(problem, shift, tour) for shift, tour in zip(problem.shifts, tours, strict=True))

    tell = None if found is None else lambda tours: found(worth_driving(problem, drivable(tours)))
    tours = RoutingModel(problem, shipments, seed).solve(seconds=seconds, stopped=stopped, start=start, found=tell)
    return nothing if tours is None else worth_driving(problem, drivable(tours))


def _drivable(problem: Problem, shift: Shift, tour: Tour) -> Tour:
    """The tour with neighbours joined; where the exact clock disagrees with the model's, without what breaks it."""
    bare = replace(shift, breaks=())
    joined = join_neighbours(problem, bare, tour)
    while joined:
        timed = place_breaks(problem, shift, joined)
        if timed is not None and (route := retime(problem, shift, timed)) is not None:
            return _shorter(problem, shift, timed, route.seconds)
        joined = join_neighbours(problem, bare, _without(joined, _least(problem, joined)))
    return joined


def _shorter(problem: Problem, shift: Shift, tour: Tour, seconds: int) -> Tour:
    """The tour with two stops in a row at one place joined wherever that takes less time, be the vehicle back later: it
    leaves later too."""
    position = 0
    while position + 1 < len(tour):
        first, second = tour[position], tour[position + 1]
        if first.kind != "break" and (first.kind, first.site) == (second.kind, second.site):
            visit = replace(first, cargo=first.cargo + second.cargo)
            joined = (*tour[:position], visit, *tour[position + 2 :])
            route = retime(problem, shift, joined)
            if route is not None and route.seconds < seconds:
                tour, seconds = joined, route.seconds
                continue
        position += 1
    return tour


def _least(problem: Problem, tour: Tour) -> Cargo:
    pieces = [cargo for visit in tour if visit.kind == "drop_off" for cargo in visit.cargo]
    return min(pieces, key=lambda cargo: cargo.grams * value_per_kg(problem, problem.lots_by_id[cargo.lot]))


def _without(tour: Tour, cargo: Cargo) -> Tour:
    kept = (Visit(v.kind, v.site, tuple(each for each in v.cargo if each != cargo)) for v in tour)
    return tuple(visit for visit in kept if visit.cargo)
