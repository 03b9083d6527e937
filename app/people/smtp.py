"""Hands a mail to the server that the settings name, encrypted wherever the server can."""

import smtplib
import ssl
from dataclasses import dataclass, field
from email.message import EmailMessage
from ipaddress import ip_address
from urllib.parse import unquote, urlsplit

PATIENCE_SECONDS = 20
PORTS = {"smtp": 587, "smtps": 465}
FOR_EVER = 500  # answers from here on do not change by trying again


class NotSentYet(Exception):
    """The mail was not taken; another try may help."""


class MailRefused(Exception):
    """The mail was refused for good: there is no such mailbox, or the server wants no such mail."""


@dataclass(frozen=True)
class MailServer:
    """Where mails go, and whom they come from."""

    url: str = field(repr=False)
    sender: str


def send_mail(server: MailServer, mail: EmailMessage) -> None:
    """Returns once the server has taken the mail; raises NotSentYet or MailRefused."""
    try:
        with _connected(server.url) as connection:
            connection.send_message(mail)
    except smtplib.SMTPRecipientsRefused as error:
        code, said = next(iter(error.recipients.values()))
        raise _failure(code, said) from error
    except (smtplib.SMTPSenderRefused, smtplib.SMTPDataError) as error:
        raise _failure(error.smtp_code, error.smtp_error) from error
    except (smtplib.SMTPException, OSError) as error:
        raise NotSentYet(f"{type(error).__name__}: {error}") from error


def _failure(code: int, said: bytes | str) -> MailRefused | NotSentYet:
    text = f"{code} {said.decode(errors='replace') if isinstance(said, bytes) else said}"
    return MailRefused(text) if code >= FOR_EVER else NotSentYet(text)


def _connected(url: str) -> smtplib.SMTP:
    """A connection, signed in where the address has a user."""
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or PORTS[parts.scheme]
    context = ssl.create_default_context()
    if parts.scheme == "smtps":
        connection: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=PATIENCE_SECONDS, context=context)
    else:
        connection = smtplib.SMTP(host, port, timeout=PATIENCE_SECONDS)
    try:
        encrypted = parts.scheme == "smtps" or _encrypt(connection, context)
        if parts.username:
            if not encrypted and not _is_this_machine(host):
                raise NotSentYet("The server offers no encryption, so the password was not told to it.")
            connection.login(unquote(parts.username), unquote(parts.password or ""))
    except BaseException:
        connection.close()
        raise
    return connection


def _encrypt(connection: smtplib.SMTP, context: ssl.SSLContext) -> bool:
    connection.ehlo_or_helo_if_needed()
    if not connection.has_extn("starttls"):
        return False
    connection.starttls(context=context)
    return True


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
