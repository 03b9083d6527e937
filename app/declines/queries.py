"""Declines as they are read: by people, by plans, and to learn from."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain.declines import LOOKS_BACK, NOT_WANTED, REFUSED_FOR_NOT_WANTING, Case, Lesson, lessons
from app.kit.auth import Principal
from app.kit.many_rows import among
from app.kit.paging import Order, Page, page
from app.kit.tenancy import Scope, within
from app.models.declines import Decline, ForgottenLesson
from app.models.events import StopEvent
from app.models.needs import Need, StandingNeed
from app.models.partners import Site
from app.models.plans import Allocation, Plan


def list_declines(
    session: Session, principal: Principal, service_date: date | None, cursor: str | None, limit: int
) -> Page[Decline]:
    """What the caller's organisation declined, or the whole network for its staff; newest first."""
    principal.require("allocations.decline")
    query = select(Decline)
    if service_date is not None:
        query = query.where(Decline.service_date == service_date)
    return page(session, query, Order(Decline.declined_at, Decline.id, newest_first=True), cursor, limit)


def declined_pairs(session: Session, network_id: UUID, service_date: date) -> frozenset[tuple[UUID, UUID]]:
    """The lines and needs of a day that are not to meet, since the food bank has said so."""
    found = session.execute(
        select(Decline.offer_line_id, Decline.need_id).where(
            Decline.network_id == network_id, Decline.service_date == service_date, Decline.taken_back_at.is_(None)
        )
    )
    return frozenset((line, need) for line, need in found)


def standing_declines(session: Session, parcels: Collection[UUID]) -> dict[UUID, Decline]:
    """By promise, what was said of it and not taken back."""
    rows = session.scalars(select(Decline).where(among(Decline.parcel_id, parcels), Decline.taken_back_at.is_(None)))
    return {row.parcel_id: row for row in rows}


def reluctant_places(session: Session, network_id: UUID, service_date: date) -> frozenset[tuple[UUID, str]]:
    """Places and categories for which food is planned only when nobody else takes it, as known for a day: the hour at
    which that is asked makes no difference."""
    as_of = datetime.combine(service_date, time(), UTC)
    return frozenset(
        (UUID(each.site), each.category) for each in _lessons(session, network_id, as_of) if each.reluctant
    )


@dataclass(frozen=True)
class Learnt:
    """A lesson with what people call the place, and what stands of the category there."""

    lesson: Lesson
    site: Site
    standing: list[UUID]


def learnt(session: Session, principal: Principal, now: datetime) -> list[Learnt]:
    """What is known of the places that the caller sees, where anything was turned down; the surest first."""
    principal.require("allocations.decline")
    with within(session, Scope(network=principal.network_id), principal.scope):  # plans and reports are the network's
        found = [each for each in _lessons(session, principal.network_id, now) if each.turned_down]
    sites = {site.id: site for site in session.scalars(select(Site))}
    standing: defaultdict[tuple[UUID, str], list[UUID]] = defaultdict(list)
    for row in session.scalars(select(StandingNeed).where(StandingNeed.state == "active").order_by(StandingNeed.id)):
        standing[row.site_id, row.category].append(row.id)
    return [
        Learnt(each, sites[UUID(each.site)], standing[UUID(each.site), each.category])
        for each in sorted(found, key=lambda each: (-each.sureness, each.site, each.category))
        if UUID(each.site) in sites
    ]


def _lessons(session: Session, network_id: UUID, now: datetime) -> list[Lesson]:
    forgotten = session.execute(
        select(ForgottenLesson.site_id, ForgottenLesson.category, func.max(ForgottenLesson.forgotten_at))
        .where(ForgottenLesson.network_id == network_id)
        .group_by(ForgottenLesson.site_id, ForgottenLesson.category)
    )
    since = {(str(site), category): at for site, category, at in forgotten}
    return lessons(_cases(session, network_id, now), now, since)


def _cases(session: Session, network_id: UUID, now: datetime) -> Iterable[Case]:
    """Every promise of the last weeks that was taken or turned down, once, of the places that have turned any of such
    food down: of all others nothing is learnt, and there are hundreds of thousands of promises in twelve weeks."""
    first = (now - LOOKS_BACK - timedelta(days=1)).date()
    declines = session.execute(
        select(Decline.parcel_id, Decline.need_id, Decline.declined_at).where(
            Decline.network_id == network_id,
            Decline.service_date >= first,
            Decline.taken_back_at.is_(None),
            Decline.reason.in_(NOT_WANTED),
        )
    ).all()
    needs = {each.need_id for each in declines} | _needs_refused(session, network_id, now)
    places = _places_of(session, needs)
    if not places:
        return
    promises = [
        row
        for row in session.execute(
            select(Allocation.id, Allocation.parcel_id, Need.site_id, Need.category, Allocation.drop_off_at)
            .join(Plan, Plan.id == Allocation.plan_id)
            .join(Need, Need.id == Allocation.need_id)
            .where(
                Plan.network_id == network_id,
                Plan.service_date >= first,
                Plan.published_at.is_not(None),
                Need.site_id.in_({site for site, _ in places}),
            )
        )
        if (row.site_id, row.category) in places
    ]
    declined = {each.parcel_id: each.declined_at for each in declines}
    told = _told(session, network_id, now, {row.id: row.parcel_id for row in promises})
    seen = set[UUID]()
    for row in promises:
        if row.parcel_id in seen:
            continue
        seen.add(row.parcel_id)
        delivered, refused = told.get(row.parcel_id, (0, 0))
        turned_down = row.parcel_id in declined or refused > delivered
        if turned_down or delivered:
            at = declined.get(row.parcel_id, row.drop_off_at)
            yield Case(str(row.site_id), row.category, at, turned_down)


def _needs_refused(session: Session, network_id: UUID, now: datetime) -> set[UUID]:
    """The needs of which anything was refused at the door, since it was not wanted."""
    refused = session.scalars(
        select(StopEvent.lines).where(
            StopEvent.network_id == network_id,
            StopEvent.recorded_at >= now - LOOKS_BACK - timedelta(days=1),
            StopEvent.kind == "refused",
            StopEvent.reason.in_(REFUSED_FOR_NOT_WANTING),
        )
    )
    promises = {UUID(line["allocation"]) for lines in refused for line in lines}
    return {*session.scalars(select(Allocation.need_id).where(Allocation.id.in_(promises)))} if promises else set()


def _places_of(session: Session, needs: Collection[UUID]) -> set[tuple[UUID, str]]:
    """Where needs are, and of which category."""
    if not needs:
        return set()
    found = session.execute(select(Need.site_id, Need.category).where(Need.id.in_(needs)).distinct())
    return {(site, category) for site, category in found}


def _told(
    session: Session, network_id: UUID, now: datetime, parcels: Mapping[UUID, UUID]
) -> dict[UUID, tuple[int, int]]:
    """By promise, the grams that drivers reported as delivered, and as refused since they were not wanted."""
    delivered, refused = Counter[UUID](), Counter[UUID]()
    events = session.execute(
        select(StopEvent.kind, StopEvent.reason, StopEvent.lines).where(
            StopEvent.network_id == network_id,
            StopEvent.recorded_at >= now - LOOKS_BACK - timedelta(days=1),
            StopEvent.kind.in_(("delivered", "refused")),
        )
    )
    for kind, reason, lines in events:
        if kind == "refused" and reason not in REFUSED_FOR_NOT_WANTING:
            continue
        counts = delivered if kind == "delivered" else refused
        for line in lines:
            allocation = UUID(line["allocation"])
            if allocation in parcels:
                counts[parcels[allocation]] += line["grams"]
    return {parcel: (delivered[parcel], refused[parcel]) for parcel in {*delivered, *refused}}
