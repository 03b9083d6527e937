"""A route's sheet as PDF, with what it needs of the plan and the network."""

from uuid import UUID

from sqlalchemy.orm import Session

from app.kit.auth import Principal
from app.kit.language import PlainLanguage
from app.models.plans import Plan
from app.papers.route_sheet import RouteDay, route_paper
from app.papers.words import Issuer
from app.partners.service import network_of, zone_of
from app.planning.queries import get_route


def sheet_of_route(session: Session, principal: Principal, route_id: UUID, language: PlainLanguage) -> bytes:
    """The document; raises `not_found`."""
    route = get_route(session, principal, route_id)
    day = RouteDay.of(session.get_one(Plan, route.plan_id))  # whoever sees a route sees what it is of
    network = network_of(session, principal)
    return route_paper(Issuer(language, network.name, zone_of(network), network.demonstration), route, day)
