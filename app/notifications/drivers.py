"""Whom a message about a route is still for: its driver, as long as it is true when it is told.

A night may lie between a plan and its telling. What another plan has changed meanwhile is told by that plan's message.
"""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.fleet.drivers import who_drives
from app.models.fleet import Shift
from app.models.plans import Plan, Route, Stop
from app.models.system import OutboxMessage


def drivers_told(session: Session, message: OutboxMessage) -> frozenset[str]:
    """The people whom a message about a route tells; nobody once it is true no longer."""
    named = frozenset(map(str, message.data["driver_ids"]))
    shift = session.get(Shift, message.subject_id)
    if shift is None or not named:
        return frozenset()
    drive = named.intersection(who_drives(session, shift, shift.driver_name, shift.driver_person_id))
    work = None if shift.state == "cancelled" else _work(session, shift.id)
    if message.kind == "route.cancelled":
        return named if work is None else named - drive
    still = work == (message.data["stops"], message.data["first_at"])
    return drive if still else frozenset()


def _work(session: Session, shift_id: UUID) -> tuple[int, str] | None:
    """How many stops the published route of a shift has, and the arrival at the first; None where there is none."""
    found = session.scalars(
        select(Stop.arrive_at)
        .join(Route, Route.id == Stop.route_id)
        .join(Plan, Plan.id == Route.plan_id)
        .where(Stop.shift_id == shift_id, Plan.state == "published", Stop.kind.in_(("pickup", "drop_off")))
        .order_by(Stop.sequence)
    ).all()
    return (len(found), found[0].isoformat()) if found else None
