"""What a store can show for its food, on paper too: the receipt of one offer, the certificate of one month; and for
either side the receipt of what went from one store to one food bank."""

from datetime import date, timedelta
from uuid import UUID

from fastapi import APIRouter, Request, Response

from app.domain.impact import CO2E_PER_KG_FOOD, GRAMS_PER_MEAL
from app.domain.service_date import service_date_of
from app.driving.doors import signatures_for
from app.driving.food_receipt import food_receipt
from app.driving.photos import photos_for
from app.kit.web import database_of, now_of
from app.offers.receipts import certificate_of, next_month, receipt_of
from app.partners.service import get_site, network_of, zone_of
from app.web.rendering import render
from app.web.van_words import vans_for
from app.web.visitor import Visitor

router = APIRouter(include_in_schema=False)
# What is said of where food is, beside how much of it passed the door and reached people.
ELSEWHERE = (
    ("refused", "Refused at the door"),
    ("returned", "Returned"),
    ("wasted", "Thrown away"),
    ("expired", "Nobody fetched it in time"),
    ("withdrawn", "Not given: taken back, kept, or not there"),
    ("community_fridge", "In a community fridge"),
    ("animal_feed", "Fed to animals"),
    ("compost", "Composted"),
    ("still_open", "Still open"),
)


@router.get("/offers/{offer_id}/receipt")
def receipt(request: Request, visitor: Visitor, offer_id: UUID) -> Response:
    """One offer: how much was fetched when, and where it went."""
    with database_of(request).transaction(visitor.scope) as session:
        network = network_of(session, visitor)
        found = receipt_of(session, visitor, offer_id)
        site = get_site(session, found.offer.site_id)
        signatures = signatures_for(session, visitor, [line.id for line in found.offer.lines])
        photos = photos_for(session, [line.id for line in found.offer.lines])
    vans = vans_for(request, network, [found.offer], found.offer.service_date)
    return render(
        request,
        "receipt.html",
        signed_in=visitor.name,
        demonstration=network.demonstration,
        network=network.name,
        zone=zone_of(network),
        receipt=found,
        vans=[van for van in vans[offer_id] if van.shown.visit.state != "waiting"],
        site=site.name,
        signatures=signatures,
        photos=photos,
        elsewhere=ELSEWHERE,
        may_post=visitor.may("offers.post"),
    )


@router.get("/allocations/{allocation_id}/receipt")
def of_food(request: Request, visitor: Visitor, allocation_id: UUID) -> Response:
    """One food from one store to one food bank: what came of it, and who signed."""
    with database_of(request).transaction(visitor.scope) as session:
        network = network_of(session, visitor)
        found = food_receipt(session, visitor, allocation_id)
    return render(
        request,
        "food_receipt.html",
        signed_in=visitor.name,
        demonstration=network.demonstration,
        zone=zone_of(network),
        receipt=found,
        may_plan=visitor.may("plans.read"),
        may_decline=visitor.may("allocations.decline"),
    )


@router.get("/offers/certificate")
def certificate(request: Request, visitor: Visitor, month: str = "") -> Response:
    """One month of the visitor's organisation; the one before this where no other is asked for."""
    with database_of(request).transaction(visitor.scope) as session:
        network = network_of(session, visitor)
        today = service_date_of(now_of(request), zone_of(network))
        found = certificate_of(session, visitor, _month(month, today))
    return render(
        request,
        "certificate.html",
        signed_in=visitor.name,
        demonstration=network.demonstration,
        network=network.name,
        zone=zone_of(network),
        certificate=found,
        is_over=next_month(found.month) <= today,
        today=today,
        elsewhere=ELSEWHERE,
        factors=(GRAMS_PER_MEAL, CO2E_PER_KG_FOOD),
        may_post=visitor.may("offers.post"),
    )


def _month(asked: str, today: date) -> date:
    """The month that was asked for as 2026-11, or this one where that is still to come; else the last that is over."""
    try:
        return min(date.fromisoformat(f"{asked}-01"), today.replace(day=1))
    except ValueError:
        return (today.replace(day=1) - timedelta(days=1)).replace(day=1)
