"""Verbs on outlets: enter, change, read; and hand over to one what no food bank takes."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain import ledger
from app.domain.outlets import may_have_returned
from app.domain.units import kg_text
from app.kit import audit
from app.kit.auth import Principal
from app.kit.db import ROW_LOCK
from app.kit.errors import conflict, not_found, refused, stale
from app.kit.outbox import announce
from app.kit.paging import Order, Page, page
from app.ledger.service import balances_of, write_entries
from app.models.offers import Offer, OfferLine
from app.models.outlets import Handover, Outlet
from app.outlets.fitting import refusal_at
from app.outlets.schemas import HandoverIn, OutletChange, OutletIn
from app.partners.service import network_of
from app.planning.asking import plan_anew_later


def add_outlet(session: Session, principal: Principal, wish: OutletIn, now: datetime) -> Outlet:
    """Enter an outlet of the network."""
    principal.require("policy.edit")
    outlet = Outlet(network_id=principal.network_id, created_at=now, **wish.model_dump())
    session.add(outlet)
    session.flush()
    audit.record(session, principal, "outlets.add", ("outlet", outlet.id), now, kind=outlet.kind)
    return outlet


def get_outlet(session: Session, principal: Principal, outlet_id: UUID) -> Outlet:
    """One outlet; raises `not_found`."""
    principal.require("plans.read")
    found = session.get(Outlet, outlet_id)
    if found is None:
        raise not_found("outlet")
    return found


def list_outlets(session: Session, principal: Principal, cursor: str | None, limit: int) -> Page[Outlet]:
    """The network's outlets, oldest first."""
    principal.require("plans.read")
    return page(session, select(Outlet), Order(Outlet.created_at, Outlet.id), cursor, limit)


def change_outlet(
    session: Session, principal: Principal, outlet_id: UUID, change: OutletChange, version: int, now: datetime
) -> Outlet:
    """Change an outlet, or retire it, from the version that was read."""
    principal.require("policy.edit")
    outlet = session.get(Outlet, outlet_id)
    if outlet is None:
        raise not_found("outlet")
    session.refresh(outlet, with_for_update=ROW_LOCK)
    if outlet.version != version:
        raise stale()
    wished = {name: value for name, value in change.model_dump(exclude_unset=True).items() if value is not None}
    before = audit.values_of(outlet, wished)
    for name, value in wished.items():
        setattr(outlet, name, value)
    session.flush()
    changes = audit.between(before, audit.values_of(outlet, wished))
    audit.record(session, principal, "outlets.change", ("outlet", outlet.id), now, changes=changes)
    return outlet


def hand_over(session: Session, principal: Principal, outlet_id: UUID, wish: HandoverIn, now: datetime) -> Handover:
    """Book that an outlet took food which is on offer still, was booked as not fetched in time, or came back from a van
    and was settled as returned.

    Raises the rule book's refusals (422: `outlet_does_not_take_it`, `unsafe_for_people`, `never_for_animals`,
    `not_composted_here`), `outlet_retired` (409), and `not_so_much_left` (409) where less is left than that.
    """
    principal.require("ledger.settle")
    outlet = get_outlet(session, principal, outlet_id)
    session.refresh(outlet, with_for_update=ROW_LOCK)
    if outlet.state != "active":
        raise conflict("outlet_retired", "This outlet takes nothing any more.")
    # Whoever publishes a plan locks the line too: food goes on a van or to the outlet, never both.
    line = session.scalars(
        select(OfferLine).where(OfferLine.id == wish.offer_line_id).with_for_update(key_share=True)
    ).one_or_none()
    if line is None:
        raise not_found("offer line")
    offer = session.get_one(Offer, line.offer_id)
    _refuse_unfit(session, principal, outlet, offer, line, now)
    _book(session, outlet, line, wish.kg, now)
    handover = Handover(
        network_id=line.network_id,
        organisation_id=line.organisation_id,
        outlet_id=outlet.id,
        outlet_name=outlet.name,
        kind=outlet.kind,
        offer_line_id=line.id,
        grams=wish.kg,
        at=now,
    )
    session.add(handover)
    session.flush()
    audit.record(
        session, principal, "outlets.hand_over", ("handover", handover.id), now, owner=line.organisation_id,
        kind=outlet.kind, kg=kg_text(wish.kg),
    )  # fmt: skip
    announce(
        session, line.network_id, [line.organisation_id], "food.handed_over", ("handover", handover.id), now,
        offer_line_id=str(line.id), description=line.description, category=line.category, kg=kg_text(wish.kg),
        outlet=outlet.kind, outlet_name=outlet.name, service_date=offer.service_date.isoformat(),
    )  # fmt: skip
    plan_anew_later(session, line.network_id, offer.service_date)
    return handover


def _refuse_unfit(
    session: Session, principal: Principal, outlet: Outlet, offer: Offer, line: OfferLine, now: datetime
) -> None:
    refusal = refusal_at(network_of(session, principal), outlet, offer, line, now)
    if refusal is not None:
        raise refused(refusal.code, refusal.sentence)


def _book(session: Session, outlet: Outlet, line: OfferLine, grams: int, now: datetime) -> None:
    """From what is on offer first, then from what was booked as expired, which is there after all, then from what came
    back from a van."""
    there = balances_of(session, [line.id]).get(line.id, {})
    places = ["offered", "expired"]
    if may_have_returned(outlet.kind, line.temperature_class):
        places.append("returned")
    most = sum(there.get(account, 0) for account in places)
    if grams > most:
        sentence = "Only {kg} kg of this food is neither on a van nor gone already."
        raise conflict("not_so_much_left", sentence, kg=kg_text(most))
    for account in places:
        taken = min(grams, there.get(account, 0))
        if taken:
            entries = ledger.entries_along(str(line.id), taken, account, outlet.kind)
            write_entries(session, line, entries, ("outlet", outlet.id), now)
            grams -= taken


def list_handovers(
    session: Session, principal: Principal, offer_id: UUID | None, cursor: str | None, limit: int
) -> Page[Handover]:
    """What outlets took of the food that the caller sees, oldest first."""
    principal.require("ledger.read")
    query = select(Handover)
    if offer_id is not None:
        query = query.where(Handover.offer_line_id.in_(select(OfferLine.id).where(OfferLine.offer_id == offer_id)))
    return page(session, query, Order(Handover.at, Handover.id), cursor, limit)
