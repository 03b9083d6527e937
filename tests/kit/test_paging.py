"""Cursors over any columns: no row twice, none left out, and no cursor that could be an error of ours."""

import base64
import contextlib
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import create_engine, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from app.kit.db import UtcDateTime
from app.kit.errors import WaslError
from app.kit.paging import Order, Page, every_row, page, page_of_values


class Base(DeclarativeBase):
    pass


class Row(Base):
    __tablename__ = "rows"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    day: Mapped[date]


class Thing(Base):
    __tablename__ = "things"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


@pytest.fixture
def session() -> Iterator[Session]:
    engine = create_engine("sqlite://")
    Base.metadata.create_all(engine)
    with Session(engine) as opened:
        for number in range(25):
            opened.add(Row(id=number, name=f"n{number % 4}", day=date(2026, 11, 1) + timedelta(days=number % 3)))
        opened.commit()
        yield opened
    engine.dispose()


ORDERS = [
    Order(Row.id),
    Order(Row.name, Row.id),
    Order(Row.day, Row.name, Row.id, newest_first=True),
]


@pytest.mark.parametrize("order", ORDERS, ids=["id", "name", "newest"])
@pytest.mark.parametrize("limit", [1, 4, 24, 25, 26])
def test_pages_hold_every_row_once_in_order(session: Session, order: Order, limit: int) -> None:
    found: list[Row] = []
    cursor = None
    while True:
        one = page(session, select(Row), order, cursor, limit)
        assert len(one.items) <= limit
        found += one.items
        cursor = one.next_cursor
        if cursor is None:
            break
    assert found == list(session.scalars(order.over(select(Row))))


def test_a_row_that_is_added_before_the_cursor_moves_no_page(session: Session) -> None:
    first = page(session, select(Row), Order(Row.id), None, 10)
    session.add(Row(id=-1, name="new", day=date(2026, 1, 1)))
    second = page(session, select(Row), Order(Row.id), first.next_cursor, 10)
    assert [row.id for row in second.items] == list(range(10, 20))


def made(*values: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode()


FORGED = [
    "", "x", "====", "%00", "é", made(), made(1, 2), made("1"), made(1.5), made(True), made(None), made(2**63),
    made([1]), made({"a": 1}), base64.urlsafe_b64encode(b"[" * 1400).decode(),
    base64.urlsafe_b64encode(b"[" + b"9" * 1400 + b"]").decode(), base64.urlsafe_b64encode(b"\xff").decode(),
]  # fmt: skip


@pytest.mark.parametrize("number", range(len(FORGED)))
def test_a_forged_cursor_is_refused_and_no_error_of_ours(session: Session, number: int) -> None:
    with pytest.raises(WaslError) as caught:
        page(session, select(Row), Order(Row.id), FORGED[number], 10)
    assert (caught.value.status, caught.value.errors[0].pointer) == (422, "/cursor")


@pytest.mark.parametrize("at", ["2026-11-25T08:00:00", "0001-01-01T00:00:00+14:00", "9999-12-31T00:00:00Z", "x", 5])
def test_a_forged_moment_is_refused(session: Session, at: Any) -> None:
    with pytest.raises(WaslError):
        page(session, select(Thing), Order(Thing.at, Thing.id), made(at, str(uuid4())), 10)


@given(st.text(max_size=300))
def test_any_text_is_a_cursor_or_refused(cursor: str) -> None:
    with contextlib.suppress(WaslError):
        Order(Row.name, Row.id).behind(select(Row), cursor)


@given(st.integers(0, 4_000_000_000_000), st.uuids())
def test_a_cursor_that_we_gave_out_is_read_again(milliseconds: int, identity: UUID) -> None:
    order, at = Order(Thing.at, Thing.id), datetime.fromtimestamp(milliseconds / 1000, UTC)
    read = order.behind(select(Thing), order.cursor_of(Thing(at=at, id=identity))).compile().params
    assert sorted(read.values(), key=str) == sorted([at, identity], key=str)


def test_values_in_memory_have_pages_too() -> None:
    letters = list("abcdefg")
    first = page_of_values(letters, str, None, 3)
    second = page_of_values(letters, str, first.next_cursor, 3)
    third = page_of_values(letters, str, second.next_cursor, 3)
    assert (first.items + second.items + third.items, third.next_cursor) == (letters, None)
    with pytest.raises(WaslError):
        page_of_values(letters, str, made("nobody"), 3)


def test_a_list_is_read_page_by_page_until_enough_is_there_or_it_ends() -> None:
    pages = {None: Page([1, 2], "a"), "a": Page([3, 4], "b"), "b": Page([5], None)}
    asked: list[str | None] = []

    def read(*, cursor: str | None, limit: int) -> Page[int]:
        asked.append(cursor)
        return pages[cursor]

    assert every_row(read, 100) == [1, 2, 3, 4, 5]
    assert every_row(read, 3) == [1, 2, 3, 4]
    assert asked == [None, "a", "b", None, "a"]
