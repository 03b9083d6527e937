"""One route on paper or as a file."""

from uuid import UUID

from fastapi import APIRouter, Request, Response

from app.driving.delivery_note import stops_with_notes
from app.driving.photos import photos_by_stop
from app.kit.web import database_of
from app.papers.route_sheet import RouteDay, route_paper
from app.partners.service import network_of, zone_of
from app.planning.queries import find_plan, get_route
from app.web.paper import issuer_of, paper
from app.web.rendering import render
from app.web.visitor import Visitor

router = APIRouter(include_in_schema=False)


@router.get("/routes/{route_id}.pdf")
def show_pdf(request: Request, visitor: Visitor, route_id: UUID) -> Response:
    """The sheet on paper; before the page's address, which would take it for an id."""
    with database_of(request).transaction(visitor.scope) as session:
        route = get_route(session, visitor, route_id)
        day = RouteDay.of(find_plan(session, visitor, route.plan_id))
        issuer = issuer_of(request, network_of(session, visitor))
    return paper(issuer, route_paper(issuer, route, day), f"route-{day.service_date}-{route.number}")


@router.get("/routes/{route_id}")
def show(request: Request, visitor: Visitor, route_id: UUID) -> Response:
    """The route's stops with times, addresses, access notes and what is handled."""
    with database_of(request).transaction(visitor.scope) as session:
        route = get_route(session, visitor, route_id)
        plan = find_plan(session, visitor, route.plan_id)
        network = network_of(session, visitor)
        photos = photos_by_stop(session, route.plan_id)
        noted = stops_with_notes(session, visitor, route_id)
    return render(
        request,
        "route.html",
        signed_in=visitor.name,
        demonstration=network.demonstration,
        route=route,
        plan=plan,
        photos=photos,
        noted=noted,
        zone=zone_of(network),
        region=network.region,
    )
