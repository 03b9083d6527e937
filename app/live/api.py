"""HTTP for the live view: a stream of server-sent events, and the same as pages."""

import asyncio
import time
from collections.abc import AsyncIterable, Iterator
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Query
from fastapi.sse import EventSourceResponse, ServerSentEvent
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool

from app.kit.auth import Principal
from app.kit.web import PROBLEMS, ApiRoute, Call, Caller, Limit, Problem, now_of, presented_secret
from app.kit.wire import Instant, PageOut
from app.live import service
from app.live.places import Places
from app.live.schemas import MessageOut
from app.live.service import Wish
from app.live.watch import Watch
from app.models.system import OutboxMessage

router = APIRouter(prefix="/api/v1/events", route_class=ApiRoute, tags=["live view"], responses=PROBLEMS)
LEAST_SECONDS = 0.5  # between two readings of one stream: what comes thick and fast is told on together
PATIENCE_SECONDS = 5.0  # then it is asked again who listens, whether there is news or not
LONGEST_SECONDS = 3600  # then the client comes back by itself, with the id of the last message that it heard
RETRY_MILLISECONDS = 3000
Kinds = Annotated[list[str] | None, Query(max_length=60, description="Only these kinds, or families such as `food.*`")]
Since = Annotated[Instant | None, Query(description="What happened from then on")]


@dataclass(frozen=True)
class Listener:
    """Somebody who has a place, and where the listening begins."""

    call: Call
    secret: str
    position: int
    wish: Wish
    watch: Watch

    @property
    def network(self) -> UUID:
        """Whose news it waits for."""
        return self.call.principal.network_id

    def look(self, position: int) -> list[OutboxMessage] | None:
        """What came behind `position`; None when this caller may not listen any more."""
        return service.news(self.call.database, self.secret, now_of(self.call.request), position, self.wish)


def _listener(
    call: Caller,
    last_event_id: Annotated[str | None, Header(description="The id of the last message that was heard")] = None,
    since: Since = None,
    kind: Kinds = None,
) -> Iterator[Listener]:
    """A place among the listeners, given back when the stream ends, however it ends."""
    wish = Wish(last_event_id, since, tuple(kind or ()))
    principal: Principal = call.principal
    places: Places = call.request.app.state.live_places
    position = call.read(lambda session: service.beginning(session, principal, wish))
    with places.taken(principal.organisation_id):
        watch: Watch = call.request.app.state.live_watch
        yield Listener(call, presented_secret(call.request) or "", position, wish, watch)


@router.get(
    "",
    response_class=EventSourceResponse,
    responses={429: {"model": Problem, "description": "Too many are listening already"}},
)
async def listen_to_events(listener: Annotated[Listener, Depends(_listener)]) -> AsyncIterable[ServerSentEvent]:
    """What you may hear of, as it happens: server-sent events without a name, each a message as in the list.

    Begins with what came after `Last-Event-ID`, which browsers send by themselves when they come back; without it
    with what happened since `since`, or else from now on. Ends when the key, session or account is revoked.
    """
    yield ServerSentEvent(comment="listening", retry=RETRY_MILLISECONDS)
    position, until = listener.position, time.monotonic() + LONGEST_SECONDS
    while time.monotonic() < until:
        seen, read_at = listener.watch.newest(listener.network), time.monotonic()
        found = await run_in_threadpool(listener.look, position)
        if found is None:
            return
        for message in found:
            shown = service.message_out(message)
            yield ServerSentEvent(id=shown.id, raw_data=shown.model_dump_json())
            position = message.position or position
        if len(found) < service.AT_ONCE:
            await listener.watch.beyond(listener.network, max(seen, position), PATIENCE_SECONDS)
            await asyncio.sleep(max(0.0, read_at + LEAST_SECONDS - time.monotonic()))


@router.get("/list")
def list_events(
    call: Caller,
    since: Since = None,
    kind: Kinds = None,
    cursor: Annotated[str | None, Query(max_length=300, description="Also the id of a message")] = None,
    limit: Limit = 50,
) -> PageOut[MessageOut]:
    """The same messages as pages, in the order in which they became true."""
    wish = Wish(cursor, since, tuple(kind or ()))

    def query(session: Session) -> PageOut[MessageOut]:
        page = service.list_messages(session, call.principal, wish, limit=limit)
        return PageOut(items=[service.message_out(row) for row in page.items], next_cursor=page.next_cursor)

    return call.read(query)
