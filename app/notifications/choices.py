"""Verbs on what somebody is told: look, choose, try out, have no more of it. Nobody chooses for others."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.domain.notifications import SUBJECTS, Channel, Subject, channels_of, subjects_of
from app.domain.quiet_hours import USUAL, QuietHours
from app.kit import audit
from app.kit.auth import Principal
from app.kit.db import ROW_LOCK, Database
from app.kit.errors import WaslError, conflict, forbidden, not_found, refused, stale
from app.kit.paging import Order, Page, page
from app.kit.tenancy import Scope
from app.models.notifications import Notification, NotificationChoice, NotificationKey, PhoneCode, PushSubscription
from app.models.partners import Network, Person
from app.notifications.making import queue_sending
from app.notifications.readers import quiet_hours_of
from app.notifications.schemas import ChoicesChange
from app.notifications.unsubscribing import Wish, is_signed, read_token

FIRST_VERSION = 1  # of what is usual, before anything was chosen
MOST_TRIALS, TRIALS_WITHIN = 5, timedelta(minutes=10)
TRIAL_LIVES = timedelta(minutes=15)


@dataclass(frozen=True)
class Choices:
    """What somebody is told and how."""

    role: str
    channels: Mapping[str, frozenset[Channel]]
    quiet: QuietHours | None
    time_zone: str
    phone: str | None
    phone_confirmed: bool
    language: str
    devices: int
    version: int

    @property
    def subjects(self) -> dict[str, Subject]:
        """What they can hear of."""
        return subjects_of(self.role)


def require_person(principal: Principal) -> UUID:
    """Who asks; raises `forbidden` for a key, which nobody can tell anything."""
    if principal.person_id is None:
        raise forbidden("Only somebody who has signed in is told anything.")
    return principal.person_id


def person_who_asks(session: Session, principal: Principal) -> Person:
    """The person; raises `forbidden` for a key."""
    return session.get_one(Person, require_person(principal))


def choices_of(session: Session, principal: Principal) -> Choices:
    """As chosen, and as is usual where nothing was."""
    person = person_who_asks(session, principal)
    return _choices(session, person, session.get(NotificationChoice, person.id))


def _choices(session: Session, person: Person, row: NotificationChoice | None) -> Choices:
    chosen = {} if row is None else row.channels
    devices = select(func.count()).select_from(PushSubscription).where(PushSubscription.person_id == person.id)
    return Choices(
        role=person.role,
        channels={code: channels_of(person.role, chosen, code) for code in subjects_of(person.role)},
        quiet=quiet_hours_of(row),
        time_zone=session.get_one(Network, person.network_id).time_zone,
        phone=None if row is None else row.phone,
        phone_confirmed=row is not None and row.phone_confirmed_at is not None,
        language=person.language,
        devices=session.scalar(devices) or 0,
        version=FIRST_VERSION if row is None else row.version,
    )


def choose(session: Session, principal: Principal, change: ChoicesChange, version: int, now: datetime) -> Choices:
    """Change what one is told, from the version that was read. Another phone number is not confirmed.

    Raises `subject_not_yours` and `channel_not_possible` (422).
    """
    person = person_who_asks(session, principal)
    row = _own_row(session, person, version, now)
    wished = change.model_fields_set
    if change.channels is not None:
        chosen = {code: _possible(person.role, code, channels) for code, channels in change.channels.items()}
        row.channels = {**row.channels, **chosen}
    if "quiet_hours" in wished:
        hours = change.quiet_hours
        row.quiet_from, row.quiet_until = (None, None) if hours is None else (hours.begins, hours.ends)
    if "phone" in wished and change.phone != row.phone:
        row.phone, row.phone_confirmed_at = change.phone, None
        session.execute(delete(PhoneCode).where(PhoneCode.person_id == person.id))
    if change.language is not None and change.language != person.language:
        person.language = change.language
    row.changed_at = now
    audit.record(session, principal, "notifications.choose", ("person", person.id), now, fields=sorted(wished))
    session.flush()
    return _choices(session, person, row)


def _possible(role: str, code: str, channels: Collection[str]) -> list[str]:
    if code not in subjects_of(role):
        raise refused("subject_not_yours", "Nobody with your role is told of this. Leave it out.")
    if not set(channels) <= set(SUBJECTS[code].channels):
        raise refused("channel_not_possible", "This is mailed anyway. Choose among the other channels.")
    return sorted(set(channels))


def _own_row(session: Session, person: Person, version: int, now: datetime) -> NotificationChoice:
    """The row, locked and of that version; made where there is none."""
    row = session.get(NotificationChoice, person.id, with_for_update=ROW_LOCK)
    if row is None and version == FIRST_VERSION:
        session.execute(
            insert(NotificationChoice)
            .values(
                person_id=person.id,
                network_id=person.network_id,
                organisation_id=person.organisation_id,
                channels={},
                quiet_from=USUAL.begins,
                quiet_until=USUAL.ends,
                changed_at=now,
                version=FIRST_VERSION,
            )
            .on_conflict_do_nothing()
        )
        row = session.get(NotificationChoice, person.id, with_for_update=ROW_LOCK)
    if row is None or row.version != version:
        raise stale()
    return row


def list_notifications(session: Session, principal: Principal, *, cursor: str | None, limit: int) -> Page[Notification]:
    """What the person who asks was told, or was not, newest first."""
    mine = select(Notification).where(Notification.person_id == person_who_asks(session, principal).id)
    return page(session, mine, Order(Notification.created_at, Notification.id, newest_first=True), cursor, limit)


def try_out(
    session: Session, principal: Principal, channel: Channel, set_up: Collection[Channel], now: datetime
) -> Notification:
    """Have a trial sent, whatever the hour.

    Raises `channel_not_set_up`, `no_phone`, `phone_not_confirmed`, `no_device` (422) and `too_many_trials` (409).
    """
    person = person_who_asks(session, principal)
    choices = choices_of(session, principal)
    if channel not in set_up:
        raise not_set_up()
    if channel is Channel.SMS and choices.phone is None:
        raise no_phone()
    if channel is Channel.SMS and not choices.phone_confirmed:
        raise refused("phone_not_confirmed", "Confirm your phone number first, with the code that was texted to it.")
    if channel is Channel.PUSH and not choices.devices:
        raise refused("no_device", "Switch notifications on for a device first.")
    session.refresh(person, with_for_update=ROW_LOCK)  # two at once are counted one after the other
    lately = select(func.count()).where(
        Notification.person_id == person.id,
        Notification.subject == "test",
        Notification.created_at > now - TRIALS_WITHIN,
    )
    if (session.scalar(lately) or 0) >= MOST_TRIALS:
        raise conflict("too_many_trials", "That was tried a few times just now. Try again in ten minutes.")
    return send_at_once(session, person, "test", channel, TRIAL_LIVES, now)


def not_set_up() -> WaslError:
    """There is no such channel here."""
    return refused("channel_not_set_up", "This installation has no such channel. Ask whoever runs it.")


def no_phone() -> WaslError:
    """Nobody has given a number."""
    return refused("no_phone", "Give your phone number first.")


def send_at_once(
    session: Session, person: Person, subject: str, channel: Channel, lives: timedelta, now: datetime
) -> Notification:
    """What somebody asked for just now, and no message of the outbox brings: sent whatever the hour."""
    row = Notification(
        id=uuid4(),
        network_id=person.network_id,
        organisation_id=person.organisation_id,
        person_id=person.id,
        subject=subject,
        channel=channel.value,
        urgent=True,
        state="waiting",
        attempts=0,
        created_at=now,
        due_at=now,
        expires_at=now + lives,
    )
    session.add(row)
    session.flush()
    queue_sending(session, row, now)
    return row


def wish_of(database: Database, token: str) -> Wish:
    """What a link that came by mail is for; raises `not_found` for one that is not ours."""
    found = read_token(token)
    if found is None:
        raise not_found("page")
    wish, signature = found
    with database.transaction(Scope(network=wish.network_id)) as session:
        secret = session.scalar(select(NotificationKey.secret).where(NotificationKey.network_id == wish.network_id))
        person = session.get(Person, wish.person_id)
        if secret is None or not is_signed(secret, wish, signature) or person is None:
            raise not_found("page")
    return wish


def no_more_mail(database: Database, token: str, now: datetime) -> Wish:
    """Take e-mail off the subject of a link, however often it is asked; raises `not_found`."""
    wish = wish_of(database, token)
    with database.transaction(Scope(network=wish.network_id)) as session:
        person = session.get_one(Person, wish.person_id)
        row = session.get(NotificationChoice, person.id)
        row = _own_row(session, person, FIRST_VERSION if row is None else row.version, now)
        left = channels_of(person.role, row.channels, wish.subject) - {Channel.EMAIL}
        if row.channels.get(wish.subject) != sorted(left):
            row.channels = {**row.channels, wish.subject: sorted(left)}
            row.changed_at = now
            audit.record(session, _oneself(person), "notifications.choose", ("person", person.id), now, by="link")
    return wish


def _oneself(person: Person) -> Principal:
    """Whoever follows the link of a mail, as the one whom it was written to."""
    return Principal(
        kind="mail_link",
        credential_id=person.id,
        network_id=person.network_id,
        organisation_id=person.organisation_id,
        name=person.name,
        role=person.role,
        person_id=person.id,
    )
