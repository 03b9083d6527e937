"""Verbs on a van's place: the driver shares it or takes it back, dispatchers see it, and the shift's end forgets it."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.domain.van_position import FRESH, may_be_shared, sharing_begins
from app.driving.schemas import PositionIn
from app.driving.service import route_is_over, shift_of
from app.fleet.van_positions import forget_position
from app.kit.auth import Principal
from app.kit.db import ROW_LOCK
from app.kit.errors import conflict, not_found
from app.kit.many_rows import among
from app.kit.paging import Order, Page, page
from app.models.fleet import Shift, VanPosition
from app.models.partners import Network
from app.partners.service import zone_of


def share_position(session: Session, principal: Principal, place: PositionIn, now: datetime) -> datetime:
    """Keep this place in the stead of the one before; until when it may be shared.

    Raises `sharing_not_yet` (409) earlier than an hour before the shift, and `sharing_over` (409) after it and when
    every stop is done: then nothing is kept.
    """
    shift = session.get(Shift, shift_of(principal), with_for_update=ROW_LOCK)
    if shift is None:
        raise not_found("shift")
    if now < (begins := sharing_begins(shift.starts_at)):
        network = session.get_one(Network, shift.network_id)
        raise conflict(
            "sharing_not_yet",
            "The position of a van is taken from an hour before its shift on: from {time}.",
            time=f"{begins.astimezone(zone_of(network)):%H:%M}",
        )
    if not may_be_shared(shift.starts_at, shift.ends_at, now) or route_is_over(session, shift.id):
        raise conflict("sharing_over", "The position of a van is taken during its shift alone, until its last stop.")
    row = {
        "network_id": shift.network_id,
        "latitude": place.latitude,
        "longitude": place.longitude,
        "accuracy_metres": place.accuracy_metres,
        "told_at": now,
        "ends_at": shift.ends_at,
    }
    kept = insert(VanPosition).values(shift_id=shift.id, **row)
    session.execute(kept.on_conflict_do_update(index_elements=[VanPosition.shift_id], set_=row))
    return shift.ends_at


def stop_sharing(session: Session, principal: Principal) -> None:
    """Forget the place of the driver's van; also where none is known."""
    forget_position(session, shift_of(principal))


def shared_positions(
    session: Session, principal: Principal, service_date: date, now: datetime
) -> Sequence[VanPosition]:
    """The vans of a day whose drivers share where they are, for the network's dispatchers."""
    principal.require("plans.read")
    query = _fresh(now).where(Shift.service_date == service_date)
    return session.scalars(query.order_by(VanPosition.shift_id)).all()


def page_of_positions(
    session: Session, principal: Principal, service_date: date | None, now: datetime, cursor: str | None, limit: int
) -> Page[VanPosition]:
    """The same, page by page; of every day where none is named."""
    principal.require("plans.read")
    query = _fresh(now) if service_date is None else _fresh(now).where(Shift.service_date == service_date)
    return page(session, query, Order(VanPosition.shift_id), cursor, limit)


def positions_of(session: Session, shifts: Collection[UUID], now: datetime) -> Mapping[UUID, VanPosition]:
    """By shift, where the van is, where that is shared; read within the network."""
    found = session.scalars(_fresh(now).where(among(VanPosition.shift_id, shifts)))
    return {row.shift_id: row for row in found}


def _fresh(now: datetime) -> Any:
    """As `may_be_shown` says."""
    query = select(VanPosition).join(Shift, Shift.id == VanPosition.shift_id)
    return query.where(Shift.ends_at > now, VanPosition.told_at > now - FRESH)
