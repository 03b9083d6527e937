"""Travel times without streets: great circle, a detour factor and one speed, always marked as an estimate.

The factor and the speed are fitted to a network's real matrix as soon as there is one, with the error that the fit has.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from app.roads.provider import Place, Point, RoadHealth, RoadLeg, RoadLine, RoadMatrix, Snap, Table, matrix_of, snapped

EARTH_RADIUS_METRES = 6_371_008.8
# Before anything was fitted: between what six cities showed, and on the slow side, so that few windows break.
DETOUR_FACTOR = 1.4
DEFAULT_KM_PER_HOUR = 30.0
FEWEST_PAIRS = 20
# Shorter drives say more about turning into the street than about the network.
SHORTEST_METRES = 300.0


@dataclass(frozen=True, slots=True)
class Fit:
    """A detour factor and a speed, and how wrong the seconds made with them are: mean and 95th percentile of the
    absolute error, relative to the streets. `pairs` is 0 where nothing was fitted."""

    km_per_hour: float = DEFAULT_KM_PER_HOUR
    detour: float = DETOUR_FACTOR
    pairs: int = 0
    mean_error: float = math.nan
    p95_error: float = math.nan


def great_circle_metres(a: Point, b: Point) -> float:
    """The shortest distance over the globe (haversine formula, mean radius of the Earth)."""
    return float(great_circle_table([a], [b])[0, 0])


def great_circle_table(origins: Sequence[Point], destinations: Sequence[Point]) -> NDArray[np.float64]:
    """The shortest distances over the globe in metres, of shape (origins, destinations)."""
    a = np.radians([(point.longitude, point.latitude) for point in origins]).reshape(-1, 2)
    b = np.radians([(point.longitude, point.latitude) for point in destinations]).reshape(-1, 2)
    half_longitude = (b[None, :, 0] - a[:, None, 0]) / 2
    half_latitude = (b[None, :, 1] - a[:, None, 1]) / 2
    chord = np.sin(half_latitude) ** 2 + np.cos(a[:, None, 1]) * np.cos(b[None, :, 1]) * np.sin(half_longitude) ** 2
    metres: NDArray[np.float64] = 2 * EARTH_RADIUS_METRES * np.arcsin(np.sqrt(np.clip(chord, 0.0, 1.0)))
    return metres


def fit_to(matrix: RoadMatrix) -> Fit | None:
    """The estimate that comes nearest to a real matrix; None for fewer than 20 pairs to learn from.

    Detour: the median of street over straight distance. Speed: that of the median of seconds over driven metres. So
    half of the estimated drives are too long and half too short, and a few odd pairs move nothing. The speed of the
    least relative error would be higher: it forgives estimates that are too short, which is what breaks a plan.
    """
    points = [snap.point for snap in matrix.snaps]
    straight = great_circle_table(points, points)
    usable = (matrix.seconds > 0) & (matrix.metres > 0) & (straight >= SHORTEST_METRES)
    if int(usable.sum()) < FEWEST_PAIRS:
        return None
    line, metres, seconds = straight[usable], matrix.metres[usable], matrix.seconds[usable].astype(np.float64)
    detour = max(1.0, float(np.median(metres / line)))
    driven = line * detour
    seconds_per_metre = float(np.median(seconds / driven))
    errors = np.abs(driven * seconds_per_metre / seconds - 1)
    return Fit(
        3.6 / seconds_per_metre, detour, int(usable.sum()), float(errors.mean()), float(np.quantile(errors, 0.95))
    )


class EstimatedRoads:
    """A RoadProvider that knows no streets; whatever is made with it says that it is an estimate."""

    extends_cheaply = False

    def __init__(self, fit: Fit = Fit()) -> None:
        if not (fit.km_per_hour > 0 and fit.detour >= 1):
            raise ValueError("The speed must be above 0 km/h and the detour factor at least 1.")
        self._fit = fit
        self._metres_per_second = fit.km_per_hour / 3.6

    def snap(self, points: Sequence[Point]) -> tuple[Snap, ...]:
        return tuple(Snap(asked=point, point=point, metres=0.0, street="") for point in points)

    def table(self, origins: Sequence[Snap], destinations: Sequence[Snap]) -> tuple[Table, Table]:
        line = great_circle_table([snap.point for snap in origins], [snap.point for snap in destinations])
        metres = line * self._fit.detour
        return np.rint(metres / self._metres_per_second).astype(np.int32), np.rint(metres).astype(np.int32)

    def matrix(self, places: Sequence[Place]) -> RoadMatrix:
        return matrix_of(self, places, estimated=True)

    def route(self, places: Sequence[Place]) -> RoadLine:
        snaps = snapped(self, places)
        return RoadLine(
            coordinates=tuple((snap.point.longitude, snap.point.latitude) for snap in snaps),
            legs=tuple(self._leg(a.point, b.point) for a, b in pairwise(snaps)),
            estimated=True,
        )

    def fingerprint(self) -> str:
        return f"estimate/{self._fit.km_per_hour:.1f}km/h/x{self._fit.detour:.2f}"

    def attribution(self) -> str:
        return ""

    def health(self) -> RoadHealth:
        return RoadHealth(True, "Travel times are estimated from straight lines.")

    def close(self) -> None:
        """Nothing to end: the estimate holds no process and no connection."""

    def _leg(self, a: Point, b: Point) -> RoadLeg:
        metres = great_circle_metres(a, b) * self._fit.detour
        return RoadLeg(metres=round(metres), seconds=round(metres / self._metres_per_second))
