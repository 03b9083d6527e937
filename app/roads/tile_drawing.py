"""Base-map tiles: one square of the map, clipped and simplified for its zoom, from the base map."""

import json
import math
import sqlite3
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

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
TILE_FORMAT = 2

IN_BOX = """
SELECT feature.layer, feature.kind, feature.label, feature.translations, feature.shape
FROM box JOIN feature USING (id)
WHERE box.west <= :east AND box.east >= :west AND box.north <= :south AND box.south >= :north
  AND feature.zoom <= :zoom
  AND (feature.layer = 'place' OR box.east - box.west > :smallest OR box.south - box.north > :smallest)
  AND (feature.kind <> 'building' OR box.east - box.west > :building OR box.south - box.north > :building)
ORDER BY feature.id
"""

Tile = dict[str, Any]
Numbers = list[int]


def draw_tile(base_map: sqlite3.Connection, z: int, x: int, y: int) -> Tile:
    """What the tile shows; groups that are empty are left out, coordinates are flat lists x, y, x, y ...

    A name is the one on the sign; `in` beside it has it in other languages by their code.
    """
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
    rows = base_map.execute(IN_BOX, asked).fetchall()
    drawn: Tile = {"extent": EXTENT}
    if not rows:
        return drawn
    shapes = shapely.transform(
        shapely.from_wkb(np.array([row[4] for row in rows], dtype=object)),
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
    for (layer, kind, *_), shape in zip(rows, simple, strict=True):
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
    named: dict[tuple[str, str, str], list[BaseGeometry]] = defaultdict(list)
    cut = shapely.clip_by_rect(shapes, 0, 0, EXTENT, EXTENT)
    for (layer, kind, label, translations, _), shape in zip(rows, cut, strict=True):
        if layer == "road" and label and z >= NAMES_FROM_ZOOM.get(kind, 16) and not shape.is_empty:
            named[(label, translations, kind)].append(shape)
    names = []
    for (label, translations, kind), pieces in named.items():
        merged = shapely.line_merge(shapely.union_all(pieces))
        for line in _lines(shapely.simplify(merged, EXTENT / PIXELS)):
            names.append({**_label(label, translations), "kind": kind, "line": line})
    if names:
        drawn["names"] = names


def _add_places(drawn: Tile, rows: list[Any], shapes: np.ndarray) -> None:
    places = []
    for (layer, kind, label, translations, _), shape in zip(rows, shapes, strict=True):
        if layer == "place" and 0 <= shape.x < EXTENT and 0 <= shape.y < EXTENT:
            at = [math.floor(shape.x), math.floor(shape.y)]
            places.append({**_label(label, translations), "kind": kind, "at": at})
    if places:
        drawn["places"] = places


def _label(label: str, translations: str) -> Tile:
    return {"name": label, "in": json.loads(translations)} if translations else {"name": label}


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
