"""HTTP for webhooks."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Response
from sqlalchemy.orm import Session

from app.kit.idempotency import Answer
from app.kit.web import PROBLEMS, TAKES_VERSION, ApiRoute, Caller, Cursor, Limit, answer, path_of
from app.kit.wire import Instant, PageOut
from app.models.webhooks import WebhookEndpoint
from app.webhooks import service
from app.webhooks.addresses import Guard
from app.webhooks.schemas import (
    DeliveryOut,
    EndpointChange,
    EndpointIn,
    EndpointOut,
    ReplayOut,
    ReplayWish,
    SecretOut,
)

router = APIRouter(prefix="/api/v1/webhooks", route_class=ApiRoute, tags=["webhooks"], responses=PROBLEMS)


def _guard(call: Caller) -> Guard:
    guard: Guard = call.request.app.state.webhook_guard
    return guard


def _with_secret(made: tuple[WebhookEndpoint, str], status: int) -> Answer:
    """The secret goes out once; what is kept for the same request again has none."""
    endpoint, secret = made
    shown = {**EndpointOut.model_validate(endpoint).model_dump(), "secret": secret}
    found = answer(
        SecretOut.model_validate(shown), status, location=path_of("webhooks", endpoint.id), version=endpoint.version
    )
    return Answer(found.status, found.body, found.headers, kept={**found.body, "secret": None})


@router.post("", status_code=201, response_model=SecretOut)
def add_webhook_endpoint(call: Caller, wish: EndpointIn) -> Response:
    """Name an address that messages are posted to. The secret that signs them is in this answer and in no other."""
    service.look_up(call.principal, _guard(call), wish.url)

    def verb(session: Session) -> Answer:
        return _with_secret(service.add_endpoint(session, call.principal, wish, call.now), 201)

    return call.once(wish, verb)


@router.get("")
def list_webhook_endpoints(call: Caller, cursor: Cursor = None, limit: Limit = 50) -> PageOut[EndpointOut]:
    """Your organisation's endpoints, oldest first."""

    def query(session: Session) -> PageOut[EndpointOut]:
        page = service.list_endpoints(session, call.principal, cursor=cursor, limit=limit)
        return PageOut(items=[EndpointOut.model_validate(row) for row in page.items], next_cursor=page.next_cursor)

    return call.read(query)


@router.get("/{endpoint_id}")
def get_webhook_endpoint(call: Caller, endpoint_id: UUID) -> EndpointOut:
    """One endpoint, with its version as ETag."""
    return call.show(EndpointOut, lambda session: service.get_endpoint(session, call.principal, endpoint_id))


@router.patch("/{endpoint_id}")
def change_webhook_endpoint(call: Caller, endpoint_id: UUID, change: EndpointChange) -> EndpointOut:
    """Change an endpoint, from the version in If-Match; `state` `active` brings a disabled one back."""
    version = call.expected_version()
    if change.url is not None:
        service.look_up(call.principal, _guard(call), change.url)
    return call.show(
        EndpointOut,
        lambda session: service.change_endpoint(session, call.principal, endpoint_id, change, version, call.now),
    )


@router.delete("/{endpoint_id}", status_code=204, dependencies=[TAKES_VERSION])
def delete_webhook_endpoint(call: Caller, endpoint_id: UUID) -> Response:
    """Delete an endpoint with the record of its deliveries, from the version in If-Match."""
    version = call.expected_version()
    call.read(lambda session: service.delete_endpoint(session, call.principal, endpoint_id, version, call.now))
    return Response(status_code=204)


@router.post("/{endpoint_id}/rotate", response_model=SecretOut)
def rotate_webhook_secret(call: Caller, endpoint_id: UUID) -> Response:
    """A new secret, in this answer and in no other; the old one signs beside it for 24 hours."""
    return call.once(
        None, lambda session: _with_secret(service.rotate(session, call.principal, endpoint_id, call.now), 200)
    )


@router.post("/{endpoint_id}/test", status_code=202, response_model=EndpointOut)
def test_webhook_endpoint(call: Caller, endpoint_id: UUID) -> Response:
    """Have a message of the kind `webhook.test` sent; look at the endpoint's deliveries for what came of it."""

    def verb(session: Session) -> Answer:
        return answer(EndpointOut.model_validate(service.try_out(session, call.principal, endpoint_id, call.now)), 202)

    return call.once(None, verb)


@router.get("/{endpoint_id}/deliveries")
def list_webhook_deliveries(
    call: Caller,
    endpoint_id: UUID,
    state: Annotated[Literal["pending", "delivered", "failed"] | None, Query()] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> PageOut[DeliveryOut]:
    """What was sent to an endpoint, each attempt with what came back, oldest first."""

    def query(session: Session) -> PageOut[DeliveryOut]:
        page = service.list_deliveries(session, call.principal, endpoint_id, state=state, cursor=cursor, limit=limit)
        return PageOut(items=[service.delivery_out(row) for row in page.items], next_cursor=page.next_cursor)

    return call.read(query)


@router.post("/deliveries/{delivery_id}/replay", status_code=202, response_model=DeliveryOut)
def replay_webhook_delivery(call: Caller, delivery_id: UUID) -> Response:
    """Send one message again, with the same webhook-id and the whole schedule before it."""

    def verb(session: Session) -> Answer:
        found = service.replay_delivery(session, call.principal, delivery_id, call.now)
        return answer(service.delivery_out(found), 202)

    return call.once(None, verb)


@router.post("/{endpoint_id}/replay", status_code=202, response_model=ReplayOut)
def replay_webhook_deliveries_since(
    call: Caller,
    endpoint_id: UUID,
    since: Annotated[Instant, Query(description="Messages of what happened from then on")],
    delivered: Annotated[bool, Query(description="Also those that arrived")] = False,
) -> Response:
    """Send again what happened since then and did not arrive, or was never sent because the endpoint was disabled."""

    def verb(session: Session) -> Answer:
        queued, more = service.replay_since(session, call.principal, endpoint_id, since, call.now, delivered=delivered)
        return answer(ReplayOut(queued=queued, next_since=more), 202)

    return call.once(ReplayWish(since=since, delivered=delivered), verb)
