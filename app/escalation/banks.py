"""The food banks' places that may be asked, each on its own terms: those of what it stated of a category last."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from app.domain import opening
from app.domain.agreements import Agreement
from app.domain.agreements import Food as Agreed
from app.domain.escalation import Bank
from app.domain.food_safety import Receiver
from app.models.declines import Decline
from app.models.needs import Need
from app.models.offers import OfferLine
from app.models.partners import Network, Site
from app.partners.membership import active_organisations
from app.partners.service import zone_of
from app.planning.agreed import read_agreements
from app.roads.estimate import great_circle_metres
from app.roads.provider import Point

LOOKS_BACK = timedelta(weeks=12)  # who stated no need of a category for so long is not asked about it


@dataclass(frozen=True)
class Banks:
    """What is known of who may be asked. needs: the last one of each place and category; agreements: those that keep
    food for one food bank alone, by day; declined: lines that a place does not want."""

    network: Network
    sites: Mapping[UUID, Site]
    needs: Mapping[str, Mapping[UUID, Need]]
    taking_part: Mapping[date, frozenset[UUID]]
    agreements: Mapping[date, Sequence[Agreement]]
    declined: frozenset[tuple[UUID, UUID]]
    hours: dict[tuple[UUID, date], Sequence[tuple[datetime, datetime]]] = field(default_factory=dict)

    def of(self, store: Site, line: OfferLine, day: date) -> list[Bank]:
        """The places that may be asked about a line: where an agreement keeps it for one food bank alone, its own."""
        found = []
        for site_id, need in self.needs.get(line.category, {}).items():
            site = self.sites.get(site_id)
            if site is None or site_id == store.id or site.organisation_id not in self.taking_part[day]:
                continue
            if self._kept_for_others(store, line, site, day):
                continue
            found.append(
                Bank(
                    id=str(site_id),
                    receiver=receiver_of(need, site),
                    metres=round(great_circle_metres(_point(store), _point(site))),
                    receives=self._receives(site, day),
                    refused=(line.id, site_id) in self.declined,
                )
            )
        return found

    def _kept_for_others(self, store: Site, line: OfferLine, site: Site, day: date) -> bool:
        food = Agreed(str(line.id), str(store.id), line.category, line.grams)
        keeping = [each for each in self.agreements[day] if each.covers(food)]
        mine = [
            each
            for each in keeping
            if each.receiver == str(site.organisation_id) and each.receiver_site in (None, str(site.id))
        ]
        return bool(keeping) and not mine

    def _receives(self, site: Site, day: date) -> Sequence[tuple[datetime, datetime]]:
        key = site.id, day
        if key not in self.hours:
            weekly = opening.receiving(site.windows, site.receiving_windows)
            self.hours[key] = opening.windows_on(day, zone_of(self.network), weekly, site.exceptions)
        return self.hours[key]


def receiver_of(need: Need, site: Site) -> Receiver:
    """What a place accepts, by what it stated."""
    return Receiver(
        category=need.category,
        minimum_shelf_life_days=need.minimum_shelf_life_days,
        excluded_allergens=frozenset(need.excluded_allergens),
        required_dietary_flags=frozenset(need.required_dietary_flags),
        accepted_temperature_classes=frozenset(site.temperature_classes),
        accepts_past_best_before=need.accepts_past_best_before,
    )


def read_banks(session: Session, network: Network, days: set[date], lines: Collection[UUID]) -> Banks:
    """Everybody who may be asked about these lines of these days; the scope is the network's."""
    latest: defaultdict[str, dict[UUID, Need]] = defaultdict(dict)
    if days:
        categories = select(OfferLine.category).where(OfferLine.id.in_(lines))
        stated = (
            select(Need)
            .where(
                Need.network_id == network.id,
                Need.service_date.between(min(days) - LOOKS_BACK, max(days)),
                Need.offer_line_id.is_(None),
                Need.category.in_(categories),
            )
            .order_by(Need.site_id, Need.category, Need.service_date.desc())
            .ext(distinct_on(Need.site_id, Need.category))
        )
        for need in session.scalars(stated):
            latest[need.category][need.site_id] = need
    declined = session.execute(
        select(Decline.offer_line_id, Need.site_id)
        .join(Need, Need.id == Decline.need_id)
        .where(Decline.offer_line_id.in_(lines), Decline.taken_back_at.is_(None))
    )
    return Banks(
        network=network,
        sites={site.id: site for site in session.scalars(select(Site).where(Site.network_id == network.id))},
        needs=latest,
        taking_part={day: active_organisations(session, network.id, day) for day in days},
        agreements={
            day: [each.rule for each in read_agreements(session, network.id, day) if each.rule.kind == "only"]
            for day in days
        },
        declined=frozenset((line, site) for line, site in declined),
    )


def _point(site: Site) -> Point:
    return Point(site.longitude, site.latitude, site.name)
