"""The tiles that an import makes ahead: one SQLite file of gzipped bodies, written whole or not at all."""

import gzip
import json
import math
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

from app.roads.coast import Bounds
from app.roads.tile_drawing import LOWEST_ZOOM, TILE_FORMAT, draw_tile

TILES_FILE = "tiles.sqlite"
HIGHEST_ZOOM_AHEAD = 14
# A country's streets would take an hour: its far zooms are made ahead, the near ones when somebody looks.
MOST_TILES_AHEAD = 3000
GZIP_LEVEL = 6

SCHEMA = """
CREATE TABLE metadata (name TEXT PRIMARY KEY, value TEXT);
CREATE TABLE tile (zoom INTEGER, "column" INTEGER, "row" INTEGER, body BLOB, PRIMARY KEY (zoom, "column", "row"))
    WITHOUT ROWID;
"""
FIND = """
SELECT body FROM tile
WHERE zoom = ? AND "column" = ? AND "row" = ?
  AND (SELECT value FROM metadata WHERE name = 'format') = ?
"""

Progress = Callable[[str], None]
Place = tuple[int, int, int]


def build_tiles(base_map: Path, bounds: Bounds, target: Path, progress: Progress = lambda _: None) -> int:
    """Make the region's tiles of the far zooms ahead, in degrees west, south, east, north; returns how many there are.

    Tiles without content are left out. Raises OSError or sqlite3.Error when the file cannot be written.
    """
    draft = target.with_name(f"{target.name}.new")
    draft.unlink(missing_ok=True)
    wanted = tiles_ahead(bounds)
    count = 0
    with closing(open_base_map(base_map)) as source, closing(sqlite3.connect(draft)) as store:
        store.executescript(SCHEMA)
        store.execute("INSERT INTO metadata VALUES ('format', ?)", (str(TILE_FORMAT),))
        for number, place in enumerate(wanted):
            if number and number % 500 == 0:
                progress(f"Drawing the map: {number} of {len(wanted)} squares.")
            body = tile_body(source, place)
            if body is not None:
                store.execute("INSERT INTO tile VALUES (?, ?, ?, ?)", (*place, body))
                count += 1
        store.commit()
    draft.replace(target)
    return count


def stored_tile(store: Path, place: Place) -> bytes | None:
    """The gzipped tile that was made ahead; None where there is none, or no file that this version can read."""
    if not store.is_file():
        return None
    try:
        with closing(sqlite3.connect(f"{store.resolve().as_uri()}?mode=ro&immutable=1", uri=True)) as tiles:
            row = tiles.execute(FIND, (*place, str(TILE_FORMAT))).fetchone()
    except sqlite3.Error:
        return None
    return None if row is None else bytes(row[0])


def tile_body(base_map: sqlite3.Connection, place: Place) -> bytes | None:
    """The tile as gzipped JSON; None when it shows nothing."""
    content = draw_tile(base_map, *place)
    return pack(content) if len(content) > 1 else None


def pack(content: object) -> bytes:
    """JSON without spaces, gzipped, always the same for the same content."""
    return gzip.compress(json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode(), GZIP_LEVEL, mtime=0)


def open_base_map(path: Path) -> sqlite3.Connection:
    """The base map, to be read only."""
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)


def tiles_ahead(bounds: Bounds) -> list[Place]:
    """The tiles of the frame, zoom by zoom, as long as there are not too many of them."""
    places: list[Place] = []
    for z in range(LOWEST_ZOOM, HIGHEST_ZOOM_AHEAD + 1):
        of_zoom = list(_frame_tiles(bounds, z))
        if len(places) + len(of_zoom) > MOST_TILES_AHEAD:
            break
        places.extend(of_zoom)
    return places


def _frame_tiles(bounds: Bounds, z: int) -> Iterator[Place]:
    west, south, east, north = bounds
    first, top = tile_at(west, north, z)
    last, bottom = tile_at(east, south, z)
    for x in range(first, last + 1):
        for y in range(top, bottom + 1):
            yield z, x, y


def tile_at(longitude: float, latitude: float, z: int) -> tuple[int, int]:
    """Column and row, in the Web Mercator scheme, of the tile that holds a point in degrees."""
    side = 2**z
    x = (longitude / 360 + 0.5) * side
    y = (0.5 - math.asinh(math.tan(math.radians(latitude))) / (2 * math.pi)) * side
    return min(max(int(x), 0), side - 1), min(max(int(y), 0), side - 1)
