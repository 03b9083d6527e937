"""The shop floor after posting: what happened to our offers."""

from datetime import timedelta
from uuid import UUID

from fastapi import APIRouter, Request, Response

from app.domain.service_date import service_date_of
from app.escalation.next_day import to_keep
from app.kit.web import database_of, now_of
from app.offers import queries
from app.partners.service import get_site, network_of, zone_of
from app.web.rendering import render
from app.web.visitor import Visitor

router = APIRouter(include_in_schema=False)
SHOWN_DAYS = 14


@router.get("/offers")
def mine(request: Request, visitor: Visitor, posted: UUID | None = None) -> Response:
    """What happened to our offers of the last days."""
    with database_of(request).transaction(visitor.scope) as session:
        network = network_of(session, visitor)
        today = service_date_of(now_of(request), zone_of(network))
        since = today - timedelta(days=SHOWN_DAYS)
        offers = queries.offers_with_fate(session, visitor, since)
        names = {each.offer.site_id: get_site(session, each.offer.site_id).name for each in offers}
        keep = to_keep(session, visitor, now_of(request))
    return render(
        request,
        "offers.html",
        signed_in=visitor.name,
        demonstration=network.demonstration,
        offers=offers,
        names=names,
        zone=zone_of(network),
        posted=posted,
        keep=keep,
        today=today,
        may_post=visitor.may("offers.post"),
    )
