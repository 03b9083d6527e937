"""Who looks at a page: the same people and rights as behind the API, sent to sign in when nobody is known."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Request
from starlette.datastructures import FormData

from app.kit.auth import Principal
from app.kit.errors import WaslError
from app.kit.web import principal_of

MOST_FIELDS = 2000  # forty lines of an offer with all that can be ticked
HOME_OF_ROLE = {
    "dispatcher": "/day",
    "network_admin": "/day",
    "donor_staff": "/offers/new",
    "organisation_admin": "/offers",
}


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


def home_of(role: str | None, organisation_kind: str | None = None) -> str:
    """The page that somebody with this role in such an organisation needs most."""
    if role == "organisation_admin" and organisation_kind == "food_bank":
        return "/arrivals"
    return HOME_OF_ROLE.get(role or "", "/offers")


async def form_of(request: Request) -> AsyncIterator[FormData]:
    """What a form sent, for pages that run in a thread; its files are closed afterwards."""
    async with request.form(max_fields=MOST_FIELDS) as sent:
        yield sent


Sent = Annotated[FormData, Depends(form_of)]
