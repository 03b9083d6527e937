"""The verb of receiving: a food bank says what came of what was promised to it.

Its word is kept beside the driver's and moves no gram: where the two differ, a dispatcher finds out what is true.
"""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from app.declines.service import as_driven, everything_about, promise_to
from app.domain.units import kg_text
from app.kit import audit
from app.kit.auth import Principal
from app.kit.db import ROW_LOCK
from app.kit.errors import conflict
from app.kit.outbox import announce
from app.kit.tenancy import within
from app.ledger.settlement import Known, known_of
from app.models.fleet import Shift
from app.models.plans import Allocation, Stop
from app.models.receiving import ReceiptConfirmation
from app.receiving.queries import Statement, newest_of, statement
from app.receiving.schemas import ReceiptIn


def confirm_receipt(
    session: Session, principal: Principal, allocation_id: UUID, wish: ReceiptIn, now: datetime
) -> Statement:
    """Say what came of a promise: its food bank's own staff, or the network's in its name. Said twice, it is said once;
    said otherwise, the later word counts.

    Raises `not_delivered_yet` (409) before the van was there or should have been, and `forbidden` for everybody else.
    """
    allocation = promise_to(session, principal, "receipts.confirm", allocation_id)
    with within(session, everything_about(allocation), principal.scope):
        driven = as_driven(session, allocation.parcel_id) or allocation
        shift = session.get_one(Shift, driven.shift_id, with_for_update=ROW_LOCK)  # one word after the other
        known = known_of(session, shift.id)
        row = known.promises.rows[allocation.parcel_id]
        _refuse_too_early(session, row, known, now)
        before = newest_of(session, [row.parcel_id]).get(row.parcel_id)
        if before is not None and _is_said(before, wish):
            return statement(before, known)
        said = ReceiptConfirmation(
            id=uuid4(),
            network_id=row.network_id,
            organisation_id=row.receiver_organisation_id,
            service_date=shift.service_date,
            shift_id=shift.id,
            allocation_id=row.id,
            parcel_id=row.parcel_id,
            offer_line_id=row.offer_line_id,
            number=1 if before is None else before.number + 1,
            received_grams=wish.kg,
            received_crates=wish.crates,
            note=wish.note,
            confirmed_by=principal.name,
            confirmed_at=now,
        )
        session.add(said)
        session.flush()
        found = statement(said, known)
        _tell(session, found, now)
    kg = kg_text(wish.kg)
    audit.record(
        session, principal, "receipts.confirm", ("allocation", row.id), now, owner=row.receiver_organisation_id, kg=kg
    )
    return found


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
