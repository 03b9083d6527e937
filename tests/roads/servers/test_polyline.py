"""Encoded lines: the published example, whatever a server may encode, and text that is no line."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.roads.servers.connection import MalformedAnswer
from app.roads.servers.polyline import decoded


def encoded(line: list[tuple[int, int]]) -> str:
    """The format's own description, from (longitude, latitude) in units of the last digit."""
    text, before = "", (0, 0)
    for longitude, latitude in line:
        for step in (latitude - before[1], longitude - before[0]):
            value = ~(step << 1) if step < 0 else step << 1
            while value >= 32:
                text += chr((32 | (value & 31)) + 63)
                value >>= 5
            text += chr(value + 63)
        before = (longitude, latitude)
    return text


def test_the_published_example_is_read() -> None:
    assert decoded("_p~iF~ps|U_ulLnnqC_mqNvxq`@", digits=5) == ((-120.2, 38.5), (-120.95, 40.7), (-126.453, 43.252))


@given(st.lists(st.tuples(st.integers(-180_000_000, 180_000_000), st.integers(-90_000_000, 90_000_000)), max_size=30))
@example([(-180_000_000, 90_000_000), (180_000_000, -90_000_000)])
def test_every_line_comes_back(line: list[tuple[int, int]]) -> None:
    assert decoded(encoded(line)) == tuple((longitude / 1e6, latitude / 1e6) for longitude, latitude in line)


@given(st.text(max_size=60))
@example("~" * 10_000)
@example("?")
@example("_")
@example("é?")
def test_any_text_is_a_line_in_the_world_or_malformed(text: str) -> None:
    try:
        line = decoded(text)
    except MalformedAnswer:
        return
    assert all(abs(longitude) <= 180 and abs(latitude) <= 90 for longitude, latitude in line)


@pytest.mark.parametrize("text", ["?", "_p~iF~ps|U_", " ", "\x7f" * 4, "~~~~~~~~~~~~?"])
def test_half_a_position_and_foreign_characters_are_malformed(text: str) -> None:
    with pytest.raises(MalformedAnswer):
        decoded(text)
