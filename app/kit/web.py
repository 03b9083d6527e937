"""The edge of the API: who calls with which key, answers with their version, errors as problem documents."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Protocol, Self
from uuid import UUID

import orjson
from fastapi import APIRouter, Depends, FastAPI, Query, Request, Response, Security
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel, Field
from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException
from starlette.routing import Match

from app.kit.api_route import TAKES_VERSION as TAKES_VERSION
from app.kit.api_route import StrictRoute
from app.kit.auth import Principal, authenticate
from app.kit.clock import Clock
from app.kit.db import Database
from app.kit.errors import (
    WaslError,
    forbidden,
    invalid_request,
    not_signed_in,
    stale,
    version_required,
)
from app.kit.idempotency import Answer, fingerprint, once
from app.kit.misfits import field_error
from app.kit.paging import LARGEST_PAGE, LONGEST_CURSOR, Page
from app.kit.wire import Body as Body
from app.kit.wire import PageOut

SESSION_COOKIE = "wasl_session"
DRIVER_COOKIE = "wasl_drive"
LONGEST_VERSION = 9  # digits; a version is a column of 32 bits


class Problem(BaseModel):
    """An RFC 9457 problem document; `code` is stable and meant for programs, `detail` for people."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    errors: list[dict[str, str]] | None = None
    request_id: str | None = Field(default=None, description="With 5xx alone: what to tell support")


PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {"model": Problem, "description": description}
    for status, description in {
        401: "Not signed in",
        403: "Not allowed",
        404: "Not there, or another tenant's",
        409: "Somebody else was first",
        422: "The request does not fit, or a rule says no",
        503: "A part that is needed does not answer",
    }.items()
}


def database_of(request: Request) -> Database:
    """The application's database."""
    database: Database = request.app.state.database
    return database


def now_of(request: Request) -> datetime:
    """The application's clock."""
    clock: Clock = request.app.state.clock
    return clock()


def presented_secret(request: Request) -> str | None:
    """The secret of the Authorization header, or of a cookie on a request from our own pages."""
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer" and secret:
        return secret.strip()
    if request.method not in ("GET", "HEAD") and not from_own_page(request):
        return None
    return request.cookies.get(DRIVER_COOKIE if _is_drivers(request) else SESSION_COOKIE)


def _is_drivers(request: Request) -> bool:
    """Whether the address is one that a driver's link opens."""
    path = request.url.path
    return path == "/drive" or path.startswith(("/drive/", "/api/v1/driver/"))


def from_own_page(request: Request) -> bool:
    """Guards cookie-borne requests against forms of other sites, beside SameSite=Lax."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = request.headers.get("Origin")
    return origin is None or origin.partition("://")[2] == request.headers.get("Host")


# For the API's description; what is presented is read by `presented_secret`, from a cookie as well.
_bearer = HTTPBearer(auto_error=False, description="An API key, a session's token or a driver link's token")


def principal_of(
    request: Request, _: Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)] = None
) -> Principal:
    """Who is asking; raises `not_signed_in` (401), and `forbidden` (403) for a driver's link anywhere else."""
    secret = presented_secret(request)
    if secret is None:
        raise not_signed_in()
    principal = authenticate(database_of(request), secret, now_of(request))
    if principal.kind == "driver_link" and not _is_drivers(request):
        raise forbidden("A driver's link opens the route of its shift and nothing else.")
    request.state.principal = principal  # for the request's line in the log
    return principal


class AnswerResponse(JSONResponse):
    """An answer as JSON: to write a large plan's with the standard library takes milliseconds."""

    def render(self, content: Any) -> bytes:
        """What is sent."""
        return orjson.dumps(content)


class Versioned(Protocol):
    """How a row with a version is shown: a model of that row's fields."""

    version: int

    @classmethod
    def model_validate(cls, obj: Any, /) -> Self:
        """The row as it is shown."""
        ...


@dataclass(frozen=True)
class Call:
    """One request of somebody known, and the headers of what it is answered."""

    request: Request
    response: Response
    principal: Principal
    now: datetime
    key: str | None
    if_match: str | None

    @property
    def database(self) -> Database:
        """Where its transaction runs."""
        return database_of(self.request)

    def read[T](self, query: Callable[[Session], T]) -> T:
        """The answer of `query` within this principal's scope."""
        with self.database.transaction(self.principal.scope) as session:
            return query(session)

    def show[T: Versioned](self, model: type[T], verb: Callable[[Session], object]) -> T:
        """What `verb` finds or leaves behind, read as a `model` in its transaction; the ETag is its version."""
        shown = self.read(lambda session: model.model_validate(verb(session)))
        self.response.headers["ETag"] = etag(shown.version)
        return shown

    def once(self, body: BaseModel | None, verb: Callable[[Session], Answer]) -> Response:
        """Run `verb` in one transaction, committed before the answer leaves; the same key gets the first answer."""
        text = "" if body is None else json.dumps(body.model_dump(mode="json"), sort_keys=True)
        digest = fingerprint(self.request.method, self.request.url.path, text)
        answer = once(self.database, self.principal, self.key, digest, self.now, verb)
        return AnswerResponse(answer.body, answer.status, answer.headers)

    def once_shown(
        self,
        body: BaseModel | None,
        model: type[BaseModel],
        verb: Callable[[Session], Any],
        *,
        status: int = 200,
        place: str | None = None,
    ) -> Response:
        """As `once`, answered with the row that `verb` leaves behind, its version and its address under `place`."""

        def shown(session: Session) -> Answer:
            row = verb(session)
            location = None if place is None else path_of(place, row.id)
            return answer(model.model_validate(row), status, location=location, version=row.version)

        return self.once(body, shown)

    def expected_version(self) -> int:
        """The version in If-Match; raises 428 without one and 412 for one that cannot be ours."""
        if self.if_match is None:
            raise version_required()
        text = self.if_match.strip().removeprefix("W/").strip('"')
        if not (text.isascii() and text.isdigit() and len(text) <= LONGEST_VERSION):
            raise stale()
        return int(text)

    def version_if_given(self) -> int | None:
        """The version in If-Match where it is optional; None without one."""
        return None if self.if_match is None else self.expected_version()


def _call(request: Request, response: Response, principal: Annotated[Principal, Depends(principal_of)]) -> Call:
    key, if_match = (request.headers.get(name) for name in ("Idempotency-Key", "If-Match"))
    return Call(request, response, principal, now_of(request), key, if_match)


Caller = Annotated[Call, Depends(_call)]


class ApiRoute(StrictRoute):
    """An operation of the API; those that are given a `Caller` take the headers of somebody known."""

    caller = staticmethod(_call)


def add_operations(app: FastAPI, router: APIRouter) -> None:
    """The router's operations as they were made: `include_router` analyses each of them anew for every application, and
    has every request ask router after router for its operation."""
    app.router.routes.extend(router.routes)


Cursor = Annotated[
    str | None, Query(max_length=LONGEST_CURSOR, description="`next_cursor` of the page before; none: the first page")
]
Limit = Annotated[int, Query(ge=1, le=LARGEST_PAGE, description="Rows of a page")]


def page_out[T: BaseModel](model: type[T], found: Page[Any]) -> PageOut[T]:
    """A page of rows as it is shown."""
    return PageOut[model](  # type: ignore[valid-type]
        items=[model.model_validate(row) for row in found.items], next_cursor=found.next_cursor
    )


def answer(model: BaseModel, status: int = 200, *, location: str | None = None, version: int | None = None) -> Answer:
    """An answer with its place and version."""
    headers = {}
    if location is not None:
        headers["Location"] = location
    if version is not None:
        headers["ETag"] = etag(version)
    return Answer(status, model.model_dump(mode="json"), headers)


def etag(version: int) -> str:
    """A row's version as an entity tag."""
    return f'"{version}"'


def problem_response(error: WaslError, request_id: str | None = None) -> JSONResponse:
    """The error as problem+json; with a failure of ours goes the id to ask for."""
    document = error.problem()
    if error.status >= 500 and request_id is not None:
        document["request_id"] = request_id
    return JSONResponse(document, error.status, dict(error.headers), media_type="application/problem+json")


def request_id_of(request: Request) -> str | None:
    """The id that the request goes by in the log."""
    found: str | None = getattr(request.state, "request_id", None)
    return found


def install_error_handlers(app: FastAPI) -> None:
    """Every error leaves as a problem document; what nobody foresaw is answered by app.kit.request_log."""

    def known(request: Request, error: Exception) -> Response:
        assert isinstance(error, WaslError)  # noqa: S101
        return problem_response(error, request_id_of(request))

    def misfit(_: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)  # noqa: S101
        return problem_response(misfit_error(error))

    def routed(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)  # noqa: S101
        return problem_response(http_error(request, error))

    app.add_exception_handler(WaslError, known)
    app.add_exception_handler(RequestValidationError, misfit)
    app.add_exception_handler(HTTPException, routed)


def misfit_error(error: RequestValidationError) -> WaslError:
    """A request that does not fit: 400 for a body that is no JSON, else 422 with every field that does not fit."""
    if any(item["type"] == "json_invalid" for item in error.errors()):
        return WaslError("The body is not JSON.", "bad_request", 400, "Not readable")
    return invalid_request([field_error(item, error.body) for item in error.errors()])


def http_error(request: Request, error: HTTPException) -> WaslError:
    """What the framework refuses, as ours: an unknown address, another method, a body too large or unreadable."""
    sentence, code, title = _OF_FRAMEWORK.get(error.status_code, (str(error.detail), "bad_request", "Not possible"))
    headers = dict(error.headers or {})
    if error.status_code == 405:
        headers["Allow"] = ", ".join(methods_at(request))
    return WaslError(sentence, code, error.status_code, title, headers=headers)


def methods_at(request: Request) -> list[str]:
    """Every method that the address of a request takes, whichever operation it belongs to."""
    routes = request.app.router.routes
    return [
        method
        for method in ("DELETE", "GET", "HEAD", "PATCH", "POST", "PUT")
        if any(route.matches({**request.scope, "method": method})[0] is Match.FULL for route in routes)
    ]


_OF_FRAMEWORK = {
    400: ("The request could not be read.", "bad_request", "Not readable"),
    404: ("There is nothing at this address.", "not_found", "Not found"),
    405: ("This address does not take that method.", "method_not_allowed", "Not possible"),
    413: ("This is too large; send less at once.", "too_large", "Too large"),
}


def set_cookie(request: Request, response: Response, name: str, secret: str, seconds: int) -> None:
    """Keep a secret in the browser: out of reach of scripts, and of requests that other sites start."""
    secure: bool = request.app.state.settings.secure_cookies
    response.set_cookie(name, secret, max_age=seconds, httponly=True, samesite="lax", secure=secure, path="/")


def path_of(noun: str, identity: UUID) -> str:
    """The address of a thing in the API."""
    return f"/api/v1/{noun}/{identity}"
