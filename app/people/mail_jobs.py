"""The job that sends a mail: tried again, ever more patiently, while its link is valid; sent, its words are wiped."""

import asyncio
from dataclasses import dataclass
from uuid import UUID

from procrastinate import BaseRetryStrategy, Blueprint, JobContext, RetryDecision
from procrastinate.jobs import Job

from app.kit.clock import Clock
from app.kit.db import ROW_LOCK, Database
from app.kit.tenancy import Scope
from app.models.partners import Person
from app.models.people import MailMessage
from app.people.mail import compose, wipe
from app.people.smtp import MailRefused, MailServer, NotSentYet, send_mail
from app.settings import Settings

PATIENCE = (5, 15, 60, 300, 900, 3600)  # seconds before another try; then always the last
LONGEST_TROUBLE = 300


@dataclass(frozen=True)
class Mailroom:
    """What a worker needs to send mails; without a server they wait."""

    database: Database
    clock: Clock
    server: MailServer | None
    base_url: str


def mailroom_of(database: Database, clock: Clock, settings: Settings) -> Mailroom:
    """What a worker of this installation has at hand for mails."""
    server = None
    if settings.smtp_url and settings.mail_from:
        server = MailServer(settings.smtp_url, settings.mail_from)
    return Mailroom(database, clock, server, settings.base_url or "")


class EverMorePatient(BaseRetryStrategy):
    """Tries again as long as the job says that it is not sent yet; the link's end is the job's own affair."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        """When to try again."""
        if not isinstance(exception, NotSentYet):
            return None
        return RetryDecision(retry_in={"seconds": PATIENCE[min(job.attempts, len(PATIENCE) - 1)]})


async def send(context: JobContext, network_id: str, message_id: str) -> None:
    """Send one mail."""
    mailroom: Mailroom = context.additional_context["mailroom"]
    await asyncio.to_thread(send_message, mailroom, UUID(network_id), UUID(message_id))


def send_message(mailroom: Mailroom, network_id: UUID, message_id: UUID) -> None:
    """Send one mail, once: its row is locked until the server has taken it.

    Raises NotSentYet when it has to be tried again.
    """
    with mailroom.database.transaction(Scope(network=network_id)) as session:
        message = session.get(MailMessage, message_id, with_for_update=ROW_LOCK)
        if message is None or message.state != "waiting":
            return
        if message.expires_at <= mailroom.clock():
            wipe(message, "expired")
            return
        person = None if message.person_id is None else session.get_one(Person, message.person_id)
        trouble = _hand_over(mailroom, message, person)
    if trouble is not None:
        raise NotSentYet(trouble)


def _hand_over(mailroom: Mailroom, message: MailMessage, person: Person | None) -> str | None:
    """Give the mail to the server; says why it was not taken, where that may change."""
    if mailroom.server is None:
        message.trouble = "No mail server is set."
        return message.trouble
    now = mailroom.clock()
    mail = compose(message, person, mailroom.server.sender, mailroom.base_url, now)
    message.attempts += 1
    try:
        send_mail(mailroom.server, mail)
    except (MailRefused, NotSentYet) as error:
        message.trouble = _without_secret(str(error), message)[:LONGEST_TROUBLE]
        if isinstance(error, MailRefused):
            wipe(message, "refused")
            return None
        return message.trouble
    message.sent_at, message.trouble = now, None
    wipe(message, "sent")
    return None


def _without_secret(text: str, message: MailMessage) -> str:
    """What a server said, without the secret that the mail brings, where it brings one."""
    token = message.words.get("token")
    return text.replace(token, "…") if token else text


def mail_jobs() -> Blueprint:
    """The jobs of mail, for one queue."""
    found = Blueprint()
    found.task(name="send", queue="wasl", pass_context=True, retry=EverMorePatient())(send)
    return found
