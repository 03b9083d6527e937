"""The base map of a region: the extract, read once at import into one SQLite file."""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
import osmium
import shapely
from shapely.geometry.base import BaseGeometry

from app.roads.coast import Bounds, sea_polygons
from app.roads.map_features import DRAWN_KEYS, Drawing, area_drawing, line_drawing, place_drawing

BASE_MAP_FORMAT = 2
MERCATOR_LIMIT_DEGREES = 85.05
# A motorway that leaves the city does not stretch its frame: the outer half per cent of the streets is left out.
OUTER_SHARE = 0.005
FRAME_MARGIN_DEGREES = 0.004

SCHEMA = """
CREATE TABLE feature (id INTEGER PRIMARY KEY, layer TEXT, kind TEXT, zoom INTEGER, label TEXT,
    translations TEXT, shape BLOB);
CREATE VIRTUAL TABLE box USING rtree (id, west, east, north, south);
"""


class ExtractError(Exception):
    """The extract could not be read to its end."""


@dataclass(slots=True)
class Extract:
    """What the base map takes from an extract, in degrees."""

    drawings: list[Drawing] = field(default_factory=list)
    shapes: list[BaseGeometry] = field(default_factory=list)
    coast: list[shapely.LineString] = field(default_factory=list)
    street_nodes: int = 0
    missing_street_nodes: int = 0
    broken_streets: int = 0

    def add(self, drawing: Drawing, shape: BaseGeometry) -> None:
        self.drawings.append(drawing)
        self.shapes.append(shape)


@dataclass(frozen=True, slots=True)
class BaseMapSummary:
    """What the import needs to know of the map that was written.

    `street_nodes` counts the nodes that streets for vehicles name; `missing_street_nodes` those among them that the
    extract does not hold, and `broken_streets` the streets that lack one.
    """

    bounds: Bounds
    features: int
    street_points: tuple[tuple[float, float], ...]
    street_nodes: int = 0
    missing_street_nodes: int = 0
    broken_streets: int = 0


def build_base_map(pbf: Path, target: Path) -> BaseMapSummary:
    """Write the base map of the extract to `target`.

    Raises ExtractError when the file ends too early, is no OpenStreetMap PBF, or holds no street.
    """
    extract = read_extract(pbf)
    streets = [shape for drawing, shape in zip(extract.drawings, extract.shapes, strict=True) if _is_street(drawing)]
    if not streets:
        raise ExtractError("it holds no street that a vehicle may use")
    bounds = frame(streets)
    for water in sea_polygons(extract.coast, bounds):
        extract.add(Drawing("area", "sea", 10), water)
    write_base_map(extract, target)
    return BaseMapSummary(
        bounds,
        len(extract.shapes),
        street_points(streets, bounds),
        extract.street_nodes,
        extract.missing_street_nodes,
        extract.broken_streets,
    )


def _is_street(drawing: Drawing) -> bool:
    return drawing.layer == "road" and drawing.kind != "path"


def read_extract(pbf: Path) -> Extract:
    """Everything the map draws. Raises ExtractError for a file that cannot be read to its end."""
    extract = Extract()
    wanted = osmium.filter.KeyFilter(*DRAWN_KEYS)
    try:
        source = osmium.io.File(str(pbf), "pbf")
        for item in osmium.FileProcessor(source).with_locations().with_areas(wanted).with_filter(wanted):
            _take(extract, item)
    except RuntimeError as error:
        raise ExtractError("it is cut short or is not an OpenStreetMap PBF file") from error
    return extract


def _take(extract: Extract, item: Any) -> None:
    tags = {tag.k: tag.v for tag in item.tags}
    if item.is_node():
        place = place_drawing(tags)
        if place is not None:
            extract.add(place, shapely.Point(item.location.lon, item.location.lat))
    elif item.is_way():
        line = line_drawing(tags)
        is_coast = tags.get("natural") == "coastline"
        if line is None and not is_coast:
            return
        pairs = [(node.lon, node.lat) if node.location.valid() else None for node in item.nodes]
        if line is not None and _is_street(line):
            missing = pairs.count(None)
            extract.street_nodes += len(pairs)
            extract.missing_street_nodes += missing
            extract.broken_streets += missing > 0
        for piece in _pieces(pairs):
            if line is not None:
                extract.add(line, piece)
            if is_coast:
                extract.coast.append(piece)
    elif item.is_area():
        area = area_drawing(tags)
        shape = _area_shape(item) if area is not None else None
        if area is not None and shape is not None:
            extract.add(area, shape)


def _pieces(pairs: Iterable[tuple[float, float] | None]) -> Iterator[shapely.LineString]:
    """The stretches between nodes that are there: across a gap nothing is invented."""
    for there, stretch in groupby(pairs, key=lambda pair: pair is not None):
        points = list(stretch)
        if there and len(points) > 1:
            yield shapely.LineString(points)


def _area_shape(area: Any) -> BaseGeometry | None:
    polygons = [
        shapely.Polygon(
            [(node.lon, node.lat) for node in outer],
            [[(node.lon, node.lat) for node in inner] for inner in area.inner_rings(outer)],
        )
        for outer in area.outer_rings()
    ]
    if not polygons:
        return None
    return polygons[0] if len(polygons) == 1 else shapely.MultiPolygon(polygons)


def frame(streets: Sequence[BaseGeometry]) -> Bounds:
    """The region's west, south, east and north: where its streets are, without the few that run far out."""
    points = _middles(streets)  # one for each street: a long one has many nodes, and no more say than another
    west, south = np.quantile(points, OUTER_SHARE, axis=0) - FRAME_MARGIN_DEGREES
    east, north = np.quantile(points, 1 - OUTER_SHARE, axis=0) + FRAME_MARGIN_DEGREES
    return float(west), float(south), float(east), float(north)


def _middles(streets: Sequence[BaseGeometry]) -> np.ndarray:
    middles: np.ndarray = shapely.get_coordinates(shapely.line_interpolate_point(streets, 0.5, normalized=True))
    return middles


def street_points(streets: Sequence[BaseGeometry], bounds: Bounds, count: int = 60) -> tuple[tuple[float, float], ...]:
    """Places on streets all over the frame, always the same for the same extract."""
    west, south, east, north = bounds
    middles = _middles(streets)
    inside = middles[
        (middles[:, 0] > west) & (middles[:, 0] < east) & (middles[:, 1] > south) & (middles[:, 1] < north)
    ]
    step = max(1, len(inside) // count)
    return tuple((float(lon), float(lat)) for lon, lat in inside[::step][:count])


def to_map_units(degrees: np.ndarray) -> np.ndarray:
    """Longitude and latitude as Web Mercator on a square from 0 to 1, its origin in the north-west."""
    latitude = np.radians(np.clip(degrees[:, 1], -MERCATOR_LIMIT_DEGREES, MERCATOR_LIMIT_DEGREES))
    x = degrees[:, 0] / 360.0 + 0.5
    y = 0.5 - np.arcsinh(np.tan(latitude)) / (2 * np.pi)
    return np.column_stack([x, y])


def write_base_map(extract: Extract, target: Path) -> None:
    """Store the drawings in map units, with an index over their boxes."""
    shapes = shapely.transform(np.array(extract.shapes, dtype=object), to_map_units)
    boxes = shapely.bounds(shapes)
    wkb = shapely.to_wkb(shapes)
    with sqlite3.connect(target) as base_map:
        base_map.executescript(SCHEMA)
        base_map.executemany("INSERT INTO feature VALUES (?, ?, ?, ?, ?, ?, ?)", _feature_rows(extract.drawings, wkb))
        base_map.executemany(
            "INSERT INTO box VALUES (?, ?, ?, ?, ?)",
            ((index, west, east, north, south) for index, (west, north, east, south) in enumerate(boxes.tolist())),
        )
    base_map.close()


def _feature_rows(
    drawings: Sequence[Drawing], wkb: Sequence[bytes]
) -> Iterator[tuple[int, str, str, int, str, str, bytes]]:
    for index, (drawing, shape) in enumerate(zip(drawings, wkb, strict=True)):
        names = json.dumps(dict(drawing.translations), ensure_ascii=False) if drawing.translations else ""
        yield index, drawing.layer, drawing.kind, drawing.zoom, drawing.label, names, shape
