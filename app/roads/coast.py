"""Sea and tidal rivers from coastline ways, which are lines with the land on their left."""

from collections.abc import Sequence

import numpy as np
import shapely
from shapely import LineString, Point, Polygon
from shapely.geometry.base import BaseGeometry

Bounds = tuple[float, float, float, float]
# About a decimetre in degrees: near enough to a bank to stand beside it, far enough to be off it.
BESIDE_DEGREES = 1e-6


def sea_polygons(coast: Sequence[LineString], bounds: Bounds) -> list[Polygon]:
    """The water inside the bounds; none where the extract has no coast."""
    box = shapely.box(*bounds)
    merged = shapely.line_merge(shapely.multilinestrings(list(coast)), directed=True) if coast else None
    if merged is None or not merged.intersects(box):
        return []
    lines = [_to_the_edge(line, box) for line in shapely.get_parts(merged)]
    inside = [part for line in lines for part in _line_parts(line.intersection(box))]
    if not inside:
        return []
    network = shapely.union_all([box.boundary, *inside])
    faces = shapely.get_parts(shapely.polygonize(list(_line_parts(network))))
    right, left = _beside(inside)
    return [face for face in faces if _inside_count(face, right) > _inside_count(face, left)]


def _line_parts(geometry: BaseGeometry) -> list[LineString]:
    return [part for part in shapely.get_parts(geometry) if isinstance(part, LineString)]


def _to_the_edge(line: LineString, box: Polygon) -> LineString:
    """A coast cut off inside the box goes on straight to the nearest edge, so that it divides the box."""
    coordinates = [tuple(pair) for pair in line.coords]
    if coordinates[0] == coordinates[-1]:
        return line
    start, end = Point(coordinates[0]), Point(coordinates[-1])
    if box.contains(start):
        coordinates.insert(0, _nearest_on_edge(start, box))
    if box.contains(end):
        coordinates.append(_nearest_on_edge(end, box))
    return LineString(coordinates)


def _nearest_on_edge(point: Point, box: Polygon) -> tuple[float, float]:
    edge = box.exterior.interpolate(box.exterior.project(point))
    return edge.x, edge.y


def _beside(lines: Sequence[LineString]) -> tuple[np.ndarray, np.ndarray]:
    """Points just right and just left of the middle of every segment."""
    starts = np.concatenate([shapely.get_coordinates(line)[:-1] for line in lines])
    ends = np.concatenate([shapely.get_coordinates(line)[1:] for line in lines])
    along = ends - starts
    length = np.hypot(along[:, 0], along[:, 1])
    keep = length > 10 * BESIDE_DEGREES
    middle = (starts[keep] + ends[keep]) / 2
    step = along[keep] / length[keep, None] * BESIDE_DEGREES
    rightward = np.column_stack([step[:, 1], -step[:, 0]])
    return middle + rightward, middle - rightward


def _inside_count(face: Polygon, points: np.ndarray) -> int:
    return int(np.count_nonzero(shapely.contains_xy(face, points[:, 0], points[:, 1])))
