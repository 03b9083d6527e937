"""HTTP for the audit trail."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from sqlalchemy.orm import Session

from app.audit import service
from app.audit.queries import Wanted
from app.audit.schemas import ActorOut, AuditEntryOut, BreakOut, HeadOut, VerificationOut
from app.kit.web import PROBLEMS, ApiRoute, Caller, Cursor, Limit
from app.kit.wire import Instant, PageOut

router = APIRouter(prefix="/api/v1/audit-entries", route_class=ApiRoute, tags=["audit"], responses=PROBLEMS)
Word = Annotated[str | None, Query(max_length=80, pattern=r"^[a-z][a-z_. ]*$")]


@router.get("")
def list_audit_entries(
    call: Caller,
    subject_kind: Word = None,
    subject_id: UUID | None = None,
    action: Word = None,
    actor: Annotated[UUID | None, Query(description="Id of a person, of an API key or of a driver's shift")] = None,
    since: Annotated[Instant | None, Query(alias="from", description="From this moment on")] = None,
    until: Annotated[Instant | None, Query(description="Before this moment")] = None,
    order: Literal["newest", "oldest"] = "newest",
    cursor: Cursor = None,
    limit: Limit = 50,
) -> PageOut[AuditEntryOut]:
    """Who did what: your organisation's deeds and what was done to what is yours; the network's staff see all."""
    wanted = Wanted(subject_kind, subject_id, action, actor, since, until, order=order)

    def query(session: Session) -> PageOut[AuditEntryOut]:
        page = service.list_entries(session, call.principal, wanted, cursor=cursor, limit=limit)
        return PageOut(items=[_out(told) for told in page.items], next_cursor=page.next_cursor)

    return call.read(query)


@router.get("/head")
def get_audit_head(call: Caller) -> HeadOut:
    """The newest number and hash of your network's chain, for you to keep where nobody of the network can change it."""
    found = call.read(lambda session: service.head(session, call.principal))
    return HeadOut(network_id=call.principal.network_id, number=found.number, hash=found.hash, read_at=call.now)


@router.get("/verification")
def verify_audit_trail(
    call: Caller,
    number: Annotated[int | None, Query(ge=1, le=2**62, description="Of an entry that was noted before")] = None,
    sha256: Annotated[
        str | None, Query(alias="hash", pattern=r"^\s*[0-9A-Fa-f]{64}\s*$", description="That entry's hash")
    ] = None,
) -> VerificationOut:
    """Follow your network's chain and say the first entry at which it does not hold."""
    published = service.published_mark(number, sha256)
    found = call.read(lambda session: service.verify(session, call.principal, published))
    broken = found.broken and BreakOut(
        number=found.broken.number, problem=found.broken.problem, sentence=found.broken.sentence
    )
    return VerificationOut(
        intact=found.broken is None,
        entries=found.entries,
        number=found.head.number,
        hash=found.head.hash,
        first_broken=broken,
        sentence=found.sentence,
    )


def _out(told: service.Told) -> AuditEntryOut:
    row = told.entry
    return AuditEntryOut(
        id=row.id,
        number=row.number,
        at=row.at,
        actor=ActorOut.model_validate({"kind": row.actor_kind, "id": row.actor_id, "name": told.actor_name}),
        organisation_id=row.organisation_id,
        subject_organisation_id=row.subject_organisation_id,
        action=row.action,
        subject_kind=row.subject_kind,
        subject_id=row.subject_id,
        detail=row.detail,
        previous_hash=row.previous_hash,
        hash=row.hash,
    )
