"""What a worker has at hand to tell people things: the channels that the settings of the installation set up."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from app.domain.notifications import Channel
from app.kit.clock import Clock
from app.kit.db import Database
from app.notifications.by_email import ByEmail
from app.notifications.by_push import ByPush
from app.notifications.by_sms import ByTextMessage
from app.notifications.channels import Sender
from app.people.smtp import MailServer
from app.settings import Settings
from app.webhooks.addresses import Guard

# What the signature of a message takes for whoever runs this.
PUBLIC_NAME = re.compile(r"localhost|[\w-]+(?:\.[\w-]+)+")


@dataclass(frozen=True)
class Newsroom:
    """The database, what time it is, and one sender for each channel that is set up."""

    database: Database
    clock: Clock
    senders: Mapping[Channel, Sender]
    base_url: str


def newsroom_of(database: Database, clock: Clock, settings: Settings) -> Newsroom:
    """What a worker of this installation has at hand."""
    return Newsroom(database, clock, senders_of(settings), settings.base_url or "")


def senders_of(settings: Settings) -> dict[Channel, Sender]:
    """The channels that are set up here."""
    found: dict[Channel, Sender] = {}
    if settings.smtp_url and settings.mail_from:
        found[Channel.EMAIL] = ByEmail(MailServer(settings.smtp_url, settings.mail_from))
    contact = push_contact(settings)
    if contact is not None:
        found[Channel.PUSH] = ByPush(Guard(settings.webhooks_to_loopback), contact)
    if settings.sms_url and settings.sms_body:
        found[Channel.SMS] = ByTextMessage(settings.sms_url, settings.sms_body, settings.sms_authorization)
    return found


def push_contact(settings: Settings) -> str | None:
    """Whom push services may write to: none, and there is no web push, where the settings name nobody; a host of one's
    own network alone is nobody to them."""
    if settings.mail_from:
        return f"mailto:{settings.mail_from}"
    parts = urlsplit(settings.base_url or "")
    named = parts.scheme == "https" and PUBLIC_NAME.fullmatch(parts.hostname or "")
    return f"https://{parts.hostname}" if named else None
