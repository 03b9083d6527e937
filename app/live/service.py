"""Verbs of the live view: what this caller may hear of, from a message on, in the order in which it became true."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select, true
from sqlalchemy.orm import Session

from app.domain.outbox_kinds import KINDS, known, wanted
from app.kit.auth import Principal, authenticate
from app.kit.db import Database
from app.kit.errors import FieldError, WaslError, invalid_request
from app.kit.outbox import number_messages
from app.kit.paging import Page
from app.live.schemas import MessageOut, SubjectOut
from app.models.system import OutboxMessage

AT_ONCE = 100
PREFIX = "msg_"


@dataclass(frozen=True)
class Wish:
    """Where a listener begins, and what is heard; no kinds: all of them."""

    last: str | None = None
    since: datetime | None = None
    kinds: tuple[str, ...] = ()


def message_out(message: OutboxMessage) -> MessageOut:
    """A message as it leaves."""
    return MessageOut(
        id=PREFIX + message.reference.hex,
        kind=message.kind,
        at=message.at,
        subject=SubjectOut(kind=message.subject_kind, id=message.subject_id),
        data=message.data,
    )


def _heard_by(principal: Principal) -> ColumnElement[bool]:
    """Whose messages these are; row security says the same."""
    if principal.sees_network:
        return OutboxMessage.network_id == principal.network_id
    return OutboxMessage.organisation_ids.any_() == principal.organisation_id


def _of_kinds(kinds: Sequence[str]) -> ColumnElement[bool]:
    """Kinds and families of them, as webhooks ask for them."""
    if not kinds:
        return true()
    return OutboxMessage.kind.in_([each for each in KINDS if wanted(kinds, each)])


def _position_of(session: Session, principal: Principal, last: str, pointer: str) -> int:
    """The position of a message that the caller has heard; raises `invalid_request`."""
    try:
        reference = UUID(last.removeprefix(PREFIX))
    except ValueError:
        reference = None
    position = None
    if reference is not None:
        query = select(OutboxMessage.position).where(OutboxMessage.reference == reference, _heard_by(principal))
        position = session.scalar(query)
    if position is None:
        raise invalid_request([FieldError(pointer, "There is no message of this id. Begin again without it.")])
    return position


def check_kinds(kinds: Sequence[str]) -> None:
    """Raise `invalid_request` for a kind that there is not."""
    if not all(known(kind) for kind in kinds):
        raise invalid_request([FieldError("/kind", "There is no such kind of message.")])


def list_messages(session: Session, principal: Principal, wish: Wish, *, limit: int) -> Page[OutboxMessage]:
    """What the caller may hear of, oldest first; `wish.last` is the last message of the page before."""
    principal.require("events.read")
    check_kinds(wish.kinds)
    number_messages(session)
    position = 0 if wish.last is None else _position_of(session, principal, wish.last, "/cursor")
    query = _from(principal, position, wish.kinds)
    if wish.since is not None:
        query = query.where(OutboxMessage.at >= wish.since)
    rows = list(session.scalars(query.limit(limit + 1)))
    if len(rows) <= limit:
        return Page(rows, None)
    return Page(rows[:limit], PREFIX + rows[limit - 1].reference.hex)


def _from(principal: Principal, position: int, kinds: Sequence[str]) -> Select[OutboxMessage]:
    return (
        select(OutboxMessage)
        .where(OutboxMessage.position > position, _heard_by(principal), _of_kinds(kinds))
        .order_by(OutboxMessage.position)
    )


def beginning(session: Session, principal: Principal, wish: Wish) -> int:
    """The position behind which a listener hears: its last message, what happened since, or else from now on."""
    principal.require("events.read")
    check_kinds(wish.kinds)
    number_messages(session)
    if wish.last is not None:
        return _position_of(session, principal, wish.last, "/Last-Event-ID")
    newest = session.scalar(select(func.max(OutboxMessage.position)).where(_heard_by(principal))) or 0
    if wish.since is None:
        return newest
    first = select(func.min(OutboxMessage.position)).where(_heard_by(principal), OutboxMessage.at >= wish.since)
    found = session.scalar(first)
    return newest if found is None else found - 1


def news(database: Database, secret: str, now: datetime, position: int, wish: Wish) -> list[OutboxMessage] | None:
    """What came behind `position`; None when the caller may not listen any more. Asks who it is each time."""
    try:
        principal = authenticate(database, secret, now)
        principal.require("events.read")
    except WaslError as error:
        if error.status in (401, 403):
            return None
        raise
    with database.transaction(principal.scope) as session:
        number_messages(session)
        query = _from(principal, position, wish.kinds)
        if wish.last is None and wish.since is not None:
            query = query.where(OutboxMessage.at >= wish.since)
        return list(session.scalars(query.limit(AT_ONCE)))
