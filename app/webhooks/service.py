"""Verbs on webhook endpoints: add, change, delete, rotate, try out, look at deliveries, replay.

An endpoint is its organisation's own: not even the network's staff see it through the API.
"""

import asyncio
import base64
import secrets
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from app.kit import audit
from app.kit.auth import Principal
from app.kit.db import ROW_LOCK
from app.kit.errors import WaslError, conflict, not_found, refused, stale
from app.kit.outbox import announce, number_messages
from app.kit.paging import Order, Page, page
from app.models.system import OutboxMessage
from app.models.webhooks import WebhookDelivery, WebhookEndpoint
from app.webhooks.addresses import AddressRefused, Guard
from app.webhooks.deliver import first_delivery, queue_attempt, reference_of
from app.webhooks.fan_out import hears
from app.webhooks.schemas import AttemptOut, DeliveryOut, EndpointChange, EndpointIn

SECRET_BYTES = 32
BOTH_SIGN = timedelta(hours=24)
MOST_ENDPOINTS = 20
MOST_REPLAYED = 500


def look_up(principal: Principal, guard: Guard, url: str) -> None:
    """Refuse an address that nothing would be sent to. Asks the resolver: outside of any transaction, and only for
    somebody who may add endpoints.
    """
    principal.require("webhooks.edit")
    try:
        asyncio.run(guard.open_addresses(guard.destination(url)))
    except AddressRefused as error:
        raise _refusal(error.reason) from error


def _refusal(reason: str) -> WaslError:
    if reason == "not_https":
        return refused("webhook_not_https", "Webhooks go to https addresses only. Give one that starts with https://.")
    if reason == "port":
        return refused("webhook_port", "Webhooks go to the ports 443 and 8443 only. Leave the port out or take one.")
    if reason == "inside":
        return refused("webhook_inside", "This address is not on the public internet. Give one that is.")
    if reason == "no_such_host":
        return refused("webhook_host_unknown", "The host of this address cannot be found. Check how it is spelled.")
    return refused("webhook_url_unreadable", "Write the address as https://example.org/hooks, without a password.")


def new_secret() -> str:
    """A signing secret as the specification writes it."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def add_endpoint(
    session: Session, principal: Principal, wish: EndpointIn, now: datetime
) -> tuple[WebhookEndpoint, str]:
    """A new endpoint and its secret, which is shown this once; it hears what happens from now on."""
    principal.require("webhooks.edit")
    if wish.whole_network and not principal.sees_network:
        raise refused(
            "whole_network_not_yours", "Only the network's own staff can hear all of it. Leave whole_network out."
        )
    count = select(func.count()).where(WebhookEndpoint.organisation_id == principal.organisation_id)
    if (session.scalar(count) or 0) >= MOST_ENDPOINTS:
        raise conflict(
            "too_many_endpoints",
            "There are {most} webhook endpoints already. Delete one that is not used.",
            most=MOST_ENDPOINTS,
        )
    secret = new_secret()
    endpoint = WebhookEndpoint(
        network_id=principal.network_id,
        organisation_id=principal.organisation_id,
        url=wish.url,
        kinds=list(dict.fromkeys(wish.kinds)),
        description=wish.description,
        whole_network=wish.whole_network,
        secret=secret,
        created_at=now,
    )
    session.add(endpoint)
    session.flush()
    audit.record(
        session,
        principal,
        "webhooks.add",
        ("webhook endpoint", endpoint.id),
        now,
        owner=endpoint.organisation_id,
        kinds=endpoint.kinds,
    )
    return endpoint, secret


def list_endpoints(session: Session, principal: Principal, *, cursor: str | None, limit: int) -> Page[WebhookEndpoint]:
    """The organisation's endpoints, oldest first."""
    principal.require("webhooks.read")
    query = select(WebhookEndpoint).where(WebhookEndpoint.organisation_id == principal.organisation_id)
    if not principal.sees_network:
        query = query.where(WebhookEndpoint.whole_network.is_(False))
    return page(session, query, Order(WebhookEndpoint.created_at, WebhookEndpoint.id), cursor, limit)


def get_endpoint(session: Session, principal: Principal, endpoint_id: UUID) -> WebhookEndpoint:
    """One endpoint of the organisation; raises `not_found`."""
    principal.require("webhooks.read")
    found = session.get(WebhookEndpoint, endpoint_id)
    if found is None or found.organisation_id != principal.organisation_id:
        raise not_found("webhook endpoint")
    if found.whole_network and not principal.sees_network:  # else an office could turn the network's news to itself
        raise not_found("webhook endpoint")
    return found


def _editable(session: Session, principal: Principal, endpoint_id: UUID) -> WebhookEndpoint:
    principal.require("webhooks.edit")
    endpoint = get_endpoint(session, principal, endpoint_id)
    session.refresh(endpoint, with_for_update=ROW_LOCK)
    return endpoint


def change_endpoint(
    session: Session, principal: Principal, endpoint_id: UUID, change: EndpointChange, version: int, now: datetime
) -> WebhookEndpoint:
    """Change an endpoint from the version that was read; made active again, it starts afresh."""
    endpoint = _editable(session, principal, endpoint_id)
    if endpoint.version != version:
        raise stale()
    for name, value in change.model_dump(exclude_unset=True, exclude={"state"}).items():
        if value is not None:
            setattr(endpoint, name, value)
    if change.state == "disabled" and endpoint.state != "disabled":
        endpoint.state, endpoint.disabled_because = "disabled", "asked"
    if change.state == "active" and endpoint.state != "active":
        endpoint.state, endpoint.disabled_because, endpoint.failing_since = "active", None, None
    fields = sorted(change.model_fields_set)
    audit.record(
        session,
        principal,
        "webhooks.change",
        ("webhook endpoint", endpoint.id),
        now,
        owner=endpoint.organisation_id,
        fields=fields,
    )
    session.flush()
    return endpoint


def delete_endpoint(session: Session, principal: Principal, endpoint_id: UUID, version: int, now: datetime) -> None:
    """Delete an endpoint with its deliveries."""
    endpoint = _editable(session, principal, endpoint_id)
    if endpoint.version != version:
        raise stale()
    audit.record(
        session, principal, "webhooks.delete", ("webhook endpoint", endpoint.id), now, owner=endpoint.organisation_id
    )
    session.delete(endpoint)
    session.flush()


def rotate(session: Session, principal: Principal, endpoint_id: UUID, now: datetime) -> tuple[WebhookEndpoint, str]:
    """A new secret, shown this once; the one before it signs beside it for a day."""
    endpoint = _editable(session, principal, endpoint_id)
    secret = new_secret()
    endpoint.old_secret, endpoint.old_secret_until = endpoint.secret, now + BOTH_SIGN
    endpoint.secret = secret
    audit.record(
        session, principal, "webhooks.rotate", ("webhook endpoint", endpoint.id), now, owner=endpoint.organisation_id
    )
    session.flush()
    return endpoint, secret


def try_out(session: Session, principal: Principal, endpoint_id: UUID, now: datetime) -> WebhookEndpoint:
    """Send a message of the kind `webhook.test` to this endpoint alone; its deliveries tell what came of it."""
    endpoint = _enabled(session, principal, endpoint_id)
    subject = ("webhook endpoint", endpoint.id)
    announce(session, endpoint.network_id, [endpoint.organisation_id], "webhook.test", subject, now)
    audit.record(session, principal, "webhooks.test", subject, now)
    return endpoint


def _enabled(session: Session, principal: Principal, endpoint_id: UUID) -> WebhookEndpoint:
    endpoint = _editable(session, principal, endpoint_id)
    if endpoint.state == "disabled":
        raise conflict("endpoint_disabled", "This endpoint is disabled. Make it active first.")
    return endpoint


def list_deliveries(
    session: Session,
    principal: Principal,
    endpoint_id: UUID,
    *,
    state: str | None,
    cursor: str | None,
    limit: int,
) -> Page[WebhookDelivery]:
    """What was sent to an endpoint and what came back, oldest first."""
    endpoint = get_endpoint(session, principal, endpoint_id)
    query = (
        select(WebhookDelivery)
        .where(WebhookDelivery.endpoint_id == endpoint.id)
        .options(selectinload(WebhookDelivery.message), selectinload(WebhookDelivery.tried))
    )
    if state is not None:
        query = query.where(WebhookDelivery.state == state)
    return page(session, query, Order(WebhookDelivery.created_at, WebhookDelivery.id), cursor, limit)


def delivery_out(delivery: WebhookDelivery) -> DeliveryOut:
    """A delivery with its attempts, as it leaves."""
    return DeliveryOut(
        id=delivery.id,
        endpoint_id=delivery.endpoint_id,
        message_id=reference_of(delivery.message),
        kind=delivery.message.kind,
        state=delivery.state,
        next_attempt_at=delivery.next_attempt_at,
        created_at=delivery.created_at,
        attempts=[AttemptOut.model_validate(each) for each in delivery.tried],
    )


def replay_delivery(session: Session, principal: Principal, delivery_id: UUID, now: datetime) -> WebhookDelivery:
    """Send a message again, with the same webhook-id and the whole schedule before it; raises `not_found`."""
    principal.require("webhooks.edit")
    query = select(WebhookDelivery).where(
        WebhookDelivery.id == delivery_id, WebhookDelivery.organisation_id == principal.organisation_id
    )
    delivery = session.scalars(query.options(*_WHOLE).with_for_update(of=WebhookDelivery, key_share=True)).first()
    if delivery is None:
        raise not_found("delivery")
    _enabled(session, principal, delivery.endpoint_id)
    _again(session, delivery, now)
    audit.record(session, principal, "webhooks.replay", ("delivery", delivery.id), now)
    session.flush()
    return delivery


_WHOLE = (selectinload(WebhookDelivery.message), selectinload(WebhookDelivery.tried))


def _again(session: Session, delivery: WebhookDelivery, now: datetime) -> None:
    """A new round, which shuts out what is left of the one before."""
    delivery.round += 1
    delivery.attempts, delivery.state, delivery.next_attempt_at = 0, "pending", now
    session.flush()
    queue_attempt(session, delivery)


def replay_since(
    session: Session, principal: Principal, endpoint_id: UUID, since: datetime, now: datetime, *, delivered: bool
) -> tuple[int, datetime | None]:
    """Send again what happened from `since` on and did not arrive, or was never sent because the endpoint was disabled.

    delivered: also what did arrive. What is under way already is left alone. Returns how many messages were queued,
    and from when to go on where there are more.
    """
    endpoint = _enabled(session, principal, endpoint_id)
    number_messages(session)
    query = select(OutboxMessage).where(
        OutboxMessage.network_id == endpoint.network_id, OutboxMessage.at >= since, OutboxMessage.position.is_not(None)
    )
    if not endpoint.whole_network:
        query = query.where(OutboxMessage.organisation_ids.any_() == endpoint.organisation_id)
    queued = 0
    for message in session.scalars(query.order_by(OutboxMessage.at, OutboxMessage.position)):
        if not hears(endpoint, message):
            continue
        if queued >= MOST_REPLAYED:
            return queued, message.at
        queued += _queue(session, message, endpoint, now, delivered=delivered)
    audit.record(
        session,
        principal,
        "webhooks.replay",
        ("webhook endpoint", endpoint.id),
        now,
        owner=endpoint.organisation_id,
        messages=queued,
    )
    return queued, None


def _queue(
    session: Session, message: OutboxMessage, endpoint: WebhookEndpoint, now: datetime, *, delivered: bool
) -> bool:
    if first_delivery(session, message, endpoint, now):
        return True
    delivery = session.scalars(
        select(WebhookDelivery)
        .where(WebhookDelivery.endpoint_id == endpoint.id, WebhookDelivery.message_id == message.id)
        .with_for_update(key_share=True)
    ).one()
    if delivery.state == "failed" or (delivered and delivery.state == "delivered"):
        _again(session, delivery, now)
        return True
    return False
