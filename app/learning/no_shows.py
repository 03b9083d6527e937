"""Shifts that nobody drove, by organisation: worked out when they are read, and followed up by a dispatcher."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain.no_shows import PlannedShift, Published, ShiftsKept, shifts_kept
from app.domain.service_date import service_date_of
from app.kit import audit
from app.kit.auth import Principal
from app.kit.errors import conflict, not_found
from app.kit.tenancy import Scope, within
from app.models.events import StopEvent
from app.models.expected import ShiftFollowUp
from app.models.fleet import Shift
from app.models.partners import Organisation
from app.models.plans import Allocation, Plan, Route, Stop
from app.partners.service import network_of, zone_of

WINDOW = timedelta(weeks=12)


@dataclass(frozen=True)
class ShiftsLine:
    """An organisation with what became of its shifts, and the last time that somebody spoke with it about that."""

    organisation_id: UUID
    organisation_name: str
    kept: ShiftsKept
    followed: ShiftFollowUp | None

    @property
    def last_happened_at(self) -> datetime | None:
        """When the newest shift that nobody drove was counted."""
        return self.kept.no_shows[0].counted_at if self.kept.no_shows else None

    @property
    def to_follow_up(self) -> bool:
        """Whether there is one of which nobody has spoken with them."""
        last = self.last_happened_at
        return last is not None and (self.followed is None or self.followed.heard_until < last)


def shifts_of_organisations(session: Session, principal: Principal, now: datetime) -> list[ShiftsLine]:
    """The organisations whose shifts were to be driven in the last twelve weeks, the worst first: all of them for those
    who plan, with who followed up; their own for partners, without."""
    principal.require("fleet.read")
    network = network_of(session, principal)
    today = service_date_of(now, zone_of(network))
    only = None if principal.may_across_network("fleet.read") else principal.organisation_id
    with within(session, Scope(network=network.id), principal.scope):  # plans and reports are the network's
        found = _shifts(session, network.id, today - WINDOW, today, only)
        names = dict(session.execute(select(Organisation.id, Organisation.name)).all())
    followed = {
        row.organisation_id: row
        for row in session.scalars(
            select(ShiftFollowUp)
            .where(ShiftFollowUp.network_id == network.id)
            .order_by(ShiftFollowUp.followed_at, ShiftFollowUp.id)
        )
    }
    lines = [
        ShiftsLine(organisation, names[organisation], kept, followed.get(organisation))
        for organisation, shifts in found.items()
        if (kept := shifts_kept(shifts, now)).shifts
    ]
    return sorted(lines, key=lambda each: (-each.kept.share_at_least, -each.kept.shifts, each.organisation_name))


def follow_up_shifts(
    session: Session, principal: Principal, organisation_id: UUID, seen_until: datetime, note: str, now: datetime
) -> ShiftFollowUp:
    """Somebody has spoken with an organisation about its shifts that nobody drove until `seen_until`.

    Raises `not_found`, and `something_new_happened` (409) where more has happened than was seen.
    """
    principal.require("plans.edit")
    lines = {each.organisation_id: each for each in shifts_of_organisations(session, principal, now)}
    line = lines.get(organisation_id)
    if line is None or line.last_happened_at is None:
        raise not_found("organisation")
    if line.last_happened_at.replace(microsecond=0) > seen_until:
        raise conflict("something_new_happened", "Something else has happened there since you looked. Read it first.")
    found = ShiftFollowUp(
        network_id=principal.network_id,
        organisation_id=organisation_id,
        heard_until=line.last_happened_at,
        note=note,
        followed_by=principal.name,
        followed_at=now,
    )
    session.add(found)
    session.flush()
    subject = ("organisation", organisation_id)
    audit.record(session, principal, "reliability.follow_up_shifts", subject, now, owner=organisation_id)
    return found


def planned_shift(session: Session, shift: Shift) -> PlannedShift:
    """One shift with what every plan published for its day had for it; read within its network."""
    found = _shifts(session, shift.network_id, shift.service_date, shift.service_date, None, shift.id)
    return found[shift.organisation_id][0]


def _shifts(
    session: Session, network_id: UUID, first: date, last: date, only: UUID | None, shift_id: UUID | None = None
) -> dict[UUID, list[PlannedShift]]:
    """By organisation, the shifts of these days with what every plan published for their day had for them."""
    query = select(Shift).where(Shift.network_id == network_id, Shift.service_date.between(first, last))
    if shift_id is not None:
        query = query.where(Shift.id == shift_id)
    shifts = session.scalars(query if only is None else query.where(Shift.organisation_id == only)).all()
    plans = defaultdict[date, list[tuple[UUID, datetime]]](list)
    for plan_id, day, published_at in session.execute(
        select(Plan.id, Plan.service_date, Plan.published_at)
        .where(Plan.network_id == network_id, Plan.service_date.between(first, last), Plan.published_at.is_not(None))
        .order_by(Plan.published_at, Plan.number)
    ):
        if published_at is not None:
            plans[day].append((plan_id, published_at))
    ids = [shift.id for shift in shifts]
    loads, reported = _loads(session, ids), _reported(session, ids)
    found = defaultdict[UUID, list[PlannedShift]](list)
    for shift in shifts:
        found[shift.organisation_id].append(
            PlannedShift(
                day=shift.service_date,
                starts_at=shift.starts_at,
                ends_at=shift.ends_at,
                cancelled=shift.state == "cancelled",
                reported=shift.id in reported,
                plans=[
                    Published(at, *loads.get((plan_id, shift.id), (0, 0)))
                    for plan_id, at in plans.get(shift.service_date, [])
                ],
            )
        )
    return found


def _loads(session: Session, shifts: Iterable[UUID]) -> Mapping[tuple[UUID, UUID], tuple[int, int]]:
    """By plan and shift, the grams of the route and its stops with food."""
    food = (
        select(Allocation.route_id, func.sum(Allocation.grams).label("grams"))
        .where(Allocation.shift_id.in_(shifts))
        .group_by(Allocation.route_id)
        .subquery()
    )
    rows = session.execute(
        select(Route.plan_id, Route.shift_id, food.c.grams, func.count(Stop.id))
        .join(food, food.c.route_id == Route.id)
        .join(Stop, Stop.route_id == Route.id)
        .where(Route.shift_id.in_(shifts), Stop.kind.in_(("pickup", "drop_off")))
        .group_by(Route.plan_id, Route.shift_id, food.c.grams)
    )
    return {(plan, shift): (int(grams), stops) for plan, shift, grams, stops in rows}


def _reported(session: Session, shifts: Iterable[UUID]) -> frozenset[UUID]:
    """The shifts of which anything at all was reported."""
    return frozenset(session.scalars(select(StopEvent.shift_id).where(StopEvent.shift_id.in_(shifts)).distinct()))
