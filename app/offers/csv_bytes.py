"""From the bytes of a file to its rows of cells: which encoding, which separator, and what cannot be read.

Whatever bytes come, the answer is rows or faults. Nothing is guessed silently: what was assumed is told.
"""

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from app.kit.errors import FieldError

MOST_ROWS = 2000
LONGEST_CELL = 2000
SEPARATORS = (",", ";", "\t")
SEPARATOR_WORDS = {",": "commas", ";": "semicolons", "\t": "tabs"}
_DECLARED = re.compile(r"sep=([,;\t])(?:\r\n|\r|\n)", re.IGNORECASE)
_LINE = re.compile(r"\r\n|\r|\n")
_HIGH_PAIR = re.compile(rb"[\x80-\xff]{2,}")
_HIGH = re.compile(rb"[\x80-\xff]")
_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True)
class Fault:
    """What does not fit: the row as a spreadsheet counts it (the header is row 1), the column, and a sentence, kept
    with its gaps and what fills them, so that it can be said in another language too."""

    row: int
    column: str
    code: str
    sentence: str
    words: Mapping[str, Any] = field(default_factory=dict)
    template: str = ""

    @property
    def pointer(self) -> str:
        """Where it is, as in /rows/17/kg; the whole file is the empty pointer."""
        return "".join(f"/{part}" for part in ("rows", str(self.row), self.column) if part) if self.row else ""

    @property
    def error(self) -> FieldError:
        """The same as an error of a request."""
        return FieldError(self.pointer, self.sentence, self.code, self.words, self.template)


def unfit(row: int, column: str, code: str, template: str, /, **words: Any) -> Fault:
    """A fault; `words` fill the gaps of its sentence."""
    return Fault(row, column, code, template.format_map(words) if words else template, words, template)


def misfit(row: int, column: str, error: FieldError) -> Fault:
    """What the same field is refused for anywhere, as a fault of a file."""
    return Fault(row, column, error.code, error.detail, error.words, error.template)


@dataclass(frozen=True)
class Row:
    """One row's cells, with its number as a spreadsheet counts it."""

    number: int
    cells: list[str]


@dataclass
class Sheet:
    """What a file's bytes are, as far as they can be read."""

    encoding: str = ""
    assumed: bool = False  # the encoding is a guess: nothing in the file says it
    separator: str = ""
    rows: list[Row] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def sheet_of(body: bytes, known_columns: Callable[[str], str | None]) -> Sheet:
    """The rows of the file; a separator is the better, the more columns it shows that are known."""
    sheet = Sheet()
    text = _decoded(body, sheet, known_columns)
    if text is None:
        return sheet
    if not text.strip():
        sheet.faults.append(unfit(0, "", "csv_empty", "The file is empty. Send a file with a header and a row."))
        return sheet
    declared = _DECLARED.match(text)
    if declared:
        text = text[declared.end() :]
    sheet.separator = declared[1] if declared else _separator(_first_line(text), known_columns)
    sheet.rows.extend(_rows(text, sheet))
    return sheet


def _first_line(text: str) -> str:
    return next((line for line in _LINE.split(text[: LONGEST_CELL * 10]) if line.strip()), "")


def _separator(line: str, known: Callable[[str], str | None]) -> str:
    def shown(separator: str) -> tuple[int, int]:
        parts = line.split(separator)
        return sum(known(part.strip(' "')) is not None for part in parts), len(parts)

    return max(SEPARATORS, key=shown)


def _rows(text: str, sheet: Sheet) -> Iterator[Row]:
    """The rows that are not blank; stops, with a fault, where quotes cannot be followed or the file is too long."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=sheet.separator, strict=True)
    number = 0
    try:
        for number, cells in enumerate(reader, 1):
            if number > MOST_ROWS + 1:
                sentence = "A file has at most {most} rows below its header. Send it in parts."
                sheet.faults.append(unfit(0, "", "csv_too_long", sentence, most=MOST_ROWS))
                return
            if any(cell.strip() for cell in cells):
                yield Row(number, cells)
    except csv.Error:
        sentence = "The quotes in this row do not close, or text follows them. Write a quote within a cell twice."
        sheet.faults.append(unfit(number + 1, "", "csv_quotes", sentence))


def _decoded(body: bytes, sheet: Sheet, known: Callable[[str], str | None]) -> str | None:
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        if body.startswith(mark):
            return _strictly(body[len(mark) :], encoding, sheet)
    unmarked = _unmarked_utf_16(body)
    if unmarked:
        sheet.assumed = True
        return _strictly(body, unmarked, sheet)
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        return _decoded_of_old(body, sheet, known)
    sheet.encoding = "utf-8"
    return text


def _unmarked_utf_16(body: bytes) -> str | None:
    """UTF-16 without a mark shows by a zero in every second byte of what Latin letters, digits and signs it has."""
    start = body[:2000]
    if len(body) % 2 == 0 and start.count(0) * 8 > len(start):
        if 0 not in start[0::2]:
            return "utf-16-le"
        if 0 not in start[1::2]:
            return "utf-16-be"
    return None


def _strictly(body: bytes, encoding: str, sheet: Sheet) -> str | None:
    sheet.encoding = encoding
    try:
        return body.decode(encoding)
    except UnicodeDecodeError as error:
        before = body[: error.start].decode(encoding, "ignore")
        sheet.faults.append(_broken(before))
        return None


def _decoded_of_old(body: bytes, sheet: Sheet, known: Callable[[str], str | None]) -> str | None:
    """A file from before UTF-8: Windows-1256 (Arabic) or Windows-1252 (Western), unless it is UTF-8 with damage."""
    damaged = body.decode("utf-8", "surrogateescape")
    bad = len(_SURROGATE.findall(damaged))
    wide = sum(len(sign.encode()) for sign in _SURROGATE.sub("", damaged) if ord(sign) > 127)
    if _has_lone_surrogates(body) or wide > bad:
        sheet.encoding = "utf-8"
        first = _SURROGATE.search(damaged)
        sheet.faults.append(_broken(damaged[: first.start()] if first else ""))
        return None
    sheet.assumed = True
    readings = {name: _reading(body, name) for name in ("windows-1256", "windows-1252")}
    sheet.encoding = max(readings, key=lambda name: _likelihood(readings[name], name, body, known))
    return readings[sheet.encoding]


def _has_lone_surrogates(body: bytes) -> bool:
    try:
        body.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return False
    return True


def _reading(body: bytes, encoding: str) -> str | None:
    try:
        return body.decode(encoding)
    except UnicodeDecodeError:
        return None


def _likelihood(text: str | None, name: str, body: bytes, known: Callable[[str], str | None]) -> tuple[int, int]:
    """How many headers are known; else Arabic is written in runs of high bytes, Western languages in single ones."""
    if text is None:
        return -1, 0
    line = _first_line(text)
    headers = max(sum(known(part.strip(' "')) is not None for part in line.split(sign)) for sign in SEPARATORS)
    in_runs = sum(len(run) for run in _HIGH_PAIR.findall(body)) * 2 > len(_HIGH.findall(body))
    return headers, int(in_runs == (name == "windows-1256"))


def _broken(before: str) -> Fault:
    row = len(_LINE.findall(before)) + 1
    sentence = "This row has bytes that are no text in the file's encoding. Save the file as CSV UTF-8."
    return unfit(row, "", "csv_encoding", sentence)
