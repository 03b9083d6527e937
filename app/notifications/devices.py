"""Verbs on the devices that somebody is told on: add one, look, take one off; and the key that browsers ask for."""

import asyncio
import hashlib
from datetime import datetime
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.kit import audit
from app.kit.auth import Principal
from app.kit.errors import not_found, refused
from app.kit.paging import Order, Page, page
from app.kit.tenancy import Scope, within
from app.models.notifications import NotificationKey, PushSubscription
from app.notifications.by_push import new_private_key, public_key_of
from app.notifications.choices import person_who_asks
from app.notifications.schemas import DeviceIn
from app.notifications.unsubscribing import network_secret
from app.webhooks.addresses import AddressRefused, Guard

MOST_DEVICES = 10  # the oldest makes room


def look_up(guard: Guard, endpoint: str) -> None:
    """Refuse an address that nothing would be posted to. Asks the resolver: outside of any transaction.

    Raises `push_service_refused` (422).
    """
    try:
        asyncio.run(guard.open_addresses(guard.destination(endpoint)))
    except AddressRefused as error:
        raise refused(
            "push_service_refused", "Nothing can be sent to this browser's push service. Try another browser."
        ) from error


def push_key(session: Session, principal: Principal) -> str:
    """The public key that a browser subscribes with, made with its private half when it is asked for first."""
    person = person_who_asks(session, principal)
    with within(session, Scope(network=person.network_id), principal.scope):
        network_secret(session, person.network_id)
        kept = select(NotificationKey.push_private).where(NotificationKey.network_id == person.network_id)
        if session.scalar(kept) is None:
            session.execute(
                update(NotificationKey)
                .where(NotificationKey.network_id == person.network_id, NotificationKey.push_private.is_(None))
                .values(push_private=new_private_key())
            )
        key = session.scalars(kept).one()
    assert key is not None  # noqa: S101
    return public_key_of(key)


def add_device(session: Session, principal: Principal, wish: DeviceIn, now: datetime) -> PushSubscription:
    """Tell the person on this browser from now on, and nobody else who was told on it: it may be a shared one."""
    person = person_who_asks(session, principal)
    digest = hashlib.sha256(wish.endpoint.encode()).hexdigest()
    push_key(session, principal)  # there is one to sign with, whatever the browser subscribed with
    with within(session, Scope(network=person.network_id), principal.scope):
        session.execute(delete(PushSubscription).where(PushSubscription.endpoint_sha256 == digest))
    session.execute(
        insert(PushSubscription)
        .values(
            id=uuid4(),
            network_id=person.network_id,
            organisation_id=person.organisation_id,
            person_id=person.id,
            endpoint=wish.endpoint,
            endpoint_sha256=digest,
            p256dh=wish.keys.p256dh,
            auth=wish.keys.auth,
            created_at=now,
        )
        .on_conflict_do_nothing()
    )
    mine = select(PushSubscription).where(PushSubscription.person_id == person.id)
    newest = session.scalars(mine.order_by(PushSubscription.created_at.desc(), PushSubscription.id)).all()
    for row in newest[MOST_DEVICES:]:
        session.delete(row)
    audit.record(session, principal, "notifications.add_device", ("person", person.id), now)
    session.flush()
    return next(row for row in newest if row.endpoint_sha256 == digest)


def list_devices(session: Session, principal: Principal, cursor: str | None, limit: int) -> Page[PushSubscription]:
    """The devices of the person who asks, oldest first."""
    mine = select(PushSubscription).where(PushSubscription.person_id == person_who_asks(session, principal).id)
    return page(session, mine, Order(PushSubscription.created_at, PushSubscription.id), cursor, limit)


def take_off(session: Session, principal: Principal, device_id: UUID, now: datetime) -> None:
    """Tell the person no more on this device; raises `not_found`."""
    person = person_who_asks(session, principal)
    found = session.get(PushSubscription, device_id)
    if found is None or found.person_id != person.id:
        raise not_found("device")
    session.delete(found)
    audit.record(session, principal, "notifications.take_device_off", ("person", person.id), now)
    session.flush()


def service_of(device: PushSubscription) -> str:
    """The host of its push service: all that is said of its address."""
    return urlsplit(device.endpoint).hostname or ""
