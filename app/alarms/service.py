"""Verbs on alarms: read them, take one on."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import case, select
from sqlalchemy.orm import Session

from app.alarms.raising import STANDING
from app.alarms.telling import announce_alarm
from app.kit import audit
from app.kit.auth import Principal
from app.kit.db import ROW_LOCK
from app.kit.errors import conflict, not_found, stale
from app.kit.paging import Order, Page, page
from app.models.alarms import Alarm


def get_alarm(session: Session, principal: Principal, alarm_id: UUID) -> Alarm:
    """One alarm; raises `not_found`."""
    principal.require("alarms.read")
    found = session.get(Alarm, alarm_id)
    if found is None:
        raise not_found("alarm")
    return found


def list_alarms(
    session: Session,
    principal: Principal,
    *,
    service_date: date | None = None,
    state: str | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[Alarm]:
    """Alarms about the shifts of the caller's organisation, or of the network's for its staff; newest first."""
    principal.require("alarms.read")
    query = select(Alarm)
    if service_date is not None:
        query = query.where(Alarm.service_date == service_date)
    if state is not None:
        query = query.where(Alarm.state == state)
    return page(session, query, Order(Alarm.raised_at, Alarm.id, newest_first=True), cursor, limit)


def standing_alarms(session: Session, principal: Principal, service_date: date) -> list[Alarm]:
    """What stands about one day's shifts: what nobody has taken on first, then emergencies, then the oldest."""
    principal.require("alarms.read")
    query = select(Alarm).where(Alarm.service_date == service_date, Alarm.state.in_(STANDING))
    order = (case((Alarm.state == "open", 0), else_=1), case((Alarm.severity == "emergency", 0), else_=1))
    return list(session.scalars(query.order_by(*order, Alarm.raised_at, Alarm.id)))


def acknowledge_alarm(session: Session, principal: Principal, alarm_id: UUID, version: int, now: datetime) -> Alarm:
    """Take an alarm on: nobody else is told of it. It still clears by itself, and stays as it is where it was taken on.

    Raises `alarm_cleared` (409) when there is nothing to take on any more.
    """
    principal.require("alarms.acknowledge")
    alarm = session.get(Alarm, alarm_id, with_for_update=ROW_LOCK)
    if alarm is None:
        raise not_found("alarm")
    if alarm.version != version:
        raise stale()
    if alarm.state == "cleared":
        raise conflict("alarm_cleared", "This has been put right already. There is nothing to take on.")
    if alarm.state == "acknowledged":
        return alarm
    alarm.state, alarm.next_step_at = "acknowledged", None
    alarm.acknowledged_by, alarm.acknowledged_at = audit.actor_of(principal)[1], now
    session.flush()
    audit.record(
        session,
        principal,
        "alarms.acknowledge",
        ("alarm", alarm.id),
        now,
        owner=alarm.organisation_id,
        alarm=alarm.kind,
        shift_id=alarm.shift_id,
    )
    announce_alarm(session, "alarm.acknowledged", alarm, now)
    return alarm
