"""What a store can show for its food, on paper too: the receipt of one offer, the certificate of one month; and for
either side the receipt of what went from one store to one food bank."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from fastapi import APIRouter, Request, Response

from app.domain.service_date import service_date_of
from app.driving.doors import signatures_for
from app.driving.food_receipt import food_receipt
from app.driving.photos import photos_for
from app.kit.auth import Principal
from app.kit.web import database_of, now_of
from app.models.doors import StopPhoto, StopSignature
from app.models.partners import Network
from app.offers.receipts import Receipt, certificate_of, next_month, receipt_of
from app.papers.certificate import FACTORS, certificate_paper
from app.papers.food_receipt import food_receipt_paper
from app.papers.receipt import receipt_paper
from app.papers.words import ELSEWHERE
from app.partners.service import get_site, network_of, zone_of
from app.web.paper import issuer_of, paper
from app.web.rendering import render
from app.web.van_words import VisitView, vans_for
from app.web.visitor import Visitor

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class OfferShown:
    """What the receipt of one offer says, as a page and on paper."""

    network: Network
    receipt: Receipt
    site: str
    signatures: Sequence[StopSignature]
    photos: Sequence[StopPhoto]
    vans: Sequence[VisitView]


def _offer_shown(request: Request, visitor: Principal, offer_id: UUID) -> OfferShown:
    with database_of(request).transaction(visitor.scope) as session:
        network = network_of(session, visitor)
        found = receipt_of(session, visitor, offer_id)
        site = get_site(session, found.offer.site_id).name
        lines = [line.id for line in found.offer.lines]
        signatures, photos = signatures_for(session, visitor, lines), photos_for(session, lines)
    vans = vans_for(request, network, [found.offer], found.offer.service_date)[offer_id]
    came = [van for van in vans if van.shown.visit.state != "waiting"]
    return OfferShown(network, found, site, signatures, photos, came)


@router.get("/offers/{offer_id}/receipt")
def receipt(request: Request, visitor: Visitor, offer_id: UUID) -> Response:
    """One offer: how much was fetched when, and where it went."""
    shown = _offer_shown(request, visitor, offer_id)
    return render(
        request,
        "receipt.html",
        signed_in=visitor.name,
        demonstration=shown.network.demonstration,
        network=shown.network.name,
        zone=zone_of(shown.network),
        receipt=shown.receipt,
        vans=shown.vans,
        site=shown.site,
        signatures=shown.signatures,
        photos=shown.photos,
        elsewhere=ELSEWHERE,
        may_post=visitor.may("offers.post"),
    )


@router.get("/offers/{offer_id}/receipt.pdf")
def receipt_pdf(request: Request, visitor: Visitor, offer_id: UUID) -> Response:
    """The same on paper."""
    shown = _offer_shown(request, visitor, offer_id)
    issuer = issuer_of(request, shown.network)
    vans = [(van.sentence, van.words) for van in shown.vans]
    document = receipt_paper(issuer, shown.receipt, shown.site, vans, shown.signatures)
    return paper(issuer, document, f"receipt-{shown.receipt.offer.service_date}-{str(offer_id)[:8]}")


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


@router.get("/allocations/{allocation_id}/receipt.pdf")
def of_food_pdf(request: Request, visitor: Visitor, allocation_id: UUID) -> Response:
    """The same on paper."""
    with database_of(request).transaction(visitor.scope) as session:
        issuer = issuer_of(request, network_of(session, visitor))
        found = food_receipt(session, visitor, allocation_id)
    name = f"receipt-{found.service_date}-{str(allocation_id)[:8]}"
    return paper(issuer, food_receipt_paper(issuer, found), name)


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
        factors=FACTORS,
        may_post=visitor.may("offers.post"),
    )


@router.get("/offers/certificate.pdf")
def certificate_pdf(request: Request, visitor: Visitor, month: str = "") -> Response:
    """The same on paper."""
    with database_of(request).transaction(visitor.scope) as session:
        network = network_of(session, visitor)
        today = service_date_of(now_of(request), zone_of(network))
        found = certificate_of(session, visitor, _month(month, today))
    issuer = issuer_of(request, network)
    document = certificate_paper(issuer, found, None if next_month(found.month) <= today else today)
    return paper(issuer, document, f"certificate-{found.month:%Y-%m}")


def _month(asked: str, today: date) -> date:
    """The month that was asked for as 2026-11, or this one where that is still to come; else the last that is over."""
    try:
        return min(date.fromisoformat(f"{asked}-01"), today.replace(day=1))
    except ValueError:
        return (today.replace(day=1) - timedelta(days=1)).replace(day=1)
