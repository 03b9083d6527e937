"""What happened, for everybody who wants to hear of it: written in the transaction of the deed, told on afterwards."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Table, insert, text
from sqlalchemy.orm import Session

from app.models.system import OutboxMessage


def announce(
    session: Session,
    network_id: UUID,
    organisations: Iterable[UUID],
    kind: str,
    subject: tuple[str, UUID],
    now: datetime,
    **data: Any,
) -> None:
    """Add one message; it is told on if and only if the transaction commits.

    organisations: who may hear of it besides the network's own staff. kind: such as "offer.posted"; `subject` is the
    noun and the id of what it is about. data: plain JSON values, kilograms as decimal strings, instants as text;
    nothing that one of the organisations may not see of the other.
    """
    # In line, without reading the row back: a driver tells what nobody on the road may read.
    session.execute(
        insert(cast(Table, OutboxMessage.__table__))
        .values(
            network_id=network_id,
            organisation_ids=sorted(set(organisations)),
            kind=kind,
            subject_kind=subject[0],
            subject_id=subject[1],
            data=data,
            at=now,
        )
        .inline()
    )


def number_messages(session: Session) -> None:
    """Give a position to every message that is committed and has none: what is told on goes by position.

    Positions are given out one transaction at a time, so whoever sees one has seen all below it, or never will. The
    ids are no such order: they are given while a transaction runs, and one that began earlier may end later.
    """
    session.execute(text("SELECT wasl_number_outbox()"))
