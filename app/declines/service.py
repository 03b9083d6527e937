"""Verbs of declines: say that food is not wanted, take that back, end what stands of it, have it forgotten."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.declines.schemas import DeclineIn
from app.domain.units import kg_text
from app.kit import audit
from app.kit.auth import Principal
from app.kit.db import ROW_LOCK
from app.kit.errors import conflict, forbidden, not_found
from app.kit.outbox import announce
from app.kit.tenancy import Scope, within
from app.ledger.settlement import known_of
from app.models.declines import Decline, ForgottenLesson
from app.models.fleet import Shift
from app.models.needs import StandingNeed
from app.models.partners import Network, Site
from app.models.plans import Allocation, Plan, Stop
from app.needs.standing import end_standing_need
from app.planning.asking import ask_later


def decline(session: Session, principal: Principal, allocation_id: UUID, wish: DeclineIn, now: datetime) -> Decline:
    """Say that food which a published plan has for a food bank is not wanted: its own staff, or the network's in its
    name. What was declined before is given back as it was.

    Raises `not_planned_any_more` (409) where the plan that is driven does not bring it, `already_delivered` (409) where
    the van was there, and `forbidden` for everybody else, the donor too.
    """
    allocation = promise_to(session, principal, "allocations.decline", allocation_id)
    with within(session, everything_about(allocation), principal.scope):
        session.get_one(Network, allocation.network_id, with_for_update=ROW_LOCK)  # no plan is published meanwhile
        standing = standing_decline(session, allocation.parcel_id)
        if standing is not None:
            return standing
        row = as_driven(session, allocation.parcel_id)
        if row is None:
            raise conflict(
                "not_planned_any_more", "The plan that is driven does not bring this food. There is nothing to decline."
            )
        session.get_one(Shift, row.shift_id, with_for_update=ROW_LOCK)  # one word on a shift's food after the other
        _refuse_delivered(session, row)
        said = _row(session, principal, row, wish, now)
        ask_later(session, row.network_id, said.service_date)
        session.flush()
    audit.record(
        session,
        principal,
        "allocations.decline",
        ("allocation", row.id),
        now,
        owner=row.receiver_organisation_id,
        reason=wish.reason,
        kg=kg_text(row.grams),
    )
    return said


def take_back(session: Session, principal: Principal, allocation_id: UUID, now: datetime) -> Decline:
    """Have declined food after all, as long as no newer plan brings it elsewhere.

    Raises `decline_acted_on` (409) where one does, and `not_found` where nothing is declined.
    """
    allocation = promise_to(session, principal, "allocations.decline", allocation_id)
    with within(session, everything_about(allocation), principal.scope):
        session.get_one(Network, allocation.network_id, with_for_update=ROW_LOCK)
        said = standing_decline(session, allocation.parcel_id)
        if said is None:
            raise not_found("decline")
        if as_driven(session, allocation.parcel_id) is None:
            raise conflict("decline_acted_on", "A newer plan brings this food to somebody else already.")
        said.taken_back_at = max(now, said.declined_at)
        ask_later(session, said.network_id, said.service_date)
        session.flush()
    audit.record(
        session, principal, "allocations.decline", ("allocation", said.allocation_id), now,
        owner=said.organisation_id, taken_back=True,
    )  # fmt: skip
    return said


def promise_to(session: Session, principal: Principal, action: str, allocation_id: UUID) -> Allocation:
    """The allocation, if it is of a published plan and the caller speaks for who is to get it.

    Raises `not_found`, `forbidden`, and `plan_not_published` (409).
    """
    principal.require(action)
    found = session.get(Allocation, allocation_id)
    if found is None:
        raise not_found("allocation")
    own = found.receiver_organisation_id == principal.organisation_id
    if not own and not principal.may_across_network(action):
        raise forbidden()
    if found.published_at is None:
        raise conflict("plan_not_published", "This food is not promised yet: its plan is not published.")
    return found


def everything_about(allocation: Allocation) -> Scope:
    """Reports and plans are the network's: a food bank's word is held against them."""
    return Scope(network=allocation.network_id, organisation=allocation.receiver_organisation_id)


def standing_decline(session: Session, parcel_id: UUID) -> Decline | None:
    """What was said of a promise and not taken back."""
    query = select(Decline).where(Decline.parcel_id == parcel_id, Decline.taken_back_at.is_(None))
    return session.scalars(query).first()


def as_driven(session: Session, parcel_id: UUID) -> Allocation | None:
    """The promise as the plan that is driven has it; None where it has it no more, or hands it on."""
    rows = session.scalars(
        select(Allocation)
        .join(Plan, Plan.id == Allocation.plan_id)
        .where(
            Plan.state == "published", or_(Allocation.parcel_id == parcel_id, Allocation.from_parcel_id == parcel_id)
        )
    ).all()
    if any(row.from_parcel_id == parcel_id for row in rows):
        return None
    return rows[0] if rows else None


def _refuse_delivered(session: Session, row: Allocation) -> None:
    known = known_of(session, row.shift_id)
    told = known.told_of(row)
    stop = known.stop(session.get_one(Stop, row.drop_off_stop_id))
    if told.delivered_grams or told.refused_grams or stop.state in ("done", "failed"):
        raise conflict(
            "already_delivered", "The van was there with this food already. Tell the dispatcher what is wrong with it."
        )


def _row(session: Session, principal: Principal, row: Allocation, wish: DeclineIn, now: datetime) -> Decline:
    service_date = session.get_one(Plan, row.plan_id).service_date
    said = Decline(
        id=uuid4(),
        network_id=row.network_id,
        organisation_id=row.receiver_organisation_id,
        service_date=service_date,
        plan_id=row.plan_id,
        allocation_id=row.id,
        parcel_id=row.parcel_id,
        offer_line_id=row.offer_line_id,
        need_id=row.need_id,
        grams=row.grams,
        reason=wish.reason,
        note=wish.note,
        declined_by=principal.name,
        declined_at=now,
    )
    session.add(said)
    session.flush()
    announce(
        session,
        row.network_id,
        [row.receiver_organisation_id],
        "allocation.declined",
        ("allocation", row.id),
        now,
        service_date=service_date.isoformat(),
        offer_line_id=str(row.offer_line_id),
        description=row.description,
        category=row.category,
        donor_name=row.donor_name,
        receiver_name=row.receiver_name,
        kg=kg_text(row.grams),
        reason=wish.reason,
    )
    return said


def take_off(session: Session, principal: Principal, site_id: UUID, category: str, now: datetime) -> list[UUID]:
    """End what stands of a category at a place: the suggestion that is made of what was learnt, accepted.

    Raises `not_found` for a site that is not the caller's.
    """
    principal.require("needs.state")
    own_place(session, principal, site_id)
    standing = session.scalars(
        select(StandingNeed.id)
        .where(StandingNeed.site_id == site_id, StandingNeed.category == category, StandingNeed.state == "active")
        .order_by(StandingNeed.created_at, StandingNeed.id)
    ).all()
    for each in standing:
        end_standing_need(session, principal, each, None, now)
    return list(standing)


def forget(session: Session, principal: Principal, site_id: UUID, category: str, now: datetime) -> ForgottenLesson:
    """Have everything forgotten that was learnt of a place and category so far: it is planned for as anybody is.

    Raises `not_found` for a site that is not the caller's.
    """
    principal.require("needs.state")
    site = own_place(session, principal, site_id)
    row = ForgottenLesson(
        id=uuid4(),
        network_id=principal.network_id,
        organisation_id=site.organisation_id,
        site_id=site_id,
        category=category,
        forgotten_at=now,
    )
    session.add(row)
    session.flush()
    audit.record(
        session, principal, "declines.forget", ("site", site_id), now, owner=site.organisation_id, category=category
    )
    return row


def own_place(session: Session, principal: Principal, site_id: UUID) -> Site:
    """The site, if the caller speaks for it; raises `not_found` for another's."""
    found = session.get(Site, site_id)
    own = found is not None and found.organisation_id == principal.organisation_id
    if found is None or not (own or principal.may_across_network("needs.state")):
        raise not_found("site")
    return found
