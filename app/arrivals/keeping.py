"""What was told of arrivals: kept a row a stop, told again when it has moved, closed when the van is there.

By the fold of all reports, as everything about the road: looking twice changes nothing. Whoever calls holds the lock of
the shift, so that one looks at it at a time.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.arrivals.links import page_of, standing_token
from app.arrivals.routes import RouteUnderWay
from app.domain.arrivals import Expected, moved
from app.kit.outbox import announce
from app.models.alarms import Arrival
from app.models.fleet import Shift
from app.models.partners import Site
from app.models.plans import Stop


def keep_arrivals(session: Session, shift: Shift, found: RouteUnderWay | None, now: datetime) -> int:
    """Bring the rows of a shift up to date and tell what has moved; how many messages that took."""
    stops = (
        {}
        if found is None
        else {stop.visit_id: stop for stop in found.route.stops if stop.kind in ("pickup", "drop_off")}
    )
    _forget_others(session, shift, set(stops))
    if found is None:
        return 0
    rows = {row.visit_id: row for row in session.scalars(select(Arrival).where(Arrival.shift_id == shift.id))}
    if stops.keys() - rows.keys():
        rows = _with_new(session, shift, stops)
    told = 0
    for visit_id, stop in stops.items():
        row, state = rows[visit_id], found.states[str(stop.id)]
        if state.state == "waiting":
            row.planned_at = stop.arrive_at  # a change of the plan may have another time for the same stop
        row.stop_id = stop.id
        row.state = "arrived" if state.partial else state.state
        row.arrived_at = state.arrived_at
        expected = found.expected.get(stop.id)
        if expected is not None:
            row.looked_at = now
        if expected is not None and moved(row.expected_at, expected.arrive_at):
            _tell(session, row, stop, expected, now)
            told += 1
    session.flush()
    return told


def _forget_others(session: Session, shift: Shift, stops: set[UUID]) -> None:
    """A newer plan has other stops; those that were reached stay, as what was told and what came."""
    gone = delete(Arrival).where(Arrival.shift_id == shift.id, Arrival.state == "waiting")
    session.execute(gone.where(Arrival.visit_id.not_in(stops)).execution_options(synchronize_session=False))


def _with_new(session: Session, shift: Shift, stops: dict[UUID, Stop]) -> dict[UUID, Arrival]:
    """A row for each stop that has none: what was told of it so far is the plan."""
    hosts = select(Site.id, Site.organisation_id).where(Site.id.in_({stop.site_id for stop in stops.values()}))
    organisations = {site: organisation for site, organisation in session.execute(hosts)}  # noqa: C416
    session.execute(
        insert(Arrival)
        .values(
            [
                {
                    "visit_id": stop.visit_id,
                    "stop_id": stop.id,
                    "network_id": shift.network_id,
                    "organisation_id": organisations[stop.site_id],
                    "shift_id": shift.id,
                    "site_id": stop.site_id,
                    "service_date": shift.service_date,
                    "kind": stop.kind,
                    "site_name": stop.site_name,
                    "planned_at": stop.arrive_at,
                    "expected_at": stop.arrive_at,
                    "state": "waiting",
                }
                for stop in stops.values()
            ]
        )
        .on_conflict_do_nothing()
    )
    return {row.visit_id: row for row in session.scalars(select(Arrival).where(Arrival.shift_id == shift.id))}


def _tell(session: Session, row: Arrival, stop: Stop, expected: Expected, now: datetime) -> None:
    before = row.expected_at
    row.expected_at, row.told_at = expected.arrive_at, now
    token = standing_token(session, row.network_id, session.get_one(Site, row.site_id), row.service_date, now)
    announce(
        session,
        row.network_id,
        [row.organisation_id],
        "arrival.changed",
        ("stop", stop.id),
        now,
        site_name=row.site_name,
        stop_kind=row.kind,
        service_date=str(row.service_date),
        at=row.expected_at.isoformat(),
        told_before=before.isoformat(),
        planned_at=row.planned_at.isoformat(),
        page=None if token is None else page_of(token),
    )
