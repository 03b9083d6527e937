"""Lists as tables: every field a column, numbers numbers, and nothing that a spreadsheet would run."""

import csv
import io
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from app.kit import tables
from app.kit.wire import KgOut


class Part(BaseModel):
    kind: str
    kg: KgOut
    flags: list[str]


class Row(BaseModel):
    id: int
    name: str
    kg: KgOut
    day: date | None
    at: datetime | None
    open: bool
    parts: list[Part]
    place: Part | None
    figures: dict[str, Any]


COLUMNS = tables.columns_of(Row)
PART = {"kind": "a", "kg": "1.5", "flags": ["x", "y"]}
ROW = {
    "id": 7,
    "name": "Loaves",
    "kg": "12.5",
    "day": "2026-11-25",
    "at": "2026-11-25T08:00:00Z",
    "open": True,
    "parts": [PART, {"kind": "b", "kg": "2", "flags": []}],
    "place": PART,
    "figures": {"meals": 3},
}
HOSTILE = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "\n=1", "=cmd|' /C calc'!A0", "﻿=1"]


def read_csv(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def in_xlsx(*rows: Any) -> list[tuple[Any, ...]]:
    sheet = tables.Sheet("rows", COLUMNS)
    sheet.add(rows)
    with sheet.finished() as file:
        return list(openpyxl.load_workbook(file).active.iter_rows(values_only=True))


def test_the_columns_are_the_models_fields_with_those_of_parts_beside_them() -> None:
    assert [column.name for column in COLUMNS] == [
        "id", "name", "kg", "day", "at", "open", "parts.kind", "parts.kg", "parts.flags",
        "place.kind", "place.kg", "place.flags", "figures",
    ]  # fmt: skip


def test_a_row_in_csv_reads_back_as_it_was() -> None:
    head, row = read_csv(tables.csv_head(COLUMNS) + tables.csv_rows(COLUMNS, [ROW]))
    assert dict(zip(head, row, strict=True)) == {
        "id": "7", "name": "Loaves", "kg": "12.5", "day": "2026-11-25", "at": "2026-11-25T08:00:00Z", "open": "true",
        "parts.kind": "a; b", "parts.kg": "1.5; 2", "parts.flags": "x, y; ",
        "place.kind": "a", "place.kg": "1.5", "place.flags": "x; y", "figures": '{"meals": 3}',
    }  # fmt: skip


def test_in_a_sheet_numbers_are_numbers_and_days_are_days() -> None:
    head, row = in_xlsx(ROW)
    found = dict(zip(head, row, strict=True))
    assert (found["id"], found["kg"], found["open"], found["day"]) == (7, 12.5, True, datetime(2026, 11, 25))  # noqa: DTZ001 - a sheet knows no zones
    assert found["at"] == "2026-11-25T08:00:00Z"


def test_what_is_null_is_an_empty_cell() -> None:
    empty = {**ROW, "day": None, "at": None, "place": None, "parts": [], "figures": {}}
    assert read_csv(tables.csv_rows(COLUMNS, [empty]))[0][3:] == ["", "", "true", "", "", "", "", "", "", ""]
    assert in_xlsx(empty)[1][9:] == (None, None, None, None)


@pytest.mark.parametrize("text", HOSTILE)
def test_what_looks_like_a_formula_is_text_with_an_apostrophe(text: str) -> None:
    row = {**ROW, "name": text, "parts": [{**PART, "kind": text}], "place": {**PART, "flags": [text]}}
    (cells,) = read_csv(tables.csv_rows(COLUMNS, [row]))
    assert [cells[place][0] for place in (1, 6, 11)] == ["'", "'", "'"]
    assert all(str(in_xlsx(row)[1][place]).startswith("'") for place in (1, 6, 11))


def test_a_negative_amount_stays_a_number() -> None:
    row = {**ROW, "id": -3, "kg": "-12.5"}
    assert read_csv(tables.csv_rows(COLUMNS, [row]))[0][::2][:2] == ["-3", "-12.5"]
    assert in_xlsx(row)[1][::2][:2] == (-3, -12.5)


@given(st.text(max_size=50))
def test_any_text_can_be_written_and_begins_no_formula(text: str) -> None:
    clean = text.encode(errors="replace").decode()
    ((_, found, *_),) = read_csv(tables.csv_rows(COLUMNS, [{**ROW, "name": clean}]))
    assert found.lstrip()[:1] not in ("=", "+", "-", "@") or found.startswith("'")


def test_an_amount_is_exact() -> None:
    assert tables.cell(COLUMNS[2], {"kg": "0.001"}) == Decimal("0.001")
