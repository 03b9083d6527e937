"""What a network's page shows to everybody: the places on it with their hours, and the network's own figures."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain import public_hours
from app.domain.opening import windows_on
from app.domain.public_hours import Opening, Standing
from app.domain.service_date import service_date_of
from app.kit.db import Database
from app.kit.errors import not_found
from app.kit.tenancy import Scope
from app.models.partners import Network, Site
from app.models.public_pages import DistributionPoint, PublicPage
from app.partners.membership import active_organisations
from app.people.tries import count_try
from app.public.figures import Figures, figures_of
from app.public.schemas import is_slug


@dataclass(frozen=True)
class Point:
    """One place where people collect food. openings: of the next two weeks."""

    id: UUID
    name: str
    address: str
    latitude: float
    longitude: float
    note_en: str
    note_ar: str
    phone: str
    standing: Standing
    openings: Sequence[Opening]
    windows: Sequence[dict[str, Any]]
    exceptions: Sequence[dict[str, Any]]

    def hours_on(self, day: date, zone: ZoneInfo) -> tuple[tuple[datetime, datetime], ...]:
        """The instants between which food is given out on a day."""
        return windows_on(day, zone, self.windows, self.exceptions)

    def note_in(self, language: str) -> str:
        """The note in a language, else in the other one: a note that is foreign is better than none."""
        wanted, other = (self.note_ar, self.note_en) if language == "ar" else (self.note_en, self.note_ar)
        return wanted or other


@dataclass(frozen=True)
class Shown:
    """All that a network shows. points: open ones first, then as they open."""

    slug: str
    name_en: str
    name_ar: str
    time_zone: str
    region: str
    demonstration: bool
    points: Sequence[Point]
    figures: Figures
    now: datetime

    @property
    def zone(self) -> ZoneInfo:
        """The network's local time."""
        return ZoneInfo(self.time_zone)

    @property
    def today(self) -> date:
        """The day that it is there."""
        return service_date_of(self.now, self.zone)

    def name_in(self, language: str) -> str:
        """What the network is called in a language."""
        return (self.name_ar if language == "ar" else "") or self.name_en

    def open_on(self, day: date) -> list[Point]:
        """The places that give food out on a day, as they open on it."""
        hours = {each.id: each.hours_on(day, self.zone) for each in self.points}
        return sorted((each for each in self.points if hours[each.id]), key=lambda each: (hours[each.id], each.name))


def shown(database: Database, slug: str, address: str, now: datetime) -> Shown:
    """What is at an address now. Unknown and switched off are the same `not_found`, and who tries many addresses is
    told to wait: `too_many_attempts` (429). Read within the network, since who asks is nobody."""
    network_id = network_shown_as(database, slug, address, now)
    with database.transaction(Scope(network=network_id)) as session:
        network, page = session.get_one(Network, network_id), session.get_one(PublicPage, network_id)
        today = service_date_of(now, ZoneInfo(network.time_zone))
        points = _points(session, network, today, now)
    return Shown(
        slug=page.slug,
        name_en=page.name_en,
        name_ar=page.name_ar,
        time_zone=network.time_zone,
        region=network.region,
        demonstration=network.demonstration,
        points=points,
        figures=figures_of(database, network_id, today, now),  # may wait: no connection is held meanwhile
        now=now,
    )


def network_shown_as(database: Database, slug: str, address: str, now: datetime) -> UUID:
    """The network whose page is on at this address; raises as `shown` does."""
    found: UUID | None = None
    if is_slug(slug):
        with database.transaction(Scope()) as session:
            found = session.scalar(select(func.wasl_network_shown_as(slug)))
    if found is None:
        count_try(database, "public_link", f"page {slug}", address, now)
        raise not_found("page")
    return found


def _points(session: Session, network: Network, today: date, now: datetime) -> list[Point]:
    """The places that their organisations have put on the page, of those that take part."""
    taking_part = active_organisations(session, network.id, today)
    query = (
        select(DistributionPoint, Site)
        .join(Site, Site.id == DistributionPoint.site_id)
        .where(DistributionPoint.network_id == network.id, DistributionPoint.is_public, Site.kind != "store")
    )
    zone = ZoneInfo(network.time_zone)
    points = [
        _point(row, site, zone, today, now)
        for row, site in session.execute(query)
        if row.organisation_id in taking_part
    ]
    return sorted(points, key=lambda each: (public_hours.order(each.standing), each.name, each.id))


def _point(row: DistributionPoint, site: Site, zone: ZoneInfo, today: date, now: datetime) -> Point:
    found = public_hours.openings(today, zone, row.windows, row.exceptions)
    return Point(
        id=site.id,
        name=site.name,
        address=site.address,
        latitude=site.latitude,
        longitude=site.longitude,
        note_en=row.note_en,
        note_ar=row.note_ar,
        phone=row.phone,
        standing=public_hours.standing(found, now),
        openings=[each for each in found if each.closes_at > now],
        windows=row.windows,
        exceptions=row.exceptions,
    )
