"""Verbs on standing needs, and how they fill the coming days.

A day is filled on demand: when its needs are listed and when a plan of it is asked for. The table allows one need of
a site, date and category, so each standing need fills each date once, and what was stated for the date stays.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, cast
from uuid import UUID, uuid4

from sqlalchemy import Table, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.domain.recurrence import Weekly, is_coming
from app.domain.service_date import service_date_of
from app.kit import audit
from app.kit.auth import Principal
from app.kit.db import ROW_LOCK
from app.kit.errors import conflict, not_found, refused, stale
from app.kit.paging import Order, Page, page
from app.models.needs import Need, StandingNeed
from app.models.partners import Network, Site
from app.needs.announcing import announce_need
from app.needs.schemas import StandingNeedChange, StandingNeedIn
from app.partners.service import network_of, own_site, zone_of

_TERMS = (
    "grams", "minimum_shelf_life_days", "accepts_past_best_before", "excluded_allergens", "required_dietary_flags",
    "people_served", "priority", "note",
)  # fmt: skip


def _weekly(standing: StandingNeed) -> Weekly:
    return Weekly(standing.weekdays, standing.starts_on, standing.ends_on, standing.skipped_dates)


def fill_day(session: Session, network_id: UUID, service_date: date, now: datetime) -> int:
    """State what stands for one coming day, where nothing is stated yet; how many needs that made."""
    network = session.get_one(Network, network_id)
    if not is_coming(service_date, service_date_of(now, zone_of(network))):
        return 0
    standing = session.scalars(
        select(StandingNeed)
        .where(
            StandingNeed.network_id == network_id,
            StandingNeed.state == "active",
            StandingNeed.starts_on <= service_date,
        )
        .order_by(StandingNeed.created_at, StandingNeed.id)
    )
    wanted = [each for each in standing if _weekly(each).occurs_on(service_date)]
    if not wanted:
        return 0
    made = session.scalars(
        insert(cast(Table, Need.__table__))
        .values([_row(each, service_date, now) for each in wanted])
        .on_conflict_do_nothing()
        .returning(Need.id)
    ).all()
    for need in session.scalars(select(Need).where(Need.id.in_(made)).order_by(Need.id)):
        announce_need(session, "need.stated", need, now)
    return len(made)


def _row(standing: StandingNeed, service_date: date, now: datetime) -> dict[str, Any]:
    return {
        "id": uuid4(),
        "network_id": standing.network_id,
        "organisation_id": standing.organisation_id,
        "site_id": standing.site_id,
        "service_date": service_date,
        "category": standing.category,
        "standing_need_id": standing.id,
        "state": "open",
        "created_at": now,
        "version": 1,
        **{name: getattr(standing, name) for name in _TERMS},
    }


def state_standing_need(session: Session, principal: Principal, wish: StandingNeedIn, now: datetime) -> StandingNeed:
    """Say what one site takes of one category on some weekdays, from a day on.

    Raises `standing_need_overlaps` (409) when another one stands for the same site, category and a weekday of it.
    """
    principal.require("needs.state")
    site = own_site(session, principal, wish.site_id)
    session.refresh(site, with_for_update=ROW_LOCK)  # two of one site are compared one after the other
    standing = StandingNeed(
        network_id=principal.network_id,
        organisation_id=site.organisation_id,
        grams=wish.kg,
        created_at=now,
        **wish.model_dump(exclude={"kg"}),
    )
    _refuse_overlap(session, standing)
    session.add(standing)
    session.flush()
    audit.record(
        session,
        principal,
        "needs.stand",
        ("standing need", standing.id),
        now,
        owner=standing.organisation_id,
        category=standing.category,
    )
    return standing


def _refuse_overlap(session: Session, wished: StandingNeed) -> None:
    others = session.scalars(
        select(StandingNeed).where(
            StandingNeed.site_id == wished.site_id,
            StandingNeed.category == wished.category,
            StandingNeed.state == "active",
        )
    )
    if any(each.id != wished.id and _weekly(each).meets(_weekly(wished)) for each in others):
        raise conflict(
            "standing_need_overlaps",
            "This site has a standing need of this category on one of these weekdays. Change or end that one.",
        )


def get_standing_need(session: Session, principal: Principal, standing_id: UUID) -> StandingNeed:
    """One standing need; raises `not_found`."""
    principal.require("needs.read")
    found = session.get(StandingNeed, standing_id)
    if found is None:
        raise not_found("standing need")
    return found


def list_standing_needs(
    session: Session,
    principal: Principal,
    *,
    site_id: UUID | None = None,
    state: str | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[StandingNeed]:
    """The standing needs that the caller sees, oldest first."""
    principal.require("needs.read")
    query = select(StandingNeed)
    if site_id is not None:
        query = query.where(StandingNeed.site_id == site_id)
    if state is not None:
        query = query.where(StandingNeed.state == state)
    return page(session, query, Order(StandingNeed.created_at, StandingNeed.id), cursor, limit)


def change_standing_need(
    session: Session,
    principal: Principal,
    standing_id: UUID,
    change: StandingNeedChange,
    version: int,
    now: datetime,
) -> StandingNeed:
    """Change what stands, from the version that was read; coming days that follow it change with it.

    Raises `standing_need_ended` and `standing_need_overlaps` (409), `dates_inverted` (422).
    """
    standing = _active(session, principal, standing_id, version)
    session.get_one(Site, standing.site_id, with_for_update=ROW_LOCK)
    for name, value in change.model_dump(exclude_unset=True).items():
        if value is not None or name == "ends_on":
            setattr(standing, "grams" if name == "kg" else name, value)
    if standing.ends_on is not None and standing.ends_on < standing.starts_on:
        raise refused("dates_inverted", "The last day is before the first. Swap the two.")
    _refuse_overlap(session, standing)
    session.flush()
    _follow(session, principal, standing, now)
    fields = sorted(change.model_fields_set)
    audit.record(
        session,
        principal,
        "needs.stand_change",
        ("standing need", standing.id),
        now,
        owner=standing.organisation_id,
        fields=fields,
    )
    session.flush()
    return standing


def end_standing_need(
    session: Session, principal: Principal, standing_id: UUID, version: int | None, now: datetime
) -> StandingNeed:
    """End what stands: coming days that follow it are withdrawn, today's too; what was promised stays promised."""
    standing = _active(session, principal, standing_id, version)
    standing.state = "ended"
    session.flush()
    _follow(session, principal, standing, now)
    audit.record(
        session, principal, "needs.stand_end", ("standing need", standing.id), now, owner=standing.organisation_id
    )
    session.flush()
    return standing


def _active(session: Session, principal: Principal, standing_id: UUID, version: int | None) -> StandingNeed:
    principal.require("needs.state")
    standing = get_standing_need(session, principal, standing_id)
    session.refresh(standing, with_for_update=ROW_LOCK)
    if version is not None and standing.version != version:
        raise stale()
    if standing.state != "active":
        raise conflict("standing_need_ended", "This standing need has ended. State a new one.")
    return standing


def _follow(session: Session, principal: Principal, standing: StandingNeed, now: datetime) -> Sequence[Need]:
    """Take the terms over into the needs of today and later that still follow the standing one."""
    today = service_date_of(now, zone_of(network_of(session, principal)))
    needs = session.scalars(
        select(Need)
        .where(Need.standing_need_id == standing.id, Need.service_date >= today)
        .order_by(Need.service_date, Need.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).all()
    for need in needs:
        for name in _TERMS:
            setattr(need, name, getattr(standing, name))
        occurs = standing.state == "active" and _weekly(standing).occurs_on(need.service_date)
        need.state = "open" if occurs else "withdrawn"
        if session.is_modified(need):
            session.flush()
            announce_need(session, "need.changed", need, now)
    return needs
