"""One attempt of one delivery: read what to send, post it to an address that was looked up once, keep what came back.

No transaction is open while the receiver thinks. The write afterwards is fenced by round and attempt: of two workers
that post the same attempt, because one of them was thought dead, only the first is kept.
"""

import asyncio
import json
import secrets
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session
from standardwebhooks import Webhook

from app.domain.outbox_kinds import PAYLOAD_VERSION
from app.domain.webhook_schedule import wait_after, wished_wait
from app.kit.clock import Clock, system_clock
from app.kit.db import ROW_LOCK, Database
from app.kit.jobs import POST, defer
from app.kit.outbox import announce
from app.kit.tenancy import Scope
from app.models.system import OutboxMessage
from app.models.webhooks import WebhookAttempt, WebhookDelivery, WebhookEndpoint
from app.webhooks.addresses import AddressRefused, Guard
from app.webhooks.guarded_post import guarded_post

DELIVER = "webhooks:deliver"
ANSWER_SECONDS = 15
GONE = 410
AT_ONCE_TO_ONE = 4  # a receiver that answers slowly holds up its own messages, not those of others


@dataclass(frozen=True)
class Postroom:
    """What a worker has at hand for webhooks.

    real_clock: what receivers compare a signature's time with, whatever the clock of the day says.
    """

    database: Database
    clock: Clock
    guard: Guard
    real_clock: Clock = system_clock
    chance: Callable[[], float] = secrets.SystemRandom().random
    under_way: Counter[UUID] = field(default_factory=Counter)


@dataclass(frozen=True)
class Letter:
    """What one attempt sends where; its secrets stay out of logs."""

    delivery_id: UUID
    endpoint_id: UUID
    network_id: UUID
    organisation_id: UUID
    round: int
    attempts: int
    reference: str
    url: str = field(repr=False)
    body: str = field(repr=False)
    secrets: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True)
class Reply:
    """What came back: a status and the beginning of the answer, or why there was none."""

    status: int | None
    milliseconds: int
    answer: str = ""
    failure: str | None = None
    retry_after: str | None = None

    @property
    def accepted(self) -> bool:
        """Any status from 200 to 299."""
        return self.status is not None and 200 <= self.status <= 299


def reference_of(message: OutboxMessage) -> str:
    """The message's webhook-id: the same for every attempt, replay and endpoint."""
    return f"msg_{message.reference.hex}"


def body_of(message: OutboxMessage) -> str:
    """The payload; the same bytes at every attempt."""
    payload = {
        "type": message.kind,
        "timestamp": message.at.isoformat(),
        "version": PAYLOAD_VERSION,
        "data": {
            **message.data,
            "network_id": str(message.network_id),
            "subject": {"kind": message.subject_kind, "id": str(message.subject_id)},
        },
    }
    return json.dumps(payload, ensure_ascii=False, separators=(",", ":"))


def signed_headers(letter: Letter, sent_at: datetime) -> dict[str, str]:
    """The headers of the Standard Webhooks specification; one signature for each secret that holds just now."""
    signatures = [Webhook(secret).sign(letter.reference, sent_at, letter.body) for secret in letter.secrets]
    return {
        "webhook-id": letter.reference,
        "webhook-timestamp": str(int(sent_at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


def queue_attempt(session: Session, delivery: WebhookDelivery, seconds: float = 0) -> None:
    """Have the delivery's next attempt made, if and only if the transaction commits."""
    defer(
        session,
        DELIVER,
        lock=f"{delivery.id}:{delivery.round}:{delivery.attempts}",
        queue=POST,
        seconds=seconds,
        delivery_id=str(delivery.id),
        endpoint_id=str(delivery.endpoint_id),
        network_id=str(delivery.network_id),
        round=delivery.round,
        attempts=delivery.attempts,
    )


def first_delivery(session: Session, message: OutboxMessage, endpoint: WebhookEndpoint, now: datetime) -> bool:
    """The delivery of the message to the endpoint, with its first attempt; False where there is one already."""
    made = session.scalar(
        insert(WebhookDelivery)
        .values(
            id=uuid4(),
            network_id=endpoint.network_id,
            organisation_id=endpoint.organisation_id,
            endpoint_id=endpoint.id,
            message_id=message.id,
            state="pending",
            round=1,
            attempts=0,
            next_attempt_at=now,
            created_at=now,
        )
        .on_conflict_do_nothing()
        .returning(WebhookDelivery)
    )
    if made is None:
        return False
    queue_attempt(session, made)
    return True


async def attempt(postroom: Postroom, network_id: UUID, delivery_id: UUID, round_: int, attempts: int) -> None:
    """Make one attempt, unless it was made or has become pointless."""
    letter = await asyncio.to_thread(_letter, postroom, network_id, delivery_id, (round_, attempts))
    if letter is None:
        return
    sent_at = postroom.real_clock()
    reply = await post(postroom.guard, letter, signed_headers(letter, sent_at))
    await asyncio.to_thread(_keep, postroom, letter, reply, sent_at)


def put_off(postroom: Postroom, network_id: UUID, delivery_id: UUID) -> None:
    """Come back to the delivery in a moment: its receiver has enough to answer just now."""
    with postroom.database.transaction(Scope(network=network_id)) as session:
        delivery = session.get(WebhookDelivery, delivery_id)
        if delivery is not None and delivery.state == "pending":
            queue_attempt(session, delivery, seconds=1 + postroom.chance())


def _letter(postroom: Postroom, network_id: UUID, delivery_id: UUID, fence: tuple[int, int]) -> Letter | None:
    """What to send, read in a transaction that is over before anything is sent."""
    with postroom.database.transaction(Scope(network=network_id)) as session:
        delivery = session.get(WebhookDelivery, delivery_id, with_for_update=ROW_LOCK)
        if delivery is None or delivery.state != "pending" or (delivery.round, delivery.attempts) != fence:
            return None
        endpoint = session.get_one(WebhookEndpoint, delivery.endpoint_id)
        if endpoint.state == "disabled":
            delivery.state, delivery.next_attempt_at = "failed", None
            return None
        message = session.get_one(OutboxMessage, delivery.message_id)
        return Letter(
            delivery_id=delivery.id,
            endpoint_id=endpoint.id,
            network_id=network_id,
            organisation_id=endpoint.organisation_id,
            round=delivery.round,
            attempts=delivery.attempts,
            reference=reference_of(message),
            url=endpoint.url,
            body=body_of(message),
            secrets=_secrets(endpoint, postroom.clock()),
        )


def _secrets(endpoint: WebhookEndpoint, now: datetime) -> tuple[str, ...]:
    old, until = endpoint.old_secret, endpoint.old_secret_until
    return (endpoint.secret, old) if old is not None and until is not None and now < until else (endpoint.secret,)


async def post(guard: Guard, letter: Letter, headers: dict[str, str]) -> Reply:
    """Send it, and read the beginning of the answer; whatever goes wrong is told in the reply."""
    started = time.monotonic()

    def took() -> int:
        return round((time.monotonic() - started) * 1000)

    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            kind = {"Content-Type": "application/json", "User-Agent": "Wasl-Webhooks/1"}
            status, answer, retry_after = await guarded_post(
                guard, letter.url, letter.body.encode(), {**kind, **headers}
            )
            return Reply(status, took(), answer, retry_after=retry_after)
    except AddressRefused as error:
        return Reply(None, took(), failure=f"address_refused: {error}")
    except TimeoutError:
        return Reply(None, took(), failure=f"timeout: no whole answer within {ANSWER_SECONDS} seconds")
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
        return Reply(None, took(), failure=f"connection: {type(error).__name__}")


def _keep(postroom: Postroom, letter: Letter, reply: Reply, sent_at: datetime) -> None:
    """Write the attempt down, and what follows from it, unless another worker was first."""
    with postroom.database.transaction(Scope(network=letter.network_id)) as session:
        delivery = session.get(WebhookDelivery, letter.delivery_id, with_for_update=ROW_LOCK)
        if delivery is None or delivery.state != "pending":
            return
        if (delivery.round, delivery.attempts) != (letter.round, letter.attempts):
            return
        now = postroom.clock()
        delivery.attempts += 1
        session.add(_attempt_row(letter, reply, now))
        session.flush()
        if reply.accepted:
            delivery.state, delivery.next_attempt_at = "delivered", None
            _change(session, letter, state="active", failing_since=None, last_delivered_at=now)
            return
        _try_again(session, postroom, delivery, letter, reply, now, sent_at)


def _attempt_row(letter: Letter, reply: Reply, now: datetime) -> WebhookAttempt:
    return WebhookAttempt(
        network_id=letter.network_id,
        organisation_id=letter.organisation_id,
        delivery_id=letter.delivery_id,
        round=letter.round,
        number=letter.attempts + 1,
        sent_at=now,
        status=reply.status,
        milliseconds=reply.milliseconds,
        answer=reply.answer,
        failure=reply.failure,
    )


def _try_again(
    session: Session,
    postroom: Postroom,
    delivery: WebhookDelivery,
    letter: Letter,
    reply: Reply,
    now: datetime,
    sent_at: datetime,
) -> None:
    wished = wished_wait(reply.status, reply.retry_after, sent_at)
    wait = None if reply.status == GONE else wait_after(delivery.attempts, postroom.chance(), wished)
    if wait is None:
        delivery.state, delivery.next_attempt_at = "failed", None
        if reply.status == GONE:
            disable(session, letter.endpoint_id, "gone", now)
        elif _silent_since(session, delivery):
            disable(session, letter.endpoint_id, "gave_up", now)
        return
    delivery.next_attempt_at = now + timedelta(seconds=wait)
    since = func.coalesce(WebhookEndpoint.failing_since, now)
    _change(session, letter, state="failing", failing_since=since)
    queue_attempt(session, delivery, seconds=wait)


def _change(session: Session, letter: Letter, **values: Any) -> None:
    """Note how the endpoint does: no new version, since nobody edited it, and nothing wakes a disabled one."""
    session.execute(
        update(WebhookEndpoint)
        .where(WebhookEndpoint.id == letter.endpoint_id, WebhookEndpoint.state != "disabled")
        .values(**values)
        .execution_options(synchronize_session=False)
    )


def _silent_since(session: Session, delivery: WebhookDelivery) -> bool:
    """Whether the endpoint has taken nothing at all since this round's first attempt."""
    begun = select(func.min(WebhookAttempt.sent_at)).where(
        WebhookAttempt.delivery_id == delivery.id, WebhookAttempt.round == delivery.round
    )
    last = session.scalar(select(WebhookEndpoint.last_delivered_at).where(WebhookEndpoint.id == delivery.endpoint_id))
    first = session.scalar(begun)
    return last is None or first is None or last < first


def disable(session: Session, endpoint_id: UUID, reason: str, now: datetime) -> None:
    """Send nothing there any more, and announce it: whoever tells people by other ways hears `webhook.disabled`."""
    endpoint = session.get(WebhookEndpoint, endpoint_id, with_for_update=ROW_LOCK)
    if endpoint is None or endpoint.state == "disabled":
        return
    endpoint.state, endpoint.disabled_because = "disabled", reason
    announce(
        session,
        endpoint.network_id,
        [endpoint.organisation_id],
        "webhook.disabled",
        ("webhook endpoint", endpoint.id),
        now,
        reason=reason,
        url=endpoint.url.partition("?")[0],
    )
