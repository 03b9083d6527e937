"""Many at once, all or nothing: the body, the answer, and errors that point at the item they are about."""

from collections.abc import Callable, Sequence
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from app.kit.errors import FieldError, WaslError
from app.kit.web import Body

MOST_AT_ONCE = 200


class BulkIn[T: BaseModel](Body):
    """Up to 200 at once: all are taken, or none."""

    # Of sites, of vehicles: each has its words in the API's description, as a page has.
    model_config = ConfigDict(json_schema_extra={"description": "Up to 200 at once: all are taken, or none."})

    items: Annotated[list[T], Field(min_length=1, max_length=MOST_AT_ONCE)]


class BulkOut[T: BaseModel](BaseModel):
    """What became of each, in the order that they were sent."""

    model_config = ConfigDict(
        json_schema_extra={"description": "What became of each, in the order that they were sent."}
    )

    items: list[T]


def each[In, Out](session: Session, items: Sequence[In], verb: Callable[[In], Out], at: str = "/items") -> list[Out]:
    """`verb` on each item; when some are refused, one error names them all, and the caller's transaction ends.

    Each item runs in a savepoint, so that one that the database refuses does not hide the errors of those behind it.
    """
    done: list[Out] = []
    refusals: list[WaslError] = []
    for place, item in enumerate(items):
        try:
            with session.begin_nested():
                done.append(verb(item))
        except WaslError as error:
            if error.status in (401, 403) or error.status >= 500:
                raise
            refusals.append(prefixed(error, f"{at}/{place}"))
    if refusals:
        raise _together(refusals)
    return done


def prefixed(error: WaslError, pointer: str) -> WaslError:
    """The same error about a part of a larger body: `/name` becomes `/items/3/name`."""
    fields = error.errors or [FieldError("", error.detail, error.code, error.words, error.template)]
    errors = [FieldError(pointer + each.pointer, each.detail, each.code, each.words, each.template) for each in fields]
    return WaslError(
        error.detail, error.code, error.status, error.title, errors, error.headers, error.words, error.template
    )


def _together(refusals: Sequence[WaslError]) -> WaslError:
    """The first refusal, with the fields of all."""
    first = refusals[0]
    errors = [field for refusal in refusals for field in refusal.errors]
    return WaslError(
        first.detail, first.code, first.status, first.title, errors, first.headers, first.words, first.template
    )
