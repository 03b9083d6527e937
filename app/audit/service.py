"""Verbs on the trail: read it, verify it, say its head. Nothing here writes."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy.orm import Session

from app.audit.queries import Wanted, chain_of, names_of_actors, page_of_entries, whole_chain
from app.domain.audit_chain import BEGINNING, Break, Entry, Mark, first_break
from app.kit.auth import Principal
from app.kit.db import Database
from app.kit.errors import FieldError, not_found, refused
from app.kit.paging import Page
from app.kit.tenancy import Scope
from app.models.partners import Network
from app.models.system import AuditEntry


@dataclass(frozen=True)
class Told:
    """An entry and what its actor is called now; None where the reader does not see them."""

    entry: AuditEntry
    actor_name: str | None


@dataclass(frozen=True)
class Verification:
    """What following a chain has shown."""

    entries: int
    head: Mark
    broken: Break | None

    @property
    def sentence(self) -> str:
        """The outcome for people."""
        if self.broken is not None:
            return f"The chain is broken at entry {self.broken.number}. {self.broken.sentence}"
        return f"The chain is whole: {self.entries} entries, the newest is {self.head.number} {self.head.hash}."


def list_entries(
    session: Session, principal: Principal, wanted: Wanted, *, cursor: str | None = None, limit: int = 50
) -> Page[Told]:
    """The entries that the caller sees: what the organisation did, and what was done to what is its own."""
    principal.require("audit.read")
    if not principal.may_across_network("audit.read"):
        wanted = replace(wanted, organisation=principal.organisation_id)
    found = page_of_entries(session, wanted, cursor, limit)
    names = names_of_actors(session, found.items)
    told = [Told(row, names.get(row.actor_id) if row.actor_id else None) for row in found.items]
    return Page(told, found.next_cursor)


def head(session: Session, principal: Principal) -> Mark:
    """The newest entry of the caller's network by number and hash: what somebody outside keeps."""
    principal.require("audit.read")
    chain = chain_of(session, principal.network_id)
    return BEGINNING if chain is None else Mark(chain.number, chain.hash)


def published_mark(number: int | None, sha256: str | None) -> Mark | None:
    """A head that was noted before; None where none was given.

    Raises `head_incomplete` (422) for a number without a hash or the reverse.
    """
    if number is None and sha256 is None:
        return None
    if number is None or sha256 is None:
        sentence = "Give the number and the hash of a noted entry together."
        raise refused("head_incomplete", sentence, [FieldError("/number", sentence, "head_incomplete")])
    return Mark(number, sha256.strip().lower())


def verify(session: Session, principal: Principal, published: Mark | None) -> Verification:
    """Follow the chain of the caller's network from its first entry that is kept."""
    principal.require("audit.verify")
    return follow(session, principal.network_id, published)


def verify_network(database: Database, network_id: UUID, published: Mark | None) -> Verification:
    """Follow a network's chain, for whoever runs the service.

    Raises WaslError `not_found` (404).
    """
    with database.transaction(Scope(network=network_id)) as session:
        if session.get(Network, network_id) is None:
            raise not_found("network")
        return follow(session, network_id, published)


def follow(session: Session, network_id: UUID, published: Mark | None) -> Verification:
    """Follow the chain of a network that the scope sees."""
    counted = 0

    def counting() -> Iterator[Entry]:
        nonlocal counted
        for entry in chain.entries:
            counted += 1
            yield entry

    with whole_chain(session, network_id) as chain:
        broken = first_break(counting(), chain.begins, chain.ends, published)
        return Verification(counted, chain.ends, broken)
