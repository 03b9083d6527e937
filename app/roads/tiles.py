"""Tiles of a region as they are asked for: made ahead by the import, kept from an earlier request, or made now."""

import os
import tempfile
from contextlib import closing
from pathlib import Path

from app.roads.region import Region
from app.roads.tile_drawing import EXTENT, HIGHEST_ZOOM, LOWEST_ZOOM, TILE_FORMAT
from app.roads.tile_store import TILES_FILE, open_base_map, pack, stored_tile, tile_body

EMPTY = pack({"extent": EXTENT})


class TileOutOfRange(Exception):
    """There is no such tile: wrong zoom, or a column or row that this zoom does not have."""


def tile(region: Region, z: int, x: int, y: int) -> bytes:
    """The tile as gzipped JSON. Raises TileOutOfRange."""
    if not (LOWEST_ZOOM <= z <= HIGHEST_ZOOM and 0 <= x < 2**z and 0 <= y < 2**z):
        raise TileOutOfRange
    ahead = stored_tile(region.build / TILES_FILE, (z, x, y))
    if ahead is not None:
        return ahead
    kept = region.tile_cache / str(TILE_FORMAT) / str(z) / str(x) / f"{y}.json.gz"
    try:
        return kept.read_bytes()
    except OSError:
        pass
    with closing(open_base_map(region.base_map)) as base_map:
        body = tile_body(base_map, (z, x, y))
    if body is None:  # an empty tile is made faster than it is read
        return EMPTY
    _keep(kept, body)
    return body


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
