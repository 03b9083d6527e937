"""From a routing.Plan to rows: routes, stops and allocations with the facts that people read, as they are now."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise
from typing import Any, Protocol, cast
from uuid import UUID, uuid4

from sqlalchemy import Delete, delete, func, select
from sqlalchemy.orm import Session

import routing
from app.domain.service_date import clock_text, instant_from_seconds
from app.domain.units import kg_display, km_display
from app.kit.db import ROW_LOCK, Packed
from app.kit.identities import identity
from app.kit.many_rows import insert_at_once, new_row
from app.models.offers import Offer, OfferLine
from app.models.partners import Network
from app.models.plans import Allocation, Plan, Route, Stop, UnservedOffer
from app.planning import agreed
from app.planning.changes import words_of
from app.planning.snapshot import Day, learnt_told, shift_as_solved
from app.roads.choice import choice_of
from app.roads.provider import NoRoad, Profile, RoadLine
from app.roads.streets import Streets
from app.roads.travel import Travel


@dataclass(frozen=True)
class PlanRows:
    """A plan, or some of its routes, ready to be added in one transaction; unserved: None where it stays as it is."""

    plan: Plan
    routes: Sequence[Route]
    stops: Sequence[Stop]
    allocations: Sequence[Allocation]
    unserved: Sequence[UnservedOffer] | None

    @property
    def drawn(self) -> "Drawn":
        """The routes as they will stand there."""
        return Drawn(self.routes, self.stops, self.allocations)


class Lines(Protocol):
    """What draws the lines of routes."""

    def estimated(self, profile: Profile) -> bool:
        """Whether the plan's times for such vehicles are estimates."""
        ...

    def line(self, day: Day, profile: Profile, sites: Sequence[UUID]) -> RoadLine:
        """The way through the sites."""
        ...


@dataclass(frozen=True)
class Way:
    """The travel that the plan was made with, and the streets that draw its lines."""

    streets: Streets
    travel: Mapping[Profile, Travel]

    def estimated(self, profile: Profile) -> bool:
        """Whether the times for such vehicles are estimates."""
        return self.travel[profile].estimated

    def line(self, day: Day, profile: Profile, sites: Sequence[UUID]) -> RoadLine:
        """The way through the sites, from where each meets the street; nothing to draw where no street leads: the
        plan drives it in the times of an estimate."""
        travel = self.travel[profile]
        choice = choice_of(day.network.region, day.network.roads or {})
        if travel.estimated:
            choice = replace(choice, provider="estimate", url=None)
        try:
            return self.streets.line(choice, profile, [travel.snap_of(site) for site in sites], travel.fit)
        except NoRoad:
            return RoadLine((), (), travel.estimated)


@dataclass(frozen=True)
class CheckedPlan:
    """A plan that the checker found nothing against: the problem that it is for, the plan as a value and as the
    document that it came in, and the problem as it is kept, for whoever has made that ready."""

    problem: routing.Problem
    plan: routing.Plan
    document: dict[str, Any]
    packed_problem: Packed | None = None


def to_rows(day: Day, checked: CheckedPlan, way: Way, now: datetime, obeyed: agreed.Obeyed | None = None) -> PlanRows:
    """The rows of a new draft; its number is given when it is saved. obeyed: what it was made to obey."""
    problem, plan = checked.problem, checked.plan
    head = plan_head(day, checked, way, now)
    head.obeyed = obeyed
    head.shifts_read = shifts_told(day)
    set_totals(head, plan)
    return rows_of(day, problem, plan, head, way, {route.shift for route in problem.locked})


def plan_head(day: Day, checked: CheckedPlan, way: Way, now: datetime, identity: UUID | None = None) -> Plan:
    """The plan's own row, without the totals of its routes. identity: what it was to be called, if that was said."""
    problem, plan = checked.problem, checked.plan
    return Plan(
        id=identity or uuid4(),
        network_id=day.network.id,
        service_date=day.service_date,
        problem_digest=problem.digest(),
        problem=checked.packed_problem or routing.problem_to_json(problem),
        document=checked.document,
        line_ids=[UUID(lot.id) for lot in problem.lots if lot.on_board is None],
        engine=plan.engine,
        seed=plan.seed,
        estimated_travel=problem.estimated_travel,
        travel={**{profile: travel.told() for profile, travel in way.travel.items()}, "learnt": learnt_told(day)},
        created_at=now,
    )


def shifts_told(day: Day) -> list[dict[str, Any]]:
    """The day's shifts with their vehicles as they were read, to see later whether they have changed."""
    return [
        routing.shift_to_json(shift_as_solved(shift, day.vehicles[shift.vehicle_id], day.service_date, day.zone))
        for shift in day.shifts
    ]


def set_totals(head: Plan, plan: routing.Plan) -> None:
    """What the head of a plan says of its routes."""
    head.grams_allocated, head.metres, head.seconds = plan.grams_allocated, plan.metres, plan.seconds


def rows_of(
    day: Day,
    problem: routing.Problem,
    plan: routing.Plan,
    head: Plan,
    way: Lines,
    locked: Collection[str] = (),
    shifts: Collection[UUID] | None = None,
    *,
    with_unserved: bool = True,
    before: Sequence[Allocation] = (),
) -> PlanRows:
    """All rows under the head of a plan; the routes of locked shifts say that they are. shifts: those whose routes are
    wanted; None: all. with_unserved: whether what is left out is wanted. before: rows that tell of the same food for
    the same needs, of which no line or need is read."""
    driven = [route for route in plan.routes if any(stop.kind == "pickup" for stop in route.stops)]
    routes, stops = [], []
    for number, planned in enumerate(driven, start=1):
        if shifts is not None and identity(planned.shift) not in shifts:
            continue
        route = _route_row(day, head, planned, number, way)
        route.locked = planned.shift in locked
        routes.append(route)
        drives = drives_of(problem, planned)
        stops.append(
            [
                stop_row(day, route, stop, drive, index)
                for index, (stop, drive) in enumerate(zip(planned.stops, drives, strict=True))
            ]
        )
    by_shift = {str(route.shift_id): (route, rows) for route, rows in zip(routes, stops, strict=True)}
    told = {key_of(row): _food_told(row) for row in before}
    return PlanRows(
        head,
        routes,
        [stop for rows in stops for stop in rows],
        [
            _allocated(*by_shift[each.shift], each, told.get((each.lot, each.need)) or _food_of(day, each))
            for each in plan.allocations
            if each.shift in by_shift
        ],
        _unserved_rows(day, problem, plan, head) if with_unserved else None,
    )


def _unserved_rows(day: Day, problem: routing.Problem, plan: routing.Plan, head: Plan) -> list[UnservedOffer]:
    rows = [
        unserved_row(day, problem, head, each, position, day.lines[UUID(each.lot)])
        for position, each in enumerate(plan.unserved)
    ]
    agreed.retell(head.obeyed, rows)
    return rows


def _route_row(day: Day, plan: Plan, planned: routing.Route, number: int, way: Lines) -> Route:
    shift = next(shift for shift in day.shifts if str(shift.id) == planned.shift)
    vehicle = day.vehicles[shift.vehicle_id]
    profile = cast(Profile, vehicle.profile)
    line = way.line(day, profile, [UUID(stop.site) for stop in planned.stops])
    return new_row(
        Route,
        id=uuid4(),
        network_id=plan.network_id,
        plan_id=plan.id,
        shift_id=shift.id,
        number=number,
        vehicle_name=vehicle.name,
        driver_name=shift.driver_name,
        metres=planned.metres,
        seconds=planned.seconds,
        driving_seconds=planned.driving_seconds,
        line=[list(pair) for pair in line.coordinates],
        estimated=way.estimated(profile) or line.estimated,
    )


Drive = tuple[int | None, int | None]  # seconds with the pace of their hour, and as the street table has them


def drives_of(problem: routing.Problem, planned: routing.Route) -> list[Drive]:
    """The drive that leads to each stop; none to the first."""
    index = {site.id: number for number, site in enumerate(problem.sites)}
    profile = next(shift.profile for shift in problem.shifts if shift.id == planned.shift)
    found: list[Drive] = [(None, None)]
    for before, after in pairwise(planned.stops):
        leg = problem.travel[profile].leg(index[before.site], index[after.site])
        found.append((after.seconds_from_previous, None if leg is None else leg[0]))
    return found


def stop_row(day: Day, route: Route, stop: routing.Stop, drive: Drive, sequence: int) -> Stop:
    """A stop with the facts of its place, as they are now."""
    site = day.sites[UUID(stop.site)]

    def instant(seconds: int) -> datetime:
        return instant_from_seconds(seconds, day.service_date, day.zone)

    id = uuid4()
    return new_row(
        Stop,
        id=id,
        visit_id=id,
        network_id=route.network_id,
        route_id=route.id,
        shift_id=route.shift_id,
        site_id=site.id,
        sequence=sequence,
        kind=stop.kind,
        site_name=site.name,
        organisation_name=day.organisations[site.organisation_id].name,
        address=site.address,
        access=site.access,
        access_notes=site.access_notes,
        latitude=site.latitude,
        longitude=site.longitude,
        arrive_at=instant(stop.arrive),
        begin_at=instant(stop.begin),
        leave_at=instant(stop.leave),
        metres_from_previous=stop.metres_from_previous,
        seconds_from_previous=drive[0],
        table_seconds_from_previous=drive[1],
    )


Food = Mapping[str, Any]  # what an allocation's row says of food and whose it is, whichever route brings it
_FOOD = (
    "offer_line_id", "need_id", "donor_organisation_id", "receiver_organisation_id", "description", "category",
    "temperature_class", "use_by",
)  # fmt: skip


def key_of(row: Allocation) -> tuple[str, str]:
    """The lot and the need that a row is about."""
    return str(row.offer_line_id), str(row.need_id)


def _food_told(row: Allocation) -> Food:
    return {name: getattr(row, name) for name in _FOOD}


def _food_of(day: Day, planned: routing.Allocation) -> Food:
    _, line = day.lines[UUID(planned.lot)]
    need = day.needs_by_id[UUID(planned.need)]
    return {
        "offer_line_id": line.id,
        "need_id": need.id,
        "donor_organisation_id": line.organisation_id,
        "receiver_organisation_id": need.organisation_id,
        "description": line.description,
        "category": line.category,
        "temperature_class": line.temperature_class,
        "use_by": line.mark_date if line.date_mark == "use_by" else None,
    }


def _allocated(route: Route, stops: Sequence[Stop], planned: routing.Allocation, food: Food) -> Allocation:
    return _allocation_row(route, (stops[planned.pickup_stop], stops[planned.drop_off_stop]), planned, food)


def allocation_row(day: Day, route: Route, between: tuple[Stop, Stop], planned: routing.Allocation) -> Allocation:
    """A promise that no plan made before, between two stops."""
    return _allocation_row(route, between, planned, _food_of(day, planned))


def _allocation_row(route: Route, between: tuple[Stop, Stop], planned: routing.Allocation, food: Food) -> Allocation:
    pickup, drop_off = between
    id = uuid4()
    return new_row(
        Allocation,
        id=id,
        parcel_id=id,
        network_id=route.network_id,
        plan_id=route.plan_id,
        route_id=route.id,
        shift_id=route.shift_id,
        pickup_stop_id=pickup.id,
        drop_off_stop_id=drop_off.id,
        grams=planned.grams,
        crates=planned.crates,
        **food,
        donor_name=pickup.site_name,
        receiver_name=drop_off.site_name,
        pickup_at=pickup.arrive_at,
        drop_off_at=drop_off.arrive_at,
        estimated=route.estimated,
    )


def unserved_row(
    day: Day,
    problem: routing.Problem,
    plan: Plan,
    unserved: routing.Unserved,
    position: int,
    posted: tuple[Offer, OfferLine],
) -> UnservedOffer:
    """What stays of a lot, which is of this line."""
    offer, line = posted
    change = unserved.change
    return new_row(
        UnservedOffer,
        id=uuid4(),
        network_id=plan.network_id,
        plan_id=plan.id,
        offer_id=offer.id,
        offer_line_id=line.id,
        position=position,
        grams=unserved.grams,
        reason=unserved.reason,
        details=_telling(day, offer, line, unserved),
        change=None if change is None else change.kind,
        change_details={} if change is None else words_of(day, problem, change),
    )


WORTH_SAYING_METRES = 500  # below that it is not the way that costs too much


def _telling(day: Day, offer: Offer, line: OfferLine, unserved: routing.Unserved) -> dict[str, str]:
    """The reason's details as people say them: kilograms, kilometres and local times."""
    found = {
        "category": line.category,
        "temperature_class": line.temperature_class,
        "kg": kg_display(unserved.grams),
        "pickup_from": f"{offer.pickup_from.astimezone(day.zone):%H:%M}",
        "pickup_until": f"{offer.pickup_until.astimezone(day.zone):%H:%M}",
    }
    if int(unserved.details.get("metres", 0)) >= WORTH_SAYING_METRES:
        found["km"] = km_display(int(unserved.details["metres"]))
    if "deliver_by" in unserved.details:
        found["deliver_by"] = clock_text(int(unserved.details["deliver_by"]), day.service_date, day.zone)
    return found


def save(session: Session, rows: PlanRows) -> UUID:
    """Add the whole plan under the next number of its day; all or nothing, with the caller's transaction."""
    plan = rows.plan
    session.get_one(Network, plan.network_id, with_for_update=ROW_LOCK)  # numbers are given one at a time
    latest = session.scalar(
        select(func.max(Plan.number)).where(Plan.network_id == plan.network_id, Plan.service_date == plan.service_date)
    )
    plan.number = (latest or 0) + 1
    session.add(plan)
    session.flush()
    _add(session, rows)
    return plan.id


@dataclass(frozen=True)
class Drawn:
    """Routes as a draft has them, in their order, all their stops in theirs, and what they carry."""

    routes: Sequence[Route]
    stops: Sequence[Stop]
    allocations: Sequence[Allocation]


def read_drawn(session: Session, plan: Plan, shifts: Collection[UUID] | None = None) -> Drawn:
    """The routes of these shifts, in their order, or (None) of all."""
    routes = select(Route).where(Route.plan_id == plan.id).order_by(Route.number)
    allocations = select(Allocation).where(Allocation.plan_id == plan.id)
    if shifts is not None:
        routes = routes.where(Route.shift_id.in_(shifts))
        allocations = allocations.where(Allocation.shift_id.in_(shifts))
    found = session.scalars(routes).all()
    return Drawn(found, [stop for route in found for stop in route.stops], session.scalars(allocations).all())


def renew(session: Session, rows: PlanRows, before: Drawn) -> None:
    """Put these rows in the place of those that a draft has. What is still there keeps its id: whoever looks at a route
    that has not changed looks at the same one. before: rows of no session."""
    plan, stays = rows.plan, rows.unserved is None
    _keep_ids(rows, before)
    if not stays:
        _remove(session, delete(UnservedOffer).where(UnservedOffer.plan_id == plan.id))
    _add(session, rows, or_renew=True)
    for model, was, now in (
        (Allocation, before.allocations, rows.allocations),
        (Stop, before.stops, rows.stops),
        (Route, before.routes, rows.routes),
    ):
        gone = {row.id for row in was} - {row.id for row in now}
        if gone:
            _remove(session, delete(model).where(model.id.in_(gone)))
    session.expire(plan, ["routes", "unserved"])


def _remove(session: Session, rows: Delete) -> None:
    """The session does not know them any more."""
    session.execute(rows.execution_options(synchronize_session=False))


def _add(session: Session, rows: PlanRows, *, or_renew: bool = False) -> None:
    """As few statements: a large day has thousands of rows, and nobody asks the session for these objects again."""
    for kind, group in (
        (Route, rows.routes),
        (Stop, rows.stops),
        (Allocation, rows.allocations),
        (UnservedOffer, rows.unserved or ()),
    ):
        insert_at_once(session, kind, [vars(row) for row in group], or_renew=or_renew)


def _keep_ids(rows: PlanRows, before: Drawn) -> None:
    """Give new rows the ids of those before them: a route's is its shift's, a stop's that of the same kind and place on
    the route, an allocation's that of the same food for the same need there."""
    same = _same(before.routes, rows.routes, lambda row: (row.shift_id,))
    same |= _same(before.stops, rows.stops, lambda row: (row.shift_id, row.kind, row.site_id))
    same |= _same(before.allocations, rows.allocations, lambda row: (row.shift_id, row.offer_line_id, row.need_id))
    everything: list[Route | Stop | Allocation] = [*rows.routes, *rows.stops, *rows.allocations]
    for row in everything:
        row.id = same.get(row.id, row.id)
    for stop in rows.stops:
        stop.visit_id = stop.id  # nobody has driven a draft: nothing was reported of it
        stop.route_id = same.get(stop.route_id, stop.route_id)
    for each in rows.allocations:
        each.parcel_id = each.id
        each.route_id = same.get(each.route_id, each.route_id)
        each.pickup_stop_id = same.get(each.pickup_stop_id, each.pickup_stop_id)
        each.drop_off_stop_id = same.get(each.drop_off_stop_id, each.drop_off_stop_id)


def _same[R: (Route, Stop, Allocation)](
    before: Iterable[R], now: Iterable[R], alike: Callable[[R], tuple[object, ...]]
) -> dict[UUID, UUID]:
    """From the ids of new rows to those of the rows before them, the first of those that are alike with the first."""
    known: defaultdict[tuple[object, ...], list[UUID]] = defaultdict(list)
    for row in before:
        known[alike(row)].append(row.id)
    left = {key: iter(ids) for key, ids in known.items()}
    found = {row.id: next(left.get(alike(row), iter(())), None) for row in now}
    return {new: old for new, old in found.items() if old is not None}


def allocations_by_stop(allocations: Sequence[Allocation]) -> dict[UUID, list[Allocation]]:
    """What happens at each stop: what is loaded at a pickup, what is handed over at a drop-off."""
    found: defaultdict[UUID, list[Allocation]] = defaultdict(list)
    for allocation in allocations:
        if allocation.from_parcel_id is None:  # else it was collected for another
            found[allocation.pickup_stop_id].append(allocation)
        found[allocation.drop_off_stop_id].append(allocation)
    return dict(found)
