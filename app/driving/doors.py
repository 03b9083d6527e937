"""What is kept of a stop beside the report of it: who signed there, with whose food it was, and who sees it."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Uuid, any_, literal, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from app.driving.schemas import SignatureIn
from app.kit.auth import Principal
from app.ledger.settlement import Promises
from app.models.doors import StopSignature
from app.models.events import StopEvent
from app.models.plans import Allocation, Stop

DOORS = ("pickup", "drop_off")  # the kinds of stops where food is handed over


@dataclass(frozen=True)
class Door:
    """Where a report was made, with the food that it is about and the stores and food banks whose food that is."""

    visit_id: UUID
    stop_kind: str
    site_name: str
    organisation_ids: Sequence[UUID]
    offer_line_ids: Sequence[UUID]


def door_of(promises: Promises, stops: Iterable[Stop], event: StopEvent) -> Door:
    """The door of a report. One that names no food is about all that was to be handled there."""
    here = promises.stop(event.stop_id)
    stop = next(each for each in stops if promises.stop(each.id) == here)
    named = {promises.parcel(UUID(line["allocation"])) for line in event.lines}
    food = [row for parcel, row in promises.rows.items() if (parcel in named if named else _is_at(promises, row, here))]
    parties = {party for row in food for party in (row.donor_organisation_id, row.receiver_organisation_id)}
    lines = {row.offer_line_id for row in food}
    return Door(stop.visit_id, stop.kind, stop.site_name, sorted(parties), sorted(lines))


def _is_at(promises: Promises, row: Allocation, here: str) -> bool:
    return here in (promises.stop(row.pickup_stop_id), promises.stop(row.drop_off_stop_id))


def keep_signature(session: Session, event: StopEvent, door: Door, signature: SignatureIn) -> None:
    """Write down who signed for what a report says; the report is stored already, once. Where no food is handed over,
    as at the start, there is nothing to sign for."""
    if door.stop_kind not in DOORS:
        return
    session.add(
        StopSignature(
            network_id=event.network_id,
            shift_id=event.shift_id,
            event_id=event.id,
            stop_kind=door.stop_kind,
            site_name=door.site_name,
            organisation_ids=door.organisation_ids,
            offer_line_ids=door.offer_line_ids,
            signed_by=signature.signed_by,
            strokes=signature.strokes,
            signed_at=event.occurred_at,
            recorded_at=event.recorded_at,
        )
    )


def signatures_for(session: Session, principal: Principal, lines: Collection[UUID]) -> Sequence[StopSignature]:
    """Who signed for food of these offer lines, oldest first: for the stores and food banks that it went between alone,
    not for the network's staff."""
    query = select(StopSignature).where(
        StopSignature.offer_line_ids.overlap(literal(list(lines), ARRAY(Uuid))),
        literal(principal.organisation_id, Uuid) == any_(StopSignature.organisation_ids),
    )
    return session.scalars(query.order_by(StopSignature.signed_at, StopSignature.id)).all()
