"""What a store can show for its food, on paper too: the receipt of one offer; and for either side the receipt of what
went from one store to one food bank, and the note of each stop where it changed hands."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from fastapi import APIRouter, Request, Response

from app.driving import food_receipt as of_one_food
from app.driving.delivery_note import NoteOfStop, content_of, note_of_stop, notes_of_lines
from app.driving.doors import signatures_for
from app.driving.food_receipt import food_receipt
from app.driving.photos import photos_for
from app.kit.auth import Principal
from app.kit.web import database_of, now_of
from app.models.doors import StopPhoto, StopSignature
from app.models.partners import Network
from app.offers import receipts
from app.offers.receipts import Receipt, receipt_of
from app.papers.delivery_note import delivery_note_paper
from app.papers.food_receipt import food_receipt_paper
from app.papers.receipt import receipt_paper
from app.papers.words import ELSEWHERE
from app.partners.service import get_site, network_of, zone_of
from app.web.driver.van_words import VisitView, vans_for
from app.web.paper import issued, issued_paper
from app.web.rendering import render
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
    notes: Sequence[NoteOfStop]


def _offer_shown(request: Request, visitor: Principal, offer_id: UUID) -> OfferShown:
    with database_of(request).transaction(visitor.scope) as session:
        network = network_of(session, visitor)
        found = receipt_of(session, visitor, offer_id)
        site = get_site(session, found.offer.site_id).name
        lines = [line.id for line in found.offer.lines]
        signatures, photos = signatures_for(session, visitor, lines), photos_for(session, lines)
        notes = notes_of_lines(session, visitor, lines) if visitor.may("allocations.read") else []
    vans = vans_for(request, network, [found.offer], found.offer.service_date)[offer_id]
    came = [van for van in vans if van.shown.visit.state != "waiting"]
    return OfferShown(network, found, site, signatures, photos, came, notes)


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
        notes=shown.notes,
        elsewhere=ELSEWHERE,
        may_post=visitor.may("offers.post"),
    )


@router.get("/offers/{offer_id}/receipt.pdf")
def receipt_pdf(request: Request, visitor: Visitor, offer_id: UUID) -> Response:
    """The same on paper."""
    shown = _offer_shown(request, visitor, offer_id)
    with database_of(request).transaction(visitor.scope) as session:
        issuer, row = issued(request, session, visitor, shown.network, receipts.content_of(shown.receipt))
    vans = [(van.sentence, van.words) for van in shown.vans]
    document = receipt_paper(issuer, shown.receipt, shown.site, vans, shown.signatures)
    name = f"receipt-{shown.receipt.offer.service_date}-{str(offer_id)[:8]}"
    return issued_paper(request, visitor, issuer, row, document, name)


@router.get("/allocations/{allocation_id}/receipt")
def of_food(request: Request, visitor: Visitor, allocation_id: UUID) -> Response:
    """One food from one store to one food bank: what came of it, and who signed."""
    with database_of(request).transaction(visitor.scope) as session:
        network = network_of(session, visitor)
        found = food_receipt(session, visitor, allocation_id)
        notes = notes_of_lines(session, visitor, [found.food.offer_line_id])
    return render(
        request,
        "food_receipt.html",
        signed_in=visitor.name,
        demonstration=network.demonstration,
        zone=zone_of(network),
        receipt=found,
        notes=notes,
        may_plan=visitor.may("plans.read"),
        may_decline=visitor.may("allocations.decline"),
    )


@router.get("/allocations/{allocation_id}/receipt.pdf")
def of_food_pdf(request: Request, visitor: Visitor, allocation_id: UUID) -> Response:
    """The same on paper."""
    with database_of(request).transaction(visitor.scope) as session:
        found = food_receipt(session, visitor, allocation_id)
        issuer, row = issued(request, session, visitor, network_of(session, visitor), of_one_food.content_of(found))
    name = f"receipt-{found.service_date}-{str(allocation_id)[:8]}"
    return issued_paper(request, visitor, issuer, row, food_receipt_paper(issuer, found), name)


@router.get("/stops/{stop_id}/delivery-note.pdf")
def delivery_note_pdf(request: Request, visitor: Visitor, stop_id: UUID) -> Response:
    """What changed hands at one stop, on paper alone: the receipts are the pages about it."""
    with database_of(request).transaction(visitor.scope) as session:
        note = note_of_stop(session, visitor, stop_id, now_of(request))
        issuer, row = issued(request, session, visitor, network_of(session, visitor), content_of(note))
    name = f"delivery-note-{note.service_date}-{str(note.visit_id)[:8]}"
    return issued_paper(request, visitor, issuer, row, delivery_note_paper(issuer, note), name)
