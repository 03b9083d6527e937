"""One line of JSON for each request, and an id by which people and logs can speak of it. Nothing secret: the route's
pattern instead of the address, ids instead of names, the kind and place of a failure instead of its message."""

import contextlib
import logging
import re
import sys
import time
import traceback
from typing import Any, TextIO
from uuid import uuid4

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.kit.auth import Principal
from app.kit.errors import internal
from app.kit.language import LANGUAGES, PlainLanguage, asked_language, headers_of
from app.kit.web import problem_response

REQUEST_ID = "X-Request-Id"
_LOOKS_LIKE_ONE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{7,63}")
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
# Other names are somebody's invention and may hold anything.
OTHER_METHOD = "OTHER"
NO_ROUTE = "none"
log = structlog.get_logger("wasl.request")


def configure_logging(stream: TextIO | None = None) -> None:
    """Logs as lines of JSON on standard error, with the id of the request that they belong to."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(ensure_ascii=True),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(stream or sys.stderr),
        cache_logger_on_first_use=False,
    )


def request_id_of(given: str | None) -> str:
    """The caller's id where it looks like one, else a new one."""
    if given is not None and _LOOKS_LIKE_ONE.fullmatch(given):
        return given
    return uuid4().hex


class RequestLog:
    """Wraps the application: gives each request its id, answers what nobody foresaw, writes the line at the end."""

    def __init__(self, app: ASGIApp, *, lines: bool = True) -> None:
        self._app, self._lines = app, lines

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = request_id_of(Headers(scope=scope).get(REQUEST_ID))
        scope.setdefault("state", {})["request_id"] = request_id
        begun, status = time.perf_counter(), 0

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[REQUEST_ID] = request_id
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                await self._app(scope, receive, sending)
            except Exception as error:
                log.error("unforeseen", error=kind_of(error), at=places_of(error))
                if status:
                    raise
                await unforeseen(request_id, scope)(scope, receive, sending)
            finally:
                if self._lines:
                    log.info("request", **line_of(scope, status, time.perf_counter() - begun))


def unforeseen(request_id: str, scope: Scope) -> ASGIApp:
    """The answer to what nobody foresaw: nothing of our insides but the id to ask for, in the reader's language."""
    error, language = internal(), LANGUAGES[0]
    with contextlib.suppress(Exception):  # whatever is broken may break this too: then it is said in English
        asked = asked_language(Request(scope))
        error, language = PlainLanguage(asked).told(error), asked
    response = problem_response(error, request_id)
    response.headers.update(headers_of(language))
    return response


def line_of(scope: Scope, status: int, seconds: float) -> dict[str, Any]:
    """What is written of a request."""
    principal = scope["state"].get("principal")
    known: dict[str, str | None] = {"actor_kind": None, "actor_id": None, "network_id": None}
    if isinstance(principal, Principal):
        known = {
            "actor_kind": principal.kind,
            "actor_id": str(principal.actor),
            "network_id": str(principal.network_id),
        }
    method = scope["method"] if scope["method"] in _METHODS else OTHER_METHOD
    return {
        "method": method,
        "route": route_of(scope),
        "status": status,
        "milliseconds": round(seconds * 1000, 1),
        **known,
    }


def route_of(scope: Scope) -> str:
    """The pattern of the address, such as "/drive/{token}"; never the address itself."""
    path = getattr(scope.get("route"), "path", None)
    return path if isinstance(path, str) else NO_ROUTE


def kind_of(error: BaseException) -> str:
    """What kind of failure, with the database's own code where it has one; no message, which may hold values."""
    code = getattr(getattr(error, "orig", None), "sqlstate", None)
    name = f"{type(error).__module__}.{type(error).__qualname__}"
    return f"{name} {code}" if code else name


def places_of(error: BaseException) -> list[str]:
    """Where in the code it happened, the innermost last."""
    frames = traceback.extract_tb(error.__traceback__)[-12:]
    return [f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno} {frame.name}" for frame in frames]
