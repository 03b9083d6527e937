"""What is kept of a drawing, and what it looks like."""

import pytest

from app.domain.signatures import MOST_POINTS, MOST_STROKES, box_of, fault_of, path_of


def test_strokes_become_a_path_and_a_dot_is_seen() -> None:
    assert path_of([[10, 20, 30, 40, 50, 60], [7, 8]]) == "M10 20L30 40 50 60M7 8L7 8"


def test_the_box_is_what_was_drawn_on_with_a_margin() -> None:
    assert box_of([[100, 200, 300, 250], [90, 240]]) == (78, 188, 234, 74)


@pytest.mark.parametrize(
    ("strokes", "told"),
    [
        ([[0, 0, 1000, 1000]], None),
        ([], None),
        ([[1, 2, 3]], "each with its x and its y"),
        ([[]], "each with its x and its y"),
        ([[0, 1001]], "between 0 and 1000"),
        ([[-1, 0]], "between 0 and 1000"),
        ([[1, 1]] * (MOST_STROKES + 1), "at most 100 strokes"),
        ([[1, 1] * (MOST_POINTS + 1)], "2000 points"),
        ([[1, 1] * MOST_POINTS], None),
    ],
)
def test_a_drawing_has_bounds(strokes: list[list[int]], told: str | None) -> None:
    fault = fault_of(strokes)
    assert (fault is None) if told is None else (fault is not None and told in fault)
