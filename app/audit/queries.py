"""Reading the trail: pages by the number of the row, names of actors as they are now, entries as they were hashed."""

import contextlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol
from uuid import UUID

from sqlalchemy import Text, cast, func, or_, select
from sqlalchemy.orm import Session

from app.domain.audit_chain import BEGINNING, Entry, Mark
from app.kit.paging import Order, Page, page
from app.models.fleet import Shift
from app.models.partners import Person
from app.models.system import AuditChain, AuditEntry, Credential

AT_ONCE = 5_000
INSTANT = 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'


@dataclass(frozen=True)
class Wanted:
    """Which entries; None: any."""

    subject_kind: str | None = None
    subject_id: UUID | None = None
    action: str | None = None
    actor: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None
    organisation: UUID | None = None  # what it did, and what was done to what is its own
    order: Literal["newest", "oldest"] = "newest"


def page_of_entries(session: Session, wanted: Wanted, cursor: str | None, limit: int) -> Page[AuditEntry]:
    """One page of the entries that the scope sees."""
    query = select(AuditEntry)
    for column, value in (
        (AuditEntry.subject_kind, wanted.subject_kind),
        (AuditEntry.subject_id, wanted.subject_id),
        (AuditEntry.action, wanted.action),
        (AuditEntry.actor_id, wanted.actor),
    ):
        if value is not None:
            query = query.where(column == value)
    if wanted.since is not None:
        query = query.where(AuditEntry.at >= wanted.since)
    if wanted.until is not None:
        query = query.where(AuditEntry.at < wanted.until)
    if wanted.organisation is not None:
        query = query.where(
            or_(
                AuditEntry.organisation_id == wanted.organisation,
                AuditEntry.subject_organisation_id == wanted.organisation,
            )
        )
    return page(session, query, Order(AuditEntry.id, newest_first=wanted.order == "newest"), cursor, limit)


class Deed(Protocol):
    """A row that names who did it by id."""

    @property
    def actor_id(self) -> UUID | None:
        """A person, the holder of a key or the driver of a shift; None for the service itself."""
        ...


def names_of_actors(session: Session, rows: Sequence[Deed]) -> dict[UUID, str]:
    """What the actors are called now, as far as the scope sees them; an erased person has the neutral name."""
    wanted = {row.actor_id for row in rows}
    found: dict[UUID, str] = {}
    for identity, name in (
        (Person.id, Person.name),
        (Credential.id, Credential.name),
        (Shift.id, Shift.driver_name),
    ):
        found.update({row[0]: row[1] for row in session.execute(select(identity, name).where(identity.in_(wanted)))})
    return found


def chain_of(session: Session, network_id: UUID) -> AuditChain | None:
    """Where a network's chain begins and ends; None before its first entry."""
    return session.get(AuditChain, network_id)


@dataclass(frozen=True)
class Chain:
    """A network's chain: where what is kept begins, where it ends, and all that lies between."""

    begins: Mark
    ends: Mark
    entries: Iterator[Entry]


@contextmanager
def whole_chain(session: Session, network_id: UUID) -> Iterator[Chain]:
    """A network's entries in the order of their numbers, each field as it was hashed, all as of one moment."""
    chain = select(AuditChain).where(AuditChain.network_id == network_id).subquery()
    columns = (
        AuditEntry.number, AuditEntry.previous_hash, AuditEntry.id, cast(AuditEntry.network_id, Text),
        cast(AuditEntry.organisation_id, Text), cast(AuditEntry.subject_organisation_id, Text),
        AuditEntry.actor_kind, cast(AuditEntry.actor_id, Text), AuditEntry.action, AuditEntry.subject_kind,
        cast(AuditEntry.subject_id, Text), cast(AuditEntry.detail, Text),
        func.to_char(func.timezone("UTC", AuditEntry.at), INSTANT), AuditEntry.hash,
    )  # fmt: skip
    # One statement, read bit by bit: the end and the entries are those of the same moment while others write.
    query = (
        select(chain.c.pruned_number, chain.c.pruned_hash, chain.c.number, chain.c.hash, *columns)
        .select_from(AuditEntry)
        .outerjoin(chain, chain.c.network_id == AuditEntry.network_id)
        .where(AuditEntry.network_id == network_id)
        .order_by(AuditEntry.number, AuditEntry.id)
        .execution_options(yield_per=AT_ONCE)
    )
    with contextlib.closing(session.execute(query)) as rows:
        yield _chain(session, network_id, rows)


def _chain(session: Session, network_id: UUID, rows: Iterator[Any]) -> Chain:
    first = next(rows, None)
    if first is None:
        known = chain_of(session, network_id)
        marks = None if known is None else (known.pruned_number, known.pruned_hash, known.number, known.hash)
    else:
        marks = None if first[0] is None else first[:4]
    begins, ends = (BEGINNING, BEGINNING) if marks is None else (Mark(*marks[:2]), Mark(*marks[2:]))
    return Chain(begins, ends, (Entry(*row[4:]) for row in _and_then(first, rows)))


def _and_then(first: Any, rows: Iterator[Any]) -> Iterator[Any]:
    """The first row again, then the others."""
    if first is not None:
        yield first
        yield from rows
