"""HTTP for partnerships."""

from typing import Annotated
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Query, Response
from fastapi import Body as RawBody
from sqlalchemy.orm import Session

from app.kit.web import PROBLEMS, TAKES_VERSION, ApiRoute, Call, Caller, Cursor, Limit
from app.kit.wire import Day, PageOut
from app.partners import documents, partnerships
from app.partners.partnership_schemas import (
    PartnershipAcceptance,
    PartnershipChange,
    PartnershipIn,
    PartnershipOut,
    PartnershipState,
    Reason,
    SignedDocument,
)

router = APIRouter(prefix="/api/v1/partnerships", route_class=ApiRoute, tags=["partners"], responses=PROBLEMS)
PDF = "application/pdf"
NOTHING_SIGNED = PartnershipAcceptance()
PRINTED = r"^[^\x00-\x1f\x7f]+$"


@router.get("")
def list_partnerships(
    call: Caller,
    organisation_id: Annotated[UUID | None, Query()] = None,
    state: Annotated[PartnershipState | None, Query()] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> PageOut[PartnershipOut]:
    """The partnerships that you see, oldest first: your own, or all of your network."""

    def query(session: Session) -> PageOut[PartnershipOut]:
        page = partnerships.list_partnerships(
            session, call.principal, organisation_id=organisation_id, state=state, cursor=cursor, limit=limit
        )
        return PageOut(items=[PartnershipOut.model_validate(row) for row in page.items], next_cursor=page.next_cursor)

    return call.read(query)


@router.post("", status_code=201, response_model=PartnershipOut)
def propose_partnership(call: Caller, wish: PartnershipIn) -> Response:
    """Propose a partnership, a renewal or new terms. The other side accepts; a renewal ends the one before it."""
    return call.once_shown(
        wish,
        PartnershipOut,
        lambda session: partnerships.propose(session, call.principal, wish, call.now),
        status=201,
        place="partnerships",
    )


@router.get("/{partnership_id}")
def get_partnership(call: Caller, partnership_id: UUID) -> PartnershipOut:
    """One partnership, with its version as ETag."""
    return call.show(
        PartnershipOut, lambda session: partnerships.get_partnership(session, call.principal, partnership_id)
    )


@router.patch("/{partnership_id}")
def change_partnership(call: Caller, partnership_id: UUID, change: PartnershipChange) -> PartnershipOut:
    """Change what you proposed while nobody has accepted it, from the version in If-Match."""
    version = call.expected_version()
    return call.show(
        PartnershipOut,
        lambda session: partnerships.change(session, call.principal, partnership_id, change, version, call.now),
    )


@router.post("/{partnership_id}/accept", response_model=PartnershipOut, dependencies=[TAKES_VERSION])
def accept_partnership(call: Caller, partnership_id: UUID, wish: PartnershipAcceptance = NOTHING_SIGNED) -> Response:
    """Accept what the other side proposed. If-Match is optional here."""
    version, signed = call.version_if_given(), wish.signed_document
    return call.once_shown(
        wish,
        PartnershipOut,
        lambda session: partnerships.accept(session, call.principal, partnership_id, signed, version, call.now),
        place="partnerships",
    )


@router.post("/{partnership_id}/decline", response_model=PartnershipOut, dependencies=[TAKES_VERSION])
def decline_partnership(call: Caller, partnership_id: UUID, wish: Reason) -> Response:
    """Say no to a proposal, or take your own back. If-Match is optional here."""
    version = call.version_if_given()
    return call.once_shown(
        wish,
        PartnershipOut,
        lambda session: partnerships.decline(session, call.principal, partnership_id, wish.reason, version, call.now),
        place="partnerships",
    )


@router.post("/{partnership_id}/suspend", response_model=PartnershipOut, dependencies=[TAKES_VERSION])
def suspend_partnership(call: Caller, partnership_id: UUID, wish: Reason) -> Response:
    """Let a partnership rest: no new offers, needs or shifts, and no plan with it. If-Match is optional here."""
    version = call.version_if_given()
    return call.once_shown(
        wish,
        PartnershipOut,
        lambda session: partnerships.suspend(session, call.principal, partnership_id, wish.reason, version, call.now),
        place="partnerships",
    )


@router.post("/{partnership_id}/resume", response_model=PartnershipOut, dependencies=[TAKES_VERSION])
def resume_partnership(call: Caller, partnership_id: UUID) -> Response:
    """Take back the suspension that your side made. If-Match is optional here."""
    version = call.version_if_given()
    return call.once_shown(
        None,
        PartnershipOut,
        lambda session: partnerships.resume(session, call.principal, partnership_id, version, call.now),
        place="partnerships",
    )


@router.post("/{partnership_id}/end", response_model=PartnershipOut, dependencies=[TAKES_VERSION])
def end_partnership(call: Caller, partnership_id: UUID, wish: Reason) -> Response:
    """End a partnership for good. If-Match is optional here."""
    version = call.version_if_given()
    return call.once_shown(
        wish,
        PartnershipOut,
        lambda session: partnerships.end(session, call.principal, partnership_id, wish.reason, version, call.now),
        place="partnerships",
    )


@router.put(
    "/{partnership_id}/document",
    dependencies=[TAKES_VERSION],
    openapi_extra={"requestBody": {"content": {PDF: {"schema": {"type": "string", "format": "binary"}}}}},
)
def keep_signed_document(
    call: Caller,
    partnership_id: UUID,
    content: Annotated[bytes, RawBody(media_type=PDF)],
    name: Annotated[str, Query(pattern=PRINTED, max_length=120, description="What the document is called")],
    signed_on: Annotated[Day, Query(description="The day of the last signature")],
) -> PartnershipOut:
    """Keep the signed agreement: the body is the PDF itself, at most one megabyte; the version is in If-Match."""
    version, told = call.expected_version(), SignedDocument(name=name, signed_on=signed_on)
    return call.show(
        PartnershipOut,
        lambda session: documents.keep_document(
            session, call.principal, partnership_id, told, content, version, call.now
        ),
    )


@router.get(
    "/{partnership_id}/document",
    response_class=Response,
    responses={200: {"content": {PDF: {"schema": {"type": "string", "format": "binary"}}}}},
)
def get_signed_document(call: Caller, partnership_id: UUID) -> Response:
    """The signed agreement as it was sent."""
    content, name, digest = call.read(lambda session: _file(session, call, partnership_id))
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}.pdf",
        "ETag": f'"{digest}"',
        "X-Content-Type-Options": "nosniff",
    }
    return Response(content, media_type=PDF, headers=headers)


def _file(session: Session, call: Call, partnership_id: UUID) -> tuple[bytes, str, str]:
    found = documents.document_of(session, call.principal, partnership_id)
    return found.content, found.name.removesuffix(".pdf"), found.sha256
