"""A real mail server on loopback that keeps what it is given, and can be told to refuse it first."""

import time
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword


@dataclass
class Mailbox:
    """What arrived; `answers` are given, one for each mail, before mails are taken."""

    answers: list[str] = field(default_factory=list)
    mails: list[EmailMessage] = field(default_factory=list)
    users: list[str] = field(default_factory=list)
    seconds: float = 0.0

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Envelope) -> str:
        if self.answers:
            return self.answers.pop(0)
        time.sleep(self.seconds)
        content = envelope.content
        assert isinstance(content, bytes)
        mail = message_from_bytes(content, policy=default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        return "250 taken"

    def authenticate(self, server: SMTP, session: Any, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        assert isinstance(data, LoginPassword)
        self.users.append(f"{data.login.decode()}:{data.password.decode()}")
        return AuthResult(success=True)

    def wait(self, count: int = 1, seconds: float = 60) -> EmailMessage:
        """The newest mail, once so many have arrived."""
        until = time.monotonic() + seconds
        while len(self.mails) < count:
            assert time.monotonic() < until, f"only {len(self.mails)} mails arrived"
            time.sleep(0.1)
        return self.mails[-1]


class Controlled(Controller):
    """On a free port of loopback."""

    def __init__(self, mailbox: Mailbox, **options: Any) -> None:
        super().__init__(mailbox, hostname="127.0.0.1", port=0, **options)

    def _trigger_server(self) -> None:
        assert self.server is not None
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


def link_in(mail: EmailMessage) -> str:
    """The one link of a mail."""
    (found,) = [line for line in mail.get_content().splitlines() if line.startswith("http")]
    return str(found)
