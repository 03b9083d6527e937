"""Verbs on offers: post one or many, amend, withdraw, read."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from app.domain import food_safety, ledger, opening
from app.domain.safety_limits import policy_of
from app.domain.service_date import service_date_of
from app.domain.units import kg_text
from app.kit import audit
from app.kit.auth import Principal
from app.kit.db import ROW_LOCK
from app.kit.errors import FieldError, conflict, not_found, refused, stale
from app.kit.outbox import announce
from app.kit.paging import Order, Page, page
from app.ledger.service import balances_of, book, write_entries
from app.models.offers import Offer, OfferLine
from app.models.partners import Network, Site
from app.offers.schemas import OfferChange, OfferIn, OfferLineIn
from app.partners.membership import uncovered
from app.partners.service import get_site, list_sites, network_of, own_site, zone_of
from app.planning.asking import ask_later, plan_anew_later

AUDITED = ("pickup_from", "pickup_until", "service_date", "note")


def post_offer(
    session: Session,
    principal: Principal,
    wish: OfferIn,
    now: datetime,
    *,
    standing: tuple[UUID, date] | None = None,
) -> Offer:
    """Take in surplus: checked against the rule book, booked in the ledger, told to the network.

    standing: the standing offer that it comes from and which of its dates it is for.
    Raises the rule book's refusals (422), each with its code and field, and `not_found` for another's site.
    """
    principal.require("offers.post")
    site = own_site(session, principal, wish.site_id)
    network = network_of(session, principal)
    _refuse(_faults(session, site, wish.lines, (wish.pickup_from, wish.pickup_until), now, network))
    offer = _take_in(session, principal, wish, site, network, now, standing)
    ask_later(session, offer.network_id, offer.service_date)
    return offer


def post_offers(session: Session, principal: Principal, wishes: Sequence[OfferIn], now: datetime) -> list[Offer]:
    """Take in many at once, all or none.

    Raises the first refusal's code (422) with every fault of every offer at its field, as in /offers/3/lines/0/kg.
    """
    principal.require("offers.post")
    network = network_of(session, principal)
    sites = sites_of_caller(session, principal)
    _refuse(
        [
            replace(fault, pointer=f"/offers/{position}{fault.pointer}")
            for position, wish in enumerate(wishes)
            for fault in faults_of(session, wish, sites, now, network)
        ]
    )
    offers = [_take_in(session, principal, wish, sites[wish.site_id], network, now, None) for wish in wishes]
    for day in sorted({offer.service_date for offer in offers}):
        ask_later(session, principal.network_id, day)
    return offers


def sites_of_caller(session: Session, principal: Principal) -> dict[UUID, Site]:
    """The places that the caller may act for."""
    return {
        site.id: site
        for site in list_sites(session)
        if principal.sees_network or site.organisation_id == principal.organisation_id
    }


def faults_of(
    session: Session, wish: OfferIn, sites: Mapping[UUID, Site], now: datetime, network: Network
) -> list[FieldError]:
    """Everything that keeps the offer from being taken, each at its field."""
    window = (wish.pickup_from, wish.pickup_until)
    site = sites.get(wish.site_id)
    if site is None:
        unknown = FieldError("/site_id", "There is no such site.", "not_found")
        return [unknown, *_unsafe(wish.lines, window, now, network)]
    return _faults(session, site, wish.lines, window, now, network)


def _faults(
    session: Session,
    site: Site,
    lines: Sequence[OfferLineIn],
    window: tuple[datetime, datetime],
    now: datetime,
    network: Network,
) -> list[FieldError]:
    """What food safety, the partnership's terms and the store's dated closures say against an offer."""
    day = service_date_of(window[0], zone_of(network))
    found = _unsafe(lines, window, now, network) + uncovered(session, site, day, [line.category for line in lines])
    if opening.closed_on(day, site.exceptions):
        sentence = "{name} is closed on {day}. Choose another day, or change the site's exceptions."
        words = {"name": site.name, "day": day.isoformat()}
        found.append(FieldError("/pickup_from", sentence.format_map(words), "site_closed", words, sentence))
    return found


def _take_in(
    session: Session,
    principal: Principal,
    wish: OfferIn,
    site: Site,
    network: Network,
    now: datetime,
    standing: tuple[UUID, date] | None,
) -> Offer:
    """Write, audit and announce an offer that was found to be in order."""
    offer = Offer(
        network_id=principal.network_id,
        organisation_id=site.organisation_id,
        site_id=site.id,
        service_date=service_date_of(wish.pickup_from, zone_of(network)),
        pickup_from=wish.pickup_from.astimezone(UTC),
        pickup_until=wish.pickup_until.astimezone(UTC),
        note=wish.note,
        standing_offer_id=standing[0] if standing else None,
        standing_date=standing[1] if standing else None,
        created_at=now,
    )
    session.add(offer)
    session.flush()
    _add_lines(session, offer, wish.lines, now)
    audit.record(
        session, principal, "offers.post", ("offer", offer.id), now, owner=offer.organisation_id, lines=len(wish.lines)
    )
    _announce(session, offer, "offer.posted", now)
    return offer


def _announce(session: Session, offer: Offer, kind: str, now: datetime) -> None:
    """Tell the network's staff and the donor what became of the offer."""
    announce(
        session,
        offer.network_id,
        [offer.organisation_id],
        kind,
        ("offer", offer.id),
        now,
        site_id=str(offer.site_id),
        service_date=offer.service_date.isoformat(),
        pickup_from=offer.pickup_from.isoformat(),
        pickup_until=offer.pickup_until.isoformat(),
        kg=kg_text(sum(line.grams for line in offer.lines)),
        categories=sorted({line.category for line in offer.lines}),
        version=offer.version,
    )


def _unsafe(
    lines: Sequence[OfferLineIn], window: tuple[datetime, datetime], now: datetime, network: Network
) -> list[FieldError]:
    """Every refusal of the rule book at its field."""
    found = food_safety.refusals_on_posting(
        [safety_line(line) for line in lines], *window, now, zone_of(network), policy_of(network.food_safety)
    )
    return [FieldError(item.field, item.sentence, item.code) for item in found]


def refuse_unsafe(wish: OfferIn, now: datetime, network: Network, *, renamed: tuple[str, str] = ("", "")) -> None:
    """Raise what the rule book has against an offer that nobody posts yet; a field has the name that its form has."""
    old, new = renamed
    _refuse(
        [
            replace(fault, pointer=fault.pointer.replace(old, new) if old else fault.pointer)
            for fault in _unsafe(wish.lines, (wish.pickup_from, wish.pickup_until), now, network)
        ]
    )


def _refuse(faults: Sequence[FieldError]) -> None:
    """Raise the first fault's code with all of them."""
    if faults:
        raise refused(faults[0].code, faults[0].detail, faults)


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
    entries = [(row.id, entry) for row in rows for entry in ledger.entries_for_posting(str(row.id), row.grams)]
    owner = (offer.network_id, offer.organisation_id)
    book(session, entries, owner=owner, cause=("offer", offer.id), now=now)


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
    session.refresh(offer, with_for_update=ROW_LOCK)
    if version is not None and offer.version != version:
        raise stale()
    if offer.state != "open":
        raise conflict("offer_withdrawn", "This offer was withdrawn.")
    lines = [line.id for line in offer.lines]
    # Whoever publishes a plan locks the lines too: nobody promises what is being taken back.
    session.execute(
        select(OfferLine.id).where(OfferLine.id.in_(lines)).order_by(OfferLine.id).with_for_update(key_share=True)
    )
    accounts = _accounts(session, lines)
    if not accounts & set(ledger.OPEN_ACCOUNTS):
        raise conflict("offer_gone", "Nothing of this offer is left. Post a new offer for other food.")
    if accounts != {"offered"}:
        raise conflict("offer_planned", "A driver is already planned for this offer. Call the dispatcher to change it.")
    return offer


def offer_to_amend(session: Session, principal: Principal, offer_id: UUID) -> Offer:
    """An offer that may still be amended; raises what stands against it, as `amend_offer` does: `offer_planned`,
    `offer_gone`, `offer_withdrawn` (409), and `not_found`."""
    principal.require("offers.post")
    return _open_and_unplanned(session, principal, offer_id, None)


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
    network = network_of(session, principal)
    pickup_from, pickup_until = (
        change.pickup_from or offer.pickup_from,
        change.pickup_until or offer.pickup_until,
    )
    lines = change.lines if change.lines is not None else [as_wish(line) for line in offer.lines]
    _refuse(_faults(session, get_site(session, offer.site_id), lines, (pickup_from, pickup_until), now, network))
    before = audit.values_of(offer, AUDITED)
    day_before = offer.service_date
    before["lines"] = [_told(as_wish(line)) for line in offer.lines]
    offer.pickup_from, offer.pickup_until = pickup_from.astimezone(UTC), pickup_until.astimezone(UTC)
    offer.service_date = service_date_of(pickup_from, zone_of(network))
    offer.note = change.note if change.note is not None else offer.note
    flag_modified(offer, "note")  # the version moves even when only lines were replaced
    session.flush()
    if change.lines is not None:
        _replace_lines(session, offer, change.lines, now)
    amended = {**audit.values_of(offer, AUDITED), "lines": [_told(line) for line in lines]}
    changes = audit.between(before, amended)
    audit.record(
        session, principal, "offers.amend", ("offer", offer.id), now, owner=offer.organisation_id, changes=changes
    )
    session.flush()
    _announce(session, offer, "offer.amended", now)
    if day_before != offer.service_date:
        plan_anew_later(session, offer.network_id, day_before)
    ask_later(session, offer.network_id, offer.service_date)
    return offer


def _told(line: OfferLineIn) -> dict[str, Any]:
    """What the audit trail says of a line; its description stays with the offer."""
    return line.model_dump(mode="json", include={"category", "kg", "crates", "temperature_class", "mark_date"})


def as_wish(line: OfferLine) -> OfferLineIn:
    """A line as it was posted, to be posted again."""
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
            "gtin": line.gtin,
            "note": line.note,
            "lot": line.lot,
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
    audit.record(session, principal, "offers.withdraw", ("offer", offer.id), now, owner=offer.organisation_id)
    session.flush()
    _announce(session, offer, "offer.withdrawn", now)
    plan_anew_later(session, offer.network_id, offer.service_date)  # a driven plan has nothing of it
    return offer
