"""Verbs on offers: post, amend, withdraw, read."""

from collections.abc import Sequence
from datetime import date, datetime, tzinfo
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from app.domain import food_safety, ledger
from app.domain.service_date import service_date_of
from app.kit import audit
from app.kit.auth import Principal
from app.kit.errors import FieldError, conflict, not_found, refused, stale
from app.kit.paging import Order, Page, page
from app.ledger.service import balances_of, write_entries
from app.models.offers import Offer, OfferLine
from app.offers.schemas import OfferChange, OfferIn, OfferLineIn
from app.partners.service import network_of, own_site, zone_of


def post_offer(session: Session, principal: Principal, wish: OfferIn, now: datetime) -> Offer:
    """Take in surplus: checked against the rule book, booked in the ledger.

    Raises the rule book's refusals (422), each with its code and field, and `not_found` for another's site.
    """
    principal.require("offers.post")
    site = own_site(session, principal, wish.site_id)
    zone = zone_of(network_of(session, principal))
    _refuse_unsafe(wish.lines, wish.pickup_from, wish.pickup_until, now, zone)
    offer = Offer(
        network_id=principal.network_id,
        organisation_id=site.organisation_id,
        site_id=site.id,
        service_date=service_date_of(wish.pickup_from, zone),
        pickup_from=wish.pickup_from,
        pickup_until=wish.pickup_until,
        note=wish.note,
        created_at=now,
    )
    session.add(offer)
    session.flush()
    _add_lines(session, offer, wish.lines, now)
    audit.record(session, principal, "offers.post", ("offer", offer.id), now, lines=len(wish.lines))
    return offer


def _refuse_unsafe(
    lines: Sequence[OfferLineIn], pickup_from: datetime, pickup_until: datetime, now: datetime, zone: tzinfo
) -> None:
    """Raise the first refusal's code, with every refusal of every line at its field."""
    found = food_safety.refusals_on_posting([safety_line(line) for line in lines], pickup_from, pickup_until, now, zone)
    if found:
        errors = [FieldError(item.field, item.sentence, item.code) for item in found]
        raise refused(found[0].code, found[0].sentence, errors)


def safety_line(line: OfferLineIn) -> food_safety.Line:
    """The line as the rule book reads it."""
    return food_safety.Line(
        category=line.category,
        grams=line.kg,
        temperature_class=line.temperature_class,
        date_mark=line.date_mark,
        mark_date=line.mark_date,
        allergens=frozenset(line.allergens),
        dietary_flags=frozenset(line.dietary_flags),
    )


def _add_lines(session: Session, offer: Offer, lines: Sequence[OfferLineIn], now: datetime) -> None:
    rows = [
        OfferLine(
            network_id=offer.network_id,
            organisation_id=offer.organisation_id,
            offer_id=offer.id,
            position=position,
            grams=line.kg,
            **line.model_dump(exclude={"kg"}),
        )
        for position, line in enumerate(lines)
    ]
    session.add_all(rows)
    session.flush()
    session.refresh(offer, ["lines"])
    for row in rows:
        write_entries(session, row, ledger.entries_for_posting(str(row.id), row.grams), ("offer", offer.id), now)


def get_offer(session: Session, principal: Principal, offer_id: UUID) -> Offer:
    """One offer; raises `not_found`."""
    principal.require("offers.read")
    found = session.get(Offer, offer_id)
    if found is None:
        raise not_found("offer")
    return found


def list_offers(
    session: Session,
    principal: Principal,
    *,
    service_date: date | None = None,
    state: str | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[Offer]:
    """The offers that the caller sees, oldest first."""
    principal.require("offers.read")
    query = select(Offer)
    if service_date is not None:
        query = query.where(Offer.service_date == service_date)
    if state is not None:
        query = query.where(Offer.state == state)
    return page(session, query, Order(Offer.created_at, Offer.id), cursor, limit)


def _open_and_unplanned(session: Session, principal: Principal, offer_id: UUID, version: int | None) -> Offer:
    """The offer, locked, if its version fits and nothing of it stands on a published plan."""
    offer = get_offer(session, principal, offer_id)
    session.refresh(offer, with_for_update=True)
    if version is not None and offer.version != version:
        raise stale()
    if offer.state != "open":
        raise conflict("offer_withdrawn", "This offer was withdrawn.")
    lines = [line.id for line in offer.lines]
    if any(account != "offered" for account in _accounts(session, lines)):
        raise conflict("offer_planned", "A driver is already planned for this offer. Call the dispatcher to change it.")
    return offer


def _accounts(session: Session, lines: Sequence[UUID]) -> set[str]:
    """Where the grams of these lines stand now, leaving the supply out."""
    found = balances_of(session, lines)
    return {account for line in found.values() for account, grams in line.items() if grams and account != "supply"}


def amend_offer(
    session: Session, principal: Principal, offer_id: UUID, change: OfferChange, version: int, now: datetime
) -> Offer:
    """Change an offer that is not planned yet, from the version that was read; lines are replaced as a whole."""
    principal.require("offers.post")
    offer = _open_and_unplanned(session, principal, offer_id, version)
    zone = zone_of(network_of(session, principal))
    pickup_from, pickup_until = (
        change.pickup_from or offer.pickup_from,
        change.pickup_until or offer.pickup_until,
    )
    lines = change.lines if change.lines is not None else [_as_wish(line) for line in offer.lines]
    _refuse_unsafe(lines, pickup_from, pickup_until, now, zone)
    offer.pickup_from, offer.pickup_until = pickup_from, pickup_until
    offer.service_date = service_date_of(pickup_from, zone)
    offer.note = change.note if change.note is not None else offer.note
    flag_modified(offer, "note")  # the version moves even when only lines were replaced
    session.flush()
    if change.lines is not None:
        _replace_lines(session, offer, change.lines, now)
    audit.record(session, principal, "offers.amend", ("offer", offer.id), now, fields=sorted(change.model_fields_set))
    session.flush()
    return offer


def _as_wish(line: OfferLine) -> OfferLineIn:
    return OfferLineIn.model_validate(
        {
            "category": line.category,
            "description": line.description,
            "kg": f"{line.grams / 1000:.3f}",
            "crates": line.crates,
            "temperature_class": line.temperature_class,
            "date_mark": line.date_mark,
            "mark_date": line.mark_date,
            "allergens": line.allergens,
            "dietary_flags": line.dietary_flags,
            "splittable": line.splittable,
        }
    )


def _replace_lines(session: Session, offer: Offer, lines: Sequence[OfferLineIn], now: datetime) -> None:
    """Withdraw the old lines in the ledger (it forgets nothing) and post the new ones."""
    _book_withdrawal(session, offer, now)
    for line in offer.lines:
        line.position = -1 - line.position
    _add_lines(session, offer, lines, now)


def _book_withdrawal(session: Session, offer: Offer, now: datetime) -> None:
    for line in offer.lines:
        write_entries(session, line, ledger.entries_for_withdrawal(str(line.id), line.grams), ("offer", offer.id), now)


def withdraw_offer(session: Session, principal: Principal, offer_id: UUID, version: int | None, now: datetime) -> Offer:
    """Take an offer back that is not planned yet."""
    principal.require("offers.post")
    offer = _open_and_unplanned(session, principal, offer_id, version)
    _book_withdrawal(session, offer, now)
    offer.state = "withdrawn"
    audit.record(session, principal, "offers.withdraw", ("offer", offer.id), now)
    session.flush()
    return offer
