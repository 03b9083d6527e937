"""A day under way, read in one transaction: the plan that is driven, what of it is done, and what is new since."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.ledger import Outcome
from app.domain.lifecycle import StopState
from app.domain.standing import PlannedStop, Standing, standing_of
from app.ledger.settlement import Known, known_of_shifts
from app.models.fleet import Shift
from app.models.offers import Offer, OfferLine
from app.models.plans import Allocation, Plan, Route, Stop
from app.planning.agreed import InForce, read_agreements
from app.planning.schemas import ChangeWishIn
from app.planning.snapshot import Day, read_day


@dataclass(frozen=True)
class Cargo:
    """One promise of the plan that is driven, and how it stands.

    on_board: grams on the vehicle, 0 before the pickup. brought: grams that have come to the food bank, or are taken to
    have come where a driver reports nothing. to_collect: grams that wait at a stop ahead. to_deliver: whether the stop
    where it is brought is ahead. assumed: that it was loaded is so by the plan alone.
    """

    row: Allocation
    on_board: int
    brought: int
    to_collect: int
    to_deliver: bool
    held: bool
    assumed: bool


@dataclass(frozen=True)
class Driving:
    """One route under way."""

    shift: Shift
    route: Route
    stops: Mapping[str, Stop]  # by the identity of their visit
    standing: Standing
    cargo: Sequence[Cargo]
    closed: frozenset[UUID]  # sites that its driver found closed
    refused: frozenset[tuple[UUID, UUID]]  # identities of promises, and needs to which they do not go again
    full_at: int | None  # grams with which its driver found it full: so much does it take today, whatever is written
    gone: bool  # it drives no further

    @property
    def ahead(self) -> list[Stop]:
        """The stops that are still to be made."""
        return [] if self.gone else [self.stops[visit] for visit in self.standing.ahead]

    @property
    def behind(self) -> list[Stop]:
        """Those that were made, the start first."""
        return [self.stops[visit] for visit in self.standing.behind]

    def left_on_board(self) -> list[Cargo]:
        """What can be brought to somebody: not what is held back, nor what is on a vehicle that drives no further."""
        return [] if self.gone else [each for each in self.cargo if each.on_board > 0 and not each.held]


@dataclass(frozen=True)
class DayUnderWay:
    """All that the smallest change of a plan depends on.

    day: as for a plan from the beginning, but `available` is what can be collected still. closed: sites that take
    nothing more. forbidden: pairs of a promise's identity and a need that has refused it. offers: of what is on board.
    """

    day: Day
    plan: Plan
    now: datetime
    driving: Mapping[UUID, Driving]
    offers: Mapping[UUID, tuple[Offer, OfferLine]]
    left_out: Mapping[UUID, tuple[str, int]]  # lines that nobody is to collect: why, and their grams
    closed: frozenset[UUID]
    gone: frozenset[UUID]
    forbidden: frozenset[tuple[UUID, UUID]]
    locked: tuple[UUID, ...]
    agreements: tuple[InForce, ...] = ()


def read_under_way(
    session: Session, network_id: UUID, service_date: date, plan_id: UUID, wish: ChangeWishIn, now: datetime
) -> DayUnderWay:
    """The day as it stands now, with the published plan that is to be changed."""
    day = read_day(session, network_id, service_date)
    plan = session.get_one(Plan, plan_id)
    gone = frozenset(wish.gone_shift_ids or ())
    known = known_of_shifts(session, [route.shift_id for route in plan.routes])
    driving = {
        route.shift_id: _driving(session, route, known[route.shift_id], now, gone=route.shift_id in gone)
        for route in plan.routes
    }
    cargo = [each for van in driving.values() for each in van.cargo]
    closed = {site for van in driving.values() for site in van.closed}
    reasons = dict.fromkeys(wish.left_out_line_ids or (), "left_out_by_hand")
    reasons |= {line.id: "reported_closed" for offer, line in day.lines.values() if offer.site_id in closed}
    available = _available(day, cargo)
    return DayUnderWay(
        day=replace(day, available={line: 0 if line in reasons else grams for line, grams in available.items()}),
        left_out={line: (reason, available[line]) for line, reason in reasons.items() if available.get(line, 0) > 0},
        plan=plan,
        now=now,
        driving=driving,
        offers=_offers(session, day, {each.row.offer_line_id for each in cargo}),
        closed=frozenset(wish.closed_site_ids or ()) | closed,
        gone=gone,
        forbidden=frozenset(pair for van in driving.values() for pair in van.refused),
        locked=tuple(dict.fromkeys([*(wish.locked_shift_ids or ()), *(r.shift_id for r in plan.routes if r.locked)])),
        agreements=read_agreements(session, network_id, service_date),
    )


def _driving(session: Session, route: Route, known: Known, now: datetime, *, gone: bool) -> Driving:
    stops = {str(stop.visit_id): stop for stop in route.stops}
    planned = [
        PlannedStop(visit, stop.kind, stop.begin_at, stop.leave_at, stop.seconds_from_previous or 0)
        for visit, stop in stops.items()
    ]
    states = {visit: known.stop(stop) for visit, stop in stops.items()}
    standing = standing_of(planned, states, now, silent_drives=not gone)
    cargo = _cargo_of(known, standing, route)
    return Driving(
        shift=session.get_one(Shift, route.shift_id),
        route=route,
        stops=stops,
        standing=standing,
        cargo=[each for each in cargo if each.row.plan_id == route.plan_id or each.on_board],
        closed=frozenset(
            stops[visit].site_id
            for visit, state in states.items()
            if state.state == "failed" and state.reason == "closed" and not state.partial
        ),
        refused=frozenset(_refused(known, standing)),
        full_at=_full_at(known, states),
        gone=gone,
    )


def _full_at(known: Known, states: Mapping[str, StopState]) -> int | None:
    """What was on board when the driver said that the van was full; the least of several times."""
    found = []
    for full in (each for each in states.values() if each.reason == "van_full" and each.ended_at is not None):
        until = full.ended_at
        loaded = 0
        for row in known.promises.rows.values():
            pickup, drop_off = (
                states.get(known.promises.stop(stop), StopState())
                for stop in (row.pickup_stop_id, row.drop_off_stop_id)
            )
            if row.from_parcel_id is None and pickup.ended_at and until and pickup.ended_at <= until:
                loaded += known.told_of(row).collected_grams or 0
            if drop_off.ended_at and until and drop_off.ended_at <= until:
                loaded -= known.told_of(row).delivered_grams or 0
        found.append(max(0, loaded))
    return min(found, default=None)


def _cargo_of(known: Known, standing: Standing, route: Route) -> list[Cargo]:
    """Every promise, and how it stands. Where nobody has said what was loaded, it is what was planned."""
    rows = known.promises.rows
    # A stop ahead may be for food that its driver has loaded at another already: a plan did not know of that.
    waiting = {
        parcel
        for parcel, row in rows.items()
        if row.from_parcel_id is None
        and known.outcomes[parcel].collected_grams is None
        and known.promises.stop(row.pickup_stop_id) in standing.ahead
    }
    assumed = known.unreported - waiting - known.promises.released.keys()
    outcomes = known.outcomes_if(assumed)
    return [
        _cargo(known, row, outcomes[parcel], standing, route, waiting=parcel in waiting, assumed=parcel in assumed)
        for parcel, row in rows.items()
    ]


def _cargo(
    known: Known,
    row: Allocation,
    outcome: Outcome,
    standing: Standing,
    route: Route,
    *,
    waiting: bool,
    assumed: bool,
) -> Cargo:
    places, drop_off = outcome.places(), known.promises.stop(row.drop_off_stop_id)
    on_board = places.get("collected", 0) + places.get("refused", 0)
    if waiting or known.promises.released.get(row.parcel_id):
        on_board = 0
    to_deliver = drop_off in standing.ahead and row.plan_id == route.plan_id
    brought = outcome.booked_as_delivered
    if drop_off in standing.presumed and row.plan_id == route.plan_id:
        brought, on_board = brought + on_board, 0
    return Cargo(
        row,
        on_board=on_board,
        brought=brought,
        to_collect=places.get("allocated", 0) if waiting else 0,  # what was left there already is on offer
        to_deliver=to_deliver,
        held=outcome.held or outcome.discarded,
        assumed=assumed,
    )


def _refused(known: Known, standing: Standing) -> Iterable[tuple[UUID, UUID]]:
    """Promises and the needs that they have come to already: what is left of them does not go there again."""
    for together in known.promises.together.values():
        came = {row.need_id for row in together if known.promises.stop(row.drop_off_stop_id) in standing.behind}
        for row in together:
            for need in came:
                yield row.parcel_id, need


def _available(day: Day, cargo: Sequence[Cargo]) -> dict[UUID, int]:
    """Grams of each line that a vehicle can still collect: on offer, or promised and not collected yet. No more than
    was posted, or is promised: reports that take each other back can leave the ledger with more on offer."""
    promised = dict.fromkeys(day.lines, 0)
    for each in cargo:
        if each.row.offer_line_id in promised:
            promised[each.row.offer_line_id] += each.to_collect
    return {
        line: min(day.on_offer.get(line, 0) + grams, max(day.lines[line][1].grams, grams))
        for line, grams in promised.items()
    }


def _offers(session: Session, day: Day, lines: Collection[UUID]) -> dict[UUID, tuple[Offer, OfferLine]]:
    """Those of the day are read already; others were amended or withdrawn since, or closed."""
    found = {line: day.lines[line] for line in lines if line in day.lines}
    query = select(Offer, OfferLine).join(OfferLine, OfferLine.offer_id == Offer.id)
    others = session.execute(query.where(OfferLine.id.in_([line for line in lines if line not in found])))
    return found | {line.id: (offer, line) for offer, line in others}
