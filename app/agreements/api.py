"""HTTP for agreements."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from sqlalchemy.orm import Session

from app.agreements import service
from app.agreements.schemas import AgreementAcceptance, AgreementIn, AgreementOut, AgreementState
from app.kit.web import PROBLEMS, TAKES_VERSION, ApiRoute, Caller, Cursor, Limit, page_out
from app.kit.wire import PageOut
from app.partners.partnership_schemas import Reason

router = APIRouter(prefix="/api/v1/agreements", route_class=ApiRoute, tags=["partners"], responses=PROBLEMS)
NOTHING_SIGNED = AgreementAcceptance()


@router.get("")
def list_agreements(
    call: Caller,
    state: Annotated[AgreementState | None, Query()] = None,
    organisation_id: Annotated[UUID | None, Query(description="One of the two sides")] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> PageOut[AgreementOut]:
    """The agreements that you see, oldest first: your own, or all of your network."""

    def query(session: Session) -> PageOut[AgreementOut]:
        found = service.list_agreements(
            session, call.principal, state=state, organisation_id=organisation_id, cursor=cursor, limit=limit
        )
        return page_out(AgreementOut, found)

    return call.read(query)


@router.post("", status_code=201, response_model=AgreementOut)
def propose_agreement(call: Caller, wish: AgreementIn) -> Response:
    """Propose what the planner is to obey: a side to the other, or the network's dispatchers to both. It changes later
    by proposing another in its place."""
    return call.once_shown(
        wish,
        AgreementOut,
        lambda session: service.propose_agreement(session, call.principal, wish, call.now),
        status=201,
        place="agreements",
    )


@router.get("/{agreement_id}")
def get_agreement(call: Caller, agreement_id: UUID) -> AgreementOut:
    """One agreement, with its version as ETag."""
    return call.show(AgreementOut, lambda session: service.get_agreement(session, call.principal, agreement_id))


@router.post("/{agreement_id}/accept", response_model=AgreementOut, dependencies=[TAKES_VERSION])
def accept_agreement(call: Caller, agreement_id: UUID, wish: AgreementAcceptance = NOTHING_SIGNED) -> Response:
    """Give the word of your side; with that of both sides plans obey it. If-Match is optional here."""
    version, signed = call.version_if_given(), wish.signed_document
    return call.once_shown(
        wish,
        AgreementOut,
        lambda session: service.accept_agreement(session, call.principal, agreement_id, signed, version, call.now),
        place="agreements",
    )


@router.post("/{agreement_id}/end", response_model=AgreementOut, dependencies=[TAKES_VERSION])
def end_agreement(call: Caller, agreement_id: UUID, wish: Reason) -> Response:
    """End an agreement, or say no to one that is proposed. If-Match is optional here."""
    version = call.version_if_given()
    return call.once_shown(
        wish,
        AgreementOut,
        lambda session: service.end_agreement(session, call.principal, agreement_id, wish.reason, version, call.now),
        place="agreements",
    )
