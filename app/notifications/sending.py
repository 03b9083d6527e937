"""Sends one notification: reads what to say and where, hands it over, keeps what became of it.

No transaction is open while a server thinks. The write afterwards is fenced by the number of attempts: of two workers
that send the same, because one of them was thought dead, only the first is kept, and both have the same reference.
"""

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from app.domain.notifications import SUBJECTS, WITHOUT_MESSAGE, Channel, News, hears
from app.domain.quiet_hours import quiet_until
from app.kit.db import ROW_LOCK
from app.kit.language import PlainLanguage
from app.kit.tenancy import Scope
from app.models.notifications import Notification, NotificationKey, PushSubscription
from app.models.partners import Network
from app.models.system import OutboxMessage
from app.notifications.channels import Device, Note, Outcome, Recipient, Refused, Sent, TryLater
from app.notifications.making import OUT_OF_DATE, is_known, queue_sending
from app.notifications.newsroom import Newsroom
from app.notifications.proving import make_code
from app.notifications.readers import Known, news_of, people_of
from app.notifications.unsubscribing import Wish, network_secret, token_of
from app.notifications.wording import wording_of

PATIENCE = (15, 60, 300, 900, 3600)  # seconds before another try; then always the last
NOT_SET_UP, NOT_WANTED, TOO_MANY = "not set up here", "not wanted any more", "too many in a day"
MOST_TEXT_MESSAGES, WITHIN = 30, timedelta(hours=24)  # to one person: each costs the network money
WHY = "You chose to be told of this: {subject}."


@dataclass(frozen=True)
class Parcel:
    """What goes where."""

    channel: Channel
    to: Recipient
    note: Note


async def send(newsroom: Newsroom, network_id: UUID, notification_id: UUID, attempts: int) -> None:
    """Make one attempt, unless it was made, waits for the morning, or has become pointless."""
    parcel = await asyncio.to_thread(_parcel, newsroom, network_id, notification_id, attempts)
    if parcel is None:
        return
    sender = newsroom.senders.get(parcel.channel)
    if sender is None:
        outcome: Outcome = TryLater(NOT_SET_UP)
    else:
        outcome = await sender.send(parcel.to, parcel.note, newsroom.clock())
    await asyncio.to_thread(_keep, newsroom, network_id, notification_id, attempts, outcome)


def _parcel(newsroom: Newsroom, network_id: UUID, notification_id: UUID, attempts: int) -> Parcel | None:
    """What to send, read in a transaction that is over before anything is sent."""
    with newsroom.database.transaction(Scope(network=network_id)) as session:
        row = session.get(Notification, notification_id, with_for_update=ROW_LOCK)
        if row is None or row.state != "waiting" or row.attempts != attempts:
            return None
        now, zone = newsroom.clock(), ZoneInfo(session.get_one(Network, network_id).time_zone)
        if row.expires_at <= now:
            row.state, row.trouble = "expired", row.trouble or OUT_OF_DATE
            return None
        known = next(iter(people_of(session, network_id, row.person_id)), None)
        news = _news(session, row)
        if known is None or news is None or not _still_wanted(known, row, news):
            row.state, row.trouble = "expired", NOT_WANTED
            return None
        wait = None if row.urgent else quiet_until(known.quiet, now, zone)
        if wait is not None:  # tried again into the evening, or chosen meanwhile
            row.due_at = wait
            queue_sending(session, row, now)
            return None
        if row.channel == Channel.SMS and _texts_tried(session, known, now) >= MOST_TEXT_MESSAGES:
            row.state, row.trouble = "refused", TOO_MANY
            return None
        to = _recipient(session, known)
        if row.subject == "code":
            proof = make_code(session, row, now)
            if proof is None:
                row.state, row.trouble = "expired", NOT_WANTED
                return None
            news, to = replace(news, data={"code": proof.code}), replace(to, phone=proof.phone)
        note = _note(session, row, known, news, zone, newsroom.base_url)
        return Parcel(Channel(row.channel), to, note)


def _texts_tried(session: Session, known: Known, now: datetime) -> int:
    """Attempts of the last day, whatever became of them: a provider may count what it has not confirmed. What was not
    sent was tried last before it is due again, or when it was due."""
    tried = select(func.sum(Notification.attempts)).where(
        Notification.person_id == known.person.id,
        Notification.channel == Channel.SMS.value,
        func.coalesce(Notification.sent_at, Notification.due_at) > now - WITHIN,
    )
    return int(session.scalar(tried) or 0)


def _news(session: Session, row: Notification) -> News | None:
    """What it is about; None for a subject that there is no more."""
    if not is_known(row.subject):
        return None
    if row.message_id is None:
        return News(row.subject, frozenset(), {}, row.created_at)
    message = session.get(OutboxMessage, row.message_id)
    return None if message is None else news_of(session, message)


def _still_wanted(known: Known, row: Notification, news: News) -> bool:
    """Whether the person may still hear of it and has not chosen otherwise since; a trial was asked for just now, and
    whether a code is still waited for is asked when it is made."""
    if row.subject in WITHOUT_MESSAGE:
        return True
    return hears(known.reader, news) and Channel(row.channel) in known.channels(row.subject, [Channel(row.channel)])


def _note(session: Session, row: Notification, known: Known, news: News, zone: ZoneInfo, base_url: str) -> Note:
    person = known.person
    said = wording_of(news, known.reader, person.language, zone, base_url)
    speaks, address = PlainLanguage(person.language), base_url.rstrip("/")
    subject = SUBJECTS.get(row.subject)
    wish = Wish(person.network_id, person.id, row.subject)
    token = token_of(network_secret(session, person.network_id), wish)
    return Note(
        reference=row.id,
        title=said.title,
        sentence=said.sentence,
        text_message=said.text_message,
        link=f"{address}{said.page}",
        page=said.page,
        language=person.language,
        name=" ".join(person.name.split()),
        why="" if subject is None else speaks.said(WHY, subject=speaks.said(subject.words)),
        unsubscribe="" if subject is None else f"{address}/unsubscribe/{token}",
        settings=f"{address}/notifications",
        expires_at=row.expires_at,
        urgent=row.urgent,
    )


def _recipient(session: Session, known: Known) -> Recipient:
    mine = select(PushSubscription).where(PushSubscription.person_id == known.person.id)
    devices = [Device(row.id, row.endpoint, row.p256dh, row.auth) for row in session.scalars(mine)]
    key = select(NotificationKey.push_private).where(NotificationKey.network_id == known.person.network_id)
    return Recipient(known.person.email, known.phone, devices, session.scalar(key))


def _keep(newsroom: Newsroom, network_id: UUID, notification_id: UUID, attempts: int, outcome: Outcome) -> None:
    """Write down what became of it, and what follows, unless another worker was first."""
    with newsroom.database.transaction(Scope(network=network_id)) as session:
        if outcome.gone:
            session.execute(delete(PushSubscription).where(PushSubscription.id.in_(outcome.gone)))
        row = session.get(Notification, notification_id, with_for_update=ROW_LOCK)
        if row is None or row.state != "waiting" or row.attempts != attempts:
            return
        now = newsroom.clock()
        row.attempts += 1
        if isinstance(outcome, Sent):
            row.state, row.sent_at, row.trouble = "sent", now, outcome.doubt
        elif isinstance(outcome, Refused):
            row.state, row.trouble = "refused", outcome.why
        else:
            _try_again(session, row, outcome, now)


def _try_again(session: Session, row: Notification, outcome: TryLater, now: datetime) -> None:
    row.trouble = outcome.why
    row.due_at = now + timedelta(seconds=PATIENCE[min(row.attempts, len(PATIENCE)) - 1])
    if row.due_at >= row.expires_at:
        row.state = "expired"
        return
    session.flush()
    queue_sending(session, row, now)
