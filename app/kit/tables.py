"""Lists as tables: the rows of a page's model as CSV and XLSX, for people who work with a spreadsheet.

Columns are the fields of the output model, in its order and under its names. A part of a row has `part.field` as its
name, a list in a row is joined by "; ". Text that a spreadsheet would take for a formula gets an apostrophe.
"""

import csv
import io
import json
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import IO, Any

from openpyxl import Workbook  # type: ignore[import-untyped]
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE  # type: ignore[import-untyped]
from pydantic import BaseModel

CSV = "text/csv"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_ROWS = 100_000
CUT_SHORT = f"Only the first {MOST_ROWS} rows are here; ask for fewer, by the list's own parameters."
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_LONGEST_CELL = 32_000  # a spreadsheet's own limit is a little higher
_CHUNK = 64 * 1024


@dataclass(frozen=True)
class Column:
    """One column: its name, where its value is in a row, and what kind of value that is."""

    name: str
    path: tuple[str, ...]
    kind: str  # "text", "number", "decimal", "day" or "json"


def columns_of(model: type[BaseModel]) -> list[Column]:
    """The columns of a model's rows."""
    schema = model.model_json_schema(mode="serialization")
    return list(_columns(schema, schema.get("$defs", {}), ()))


def _columns(schema: Mapping[str, Any], known: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[Column]:
    for name, field in schema["properties"].items():
        here, resolved = (*path, name), _resolved(field, known)
        inside = _resolved(resolved.get("items", {}), known) if resolved.get("type") == "array" else resolved
        if "properties" in inside:
            yield from _columns(inside, known, here)
        else:
            yield Column(".".join(here), here, _kind(resolved, inside))


def _resolved(field: Mapping[str, Any], known: Mapping[str, Any]) -> Mapping[str, Any]:
    """The schema itself, behind references and beside null."""
    while True:
        if "$ref" in field:
            field = known[field["$ref"].rpartition("/")[2]]
        elif "anyOf" in field:
            some = [each for each in field["anyOf"] if each.get("type") != "null"]
            if len(some) != 1:
                return {}
            field = some[0]
        else:
            return field


def _kind(field: Mapping[str, Any], inside: Mapping[str, Any]) -> str:
    if field.get("type") == "array":
        return "text" if inside.get("type") in ("string", "integer", "number", "boolean") else "json"
    match field.get("type"), field.get("format"):
        case (("integer" | "number" | "boolean"), _):
            return "number"
        case "string", "decimal":
            return "decimal"
        case "string", "date":
            return "day"
        case ("string", _) | (None, _) if "enum" in field or "const" in field or field.get("type") == "string":
            return "text"
    return "json"


def cell(column: Column, row: Any) -> Any:
    """The value of one cell: None, a number, a Decimal, a date or text that is no formula."""
    found = _found(row, column.path)
    if isinstance(found, list) and column.kind != "json":
        return _harmless("; ".join(_plain(each) for each in found if each is not None))
    if found is None:
        return None
    if column.kind == "json":
        return _harmless(json.dumps(found, ensure_ascii=False)) if found not in ({}, []) else None
    if column.kind == "number" and isinstance(found, bool | int | float):
        return found
    if column.kind == "decimal":
        return _decimal(found)
    if column.kind == "day":
        return date.fromisoformat(found)
    return _harmless(_plain(found))


def _found(row: Any, path: Sequence[str]) -> Any:
    """The value at `path`; of a list on the way, the values of all its members."""
    for place, name in enumerate(path):
        if isinstance(row, list):
            return [_found(each, path[place:]) for each in row]
        if row is None:
            return None
        row = row.get(name)
    return row


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ", ".join(_plain(each) for each in value)
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else str(value)


def _decimal(text: Any) -> Decimal | str:
    try:
        return Decimal(text)
    except (InvalidOperation, TypeError, ValueError):
        return _harmless(str(text))


def _harmless(text: str) -> str:
    """Text that a spreadsheet shows as it is, and does not run."""
    readable = ILLEGAL_CHARACTERS_RE.sub("", text)[:_LONGEST_CELL]
    return f"'{readable}" if readable.lstrip(" \u00a0\ufeff").startswith(_FORMULA) or readable[:1] == "\t" else readable


def csv_head(columns: Sequence[Column]) -> bytes:
    """The byte order mark by which spreadsheets know UTF-8, and the header row."""
    return b"\xef\xbb\xbf" + _csv_line([column.name for column in columns])


def csv_rows(columns: Sequence[Column], rows: Iterable[Any]) -> bytes:
    """Some rows as CSV."""
    return b"".join(_csv_line([_csv_text(cell(column, row)) for column in columns]) for row in rows)


def csv_note(sentence: str) -> bytes:
    """A last line that says something about the table."""
    return _csv_line([sentence])


def _csv_text(value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()
    return "" if value is None else _plain(value)


def _csv_line(cells: Sequence[str]) -> bytes:
    line = io.StringIO()
    csv.writer(line).writerow(cells)
    return line.getvalue().encode()


class Sheet:
    """An XLSX file in the making: rows go to the disk as they come."""

    def __init__(self, title: str, columns: Sequence[Column]) -> None:
        self._columns = columns
        self._book = Workbook(write_only=True)
        self._sheet = self._book.create_sheet(title[:31])
        self._sheet.freeze_panes = "A2"
        self._sheet.append([column.name for column in columns])

    def add(self, rows: Iterable[Any]) -> None:
        """Put rows below those that are there."""
        for row in rows:
            self._sheet.append([cell(column, row) for column in self._columns])

    def note(self, sentence: str) -> None:
        """A last row that says something about the table."""
        self._sheet.append([sentence])

    def finished(self) -> IO[bytes]:
        """The file, open at its beginning; it is gone when it is closed."""
        file = tempfile.TemporaryFile()  # noqa: SIM115
        self._book.save(file)
        file.seek(0)
        return file


def chunks(file: IO[bytes]) -> Iterator[bytes]:
    """The file in parts; it is closed behind the last one."""
    with file:
        while part := file.read(_CHUNK):
            yield part
