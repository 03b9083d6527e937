"""The lines of a supermarket's donations: what was delivered of each promise, with the code of its delivery note."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from app.domain import check_code
from app.driving.delivery_note import DeliveryNote, content_of, note_at
from app.issuing.service import issue
from app.kit.auth import Principal
from app.kit.errors import WaslError, not_found, refused
from app.kit.many_rows import among
from app.kit.paging import Order, Page, page
from app.kit.tenancy import Scope, within
from app.ledger.settlement import Known, known_of_shifts
from app.models.events import StopEvent
from app.models.offers import OfferLine
from app.models.partners import Organisation
from app.models.plans import Allocation, Plan, Stop


@dataclass(frozen=True)
class Donation:
    """Grams of one offer line that one food bank received. note: None where no report says where it changed hands."""

    food: Allocation
    line: OfferLine
    service_date: date
    delivered_at: datetime | None
    grams: int
    receiver: Organisation
    note: DeliveryNote | None
    note_code: str | None = None


@dataclass(frozen=True)
class Wanted:
    """Whose, and of which days, both included; None: from the first on, until the last."""

    organisation_id: UUID | None = None
    first: date | None = None
    last: date | None = None


def list_donations(
    session: Session, principal: Principal, wanted: Wanted, cursor: str | None, limit: int, now: datetime
) -> Page[Donation]:
    """What was delivered of the caller's own food, or of a partner's for the network's staff, as it was planned.

    It adds up to what the certificates say is delivered: food that is held back is in neither. A page may be shorter
    than asked for. Raises `not_found` for another's, and `range_inverted` (422).
    """
    principal.require("allocations.read")
    donor = wanted.organisation_id or principal.organisation_id
    if donor != principal.organisation_id and not principal.sees_network:
        raise not_found("organisation")
    if wanted.first is not None and wanted.last is not None and wanted.last < wanted.first:
        raise refused("range_inverted", "The last day is before the first. Swap the two.")
    with within(session, Scope(network=principal.network_id), principal.scope):  # plans and reports are the network's
        rows = page(session, _newest(donor, wanted), Order(Allocation.drop_off_at, Allocation.id), cursor, limit)
        found = _delivered(session, principal, rows.items, now)
    return Page([_with_code(session, principal, each, now) for each in found], rows.next_cursor)


def _newest(donor: UUID, wanted: Wanted) -> Select[Allocation]:
    """Every promise of a donor's food as the newest plan has it that has it."""
    newest = (
        select(Allocation.id)
        .join(Plan, Plan.id == Allocation.plan_id)
        .where(Allocation.donor_organisation_id == donor, Plan.published_at.is_not(None))
        .ext(distinct_on(Allocation.parcel_id))
        .order_by(Allocation.parcel_id, Plan.number.desc())
    )
    query = select(Allocation).join(Plan, Plan.id == Allocation.plan_id).where(Allocation.id.in_(newest))
    if wanted.first is not None:
        query = query.where(Plan.service_date >= wanted.first)
    if wanted.last is not None:
        query = query.where(Plan.service_date <= wanted.last)
    return query


def _delivered(session: Session, principal: Principal, rows: Sequence[Allocation], now: datetime) -> list[Donation]:
    if not rows:
        return []
    known = known_of_shifts(session, {row.shift_id for row in rows})
    given = [row for row in rows if known[row.shift_id].outcome(row).booked_as_delivered]
    lines = {
        line.id: line
        for line in session.scalars(select(OfferLine).where(among(OfferLine.id, {row.offer_line_id for row in given})))
    }
    receivers = {
        each.id: each
        for each in session.scalars(
            select(Organisation).where(among(Organisation.id, {row.receiver_organisation_id for row in given}))
        )
    }
    days = dict(
        session.execute(select(Plan.id, Plan.service_date).where(among(Plan.id, {row.plan_id for row in given}))).all()
    )
    notes = _notes(session, principal, given, known, now)
    return [
        Donation(
            food=row,
            line=lines[row.offer_line_id],
            service_date=days[row.plan_id],
            delivered_at=known[row.shift_id].told_of(row).delivered_at,
            grams=known[row.shift_id].outcome(row).booked_as_delivered,
            receiver=receivers[row.receiver_organisation_id],
            note=notes.get(row.parcel_id),
        )
        for row in given
    ]


def _notes(
    session: Session, principal: Principal, rows: Iterable[Allocation], known: dict[UUID, Known], now: datetime
) -> dict[UUID, DeliveryNote]:
    """By promise, the note of the stop where it was last said to be delivered; one note is read once."""
    by_stop: dict[UUID, DeliveryNote | None] = {}
    found: dict[UUID, DeliveryNote] = {}
    stops = _stops(session, known)
    for row in rows:
        stop = stops.get(row.parcel_id)
        if stop is None:
            continue
        visit = known[row.shift_id].promises.visits.get(stop.id, stop.id)
        if visit not in by_stop:
            by_stop[visit] = _note(session, principal, stop, known[row.shift_id], now)
        note = by_stop[visit]
        if note is not None:
            found[row.parcel_id] = note
    return found


def _note(session: Session, principal: Principal, stop: Stop, known: Known, now: datetime) -> DeliveryNote | None:
    try:
        return note_at(session, principal, stop, known, now)
    except WaslError:
        return None


def _stops(session: Session, known: dict[UUID, Known]) -> dict[UUID, Stop]:
    """By promise, where it was last reported as delivered."""
    query = (
        select(StopEvent, Stop)
        .join(Stop, Stop.id == StopEvent.stop_id)
        .where(among(StopEvent.shift_id, known), StopEvent.kind == "delivered")
        .order_by(StopEvent.occurred_at, StopEvent.id)
    )
    return {
        known[event.shift_id].promises.parcel(UUID(line["allocation"])): stop
        for event, stop in session.execute(query)
        for line in event.lines
        if line["grams"]
    }


def _with_code(session: Session, principal: Principal, found: Donation, now: datetime) -> Donation:
    """With the check code of its note, which is issued with it."""
    if found.note is None:
        return found
    code = check_code.shown(issue(session, principal, content_of(found.note), now).code)
    return replace(found, note_code=code)
