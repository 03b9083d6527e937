"""What the page of a site and day shows: the visits that the driven plan makes there, as told and as reported."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from app.arrivals.queries import error_of
from app.arrivals.routes import allocations_at, opened
from app.domain.arrivals import ToldError
from app.domain.van_page import Visit
from app.driving.position import positions_of
from app.kit.db import Database
from app.kit.many_rows import among
from app.kit.tenancy import Scope
from app.ledger.settlement import Known, known_of_shifts
from app.models.alarms import Arrival
from app.models.fleet import Shift, VanPosition
from app.models.partners import Network, Site
from app.models.plans import Allocation, Plan, Route, Stop
from app.models.van_links import VanLink
from app.roads.estimate import great_circle_metres
from app.roads.provider import Point

FOOD_STOPS = ("pickup", "drop_off")


@dataclass(frozen=True)
class VisitShown:
    """One visit: what is told of it, when that was last worked out, the food that is handled there, and all that is
    known of its shift."""

    site_id: UUID
    shift_id: UUID
    kind: str
    visit: Visit
    worked_out_at: datetime
    food: Sequence[Allocation]
    known: Known
    away: "Away | None" = None

    @property
    def grams(self) -> Mapping[str, int]:
        """By category, what is or was handled."""
        return _grams(self.kind, self.food, self.known)

    @property
    def lines(self) -> frozenset[UUID]:
        """Of which offers."""
        return frozenset(row.offer_line_id for row in self.food)


@dataclass(frozen=True)
class Away:
    """How far the van was from the place, as the crow flies, and when; where its driver shares where it is."""

    metres: int
    told_at: datetime


@dataclass(frozen=True)
class Doors:
    """Sites of a network on one day."""

    network_id: UUID
    sites: frozenset[UUID]
    service_date: date


@dataclass(frozen=True)
class VanPage:
    """All that the page says. error: how true what was told has been in the network lately."""

    site_name: str
    service_date: date
    time_zone: str
    demonstration: bool
    visits: Sequence[VisitShown]
    error: ToldError | None
    now: datetime
    ends_at: datetime


def van_page(database: Database, link: VanLink, now: datetime) -> VanPage:
    """The present truth of the link's site and day, whatever plan it was made for. Read within the network, since who
    asks is nobody; what goes on the page is of this site alone."""
    with database.transaction(Scope(network=link.network_id)) as session:
        network = session.get_one(Network, link.network_id)
        site = session.get_one(Site, link.site_id)
        return VanPage(
            site_name=site.name,
            service_date=link.service_date,
            time_zone=network.time_zone,
            demonstration=network.demonstration,
            visits=visits_at(session, Doors(link.network_id, frozenset({link.site_id}), link.service_date), now),
            error=error_of(session, link.network_id, now),
            now=now,
            ends_at=link.expires_at,
        )


def visits_at(session: Session, doors: Doors, now: datetime | None = None) -> Sequence[VisitShown]:
    """The visits of vans there, in the order in which they were planned; read within the network. now: tell also how
    far away a van is whose driver shares it."""
    visits = [*_driven(session, doors, now), *_reached_before(session, doors)]
    return sorted(_unique(visits), key=lambda each: (each.visit.planned_at, each.kind))


def pickups_at(
    database: Database, network_id: UUID, sites: Collection[UUID], service_date: date
) -> dict[UUID, list[VisitShown]]:
    """By site, the visits that fetch something there, for whoever may see what is of these sites."""
    found: dict[UUID, list[VisitShown]] = {site: [] for site in sites}
    with database.transaction(Scope(network=network_id)) as session:
        for each in visits_at(session, Doors(network_id, frozenset(sites), service_date)):
            if each.kind == "pickup":
                found[each.site_id].append(each)
    return found


@dataclass(frozen=True)
class _Found:
    """A visit with its identity."""

    visit_id: UUID
    shown: VisitShown


def _unique(found: Iterable[_Found]) -> list[VisitShown]:
    """Each visit once: as the plan that is driven has it, before what was only reached with an earlier one."""
    first: dict[UUID, VisitShown] = {}
    for each in found:
        first.setdefault(each.visit_id, each.shown)
    return list(first.values())


def here(doors: Doors) -> ColumnElement[bool]:
    """Stops for food at these sites alone: nobody who opens a link may see others."""
    return and_(among(Stop.site_id, doors.sites), Stop.kind.in_(FOOD_STOPS))


def _driven(session: Session, doors: Doors, now: datetime | None) -> list[_Found]:
    """The stops that the plan which is driven makes there."""
    rows = session.execute(
        select(Stop, Route.shift_id, Plan.published_at)
        .join(Route, Route.id == Stop.route_id)
        .join(Plan, Plan.id == Route.plan_id)
        .where(
            Plan.network_id == doors.network_id,
            Plan.service_date == doors.service_date,
            Plan.state == "published",
            here(doors),
        )
    ).all()
    told = {row.visit_id: row for row in _told(session, doors)}
    food = allocations_at(session, [stop.id for stop, _, _ in rows])
    known = known_of_shifts(session, {shift_id for _, shift_id, _ in rows}) if rows else {}
    places = {} if now is None else positions_of(session, {shift_id for _, shift_id, _ in rows}, now)
    found = []
    for stop, shift_id, published_at in rows:
        state = known[shift_id].stop(stop)
        row = told.get(stop.visit_id)
        set_out = bool(known[shift_id].day.stops) or opened(session, session.get_one(Shift, shift_id))
        visit = Visit(
            state="arrived" if state.partial else state.state,
            planned_at=stop.arrive_at,
            expected_at=stop.arrive_at if row is None else row.expected_at,
            arrived_at=state.arrived_at or state.ended_at,
            set_out=set_out,
        )
        worked_out_at = (row and row.looked_at) or published_at or stop.arrive_at
        here_is, shift = food.get(stop.id, []), known[shift_id]
        shown = VisitShown(stop.site_id, shift_id, stop.kind, visit, worked_out_at, here_is, shift)
        if (place := places.get(shift_id)) is not None and state.state == "waiting":
            shown = replace(shown, away=_away(stop, place))
        found.append(_Found(stop.visit_id, shown))
    return found


def _away(stop: Stop, place: VanPosition) -> Away:
    metres = great_circle_metres(Point(stop.longitude, stop.latitude), Point(place.longitude, place.latitude))
    return Away(round(metres), place.told_at)


def _reached_before(session: Session, doors: Doors) -> list[_Found]:
    """What was reached with a plan that another has replaced since."""
    rows = [row for row in _told(session, doors) if row.state != "waiting"]
    food = allocations_at(session, [row.stop_id for row in rows])
    known = known_of_shifts(session, {row.shift_id for row in rows}) if rows else {}
    return [
        _Found(
            row.visit_id,
            VisitShown(
                row.site_id,
                row.shift_id,
                row.kind,
                Visit(row.state, row.planned_at, row.expected_at, row.arrived_at, set_out=True),
                row.looked_at or row.planned_at,
                food.get(row.stop_id, []),
                known[row.shift_id],
            ),
        )
        for row in rows
    ]


def _told(session: Session, doors: Doors) -> Sequence[Arrival]:
    return session.scalars(
        select(Arrival).where(among(Arrival.site_id, doors.sites), Arrival.service_date == doors.service_date)
    ).all()


def _grams(kind: str, food: Iterable[Allocation], known: Known) -> dict[str, int]:
    """By category, what is or was handled there: as reported, else as it is on the van, else as planned."""
    found: defaultdict[str, int] = defaultdict(int)
    for row in food:
        found[row.category] += _handled(kind, row, known)
    return {category: grams for category, grams in sorted(found.items()) if grams}


def _handled(kind: str, row: Allocation, known: Known) -> int:
    outcome = known.outcome(row)
    collected = outcome.collected_grams
    if kind == "pickup":
        return row.grams if collected is None else collected
    if outcome.held or outcome.discarded:
        return 0
    if outcome.delivered_grams is not None:
        return outcome.delivered_grams
    loaded = outcome.on_board_grams if row.from_parcel_id is not None else collected
    return row.grams if loaded is None else loaded
