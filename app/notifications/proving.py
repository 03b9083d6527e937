"""Proves that a phone number is its owner's: a code goes there by text message, and who reads it types it in.

Nothing else is texted to a number that is not proved. The code is made when the text goes, so that none is ever kept
readable; whoever holds the hash needs longer to find it than it is good for. A guess is counted, and committed, before
it is judged: a hundred at once are no more than five.
"""

import secrets
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import Table, delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.domain.notifications import Channel
from app.kit import audit
from app.kit.auth import Principal, hash_password, password_matches
from app.kit.db import ROW_LOCK, Database
from app.kit.errors import FieldError, WaslError, conflict, refused
from app.models.notifications import Notification, NotificationChoice, PhoneCode
from app.notifications.choices import (
    Choices,
    choices_of,
    no_phone,
    not_set_up,
    person_who_asks,
    require_person,
    send_at_once,
)
from app.people.tries import count_code

CODE_LIVES = timedelta(minutes=10)
MOST_GUESSES = 5


@dataclass(frozen=True)
class Proof:
    """A code, and the number that it goes to."""

    phone: str
    code: str = field(repr=False)


def count(database: Database, principal: Principal, set_up: Collection[Channel], now: datetime) -> None:
    """Count the wish for a code, committed before one is asked for.

    Raises `channel_not_set_up`, `no_phone` (422), `phone_confirmed` (409) and `too_many_codes` (429).
    """
    person_id = require_person(principal)
    if Channel.SMS not in set_up:
        raise not_set_up()
    with database.transaction(principal.scope) as session:
        phone = _to_prove(session.get(NotificationChoice, person_id))
    count_code(database, person_id, principal.network_id, phone, now)


def ask_for_code(session: Session, principal: Principal, now: datetime) -> Notification:
    """Have a code texted to the number of the person who asks; one that was asked for before holds no longer.

    Raises `no_phone` (422) and `phone_confirmed` (409).
    """
    person = person_who_asks(session, principal)
    phone = _to_prove(_locked(session, principal))
    row = send_at_once(session, person, "code", Channel.SMS, CODE_LIVES, now)
    fresh = {"notification_id": row.id, "phone": phone, "code_hash": None, "guesses": 0, "expires_at": now + CODE_LIVES}
    whose = {"person_id": person.id, "network_id": person.network_id, "organisation_id": person.organisation_id}
    new = insert(cast(Table, PhoneCode.__table__)).values(**whose, **fresh)
    session.execute(new.on_conflict_do_update(index_elements=["person_id"], set_=fresh))
    audit.record(session, principal, "notifications.ask_for_code", ("person", person.id), now)
    return row


def _to_prove(choice: NotificationChoice | None) -> str:
    if choice is None or choice.phone is None:
        raise no_phone()
    if choice.phone_confirmed_at is not None:
        raise conflict("phone_confirmed", "Your phone number is confirmed already.")
    return choice.phone


def _locked(session: Session, principal: Principal) -> NotificationChoice | None:
    return session.get(NotificationChoice, require_person(principal), with_for_update=ROW_LOCK)


def make_code(session: Session, row: Notification, now: datetime) -> Proof | None:
    """A new code for the text that is about to go; None where it is waited for no longer. Tried again, the text has
    another code, and the guesses count on."""
    kept = select(PhoneCode).where(PhoneCode.person_id == row.person_id, PhoneCode.notification_id == row.id)
    found = session.scalar(kept.with_for_update())
    if found is None:
        return None
    code = f"{secrets.randbelow(1_000_000):06}"
    found.code_hash, found.expires_at = hash_password(code), now + CODE_LIVES
    return Proof(found.phone, code)


def confirm(database: Database, principal: Principal, code: str, now: datetime) -> Choices:
    """Confirm the number with the code that was texted to it. Where it is confirmed already, it stays so: a button
    that is pressed twice is no mistake.

    code: six digits. Raises `wrong_code` (422) and `code_ended` (409).
    """
    with database.transaction(principal.scope) as session:
        if _is_confirmed(_locked(session, principal)):
            return choices_of(session, principal)
        found = _code_of(session, principal)
        if found is None or found.guesses >= MOST_GUESSES or found.expires_at <= now:
            raise _ended()
        found.guesses += 1
        kept = found.code_hash
    if not password_matches(code, kept):
        raise _wrong()
    with database.transaction(principal.scope) as session:
        choice = _locked(session, principal)
        found = _code_of(session, principal)
        if choice is None or found is None or found.code_hash != kept or choice.phone != found.phone:
            if _is_confirmed(choice):  # by the other of two who came at once
                return choices_of(session, principal)
            raise _ended()
        choice.phone_confirmed_at = choice.changed_at = now
        session.execute(delete(PhoneCode).where(PhoneCode.person_id == choice.person_id))
        audit.record(session, principal, "notifications.confirm_phone", ("person", choice.person_id), now)
        session.flush()
        return choices_of(session, principal)


def _is_confirmed(choice: NotificationChoice | None) -> bool:
    return choice is not None and choice.phone_confirmed_at is not None


def _code_of(session: Session, principal: Principal) -> PhoneCode | None:
    return session.get(PhoneCode, require_person(principal), with_for_update=ROW_LOCK)


def _wrong() -> WaslError:
    sentence = "This is not the code. Look at the newest text message, and write its six digits."
    return refused("wrong_code", sentence, [FieldError("/code", sentence, "wrong_code")])


def _ended() -> WaslError:
    return conflict("code_ended", "This code holds no longer. Have a new one sent.")
