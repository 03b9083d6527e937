"""Who looks at a page: the same people and rights as behind the API, sent to sign in when nobody is known."""

from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Annotated, Any

from fastapi import Depends, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.routing import APIRoute
from starlette.datastructures import FormData

from app.kit.auth import Principal
from app.kit.errors import WaslError
from app.kit.web import principal_of

MOST_FIELDS = 2000  # forty lines of an offer with all that can be ticked
HOME_OF_ROLE = {
    "dispatcher": "/day",
    "network_admin": "/day",
    "donor_staff": "/offers/new",
    "volunteer": "/my-tasks",
}
# Of an organisation's administrators, by what it does.
HOME_OF_KIND = {"supermarket": "/offers", "food_bank": "/arrivals"}


class SignInFirst(Exception):
    """Nobody is signed in; afterwards they come back to where they wanted to go."""


def visitor_of(request: Request) -> Principal:
    """The visitor; raises SignInFirst when nobody is known."""
    try:
        return principal_of(request)
    except WaslError as error:
        if error.status == 401:
            raise SignInFirst from error
        raise


Visitor = Annotated[Principal, Depends(visitor_of)]


class KnownFirst(APIRoute):
    """A form that may be large: who sends it is asked before its body is read, where others read it first."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The operation's own, after that."""
        handler = super().get_route_handler()

        async def known_first(request: Request) -> Response:
            await run_in_threadpool(visitor_of, request)
            return await handler(request)

        return known_first


def home_of(role: str | None, organisation_kind: str) -> str:
    """The page that somebody with this role in such an organisation needs most; else all that they may open."""
    if role == "organisation_admin":
        return HOME_OF_KIND.get(organisation_kind, "/pages")
    return HOME_OF_ROLE.get(role or "", "/pages")


async def form_of(request: Request) -> AsyncIterator[FormData]:
    """What a form sent, for pages that run in a thread; its files are closed afterwards."""
    async with request.form(max_fields=MOST_FIELDS) as sent:
        yield sent


Sent = Annotated[FormData, Depends(form_of)]
