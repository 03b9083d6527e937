"""The picture of a shared page: its size, its Arabic in joined letters, and long words that stay within it."""

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from app.papers.lines import Run
from app.papers.picture import ACCENT, GROUND, HIGH, WIDE, Said, _advance, picture

ARABIC = Said("سارة الحدّاد", "كل رغيف يصل", (("12 كغ", "طعام"),), "وصل", leftwards=True)
ENGLISH = Said("Sara Haddad", "Every loaf", (("12 kg", "food"),), "Wasl", leftwards=False)


def pixels(said: Said) -> np.ndarray:
    image = Image.open(BytesIO(picture(said)))
    assert (image.format, image.size) == ("PNG", (WIDE, HIGH))
    return np.asarray(image.convert("RGB")).astype(int)


@pytest.mark.parametrize("said", [ARABIC, ENGLISH], ids=["ar", "en"])
def test_words_begin_where_reading_begins(said: Said) -> None:
    found = pixels(said)
    title = np.abs(found[60:150, 30 : WIDE - 30] - GROUND).sum(axis=(0, 2)) > 100
    middle = title.nonzero()[0].mean() + 30
    assert bool(middle > WIDE / 2) is said.leftwards
    bar = WIDE - 5 if said.leftwards else 5
    assert tuple(found[5, bar]) == ACCENT


def test_arabic_letters_are_joined() -> None:
    joined, apart = (_advance(Run(text, "arabic", 1), True) for text in ("سلم", "س\u200cل\u200cم"))
    assert joined < apart


def test_what_is_too_long_is_cut_and_nothing_runs_over_the_edge() -> None:
    long = Said("word " * 60, "sentence " * 90, (("1" * 40, "label " * 20),) * 3, "foot " * 60, leftwards=False)
    found = pixels(long)
    edge = found[:, WIDE - 30 :]
    assert (np.abs(edge - GROUND).sum(axis=2) == 0).all()


def test_the_same_words_are_the_same_bytes() -> None:
    assert picture(ARABIC) == picture(ARABIC)
    assert picture(ARABIC) != picture(ENGLISH)


def test_letters_that_join_leave_no_seam_between_them() -> None:
    found = pixels(Said("سسسس", "", (), "", leftwards=True))
    ink = np.abs(found[40:190, 30 : WIDE - 30] - GROUND).sum(axis=2).max(axis=0)
    word = ink.nonzero()[0]
    assert ink[word.min() + 3 : word.max() - 3].min() > 600
