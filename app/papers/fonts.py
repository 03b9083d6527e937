"""The faces of papers: Noto Sans and Noto Sans Arabic (OFL 1.1), regular and bold, cut from their variable fonts.

A cut takes some seconds, so it is kept beside the compiled code, or in a folder of this process alone where nothing may
be written there.
"""

import os
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from itertools import chain
from pathlib import Path
from threading import Lock

import fontpkg
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

KEPT = Path(__file__).with_name("__pycache__")
REGULAR, BOLD = 400, 700
_CUT = "1"  # goes up when what a cut keeps changes
_one_at_a_time = Lock()


@dataclass(frozen=True)
class Face:
    """A family, the package that it comes in, and which of its characters are kept; None: all."""

    family: str
    package: str
    characters: Iterable[int] | None = None


LATIN, ARABIC = "latin", "arabic"
FACES = {
    LATIN: Face(
        "Noto Sans",
        "fontpkg-noto-sans",
        # Latin, Greek and Cyrillic with their punctuation, signs of money, arrows and mathematics.
        tuple(chain(range(0x20, 0x250), range(0x2B0, 0x530), range(0x1E00, 0x2300), (0x25A1, 0x25CC, 0xFFFD))),
    ),
    ARABIC: Face("Noto Sans Arabic", "fontpkg-noto-sans-arabic"),
}


@cache
def face_file(face: str, bold: bool) -> Path:
    """The file of a face, made where it is not there yet."""
    found = FACES[face]
    weight = BOLD if bold else REGULAR
    name = f"wasl-{face}-{weight}-{version(found.package)}-{_CUT}.ttf"
    with _one_at_a_time:
        for folder in (KEPT, _own_folder()):
            if (folder / name).exists():
                return folder / name
        return _kept(name, _cut(found, weight))


@cache
def characters_of(face: str) -> frozenset[int]:
    """What a face has a glyph for."""
    with TTFont(face_file(face, False), lazy=True) as font:
        return frozenset(font.getBestCmap())


def _cut(face: Face, weight: int) -> TTFont:
    # The file's own time stays in it: the same paper is the same bytes wherever it is made.
    font = TTFont(fontpkg.path(face.family), recalcTimestamp=False)
    if face.characters is not None:
        wanted = Subsetter(Options(layout_features=["*"], name_IDs=["*"], hinting=False, notdef_outline=True))
        wanted.populate(unicodes=face.characters)
        wanted.subset(font)
    return instancer.instantiateVariableFont(font, {"wght": weight, "wdth": 100}, inplace=True)


def _kept(name: str, font: TTFont) -> Path:
    """Written whole or not at all, since other processes may look for it at this moment."""
    for folder in (KEPT, _own_folder()):
        try:
            folder.mkdir(exist_ok=True)
            handle, path = tempfile.mkstemp(dir=folder, suffix=".part")
        except OSError:
            continue
        with os.fdopen(handle, "wb") as file:
            font.save(file)
        os.chmod(path, 0o644)
        return Path(path).replace(folder / name)
    raise OSError("no folder to keep a paper's fonts in")


@cache
def _own_folder() -> Path:
    return Path(tempfile.mkdtemp(prefix="wasl-fonts-"))
