"""The same key is the same answer: the record is written in the transaction that does the work."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.kit.auth import Principal
from app.kit.db import Database
from app.kit.errors import refused
from app.models.system import IdempotencyRecord

LONGEST_KEY = 255


@dataclass(frozen=True)
class Answer:
    """What is sent back, and what is stored for the next time the same key comes.

    kept: what is stored instead of `body` when the body holds a secret.
    """

    status: int
    body: dict[str, Any]
    headers: dict[str, str] = field(default_factory=dict)
    kept: dict[str, Any] | None = None


def fingerprint(method: str, path: str, body: str) -> str:
    """What makes two requests the same."""
    return hashlib.sha256("\n".join((method, path, body)).encode()).hexdigest()


def once(
    database: Database,
    principal: Principal,
    key: str | None,
    digest: str,
    now: datetime,
    verb: Callable[[Session], Answer],
) -> Answer:
    """Run `verb` in a transaction of its own, once per actor and key; later calls get the first answer.

    Raises WaslError `idempotency_key_reused` (422) for the key with another request, `idempotency_key_too_long` (422),
    and `still_running` (409) when the first request with this key has not ended within the lock time-out.
    """
    if key is None:
        with database.transaction(principal.scope) as session:
            return verb(session)
    if not 1 <= len(key) <= LONGEST_KEY or not key.isprintable():
        raise refused("idempotency_key_too_long", f"An Idempotency-Key has 1 to {LONGEST_KEY} characters.")
    with database.transaction(principal.scope) as session:
        if _claim(session, principal, key, digest, now):
            answer = verb(session)
            _keep(session, principal, key, answer)
            return answer
        return _first_answer(session, principal, key, digest)


def _claim(session: Session, principal: Principal, key: str, digest: str, now: datetime) -> bool:
    """Whether this transaction is the first with the key; a concurrent twin waits here for the other's end."""
    claimed = session.execute(
        insert(IdempotencyRecord)
        .values(
            actor=principal.actor,
            key=key,
            organisation_id=principal.organisation_id,
            digest=digest,
            status=0,
            body={},
            headers={},
            created_at=now,
        )
        .on_conflict_do_nothing()
        .returning(IdempotencyRecord.key)
    ).first()
    return claimed is not None


def _find(session: Session, principal: Principal, key: str) -> IdempotencyRecord:
    return session.scalars(
        select(IdempotencyRecord).where(IdempotencyRecord.actor == principal.actor, IdempotencyRecord.key == key)
    ).one()


def _keep(session: Session, principal: Principal, key: str, answer: Answer) -> None:
    found = _find(session, principal, key)
    found.status, found.headers = answer.status, dict(answer.headers)
    found.body = answer.body if answer.kept is None else answer.kept


def _first_answer(session: Session, principal: Principal, key: str, digest: str) -> Answer:
    found = _find(session, principal, key)
    if found.digest != digest:
        raise refused("idempotency_key_reused", "This Idempotency-Key was already used for another request.")
    return Answer(found.status, found.body, {**found.headers, "Idempotency-Replayed": "true"})
