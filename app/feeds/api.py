"""HTTP for calendar feeds: their making and revoking, and the secret addresses that calendars subscribe to."""

import hashlib
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header, Path, Request, Response
from sqlalchemy.orm import Session

from app.feeds import days, service
from app.feeds.calendar import calendar
from app.feeds.mine import end_mine, give_mine
from app.feeds.schemas import FeedIn, FeedOut, MyCalendarOut, NewFeedOut
from app.feeds.service import language_of_person
from app.kit.idempotency import Answer
from app.kit.language import PlainLanguage
from app.kit.web import PROBLEMS, ApiRoute, Caller, Cursor, Limit, answer, database_of, now_of
from app.kit.wire import PageOut

MY_TITLE = "My tasks"
router = APIRouter(prefix="/api/v1/feeds", route_class=ApiRoute, tags=["calendar feeds"], responses=PROBLEMS)
mine = APIRouter(prefix="/api/v1/me/calendar", route_class=ApiRoute, tags=["calendar feeds"], responses=PROBLEMS)
calendars = APIRouter(prefix="/feeds", route_class=ApiRoute, tags=["calendar feeds"])


@router.post("", status_code=201, response_model=NewFeedOut)
def make_calendar_feed(call: Caller, wish: FeedIn) -> Response:
    """Make a secret address of a site's or a driver's days, for any calendar to subscribe to. It is shown this once."""

    def verb(session: Session) -> Answer:
        feed, secret = service.make_feed(session, call.principal, wish, call.now)
        url = address_of_feed(call.request, secret)
        made = answer(NewFeedOut.model_validate({**FeedOut.model_validate(feed).model_dump(), "url": url}), 201)
        return Answer(made.status, made.body, made.headers, kept={**made.body, "url": None})

    return call.once(wish, verb)


@router.get("")
def list_calendar_feeds(
    call: Caller,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> PageOut[FeedOut]:
    """Your organisation's feeds, oldest first, without their addresses."""

    def query(session: Session) -> PageOut[FeedOut]:
        page = service.list_feeds(session, call.principal, cursor=cursor, limit=limit)
        return PageOut(items=[FeedOut.model_validate(row) for row in page.items], next_cursor=page.next_cursor)

    return call.read(query)


@router.delete("/{feed_id}", status_code=204)
def revoke_calendar_feed(call: Caller, feed_id: UUID) -> Response:
    """Close a feed's address: it is dead on the next request."""
    call.read(lambda session: service.revoke_feed(session, call.principal, feed_id, call.now))
    return Response(status_code=204)


@mine.post("", status_code=201, response_model=MyCalendarOut)
def give_my_calendar(call: Caller) -> Response:
    """A private address of the tasks and shifts that you have taken, for any calendar to subscribe to: made where there
    is none, else the one that stands."""

    def verb(session: Session) -> Answer:
        title = PlainLanguage(language_of_person(session, call.principal)).said(MY_TITLE)
        feed, token = give_mine(session, call.principal, title, call.now)
        url = address_of_feed(call.request, token)
        shown = MyCalendarOut(url=url, language=feed.language, created_at=feed.created_at)
        made = answer(shown, 201)
        return Answer(made.status, made.body, made.headers, kept={**made.body, "url": ""})

    return call.once(None, verb)


@mine.delete("", status_code=204)
def end_my_calendar(call: Caller) -> Response:
    """Close the address of your calendar: it is dead on the next request. Ask again, and you get another one."""
    call.read(lambda session: end_mine(session, call.principal, call.now))
    return Response(status_code=204)


def address_of_feed(request: Request, token: str) -> str:
    """The whole address of a calendar."""
    base = request.app.state.settings.base_url or str(request.base_url)
    return f"{base.rstrip('/')}/feeds/{token}.ics"


class CalendarResponse(Response):
    """An iCalendar document."""

    media_type = "text/calendar; charset=utf-8"


@calendars.get(
    "/{token}.ics",
    response_class=CalendarResponse,
    responses={
        200: {"content": {"text/calendar": {"schema": {"type": "string"}}}},
        304: {"description": "Nothing has changed since"},
        404: PROBLEMS[404],
    },
)
def read_calendar(
    request: Request,
    token: Annotated[str, Path(max_length=200)],
    if_none_match: Annotated[str | None, Header(description="The ETag of the answer before")] = None,
) -> Response:
    """The calendar behind a secret address; whoever knows the address may read it."""
    database = database_of(request)
    feed = service.open_feed(database, token)
    found = days.happenings(database, feed, now_of(request).date())
    document = calendar(found, feed.name, days.network_name(database, feed), PlainLanguage(feed.language))
    tag = f'"{hashlib.sha256(document).hexdigest()[:32]}"'
    headers = {
        "ETag": tag,
        "Cache-Control": "private, max-age=300",
        "Referrer-Policy": "no-referrer",
        "Content-Language": feed.language,
    }
    if if_none_match is not None and tag in [each.strip().removeprefix("W/") for each in if_none_match.split(",")]:
        return Response(status_code=304, headers=headers)
    return CalendarResponse(document, headers=headers)
