"""Travel times without streets: great circle, a detour factor and one speed, always marked as an estimate."""

import math
from collections.abc import Sequence
from itertools import pairwise

from app.roads.provider import Point, RoadHealth, RoadLeg, RoadLine, RoadMatrix, Snap

EARTH_RADIUS_METRES = 6_371_008.8
DETOUR_FACTOR = 1.4
DEFAULT_KM_PER_HOUR = 30.0


def great_circle_metres(a: Point, b: Point) -> float:
    """The shortest distance over the globe."""
    latitude_a, latitude_b = math.radians(a.latitude), math.radians(b.latitude)
    half_latitude = (latitude_b - latitude_a) / 2
    half_longitude = math.radians(b.longitude - a.longitude) / 2
    chord = math.sin(half_latitude) ** 2 + math.cos(latitude_a) * math.cos(latitude_b) * math.sin(half_longitude) ** 2
    return 2 * EARTH_RADIUS_METRES * math.asin(min(1.0, math.sqrt(chord)))


class EstimatedRoads:
    """A RoadProvider that knows no streets; whatever is made with it says that it is an estimate."""

    def __init__(self, *, km_per_hour: float = DEFAULT_KM_PER_HOUR, detour: float = DETOUR_FACTOR) -> None:
        if not (km_per_hour > 0 and detour >= 1):
            raise ValueError("The speed must be above 0 km/h and the detour factor at least 1.")
        self._metres_per_second = km_per_hour / 3.6
        self._detour = detour
        self._fingerprint = f"estimate/{km_per_hour:g}km/h/x{detour:g}"

    def matrix(self, points: Sequence[Point]) -> RoadMatrix:
        legs = [[self._leg(a, b) for b in points] for a in points]
        return RoadMatrix(
            seconds=tuple(tuple(leg.seconds for leg in row) for row in legs),
            metres=tuple(tuple(leg.metres for leg in row) for row in legs),
            snaps=tuple(self.nearest(point) for point in points),
            estimated=True,
        )

    def route(self, points: Sequence[Point]) -> RoadLine:
        return RoadLine(
            coordinates=tuple((point.longitude, point.latitude) for point in points),
            legs=tuple(self._leg(a, b) for a, b in pairwise(points)),
            estimated=True,
        )

    def nearest(self, point: Point) -> Snap:
        return Snap(asked=point, point=point, metres=0.0, street="")

    def fingerprint(self) -> str:
        return self._fingerprint

    def attribution(self) -> str:
        return ""

    def health(self) -> RoadHealth:
        return RoadHealth(True, "Travel times are estimated from straight lines.")

    def close(self) -> None:
        """Nothing to end: the estimate holds no process and no connection."""

    def _leg(self, a: Point, b: Point) -> RoadLeg:
        metres = great_circle_metres(a, b) * self._detour
        return RoadLeg(metres=round(metres), seconds=round(metres / self._metres_per_second))
