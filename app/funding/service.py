"""Verbs on grants: enter, change, end; and count a day's routes now."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain.funding import CHOOSES, STANDS_AFTER
from app.domain.service_date import service_date_of
from app.funding.queries import is_seen, payments_of
from app.funding.recording import record_day
from app.funding.schemas import GrantChange, GrantIn, ReceivedIn
from app.kit import audit
from app.kit.auth import Principal
from app.kit.db import ROW_LOCK
from app.kit.errors import FieldError, conflict, invalid_request, not_found, refused, stale
from app.kit.paging import Order, Page, page
from app.models.cards import Card
from app.models.fleet import Vehicle
from app.models.funding import Grant, RouteCost
from app.models.partners import Organisation, Site
from app.partners.service import network_of, zone_of
from app.reports.together.recorded import last_shift_ends

# What a grant's payments hang on: it stays once anything that is told stands on it.
DECIDING = ("cents", "valid_from", "valid_until", "restricted", "purpose", "chosen")


def add_grant(session: Session, principal: Principal, wish: GrantIn, now: datetime) -> Grant:
    """Enter a grant. Raises `not_found` for an organisation that is not the network's, `unknown_choice` (422)."""
    principal.require("funding.edit")
    grant = Grant(
        network_id=principal.network_id,
        organisation_id=wish.organisation_id,
        giver=_giver(session, wish),
        purpose=wish.purpose,
        chosen=_chosen(session, wish.purpose, wish.chosen),
        restricted=wish.restricted,
        cents=cents(wish.amount),
        valid_from=wish.valid_from,
        valid_until=wish.valid_until,
        entered_on=today_of(session, principal, now),
        received=_received(wish.received),
        card_id=_card(session, wish.card_id),
        note=wish.note,
        created_at=now,
    )
    session.add(grant)
    session.flush()
    audit.record(
        session, principal, "funding.add", ("grant", grant.id), now, owner=grant.organisation_id, cents=grant.cents
    )
    return grant


def get_grant(session: Session, principal: Principal, grant_id: UUID) -> Grant:
    """One grant; raises `not_found`."""
    principal.require("funding.read")
    found = session.get(Grant, grant_id)
    if found is None or not is_seen(principal, found):
        raise not_found("grant")
    return found


def list_grants(session: Session, principal: Principal, cursor: str | None, limit: int) -> Page[Grant]:
    """The grants that the caller sees, oldest first."""
    principal.require("funding.read")
    query = select(Grant)
    if not principal.may_across_network("funding.read"):
        query = query.where(Grant.organisation_id == principal.organisation_id)
    return page(session, query, Order(Grant.created_at, Grant.id), cursor, limit)


def change_grant(
    session: Session, principal: Principal, grant_id: UUID, change: GrantChange, version: int, now: datetime
) -> Grant:
    """Change a grant from the version that was read, or end it.

    Raises `figures_stand` (409) where what was told would be different: of payments more than a month ago, amount,
    purpose and dates stay, and it ends no earlier than that.
    """
    principal.require("funding.edit")
    grant = get_grant(session, principal, grant_id)
    session.refresh(grant, with_for_update=ROW_LOCK)
    if grant.version != version:
        raise stale()
    wished = _wished(session, grant, change)
    before = audit.values_of(grant, wished)
    changes = audit.between(before, wished)
    _refuse_other_past(session, principal, grant, changes, now)
    for name, value in wished.items():
        setattr(grant, name, value)
    _refuse_misfits(grant)
    session.flush()
    audit.record(
        session, principal, "funding.change", ("grant", grant.id), now, owner=grant.organisation_id, changes=changes
    )
    return grant


def record_routes(session: Session, principal: Principal, service_date: date, now: datetime) -> Sequence[RouteCost]:
    """Count a driven day's routes now. Raises `day_goes_on` (409) before the last shift is over, and `figures_stand`
    (409) for a day more than a month ago that was counted."""
    principal.require("funding.edit")
    network_id = principal.network_id
    ended = last_shift_ends(session, network_id, service_date)
    if ended is None or ended > now:
        raise conflict("day_goes_on", "This day is not over, or nobody drives on it: a route counts when it is driven.")
    known = select(func.count()).where(RouteCost.network_id == network_id, RouteCost.service_date == service_date)
    if service_date + STANDS_AFTER < today_of(session, principal, now) and session.scalar(known):
        raise _stands()
    record_day(session, network_id, service_date, now)
    audit.record(session, principal, "funding.count_day", ("network", network_id), now, day=str(service_date))
    of_day = select(RouteCost).where(RouteCost.network_id == network_id, RouteCost.service_date == service_date)
    return session.scalars(of_day.order_by(RouteCost.number)).all()


def today_of(session: Session, principal: Principal, now: datetime) -> date:
    """The local day in the caller's network."""
    return service_date_of(now, zone_of(network_of(session, principal)))


def cents(amount: Decimal) -> int:
    """An amount in hundredths."""
    return int(amount * 100)


def _giver(session: Session, wish: GrantIn) -> str:
    if wish.organisation_id is None:
        return wish.giver
    found = session.get(Organisation, wish.organisation_id)
    if found is None:
        raise not_found("organisation")
    return found.name


def _card(session: Session, card_id: UUID | None) -> UUID | None:
    if card_id is not None and session.get(Card, card_id) is None:
        raise not_found("card")
    return card_id


def _chosen(session: Session, purpose: str, chosen: Sequence[str]) -> list[str]:
    """What the purpose names, each once; raises `unknown_choice` for what the network does not have."""
    if purpose not in CHOOSES:
        return []
    wished = sorted(set(chosen))
    known = {str(each) for each in range(1, 8)}
    if purpose != "weekdays":
        model = Vehicle if purpose == "vehicles" else Site
        known = {str(each) for each in session.scalars(select(model.id))}
    if not known.issuperset(wished):
        raise refused("unknown_choice", "One of the places, vehicles or days is none of the network's. Choose again.")
    return wished


def _received(payments: Sequence[ReceivedIn]) -> list[dict[str, Any]]:
    return [
        {"on": each.on.isoformat(), "cents": cents(each.amount)} for each in sorted(payments, key=lambda each: each.on)
    ]


def _wished(session: Session, grant: Grant, change: GrantChange) -> dict[str, Any]:
    """What is to stand in the row: what is left out, or null, stays."""
    said = {name: value for name, value in change if name in change.model_fields_set and value is not None}
    found: dict[str, Any] = {
        name: said[name] for name in ("valid_from", "valid_until", "restricted", "note", "ended_on") if name in said
    }
    if said.get("giver") and grant.organisation_id is None:
        found["giver"] = said["giver"]
    if "card_id" in said:
        found["card_id"] = _card(session, said["card_id"])
    if "amount" in said:
        found["cents"] = cents(said["amount"])
    if "received" in said:
        found["received"] = _received(said["received"])
    if "purpose" in said or "chosen" in said:
        found["purpose"] = said.get("purpose", grant.purpose)
        found["chosen"] = _chosen(session, found["purpose"], said.get("chosen", grant.chosen))
    return found


def _refuse_other_past(
    session: Session, principal: Principal, grant: Grant, changes: dict[str, tuple[Any, Any]], now: datetime
) -> None:
    stands_until = today_of(session, principal, now) - STANDS_AFTER
    ends = changes.get("ended_on", (None, None))[1]
    decides = [name for name in DECIDING if name in changes]
    if not decides and (ends is None or ends >= stands_until):
        return
    paid = payments_of(session, principal, grant.id, now)
    if any(each.day < stands_until and (decides or each.day > ends) for each in paid):
        raise _stands()


def _refuse_misfits(grant: Grant) -> None:
    if grant.valid_until < grant.valid_from:
        raise invalid_request([FieldError("/valid_until", "The last day is before the first one: swap the two.")])
    if grant.restricted and grant.purpose in CHOOSES and not grant.chosen:
        raise invalid_request([FieldError("/chosen", "Choose at least one, or let the money pay for any route.")])
    if grant.ended_on is not None and not grant.valid_from <= grant.ended_on <= grant.valid_until:
        raise invalid_request([FieldError("/ended_on", "A grant ends between its first and its last day.")])


def _stands() -> Exception:
    return conflict(
        "figures_stand",
        "What was paid more than a month ago was told to sponsors and stays. End this grant and enter another one.",
    )
