"""Weights and distances as people write and read them."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.units import MOST_GRAMS, UnitError, grams_from_kg, in_digits, kg_display, kg_text, km_display


@given(st.integers(min_value=1, max_value=MOST_GRAMS))
def test_every_weight_is_written_and_read_back_to_the_gram(grams: int) -> None:
    assert grams_from_kg(kg_text(grams)) == grams
    assert grams_from_kg(in_digits(kg_text(grams), "arabic")) == grams


@given(st.text(max_size=12))
def test_any_text_is_a_weight_in_bounds_or_a_unit_error(text: str) -> None:
    with suppress(UnitError):
        assert 0 < grams_from_kg(text) <= MOST_GRAMS


@pytest.mark.parametrize(
    ("text", "grams"),
    [
        ("62.5", 62_500),
        ("10", 10_000),
        (" 0.001 ", 1),
        ("٦٢٫٥", 62_500),
        ("۱۲", 12_000),
        ("30000", MOST_GRAMS),
    ],
)
def test_weights_are_read_in_both_sets_of_digits(text: str, grams: int) -> None:
    assert grams_from_kg(text) == grams


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0",
        "0.000",
        "-1",
        "+1",
        "1e3",
        "1,5",
        "1.",
        ".5",
        "nan",
        "inf",
        "1.2345",
        "30000.001",
        "٣٠٠٠١",
        "1 2",
    ],
)
def test_what_is_no_weight_is_refused(text: str) -> None:
    with pytest.raises(UnitError) as refusal:
        grams_from_kg(text)
    assert refusal.value.sentence.endswith(".")


def test_weights_are_shown_whole_from_ten_kilograms_up_and_with_one_decimal_below() -> None:
    assert [kg_display(g) for g in (62_499, 62_500, 10_000, 9_950, 9_949, 1_250, 50, 40, 0)] == [
        "62", "63", "10", "10", "9.9", "1.3", "0.1", "0.04", "0",
    ]  # fmt: skip
    assert kg_display(9_500, "arabic") == "٩٫٥"


def test_distances_are_shown_with_one_decimal() -> None:
    assert [km_display(m) for m in (0, 49, 50, 12_345)] == ["0.0", "0.0", "0.1", "12.3"]
    assert km_display(12_345, "arabic") == "١٢٫٣"
