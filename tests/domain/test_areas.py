"""Boundaries: what is one and what is none, and which points lie within, against an independent way to tell."""

from fractions import Fraction
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.areas import (
    MOST_POINTS,
    NOT_A_BOUNDARY,
    TOO_MANY_POINTS,
    BoundaryError,
    Point,
    Ring,
    boundary_of,
    geojson_of,
    is_within,
)

SQUARE = [[0, 0], [10, 0], [10, 10], [0, 10], [0, 0]]
HOLE = [[4, 4], [6, 4], [6, 6], [4, 6], [4, 4]]
_QUARTER = ((1, 0), (2, 1), (1, 1), (1, 2))
DIRECTIONS = [
    each
    for quarter in (
        _QUARTER,
        [(-y, x) for x, y in _QUARTER],
        [(-x, -y) for x, y in _QUARTER],
        [(y, -x) for x, y in _QUARTER],
    )
    for each in quarter
]
whole = st.integers(-18, 18)
points = st.tuples(whole, whole)


def turn(a: Point, b: Point, c: Point) -> Fraction:
    ax, ay, bx, by, cx, cy = map(Fraction, (*a, *b, *c))
    return (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)


def in_triangle(corners: tuple[Point, Point, Point], point: Point) -> bool:
    """By exact fractions, the edges within."""
    a, b, c = corners
    turns = [turn(a, b, point), turn(b, c, point), turn(c, a, point)]
    return all(each >= 0 for each in turns) or all(each <= 0 for each in turns)


def between(a: Point, b: Point, place: Point) -> bool:
    return all(min(a[axis], b[axis]) <= place[axis] <= max(a[axis], b[axis]) for axis in (0, 1))


@st.composite
def stars(draw: st.DrawFn) -> Ring:
    """A ring round the origin, a corner in each of sixteen directions: the origin sees all of it."""
    corners = [(x * far, y * far) for x, y in DIRECTIONS for far in [draw(st.integers(1, 8))]]
    ring = tuple((float(x), float(y)) for x, y in corners)
    return (*ring, ring[0])


@given(ring=stars(), point=points)
def test_a_point_is_within_where_it_is_in_one_of_the_triangles_of_the_shape(ring: Ring, point: tuple[int, int]) -> None:
    place = (float(point[0]), float(point[1]))
    fan = [((0.0, 0.0), a, b) for a, b in pairwise(ring)]
    assert is_within(((ring,),), place) == any(in_triangle(each, place) for each in fan)


@given(ring=stars(), point=points, start=st.integers(0, 15))
def test_it_makes_no_difference_where_a_ring_begins_and_which_way_it_goes_round(
    ring: Ring, point: tuple[int, int], start: int
) -> None:
    place = (float(point[0]), float(point[1]))
    corners = ring[:-1]
    first = start % len(corners)
    turned = (*corners[first:], *corners[:first], corners[first])
    said = is_within(((ring,),), place)
    assert is_within(((turned,),), place) == said
    assert is_within(((turned[::-1],),), place) == said


@given(ring=stars(), point=points)
def test_a_hole_takes_its_inside_away_and_leaves_its_edge(ring: Ring, point: tuple[int, int]) -> None:
    place = (float(point[0]), float(point[1]))
    around = ((-50.0, -50.0), (50.0, -50.0), (50.0, 50.0), (-50.0, 50.0), (-50.0, -50.0))
    on_edge = any(turn(a, b, place) == 0 and between(a, b, place) for a, b in pairwise(ring))
    assert is_within(((around, ring),), place) == (on_edge or not is_within(((ring,),), place))


@given(rings=st.lists(stars(), min_size=1, max_size=3), point=points)
def test_an_area_of_several_parts_has_what_any_of_them_has(rings: list[Ring], point: tuple[int, int]) -> None:
    place = (float(point[0]), float(point[1]))
    together = tuple((ring,) for ring in rings)
    assert is_within(together, place) == any(is_within((each,), place) for each in together)


@given(rings=st.lists(stars(), min_size=1, max_size=3))
def test_a_boundary_is_kept_as_it_is(rings: list[Ring]) -> None:
    boundary = tuple((ring,) for ring in rings)
    assert boundary_of(geojson_of(boundary)) == boundary


def test_a_polygon_is_read_with_its_hole_and_without_heights() -> None:
    boundary = boundary_of({"type": "Polygon", "coordinates": [[[*each, 12.5] for each in SQUARE], HOLE], "bbox": [0]})
    assert [is_within(boundary, each) for each in ((1, 1), (5, 5), (4, 5), (10, 10), (11, 5))] == [
        True, False, True, True, False,
    ]  # fmt: skip


@pytest.mark.parametrize(
    "document",
    [
        None,
        [],
        {},
        {"type": "Point", "coordinates": [0, 0]},
        {"type": "Polygon", "coordinates": []},
        {"type": "Polygon", "coordinates": [SQUARE[:-1]]},
        {"type": "Polygon", "coordinates": [SQUARE[:2]]},
        {"type": "Polygon", "coordinates": SQUARE},
        {"type": "Polygon", "coordinates": [[["0", 0], *SQUARE[1:]]]},
        {"type": "Polygon", "coordinates": [[[True, 0], *SQUARE[1:-1], [True, 0]]]},
        {"type": "Polygon", "coordinates": [[[float("nan"), 0], *SQUARE[1:]]]},
        {"type": "Polygon", "coordinates": [[[10**400, 0], *SQUARE[1:-1], [10**400, 0]]]},
        {"type": "Polygon", "coordinates": [[[181, 0], *SQUARE[1:-1], [181, 0]]]},
        {"type": "MultiPolygon", "coordinates": []},
        {"type": "MultiPolygon", "coordinates": [SQUARE]},
    ],
)
def test_what_is_no_boundary_is_refused_with_one_sentence(document: Any) -> None:
    with pytest.raises(BoundaryError, match="Give a GeoJSON Polygon") as refusal:
        boundary_of(document)
    assert str(refusal.value) == NOT_A_BOUNDARY


def test_a_boundary_of_very_many_points_is_refused() -> None:
    ring = [[0, 0], *([index / MOST_POINTS, 1] for index in range(MOST_POINTS)), [0, 0]]
    with pytest.raises(BoundaryError) as refusal:
        boundary_of({"type": "Polygon", "coordinates": [ring]})
    assert str(refusal.value) == TOO_MANY_POINTS
