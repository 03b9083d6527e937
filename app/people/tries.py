"""Counts tries to sign in or to open public links, for an account and an address, before each is judged, a right one is
not counted; and codes that are asked for to prove a phone number."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, IPv6Network, ip_address
from typing import Literal
from uuid import UUID

from sqlalchemy import delete, select, text
from sqlalchemy.orm import Session

from app.domain.throttle import (
    APPLICATIONS,
    CODES_OF_NETWORK,
    CODES_OF_PERSON,
    CODES_TO_NUMBER,
    ENQUIRIES,
    MAILED_LINKS,
    PAPER_CODES,
    PASSWORDS,
    PUBLIC_LINKS,
    Allowance,
    pause_seconds,
)
from app.kit.db import Database
from app.kit.errors import WaslError
from app.kit.tenancy import Scope
from app.models.people import SignInTry

FORGOTTEN_AFTER = timedelta(days=1)
LIMITS = {
    "password": PASSWORDS,
    "mailed_link": MAILED_LINKS,
    "public_link": PUBLIC_LINKS,
    "paper_code": PAPER_CODES,
    "enquiry": ENQUIRIES,
    "application": APPLICATIONS,
}


@dataclass(frozen=True)
class Try:
    """One try, as it was counted."""

    counted_for: tuple[str, ...]
    rows: tuple[UUID, ...]


def count_try(
    database: Database,
    what: Literal["password", "mailed_link", "public_link", "paper_code", "enquiry", "application"],
    account: str,
    address: str,
    now: datetime,
) -> Try:
    """Count a try, committed before it is judged: a hundred at once do not slip through together.

    Raises WaslError `too_many_attempts` (429) when there were too many; those are not counted on top.
    """
    limit = LIMITS[what]
    allowed = {
        _digest(f"{what} account {account.strip().lower()}"): Allowance(limit.account),
        _digest(f"{what} address {_neighbourhood(address)}"): Allowance(limit.address),
    }
    return _counted(database, allowed, now, _too_many)


def count_code(database: Database, person_id: UUID, network_id: UUID, phone: str, now: datetime) -> Try:
    """Count a code that is asked for, committed before it is made: for the person, the number, the network.

    phone: E.164. Raises WaslError `too_many_codes` (429) when there were too many; those are not counted on top.
    """
    limits = {
        f"person {person_id}": CODES_OF_PERSON,
        f"number {phone}": CODES_TO_NUMBER,
        f"network {network_id}": CODES_OF_NETWORK,
    }
    allowed = {
        _digest(f"phone_code {place} {whose}"): each
        for whose, allowances in limits.items()
        for place, each in enumerate(allowances)
    }
    return _counted(database, allowed, now, _too_many_codes)


def _counted(
    database: Database, allowed: Mapping[str, Allowance], now: datetime, refusal: Callable[[int], WaslError]
) -> Try:
    with database.transaction(Scope()) as session:
        _look_at(session, list(allowed))
        pauses = [pause for key, each in allowed.items() if (pause := _pause(session, key, each, now)) is not None]
        if pauses:
            raise refusal(max(pauses))
        session.execute(text("SELECT wasl_forget_sign_in_tries(:before)"), {"before": now - FORGOTTEN_AFTER})
        rows = [SignInTry(counted_for=key, at=now) for key in allowed]
        session.add_all(rows)
        session.flush()
        return Try(tuple(allowed), tuple(row.id for row in rows))


def give_back(database: Database, counted: Try) -> None:
    """It was right: it does not count."""
    with database.transaction(Scope()) as session:
        _look_at(session, counted.counted_for)
        session.execute(delete(SignInTry).where(SignInTry.id.in_(counted.rows)))


def _look_at(session: Session, keys: Sequence[str]) -> None:
    """Open the rows of these keys, one transaction after the other."""
    session.execute(text("SELECT set_config('wasl.counted_for', :keys, true)"), {"keys": ",".join(keys)})
    for key in sorted(keys):
        session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))"), {"key": key})


def _pause(session: Session, key: str, allowed: Allowance, now: datetime) -> int | None:
    since = SignInTry.at > now - allowed.within
    tries = session.scalars(select(SignInTry.at).where(SignInTry.counted_for == key, since))
    return pause_seconds(tries, allowed.most, now, allowed.within)


def _too_many(seconds: int) -> WaslError:
    return WaslError(
        "There were too many tries. Wait a quarter of an hour, then try again.",
        "too_many_attempts",
        429,
        "Too many tries",
        headers={"Retry-After": str(seconds)},
    )


def _too_many_codes(seconds: int) -> WaslError:
    return WaslError(
        "Too many codes were asked for. Look whether one has come, or ask again later.",
        "too_many_codes",
        429,
        "Too many codes",
        headers={"Retry-After": str(seconds)},
    )


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _neighbourhood(address: str) -> str:
    """An IPv6 address stands for its /64: whoever has one has all of them."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if isinstance(found, IPv6Address):
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        return str(IPv6Network((found, 64), strict=False))
    return str(found)
