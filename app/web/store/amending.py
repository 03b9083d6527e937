"""The form of an offer once more, filled with what stands: amended from the version that was read, its photos stay."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid4

from fastapi import APIRouter, Request, Response
from sqlalchemy.orm import Session

from app.kit.auth import Principal
from app.kit.errors import WaslError
from app.kit.idempotency import Answer, fingerprint, once
from app.kit.web import database_of, now_of
from app.models.offers import Offer
from app.offers import photos, service
from app.offers.pictures import Picture
from app.partners.service import get_site, network_of, zone_of
from app.web.language import language_of
from app.web.rendering import see_other
from app.web.sent_forms import whole_number
from app.web.store import offer_form
from app.web.store.offer_form import OfferForm
from app.web.store.posting import (
    CHOOSE_AGAIN,
    ShopFloor,
    Standing,
    arranged,
    photos_of,
    pictures_of,
    show_form,
    with_usual,
)
from app.web.visitor import KnownFirst, Sent, Visitor

router = APIRouter(include_in_schema=False, route_class=KnownFirst)
# Somebody else changed it, or this person did and never got the answer: what stands now is shown beside what was typed.
MOVED = ("stale_version", "idempotency_key_reused")


@router.get("/offers/{offer_id}/amend")
def show(request: Request, visitor: Visitor, offer_id: UUID) -> Response:
    """The form with what stands; what may not be amended any more says why instead."""
    visitor.require("offers.post")
    now = now_of(request)
    with database_of(request).transaction(visitor.scope) as session:
        offer = service.offer_to_amend(session, visitor, offer_id)
        floor, standing = _around(session, visitor, offer, now)
        form = offer_form.of_offer(offer, str(uuid4()), floor.zone)
        floor = with_usual(session, visitor, floor, form)
    return show_form(request, visitor, floor, form, standing=standing)


def _around(
    session: Session, visitor: Principal, offer: Offer, now: datetime, *, moved: bool = False
) -> tuple[ShopFloor, Standing]:
    """What the form is filled in with: an offer stays with its store."""
    network, site = network_of(session, visitor), get_site(session, offer.site_id)
    zone = zone_of(network)
    floor = ShopFloor(network, zone, now.astimezone(zone).date(), [site])
    return floor, Standing(offer, photos.list_photos(session, visitor, offer.id), moved)


@router.post("/offers/{offer_id}/amend")
def amend(request: Request, visitor: Visitor, offer_id: UUID, data: Sent) -> Response:
    """Amend it, or show the form again: with what does not fit, with what stands by now, or as a button asks for it."""
    visitor.require("offers.post")
    form, now = offer_form.read_sent(data), now_of(request)
    with database_of(request).transaction(visitor.scope) as session:
        offer = service.get_offer(session, visitor, offer_id)
        floor, standing = _around(session, visitor, offer, now)
        form.site_id = str(offer.site_id)
        floor = with_usual(session, visitor, floor, form)
        if arranged(session, visitor, floor, form, data, now):
            return show_form(request, visitor, floor, form, standing=standing)
    try:
        _amended(request, visitor, floor, form, offer, pictures_of(data))
    except WaslError as error:
        if photos_of(data):
            form.hints["/photos"] = CHOOSE_AGAIN
        if error.code in MOVED:
            return _show_moved(request, visitor, floor, form, offer_id, error)
        form.show_errors(error, language_of(request))
        return show_form(request, visitor, floor, form, error.status, standing=standing)
    return see_other("/offers", amended=str(offer_id))


def _amended(
    request: Request,
    visitor: Principal,
    floor: ShopFloor,
    form: OfferForm,
    offer: Offer,
    pictures: Sequence[Picture],
) -> None:
    """Amend it once, with photos that are added, however often the button was pressed."""
    change, now = offer_form.change_of(form, floor.zone), now_of(request)
    if change.lines == [service.as_wish(line) for line in offer.lines]:
        change.lines = None  # the ledger need not hear of food that stays
    version = whole_number(form.version)
    version = version if isinstance(version, int) else 0

    def verb(session: Session) -> Answer:
        service.amend_offer(session, visitor, offer.id, change, version, now)
        for picture in pictures:
            photos.add_photo(session, visitor, offer.id, picture, now)
        return Answer(200, {"id": str(offer.id)})

    shown = ",".join([form.version, *(picture.sha256 for picture in pictures)])
    wish = offer_form.change_of(form, floor.zone).model_dump_json()
    once(
        database_of(request),
        visitor,
        form.key or None,
        fingerprint("POST", f"/offers/{offer.id}/amend", wish + shown),
        now,
        verb,
    )


def _show_moved(
    request: Request, visitor: Principal, floor: ShopFloor, form: OfferForm, offer_id: UUID, error: WaslError
) -> Response:
    """What was typed, beside what stands by now: pressed once more it takes its place, if it still may."""
    try:
        with database_of(request).transaction(visitor.scope) as session:
            offer = service.offer_to_amend(session, visitor, offer_id)
            _, standing = _around(session, visitor, offer, now_of(request), moved=True)
    except WaslError as refused:
        form.show_errors(refused, language_of(request))
        with database_of(request).transaction(visitor.scope) as session:
            offer = service.get_offer(session, visitor, offer_id)
            _, standing = _around(session, visitor, offer, now_of(request))
        return show_form(request, visitor, floor, form, refused.status, standing=standing)
    form.version, form.key = str(offer.version), str(uuid4())
    return show_form(request, visitor, floor, form, error.status, standing=standing)
