"""Photos of a stop: sent after the report that they belong to, seen by the network's staff and by those whose food it
was."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Uuid, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session, undefer

from app.domain.driver_link import reports_accepted
from app.driving.doors import DOORS, door_of
from app.driving.promised import promised_to
from app.driving.service import over, shift_of
from app.kit.auth import Principal
from app.kit.db import ROW_LOCK
from app.kit.errors import conflict, not_found
from app.models.doors import StopPhoto
from app.models.events import StopEvent
from app.models.fleet import Shift
from app.models.plans import Route, Stop
from app.offers.pictures import Picture

MOST_PHOTOS = 3  # of one report
MOST_OF_SHIFT = 150  # more than a long day's stops have


def keep_photo(
    session: Session, principal: Principal, event_id: UUID, photo_id: UUID, picture: Picture, now: datetime
) -> StopPhoto:
    """Keep a photo of a report of the driver's shift; the same id again changes nothing.

    Raises `not_found` for a report that was never stored, `stop_photos_full` (409) for the fourth of one report,
    `shift_photos_full` (409) where the shift has as many as are kept, and `not_signed_in` (401) from twelve hours
    after the shift on.
    """
    shift = session.get(Shift, shift_of(principal), with_for_update=ROW_LOCK)  # photos are counted one after the other
    if shift is None:
        raise not_found("shift")
    if not reports_accepted(shift.ends_at, now):
        raise over()
    known = session.scalars(select(StopPhoto).where(StopPhoto.shift_id == shift.id, StopPhoto.photo_id == photo_id))
    if (stored := known.first()) is not None:
        return stored
    event = session.get(StopEvent, (event_id, shift.id))
    if event is None:
        raise not_found("report")
    _require_room(session, event)
    photo = _row(session, event, picture, now)
    photo.photo_id = photo_id
    session.add(photo)
    session.flush()
    return photo


def _require_room(session: Session, event: StopEvent) -> None:
    of_report = func.count().filter(StopPhoto.event_id == event.id)
    counted = select(func.count(), of_report).where(StopPhoto.shift_id == event.shift_id)
    in_shift, beside = session.execute(counted).one()
    if beside >= MOST_PHOTOS:
        raise conflict("stop_photos_full", "A report has at most {most} photos.", most=MOST_PHOTOS)
    if in_shift >= MOST_OF_SHIFT:
        raise conflict(
            "shift_photos_full", "A shift has at most {most} photos, and this one has them.", most=MOST_OF_SHIFT
        )


def _row(session: Session, event: StopEvent, picture: Picture, now: datetime) -> StopPhoto:
    promised = promised_to(session, event.shift_id)
    door = door_of(promised.promises, promised.stops, event)
    if door.stop_kind not in DOORS:
        raise not_found("report")
    return StopPhoto(
        network_id=event.network_id,
        shift_id=event.shift_id,
        event_id=event.id,
        visit_id=door.visit_id,
        stop_kind=door.stop_kind,
        site_name=door.site_name,
        organisation_ids=door.organisation_ids,
        offer_line_ids=door.offer_line_ids,
        reported_at=event.occurred_at,
        sha256=picture.sha256,
        width=picture.width,
        height=picture.height,
        size_bytes=len(picture.content),
        content=picture.content,
        created_at=now,
    )


def stop_photo(session: Session, principal: Principal, photo_id: UUID) -> StopPhoto:
    """One photo with its content, by its own id; raises `not_found`."""
    principal.require("allocations.read")
    found = session.get(StopPhoto, photo_id, options=[undefer(StopPhoto.content)])
    if found is None:
        raise not_found("photo")
    return found


def photos_for(session: Session, lines: Collection[UUID]) -> Sequence[StopPhoto]:
    """The photos of food of these offer lines that the caller sees, oldest first."""
    query = select(StopPhoto).where(StopPhoto.offer_line_ids.overlap(literal(list(lines), ARRAY(Uuid))))
    return session.scalars(query.order_by(StopPhoto.reported_at, StopPhoto.id)).all()


def photos_by_stop(session: Session, plan_id: UUID) -> Mapping[UUID, Sequence[StopPhoto]]:
    """By stop of a plan, the photos that were taken there, be it with a plan that this one replaced."""
    rows = session.execute(
        select(Stop.id, StopPhoto)
        .join(Route, Route.id == Stop.route_id)
        .join(StopPhoto, StopPhoto.visit_id == Stop.visit_id)
        .where(Route.plan_id == plan_id)
        .order_by(StopPhoto.reported_at, StopPhoto.id)
    )
    found = defaultdict[UUID, list[StopPhoto]](list)
    for stop_id, photo in rows:
        found[stop_id].append(photo)
    return found
