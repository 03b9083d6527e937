"""Notifications by e-mail: one short text, with a way to have no more of them that needs no signing in (RFC 8058)."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime

from app.kit.language import PlainLanguage
from app.notifications.channels import Note, Outcome, Recipient, Refused, Sent, TryLater
from app.people.smtp import MailRefused, MailServer, NotSentYet, send_mail

LONGEST_TROUBLE = 200
GREETING = "Hello {name},"
STOP = "Tell me no more of this by e-mail:"
CHOOSE = "Choose what you are told of:"


@dataclass(frozen=True)
class ByEmail:
    """Through the mail server of the settings."""

    server: MailServer

    async def send(self, to: Recipient, note: Note, now: datetime) -> Outcome:
        """Hand the mail to the server."""
        mail = composed(to.email, note, self.server.sender, now)
        try:
            await asyncio.to_thread(send_mail, self.server, mail)
        except MailRefused as error:
            return Refused(str(error)[:LONGEST_TROUBLE])
        except NotSentYet as error:
            return TryLater(str(error)[:LONGEST_TROUBLE])
        return Sent()


def composed(address: str, note: Note, sender: str, now: datetime) -> EmailMessage:
    """The mail itself; its Message-ID is the same however often it is tried. A trial has no way out of itself."""
    said = PlainLanguage(note.language).said
    lines = [said(GREETING, name=note.name), "", note.sentence, "", note.link]
    if note.unsubscribe:
        settings, stop = f"{said(CHOOSE)} {note.settings}", f"{said(STOP)} {note.unsubscribe}"
        lines += ["", "--", note.why, settings, stop]
    mail = EmailMessage()
    mail["From"] = sender
    mail["To"] = Address(addr_spec=address)
    mail["Subject"] = note.title
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = f"<{note.reference}@{sender.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    if note.unsubscribe:
        mail["List-Unsubscribe"] = f"<{note.unsubscribe}>"
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mail.set_content("\n".join([*lines, ""]), cte="quoted-printable")
    mail["Content-Language"] = note.language  # setting the content takes such a header away
    return mail
