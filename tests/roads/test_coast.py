"""Sea lies on the right of a coastline, whatever the shape of the cut."""

import pytest
import shapely
from shapely import LineString

from app.roads.coast import sea_polygons

BOX = (0.0, 0.0, 10.0, 10.0)


def area(lines: list[LineString]) -> float:
    return sum(polygon.area for polygon in sea_polygons(lines, BOX))


def test_a_coast_through_the_box_has_its_sea_on_the_right() -> None:
    assert area([LineString([(-1, 4), (11, 4)])]) == pytest.approx(40)  # eastward: right is south
    assert area([LineString([(11, 4), (-1, 4)])]) == pytest.approx(60)


def test_an_island_is_land_in_the_sea() -> None:
    island = LineString([(2, 1), (4, 1), (4, 3), (2, 3), (2, 1)])  # land on the left, inside
    assert area([LineString([(-1, 5), (11, 5)]), island]) == pytest.approx(50 - 4)


def test_two_banks_make_a_river() -> None:
    banks = [LineString([(4, -1), (4, 11)]), LineString([(5, 11), (5, -1)])]
    assert area(banks) == pytest.approx(10)


def test_a_coast_in_pieces_is_joined() -> None:
    assert area([LineString([(5, 4), (11, 4)]), LineString([(-1, 4), (5, 4)])]) == pytest.approx(40)


def test_a_coast_cut_off_in_the_box_goes_on_to_the_nearest_edge() -> None:
    assert area([LineString([(1, 4), (9, 4)])]) == pytest.approx(40)


def test_no_coast_in_the_box_is_no_sea() -> None:
    assert sea_polygons([], BOX) == []
    assert sea_polygons([LineString([(20, 20), (30, 20)])], BOX) == []


def test_sea_polygons_are_valid() -> None:
    assert all(shapely.is_valid(p) for p in sea_polygons([LineString([(-1, 4), (5, 6), (11, 4)])], BOX))
