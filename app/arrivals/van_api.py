"""HTTP for links to the page of a site and day, and that page as JSON."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Request, Response
from sqlalchemy.orm import Session

from app.arrivals import links
from app.arrivals.van_page import VanPage, van_page
from app.arrivals.van_schemas import GivenVanLinkOut, VanLinkIn, VanLinkOut, VanPageOut
from app.kit.idempotency import Answer
from app.kit.web import PROBLEMS, ApiRoute, Caller, Problem, answer, database_of, now_of

router = APIRouter(prefix="/api/v1", route_class=ApiRoute, tags=["arrivals"], responses=PROBLEMS)
public = APIRouter(prefix="/api/v1", route_class=ApiRoute, tags=["arrivals"])


@router.post("/sites/{site_id}/van-links", status_code=201, response_model=GivenVanLinkOut)
def give_van_link(call: Caller, site_id: UUID, wish: VanLinkIn) -> Response:
    """Give the link to a page that needs no account: when the van comes to the site on a day, and with what. The same
    link for everybody who asks, until the day is over or somebody takes it back."""

    def verb(session: Session) -> Answer:
        link, token = links.give_link(session, call.principal, site_id, wish.service_date, call.now)
        shown = VanLinkOut.model_validate(link).model_dump()
        made = answer(GivenVanLinkOut.model_validate({**shown, "url": url_of(call.request, token)}), 201)
        return Answer(made.status, made.body, made.headers, kept={**made.body, "url": None})

    return call.once(wish, verb)


@router.delete("/van-links/{link_id}", status_code=204)
def end_van_link(call: Caller, link_id: UUID) -> Response:
    """Take a link back: its page is gone on the next request. Who asks then is given another."""
    call.read(lambda session: links.end_link(session, call.principal, link_id, call.now))
    return Response(status_code=204)


@public.get(
    "/van/{token}",
    responses={404: PROBLEMS[404], 429: {"model": Problem, "description": "Too many tries; wait for Retry-After"}},
)
def read_van_page(request: Request, response: Response, token: Annotated[str, Path(max_length=200)]) -> VanPageOut:
    """What the page of a site and day shows; whoever knows the token may read it."""
    response.headers.update(links.PRIVATE)
    return VanPageOut.of(opened_page(request, token))


def opened_page(request: Request, token: str) -> VanPage:
    """What is behind a token now; raises `not_found` and `too_many_attempts`."""
    database, now = database_of(request), now_of(request)
    address = request.client.host if request.client else ""
    return van_page(database, links.open_link(database, token, address, now), now)


def url_of(request: Request, token: str) -> str:
    """The whole address of a page."""
    base = request.app.state.settings.base_url or str(request.base_url)
    return f"{base.rstrip('/')}{links.page_of(token)}"
