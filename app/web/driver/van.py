"""When the van comes, for whoever stands at the door: a page behind a link that needs no account."""

from datetime import date
from typing import Annotated
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Form, Request, Response

from app.arrivals import links
from app.arrivals.van_page import van_page
from app.domain.van_page import ARRIVALS_THAT_SAY_SOMETHING, KINDS
from app.kit.web import database_of, now_of
from app.people.sign_in_api import address_of
from app.web.driver.van_words import in_words
from app.web.language import language_of
from app.web.rendering import render, see_other
from app.web.visitor import Visitor

router = APIRouter(include_in_schema=False)
LOOKS_AGAIN_SECONDS = 60  # the page asks again by itself; the job that works arrivals out looks as often


@router.get("/van/{token}")
def show(request: Request, token: str) -> Response:
    """The present truth of a place and day."""
    database, now = database_of(request), now_of(request)
    page = van_page(database, links.open_link(database, token, address_of(request), now), now)
    zone, language = ZoneInfo(page.time_zone), language_of(request)
    response = render(
        request,
        "van.html",
        demonstration=page.demonstration,
        page=page,
        zone=zone,
        visits=[in_words(each, page.now, zone, language) for each in page.visits],
        kinds=KINDS,
        says_something=page.error is not None and page.error.arrivals >= ARRIVALS_THAT_SAY_SOMETHING,
        looks_again=LOOKS_AGAIN_SECONDS,
    )
    response.headers.update(links.PRIVATE)
    return response


@router.post("/van-links")
def give(
    request: Request, visitor: Visitor, site_id: Annotated[UUID, Form()], day: Annotated[date, Form()]
) -> Response:
    """On to the page of a place and day: its address is what is passed on."""
    with database_of(request).transaction(visitor.scope) as session:
        _, token = links.give_link(session, visitor, site_id, day, now_of(request))
    return see_other(links.page_of(token))
