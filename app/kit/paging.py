"""Pages by cursor: stable while rows are added, opaque to the caller."""

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, tuple_
from sqlalchemy.orm import InstrumentedAttribute

from app.kit.errors import FieldError, invalid_request

LARGEST_PAGE = 200


@dataclass(frozen=True)
class Page[T]:
    """One page of rows and the cursor of the next; None on the last."""

    items: list[T]
    next_cursor: str | None


def after[T](
    query: Select[T],
    at: InstrumentedAttribute[datetime],
    identity: InstrumentedAttribute[UUID],
    cursor: str | None,
    limit: int,
) -> Select[T]:
    """`query`, oldest first, from behind `cursor`, with one row more than a page to see whether another follows."""
    if cursor is not None:
        moment, last = _read(cursor)
        query = query.where(tuple_(at, identity) > (moment, last))
    return query.order_by(at, identity).limit(limit + 1)


def page_of[T](rows: list[T], limit: int, at: str = "created_at") -> Page[T]:
    """The rows of one page out of what `after` found."""
    if len(rows) <= limit:
        return Page(rows, None)
    last: Any = rows[limit - 1]
    return Page(rows[:limit], _write(getattr(last, at), last.id))


def _write(moment: datetime, identity: UUID) -> str:
    return base64.urlsafe_b64encode(json.dumps([moment.isoformat(), str(identity)]).encode()).decode()


def _read(cursor: str) -> tuple[datetime, UUID]:
    try:
        moment, identity = json.loads(base64.urlsafe_b64decode(cursor.encode()))
        return datetime.fromisoformat(moment), UUID(identity)
    except (ValueError, TypeError, AttributeError, binascii.Error) as error:
        raise invalid_request([FieldError("/cursor", "This cursor is not one that we gave out.")]) from error
