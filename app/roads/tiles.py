"""Base-map tiles: one square of the map, clipped and simplified for its zoom, as compact JSON."""

import json
import math
import os
import sqlite3
import tempfile
from collections import defaultdict
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from app.roads.region import Region

LOWEST_ZOOM, HIGHEST_ZOOM = 10, 18
# A tile is a square of this many units; eight of them are one CSS pixel.
EXTENT = 2048
PIXELS = 256
# Lines are cut a little outside the tile, so that their wide strokes meet those of the next tile.
BUFFER_PIXELS = 12
SMALLEST_PIXELS = 1.5
# Where houses would only be grain, the big buildings alone help people to find their way.
SMALLEST_BUILDING_PIXELS = 7
NAMES_FROM_ZOOM = {"motorway": 11, "trunk": 12, "primary": 14, "secondary": 14, "tertiary": 14, "street": 15}
TILE_FORMAT = 1

IN_BOX = """
SELECT feature.layer, feature.kind, feature.label, feature.shape
FROM box JOIN feature USING (id)
WHERE box.west <= :east AND box.east >= :west AND box.north <= :south AND box.south >= :north
  AND feature.zoom <= :zoom
  AND (feature.layer = 'place' OR box.east - box.west > :smallest OR box.south - box.north > :smallest)
  AND (feature.kind <> 'building' OR box.east - box.west > :building OR box.south - box.north > :building)
ORDER BY feature.id
"""

Tile = dict[str, Any]
Numbers = list[int]


class TileOutOfRange(Exception):
    """There is no such tile: wrong zoom, or a column or row that this zoom does not have."""


def tile(region: Region, z: int, x: int, y: int) -> bytes:
    """The tile as JSON, from the cache of the region's build or made now. Raises TileOutOfRange."""
    if not (LOWEST_ZOOM <= z <= HIGHEST_ZOOM and 0 <= x < 2**z and 0 <= y < 2**z):
        raise TileOutOfRange
    cached = region.tile_cache / str(TILE_FORMAT) / str(z) / str(x) / f"{y}.json"
    try:
        return cached.read_bytes()
    except OSError:
        pass
    content = draw_tile(region.base_map, z, x, y)
    body = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
    if len(content) > 1:  # an empty tile is made faster than it is read
        _keep(cached, body)
    return body


def draw_tile(base_map: Path, z: int, x: int, y: int) -> Tile:
    """What the tile shows; groups that are empty are left out, coordinates are flat lists x, y, x, y ..."""
    size = 1 / 2**z
    margin = size * BUFFER_PIXELS / PIXELS
    west, north = x * size, y * size
    asked = {
        "west": west - margin,
        "east": west + size + margin,
        "north": north - margin,
        "south": north + size + margin,
        "zoom": z,
        "smallest": size / PIXELS * SMALLEST_PIXELS,
        "building": size / PIXELS * (SMALLEST_BUILDING_PIXELS if z < 15 else SMALLEST_PIXELS),
    }
    with closing(sqlite3.connect(f"{base_map.resolve().as_uri()}?mode=ro", uri=True)) as connection:
        rows = connection.execute(IN_BOX, asked).fetchall()
    drawn: Tile = {"extent": EXTENT}
    if not rows:
        return drawn
    shapes = shapely.transform(
        shapely.from_wkb(np.array([row[3] for row in rows], dtype=object)),
        lambda units: (units - (west, north)) / size * EXTENT,
    )
    _add_shapes(drawn, rows, shapes)
    _add_street_names(drawn, rows, shapes, z)
    _add_places(drawn, rows, shapes)
    return drawn


def _add_shapes(drawn: Tile, rows: list[Any], shapes: np.ndarray) -> None:
    edge = EXTENT * BUFFER_PIXELS / PIXELS
    cut = shapely.clip_by_rect(shapes, -edge, -edge, EXTENT + edge, EXTENT + edge)
    simple = shapely.simplify(cut, EXTENT / PIXELS / 2, preserve_topology=False)
    groups: dict[str, dict[str, list[Any]]] = {"area": defaultdict(list), "line": defaultdict(list)}
    groups["road"] = defaultdict(list)
    for (layer, kind, _, _), shape in zip(rows, simple, strict=True):
        if layer == "area":
            groups[layer][kind].extend(_rings(shape))
        elif layer in groups:
            groups[layer][kind].extend(_lines(shape))
    for layer, kinds in groups.items():
        filled = {kind: members for kind, members in kinds.items() if members}
        if filled:
            drawn[f"{layer}s"] = filled


def _add_street_names(drawn: Tile, rows: list[Any], shapes: np.ndarray, z: int) -> None:
    """One line per name, its pieces joined, so that the label finds the longest straight run."""
    named: dict[tuple[str, str], list[BaseGeometry]] = defaultdict(list)
    cut = shapely.clip_by_rect(shapes, 0, 0, EXTENT, EXTENT)
    for (layer, kind, label, _), shape in zip(rows, cut, strict=True):
        if layer == "road" and label and z >= NAMES_FROM_ZOOM.get(kind, 16) and not shape.is_empty:
            named[(label, kind)].append(shape)
    names = []
    for (label, kind), pieces in named.items():
        merged = shapely.line_merge(shapely.union_all(pieces))
        for line in _lines(shapely.simplify(merged, EXTENT / PIXELS)):
            names.append({"name": label, "kind": kind, "line": line})
    if names:
        drawn["names"] = names


def _add_places(drawn: Tile, rows: list[Any], shapes: np.ndarray) -> None:
    places = []
    for (layer, kind, label, _), shape in zip(rows, shapes, strict=True):
        if layer == "place" and 0 <= shape.x < EXTENT and 0 <= shape.y < EXTENT:
            places.append({"name": label, "kind": kind, "at": [math.floor(shape.x), math.floor(shape.y)]})
    if places:
        drawn["places"] = places


def _flat(coordinates: Any) -> Numbers:
    """Rounded to whole units, without points that fall together."""
    whole = np.rint(shapely.get_coordinates(coordinates)).astype(int)
    moved = np.any(whole[1:] != whole[:-1], axis=1)
    numbers: Numbers = whole[np.concatenate([[True], moved])].ravel().tolist() if len(whole) else []
    return numbers


def _lines(shape: BaseGeometry) -> list[Numbers]:
    lines = (_flat(part) for part in _simple_parts(shape) if part.geom_type == "LineString")
    return [line for line in lines if len(line) >= 4]


def _rings(shape: BaseGeometry) -> list[list[Numbers]]:
    """Each polygon as its outer ring and its holes, to be filled by the even-odd rule."""
    polygons = []
    for part in _simple_parts(shape):
        if part.geom_type != "Polygon":
            continue
        rings = [ring for ring in map(_flat, shapely.get_rings(part)) if len(ring) >= 8]
        if rings:
            polygons.append(rings)
    return polygons


def _simple_parts(shape: BaseGeometry) -> Iterable[Any]:
    parts: Iterable[Any] = shapely.get_parts(shape)
    return [inner for part in parts for inner in shapely.get_parts(part)]


def _keep(path: Path, body: bytes) -> None:
    """Write the tile whole or not at all; a read-only folder only costs time."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, draft = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(descriptor, "wb") as file:
            file.write(body)
        Path(draft).replace(path)
    except OSError:
        return
