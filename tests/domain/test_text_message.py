"""How many segments a text message takes, and names cut so that it is one."""

import pytest

from app.domain.text_message import cut, segments, shortest


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),  # each takes two
        ("€" * 81, 2),
        ("م" * 70, 1),
        ("م" * 71, 2),
        ("م" * 134, 2),
        ("م" * 135, 3),
        ("a" * 69 + "’", 1),  # one letter of another alphabet makes all of it so
        ("a" * 70 + "’", 2),
        ("🚚" * 35, 1),
        ("🚚" * 36, 2),
    ],
)
def test_segments_are_counted_as_networks_do(text: str, count: int) -> None:
    assert segments(text) == count


def test_names_are_cut_as_little_as_one_segment_allows() -> None:
    name = "Newport Community Food Bank and Friends of the River Usk"
    said = shortest(lambda letters: "م" * 41 + cut(name, letters))
    assert segments(said) == 1
    assert said.endswith("Newport Community Food Bank..")
    assert shortest(lambda letters: cut("Lidl", letters)) == "Lidl"


def test_what_cannot_be_one_segment_is_left_whole() -> None:
    assert shortest(lambda letters: "م" * 100 + cut("b" * 30, letters)) == "م" * 100 + "b" * 30
