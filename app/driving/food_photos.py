"""Photos of offers for whoever fetches the food: which there are of each line, and one of them."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from app.driving.service import shift_of
from app.kit.auth import Principal
from app.kit.errors import not_found
from app.kit.many_rows import among
from app.kit.tenancy import Scope, within
from app.models.offers import OfferLine, OfferPhoto


def photos_of_food(session: Session, principal: Principal, lines: Collection[UUID]) -> Mapping[UUID, Sequence[UUID]]:
    """By offer line, the photos of its offer, oldest first; of lines that the driver's own route carries. Read within
    the network, since a driver sees neither offers nor their lines."""
    query = (
        select(OfferLine.id, OfferPhoto.id)
        .join(OfferPhoto, OfferPhoto.offer_id == OfferLine.offer_id)
        .where(among(OfferLine.id, lines))
        .order_by(OfferPhoto.created_at, OfferPhoto.id)
    )
    found = defaultdict[UUID, list[UUID]](list)
    with within(session, Scope(network=principal.network_id), principal.scope):
        for line, photo in session.execute(query):
            found[line].append(photo)
    return found


def photo_of_food(session: Session, principal: Principal, photo_id: UUID) -> OfferPhoto:
    """One photo with its content; raises `not_found` for one of food that the driver's shift does not carry."""
    shift_of(principal)
    found = session.get(OfferPhoto, photo_id, options=[undefer(OfferPhoto.content)])
    if found is None:
        raise not_found("photo")
    return found
