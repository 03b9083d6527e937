"""The days of an area, read from the books: who gave, who received, on which side of its border."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session

from app.domain.area_totals import AreaDay, AreaPlan, Part
from app.domain.areas import boundary_of, is_within
from app.models.areas import Area
from app.models.events import LedgerEntry
from app.models.needs import Need
from app.models.offers import Offer, OfferLine
from app.models.partners import Site
from app.models.plans import Allocation, Plan
from app.reports.impact.brought import delivered_by_need
from app.reports.impact.reading import days_between

_FOR_PEOPLE = ("delivered", "community_fridge")
type ByPartner = dict[date, Counter[str]]


@dataclass
class _Side:
    """One side of the border: grams by day and partner."""

    offered: ByPartner = field(default_factory=lambda: defaultdict(Counter))
    rescued: ByPartner = field(default_factory=lambda: defaultdict(Counter))
    received: ByPartner = field(default_factory=lambda: defaultdict(Counter))

    def of(self, day: date) -> Part:
        """What is known of a day."""
        return Part(self.offered[day], self.rescued[day], self.received[day])


def sites_of(session: Session, area: Area) -> frozenset[UUID]:
    """The sites that an area has now: those that are named, or whose places lie within its boundary."""
    if area.boundary is None:
        return frozenset(area.site_ids)
    boundary = boundary_of(area.boundary)
    places = session.execute(select(Site.id, Site.longitude, Site.latitude).where(Site.network_id == area.network_id))
    return frozenset(site for site, longitude, latitude in places if is_within(boundary, (longitude, latitude)))


def days_of_area(
    session: Session, network_id: UUID, sites: Collection[UUID], first: date, last: date, now: datetime, today: date
) -> tuple[Sequence[AreaDay], Sequence[AreaPlan]]:
    """The recorded days from `first` to `last`, and those that were only planned; today: the network's."""
    days = days_between(session, network_id, first, last, now, today)
    within, elsewhere = _Side(), _Side()
    stores: dict[date, set[str]] = defaultdict(set)
    for day, partner, site, offered, rescued in _given(session, network_id, first, last):
        side = within if site in sites else elsewhere
        side.offered[day][str(partner)] += offered
        side.rescued[day][str(partner)] += rescued
        if site in sites and offered > 0:
            stores[day].add(str(site))
    people = _received(session, network_id, sites, first, last, within, elsewhere)
    recorded = [
        AreaDay(
            day=each.day,
            within=within.of(each.day),
            elsewhere=elsewhere.of(each.day),
            stores=frozenset(stores[each.day]),
            people=people.get(each.day, {}),
            network=each,
        )
        for each in days.recorded
    ]
    return recorded, _planned(session, network_id, sites, [each.day for each in days.planned])


def _given(session: Session, network_id: UUID, first: date, last: date) -> Sequence[tuple[date, UUID, UUID, int, int]]:
    """By day, partner and site: grams that were offered, and what of them reached people."""
    of = (Offer.service_date, Offer.organisation_id, Offer.site_id)
    query = (
        select(*of, -_balance("supply"), _balance(*_FOR_PEOPLE))
        .select_from(LedgerEntry)
        .join(OfferLine, OfferLine.id == LedgerEntry.offer_line_id)
        .join(Offer, Offer.id == OfferLine.offer_id)
        .where(Offer.network_id == network_id, Offer.service_date.between(first, last))
        .group_by(*of)
    )
    return [
        (day, partner, site, int(offered), int(rescued))
        for day, partner, site, offered, rescued in session.execute(query)
    ]


def _balance(*accounts: str) -> ColumnElement[int]:
    """Grams that are in some accounts."""
    came = func.sum(case((LedgerEntry.to_account.in_(accounts), LedgerEntry.grams), else_=0))
    went = func.sum(case((LedgerEntry.from_account.in_(accounts), LedgerEntry.grams), else_=0))
    return came - went


def _received(
    session: Session,
    network_id: UUID,
    sites: Collection[UUID],
    first: date,
    last: date,
    within: _Side,
    elsewhere: _Side,
) -> Mapping[date, Mapping[str, int]]:
    """Fill in what food banks received. Returned, by day and food bank: people whom the needs name of its places in
    the area that got something, each place with the most that one of its needs names."""
    brought = delivered_by_need(session, network_id, first, last)
    query = select(Need.service_date, Need.organisation_id, Need.site_id, Need.id, Need.people_served).where(
        Need.network_id == network_id, Need.service_date.between(first, last)
    )
    served: dict[date, dict[str, dict[UUID, int]]] = defaultdict(lambda: defaultdict(dict))
    for day, organisation, site, need, people in session.execute(query):
        grams = brought.get(need, 0)
        if grams <= 0:
            continue
        bank = str(organisation)
        (within if site in sites else elsewhere).received[day][bank] += grams
        if site in sites:
            places = served[day][bank]
            places[site] = max(places.get(site, 0), people)
    return {day: {bank: sum(places.values()) for bank, places in of.items()} for day, of in served.items()}


def _planned(session: Session, network_id: UUID, sites: Collection[UUID], days: Collection[date]) -> Sequence[AreaPlan]:
    """What was to come, by food bank, on days that nobody reported."""
    query = (
        select(Plan.service_date, Need.organisation_id, Need.site_id, func.sum(Allocation.grams))
        .select_from(Allocation)
        .join(Plan, Plan.id == Allocation.plan_id)
        .join(Need, Need.id == Allocation.need_id)
        .where(Plan.network_id == network_id, Plan.state == "published", Plan.service_date.in_(days))
        .group_by(Plan.service_date, Need.organisation_id, Need.site_id)
    )
    within: ByPartner = defaultdict(Counter)
    elsewhere: ByPartner = defaultdict(Counter)
    for day, organisation, site, grams in session.execute(query):
        (within if site in sites else elsewhere)[day][str(organisation)] += int(grams)
    return [AreaPlan(day, within[day], elsewhere[day]) for day in sorted(days)]
