"""Coordinates that people type."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.roads.addresses.coordinates import inside, is_swapped, typed_position

NEWPORT = (-3.07, 51.53, -2.93, 51.62)


@pytest.mark.parametrize(
    "text",
    [
        "51.58, -2.99",
        "51.58 -2.99",
        " 51.58,-2.99 ",
        "٥١٫٥٨، -٢٫٩٩",
        "۵۱٫۵۸ ، −۲٫۹۹",
        "51.58° N, 2.99° W",
        "2.99W 51.58N",
        "51,58 -2,99",
        "51,58; -2,99",
        "geo:51.58,-2.99",
    ],
)
def test_latitude_and_longitude_are_read_as_people_write_them(text: str) -> None:
    assert typed_position(text) == (51.58, -2.99)


@pytest.mark.parametrize(
    "text", ["192 Commercial Road", "12 34", "12, 34", "51.58", "NP20 2PP", "", "999.5, 999.5", "1.5, 2.5, 3.5", "٥"]
)
def test_what_is_no_position_is_none(text: str) -> None:
    assert typed_position(text) is None


def test_only_the_pair_that_turned_round_lies_in_the_region_is_swapped() -> None:
    assert is_swapped(NEWPORT, -2.99, 51.58)
    assert not is_swapped(NEWPORT, 51.58, -2.99)
    assert not is_swapped(NEWPORT, 48.1, 11.5)


@given(
    st.floats(-90, 90, allow_nan=False).map(lambda degrees: round(degrees, 6)),
    st.floats(-180, 180, allow_nan=False).map(lambda degrees: round(degrees, 6)),
)
def test_a_position_comes_back_as_it_was_written(latitude: float, longitude: float) -> None:
    assert typed_position(f"{latitude:.6f}, {longitude:.6f}") == (latitude, longitude)
    assert inside((-180, -90, 180, 90), latitude, longitude)


@given(st.text(max_size=200))
def test_any_text_may_be_typed(text: str) -> None:
    found = typed_position(text)
    assert found is None or max(map(abs, found)) <= 180
