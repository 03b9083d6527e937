"""From messages to notifications: one per person, message and channel, in the order in which messages were numbered.

How far it came is written in the transaction that makes the notifications and their jobs: a worker that dies has done
all or nothing, and the next look goes on from there. Were a message looked at twice all the same, a unique key has it
that nobody is told twice.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.domain.notifications import SUBJECTS, Channel, News, hears, subject_of, urgent, valid_until
from app.domain.quiet_hours import quiet_until
from app.kit.jobs import POST, defer
from app.kit.outbox import number_messages
from app.kit.tenancy import Scope
from app.models.notifications import Notification
from app.models.partners import Network
from app.models.system import OutboxMessage
from app.models.webhooks import OutboxProgress
from app.notifications.newsroom import Newsroom
from app.notifications.readers import Known, news_of, people_of

log = structlog.get_logger()
SEND = "notifications:send"
LOOK_SECONDS = 1.0
AT_ONCE = 100
OUT_OF_DATE = "out of date"


@dataclass(frozen=True)
class Due:
    """When a message may reach somebody, and until when it is worth it."""

    at: datetime
    expires_at: datetime
    urgent: bool


async def tell_people(newsroom: Newsroom) -> None:
    """Look for news until cancelled; a database that is away for a while is asked again."""
    while True:
        try:
            await asyncio.to_thread(make_notifications, newsroom)
        except Exception as error:
            log.warning("people could not be told", cause=type(error).__name__)
        await asyncio.sleep(LOOK_SECONDS)


def make_notifications(newsroom: Newsroom) -> int:
    """Make the notifications of all that happened since the last look; how many."""
    with newsroom.database.transaction(Scope()) as session:
        number_messages(session)
        networks = session.scalars(text("SELECT wasl_networks_to_notify()")).all()
    made = 0
    for network_id in networks:
        more = True
        while more:
            with newsroom.database.transaction(Scope(network=network_id)) as session:
                made_now, more = _make(session, newsroom, network_id)
            made += made_now
    return made


def _make(session: Session, newsroom: Newsroom, network_id: UUID) -> tuple[int, bool]:
    """One batch of one network's messages; whether there may be more."""
    progress = session.scalars(
        select(OutboxProgress)
        .where(OutboxProgress.network_id == network_id)
        .with_for_update(skip_locked=True, key_share=True)
    ).first()
    if progress is None:  # another worker is at it
        return 0, False
    messages = session.scalars(
        select(OutboxMessage)
        .where(OutboxMessage.network_id == network_id, OutboxMessage.position > progress.notified_position)
        .order_by(OutboxMessage.position)
        .limit(AT_ONCE)
    ).all()
    worth = [message for message in messages if subject_of(message.kind) is not None]
    made = _of_messages(session, newsroom, network_id, worth) if worth else 0
    if messages:
        progress.notified_position = messages[-1].position or progress.notified_position
    else:
        progress.notified_position = progress.newest_position
    return made, len(messages) == AT_ONCE


def _of_messages(session: Session, newsroom: Newsroom, network_id: UUID, messages: list[OutboxMessage]) -> int:
    zone = ZoneInfo(session.get_one(Network, network_id).time_zone)
    people, now, made = people_of(session, network_id), newsroom.clock(), 0
    for message in messages:
        news = news_of(session, message)
        subject = subject_of(message.kind)
        assert subject is not None  # noqa: S101
        for known in people:
            # Whoever came later, by the application's clock, is not told of what was before them.
            if known.person.created_at > message.at or not hears(known.reader, news):
                continue
            due = due_of(news, known, zone, now)
            for channel in known.channels(subject, newsroom.senders):
                made += _one(session, message, known, channel, due, now)
    return made


def due_of(news: News, known: Known, zone: ZoneInfo, now: datetime) -> Due:
    """At once, or when quiet hours end for what can wait."""
    is_urgent = urgent(news.kind, news.data)
    wait = None if is_urgent else quiet_until(known.quiet, now, zone)
    return Due(wait or now, valid_until(news, zone), is_urgent)


def _one(session: Session, message: OutboxMessage, known: Known, channel: Channel, due: Due, now: datetime) -> bool:
    """The notification with its job; False where there is one. What will be out of date is written down only."""
    over = due.at >= due.expires_at
    made = session.scalar(
        insert(Notification)
        .values(
            id=uuid4(),
            network_id=known.person.network_id,
            organisation_id=known.person.organisation_id,
            person_id=known.person.id,
            message_id=message.id,
            subject=subject_of(message.kind),
            channel=channel.value,
            urgent=due.urgent,
            state="expired" if over else "waiting",
            trouble=OUT_OF_DATE if over else None,
            attempts=0,
            created_at=now,
            due_at=due.at,
            expires_at=due.expires_at,
        )
        .on_conflict_do_nothing()
        .returning(Notification)
    )
    if made is None:
        return False
    if not over:
        queue_sending(session, made, now)
    return True


def queue_sending(session: Session, notification: Notification, now: datetime) -> None:
    """Have it sent when it is due, if and only if the transaction commits."""
    defer(
        session,
        SEND,
        lock=f"{notification.id}:{notification.attempts}",
        queue=POST,
        seconds=max(0.0, (notification.due_at - now).total_seconds()),
        network_id=str(notification.network_id),
        notification_id=str(notification.id),
        attempts=notification.attempts,
    )


def is_known(subject: str) -> bool:
    """Whether there is still such a subject: what was made by an older version may be of none."""
    return subject == "test" or subject in SUBJECTS
