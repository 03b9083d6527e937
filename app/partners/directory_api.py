"""HTTP for what partners see of each other: the directory, and the food that goes between them."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from sqlalchemy.orm import Session

from app.kit.web import PROBLEMS, ApiRoute, Caller, Cursor, Limit
from app.kit.wire import Day, PageOut
from app.partners import directory
from app.partners.directory_schemas import AllocationOut, PartnerOut

router = APIRouter(prefix="/api/v1", route_class=ApiRoute, tags=["partners"], responses=PROBLEMS)


@router.get("/partners", response_model_exclude_unset=True)
def list_partners(call: Caller, cursor: Cursor = None, limit: Limit = 50) -> PageOut[PartnerOut]:
    """Who takes part in your network today. What you may not see of somebody is left out."""

    def query(session: Session) -> PageOut[PartnerOut]:
        page = directory.list_partners(session, call.principal, call.now, cursor=cursor, limit=limit)
        return PageOut(items=page.items, next_cursor=page.next_cursor)

    return call.read(query)


@router.get("/partners/{organisation_id}", response_model_exclude_unset=True)
def get_partner(call: Caller, organisation_id: UUID) -> PartnerOut:
    """One partner, with the places that you may see: those between which food of yours goes."""
    return call.read(lambda session: directory.get_partner(session, call.principal, organisation_id, call.now))


@router.get("/allocations", response_model_exclude_unset=True)
def list_allocations(
    call: Caller,
    service_date: Annotated[Day | None, Query(description="Local day of collection")] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> PageOut[AllocationOut]:
    """The food that published plans take from you or bring to you, by the time of its pickup."""

    def query(session: Session) -> PageOut[AllocationOut]:
        page = directory.list_allocations(
            session, call.principal, service_date=service_date, cursor=cursor, limit=limit
        )
        return PageOut(items=page.items, next_cursor=page.next_cursor)

    return call.read(query)
