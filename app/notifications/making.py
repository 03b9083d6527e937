"""From messages to notifications: one per person, message and channel, in the order in which messages were numbered.

Were a message looked at twice, a unique key has it that nobody is told twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.domain.notifications import (
    SUBJECTS,
    WITHOUT_MESSAGE,
    Channel,
    News,
    hears,
    latest,
    subject_of,
    urgent,
    valid_until,
)
from app.domain.quiet_hours import quiet_until
from app.kit.jobs import POST, defer
from app.kit.outbox_following import Follower, look_again_and_again
from app.models.notifications import Notification
from app.models.partners import Network
from app.models.system import OutboxMessage
from app.models.webhooks import OutboxProgress
from app.notifications.newsroom import Newsroom
from app.notifications.readers import Known, news_of, people_of

SEND = "notifications:send"
OUT_OF_DATE = "out of date"


@dataclass(frozen=True)
class Due:
    """When a message may reach somebody, and until when it is worth it."""

    at: datetime
    expires_at: datetime
    urgent: bool


async def tell_people(newsroom: Newsroom) -> None:
    """Look for news until cancelled."""
    await look_again_and_again(partial(make_notifications, newsroom), "people could not be told")


def make_notifications(newsroom: Newsroom) -> int:
    """Make the notifications of all that happened since the last look; how many."""

    def notifications_of(session: Session, network_id: UUID, messages: Sequence[OutboxMessage]) -> int:
        worth = [message for message in messages if subject_of(message.kind) is not None]
        return _of_messages(session, newsroom, network_id, worth) if worth else 0

    follower = Follower("wasl_networks_to_notify", OutboxProgress.notified_position, notifications_of)
    return follower.follow(newsroom.database)


def _of_messages(session: Session, newsroom: Newsroom, network_id: UUID, messages: Sequence[OutboxMessage]) -> int:
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
    """At once, or when quiet hours end for what can wait until then; what has to be known before they end comes as late
    as it can."""
    by = latest(news)
    is_urgent = urgent(news.kind, news.data) or (by is not None and by <= now)
    wait = None if is_urgent else quiet_until(known.quiet, now, zone)
    if wait is not None and by is not None and by < wait:
        return Due(by, valid_until(news, zone), urgent=True)
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
    return subject in WITHOUT_MESSAGE or subject in SUBJECTS
