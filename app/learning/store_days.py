"""What stores had on each day of a range, and said of it: offers, the ledger's account of lines, nothing today."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, tzinfo
from uuid import UUID

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from app.domain.expected_food import Food, StoreDay, minute_of
from app.domain.opening import closed_on
from app.models.events import LedgerEntry
from app.models.expected import NothingToday
from app.models.offers import Offer, OfferLine
from app.models.partners import Site

type Date = tuple[UUID, date]  # a store and a service date


@dataclass
class _Posted:
    """The offers of one store and date, together."""

    first_at: datetime
    ready: datetime
    until: datetime

    def take(self, offer: "_Posted") -> None:
        """One more offer."""
        self.first_at = min(self.first_at, offer.first_at)
        self.ready, self.until = min(self.ready, offer.ready), max(self.until, offer.until)


@dataclass
class _Known:
    """All that is known of a network's stores in a range of days."""

    posted: dict[Date, _Posted] = field(default_factory=dict)
    answered: set[Date] = field(default_factory=set)  # took everything back, or said that there is nothing
    grams: defaultdict[Date, Counter[Food]] = field(default_factory=lambda: defaultdict(Counter))
    crates: defaultdict[Date, Counter[Food]] = field(default_factory=lambda: defaultdict(Counter))


def store_days(
    session: Session, network_id: UUID, first: date, today: date, zone: tzinfo
) -> dict[UUID, tuple[StoreDay, ...]]:
    """The days before `today` of each store that ever posted, from `first` on or from when it first did; without those
    on which an exception closes it."""
    known = _Known()
    _read_offers(session, network_id, first, today, known)
    _read_lines(session, network_id, first, today, known)
    said = select(NothingToday.site_id, NothingToday.service_date).where(
        NothingToday.network_id == network_id, NothingToday.service_date >= first, NothingToday.service_date < today
    )
    known.answered.update((site, day) for site, day in session.execute(said))
    begun = _first_days(session, network_id)
    sites = session.scalars(select(Site).where(Site.network_id == network_id, Site.id.in_(begun))).all()
    return {site.id: tuple(_days(site, max(first, begun[site.id]), today, known, zone)) for site in sites}


def _first_days(session: Session, network_id: UUID) -> Mapping[UUID, date]:
    query = select(Offer.site_id, func.min(Offer.service_date)).where(Offer.network_id == network_id)
    return {row[0]: row[1] for row in session.execute(query.group_by(Offer.site_id))}


def _read_offers(session: Session, network_id: UUID, first: date, today: date, known: _Known) -> None:
    rows = session.execute(
        select(
            Offer.site_id, Offer.service_date, Offer.state, Offer.created_at, Offer.pickup_from, Offer.pickup_until
        ).where(Offer.network_id == network_id, Offer.service_date >= first, Offer.service_date < today)
    )
    for site, day, state, created_at, ready, until in rows:
        if state != "open":
            known.answered.add((site, day))
            continue
        offer = _Posted(created_at, ready, until)
        known.posted.setdefault((site, day), offer).take(offer)


def _read_lines(session: Session, network_id: UUID, first: date, today: date, known: _Known) -> None:
    """What was there of each food: all that came into the ledger, less what was never there or was taken back."""
    of_days = (Offer.network_id == network_id, Offer.service_date >= first, Offer.service_date < today)
    food = (Offer.site_id, Offer.service_date, OfferLine.category, OfferLine.temperature_class)
    there = case(
        (LedgerEntry.from_account == "supply", LedgerEntry.grams),
        (LedgerEntry.to_account == "supply", -LedgerEntry.grams),
        (LedgerEntry.to_account == "withdrawn", -LedgerEntry.grams),
        (LedgerEntry.from_account == "withdrawn", LedgerEntry.grams),
        else_=0,
    )
    grams = (
        select(*food, func.sum(there))
        .select_from(Offer)
        .join(OfferLine, OfferLine.offer_id == Offer.id)
        .join(LedgerEntry, LedgerEntry.offer_line_id == OfferLine.id)
        .where(*of_days)
        .group_by(*food)
    )
    for site, day, category, temperature_class, total in session.execute(grams):
        known.grams[site, day][category, temperature_class] = int(total)
    crates = (
        select(*food, func.sum(OfferLine.crates))
        .select_from(Offer)
        .join(OfferLine, OfferLine.offer_id == Offer.id)
        .where(*of_days, OfferLine.position >= 0, Offer.state == "open")
        .group_by(*food)
    )
    for site, day, category, temperature_class, total in session.execute(crates):
        known.crates[site, day][category, temperature_class] = int(total)


def _days(site: Site, first: date, today: date, known: _Known, zone: tzinfo) -> Iterator[StoreDay]:
    for number in range((today - first).days):
        day = first + timedelta(days=number)
        if closed_on(day, site.exceptions):
            continue
        key, posted = (site.id, day), known.posted.get((site.id, day))
        if posted is None:
            yield StoreDay(day, said_nothing=key in known.answered)
            continue
        yield StoreDay(
            day,
            dict(known.grams.get(key, {})),
            dict(known.crates.get(key, {})),
            minute_of(posted.first_at, day, zone),
            (minute_of(posted.ready, day, zone), minute_of(posted.until, day, zone)),
            key in known.answered,
        )
