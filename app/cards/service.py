"""Verbs on cards and enquiries: make a card, change it; write through it; accept or decline what was written."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.cards.schemas import CardChange, CardIn, EnquiryIn
from app.cards.shown import Counters, counters, network_of_card
from app.domain.service_date import service_date_of
from app.kit import audit
from app.kit.auth import Principal
from app.kit.db import ROW_LOCK, Database
from app.kit.errors import FieldError, WaslError, conflict, invalid_request, not_found, stale
from app.kit.outbox import announce
from app.kit.paging import Order, Page, page
from app.kit.tenancy import Scope
from app.models.cards import Card, CardRecruit, Enquiry
from app.partners.service import network_of, zone_of
from app.people.refusals import NotTaken, is_mail_address, mail_refusal
from app.people.tries import count_try

COUNTED_AS = {"give_food": "donor", "drive": "driver"}  # money counts by its grant
MOST_OPEN = 500  # enquiries that wait in a network: beyond, nobody reads them, and it is somebody's program


def add_card(session: Session, principal: Principal, wish: CardIn, now: datetime) -> Card:
    """Make a card. Raises `address_taken` (409) for an address that another card has."""
    principal.require("policy.edit")
    today = service_date_of(now, zone_of(network_of(session, principal)))
    card = Card(
        network_id=principal.network_id,
        consented_on=today,
        off_since=None if wish.is_on else today,
        created_at=now,
        **wish.model_dump(exclude={"consent"}),
    )
    try:
        with session.begin_nested():
            session.add(card)
            session.flush()
    except IntegrityError as error:
        raise _address_taken() from error
    audit.record(session, principal, "cards.add", ("card", card.id), now, kind=card.kind, slug=card.slug)
    return card


def get_card(session: Session, principal: Principal, card_id: UUID) -> Card:
    """One card; raises `not_found`."""
    principal.require("policy.edit")
    found = session.get(Card, card_id)
    if found is None:
        raise not_found("card")
    return found


def list_cards(session: Session, principal: Principal, cursor: str | None, limit: int) -> Page[Card]:
    """The network's cards, oldest first."""
    principal.require("policy.edit")
    return page(session, select(Card), Order(Card.created_at, Card.id), cursor, limit)


def counters_of(session: Session, principal: Principal, card_ids: list[UUID]) -> Mapping[UUID, Counters]:
    """Whom these cards brought in."""
    principal.require("policy.edit")
    return counters(session, card_ids)


def change_card(
    session: Session, principal: Principal, card_id: UUID, change: CardChange, version: int, now: datetime
) -> Card:
    """Change a card, or switch it off, from the version that was read."""
    card = get_card(session, principal, card_id)
    session.refresh(card, with_for_update=ROW_LOCK)
    if card.version != version:
        raise stale()
    wished = {name: value for name, value in change.model_dump(exclude_unset=True).items() if value is not None}
    before = audit.values_of(card, wished)
    today = service_date_of(now, zone_of(network_of(session, principal)))
    for name, value in wished.items():
        setattr(card, name, value)
    if card.is_on and not card.name_en:
        raise invalid_request([FieldError("/name_en", "A card that is on shows a name: write it again.")])
    if card.is_on:
        card.off_since = None
    elif card.off_since is None:
        card.off_since = today
    session.flush()
    audit.record(session, principal, "cards.change", ("card", card.id), now, changes=audit.between(before, wished))
    return card


def send_enquiry(database: Database, slug: str, wish: EnquiryIn, address: str, now: datetime) -> None:
    """Take what somebody wrote through a card. Kept is what they typed, the card and the hour; nothing else is known.

    Raises `not_found` for a card that is not there, `too_many_attempts` (429) for who writes again and again, and
    `too_many_enquiries` (409) where so many wait that nobody reads them.
    """
    network_id = network_of_card(database, slug, address, now)
    count_try(database, "enquiry", f"card {slug}", address, now)
    with database.transaction(Scope(network=network_id)) as session:
        card = session.scalars(select(Card).where(Card.slug == slug)).one()
        waiting = select(func.count()).where(Enquiry.network_id == network_id, Enquiry.state == "open")
        if (session.scalar(waiting) or 0) >= MOST_OPEN:
            raise conflict("too_many_enquiries", "Too many wait for an answer already. Write again in some days.")
        enquiry = Enquiry(
            network_id=network_id,
            card_id=card.id,
            wish=wish.wish,
            contact_name=wish.name,
            contact=wish.contact,
            organisation=wish.organisation,
            message=wish.message,
            language=wish.language,
            received_at=now,
        )
        session.add(enquiry)
        session.flush()
        about = ("enquiry", enquiry.id)
        announce(session, network_id, [], "enquiry.received", about, now, wish=enquiry.wish)


def list_enquiries(session: Session, principal: Principal, cursor: str | None, limit: int) -> Page[Enquiry]:
    """What was written through the network's cards, the newest first."""
    principal.require("policy.edit")
    order = Order(Enquiry.received_at, Enquiry.id, newest_first=True)
    return page(session, select(Enquiry), order, cursor, limit)


def accept_enquiry(session: Session, principal: Principal, enquiry_id: UUID, now: datetime) -> Enquiry:
    """Take somebody on: the card that led them here counts one more, once. Raises `enquiry_decided` (409)."""
    enquiry = _open_enquiry(session, principal, enquiry_id)
    today = service_date_of(now, zone_of(network_of(session, principal)))
    enquiry.state, enquiry.decided_on = "accepted", today
    kind = COUNTED_AS.get(enquiry.wish)
    if kind is not None:
        session.add(CardRecruit(network_id=enquiry.network_id, card_id=enquiry.card_id, kind=kind, counted_on=today))
    session.flush()
    audit.record(session, principal, "enquiries.accept", ("enquiry", enquiry.id), now, wish=enquiry.wish)
    return enquiry


def decline_enquiry(session: Session, principal: Principal, enquiry_id: UUID, now: datetime) -> None:
    """Say no: what they wrote is deleted at once, and whoever can be reached by mail is told, in their language. Raises
    `enquiry_decided` (409)."""
    enquiry = _open_enquiry(session, principal, enquiry_id)
    if is_mail_address(enquiry.contact):
        no = NotTaken("enquiry", enquiry.contact_name, enquiry.contact, enquiry.language)
        mail_refusal(session, principal, no, now)
    audit.record(session, principal, "enquiries.decline", ("enquiry", enquiry.id), now, wish=enquiry.wish)
    session.delete(enquiry)
    session.flush()


def _open_enquiry(session: Session, principal: Principal, enquiry_id: UUID) -> Enquiry:
    principal.require("policy.edit")
    found = session.scalars(select(Enquiry).where(Enquiry.id == enquiry_id).with_for_update(key_share=True)).first()
    if found is None:
        raise not_found("enquiry")
    if found.state != "open":
        raise conflict("enquiry_decided", "This was answered already.")
    return found


def _address_taken() -> WaslError:
    sentence = "Another card has this address. Choose another one."
    fields = [FieldError("/slug", sentence, "address_taken")]
    return WaslError(sentence, "address_taken", 409, "Changed meanwhile", errors=fields)
