"""The API's description, finished: what every operation has in common is said by each, as it can really come."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from app.kit.tables import CSV, XLSX

PROBLEM_JSON = "application/problem+json"
_PROBLEM = {"$ref": "#/components/schemas/Problem"}
_SENTENCES = {
    400: "The request cannot be read",
    401: "Not signed in",
    409: "Somebody else was first",
    412: "It was changed since the version in If-Match",
    413: "The body is too large",
    415: "The body is not what the operation reads",
    422: "The request does not fit, or a rule says no",
    428: "If-Match is missing",
    503: "A part that is needed does not answer",
}
_CHANGES = ("post", "put", "patch", "delete")


def describe(app: FastAPI) -> None:
    """Let the application describe itself so; made once, when it is first asked for."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = finished(
                get_openapi(
                    title=app.title, version=app.version, description=app.description, routes=app.routes, tags=None
                )
            )
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def finished(document: dict[str, Any]) -> dict[str, Any]:
    """The framework's document with the statuses that can come, problems as such, tables, tags and links."""
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            if path.startswith(("/api/", "/feeds/")):
                _finish(method, operation)
    for leftover in ("HTTPValidationError", "ValidationError"):
        document.get("components", {}).get("schemas", {}).pop(leftover, None)
    return document


def _finish(method: str, operation: dict[str, Any]) -> None:
    responses = operation["responses"]
    headers = {each["name"].lower() for each in operation.get("parameters", ()) if each["in"] == "header"}
    also = {422, 503}
    if "requestBody" in operation:
        also |= {400, 413, 415}
    if "security" in operation:
        also.add(401)
    if "idempotency-key" in headers:
        also.add(409)
    if "if-match" in headers:
        also |= {409, 412, 428}
    for status in also:
        responses.setdefault(str(status), {"description": _SENTENCES[status]})
    if method not in _CHANGES and responses.get("409", {}).get("description") == _SENTENCES[409]:
        del responses["409"]  # said of everything; a reading has it where it says itself what that means
    for status, response in responses.items():
        if status.isdigit() and int(status) >= 400:
            response["content"] = {PROBLEM_JSON: {"schema": _PROBLEM}}
    if "200" in responses:
        _finish_answer(method, responses)
    operation["responses"] = dict(sorted(responses.items()))


def _finish_answer(method: str, responses: dict[str, Any]) -> None:
    """What a reading answers besides its body."""
    answer = responses["200"]
    content = answer.get("content", {})
    if method == "get" and "text/event-stream" not in content:
        answer["headers"] = {"ETag": _header("The version, or a mark of the content; for `If-None-Match`")}
        responses["304"] = {"description": "It is what `If-None-Match` named"}
    schema = content.get("application/json", {}).get("schema", {})
    if schema.get("$ref", "").rpartition("/")[2].startswith("PageOut_"):
        answer["headers"]["Link"] = _header('The next page, `rel="next"`; none on the last')
        content[CSV] = {"schema": {"type": "string", "description": "All rows of the list, with a header row"}}
        content[XLSX] = {"schema": {"type": "string", "format": "binary", "description": "All rows of the list"}}


def _header(description: str) -> dict[str, Any]:
    return {"description": description, "schema": {"type": "string"}}
