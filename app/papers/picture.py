"""The picture that is shown where a public page is shared: its name, its sentence and three numbers, 1200 by 630.

Text is laid out as on papers (both directions, Arabic shaped by HarfBuzz) and drawn from the outlines of the same
faces, so that it looks the same wherever the server runs.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from math import ceil
from threading import Lock
from typing import Any

import numpy as np
import uharfbuzz as hb  # type: ignore[import-untyped]
from fontTools.pens.basePen import BasePen
from fontTools.ttLib import TTFont
from PIL import Image, ImageDraw

from app.kit.shelf import Shelf
from app.papers.fonts import face_file
from app.papers.lines import Run, broken

WIDE, HIGH, EDGE = 1200, 630, 72
SAMPLES = 3  # a pixel is the mean of so many squared
GROUND, INK, MUTED, ACCENT = (250, 248, 244), (29, 28, 26), (92, 88, 80), (47, 107, 60)
_STEPS = 6  # of a curve
_kept: Shelf["Said", bytes] = Shelf(most=50)
_one_at_a_time = Lock()

type Colour = tuple[int, int, int]
type Point = tuple[float, float]


@dataclass(frozen=True)
class Said:
    """What stands on the picture. figures: up to three numbers with what they are of."""

    title: str
    sentence: str
    figures: tuple[tuple[str, str], ...]
    foot: str
    leftwards: bool


def picture(said: Said) -> bytes:
    """The PNG; the same words make the same bytes."""
    found = _kept.get(said)
    if found is None:
        with _one_at_a_time:  # a face is read as it is drawn from, and no two may do so
            found = _drawn(said)
        _kept.put(said, found)
    return found


def _drawn(said: Said) -> bytes:
    image = Image.new("RGB", (WIDE, HIGH), GROUND)
    bar = (WIDE - 20, 0, WIDE, HIGH) if said.leftwards else (0, 0, 20, HIGH)
    ImageDraw.Draw(image).rectangle(bar, fill=ACCENT)
    sheet = _Sheet(image, said.leftwards)
    whole = WIDE - 2 * EDGE
    y = sheet.text(said.title, EDGE, 60, whole, 64, INK, bold=True, most=2)
    y = sheet.text(said.sentence, EDGE, y + 12, whole, 34, MUTED, most=3)
    column = whole // 3
    for place, (number, label) in enumerate(said.figures[:3]):
        start = EDGE + place * column
        below = sheet.text(number, start, 400, column - 20, 54, ACCENT, bold=True, most=1)
        sheet.text(label, start, below, column - 20, 26, MUTED, most=1)
    sheet.text(said.foot, EDGE, 552, whole, 26, INK, bold=True, most=1)
    file = BytesIO()
    image.save(file, "PNG", optimize=True)
    return file.getvalue()


class _Sheet:
    """The picture in the making; positions across are counted from where reading begins."""

    def __init__(self, image: Image.Image, leftwards: bool) -> None:
        self._image, self._leftwards = image, leftwards

    def text(
        self, text: str, start: float, top: float, width: float, size: float, colour: Colour, *, bold: bool = False,
        most: int,
    ) -> float:  # fmt: skip
        """Lines from `top` down, `most` of them; where they end."""
        lines = broken(text, width, lambda run: _advance(run, bold) * size, leftwards=self._leftwards)
        if len(lines) > most:
            shorter = f"{' '.join(line.text.strip() for line in lines[:most])[:-1].rstrip()}…"
            lines = broken(shorter, width, lambda run: _advance(run, bold) * size, leftwards=self._leftwards)[:most]
        for line in lines:
            left = WIDE - start - line.width if self._leftwards else start
            drawn: list[Sequence[Point]] = []
            for run in line.runs:
                left = _run(drawn, run, left, top + size * 1.05, size, bold)
            if drawn:
                self._fill(drawn, colour)
            top += size * 1.42
        return top

    def _fill(self, contours: Sequence[Sequence[Point]], colour: Colour) -> None:
        """What the contours of a line go round: where letters lie over one another it is filled, holes are not."""
        xs, ys = ([point[axis] for one in contours for point in one] for axis in (0, 1))
        left, top = int(min(xs)) - 1, int(min(ys)) - 1
        wide, high = int(max(xs)) - left + 2, int(max(ys)) - top + 2
        turns = np.zeros((high * SAMPLES, wide * SAMPLES), dtype=np.int16)
        for one in contours:
            moved = [((x - left) * SAMPLES, (y - top) * SAMPLES) for x, y in one]
            for begin, end in zip(moved, [*moved[1:], moved[0]], strict=True):
                _cross(turns, begin, end)
        inside = (turns.cumsum(axis=1) != 0).reshape(high, SAMPLES, wide, SAMPLES).mean(axis=(1, 3))
        self._image.paste(colour, (left, top), Image.fromarray((inside * 255).astype(np.uint8)))


def _cross(turns: np.ndarray, begin: Point, end: Point) -> None:
    """Count an edge where it crosses the middle of rows: one turn more to its right if it goes down, one less if up."""
    (upper, lower), turn = ((begin, end), 1) if begin[1] < end[1] else ((end, begin), -1)
    rows = np.arange(ceil(upper[1] - 0.5), ceil(lower[1] - 0.5))
    if len(rows):
        across = upper[0] + (rows + 0.5 - upper[1]) * (lower[0] - upper[0]) / (lower[1] - upper[1])
        np.add.at(turns, (rows, np.ceil(across - 0.5).astype(int)), turn)


def _run(
    drawn: list[Sequence[Point]], run: Run, left: float, baseline: float, size: float, bold: bool
) -> float:  # fmt: skip
    """Put the outlines of a run to those that are drawn; where it ends."""
    for glyph, across, up, advance in _shaped(run, bold):
        for one in _contours(run.face, bold, glyph):
            drawn.append([(left + (x + across) * size, baseline - (y + up) * size) for x, y in one])
        left += advance * size
    return left


@cache
def _font(face: str, bold: bool) -> tuple[Any, TTFont, int]:
    path = face_file(face, bold)
    shaper = hb.Font(hb.Face(hb.Blob.from_file_path(str(path))))
    font = TTFont(BytesIO(path.read_bytes()), lazy=True)  # a file would stay open
    return shaper, font, font["head"].unitsPerEm


def _shaped(run: Run, bold: bool) -> list[tuple[int, float, float, float]]:
    """Glyphs from left to right: which, how far off its place, how wide, in parts of the size."""
    shaper, _, units = _font(run.face, bold)
    buffer = hb.Buffer()
    buffer.add_str(run.text)
    buffer.guess_segment_properties()
    buffer.direction = "ltr" if run.rightwards else "rtl"
    hb.shape(shaper, buffer)
    return [
        (info.codepoint, at.x_offset / units, at.y_offset / units, at.x_advance / units)
        for info, at in zip(buffer.glyph_infos, buffer.glyph_positions, strict=True)
    ]


def _advance(run: Run, bold: bool) -> float:
    return sum(advance for _, _, _, advance in _shaped(run, bold))


@cache
def _contours(face: str, bold: bool, glyph: int) -> tuple[tuple[Point, ...], ...]:
    """The outline of a glyph in parts of the size, its curves in short straight pieces."""
    _, font, units = _font(face, bold)
    glyphs = font.getGlyphSet()
    pen = _Outline(glyphs)
    glyphs[font.getGlyphName(glyph)].draw(pen)
    return tuple(tuple((x / units, y / units) for x, y in one) for one in pen.found if len(one) > 2)


class _Outline(BasePen):  # type: ignore[misc]
    """Keeps what is drawn as points."""

    def __init__(self, glyphs: Any) -> None:
        super().__init__(glyphs)
        self.found: list[list[Point]] = []

    def _moveTo(self, point: Point) -> None:
        self.found.append([point])

    def _lineTo(self, point: Point) -> None:
        self.found[-1].append(point)

    def _curveToOne(self, first: Point, second: Point, end: Point) -> None:
        begin = self.found[-1][-1]
        for step in range(1, _STEPS + 1):
            part = step / _STEPS
            rest = 1 - part
            weights = rest**3, 3 * rest**2 * part, 3 * rest * part**2, part**3
            x, y = (
                sum(weight * point[axis] for weight, point in zip(weights, (begin, first, second, end), strict=True))
                for axis in (0, 1)
            )
            self.found[-1].append((x, y))
