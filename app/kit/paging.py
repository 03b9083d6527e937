"""Pages by cursor: stable while rows are added, opaque to the caller, in the order of any columns of a list."""

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.types import TypeDecorator

from app.kit.errors import FieldError, WaslError, invalid_request

LARGEST_PAGE = 200
LONGEST_CURSOR = 2000
_LARGEST_ID = 2**63 - 1


@dataclass(frozen=True)
class Page[T]:
    """One page of rows and the cursor of the next; None on the last."""

    items: list[T]
    next_cursor: str | None


class Order:
    """The columns that a list is in order by: none may be null, and together they name one row."""

    def __init__(self, *columns: InstrumentedAttribute[Any], newest_first: bool = False) -> None:
        self.columns = columns
        self.newest_first = newest_first

    def over[T](self, query: Select[T]) -> Select[T]:
        """`query` in this order."""
        return query.order_by(*(column.desc() if self.newest_first else column for column in self.columns))

    def behind[T](self, query: Select[T], cursor: str | None) -> Select[T]:
        """What of `query` follows `cursor`; raises `invalid_request` for a cursor of another list or of nobody."""
        if cursor is None:
            return query
        here, last = tuple_(*self.columns), tuple(_read(cursor, [_kind(column) for column in self.columns]))
        return query.where(here < last if self.newest_first else here > last)

    def cut[T](self, query: Select[T], cursor: str | None, limit: int) -> Select[T]:
        """What follows `cursor`, in this order, with one row more than a page: it shows whether another follows."""
        return self.over(self.behind(query, cursor)).limit(limit + 1)

    def cursor_of(self, row: Any) -> str:
        """Where the page that ends with `row` ended."""
        return _write([getattr(row, column.key) for column in self.columns])


def page[T](session: Session, query: Select[T], order: Order, cursor: str | None, limit: int) -> Page[T]:
    """One page of `query`."""
    return page_of(list(session.scalars(order.cut(query, cursor, limit))), order, limit)


def page_of[T](rows: list[T], order: Order, limit: int) -> Page[T]:
    """The rows of one page out of what `Order.cut` found."""
    return Page(rows, None) if len(rows) <= limit else Page(rows[:limit], order.cursor_of(rows[limit - 1]))


def every_row[T](read: Callable[..., Page[T]], most: int | None = None) -> list[T]:
    """The rows of a list from its beginning, page by page until `most` are there, or all are. `read` takes `cursor` and
    `limit`."""
    found: list[T] = []
    cursor = None
    while most is None or len(found) < most:
        here = read(cursor=cursor, limit=LARGEST_PAGE)
        found += here.items
        cursor = here.next_cursor
        if cursor is None:
            break
    return found


def page_of_values[T](values: Sequence[T], identity: Callable[[T], str], cursor: str | None, limit: int) -> Page[T]:
    """One page of values that are in memory, in their own order."""
    first = 0
    if cursor is not None:
        (last,) = _read(cursor, [str])
        first = next((place for place, value in enumerate(values, 1) if identity(value) == last), 0)
        if first == 0:
            raise _not_ours()
    found = list(values[first : first + limit])
    more = first + limit < len(values)
    return Page(found, _write([identity(found[-1])]) if more else None)


def _kind(column: InstrumentedAttribute[Any]) -> type:
    """What the values of a column are in Python, also of a type of our own around the database's."""
    stored: Any = column.type
    kind: type = (stored.impl_instance if isinstance(stored, TypeDecorator) else stored).python_type
    return kind


def _write(values: Sequence[Any]) -> str:
    plain = [value if isinstance(value, int | str) else _text(value) for value in values]
    return base64.urlsafe_b64encode(json.dumps(plain, ensure_ascii=False).encode()).decode()


def _text(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


def _read(cursor: str, kinds: Sequence[type]) -> list[Any]:
    """The values of a cursor, each of the kind that its column has: anything else would be the database's error."""
    try:
        values = json.loads(base64.b64decode(cursor.encode(), altchars=b"-_", validate=True))
        if not isinstance(values, list) or len(values) != len(kinds):
            raise _not_ours()
        return [_value(value, kind) for value, kind in zip(values, kinds, strict=True)]
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        raise _not_ours() from error


def _value(value: Any, kind: type) -> Any:
    if kind is int:
        if type(value) is not int or abs(value) > _LARGEST_ID:
            raise ValueError("not a whole number that a column could hold")
        return value
    if not isinstance(value, str) or "\0" in value or not value.isprintable():
        raise ValueError("not text")
    if kind is UUID:
        return UUID(value)
    if kind is datetime:
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is None or not 1900 <= moment.year <= 2200:
            raise ValueError("not an instant")
        return moment
    return date.fromisoformat(value) if kind is date else value


def _not_ours() -> WaslError:
    return invalid_request([FieldError("/cursor", "This cursor is not one that we gave out.")])
