"""The shop floor after posting: what happened to our offers."""

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request, Response

from app.domain.service_date import service_date_of
from app.escalation.next_day import to_keep
from app.kit.errors import WaslError
from app.kit.web import database_of, now_of
from app.offers import queries
from app.offers.service import get_offer, withdraw_offer
from app.partners.service import get_site, network_of, zone_of
from app.web.driver.van_words import vans_for
from app.web.rendering import render, see_other
from app.web.visitor import Visitor

router = APIRouter(include_in_schema=False)
SHOWN_DAYS = 14


@router.get("/offers")
def mine(
    request: Request, visitor: Visitor, posted: UUID | None = None, amended: UUID | None = None, before: bool = False
) -> Response:
    """What happened to our offers of the last days, and where today's vans are."""
    now = now_of(request)
    with database_of(request).transaction(visitor.scope) as session:
        network = network_of(session, visitor)
        today = service_date_of(now, zone_of(network))
        offers = queries.offers_with_fate(session, visitor, today - timedelta(days=SHOWN_DAYS))
        names = {each.offer.site_id: get_site(session, each.offer.site_id).name for each in offers}
        keep = to_keep(session, visitor, now)
    vans = vans_for(request, network, [each.offer for each in offers if each.offer.service_date == today], today)
    return render(
        request,
        "offers.html",
        signed_in=visitor.name,
        demonstration=network.demonstration,
        offers=offers,
        vans=vans,
        under_way=any(van.shown.visit.state in ("waiting", "arrived") for each in vans.values() for van in each),
        names=names,
        zone=zone_of(network),
        posted=posted,
        amended=amended,
        posted_before=before,
        keep=keep,
        today=today,
        may_post=visitor.may("offers.post"),
    )


@router.post("/offers/withdraw")
def withdraw(
    request: Request, visitor: Visitor, offer_id: Annotated[UUID, Form()], version: Annotated[int, Form()]
) -> Response:
    """Take back what nobody has planned yet; what was taken back already stays so."""
    try:
        with database_of(request).transaction(visitor.scope) as session:
            withdraw_offer(session, visitor, offer_id, version, now_of(request))
    except WaslError:
        with database_of(request).transaction(visitor.scope) as session:
            if get_offer(session, visitor, offer_id).state != "withdrawn":
                raise
    return see_other("/offers")
