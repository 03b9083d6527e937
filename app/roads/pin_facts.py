"""What the region knows of a spot, for the decision in app.roads.pin."""

import math
import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import shapely

from app.roads.basemap import to_map_units
from app.roads.choice import RoadsChoice
from app.roads.pin import PinFacts
from app.roads.provider import Point, PointOffRoads, RoadsUnavailable
from app.roads.region import RegionError, open_region
from app.roads.streets import Streets

WATER_HERE = """
SELECT feature.shape FROM box JOIN feature USING (id)
WHERE box.west <= :x AND box.east >= :x AND box.north <= :y AND box.south >= :y
  AND feature.layer = 'area' AND feature.kind IN ('sea', 'water')
"""


def pin_facts(streets: Streets, choice: RoadsChoice, point: Point) -> PinFacts:
    """Bounds, the nearest street, water and connection at a point.

    Raises RoadsUnavailable where no region is imported or its streets do not answer.
    """
    try:
        region = open_region(choice.region, streets.folder)
    except RegionError as error:
        raise RoadsUnavailable(error.sentence) from error
    try:
        metres: int | None = round(streets.pin(choice, point).metres)
        connected = streets.is_joined(choice, point) is not False
    except PointOffRoads as error:
        # Upwards: what is refused at 500.3 m must not read as if it were within 500.
        metres, connected = None if error.metres is None else math.ceil(error.metres), True
    return PinFacts(region.bounds, metres, is_in_water(region.base_map, point), connected)


def is_in_water(base_map: Path, point: Point) -> bool:
    """Whether the base map has sea, a lake or a river's area there."""
    ((x, y),) = to_map_units(np.array([[point.longitude, point.latitude]])).tolist()
    with closing(sqlite3.connect(f"{base_map.resolve().as_uri()}?mode=ro", uri=True)) as connection:
        shapes = [row[0] for row in connection.execute(WATER_HERE, {"x": x, "y": y})]
    return bool(np.any(shapely.contains_xy(shapely.from_wkb(shapes), x, y))) if shapes else False
