"""The delivery note of a stop where food changed hands: what was handed over, by whom to whom, and who signed.

Between a store and the vehicle, or the vehicle and a food bank; read from what the driver reported at that stop, in
whichever plan it stood. A partner reads the lines of its own food alone.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.personal import ERASED_DRIVER
from app.domain.retention import rule_of
from app.driving.doors import DOORS
from app.issuing.content import Content
from app.kit.auth import Principal
from app.kit.errors import not_found
from app.kit.many_rows import among
from app.kit.tenancy import Scope, within
from app.ledger.settlement import Known, known_of
from app.models.doors import StopSignature
from app.models.events import StopEvent
from app.models.offers import OfferLine
from app.models.plans import Allocation, Plan, Route, Stop

HANDED_OVER = {"pickup": "collected", "drop_off": "delivered"}
CHANGES_HANDS = ("collected", "delivered", "refused")
# shown: here they are; kept: somebody signed, for the two whose food it is to see; none: nobody signed; gone: whether
# somebody did is not kept any more.
Signed = Literal["shown", "kept", "none", "gone"]


@dataclass(frozen=True)
class Party:
    """A place between which food went: its name, whose it is, and where it is."""

    site: str
    organisation: str
    address: str


@dataclass(frozen=True)
class NoteLine:
    """One food at the stop. grams: what changed hands there; reason: why something was refused or left, as a code;
    standing: `held` or `thrown_away` where what the report says was held back for its temperature."""

    food: Allocation
    line: OfferLine
    store: Party
    food_bank: Party
    grams: int
    refused_grams: int
    reason: str | None
    celsius: float | None
    standing: Literal["", "held", "thrown_away"]


@dataclass(frozen=True)
class DeliveryNote:
    """One stop's note. here: the store of a pickup, the food bank of a drop-off. as_of: when the last report of it, or
    signature, came."""

    stop_id: UUID
    visit_id: UUID
    kind: str
    service_date: date
    at: datetime
    here: Party
    route_number: int
    vehicle: str
    driver: str
    lines: Sequence[NoteLine]
    signatures: Sequence[StopSignature]
    signed: Signed
    as_of: datetime

    @property
    def grams(self) -> int:
        """All that changed hands."""
        return sum(line.grams for line in self.lines)

    @property
    def refused_grams(self) -> int:
        """All that was refused at this door."""
        return sum(line.refused_grams for line in self.lines)


def note_of_stop(session: Session, principal: Principal, stop_id: UUID, now: datetime) -> DeliveryNote:
    """The note of a stop in any published plan; raises `not_found`, also where nothing changed hands there, or nothing
    of the caller's."""
    principal.require("allocations.read")
    with within(session, Scope(network=principal.network_id), principal.scope):  # reports are the network's
        stop = session.get(Stop, stop_id)
        if stop is None or stop.kind not in DOORS:
            raise not_found("delivery note")
        return note_at(session, principal, stop, known_of(session, stop.shift_id), now)


def content_of_visit(session: Session, principal: Principal, visit_id: UUID, now: datetime) -> Content:
    """What the note of a visit says, in whichever plan it stands now; raises `not_found`."""
    with within(session, Scope(network=principal.network_id), principal.scope):
        query = (
            select(Stop.id)
            .join(Route, Route.id == Stop.route_id)
            .join(Plan, Plan.id == Route.plan_id)
            .where(Stop.visit_id == visit_id, Plan.published_at.is_not(None))
            .order_by(Plan.number.desc())
        )
        stop_id = session.scalars(query).first()
    if stop_id is None:
        raise not_found("delivery note")
    return content_of(note_of_stop(session, principal, stop_id, now))


def note_at(session: Session, principal: Principal, stop: Stop, known: Known, now: datetime) -> DeliveryNote:
    """As `note_of_stop`, read within the network."""
    route = session.get_one(Route, stop.route_id)
    plan = session.get_one(Plan, route.plan_id)
    visit = known.promises.visits.get(stop.id)
    events = [] if visit is None else _reports_at(session, known, visit)
    rows = [row for row in _food_at(known, events) if _sees(principal, row)]
    lines = [_line(session, known, row, stop.kind, events) for row in rows]
    lines = [line for line in lines if line.grams or line.refused_grams]
    if not lines or visit is None:
        raise not_found("delivery note")
    theirs = _signatures(session, stop.shift_id, [event.id for event in events])
    shown = [each for each in theirs if principal.organisation_id in each.organisation_ids]
    last = max(event.recorded_at for event in events)
    return DeliveryNote(
        stop_id=stop.id,
        visit_id=visit,
        kind=stop.kind,
        service_date=plan.service_date,
        at=max(event.occurred_at for event in events if event.kind in CHANGES_HANDS),
        here=_party(stop),
        route_number=route.number,
        vehicle=route.vehicle_name,
        driver="" if route.driver_name == ERASED_DRIVER else route.driver_name,
        lines=sorted(lines, key=lambda line: (line.food.description, line.food.id)),
        signatures=shown,
        signed="shown" if shown else _unseen(theirs, last, now),
        as_of=max([last, *(each.recorded_at for each in shown)]),
    )


def _unseen(theirs: Sequence[StopSignature], last: datetime, now: datetime) -> Signed:
    if theirs:
        return "kept"
    return "gone" if last + signatures_kept() < now else "none"


def signatures_kept() -> timedelta:
    """How long it is kept who signed."""
    return timedelta(days=rule_of("stop_signatures").days or 0)


def _reports_at(session: Session, known: Known, visit: UUID) -> list[StopEvent]:
    """What was reported at a visit, in the order in which it happened."""
    stops = [stop for stop, its in known.promises.visits.items() if its == visit]
    query = select(StopEvent).where(among(StopEvent.stop_id, stops))
    return list(session.scalars(query.order_by(StopEvent.occurred_at, StopEvent.id)))


def _food_at(known: Known, events: Sequence[StopEvent]) -> list[Allocation]:
    """The promises that something is reported of at a visit."""
    named = {known.promises.parcel(UUID(line["allocation"])) for event in events for line in event.lines}
    return [row for parcel, row in known.promises.rows.items() if parcel in named]


def _sees(principal: Principal, row: Allocation) -> bool:
    mine = principal.organisation_id in (row.donor_organisation_id, row.receiver_organisation_id)
    return mine or (principal.sees_network and row.network_id == principal.network_id)


def _line(session: Session, known: Known, row: Allocation, kind: str, events: Sequence[StopEvent]) -> NoteLine:
    """The later of two reports of one kind counts, as everywhere."""
    grams: dict[str, int] = {}
    reason: str | None = None
    celsius: float | None = None
    for event in events:
        for line in event.lines:
            if known.promises.parcel(UUID(line["allocation"])) == row.parcel_id:
                grams[event.kind] = line["grams"]
                reason = event.reason or reason
                celsius = line["celsius"] if line["celsius"] is not None else celsius
    outcome = known.outcome(row)
    standing: Literal["", "held", "thrown_away"] = "held" if outcome.held else ""
    return NoteLine(
        food=row,
        line=session.get_one(OfferLine, row.offer_line_id),
        store=_party(session.get_one(Stop, row.pickup_stop_id)),
        food_bank=_party(session.get_one(Stop, row.drop_off_stop_id)),
        grams=grams.get(HANDED_OVER[kind], 0),
        refused_grams=grams.get("refused", 0),
        reason=reason,
        celsius=celsius,
        standing="thrown_away" if outcome.discarded else standing,
    )


def _party(stop: Stop) -> Party:
    return Party(stop.site_name, stop.organisation_name, stop.address)


def _signatures(session: Session, shift_id: UUID, events: Collection[UUID]) -> list[StopSignature]:
    query = select(StopSignature).where(StopSignature.shift_id == shift_id, among(StopSignature.event_id, events))
    return list(session.scalars(query.order_by(StopSignature.signed_at, StopSignature.id)))


def content_of(note: DeliveryNote) -> Content:
    """What the note says, line by line; who signed, and who drove, are details of it."""
    stores = sorted({line.store.organisation for line in note.lines})
    food_banks = sorted({line.food_bank.organisation for line in note.lines})
    return Content(
        kind="delivery_note",
        subject=str(note.visit_id),
        first=note.service_date,
        last=note.service_date,
        grams={"handed_over": note.grams, "refused_at_the_door": note.refused_grams},
        parts={
            str(line.food.parcel_id): {"handed_over": line.grams, "refused_at_the_door": line.refused_grams}
            for line in note.lines
        },
        donors=stores,
        receivers=food_banks,
        details=[
            note.kind, note.at, note.here.site, note.here.address, note.route_number, note.vehicle, note.driver,
            note.signed, [[each.id, each.signed_by, each.strokes] for each in note.signatures],
            [
                [
                    line.food.description, line.food.crates, line.food.temperature_class, line.line.lot,
                    line.line.date_mark, line.line.mark_date, line.line.allergens, line.reason, line.celsius,
                    line.standing, line.store.site, line.food_bank.site,
                ]
                for line in note.lines
            ],
        ],
    )  # fmt: skip


@dataclass(frozen=True)
class NoteOfStop:
    """Where there is a note: the stop, and what was done there when."""

    stop_id: UUID
    kind: str
    site: str
    at: datetime


def notes_of_lines(session: Session, principal: Principal, lines: Collection[UUID]) -> list[NoteOfStop]:
    """The notes about these offer lines that the caller may read, as they happened."""
    shifts = set(session.scalars(select(Allocation.shift_id).where(among(Allocation.offer_line_id, lines))))
    found: dict[UUID, NoteOfStop] = {}
    if not shifts:
        return []
    with within(session, Scope(network=principal.network_id), principal.scope):
        for shift in shifts:
            known = known_of(session, shift)
            wanted = {parcel for parcel, row in known.promises.rows.items() if row.offer_line_id in lines}
            for event, stop in _handing_over(session, shift):
                parcels = {known.promises.parcel(UUID(line["allocation"])) for line in event.lines if line["grams"]}
                if parcels & wanted and any(_sees(principal, known.promises.rows[each]) for each in parcels & wanted):
                    visit = known.promises.visits.get(stop.id, stop.id)
                    found[visit] = NoteOfStop(stop.id, stop.kind, stop.site_name, event.occurred_at)
    return sorted(found.values(), key=lambda each: (each.at, each.kind != "pickup", each.stop_id))


def stops_with_notes(session: Session, principal: Principal, route_id: UUID) -> frozenset[UUID]:
    """The stops of a route at which something was reported that changed hands, in whichever plan."""
    principal.require("plans.read")
    here = select(Stop.id, Stop.visit_id, Stop.shift_id).where(Stop.route_id == route_id).subquery()
    query = (
        select(here.c.id)
        .join(Stop, (Stop.visit_id == here.c.visit_id) & (Stop.shift_id == here.c.shift_id))
        .join(StopEvent, StopEvent.stop_id == Stop.id)
        .where(StopEvent.kind.in_(CHANGES_HANDS))
    )
    return frozenset(session.scalars(query))


def _handing_over(session: Session, shift_id: UUID) -> list[tuple[StopEvent, Stop]]:
    query = (
        select(StopEvent, Stop)
        .join(Stop, Stop.id == StopEvent.stop_id)
        .where(StopEvent.shift_id == shift_id, StopEvent.kind.in_(CHANGES_HANDS), Stop.kind.in_(DOORS))
    )
    return [(event, stop) for event, stop in session.execute(query.order_by(StopEvent.occurred_at, StopEvent.id))]
