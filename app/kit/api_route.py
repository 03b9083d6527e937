"""An operation of the API: strict about what it is asked, the same about pages, tables, tags and headers everywhere."""

import asyncio
import hashlib
import json
import re
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from inspect import signature
from types import NoneType, UnionType
from typing import Annotated, Any, ClassVar, Literal, Union, get_args, get_origin
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Depends, Header, Query, Request, Response, params
from fastapi.dependencies.utils import get_flat_params
from fastapi.responses import StreamingResponse
from fastapi.routing import APIRoute
from pydantic import BaseModel

from app.kit import tables
from app.kit.errors import FieldError, WaslError, invalid_request
from app.kit.paging import LARGEST_PAGE
from app.kit.wire import PageOut

Handle = Callable[[Request], Coroutine[Any, Any, Response]]
TAG_LETTERS = 24
_WHOLE = re.compile(r"-?[0-9]{1,18}", re.ASCII)


def _key_header(
    idempotency_key: Annotated[
        str | None, Header(max_length=255, description="The same key gets the first answer again")
    ] = None,
) -> None:
    """Says in the API's description that the header is heeded; a call reads it itself."""


def _version_header(
    if_match: Annotated[str | None, Header(description="The version, from ETag, that a change was made from")] = None,
) -> None:
    """Says in the API's description that the header is heeded; a call reads it itself."""


def _format_parameter(
    format_: Annotated[
        Literal["json", "csv", "xlsx"] | None,
        Query(alias="format", description="The whole list as a table, as with `Accept`; for links"),
    ] = None,
) -> None:
    """Says in the API's description that a list can be had as a table."""


TAKES_KEY, TAKES_VERSION, TAKES_FORMAT = Depends(_key_header), Depends(_version_header), Depends(_format_parameter)


class StrictRoute(APIRoute):
    """An operation of the API.

    What nobody knows is an error, not a guess: a query parameter of another name, `limit=1.0`, a body that does not
    say that it is JSON. Every POST of somebody known takes an `Idempotency-Key`, every PATCH an `If-Match` (name
    `TAKES_VERSION` among the dependencies of another operation that does). A GET answers with an ETag and heeds
    `If-None-Match`; a page has a `Link` to the next one, and can be had whole as CSV or XLSX.
    """

    caller: ClassVar[Any] = None

    def __init__(
        self,
        path: str,
        endpoint: Callable[..., Any],
        *,
        dependencies: Sequence[params.Depends] | None = None,
        methods: Any = None,
        **rest: Any,
    ) -> None:
        wanted, verbs = list(dependencies or ()), set(methods or ())
        self.row = _row_of(endpoint)
        if self._is_of_somebody(endpoint) and "POST" in verbs:
            wanted.append(TAKES_KEY)
        if self._is_of_somebody(endpoint) and "PATCH" in verbs:
            wanted.append(TAKES_VERSION)
        if self.row is not None:
            wanted.append(TAKES_FORMAT)
        # What is no id is another address, so that `/sites/bulk` is not taken for a site.
        for name, each in signature(endpoint).parameters.items():
            if each.annotation is UUID:
                path = path.replace(f"{{{name}}}", f"{{{name}:uuid}}")
        # The function's own name: generated clients call it so.
        rest["generate_unique_id_function"] = _name_of
        super().__init__(path, endpoint, dependencies=wanted, methods=methods, **rest)

    @classmethod
    def _is_of_somebody(cls, endpoint: Callable[..., Any]) -> bool:
        """Whether the operation is given the call of somebody known."""
        found = [meta for each in signature(endpoint).parameters.values() for meta in get_args(each.annotation)]
        return any(isinstance(meta, params.Depends) and meta.dependency is cls.caller for meta in found)

    def get_route_handler(self) -> Handle:
        """The operation, behind a look at what it is asked and before what every answer has."""
        handle = super().get_route_handler()
        known = {
            field.alias: field.field_info.annotation
            for field in get_flat_params(self.dependant)
            if isinstance(field.field_info, params.Query)
        }
        columns = tables.columns_of(self.row) if self.row is not None else []
        reads_json = self.body_field is not None and _is_json(self.body_field.field_info)

        async def strictly(request: Request) -> Response:
            _require_readable(request, known)
            if reads_json:
                _require_json(request)
            wanted = _format_of(request) if columns else "json"
            if wanted != "json":
                return await _whole(request, handle, columns, wanted)
            response = await handle(request)
            if columns:
                _link_next(request, response)
            return _tagged(request, response) if request.method == "GET" else response

        return strictly


def _name_of(route: APIRoute) -> str:
    return route.name


def _row_of(endpoint: Callable[..., Any]) -> type[BaseModel] | None:
    """What the rows of a list look like; None for an operation that answers no page."""
    answered = signature(endpoint).return_annotation
    if not (isinstance(answered, type) and issubclass(answered, PageOut)):
        return None
    row: type[BaseModel] = answered.__pydantic_generic_metadata__["args"][0]
    return row


# ---- what is asked -------------------------------------------------------------------------------------------------


def _require_readable(request: Request, known: Mapping[str, Any]) -> None:
    """Raise `invalid_request` for a parameter that nobody knows, that comes twice or that is not what it should be."""
    errors = [
        FieldError(f"/{name}", "This text has a character that cannot be kept; write it again.", "unstorable_text")
        for name, value in (*request.path_params.items(), *request.query_params.multi_items())
        if "\0" in str(value)
    ]
    for name in sorted(set(request.query_params)):
        if name not in known:
            errors.append(FieldError(f"/{name}", "There is no query parameter of this name.", "unknown_parameter"))
        elif found := _misfit(request.query_params.getlist(name), _plain_type(known[name])):
            errors.append(FieldError(f"/{name}", found, "invalid_parameter"))
    if errors:
        raise invalid_request(errors)


def _plain_type(annotation: Any) -> Any:
    """The type of a parameter without its null and its constraints."""
    while True:
        if get_origin(annotation) is Annotated:
            annotation = get_args(annotation)[0]
        elif get_origin(annotation) in (Union, UnionType):
            some = [each for each in get_args(annotation) if each is not NoneType]
            if len(some) != 1:
                return None
            annotation = some[0]
        else:
            return get_origin(annotation) or annotation


def _misfit(values: Sequence[str], kind: Any) -> str | None:
    if kind not in (list, set, tuple, frozenset) and len(values) > 1:
        return "Give this parameter once."
    if kind is int and not _WHOLE.fullmatch(values[0]):
        return "This is not a whole number."
    if kind is bool and values[0] not in ("true", "false"):
        return "Write true or false."
    return None


def _is_json(body: Any) -> bool:
    """Whether a body is declared as JSON, and not as a form or a file."""
    return getattr(body, "media_type", "application/json") == "application/json"


def _require_json(request: Request) -> None:
    """Raise `wrong_content_type` (415) for a body that does not say that it is JSON."""
    if request.headers.get("Content-Length", "0") == "0" and "Transfer-Encoding" not in request.headers:
        return
    named = request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if named != "application/json" and not (named.startswith("application/") and named.endswith("+json")):
        sentence = "Send the body as JSON, with Content-Type: application/json."
        raise WaslError(sentence, "wrong_content_type", 415, "Not JSON", headers={"Accept": "application/json"})


# ---- pages and tables ----------------------------------------------------------------------------------------------


def _format_of(request: Request) -> str:
    """How a list is wanted: what `format` says, else what `Accept` likes best; JSON where neither says."""
    named = request.query_params.get("format")
    if named is not None:
        return named if named in ("csv", "xlsx") else "json"  # another word is the operation's to refuse
    liked = {"json": 0.0, "csv": 0.0, "xlsx": 0.0}
    media = {"json": "application/json", "csv": tables.CSV, "xlsx": tables.XLSX}
    for part in request.headers.get("Accept", "*/*").split(","):
        kind, _, rest = part.partition(";")
        for name, full in media.items():
            if kind.strip().lower() == full:
                liked[name] = max(liked[name], _weight(rest))
    best = max(liked, key=lambda name: liked[name])  # the first of equals: JSON
    return best if liked[best] else "json"


def _weight(parameters: str) -> float:
    found = re.search(r"\bq\s*=\s*([01](?:\.\d{0,3})?)\s*(?:;|$)", parameters)
    return float(found[1]) if found else 1.0


async def _whole(request: Request, handle: Handle, columns: Sequence[tables.Column], wanted: str) -> Response:
    """All rows of a list as a table. The first page is read before the answer begins, so that errors are answers."""
    asked = [(name, value) for name, value in request.query_params.multi_items() if name not in _OF_PAGES]
    if set(request.query_params) & {"cursor", "limit"}:
        await handle(request)  # they make no difference here, and are refused like anywhere if they do not fit
    noun = [part for part in request.url.path.split("/") if part][-1]
    pages = _pages(request, handle, asked)
    first = await anext(pages)
    name = f"wasl-{noun}-{request.app.state.clock():%Y-%m-%d}.{wanted}"
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "private, no-store",
        "Vary": "Accept",
    }
    if wanted == "csv":
        media = f"{tables.CSV}; charset=utf-8"
        return StreamingResponse(_as_csv(columns, first, pages), media_type=media, headers=headers)
    file = await _as_xlsx(noun, columns, first, pages)
    return StreamingResponse(tables.chunks(file), media_type=tables.XLSX, headers=headers)


_OF_PAGES = ("cursor", "limit", "format")


async def _pages(request: Request, handle: Handle, asked: list[tuple[str, str]]) -> AsyncIterator[list[Any]]:
    """Page after page, each asked for as a caller would; the last one is cut where a table has its most rows."""
    cursor, count = None, 0
    while True:
        query = [*asked, ("limit", str(LARGEST_PAGE)), *([("cursor", cursor)] if cursor else [])]
        response = await handle(Request({**request.scope, "query_string": urlencode(query).encode()}, request.receive))
        found = json.loads(bytes(response.body))
        yield found["items"][: tables.MOST_ROWS - count]
        count += len(found["items"])
        cursor = found["next_cursor"]
        if cursor is None or count >= tables.MOST_ROWS:
            if cursor is not None or count > tables.MOST_ROWS:
                yield [tables.CUT_SHORT]
            return


async def _as_csv(
    columns: Sequence[tables.Column], first: list[Any], rest: AsyncIterator[list[Any]]
) -> AsyncIterator[bytes]:
    yield tables.csv_head(columns) + tables.csv_rows(columns, first)
    async for rows in rest:
        if rows == [tables.CUT_SHORT]:
            yield tables.csv_note(tables.CUT_SHORT)
        else:
            yield await asyncio.to_thread(tables.csv_rows, columns, rows)


async def _as_xlsx(
    noun: str, columns: Sequence[tables.Column], first: list[Any], rest: AsyncIterator[list[Any]]
) -> Any:
    sheet = tables.Sheet(noun, columns)
    await asyncio.to_thread(sheet.add, first)
    async for rows in rest:
        if rows == [tables.CUT_SHORT]:
            sheet.note(tables.CUT_SHORT)
        else:
            await asyncio.to_thread(sheet.add, rows)
    return await asyncio.to_thread(sheet.finished)


def _link_next(request: Request, response: Response) -> None:
    """The next page's address, for readers that follow `Link`."""
    response.headers["Vary"] = "Accept"
    cursor = json.loads(bytes(response.body)).get("next_cursor") if response.status_code == 200 else None
    if cursor is not None:
        query = [(name, value) for name, value in request.query_params.multi_items() if name != "cursor"]
        address = f"{request.url.path}?{urlencode([*query, ('cursor', cursor)])}"
        response.headers["Link"] = f'<{address}>; rel="next"'


# ---- tags ----------------------------------------------------------------------------------------------------------


def _tagged(request: Request, response: Response) -> Response:
    """The answer with an entity tag, its version's or its content's; 304 for whoever has that one already."""
    body = getattr(response, "body", None)
    if response.status_code != 200 or not isinstance(body, bytes):
        return response
    tag = response.headers.get("ETag") or f'W/"{hashlib.sha256(body).hexdigest()[:TAG_LETTERS]}"'
    response.headers["ETag"] = tag
    response.headers.setdefault("Cache-Control", "private, no-cache")
    held = [each.strip().removeprefix("W/") for each in request.headers.get("If-None-Match", "").split(",")]
    if tag.removeprefix("W/") not in held and "*" not in held:
        return response
    kept = {name: value for name, value in response.headers.items() if name in _OF_UNCHANGED}
    return Response(status_code=304, headers=kept)


_OF_UNCHANGED = ("etag", "cache-control", "vary", "link")
