"""Text to lines that fit, each as runs from left to right: the bidirectional algorithm, then the faces that have it.

A run is of one face and one direction, its text in the order in which it is read; whoever draws it shapes it so.
"""

import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby, pairwise

from fpdf.bidi import BidiParagraph
from fpdf.enums import TextDirection

from app.papers.fonts import ARABIC, LATIN, characters_of

# Say directions and are not drawn; overrides of direction are not heeded, since they hide what a text says.
_ISOLATES = "\u2066\u2067\u2068\u2069"
_MARKS = "\u200e\u200f\u061c"
_OVERRIDES = dict.fromkeys(map(ord, "\u202a\u202b\u202c\u202d\u202e"))
_UNDRAWN = dict.fromkeys(map(ord, _ISOLATES + _MARKS))
NO_GLYPH = "\ufffd"
# Signs of our own sentences that no face has.
_INSTEAD = str.maketrans({"≈": "~"})


@dataclass(frozen=True)
class Run:
    """Text of one face and direction. level: the embedding level, odd from right to left."""

    text: str
    face: str
    level: int

    @property
    def rightwards(self) -> bool:
        """Whether it is read from left to right."""
        return self.level % 2 == 0


@dataclass(frozen=True)
class Line:
    """Runs from left to right, their width together, and what a reader reads, with the space after it unless a word
    goes on in the next line."""

    runs: Sequence[Run]
    width: float
    text: str


@dataclass(frozen=True)
class _Letter:
    character: str
    level: int
    face: str


type Measure = Callable[[Run], float]


def broken(text: str, width: float, measure: Measure, *, leftwards: bool) -> list[Line]:
    """The lines of a text that are no wider than `width`, in the units that `measure` gives; a word that is wider alone
    goes on in the next line. leftwards: the paragraph is read from right to left."""
    return [
        line
        for paragraph in unicodedata.normalize("NFC", text).translate(_OVERRIDES).translate(_INSTEAD).splitlines()
        for line in _lines(_letters(paragraph, leftwards), width, measure)
        if line.runs
    ]


def plain(text: str) -> str:
    """What is read of a text, without the marks of its directions."""
    return text.translate(_OVERRIDES).translate(_UNDRAWN)


def _letters(text: str, leftwards: bool) -> list[_Letter]:
    text = "".join(" " if each.isspace() else each for each in text if each >= " " or each.isspace())
    if not text:
        return []
    base = TextDirection.RTL if leftwards else TextDirection.LTR
    found: list[_Letter] = []
    for each in BidiParagraph(text, base, preserve_bn_chars=True).characters:
        if ord(each.character) in _UNDRAWN:
            continue
        joins = each.original_bidi_class in ("BN", "NSM") and found
        level = found[-1].level if joins else each.embedding_level
        face = found[-1].face if joins and _has(found[-1].face, each.character) else _face_of(each.character, level)
        found.append(_Letter(*((each.character, level, face) if face else (NO_GLYPH, level, LATIN))))
    return found


def _has(face: str, character: str) -> bool:
    return ord(character) in characters_of(face)


def _face_of(character: str, level: int) -> str:
    """The face of the direction where it has the character, else the other; empty where neither has it."""
    wanted = (ARABIC, LATIN) if level % 2 else (LATIN, ARABIC)
    return next((face for face in wanted if _has(face, character)), "")


def _rows(letters: Sequence[_Letter], width: float, measure: Measure) -> Iterator[Sequence[_Letter]]:
    """Letters by line, broken after spaces."""
    row: list[_Letter] = []
    taken = 0.0
    for word in _words(letters):
        wide, bare = _width(word, measure), _width(_without_end(word), measure)
        if row and taken + bare > width:
            yield row
            row, taken = [], 0.0
        while bare > width and len(word) > 1:
            fits = next((n for n in range(len(word) - 1, 0, -1) if _width(word[:n], measure) <= width), 1)
            yield word[:fits]
            word = word[fits:]
            wide, bare = _width(word, measure), _width(_without_end(word), measure)
        row += word
        taken += wide
    yield row


def _words(letters: Sequence[_Letter]) -> Iterator[Sequence[_Letter]]:
    start = 0
    for index, (this, after) in enumerate(pairwise(letters), 1):
        if this.character == " " and after.character != " ":
            yield letters[start:index]
            start = index
    if letters[start:]:
        yield letters[start:]


def _without_end(letters: Sequence[_Letter]) -> Sequence[_Letter]:
    end = len(letters)
    while end and letters[end - 1].character == " ":
        end -= 1
    return letters[:end]


def _runs(letters: Sequence[_Letter]) -> list[Run]:
    return [
        Run("".join(each.character for each in group), face, level)
        for (face, level), group in groupby(letters, lambda each: (each.face, each.level))
    ]


def _width(letters: Sequence[_Letter], measure: Measure) -> float:
    return sum(map(measure, _runs(letters)))


def _lines(letters: Sequence[_Letter], width: float, measure: Measure) -> Iterator[Line]:
    done = 0
    for row in _rows(letters, width, measure):
        runs = _in_sight_order(_runs(_without_end(row)))
        done += len(row)
        text = "".join(each.character for each in row)
        yield Line(runs, sum(map(measure, runs)), text + " " if done == len(letters) else text)


def _in_sight_order(runs: list[Run]) -> list[Run]:
    """Rule L2 of the bidirectional algorithm, by whole runs: what is inside one is turned when it is shaped."""
    for level in range(max((run.level for run in runs), default=0), 0, -1):
        turned: list[Run] = []
        for inside, group in groupby(runs, partial(_is_within, level)):
            part = list(group)
            turned += part[::-1] if inside else part
        runs = turned
    return runs


def _is_within(level: int, run: Run) -> bool:
    return run.level >= level
