"""The mail that says no to whoever wanted to help and is not taken on: short, kind, in their language. They have no
account, so name and address stand in the mail's own row until it is sent, or three days at most."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.kit.auth import Principal
from app.models.partners import Network
from app.models.people import MailMessage
from app.models.public_pages import PublicPage
from app.people.mail import queued, wipe
from app.people.schemas import Email

IS_NEWS = timedelta(days=3)
_ADDRESS: TypeAdapter[str] = TypeAdapter(Email)


@dataclass(frozen=True)
class NotTaken:
    """Who is told no, about what, and why; `application`: of a volunteer, who is given a reason; `enquiry`: what was
    written through a card. id: the application's, under which a mail that waits is found again."""

    about: Literal["application", "enquiry"]
    name: str
    to: str
    language: str
    reason: str = ""
    id: str = ""


def is_mail_address(contact: str) -> bool:
    """Whether somebody can be reached there by mail; else it is a telephone number."""
    try:
        _ADDRESS.validate_python(contact.strip())
    except ValidationError:
        return False
    return True


def mail_refusal(session: Session, principal: Principal, no: NotTaken, now: datetime) -> MailMessage:
    """Tell somebody, within the transaction that decides."""
    words: dict[str, Any] = {
        "letter": f"no_{no.about}",
        "name": no.name,
        "to": no.to.strip(),
        "language": no.language,
        "reason": no.reason,
        "network": _network_name(session, principal, no.language),
        "application": no.id,
    }
    message = MailMessage(
        network_id=principal.network_id,
        organisation_id=principal.organisation_id,
        kind="refusal",
        words=words,
        created_at=now,
        expires_at=now + IS_NEWS,
    )
    return queued(session, message)


def _network_name(session: Session, principal: Principal, language: str) -> str:
    """As its page calls it in that language, where it has one."""
    page = session.get(PublicPage, principal.network_id)
    name = "" if page is None else (language == "ar" and page.name_ar) or page.name_en
    return name or session.get_one(Network, principal.network_id).name


def never_send(session: Session, application: str) -> None:
    """An application was taken back: what waits to be sent about it is not sent, and nothing of it stays."""
    waiting = select(MailMessage).where(
        MailMessage.kind == "refusal",
        MailMessage.state == "waiting",
        MailMessage.words["application"].astext == application,
    )
    for message in session.scalars(waiting.with_for_update(key_share=True)):
        wipe(message, "expired")
    session.flush()
