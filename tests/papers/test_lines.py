"""Text in lines: nothing is lost or too wide, each direction in its order, every letter in a face that has it."""

import re
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.kit.language import catalogue, isolated
from app.papers.fonts import characters_of
from app.papers.lines import NO_GLYPH, Run, broken, plain

LETTERS = "abc (12.5), بتثج، ٣٤ \u200d\u064e\u2068\u2069\u200e·"


def letters(run: Run) -> float:
    return len(run.text)


def seen(text: str, *, leftwards: bool) -> list[str]:
    """The runs of the one line, as they stand from left to right."""
    [line] = broken(text, 1000, letters, leftwards=leftwards)
    return [run.text for run in line.runs]


def test_a_latin_name_and_figures_stand_within_arabic_as_they_are_read() -> None:
    text = f"من {isolated('Tesco (Spytty) 12')}، الساعة {isolated('10:30')}"
    assert seen(text, leftwards=True) == ["10:30", "، الساعة ", "Tesco (Spytty) 12", "من "]


def test_an_arabic_name_with_a_figure_stands_within_english_as_it_is_read() -> None:
    assert seen(f"for {isolated('بنك 5')}, 12 kg", leftwards=False) == ["for ", "5", "بنك ", ", 12 kg"]


def test_a_mark_and_a_joiner_stay_with_their_letter() -> None:
    assert seen("مخ\u200cتبر نُشر", leftwards=False) == ["مخ\u200cتبر نُشر"]


def test_an_override_of_direction_is_not_heeded() -> None:
    assert seen("ab\u202ecd\u202c", leftwards=False) == ["abcd"]


def test_a_character_that_no_face_has_is_shown_as_such() -> None:
    assert seen("a 中 b", leftwards=False) == [f"a {NO_GLYPH} b"]


@settings(deadline=None, max_examples=150)
@given(st.text(LETTERS, max_size=120), st.integers(1, 30), st.booleans())
def test_lines_hold_all_of_a_text_and_are_never_too_wide(text: str, width: int, leftwards: bool) -> None:
    lines = broken(text, width, letters, leftwards=leftwards)
    assert all(line.width <= width for line in lines)
    for line in lines:
        assert sorted("".join(run.text for run in line.runs)) == sorted(line.text.rstrip(" "))
        assert all(ord(each) in characters_of(run.face) for run in line.runs for each in run.text)
    assert "".join(line.text for line in lines).replace(" ", "") == plain(text).replace(" ", "")


def sentences() -> list[str]:
    found = catalogue("ar")
    assert found is not None
    forms = [message.string if isinstance(message.string, tuple) else (message.string,) for message in found]
    texts = [re.sub(r"\{\w+\}", "", text) for group in forms for text in group]
    return ["".join(each for each in text if unicodedata.category(each) != "So") for text in texts]  # ticks of pages


@pytest.mark.parametrize("leftwards", [True, False])
def test_every_sentence_of_ours_has_its_letters(leftwards: bool) -> None:
    for text in sentences():
        for line in broken(text, 10_000, letters, leftwards=leftwards):
            assert NO_GLYPH not in line.text, text
