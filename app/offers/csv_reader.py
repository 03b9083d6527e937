"""A file of offers, read: every row as it is understood, every fault with its row and column, and the offers it makes.

Pure: the same bytes, sites and zone give the same reading. docs/csv.md says what the columns mean.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, tzinfo
from typing import Any
from uuid import UUID

from pydantic import ValidationError

from app.domain.service_date import local_instant, local_window
from app.domain.units import kg_text, latin_digits
from app.kit.errors import Spoken
from app.kit.language import LanguageCode
from app.kit.misfits import field_error
from app.offers import csv_dates
from app.offers.csv_bytes import LONGEST_CELL, SEPARATOR_WORDS, SEPARATORS, Fault, Row, Sheet, misfit, sheet_of, unfit
from app.offers.csv_dates import DateColumn, Moment
from app.offers.csv_words import (
    ARABIC_COLUMNS,
    CODES,
    COLUMNS,
    LIST_COLUMNS,
    REQUIRED,
    TEXT_COLUMNS,
    code_of,
    column_of,
    items_of,
    known_words,
    tidy,
)
from app.offers.schemas import MOST_LINES, MOST_OFFERS, OfferIn, OfferLineIn

FORMULA_SIGNS = tuple("=+-@＝＋－＠\t\r")
DATED = ("day", "pickup_from", "pickup_until", "mark_date")
TOP = ("offer", "site", "day", "pickup_from", "pickup_until", "offer_note")
_GROUPED = re.compile(r"\d{1,3},\d{3}")
_UNIT = re.compile(r"\s*(kg|kgs|كغ|كجم|كلغ)\.?$", re.IGNORECASE)


@dataclass(frozen=True)
class KnownSite:
    """A site that rows may name, by its id or by its exact name."""

    id: UUID
    name: str


@dataclass(frozen=True)
class ReadRow:
    """One row as it is understood: its values by column."""

    number: int
    values: dict[str, Any]


@dataclass(frozen=True)
class ReadOffer:
    """An offer that rows make together; line i comes from row `rows[i]`."""

    rows: list[int]
    offer: OfferIn


@dataclass
class Reading:
    """All that the file says."""

    encoding: str = ""
    encoding_assumed: bool = False
    separator: str = ""
    columns: dict[str, str] = field(default_factory=dict)
    date_orders: dict[str, str] = field(default_factory=dict)
    rows: list[ReadRow] = field(default_factory=list)
    offers: list[ReadOffer] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


class _Unfit(ValueError):
    """A cell that does not fit."""

    def __init__(self, column: str, code: str, template: str, /, **words: Any) -> None:
        super().__init__(code)
        self.column, self.code, self.template, self.words = column, code, template, words

    def at(self, row: int) -> Fault:
        """The fault of its row."""
        return unfit(row, self.column, self.code, self.template, **self.words)


@dataclass
class _Draft:
    """An offer while its rows are gathered."""

    key: tuple[Any, ...]
    site: UUID
    window: tuple[datetime, datetime]
    note: str
    rows: list[int]
    lines: list[OfferLineIn]


def read_offers(body: bytes, zone: tzinfo, sites: Sequence[KnownSite], default_site: UUID | None = None) -> Reading:
    """Read a file; times without an offset are the zone's, rows without a site are of `default_site`."""
    sheet = sheet_of(body, column_of)
    reading = Reading(sheet.encoding, sheet.assumed, sheet.separator, faults=sheet.faults)
    header = _header(sheet, reading) if sheet.rows else None
    if header is None:
        if not reading.faults:  # nothing but signs that separate
            reading.faults.append(unfit(0, "", "csv_empty", "The file is empty. Send a file with a header and a row."))
        return reading
    rows = list(_cells_of(sheet, header, reading.faults))
    if not rows and not reading.faults:
        reading.faults.append(
            unfit(0, "", "csv_no_rows", "The file has a header and no rows. Add a row for each food.")
        )
    dates = _date_columns(rows)
    reading.date_orders = {name: column.order for name, column in dates.items() if column.slashed}
    _Gatherer(reading, zone, sites, default_site, dates).gather(rows)
    reading.faults.sort(key=lambda fault: fault.row)
    return reading


def _header(sheet: Sheet, reading: Reading) -> list[str] | None:
    """The columns in their order; None, with faults, where they cannot be told."""
    row = sheet.rows.pop(0)
    cells = list(row.cells)
    while cells and not cells[-1].strip():
        cells.pop()
    names = [column_of(cell) for cell in cells]
    faults = list(_header_faults(row.number, cells, names, sheet.separator))
    reading.faults.extend(faults)
    reading.columns = {name: tidy(cell)[:100] for name, cell in zip(names, cells, strict=True) if name}
    return None if faults else [name or "" for name in names]


def _header_faults(row: int, cells: list[str], names: list[str | None], separator: str) -> Iterator[Fault]:
    seen: set[str] = set()
    for cell, name in zip(cells, names, strict=True):
        shown = "".join(sign for sign in tidy(cell)[:40] if sign.isprintable())
        said = Spoken(shown, shown)
        if name is None and any(sign in cell for sign in SEPARATORS if sign != separator):
            yield Fault(
                row, "", "csv_mixed_separators", "The header mixes separators. Use commas alone, or semicolons."
            )
        elif name is None:
            yield unfit(
                row, "", "csv_unknown_column", "There is no column “{column}”. Rename or remove it.", column=said
            )
        elif name in seen:
            yield unfit(
                row, name, "csv_duplicate_column", "The column “{column}” is there twice. Remove one.", column=said
            )
        else:
            seen.add(name)
    if seen or not cells:
        for name in REQUIRED:
            if name not in seen:
                sentence = "The column {column} is missing. Add it to the header."
                yield unfit(row, name, "csv_missing_column", sentence, column=Spoken(name, ARABIC_COLUMNS[name][0]))


def _cells_of(sheet: Sheet, header: list[str], faults: list[Fault]) -> Iterator[tuple[int, dict[str, str]]]:
    """Each row's cells by column; a row of another length is a fault."""
    for row in sheet.rows:
        cells = list(row.cells)
        while len(cells) > len(header) and not cells[-1].strip():
            cells.pop()
        if len(cells) != len(header):
            faults.append(_unequal(row, len(cells), len(header), sheet.separator))
            continue
        yield row.number, {name: tidy(cell) for name, cell in zip(header, cells, strict=True)}


def _unequal(row: Row, cells: int, columns: int, separator: str) -> Fault:
    joined = separator.join(row.cells)
    for other in SEPARATORS:
        if other != separator and joined.count(other) >= max(1, columns - 1):
            words = {"by": SEPARATOR_WORDS[other], "header_by": SEPARATOR_WORDS[separator]}
            sentence = "This row is separated by {by}, the header by {header_by}. Use one of them throughout."
            return unfit(row.number, "", "csv_mixed_separators", sentence, **words)
    sentence = "This row has {cells} cells, the header has {columns}. Add or remove cells."
    return unfit(row.number, "", "csv_unequal_columns", sentence, cells=cells, columns=columns)


def _date_columns(rows: Iterable[tuple[int, Mapping[str, str]]]) -> dict[str, DateColumn]:
    written: dict[str, list[tuple[int, str]]] = {name: [] for name in DATED}
    for number, cells in rows:
        for name in DATED:
            cell = latin_digits(cells.get(name, ""))[:40]
            day = cell.strip().partition(" ")[0].partition("T")[0]
            if day:
                written[name].append((number, day))
    return {name: csv_dates.column_of_dates(days) for name, days in written.items() if days}


class _Gatherer:
    """Turns rows into lines, and lines into offers."""

    def __init__(
        self,
        reading: Reading,
        zone: tzinfo,
        sites: Sequence[KnownSite],
        default_site: UUID | None,
        dates: dict[str, DateColumn],
    ) -> None:
        self.reading, self.zone, self.default_site, self.dates = reading, zone, default_site, dates
        self.by_id = {site.id: site for site in sites}
        self.by_name: dict[str, list[KnownSite]] = {}
        for site in sites:
            self.by_name.setdefault(site.name.strip().casefold(), []).append(site)
        self.drafts: dict[tuple[Any, ...], _Draft] = {}

    def gather(self, rows: Iterable[tuple[int, dict[str, str]]]) -> None:
        """Read every row; those that fit become lines of offers."""
        for number, cells in rows:
            faults = list(self._unfit_cells(number, cells))
            if not faults:
                line, draft = self._line(number, cells, faults), self._draft(number, cells, faults)
                if line is not None and draft is not None and not faults:
                    draft.rows.append(number)
                    draft.lines.append(line)
                    self.reading.rows.append(ReadRow(number, _as_understood(cells, line, draft)))
            self.reading.faults.extend(faults)
        self._finish()

    def _unfit_cells(self, number: int, cells: Mapping[str, str]) -> Iterator[Fault]:
        for name, cell in cells.items():
            if len(cell) > LONGEST_CELL:
                yield unfit(number, name, "csv_cell_too_long", "This cell is too long. Shorten it.")
            elif "\x00" in cell:
                yield unfit(number, name, "unreadable_text", "Use letters, digits and signs that can be shown.")
            elif name in TEXT_COLUMNS and cell.startswith(FORMULA_SIGNS):
                sentence = "A spreadsheet would run this cell as a formula. Remove the sign that it begins with."
                yield unfit(number, name, "csv_formula", sentence)

    def _line(self, number: int, cells: Mapping[str, str], faults: list[Fault]) -> OfferLineIn | None:
        """The food of a row."""
        wish: dict[str, Any] = {}
        for name, cell in cells.items():
            if name in TOP or not cell:
                continue
            try:
                wish[name] = self._value(name, cell)
            except _Unfit as misplaced:
                faults.append(misplaced.at(number))
        for name in ("category", "description", "kg"):
            if not cells.get(name):
                faults.append(unfit(number, name, "missing", "This field is missing."))
        if faults:
            return None
        try:
            return OfferLineIn.model_validate(wish)
        except ValidationError as error:
            faults.extend(_faults_of_model(number, error))
            return None

    def _value(self, name: str, cell: str) -> Any:
        if name in LIST_COLUMNS:
            return list(dict.fromkeys(self._code(name, item) for item in items_of(cell)))
        if name == "splittable":
            return self._code(name, cell) == "yes"
        if name in CODES:
            return self._code(name, cell)
        if name == "kg":
            return _kilograms(cell)
        if name == "crates":
            return _whole_number(cell)
        if name == "mark_date":
            return self._day(name, cell)
        return cell

    def _code(self, name: str, cell: str) -> str:
        found = code_of(name, cell)
        if found is None:
            sentence = "This word is not known here. Write one of: {known}."
            raise _Unfit(name, "csv_unknown_word", sentence, known=known_words(name))
        return found

    def _day(self, name: str, cell: str) -> date:
        others = {other: column for other, column in self.dates.items() if other != name}
        try:
            return csv_dates.date_of(cell, self.dates.get(name, DateColumn()), others)
        except csv_dates.Unreadable as error:
            raise _Unfit(name, error.code, error.template, **error.words) from error

    def _draft(self, number: int, cells: Mapping[str, str], faults: list[Fault]) -> _Draft | None:
        """The offer that a row belongs to, begun where it is the first of it."""
        reference = cells.get("offer", "")
        begun = self.drafts.get(("reference", reference)) if reference else None
        if begun is not None and not any(cells.get(name) for name in ("site", "day", "pickup_from", "pickup_until")):
            return self._room(begun, number, faults)
        try:
            site, window = self._site(cells), self._window(cells)
        except _Unfit as misplaced:
            faults.append(misplaced.at(number))
            return None
        key = ("reference", reference) if reference else ("same", site, *window)
        draft = self.drafts.get(key)
        if draft is None:
            draft = self.drafts[key] = _Draft(key, site, window, cells.get("offer_note", ""), [], [])
        elif (draft.site, draft.window) != (site, window):
            other = "site" if draft.site != site else "pickup_from"
            faults.append(_another_pickup(number, other, draft))
            return None
        return self._room(draft, number, faults)

    def _room(self, draft: _Draft, number: int, faults: list[Fault]) -> _Draft | None:
        if len(draft.lines) < MOST_LINES:
            return draft
        sentence = "An offer has at most {most} lines. Give the rows from here on another reference."
        faults.append(unfit(number, "offer", "csv_too_many_lines", sentence, most=MOST_LINES))
        return None

    def _site(self, cells: Mapping[str, str]) -> UUID:
        cell = cells.get("site", "")
        if not cell:
            if self.default_site is None:
                raise _Unfit("site", "missing", "Name the site, or choose one for the whole file.")
            return self.default_site
        named = self.by_name.get(cell.casefold(), [])
        if len(named) > 1:
            raise _Unfit("site", "csv_site_unclear", "Several of your sites have this name. Write the site's id.")
        if named:
            return named[0].id
        try:
            return self.by_id[UUID(cell)].id
        except (ValueError, KeyError):
            raise _Unfit(
                "site", "csv_site_unknown", "None of your sites has this name. Write it as it stands there."
            ) from None

    def _window(self, cells: Mapping[str, str]) -> tuple[datetime, datetime]:
        day = self._day("day", cells["day"]) if cells.get("day") else None
        begin = self._moment("pickup_from", cells.get("pickup_from", ""))
        end = self._moment("pickup_until", cells.get("pickup_until", ""))
        first = begin.day and self._day("pickup_from", begin.day)
        last = end.day and self._day("pickup_until", end.day)
        first_day: date | None = first or day
        if begin.instant is None and first_day is None:
            raise _Unfit("pickup_from", "csv_day_missing", "Say on which day: add a column day, or write the day here.")
        last_day: date | None = last or first_day or day
        if end.instant is None and last_day is None:
            raise _Unfit(
                "pickup_until", "csv_day_missing", "Say on which day: add a column day, or write the day here."
            )
        return self._instants(begin, end, first_day, last_day)

    def _instants(
        self, begin: Moment, end: Moment, first_day: date | None, last_day: date | None
    ) -> tuple[datetime, datetime]:
        if begin.instant is None and end.instant is None and first_day == last_day and first_day is not None:
            return local_window(first_day, begin.at or time.min, end.at or time.min, self.zone)
        return (
            begin.instant or self._local(first_day, begin.at),
            end.instant or self._local(last_day, end.at),
        )

    def _local(self, day: date | None, at: time | None) -> datetime:
        return local_instant(day or date.min, at or time.min, self.zone)

    def _moment(self, name: str, cell: str) -> Moment:
        if not cell:
            raise _Unfit(name, "missing", "This field is missing.")
        try:
            found = csv_dates.moment_of(cell)
        except csv_dates.Unreadable as error:
            raise _Unfit(name, error.code, error.template, **error.words) from error
        if found.at is None and found.instant is None:
            raise _Unfit(name, "csv_time", "The time of day is missing. Write it as 2026-11-28 08:30.")
        return found

    def _finish(self) -> None:
        drafts = [draft for draft in self.drafts.values() if draft.lines]
        if len(drafts) > MOST_OFFERS:
            sentence = "A file makes at most {most} offers. Send it in parts."
            self.reading.faults.append(unfit(0, "", "csv_too_many_offers", sentence, most=MOST_OFFERS))
            return
        for draft in drafts:
            try:
                offer = OfferIn(
                    site_id=draft.site,
                    pickup_from=draft.window[0],
                    pickup_until=draft.window[1],
                    note=draft.note,
                    lines=draft.lines,
                )
            except ValidationError as error:
                self.reading.faults.extend(_faults_of_model(draft.rows[0], error, note="offer_note"))
                continue
            self.reading.offers.append(ReadOffer(draft.rows, offer))


def _another_pickup(number: int, column: str, draft: _Draft) -> Fault:
    """The fault of a row whose reference has another site or pickup; the first row of it may be at fault itself."""
    if not draft.rows:
        sentence = "Its first row gives this offer another site or pickup. Use another reference here."
        return unfit(number, column, "csv_offer_differs", sentence)
    sentence = "Row {row} gives this offer another site or pickup. Use another reference here."
    return unfit(number, column, "csv_offer_differs", sentence, row=draft.rows[0])


def _as_understood(cells: Mapping[str, str], line: OfferLineIn, draft: _Draft) -> dict[str, Any]:
    """A row's values as they were read, for the eyes of whoever sent it."""
    values = line.model_dump(mode="json")
    return {
        "offer": cells.get("offer", ""),
        "site_id": str(draft.site),
        "pickup_from": draft.window[0].isoformat(),
        "pickup_until": draft.window[1].isoformat(),
        **values,
    }


def _faults_of_model(row: int, error: ValidationError, note: str = "note") -> Iterator[Fault]:
    for item in error.errors():
        found = field_error(dict(item))
        name = found.pointer.split("/")[1] if "/" in found.pointer else ""
        yield misfit(row, note if name == "note" else name, found)


def _kilograms(cell: str) -> str:
    """The weight with a point for its decimals; "1,250" could be either and is refused."""
    text = _UNIT.sub("", latin_digits(cell)).replace("\u00a0", " ").replace("\u202f", " ").strip()
    if "٬" in text:
        return text.replace("٬", "")
    if _GROUPED.fullmatch(text) and not text.startswith("0"):
        small = text.replace(",", ".")
        sentence = "This could be {small} kg or {large} kg. Write it with a point, or without a sign."
        raise _Unfit("kg", "csv_weight_ambiguous", sentence, small=small, large=text.replace(",", ""))
    return text.replace(",", ".", 1) if text.count(",") == 1 and "." not in text else text


def _whole_number(cell: str) -> int | str:
    text = latin_digits(cell)
    match = re.fullmatch(r"(\d{1,6})(?:[.,]0+)?", text)
    if match is None:
        raise _Unfit("crates", "int_parsing", "Write the number of crates as a whole number.")
    return int(match[1])


def write_offers(offers: Sequence[OfferIn], *, language: LanguageCode = "en") -> bytes:
    """Offers as a file that `read_offers` reads back equal; without offers, the template."""
    written = io.StringIO(newline="")
    writer = csv.writer(written, lineterminator="\r\n")
    writer.writerow([ARABIC_COLUMNS[name][0] for name in COLUMNS] if language == "ar" else COLUMNS)
    for number, offer in enumerate(offers, 1):
        for line in offer.lines:
            writer.writerow([_written(name, number, offer, line) for name in COLUMNS])
    return b"\xef\xbb\xbf" + written.getvalue().encode()  # with the mark, spreadsheets know that it is UTF-8


def _written(name: str, number: int, offer: OfferIn, line: OfferLineIn) -> str:
    top = {
        "offer": str(number),
        "site": str(offer.site_id),
        "day": "",
        "pickup_from": offer.pickup_from.astimezone(UTC).isoformat(),
        "pickup_until": offer.pickup_until.astimezone(UTC).isoformat(),
        "offer_note": offer.note,
    }
    if name in top:
        return top[name]
    if name == "kg":
        return kg_text(line.kg)
    value = getattr(line, name)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return "|".join(value)
    return "" if value is None else str(value)
