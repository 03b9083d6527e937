"""The one small interface of all channels: something for somebody, and what became of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import UUID


@dataclass(frozen=True)
class Note:
    """What is told. link: a whole address; page: its path. reference: the same however often it is tried."""

    reference: UUID
    title: str
    sentence: str
    text_message: str
    link: str
    page: str
    language: str
    name: str
    why: str
    unsubscribe: str = field(repr=False)
    settings: str
    expires_at: datetime
    urgent: bool = False


@dataclass(frozen=True)
class Device:
    """A browser that takes messages."""

    subscription_id: UUID
    endpoint: str = field(repr=False)
    p256dh: str = field(repr=False)
    auth: str = field(repr=False)


@dataclass(frozen=True)
class Recipient:
    """Where somebody is reached."""

    email: str = field(repr=False)
    phone: str | None = field(default=None, repr=False)
    devices: Sequence[Device] = ()
    push_private: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Sent:
    """It was taken. gone: devices that take nothing any more. doubt: why nobody knows it for certain, if so: the
    server may have it and has not said so, and it is not sent again."""

    gone: frozenset[UUID] = frozenset()
    doubt: str | None = None


@dataclass(frozen=True)
class TryLater:
    """It was not taken, which may change; why, in a few words without anything secret."""

    why: str
    gone: frozenset[UUID] = frozenset()


@dataclass(frozen=True)
class Refused:
    """It was not taken and never will be; why, in a few words without anything secret."""

    why: str
    gone: frozenset[UUID] = frozenset()


Outcome = Sent | TryLater | Refused


class Sender(Protocol):
    """One channel, as the settings of the installation make it."""

    async def send(self, to: Recipient, note: Note, now: datetime) -> Outcome:
        """Hand it over; whatever goes wrong is told in the outcome."""
        ...
