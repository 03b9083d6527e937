"""A paper's pages from top to bottom: headings, paragraphs, tables and signatures, mirrored for Arabic.

Positions across are counted from where reading begins: left in English, right in Arabic. Nothing is cut at a page's
end: what does not fit goes on on the next, under the table's headings again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.domain.signatures import Stroke
from app.papers.canvas import SIGNATURE_HIGH, SIGNATURE_WIDE, Canvas, Style
from app.papers.lines import Line, Measure, broken, plain
from app.papers.marks import MARK, qr_squares
from app.papers.style import (
    BLACK,
    BOTTOM,
    FAINT,
    FIGURE,
    FOOT,
    GUTTER,
    HEAD,
    LABEL,
    MARGIN,
    MUTED,
    SECTION,
    SMALL,
    SMALL_STRONG,
    STRONG,
    TITLE,
    TOP,
    Column,
    Part,
    Row,
    cells,
)
from app.papers.words import DEMONSTRATION, CheckMark, Issuer

type Lines = list[tuple[Line, Style]]
WHOLE = Column(0, 1)
_HEAD_LINES = 2  # of a long name; it stands whole on the first page


@dataclass(frozen=True)
class _Laid:
    """A row with its text in lines, by column."""

    row: Row
    columns: Sequence[Column]
    lines: Sequence[Lines]

    @property
    def high(self) -> float:
        return max(map(_high, self.lines), default=0.0) + 2 * self.row.padding


class Sheet:
    """One document in the making; `finished` gives its bytes."""

    def __init__(self, issuer: Issuer, title: str, made_at: datetime) -> None:
        self._issuer, self._title = issuer, title
        self._leftwards = issuer.language.locale.text_direction == "rtl"
        self._canvas = Canvas(issuer.language.code, plain(title), made_at)
        self._wide = self._canvas.w - 2 * MARGIN
        self._limit = self._canvas.h - BOTTOM
        self._y = TOP
        self._new_page()

    def heading(self, text: str) -> None:
        """What the paper is, once."""
        self._flow(self._lines([Part(text, TITLE)], WHOLE), "H1")

    def section(self, text: str, after: float = 60) -> None:
        """A heading within the paper, on the page of what follows: of `after` points of that at least."""
        self.space(14)
        self._room(SECTION.leading + after)
        self._flow(self._lines([Part(text, SECTION)], WHOLE), "H2")

    def paragraph(self, *parts: Part) -> None:
        """Text across the page."""
        self._flow(self._lines(parts, WHOLE), "P")

    def space(self, high: float) -> None:
        """Nothing, but not at the top of a page."""
        if self._y > TOP:
            self._y += high

    def room(self, high: float) -> None:
        """A new page where this one has less left than that, in points."""
        self._room(high)

    def figures(self, figures: Sequence[tuple[str, str, str]]) -> None:
        """Label, number and what is to be said of it, side by side."""
        wide = 1 / len(figures)
        columns = [Column(index * wide, wide) for index in range(len(figures))]
        said = [[Part(label, LABEL), Part(number, FIGURE), Part(note, MUTED)] for label, number, note in figures]
        self.table(columns, [], [Row(said, rule=BLACK, padding=8)])

    def facts(self, facts: Sequence[tuple[str, str]]) -> None:
        """Labels, each with its number."""
        columns = [Column(0, 0.7), Column(0.7, 0.3, at_end=True)]
        self.table(columns, [], [Row(cells(label, fact)) for label, fact in facts])

    def table(self, columns: Sequence[Column], head: Sequence[str], rows: Sequence[Row]) -> None:
        """Rows under their headings, with which every page of the table begins."""
        top = [self._laid(Row(cells(*head, style=LABEL), rule=None), columns)] if head else []
        laid = [self._laid(row, columns) for row in rows]
        self._room(sum(each.high for each in top) + _together(laid))
        self._begin(top, None)
        for index, each in enumerate(laid):
            if self._y + _together(laid[index:]) > self._limit:
                again = None if each.row.again is None else self._laid(each.row.again, columns)
                self._next(top, again)
            self._draw(each, top)

    def signature(self, strokes: Sequence[Stroke], said: str) -> None:
        """A drawing, where reading begins."""
        self._room(SIGNATURE_HIGH + 8)
        left = self._canvas.w - MARGIN - SIGNATURE_WIDE if self._leftwards else MARGIN
        self._canvas.signature(strokes, left, self._y + 4, said)
        self._y += SIGNATURE_HIGH + 8

    def finished(self) -> bytes:
        """With the check code at the end, and head and foot on each page, now that their number is known."""
        if self._issuer.check is not None:
            self._check_mark(self._issuer.check)
        pages = self._canvas.pages_count
        for page in range(1, pages + 1):
            self._canvas.page = page
            with self._canvas.unread():
                self._head(page)
                self._foot(page, pages)
        return self._canvas.bytes_of()

    def _check_mark(self, check: CheckMark) -> None:
        """The code with a picture that a telephone reads, in one piece."""
        t = self._issuer.t
        self.space(16)
        self._room(MARK + 8)
        top = self._y + 4
        left = self._canvas.w - MARGIN - MARK if self._leftwards else MARGIN
        self._canvas.squares(
            qr_squares(check.address), left, top, MARK, t("QR code of {address}", address=check.address)
        )
        beside = Column((MARK + GUTTER) / self._wide, 1 - (MARK + GUTTER) / self._wide)
        said = [
            Part(t("Check code"), LABEL),
            Part(f"\u2066{check.code}\u2069", STRONG),
            Part(t("Anybody can check this paper at {page}, without signing in.", page=check.page), MUTED),
        ]
        self._y = top - 2
        self._tagged(self._lines(said, beside), beside, "P")
        self._y = top + MARK + 4

    def _head(self, page: int) -> None:
        self._beside(Part(self._issuer.t("Wasl"), SMALL_STRONG), Column(0, 0.07), HEAD)
        self._beside(Part(self._issuer.network, SMALL), Column(0.07, 0.43), HEAD)
        if page > 1:
            self._beside(Part(self._title, SMALL), Column(0.5, 0.5, at_end=True), HEAD)

    def _foot(self, page: int, pages: int) -> None:
        y = self._canvas.h - FOOT
        self._canvas.rule(MARGIN, self._canvas.w - MARGIN, y, FAINT)
        if self._issuer.demonstration:
            self._beside(Part(self._issuer.t(DEMONSTRATION), SMALL), Column(0, 0.8), y + 6)
        said = self._issuer.t("Page {page} of {pages}", page=str(page), pages=str(pages))
        self._beside(Part(said, SMALL), Column(0.8, 0.2, at_end=True), y + 6)

    def _beside(self, part: Part, column: Column, y: float) -> None:
        self._set(self._lines([part], column)[:_HEAD_LINES], column, y)

    def _new_page(self) -> None:
        self._canvas.add_page()
        self._y = TOP

    def _room(self, high: float) -> None:
        if self._y > TOP and self._y + high > self._limit and high <= self._limit - TOP:
            self._new_page()

    def _next(self, top: Sequence[_Laid], again: _Laid | None) -> None:
        """A new page of a table, unless this one has nothing but its headings."""
        if self._y > TOP + sum(each.high for each in top):
            self._new_page()
            self._begin(top, again)

    def _begin(self, top: Sequence[_Laid], again: _Laid | None) -> None:
        for each in top:
            self._draw(each, [])
            self._rule(BLACK)
        if again is not None:
            self._draw(again, top)

    def _draw(self, laid: _Laid, top: Sequence[_Laid]) -> None:
        """A row; one that is higher than a page goes on on the next."""
        if laid.row.rule is not None and not (top and self._y <= TOP + top[0].high):
            self._rule(laid.row.rule)
        left: list[Lines] = [list(each) for each in laid.lines]
        while True:
            self._y += laid.row.padding
            room = self._limit - self._y - laid.row.padding
            here = [_first(each, room) for each in left]
            for column, lines in zip(laid.columns, here, strict=True):
                self._tagged(lines, column, "P")
            self._y += max(map(_high, here), default=0.0) + laid.row.padding
            left = [each[len(lines) :] for each, lines in zip(left, here, strict=True)]
            if not any(left):
                return
            self._new_page()
            self._begin(top, None)

    def _rule(self, grey: float) -> None:
        with self._canvas.unread():
            self._canvas.rule(MARGIN, self._canvas.w - MARGIN, self._y, grey)

    def _flow(self, lines: Lines, kind: str) -> None:
        while lines:
            here = _first(lines, self._limit - self._y)
            if not here or (len(here) < len(lines) and self._y > TOP and _high(lines) <= self._limit - TOP):
                self._new_page()
                continue
            self._tagged(here, WHOLE, kind)
            self._y += _high(here)
            lines = lines[len(here) :]

    def _laid(self, row: Row, columns: Sequence[Column]) -> _Laid:
        own = row.columns or columns
        return _Laid(row, own, [self._lines(cell, column) for cell, column in zip(row.cells, own, strict=True)])

    def _lines(self, parts: Sequence[Part], column: Column) -> Lines:
        ends = column.start + column.width > 0.999
        room = column.width * self._wide - (0 if ends else GUTTER)
        return [
            (line, part.style)
            for part in parts
            for line in broken(part.text, room, self._measure(part.style), leftwards=self._leftwards)
        ]

    def _measure(self, style: Style) -> Measure:
        return lambda run: self._canvas.width_of(run, style)

    def _tagged(self, lines: Lines, column: Column, kind: str) -> None:
        if lines:
            with self._canvas.tagged(kind, "".join(line.text for line, _ in lines).strip()):
                self._set(lines, column, self._y)

    def _set(self, lines: Lines, column: Column, y: float) -> None:
        """Lines from `y` down, at the column's start or end."""
        ends = column.start + column.width > 0.999
        start = column.start * self._wide
        end = start + column.width * self._wide - (0 if ends else GUTTER)
        for line, style in lines:
            at = end - line.width if column.at_end else start
            left = MARGIN + (self._wide - at - line.width if self._leftwards else at)
            self._canvas.write_line(line, left, y + (style.leading + 0.72 * style.size) / 2, style)
            y += style.leading


def _high(lines: Lines) -> float:
    return sum(style.leading for _, style in lines)


def _first(lines: Lines, room: float) -> Lines:
    """As many as there is room for."""
    taken = 0
    while taken < len(lines) and _high(lines[: taken + 1]) <= room:
        taken += 1
    return lines[:taken]


def _together(laid: Sequence[_Laid]) -> float:
    """How high the first row is, with those that it does not stand without."""
    high = 0.0
    for each in laid:
        high += each.high
        if not each.row.with_next:
            break
    return high
