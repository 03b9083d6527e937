"""The verbs of receiving: a food bank says what came of what was promised to it, and somebody sees where that differs.

A food bank's word is kept beside the driver's and moves no gram: where the two differ, a dispatcher finds out what is
true, and says that it is seen to.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.declines.service import as_driven, promise_to
from app.domain.units import kg_text
from app.kit import audit
from app.kit.auth import Principal
from app.kit.errors import WaslError, conflict, not_found
from app.kit.many_rows import among
from app.kit.outbox import announce
from app.kit.tenancy import Scope, within
from app.ledger.settlement import Known, known_of_shifts
from app.models.fleet import Shift
from app.models.plans import Allocation, Stop
from app.models.receiving import ReceiptConfirmation
from app.receiving.queries import Statement, newest_of, statement
from app.receiving.schemas import ReceiptIn


@dataclass
class LineRefused(Exception):
    """One of several lines is refused, and with it all of them: which one, and why."""

    allocation_id: UUID
    error: WaslError


def confirm_receipt(
    session: Session, principal: Principal, allocation_id: UUID, wish: ReceiptIn, now: datetime
) -> Statement:
    """Say what came of a promise: its food bank's own staff, or the network's in its name. Said twice, it is said once;
    said otherwise, the later word counts.

    Raises `not_delivered_yet` (409) before the van was there or should have been, and `forbidden` for everybody else.
    """
    try:
        [found] = confirm_receipts(session, principal, {allocation_id: wish}, now)
    except LineRefused as refusal:
        raise refusal.error from None
    return found


def confirm_receipts(
    session: Session, principal: Principal, wishes: Mapping[UUID, ReceiptIn], now: datetime
) -> list[Statement]:
    """Say what came of several promises, by allocation, as `confirm_receipt` says of each.

    Their shifts are locked in the order of their ids, so that two requests never wait for one another, and each is
    folded once, however many of its lines there are. Raises LineRefused for the first line that is refused.
    """
    if not wishes:
        return []
    promised = {line: _of_line(line, promise_to, session, principal, "receipts.confirm", line) for line in wishes}
    network_id = next(iter(promised.values())).network_id
    with within(session, Scope(network=network_id), principal.scope):
        driven = {line: as_driven(session, each.parcel_id) or each for line, each in promised.items()}
        shifts = _locked(session, {each.shift_id for each in driven.values()})  # one word after the other
        known = known_of_shifts(session, shifts.keys())
        newest = newest_of(session, {each.parcel_id for each in promised.values()})
        found, fresh = [], []
        for line, wish in wishes.items():
            shift, of_shift = shifts[driven[line].shift_id], known[driven[line].shift_id]
            row = of_shift.promises.rows[promised[line].parcel_id]
            _of_line(line, _refuse_too_early, session, row, of_shift, now)
            said = newest.get(row.parcel_id)
            if said is None or not _is_said(said, wish):
                said = _said(row, shift, wish, 1 if said is None else said.number + 1, principal.name, now)
                newest[row.parcel_id] = said
                session.add(said)
                session.flush()
                fresh.append((row, wish))
                _tell(session, statement(said, of_shift), now)
            found.append(statement(said, of_shift))
    for row, wish in fresh:
        audit.record(
            session, principal, "receipts.confirm", ("allocation", row.id), now,
            owner=row.receiver_organisation_id, kg=kg_text(wish.kg),
        )  # fmt: skip
    return found


def see_difference(
    session: Session, principal: Principal, confirmation_id: UUID, delivered_grams: int | None, now: datetime
) -> Statement:
    """Say that a difference is seen to, as it was shown: the newest word of the food bank beside what the driver had
    reported, None where that was nothing. Seen twice, the first to see it is kept.

    Raises `difference_changed` (409) where either has said otherwise meanwhile.
    """
    principal.require("ledger.settle")
    row = session.get(ReceiptConfirmation, confirmation_id)
    if row is None:
        raise not_found("receipt confirmation")
    with within(session, Scope(network=row.network_id), principal.scope):
        _locked(session, {row.shift_id})
        session.refresh(row)
        found = statement(row, known_of_shifts(session, {row.shift_id})[row.shift_id])
        newest = newest_of(session, {row.parcel_id})[row.parcel_id]
        as_shown = found.received.differs and found.received.delivered_grams == delivered_grams
        if newest.id != row.id or not as_shown:
            raise conflict("difference_changed", "It was said otherwise meanwhile. Look at it again.")
        if found.seen_at is not None:
            return found
        row.seen_by, row.seen_at, row.seen_delivered_grams = principal.name, now, delivered_grams
        session.flush()
    audit.record(
        session, principal, "receipts.see", ("receipt confirmation", row.id), now,
        owner=row.organisation_id, kg=kg_text(row.received_grams),
        kg_delivered=None if delivered_grams is None else kg_text(delivered_grams),
    )  # fmt: skip
    return found


def _of_line[**P, R](line: UUID, asked: Callable[P, R], *args: P.args, **words: P.kwargs) -> R:
    """What is asked of a line, its refusal with the line that it is about."""
    try:
        return asked(*args, **words)
    except WaslError as error:
        raise LineRefused(line, error) from error


def _locked(session: Session, ids: Collection[UUID]) -> dict[UUID, Shift]:
    """The shifts by id, locked in that order."""
    rows = session.scalars(select(Shift).where(among(Shift.id, ids)).order_by(Shift.id).with_for_update(key_share=True))
    return {row.id: row for row in rows}


def _said(
    row: Allocation, shift: Shift, wish: ReceiptIn, number: int, confirmed_by: str, now: datetime
) -> ReceiptConfirmation:
    return ReceiptConfirmation(
        id=uuid4(),
        network_id=row.network_id,
        organisation_id=row.receiver_organisation_id,
        service_date=shift.service_date,
        shift_id=shift.id,
        allocation_id=row.id,
        parcel_id=row.parcel_id,
        offer_line_id=row.offer_line_id,
        number=number,
        received_grams=wish.kg,
        received_crates=wish.crates,
        note=wish.note,
        confirmed_by=confirmed_by,
        confirmed_at=now,
    )


def _refuse_too_early(session: Session, row: Allocation, known: Known, now: datetime) -> None:
    """A driver's phone may be silent: from the planned time on nobody has to wait for it."""
    told, stop = known.told_of(row), known.stop(session.get_one(Stop, row.drop_off_stop_id))
    reported = told.delivered_grams is not None or told.refused_grams is not None or stop.state != "waiting"
    if not reported and now < row.drop_off_at:
        raise conflict("not_delivered_yet", "The van has not been there with this food yet. Say then what came.")


def _is_said(before: ReceiptConfirmation, wish: ReceiptIn) -> bool:
    said = (before.received_grams, before.received_crates, before.note)
    return said == (wish.kg, wish.crates, wish.note)


def _tell(session: Session, found: Statement, now: datetime) -> None:
    row, delivered = found.allocation, found.received.delivered_grams
    announce(
        session,
        row.network_id,
        [row.receiver_organisation_id],
        "allocation.receipt_confirmed",
        ("allocation", row.id),
        now,
        service_date=found.said.service_date.isoformat(),
        offer_line_id=str(row.offer_line_id),
        description=row.description,
        category=row.category,
        donor_name=row.donor_name,
        receiver_name=row.receiver_name,
        kg=kg_text(found.said.received_grams),
        kg_delivered=None if delivered is None else kg_text(delivered),
        differs=found.received.differs,
    )
