"""Where an area is: a boundary on the map as GeoJSON has it, and which points lie within it. Pure.

A network's areas are as large as a country at most, so that degrees are read as a plane; none crosses the 180th
meridian. A point on an edge is within, be it the outer one or that of a hole.
"""

from collections.abc import Sequence
from itertools import pairwise
from math import isfinite
from typing import Any

type Point = tuple[float, float]  # longitude, latitude: degrees, in the order of GeoJSON
type Ring = tuple[Point, ...]  # closed: its last point is its first
type Polygon = tuple[Ring, ...]  # the outer ring, then its holes
type Boundary = tuple[Polygon, ...]

MOST_POINTS = 5_000  # a municipality's official boundary has some hundreds; each site is looked at against all of them
FEWEST_POINTS_OF_A_RING = 4
NOT_A_BOUNDARY = "Give a GeoJSON Polygon or MultiPolygon: closed rings of longitude and latitude."
TOO_MANY_POINTS = "A boundary has at most 5000 points: send a simpler one."


class BoundaryError(ValueError):
    """What is said to be a boundary is none; its text is a sentence for people."""


def boundary_of(document: object) -> Boundary:
    """A GeoJSON geometry as a boundary. Raises BoundaryError for all that is no Polygon or MultiPolygon, and for one
    of more than `MOST_POINTS` points."""
    if not isinstance(document, dict):
        raise BoundaryError(NOT_A_BOUNDARY)
    kind, given = document.get("type"), document.get("coordinates")
    if kind not in ("Polygon", "MultiPolygon") or not isinstance(given, list):
        raise BoundaryError(NOT_A_BOUNDARY)
    boundary = tuple(_polygon(each) for each in ([given] if kind == "Polygon" else given))
    if not boundary:
        raise BoundaryError(NOT_A_BOUNDARY)
    if sum(len(ring) for polygon in boundary for ring in polygon) > MOST_POINTS:
        raise BoundaryError(TOO_MANY_POINTS)
    return boundary


def geojson_of(boundary: Boundary) -> dict[str, Any]:
    """A boundary as a GeoJSON MultiPolygon, without whatever else the geometry had that it came from."""
    coordinates = [[[list(point) for point in ring] for ring in polygon] for polygon in boundary]
    return {"type": "MultiPolygon", "coordinates": coordinates}


def is_within(boundary: Boundary, point: Point) -> bool:
    """Whether a point lies in one of the polygons, and in none of that one's holes."""
    return any(_is_in(polygon, point) for polygon in boundary)


def _polygon(given: object) -> Polygon:
    if not isinstance(given, list) or not given:
        raise BoundaryError(NOT_A_BOUNDARY)
    return tuple(_ring(each) for each in given)


def _ring(given: object) -> Ring:
    if not isinstance(given, list):
        raise BoundaryError(NOT_A_BOUNDARY)
    ring = tuple(_point(each) for each in given)
    if len(ring) < FEWEST_POINTS_OF_A_RING or ring[0] != ring[-1]:
        raise BoundaryError(NOT_A_BOUNDARY)
    return ring


def _point(given: object) -> Point:
    """A position; a third number, its height, is left out."""
    if not isinstance(given, list) or len(given) not in (2, 3) or not all(_is_number(each) for each in given):
        raise BoundaryError(NOT_A_BOUNDARY)
    longitude, latitude = given[:2]
    if not (-180 <= longitude <= 180 and -90 <= latitude <= 90):
        raise BoundaryError(NOT_A_BOUNDARY)
    return float(longitude), float(latitude)


def _is_number(value: object) -> bool:
    if isinstance(value, bool):
        return False
    return isinstance(value, int) or (isinstance(value, float) and isfinite(value))


def _is_in(polygon: Polygon, point: Point) -> bool:
    outer, *holes = polygon
    return _side(outer, point) >= 0 and all(_side(hole, point) <= 0 for hole in holes)


def _side(ring: Sequence[Point], point: Point) -> int:
    """1 inside the ring, 0 on it, -1 outside: inside, a ray to the east crosses it an odd number of times."""
    x, y = point
    inside = False
    for (ax, ay), (bx, by) in pairwise(ring):
        turn = (bx - ax) * (y - ay) - (by - ay) * (x - ax)  # above 0: the point lies to the left of the edge
        if turn == 0 and min(ax, bx) <= x <= max(ax, bx) and min(ay, by) <= y <= max(ay, by):
            return 0
        crosses_its_height = (ay > y) != (by > y)
        if crosses_its_height and (turn > 0) == (by > ay):
            inside = not inside
    return 1 if inside else -1
