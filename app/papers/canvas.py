"""Shaped text and strokes on A4, in points from the upper left corner, each with its tag for readers that speak."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from fpdf import FPDF
from fpdf.enums import TextDirection
from fpdf.fonts import TTFFont
from fpdf.prefs import ViewerPreferences

from app.domain.signatures import MARGIN, WIDE, Stroke, box_of
from app.papers.fonts import face_file
from app.papers.lines import Line, Run

SIGNATURE_WIDE, SIGNATURE_HIGH = 150.0, 44.0
# What a glyph is copied as that is only part of a letter, such as its dots: the letter's own glyph says all of it.
UNSEEN = (0x2060,)
_DIRECTIONS = {True: TextDirection.LTR, False: TextDirection.RTL}


@dataclass(frozen=True)
class Style:
    """How text is set: size and the height of its lines in points; grey from 0, black, to 1."""

    size: float
    leading: float
    bold: bool = False
    grey: float = 0.0


class Canvas(FPDF):
    """A document whose text is shaped run by run. What is made twice is the same bytes: its time is `made_at`."""

    def __init__(self, language: str, title: str, made_at: datetime) -> None:
        super().__init__(unit="pt", format="A4")
        self.set_auto_page_break(False)
        self.set_creation_date(made_at)
        self.set_title(title)
        self.set_producer("Wasl")
        self.set_creator("Wasl")
        self.set_lang(language)
        self.viewer_preferences = ViewerPreferences(display_doc_title=True)
        self._faces: dict[str, TTFFont] = {}
        self._marked: dict[int, int] = {}
        self._widths: dict[tuple[Run, bool], float] = {}

    def width_of(self, run: Run, style: Style) -> float:
        """Of a run as it is shaped."""
        key = run, style.bold
        if key not in self._widths:
            font = self._font(run.face, style.bold)
            self._widths[key] = font.shaped_text_width(run.text, 1.0, _shaping(run))[1]
        return self._widths[key] * style.size

    def write_line(self, line: Line, left: float, baseline: float, style: Style) -> None:
        """The runs of a line, from its left end."""
        self._out(f"q {style.grey:g} g")
        for run in line.runs:
            self._write_run(run, left, baseline, style)
            left += self.width_of(run, style)
        self._out("Q")

    def rule(self, left: float, right: float, y: float, grey: float = 0.0, thick: float = 0.5) -> None:
        """A line across."""
        high = self.h - y
        self._out(f"/Artifact BMC q {grey:g} G {thick:g} w {left:.2f} {high:.2f} m {right:.2f} {high:.2f} l S Q EMC")

    @contextmanager
    def tagged(self, kind: str, text: str) -> Iterator[None]:
        """What is written meanwhile is a thing of this kind (P, H1, H2) that reads so."""
        number = self._next_mark()
        self._add_marked_content(struct_type=f"/{kind}", mcid=number)
        self._out(f"/{kind} <</MCID {number} /ActualText <FEFF{text.encode('utf-16-be').hex().upper()}>>> BDC")
        yield
        self._out("EMC")

    @contextmanager
    def unread(self) -> Iterator[None]:
        """What is written meanwhile stands on each page and is not read aloud."""
        self._out("/Artifact BMC")
        yield
        self._out("EMC")

    def signature(self, strokes: Sequence[Stroke], left: float, top: float, said: str) -> None:
        """What was drawn, as large as it fits; `left` is where its box begins."""
        x, y, wide, high = box_of(strokes)
        scale = min(SIGNATURE_WIDE / max(wide, 2 * MARGIN), SIGNATURE_HIGH / max(high, 2 * MARGIN), 300 / WIDE)
        number = self._next_mark()
        self._add_marked_content(struct_type="/Figure", mcid=number, alt_text=said)
        drawn = [f"/Figure <</MCID {number}>> BDC q 0 G 1 J 1 j 1.1 w"]
        for stroke in strokes:
            points = [
                f"{left + (across - x) * scale:.2f} {self.h - top - (down - y) * scale:.2f}"
                for across, down in zip(stroke[::2], stroke[1::2], strict=True)
            ]
            drawn.append(" ".join([points[0], "m", *(f"{point} l" for point in points[1:] or points)]) + " S")
        self._out(" ".join([*drawn, "Q EMC"]))

    def squares(self, rows: Sequence[Sequence[int]], left: float, top: float, wide: float, said: str) -> None:
        """A figure of black squares, `wide` across, that reads so. rows: 1 for a black one."""
        side = wide / len(rows)
        number = self._next_mark()
        self._add_marked_content(struct_type="/Figure", mcid=number, alt_text=said)
        drawn = [
            f"{left + across * side:.3f} {self.h - top - (down + 1) * side:.3f} {side:.3f} {side:.3f} re"
            for down, row in enumerate(rows)
            for across, black in enumerate(row)
            if black
        ]
        self._out(" ".join([f"/Figure <</MCID {number}>> BDC q 0 g", *drawn, "f Q EMC"]))

    def bytes_of(self) -> bytes:
        """The document; nothing is written after."""
        for font in self._faces.values():
            for glyph, _ in font.subset.items():
                if glyph is not None and glyph.unicode == ():
                    glyph.unicode = UNSEEN
        return bytes(self.output())

    def _font(self, face: str, bold: bool) -> TTFFont:
        key = f"{face}{'B' if bold else ''}"
        if key not in self._faces:
            self.add_font(face, "B" if bold else "", str(face_file(face, bold)))
            self._faces[key] = cast(TTFFont, self.fonts[key])
        return self._faces[key]

    def _write_run(self, run: Run, left: float, baseline: float, style: Style) -> None:
        """One text object. Where a glyph is not as wide as its own advance, or is raised, the next is placed anew."""
        font = self._font(run.face, style.bold)
        unit = font.scale * style.size / 1000
        set_font = self._set_font_for_page(font, style.size, wrap_in_text_object=False)
        said, codes, placed = [f"BT {set_font}"], "", False
        for glyph in font.shape_text(run.text, style.size, _shaping(run)):
            across, up = glyph["x_offset"] * unit, glyph["y_offset"] * unit
            if not placed or across or up:
                if codes:
                    said.append(f"<{codes}> Tj")
                said.append(f"1 0 0 1 {left + across:.2f} {self.h - baseline + up:.2f} Tm")
                codes = ""
            codes += f"{glyph['mapped_char']:04X}"
            left += glyph["x_advance"] * unit
            placed = not glyph["force_positioning"]
        self._out(" ".join([*said, f"<{codes}> Tj ET"]))

    def _next_mark(self) -> int:
        number = self._marked.get(self.page, 0)
        self._marked[self.page] = number + 1
        return number


def _shaping(run: Run) -> dict[str, Any]:
    return {"features": {}, "fragment_direction": _DIRECTIONS[run.rightwards], "script": None, "language": None}
