"""Verbs on photos of offers: add, list, show, remove.

The donor, the network's staff, and those whom a published plan lets carry or receive the food see them: row security
says so, for receivers and drivers through the allocations of the offer, since they see no offer.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session, undefer

from app.kit import audit
from app.kit.auth import Principal
from app.kit.db import ROW_LOCK
from app.kit.errors import FieldError, WaslError, conflict, not_found, refused
from app.models.offers import Offer, OfferPhoto
from app.offers.pictures import TYPES, Picture, Unreadable, picture_of

MOST_PHOTOS = 6


def readable_picture(body: bytes, content_type: str | None) -> Picture:
    """The picture that was sent; raises `photo_unreadable` (422)."""
    kind = (content_type or "").partition(";")[0].strip().lower()
    try:
        if kind not in TYPES:
            raise Unreadable("Photos are sent as image/jpeg, image/png or image/webp.")
        return picture_of(body)
    except Unreadable as error:
        raise refused("photo_unreadable", str(error), [FieldError("", str(error), "photo_unreadable")]) from error


def add_photo(session: Session, principal: Principal, offer_id: UUID, picture: Picture, now: datetime) -> OfferPhoto:
    """Keep one more photo of an offer.

    Raises `photos_full` (409) for the seventh and `offer_withdrawn` (409) for one that was taken back.
    """
    principal.require("offers.post")
    offer = _own_offer(session, offer_id)
    if offer.state != "open":
        raise conflict("offer_withdrawn", "This offer was withdrawn.")
    kept = session.scalar(select(func.count()).where(OfferPhoto.offer_id == offer.id)) or 0
    if kept >= MOST_PHOTOS:
        raise too_many()
    photo = OfferPhoto(
        network_id=offer.network_id,
        organisation_id=offer.organisation_id,
        offer_id=offer.id,
        sha256=picture.sha256,
        width=picture.width,
        height=picture.height,
        size_bytes=len(picture.content),
        content=picture.content,
        created_at=now,
    )
    session.add(photo)
    session.flush()
    audit.record(
        session,
        principal,
        "offers.add_photo",
        ("offer", offer.id),
        now,
        owner=offer.organisation_id,
        sha256=photo.sha256,
    )
    return photo


def too_many() -> WaslError:
    """The seventh photo."""
    return conflict("photos_full", "An offer has at most {most} photos. Remove one first.", most=MOST_PHOTOS)


def _own_offer(session: Session, offer_id: UUID) -> Offer:
    """The offer, locked so that photos are counted one after the other; raises `not_found`."""
    found = session.get(Offer, offer_id, with_for_update=ROW_LOCK)
    if found is None:
        raise not_found("offer")
    return found


def list_photos(session: Session, principal: Principal, offer_id: UUID) -> Sequence[OfferPhoto]:
    """The photos of an offer, oldest first; raises `not_found` where the caller sees neither it nor its food."""
    _require_sight(session, principal, offer_id)
    query = select(OfferPhoto).where(OfferPhoto.offer_id == offer_id)
    return session.scalars(query.order_by(OfferPhoto.created_at, OfferPhoto.id)).all()


def get_photo(session: Session, principal: Principal, offer_id: UUID, photo_id: UUID) -> OfferPhoto:
    """One photo with its content; raises `not_found`."""
    _require_sight(session, principal, offer_id)
    found = session.get(OfferPhoto, photo_id, options=[undefer(OfferPhoto.content)])
    if found is None or found.offer_id != offer_id:
        raise not_found("photo")
    return found


def remove_photo(session: Session, principal: Principal, offer_id: UUID, photo_id: UUID, now: datetime) -> None:
    """Forget a photo."""
    principal.require("offers.post")
    offer = _own_offer(session, offer_id)
    found = session.get(OfferPhoto, photo_id)
    if found is None or found.offer_id != offer.id:
        raise not_found("photo")
    session.delete(found)
    audit.record(
        session,
        principal,
        "offers.remove_photo",
        ("offer", offer.id),
        now,
        owner=offer.organisation_id,
        sha256=found.sha256,
    )
    session.flush()


def _require_sight(session: Session, principal: Principal, offer_id: UUID) -> None:
    principal.require("driving.record" if principal.kind == "driver_link" else "allocations.read")
    sees = session.get(Offer, offer_id) is not None or session.scalar(select(func.wasl_promised_offer(offer_id)))
    if not sees:
        raise not_found("offer")
