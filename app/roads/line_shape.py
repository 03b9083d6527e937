"""The line of a route as a map can show it. A large day's lines have tens of thousands of points, most of which lie, as
near as anybody can see, on the straight way between their neighbours."""

import math
from collections.abc import Sequence

import numpy as np
import shapely

UNSEEN_METRES = 1.0  # two or three pixels at the map's nearest; the width of a line there is six
METRES_A_DEGREE = 111_320
DECIMALS = 6  # of a degree, as the line came


def seen(coordinates: Sequence[tuple[float, float]]) -> tuple[tuple[float, float], ...]:
    """(longitude, latitude) pairs without those that are within a metre of the line through the others; the first and
    the last stay."""
    if len(coordinates) < 3:
        return tuple(coordinates)
    degrees = np.array(coordinates)
    metres = METRES_A_DEGREE * np.array([math.cos(math.radians(degrees[0, 1])), 1.0])
    simple = shapely.simplify(shapely.LineString(degrees * metres), UNSEEN_METRES, preserve_topology=False)
    kept = np.round(shapely.get_coordinates(simple) / metres, DECIMALS)
    return tuple((longitude, latitude) for longitude, latitude in kept.tolist())
