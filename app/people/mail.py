"""Mails to people: a row in the transaction of the deed, and the text that is made of it when it is sent."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.alarms import SENTENCES, Kind, words_of
from app.domain.escalation import WORDS as STEPS
from app.kit.auth import Principal
from app.kit.jobs import defer
from app.kit.language import PlainLanguage
from app.models.alarms import Alarm
from app.models.partners import Organisation, Person
from app.models.people import MailMessage, PersonLink

SEND = "mail:send"
TEXTS = Path(__file__).with_name("mails")
PAGE_OF = {"invitation": "/invitation", "sign_in": "/sign-in/link"}
ALARM_IS_NEWS = timedelta(hours=6)  # later it would tell of what is over


def mail_invitation(
    session: Session, principal: Principal, person: Person, link: PersonLink, secret: str, now: datetime
) -> MailMessage:
    """Tell somebody that they are invited, by whom, and where to answer."""
    organisation = session.get_one(Organisation, person.organisation_id)
    words = {"name": person.name, "organisation": organisation.name, "inviter": principal.name, "token": secret}
    return _write(session, "invitation", person, link, words, now)


def mail_sign_in_link(session: Session, person: Person, link: PersonLink, secret: str, now: datetime) -> MailMessage:
    """Send somebody a link that signs in."""
    return _write(session, "sign_in", person, link, {"name": person.name, "token": secret}, now)


def mail_alarm(session: Session, person: Person, alarm: Alarm, now: datetime) -> MailMessage:
    """Tell somebody what is wrong with a shift, and where to take it on: behind signing in, not behind a secret."""
    words: dict[str, Any] = {
        "name": person.name,
        "day": str(alarm.service_date),
        "alarm": alarm.kind,
        "details": alarm.details,
    }
    message = MailMessage(
        network_id=person.network_id,
        organisation_id=person.organisation_id,
        person_id=person.id,
        kind="alarm",
        words=words,
        created_at=now,
        expires_at=now + ALARM_IS_NEWS,
    )
    return queued(session, message)


def mail_escalation(
    session: Session, person: Person, letter: str, words: dict[str, str], expires_at: datetime, now: datetime
) -> MailMessage:
    """Tell somebody of food that nobody takes; `letter` is `asked`, `keep` or `left`, and says what they can do."""
    message = MailMessage(
        network_id=person.network_id,
        organisation_id=person.organisation_id,
        person_id=person.id,
        kind="escalation",
        words={"name": person.name, "letter": letter, **words},
        created_at=now,
        expires_at=expires_at,
    )
    return queued(session, message)


def _write(
    session: Session, kind: str, person: Person, link: PersonLink, words: dict[str, str], now: datetime
) -> MailMessage:
    message = MailMessage(
        network_id=person.network_id,
        organisation_id=person.organisation_id,
        person_id=person.id,
        link_id=link.id,
        kind=kind,
        words=words,
        created_at=now,
        expires_at=link.expires_at,
    )
    return queued(session, message)


def queued(session: Session, message: MailMessage) -> MailMessage:
    """Keep a mail, and have it sent if and only if the transaction commits."""
    session.add(message)
    session.flush()
    network_id, message_id = str(message.network_id), str(message.id)
    defer(session, SEND, lock=f"mail:{message_id}", network_id=network_id, message_id=message_id)
    return message


def wipe(message: MailMessage, state: Literal["sent", "refused", "expired"]) -> None:
    """It waits no longer; nothing secret stays."""
    message.state, message.words = state, {}


def wipe_waiting(session: Session, link: PersonLink) -> None:
    """What was not sent of a link that has another secret now, or none, is never sent."""
    waiting = select(MailMessage).where(MailMessage.link_id == link.id, MailMessage.state == "waiting")
    for message in session.scalars(waiting.with_for_update(key_share=True)):
        wipe(message, "expired")
    session.flush()


def compose(message: MailMessage, person: Person | None, sender: str, base_url: str, now: datetime) -> EmailMessage:
    """The mail itself, in the person's language; its Message-ID is the same however often it is tried. Without a person
    it is for whoever its own words name."""
    if person is None:
        words = {name: " ".join(str(word).split()) for name, word in message.words.items()}
        return _composed(message, words["to"], words["language"], words, sender, now)
    words = {name: " ".join(str(word).split()) for name, word in message.words.items() if name != "token"}
    if message.kind == "alarm":
        words["sentence"] = _sentence(message, person)
    if message.kind == "escalation":
        words["step"] = PlainLanguage(person.language).said(STEPS[message.words["step"]])
    link = f"{base_url.rstrip('/')}{_page(message, person)}"
    return _composed(message, person.email, person.language, {**words, "link": link}, sender, now)


def _composed(
    message: MailMessage, to: str, language: str, words: Mapping[str, str], sender: str, now: datetime
) -> EmailMessage:
    text = (TEXTS / f"{_text(message)}.{language}.txt").read_text("utf-8")
    subject, _, body = text.format_map(words).partition("\n\n")
    mail = EmailMessage()
    mail["From"] = sender
    mail["To"] = Address(addr_spec=to)
    mail["Subject"] = subject
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = f"<{message.id}@{sender.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(body, cte="quoted-printable")
    mail["Content-Language"] = language  # setting the content takes such a header away
    return mail


def _text(message: MailMessage) -> str:
    """What the text of a mail is called: a silent store is a question, and no shift."""
    if message.kind in ("escalation", "refusal"):
        return str(message.words["letter"])
    return "question" if message.words.get("alarm") == Kind.STORE_SILENT else message.kind


def _page(message: MailMessage, person: Person) -> str:
    """Where a mail leads to."""
    if message.kind == "escalation":
        pages = {"asked": "/asked", "keep": "/offers", "left": f"/open-food?date={message.words['day']}"}
        return pages[message.words["letter"]]
    if message.kind == "alarm" and person.role == "donor_staff":
        return "/offers/new"
    if message.kind == "alarm":
        return f"/day?date={message.words['day']}"
    return f"{PAGE_OF[message.kind]}/{message.words['token']}"


def _sentence(message: MailMessage, person: Person) -> str:
    """What is wrong, in the person's language, on one line whatever the things are called."""
    language = PlainLanguage(person.language)
    words = words_of(message.words["details"], language.day)
    said = language.said(SENTENCES[Kind(message.words["alarm"])], **words)
    return " ".join(said.split())
