"""Why this food bank: one allocation explained on a page, in words."""

from uuid import UUID

from fastapi import APIRouter, Request, Response

from app.kit.web import database_of
from app.partners.service import network_of, zone_of
from app.planning.why import why_this_food_bank
from app.web.rendering import render
from app.web.visitor import Visitor

router = APIRouter(include_in_schema=False)


@router.get("/allocations/{allocation_id}/why")
def show(request: Request, visitor: Visitor, allocation_id: UUID) -> Response:
    """What speaks for it, the next best, and who cannot have it."""
    with database_of(request).transaction(visitor.scope) as session:
        network = network_of(session, visitor)
        found = why_this_food_bank(session, visitor, allocation_id)
    return render(
        request,
        "why.html",
        signed_in=visitor.name,
        demonstration=network.demonstration,
        found=found,
        day=found.plan.service_date,
        zone=zone_of(network),
        may_plan=visitor.may("plans.read"),
    )
