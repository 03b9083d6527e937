"""From the smallest change of a published plan to rows: whole routes, with what is done as it was, and what stays under
the identity that it had, so that reports about the plan of before hold for this one."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any, cast
from uuid import UUID, uuid4

from sqlalchemy.orm import class_mapper

import routing
from app.domain.standing import HANDLED
from app.kit.identities import identity
from app.kit.many_rows import new_row
from app.models.fleet import Shift
from app.models.plans import Allocation, Plan, Route, Stop, UnservedOffer
from app.planning.rest import Rest
from app.planning.snapshot import shift_as_solved
from app.planning.store import CheckedPlan, PlanRows, Way, allocation_row, drives_of, plan_head, stop_row, unserved_row
from app.planning.under_way import Cargo, DayUnderWay
from app.roads.provider import Profile

OWN = {"id", "visit_id", "parcel_id", "plan_id", "route_id", "sequence", "published_at"}


@dataclass(frozen=True)
class Change:
    """The answer to a replan: its plan, and how many stops it moves."""

    rest: Rest
    checked: CheckedPlan
    moved: int
    forced: int


@dataclass(frozen=True)
class RowsAtHand:
    """The rows of the routes as they would be driven without the change, under the identity that the plan will have:
    made while the solver searches, since a change leaves most of them so."""

    plan_id: UUID
    routes: Mapping[str, "_Driven"]  # by shift


def rows_at_hand(under_way: DayUnderWay, rest: Rest, problem: routing.Problem, way: Way) -> RowsAtHand:
    """The rows of the plan as it stands. problem: the one that the answer will be for."""
    made = _Maker(under_way, rest, problem, way, uuid4())
    planned, promised = _by_shift(rest.plan)
    driven = {str(shift.id): made.driven(shift, planned, promised) for shift in _shifts(under_way, planned)}
    return RowsAtHand(made.plan_id, driven)


def change_rows(under_way: DayUnderWay, change: Change, way: Way, at_hand: RowsAtHand) -> PlanRows:
    """The rows of the changed plan; those of routes that are as they would be without it are at hand."""
    head = _head(under_way, change, way, at_hand.plan_id)
    made = _Maker(under_way, change.rest, change.checked.problem, way, head.id)
    routes: list[Route] = []
    stops: list[Stop] = []
    allocations: list[Allocation] = []
    planned, promised = _by_shift(change.checked.plan)
    for shift in _shifts(under_way, planned):
        driven = at_hand.routes.get(str(shift.id))
        if driven is None or driven.rest_of != (planned.get(str(shift.id)), promised[str(shift.id)]):
            driven = made.driven(shift, planned, promised)
        if not driven.is_driven:
            continue
        routes.append(driven.route)
        driven.route.number = len(routes)
        stops += driven.stops
        allocations += driven.allocations
    brought = sum(each.brought for van in under_way.driving.values() for each in van.cargo)
    head.grams_allocated = brought + sum(each.grams for each in change.checked.plan.allocations)
    head.metres = sum(route.metres for route in routes)
    head.seconds = sum(route.seconds for route in routes)
    return PlanRows(head, routes, stops, allocations, _unserved(under_way, change, head))


type _Planned = Mapping[str, routing.Route]
type _Promised = Mapping[str, Sequence[routing.Allocation]]


def _by_shift(plan: routing.Plan) -> tuple[_Planned, _Promised]:
    """What a plan has each shift drive, and carry."""
    promised = defaultdict[str, list[routing.Allocation]](list)
    for each in plan.allocations:
        promised[each.shift].append(each)
    return {route.shift: route for route in plan.routes}, promised


@dataclass(frozen=True)
class _Maker:
    """What the rows of every route of a change are made of."""

    under_way: DayUnderWay
    rest: Rest
    problem: routing.Problem
    way: Way
    plan_id: UUID

    def driven(self, shift: Shift, planned: _Planned, promised: _Promised) -> "_Driven":
        """One shift's route, with what a plan has it drive and carry."""
        return _Driven(self, shift, (planned.get(str(shift.id)), promised[str(shift.id)]))


def _head(under_way: DayUnderWay, change: Change, way: Way, identity: UUID) -> Plan:
    day = under_way.day
    head = plan_head(day, change.checked, way, under_way.now, identity)
    head.changes_plan_id = under_way.plan.id
    head.stops_moved, head.stops_forced = change.moved, change.forced
    head.shifts_read = [
        routing.shift_to_json(shift_as_solved(shift, day.vehicles[shift.vehicle_id], day.service_date, day.zone))
        for shift in _shifts_known(under_way)
    ]
    return head


def _shifts_known(under_way: DayUnderWay) -> list[Shift]:
    """The day's shifts, and those that drive though they are open no more."""
    known = {shift.id: shift for shift in under_way.day.shifts}
    return list(({van.shift.id: van.shift for van in under_way.driving.values()} | known).values())


def _shifts(under_way: DayUnderWay, planned: _Planned) -> list[Shift]:
    """The shifts of the plan of before, in its order, and then those that drive now besides."""
    before = [van.shift for van in under_way.driving.values()]
    known = {shift.id for shift in before}
    return before + [shift for shift in under_way.day.shifts if shift.id not in known and str(shift.id) in planned]


class _Driven:
    """The rows of one shift's route: first what is behind it, then what is planned of the rest."""

    def __init__(
        self, made: _Maker, shift: Shift, rest_of: tuple[routing.Route | None, Sequence[routing.Allocation]]
    ) -> None:
        self._made, self._under_way, self._shift, self.rest_of = made, made.under_way, shift, rest_of
        self._planned, self._promised = rest_of
        self._van = made.under_way.driving.get(shift.id)
        self._visits = {} if self._van is None else {stop.id: stop.visit_id for stop in self._van.stops.values()}
        self.route = self._route_row()
        self._behind = self._stops_behind()
        self._ahead = self._stops_ahead()
        self.stops = [*self._behind, *self._ahead]
        if self.stops and self.stops[-1].kind != "end" and self._van is not None:
            self.stops += [self._kept_stop(stop) for stop in self._van.stops.values() if stop.kind == "end"]
        for sequence, stop in enumerate(self.stops):
            stop.sequence = sequence
        self._of_visit = {stop.visit_id: stop for stop in reversed(self.stops)}
        self.allocations = [*self._kept_allocations(), *self._new_allocations()]
        self.allocations += self._assumed_allocations({each.parcel_id for each in self.allocations})
        self._measure(made.way)

    @property
    def is_driven(self) -> bool:
        """Whether there is anything to do or done on it."""
        return any(stop.kind in HANDLED for stop in self.stops)

    def _route_row(self) -> Route:
        vehicle = self._under_way.day.vehicles[self._shift.vehicle_id]
        return new_row(
            Route,
            id=uuid4(),
            network_id=self._under_way.day.network.id,
            plan_id=self._made.plan_id,
            shift_id=self._shift.id,
            vehicle_name=vehicle.name,
            driver_name=self._shift.driver_name,
            locked=self._shift.id in self._under_way.locked,
        )

    def _kept_stop(self, stop: Stop) -> Stop:
        return new_row(Stop, **_copied(stop), id=uuid4(), visit_id=stop.visit_id, route_id=self.route.id)

    def _stops_behind(self) -> list[Stop]:
        """What was made, in the order in which it was; nobody has measured a drive that was not planned."""
        if self._van is None:
            return []
        planned = list(self._van.stops.values())
        found = []
        for before, stop in zip([None, *self._van.behind], self._van.behind, strict=False):
            row = self._kept_stop(stop)
            place = planned.index(stop)
            if before is not None and (place == 0 or planned[place - 1] is not before):
                row.seconds_from_previous = row.table_seconds_from_previous = None
            found.append(row)
        return found

    def _stops_ahead(self) -> list[Stop]:
        """The stops of the rest, each with the identity of the same stop in the plan of before."""
        if self._planned is None:
            return []
        day, first = self._under_way.day, 1 if self._behind else 0
        same_stops = self._same_stops(first)
        found = []
        drives = drives_of(self._made.problem, self._planned)
        for number, (stop, drive) in list(enumerate(zip(self._planned.stops, drives, strict=True)))[first:]:
            row = stop_row(day, self.route, stop, drive, 0)
            same = same_stops.get(number)
            row.visit_id = row.id if same is None else same.visit_id
            if same is not None and self._van is not None and str(same.visit_id) == self._van.standing.at:
                # It stands there already: the drive that led there is the one that the plan of before had.
                row.metres_from_previous = same.metres_from_previous
                row.seconds_from_previous = same.seconds_from_previous
                row.table_seconds_from_previous = same.table_seconds_from_previous
            found.append(row)
        return found

    def _same_stops(self, first: int) -> dict[int, Stop]:
        """By the place in what is planned, from `first` on, the stop of the plan of before that it is: of several at
        one place the one with the most of the same promises, so that who reports it still names the stop they belong
        to, and then in their order."""
        if self._van is None or self._planned is None:
            return {}
        ends = [stop for stop in self._van.stops.values() if stop.kind in ("start", "end")]
        known = [*self._van.ahead, *(stop for stop in ends if not (self._behind and stop.kind == "start"))]
        shared = self._promises_shared()
        pairs = [
            (-shared[number, before.visit_id], number, place)
            for number, stop in enumerate(self._planned.stops)
            for place, before in enumerate(known)
            if number >= first and (before.kind, str(before.site_id)) == (stop.kind, stop.site)
        ]
        found: dict[int, Stop] = {}
        taken = set[int]()
        for _, number, place in sorted(pairs):
            if number not in found and place not in taken:
                found[number] = known[place]
                taken.add(place)
        return found

    def _promises_shared(self) -> Counter[tuple[int, UUID]]:
        """How many promises that stay each place in what is planned has from each visit of the plan of before."""
        shared: Counter[tuple[int, UUID]] = Counter()
        for each, loaded, same in self._promises:
            if same is not None:
                shared[each.drop_off_stop, self._visit(same.drop_off_stop_id)] += 1
                if loaded is None:
                    shared[each.pickup_stop, self._visit(same.pickup_stop_id)] += 1
        return shared

    def _visit(self, stop_id: UUID) -> UUID:
        """The identity of a stop of the plan of before."""
        return self._visits.get(stop_id, stop_id)

    def _kept_allocations(self) -> list[Allocation]:
        """What is behind the vehicle, or nobody knows better of, as the plan of before has it."""
        found = []
        for each in self._van.cargo if self._van else ():
            if each.to_deliver or each.row.plan_id != self._under_way.plan.id:
                continue
            stops = [self._of_visit.get(self._visit(id)) for id in (each.row.pickup_stop_id, each.row.drop_off_stop_id)]
            if stops[0] is not None and stops[1] is not None:
                found.append(self._kept(each.row, stops[0], stops[1], each.row.crates))
        return found

    def _assumed_allocations(self, there: set[UUID]) -> list[Allocation]:
        """What nobody has reported to be on board, and goes elsewhere or nowhere: the driver can still say how much
        was collected, or that it was brought where it was to go first."""
        found = []
        for each in self._van.cargo if self._van else ():
            row = each.row
            if not each.assumed or each.brought or row.parcel_id in there:
                continue
            pickup = self._of_visit.get(self._visit(row.pickup_stop_id))
            if pickup is not None and row.plan_id == self._under_way.plan.id:
                same = self._kept(row, pickup, pickup, row.crates)
                same.drop_off_stop_id, same.drop_off_at = row.drop_off_stop_id, row.drop_off_at
                found.append(same)
        return found

    def _kept(self, row: Allocation, pickup: Stop, drop_off: Stop, crates: int) -> Allocation:
        values = {**_copied(row), "crates": crates, "pickup_at": pickup.arrive_at, "drop_off_at": drop_off.arrive_at}
        return new_row(
            Allocation,
            **{**values, "pickup_stop_id": pickup.id, "drop_off_stop_id": drop_off.id},
            id=uuid4(),
            parcel_id=row.parcel_id,
            plan_id=self._made.plan_id,
            route_id=self.route.id,
        )

    def _new_allocations(self) -> list[Allocation]:
        """What the rest of the day promises: what was promised before and stays, and what is new."""
        if self._planned is None:
            return []
        first = len(self._behind) - (1 if self._behind else 0)  # the rest's start is the last stop behind
        found = []
        for each, loaded, same in self._promises:
            drop_off = self.stops[first + each.drop_off_stop]
            pickup = self._pickup_of(loaded) if loaded else self.stops[first + each.pickup_stop]
            if same is not None:
                found.append(self._kept(same, pickup, drop_off, each.crates))
            elif loaded is not None:
                found.append(self._handed_on(loaded, each, pickup, drop_off))
            else:
                found.append(allocation_row(self._under_way.day, self.route, (pickup, drop_off), each))
        return found

    @cached_property
    def _promises(self) -> Sequence[tuple[routing.Allocation, Cargo | None, Allocation | None]]:
        """What is planned of food, with the food itself where it is on board, and the promise of before if it stays."""
        found, kept = [], set[UUID]()
        for each in self._promised:
            loaded = self._made.rest.on_board.get(each.lot)
            same = self._promised_before(each, loaded, kept)
            if same is not None:
                kept.add(same.parcel_id)
            found.append((each, loaded, same))
        return found

    def _pickup_of(self, loaded: Cargo) -> Stop:
        """Where food that is on board was collected; a stop of an earlier plan may be in none of the later ones."""
        return self._of_visit.get(self._visit(loaded.row.pickup_stop_id)) or self.stops[0]

    def _promised_before(self, each: routing.Allocation, loaded: Cargo | None, kept: set[UUID]) -> Allocation | None:
        for cargo in self._to_bring.get(each.need, ()):
            row = cargo.row
            if row.parcel_id in kept:
                continue
            if loaded is not None and row.parcel_id == loaded.row.parcel_id and each.grams == cargo.on_board:
                return row
            if loaded is None and cargo.to_collect == each.grams == row.grams and str(row.offer_line_id) == each.lot:
                return row
        return None

    @cached_property
    def _to_bring(self) -> Mapping[str, Sequence[Cargo]]:
        """What is promised and not brought yet, by need."""
        found = defaultdict[str, list[Cargo]](list)
        for cargo in self._van.cargo if self._van else ():
            if cargo.to_deliver:
                found[str(cargo.row.need_id)].append(cargo)
        return found

    def _handed_on(self, loaded: Cargo, each: routing.Allocation, pickup: Stop, drop_off: Stop) -> Allocation:
        need = self._under_way.day.needs_by_id[UUID(each.need)]
        row = self._kept(loaded.row, pickup, drop_off, each.crates)
        row.parcel_id, row.from_parcel_id = row.id, loaded.row.parcel_id
        row.grams, row.need_id = each.grams, need.id
        row.receiver_organisation_id, row.receiver_name = need.organisation_id, drop_off.site_name
        return row

    def _measure(self, way: Way) -> None:
        """Length, time and line of the whole route."""
        profile = cast(Profile, self._under_way.day.vehicles[self._shift.vehicle_id].profile)
        self.route.metres = sum(stop.metres_from_previous for stop in self.stops)
        self.route.driving_seconds = sum(stop.seconds_from_previous or 0 for stop in self.stops)
        span = self.stops[-1].leave_at - self.stops[0].leave_at if self.stops else None
        self.route.seconds = 0 if span is None else max(0, int(span.total_seconds()))
        before = None if self._van is None else self._van.route
        sites = [stop.site_id for stop in self.stops]
        if before is not None and [stop.site_id for stop in before.stops] == sites:
            # Most vehicles go the same way all day: the line is the one that the plan of before has.
            self.route.line, estimated = before.line, before.estimated
        else:
            drawn = way.line(self._under_way.day, profile, sites)
            self.route.line, estimated = [list(pair) for pair in drawn.coordinates], drawn.estimated
        self.route.estimated = way.travel[profile].estimated or estimated
        for each in self.allocations:
            each.estimated = self.route.estimated


def _copied(row: Stop | Allocation) -> dict[str, Any]:
    return {name: getattr(row, name) for name in _copied_names(type(row))}


@cache
def _copied_names(kind: type[Stop] | type[Allocation]) -> frozenset[str]:
    return frozenset(column.key for column in class_mapper(kind).column_attrs) - OWN


def _unserved(under_way: DayUnderWay, change: Change, head: Plan) -> Sequence[UnservedOffer]:
    """What stays, at a store or on a vehicle, as the day's lines have it."""
    lines = {**under_way.offers, **under_way.day.lines}
    found = []
    for position, each in enumerate(change.checked.plan.unserved):
        loaded = change.rest.on_board.get(each.lot)
        line_id = identity(each.lot) if loaded is None else loaded.row.offer_line_id
        found.append(unserved_row(under_way.day, change.checked.problem, head, each, position, lines[line_id]))
    for line_id, (reason, grams) in under_way.left_out.items():
        each = routing.Unserved(str(line_id), grams, reason, {})
        found.append(unserved_row(under_way.day, change.checked.problem, head, each, len(found), lines[line_id]))
    return found
