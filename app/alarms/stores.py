"""Looks at the stores of a network: one that always posts by this hour, and has said nothing, is a question."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.alarms.raising import STANDING, Subject, keep_alarms
from app.domain.alarms import Finding, Kind, WatchedStore, silence
from app.domain.expected_food import always_answers
from app.domain.service_date import service_date_of
from app.learning.expected import ExpectedStore, expected_on
from app.models.alarms import Alarm
from app.models.expected import PostingHabit
from app.models.partners import Network, Site
from app.partners.membership import active_organisations
from app.partners.service import zone_of


def watch_stores(session: Session, network_id: UUID, now: datetime) -> int:
    """Look at all stores of one network: how many alarms were raised, told further or cleared.

    What is learnt of the stores is locked: one looks at a time.
    """
    habits = select(PostingHabit.site_id).where(PostingHabit.network_id == network_id)
    session.scalars(habits.order_by(PostingHabit.site_id, PostingHabit.weekday).with_for_update(key_share=True)).all()
    network = session.get_one(Network, network_id)
    found = _silent(session, network, now)
    standing = select(Alarm.subject_id).where(
        Alarm.network_id == network_id, Alarm.kind == Kind.STORE_SILENT, Alarm.state.in_(STANDING)
    )
    changed = 0
    for site_id in sorted({*found, *session.scalars(standing)}):
        store, finding = found.get(site_id, (None, None))
        site = session.get_one(Site, site_id) if store is None else store.site
        day = service_date_of(now, zone_of(network)) if store is None else store.day
        subject = Subject(network_id, site.organisation_id, day, site_id=site_id)
        changed += keep_alarms(session, subject, [] if finding is None else [finding], now)
    return changed


def _silent(session: Session, network: Network, now: datetime) -> dict[UUID, tuple[ExpectedStore, Finding]]:
    """The stores whose silence is a question now, each about the first date that it is one for: some post the evening
    before."""
    today = service_date_of(now, zone_of(network))
    found: dict[UUID, tuple[ExpectedStore, Finding]] = {}
    for day in (today, today + timedelta(days=1)):
        taking_part = active_organisations(session, network.id, day)
        for store in expected_on(session, network, day):
            finding = silence(_watched(store), now)
            if finding is not None and store.site.organisation_id in taking_part:
                found.setdefault(store.site.id, (store, finding))
    return found


def _watched(store: ExpectedStore) -> WatchedStore:
    return WatchedStore(
        id=str(store.site.id),
        name=store.site.name,
        zone=store.zone,
        day=store.day,
        posts_by=store.posts_by,
        until=store.window[1],
        always=always_answers(store.habit.days, store.habit.days_answered),
        silent=store.silent,
    )
