"""Travel between places without streets: straight lines, made longer by a road factor, at one speed."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from routing.travel import TravelMatrix

ROAD_FACTOR = 1.3
METRES_PER_SECOND = 28 / 3.6
SECONDS_PER_DRIVE = 60
EARTH_METRES = 6_371_000.0


def plane_roads(points: Sequence[tuple[int, int]]) -> TravelMatrix:
    """Between points of a plane in whole metres: 28 km/h and a minute for each drive."""
    return _roads(np.array(points, np.float64).reshape(-1, 2), on_globe=False)


def globe_roads(points: Sequence[tuple[float, float]]) -> TravelMatrix:
    """Between points on the globe (latitude, longitude, in degrees) along great circles, as in `plane_roads`."""
    places = [_in_space(math.radians(latitude), math.radians(longitude)) for latitude, longitude in points]
    return _roads(np.array(places, np.float64).reshape(-1, 3), on_globe=True)


def _in_space(latitude: float, longitude: float) -> tuple[float, float, float]:
    across = math.cos(latitude)
    return across * math.cos(longitude), across * math.sin(longitude), math.sin(latitude)


def _roads(places: NDArray[np.float64], *, on_globe: bool) -> TravelMatrix:
    """Row by row, so that a region of thousands of places needs hardly more memory than its tables. Sums, roots and
    products are the same on every processor, so an instance is too."""
    metres = np.empty((len(places), len(places)), np.int32)
    seconds = np.empty_like(metres)
    for row, place in enumerate(places):
        straight = np.sqrt(np.square(places - place).sum(axis=1))
        if on_globe:
            straight = 2 * EARTH_METRES * np.arcsin(straight / 2)  # along the surface, not through it
        metres[row] = np.rint(straight * ROAD_FACTOR)
        seconds[row] = np.rint(metres[row] / METRES_PER_SECOND + SECONDS_PER_DRIVE)
    np.fill_diagonal(seconds, 0)
    return TravelMatrix(seconds, metres)
