"""What a feed shows: visits and shifts as plain values, read within the scopes that the feed's owner has.

A visit keeps its identity through all plans of its day (site, shift, kind, how many times before): a new plan moves
it, and one that a newer plan no longer makes is shown as cancelled rather than gone.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.feeds.happening import DAYS_AHEAD, DAYS_BACK, MOST_SHIFTS, Happening, Load
from app.feeds.mine import happenings_of_mine
from app.kit.db import Database
from app.kit.tenancy import Scope
from app.models.feeds import CalendarFeed
from app.models.fleet import Shift, Vehicle
from app.models.needs import Need
from app.models.offers import Offer, OfferLine
from app.models.partners import Network, Site
from app.models.plans import Allocation, Plan, Route, Stop


@dataclass(frozen=True)
class Head:
    """A published plan: its day, the how manyeth publication of that day, since when, and whether it still holds.

    One that holds no more was replaced by the day's last publication: what it alone had is cancelled by that one.
    """

    service_date: date
    revision: int
    published_at: datetime
    last_revision: int
    last_published_at: datetime

    @property
    def holds(self) -> bool:
        """Whether this is what is driven."""
        return self.revision == self.last_revision


def happenings(database: Database, feed: CalendarFeed, today: date) -> list[Happening]:
    """All that the feed shows around today, in order."""
    if feed.kind == "person":
        return sorted(happenings_of_mine(database, feed, today), key=lambda each: (each.begins, each.uid))
    first, last = today - timedelta(days=DAYS_BACK), today + timedelta(days=DAYS_AHEAD)
    heads = _heads(database, feed.network_id, first, last)
    found = _of_site(database, feed, heads) if feed.kind == "site" else _of_driver(database, feed, heads, first, last)
    return sorted(found, key=lambda each: (each.begins, each.uid))


def _scope_of(feed: CalendarFeed) -> Scope:
    return Scope(organisation=feed.organisation_id, network=feed.network_id if feed.whole_network else None)


def _heads(database: Database, network_id: UUID, first: date, last: date) -> dict[UUID, Head]:
    """The plans that were published, by id: numbers and dates alone, which tell nothing of other partners."""
    with database.transaction(Scope(network=network_id)) as session:
        rows = session.execute(
            select(Plan.id, Plan.service_date, Plan.published_at)
            .where(Plan.service_date.between(first, last), Plan.published_at.is_not(None))
            .order_by(Plan.published_at, Plan.number)
        )
        days: defaultdict[date, list[tuple[UUID, datetime]]] = defaultdict(list)
        for plan_id, day, published_at in rows:
            if published_at is not None:
                days[day].append((plan_id, published_at))
    return {
        plan_id: Head(day, revision, published_at, len(plans), plans[-1][1])
        for day, plans in days.items()
        for revision, (plan_id, published_at) in enumerate(plans, start=1)
    }


def network_name(database: Database, feed: CalendarFeed) -> str:
    """The network's name, for whom the calendar is from."""
    with database.transaction(Scope(network=feed.network_id)) as session:
        return session.get_one(Network, feed.network_id).name


@dataclass(frozen=True)
class _Visit:
    """What one plan makes of one stop at the feed's site."""

    head: Head
    kind: str
    shift_id: UUID
    at: datetime
    loads: tuple[Load, ...]


def _of_site(database: Database, feed: CalendarFeed, heads: dict[UUID, Head]) -> list[Happening]:
    with database.transaction(_scope_of(feed)) as session:
        site = session.get(Site, feed.site_id)
        if site is None:
            return []
        visits = [*_collections(session, site.id, heads), *_deliveries(session, site.id, heads)]
    minutes = timedelta(seconds=max(site.setup_seconds + site.service_seconds, 600))
    return _newest(site.id, visits, site.name, minutes, (site.latitude, site.longitude))


def _collections(session: Session, site_id: UUID, heads: dict[UUID, Head]) -> list[_Visit]:
    rows = session.scalars(
        select(Allocation)
        .join(OfferLine, OfferLine.id == Allocation.offer_line_id)
        .join(Offer, Offer.id == OfferLine.offer_id)
        .where(Offer.site_id == site_id, Allocation.plan_id.in_(heads), Allocation.published_at.is_not(None))
    )
    groups: defaultdict[tuple[UUID, UUID], list[Allocation]] = defaultdict(list)
    for row in rows:
        groups[row.plan_id, row.pickup_stop_id].append(row)
    return [
        _Visit(
            heads[plan_id],
            "collection",
            rows[0].shift_id,
            rows[0].pickup_at,
            tuple(Load(row.description, row.grams, row.receiver_name) for row in _in_order(rows)),
        )
        for (plan_id, _), rows in groups.items()
    ]


def _deliveries(session: Session, site_id: UUID, heads: dict[UUID, Head]) -> list[_Visit]:
    rows = session.scalars(
        select(Allocation)
        .join(Need, Need.id == Allocation.need_id)
        .where(Need.site_id == site_id, Allocation.plan_id.in_(heads), Allocation.published_at.is_not(None))
    )
    groups: defaultdict[tuple[UUID, UUID], list[Allocation]] = defaultdict(list)
    for row in rows:
        groups[row.plan_id, row.drop_off_stop_id].append(row)
    return [
        _Visit(
            heads[plan_id],
            "delivery",
            rows[0].shift_id,
            rows[0].drop_off_at,
            tuple(Load(row.description, row.grams, row.donor_name) for row in _in_order(rows)),
        )
        for (plan_id, _), rows in groups.items()
    ]


def _in_order(rows: Iterable[Allocation]) -> list[Allocation]:
    return sorted(rows, key=lambda row: (row.description, row.donor_name, row.receiver_name, row.id))


def _newest(
    site_id: UUID, visits: Sequence[_Visit], place: str, lasts: timedelta, position: tuple[float, float]
) -> list[Happening]:
    """One entry for each visit, as the newest plan that makes it has it; cancelled where that plan holds no more."""
    by_uid: dict[str, Happening] = {}
    times: defaultdict[tuple[date, int, UUID, str], int] = defaultdict(int)
    for visit in sorted(visits, key=lambda each: (each.head.revision, each.at)):
        head = visit.head
        key = (head.service_date, head.revision, visit.shift_id, visit.kind)
        times[key] += 1
        uid = f"{visit.kind}-{head.service_date}-{site_id}-{visit.shift_id}-{times[key]}@wasl"
        by_uid[uid] = Happening(
            uid,
            visit.kind,
            visit.at,
            visit.at + lasts,
            place,
            head.last_revision,
            head.last_published_at,
            visit.loads,
            cancelled=not head.holds,
            position=position,
        )
    return list(by_uid.values())


def _of_driver(
    database: Database, feed: CalendarFeed, heads: dict[UUID, Head], first: date, last: date
) -> list[Happening]:
    with database.transaction(_scope_of(feed)) as session:
        query = (
            select(Shift, Vehicle.name)
            .join(Vehicle, Vehicle.id == Shift.vehicle_id)
            .where(Shift.network_id == feed.network_id, Shift.service_date.between(first, last))
            .order_by(Shift.starts_at.desc(), Shift.id)
            .limit(MOST_SHIFTS)
        )
        if not feed.whole_network:
            query = query.where(Shift.organisation_id == feed.organisation_id)
        if feed.vehicle_id is not None:
            query = query.where(Shift.vehicle_id == feed.vehicle_id)
        else:
            query = query.where(Shift.driver_name == feed.driver_name)
        shifts = [(shift, name) for shift, name in session.execute(query)]
    days_planned = {head.service_date for head in heads.values()}
    found = [_shift(shift, vehicle) for shift, vehicle in shifts]
    for shift, _ in shifts:
        if shift.service_date in days_planned:
            found += _stops(database, shift, heads)
    return found


def _shift(shift: Shift, vehicle: str) -> Happening:
    return Happening(
        f"shift-{shift.id}@wasl",
        "shift",
        shift.starts_at,
        shift.ends_at,
        "",
        shift.version,
        shift.created_at,
        who=vehicle,
        driver=shift.driver_name,
    )


def _stops(database: Database, shift: Shift, heads: dict[UUID, Head]) -> list[Happening]:
    """The stops of one shift, read with what a driver's link of that shift opens."""
    with database.transaction(Scope(shift=shift.id)) as session:
        rows = list(
            session.execute(
                select(Stop, Route.plan_id)
                .join(Route, Route.id == Stop.route_id)
                .where(Route.shift_id == shift.id, Route.plan_id.in_(heads), Stop.kind.in_(("pickup", "drop_off")))
            )
        )
        loads: defaultdict[UUID, list[Load]] = defaultdict(list)
        for row in _in_order(session.scalars(select(Allocation).where(Allocation.plan_id.in_(heads)))):
            loads[row.pickup_stop_id].append(Load(row.description, row.grams, row.receiver_name))
            loads[row.drop_off_stop_id].append(Load(row.description, row.grams, row.donor_name))
    by_uid: dict[str, Happening] = {}
    times: defaultdict[tuple[int, UUID, str], int] = defaultdict(int)
    for stop, plan_id in sorted(rows, key=lambda row: (heads[row[1]].revision, row[0].sequence)):
        head = heads[plan_id]
        times[head.revision, stop.site_id, stop.kind] += 1
        uid = f"stop-{shift.id}-{stop.kind}-{stop.site_id}-{times[head.revision, stop.site_id, stop.kind]}@wasl"
        by_uid[uid] = Happening(
            uid,
            stop.kind,
            stop.arrive_at,
            stop.leave_at,
            ", ".join(part for part in (stop.site_name, stop.address) if part),
            head.last_revision,
            head.last_published_at,
            tuple(loads[stop.id]),
            cancelled=not head.holds,
            who=stop.site_name,
            notes=stop.access_notes,
            position=(stop.latitude, stop.longitude),
        )
    return list(by_uid.values())
