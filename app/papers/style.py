"""How papers look: sizes, greys and measures in points, and the pieces that a page is laid out of."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.papers.canvas import Style

MARGIN, TOP, BOTTOM = 51.0, 74.0, 72.0  # 18 mm at the sides; head and foot have their place above and below
HEAD, FOOT = 40.0, 58.0  # where those begin: from the top, from the bottom
TEXT = Style(10, 15)
STRONG = Style(10, 15, bold=True)
MUTED = Style(9, 13.5, grey=0.33)
BESIDE = Style(9, 15, grey=0.33)  # muted, on one line with text
TITLE = Style(20, 28, bold=True)
SECTION = Style(12.5, 19, bold=True)
FIGURE = Style(19, 27, bold=True)
LABEL = Style(8.5, 12.5, bold=True, grey=0.33)
SMALL = Style(8, 11, grey=0.33)
SMALL_STRONG = Style(8, 11, bold=True)
BLACK, FAINT = 0.0, 0.78  # greys of rules
PADDING, GUTTER = 4.0, 10.0


@dataclass(frozen=True)
class Column:
    """Where a column begins and how wide it is, as parts of the whole width; numbers stand at its end."""

    start: float
    width: float
    at_end: bool = False


@dataclass(frozen=True)
class Part:
    """Text in one style, on lines of its own."""

    text: str
    style: Style = TEXT


@dataclass(frozen=True)
class Row:
    """Cells by column. rule: the grey of the line above it, if any. again: what is said first where a page begins with
    this row. with_next: it does not end a page. columns: where they are not the table's."""

    cells: Sequence[Sequence[Part]]
    rule: float | None = FAINT
    again: "Row | None" = None
    with_next: bool = False
    padding: float = PADDING
    columns: Sequence[Column] | None = None


def cells(*texts: str, style: Style = TEXT) -> list[list[Part]]:
    """One part a cell."""
    return [[Part(text, style)] for text in texts]
