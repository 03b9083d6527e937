"""What food banks do not want: decline what is planned, take that back, and what was learnt from it."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request, Response
from sqlalchemy.orm import Session

from app.declines import queries, service
from app.declines.schemas import DeclineIn, DeclineReason
from app.domain.declines import REASONS
from app.domain.service_date import service_date_of
from app.kit.auth import Principal
from app.kit.paging import LARGEST_PAGE
from app.kit.web import database_of, now_of
from app.models.declines import Decline
from app.offers.schemas import Category
from app.partners.directory import list_allocations
from app.partners.directory_schemas import AllocationOut, PartnerSiteOut
from app.partners.service import network_of, zone_of
from app.web.rendering import render, see_other
from app.web.visitor import Visitor

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class Promised:
    """Food that a published plan brings, and what was said of it."""

    food: AllocationOut
    declined: Decline | None


@router.get("/declines")
def show(request: Request, visitor: Visitor) -> Response:
    """What is planned from today on, with a button to decline, and what was learnt."""
    visitor.require("allocations.decline")
    with database_of(request).transaction(visitor.scope) as session:
        network = network_of(session, visitor)
        zone = zone_of(network)
        today = service_date_of(now_of(request), zone)
        promised = [each for number in (0, 1) for each in _promised(session, visitor, today + timedelta(days=number))]
        learnt = queries.learnt(session, visitor, now_of(request))
    return render(
        request,
        "declines.html",
        signed_in=visitor.name,
        demonstration=network.demonstration,
        zone=zone,
        promised=promised,
        places=_places(promised),
        learnt=learnt,
        reasons={code: words for code, (words, _) in REASONS.items()},
        sees_network=visitor.sees_network,
        may_state=visitor.may("needs.state"),
    )


def _promised(session: Session, visitor: Principal, day: date) -> list[Promised]:
    """What comes to whom the visitor speaks for."""
    page = list_allocations(session, visitor, service_date=day, limit=LARGEST_PAGE)
    said = queries.list_declines(session, visitor, day, None, LARGEST_PAGE).items
    by_allocation = {each.allocation_id: each for each in said if each.taken_back_at is None}
    mine = visitor.may_across_network("allocations.decline")
    return [
        Promised(each, by_allocation.get(each.id))
        for each in page.items
        if mine or each.receiver.organisation.id == visitor.organisation_id
    ]


def _places(promised: list[Promised]) -> list[tuple[PartnerSiteOut, date]]:
    """Each place with each day on which a van comes there."""
    found = {(each.food.receiver.site.id, each.food.service_date): each.food.receiver.site for each in promised}
    return [(site, day) for (_, day), site in found.items()]


@router.post("/declines")
def decline(
    request: Request,
    visitor: Visitor,
    allocation_id: Annotated[UUID, Form()],
    reason: Annotated[DeclineReason, Form()],
) -> Response:
    """Say that food is not wanted."""
    wish = DeclineIn(reason=reason)
    with database_of(request).transaction(visitor.scope) as session:
        service.decline(session, visitor, allocation_id, wish, now_of(request))
    return see_other("/declines")


@router.post("/declines/take-back")
def take_back(request: Request, visitor: Visitor, allocation_id: Annotated[UUID, Form()]) -> Response:
    """Have it after all."""
    with database_of(request).transaction(visitor.scope) as session:
        service.take_back(session, visitor, allocation_id, now_of(request))
    return see_other("/declines")


@router.post("/declines/take-off")
def take_off(
    request: Request, visitor: Visitor, site_id: Annotated[UUID, Form()], category: Annotated[Category, Form()]
) -> Response:
    """Take the category off what the place needs."""
    with database_of(request).transaction(visitor.scope) as session:
        service.take_off(session, visitor, site_id, category, now_of(request))
    return see_other("/declines")


@router.post("/declines/forget")
def forget(
    request: Request, visitor: Visitor, site_id: Annotated[UUID, Form()], category: Annotated[Category, Form()]
) -> Response:
    """Forget what was learnt of the place and category."""
    with database_of(request).transaction(visitor.scope) as session:
        service.forget(session, visitor, site_id, category, now_of(request))
    return see_other("/declines")
