"""Mails to people: a row in the transaction of the deed, and the text that is made of it when it is sent."""

from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.kit.auth import Principal
from app.kit.jobs import defer
from app.models.partners import Organisation, Person
from app.models.people import MailMessage, PersonLink

SEND = "mail:send"
TEXTS = Path(__file__).with_name("mails")
PAGE_OF = {"invitation": "/invitation", "sign_in": "/sign-in/link"}


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


def compose(message: MailMessage, person: Person, sender: str, base_url: str, now: datetime) -> EmailMessage:
    """The mail itself, in the person's language; its Message-ID is the same however often it is tried."""
    words = {name: " ".join(str(word).split()) for name, word in message.words.items() if name != "token"}
    link = f"{base_url.rstrip('/')}{PAGE_OF[message.kind]}/{message.words['token']}"
    text = (TEXTS / f"{message.kind}.{person.language}.txt").read_text("utf-8")
    subject, _, body = text.format_map({**words, "link": link}).partition("\n\n")
    mail = EmailMessage()
    mail["From"] = sender
    mail["To"] = Address(addr_spec=person.email)
    mail["Subject"] = subject
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = f"<{message.id}@{sender.rpartition('@')[2]}>"
    mail["Content-Language"] = person.language
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(body, cte="quoted-printable")
    return mail
