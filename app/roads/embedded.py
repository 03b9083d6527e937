"""Travel times and lines from the region's own street graph: OSRM in a child process, no server."""

import threading
from collections.abc import Sequence
from types import TracebackType
from typing import Any, Self

from app.roads.osrm_handle import OsrmHandle, OsrmRefusal
from app.roads.provider import (
    OFF_ROADS_METRES,
    NoRoad,
    Point,
    PointOffRoads,
    RoadError,
    RoadHealth,
    RoadLeg,
    RoadLine,
    RoadMatrix,
    Snap,
)
from app.roads.region import Region

# A point that is already on its street may move this far, and no farther, when it is asked about again.
SNAPPED_RADIUS_METRES = 5.0
REMEMBERED_SNAPS = 20_000


class EmbeddedRoads:
    """A RoadProvider over an imported region; share one between threads and close it at the end.

    OSRM chooses the street of a point by looking at the other points of the request as well. So each point is
    snapped once, beside the region's anchor (a point on the main network), and everything later starts from
    there: the answer for two points does not depend on who else was asked about.
    """

    def __init__(self, region: Region) -> None:
        self._region = region
        self._handle = OsrmHandle(region.graph)
        self._snaps: dict[tuple[float, float], Snap] = {}
        self._snaps_lock = threading.Lock()

    def matrix(self, points: Sequence[Point]) -> RoadMatrix:
        """Seconds and metres between all points.

        Raises PointOffRoads for the first point that is over 500 m from a street, RoadError when OSRM fails.
        """
        if not points:
            return RoadMatrix((), (), ())
        snaps = self._snap(points)
        coordinates = [_pair(snap.point) for snap in snaps]
        answer = self._ask("table", coordinates=[*coordinates, self._region.anchor], radius=SNAPPED_RADIUS_METRES)
        count = len(points)
        return RoadMatrix(
            seconds=_square(answer["seconds"], count),
            metres=_square(answer["metres"], count),
            snaps=tuple(snaps),
        )

    def route(self, points: Sequence[Point]) -> RoadLine:
        """The line through the points in this order, its legs as in the matrix.

        Raises PointOffRoads, NoRoad where two neighbours in the list are not joined, RoadError otherwise.
        """
        snaps = self._snap(points)
        coordinates = [_pair(snap.point) for snap in snaps]
        if len(coordinates) < 2:
            return RoadLine(tuple((lon, lat) for lon, lat in coordinates), ())
        try:
            answer = self._handle.ask("route", coordinates=coordinates, radius=SNAPPED_RADIUS_METRES)
        except OsrmRefusal as refusal:
            raise self._missing_leg(points, refusal) from refusal
        return RoadLine(
            coordinates=tuple((lon, lat) for lon, lat in answer["coordinates"]),
            legs=tuple(RoadLeg(metres=metres, seconds=seconds) for metres, seconds in answer["legs"]),
        )

    def nearest(self, point: Point) -> Snap:
        """Where the point meets the street. Raises PointOffRoads when that is over 500 m away."""
        return self._snap([point])[0]

    def fingerprint(self) -> str:
        return self._region.fingerprint

    def attribution(self) -> str:
        return self._region.attribution

    def health(self) -> RoadHealth:
        try:
            self._handle.ask("nearest", coordinates=[self._region.anchor])
        except (RoadError, OsrmRefusal) as error:
            return RoadHealth(False, str(error))
        return RoadHealth(True, f"The streets of {self._region.name} answer.")

    @property
    def process_id(self) -> int | None:
        """The child's process id while it runs; it starts with the first question."""
        return self._handle.process_id

    def close(self) -> None:
        self._handle.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _ask(self, call: str, **question: Any) -> Any:
        try:
            return self._handle.ask(call, **question)
        except OsrmRefusal as refusal:
            raise RoadError(f"The streets could not answer: {refusal.message or refusal.code}.") from refusal

    def _snap(self, points: Sequence[Point]) -> list[Snap]:
        with self._snaps_lock:
            known = {key: self._snaps[key] for key in map(_key, points) if key in self._snaps}
        missing = list(dict.fromkeys(point for point in points if _key(point) not in known))
        if missing:
            known.update(self._snap_new(missing, points))
            with self._snaps_lock:
                if len(self._snaps) > REMEMBERED_SNAPS:
                    self._snaps.clear()
                self._snaps.update((_key(point), known[_key(point)]) for point in missing)
        return [known[_key(point)] for point in points]

    def _snap_new(self, missing: Sequence[Point], points: Sequence[Point]) -> dict[tuple[float, float], Snap]:
        coordinates = [_pair(point) for point in missing]
        closest = self._ask("nearest", coordinates=coordinates)["waypoints"]
        for point, found in zip(missing, closest, strict=True):
            if found["metres"] > OFF_ROADS_METRES:
                raise PointOffRoads(points.index(point), point, found["metres"])
        # One row of a table, from the anchor to each point: it prefers streets of the main network.
        answer = self._ask(
            "table",
            coordinates=[*coordinates, self._region.anchor],
            radius=OFF_ROADS_METRES,
            sources=[len(missing)],
        )
        return {
            _key(point): Snap(point, Point(*found["location"]), found["metres"], found["street"])
            for point, found in zip(missing, answer["waypoints"][:-1], strict=True)
        }

    def _missing_leg(self, points: Sequence[Point], refusal: OsrmRefusal) -> RoadError:
        seconds = self.matrix(points).seconds
        for index in range(len(points) - 1):
            if seconds[index][index + 1] is None:
                return NoRoad(index, index + 1)
        return RoadError(f"The streets could not answer: {refusal.message or refusal.code}.")


def _key(point: Point) -> tuple[float, float]:
    # OSRM keeps six digits; what differs beyond them is the same place.
    return round(point.longitude, 6), round(point.latitude, 6)


def _pair(point: Point) -> list[float]:
    return list(_key(point))


def _square(rows: Sequence[Sequence[int | None]], count: int) -> tuple[tuple[int | None, ...], ...]:
    """The first count rows and columns, with nothing to travel from a point to itself."""
    return tuple(tuple(0 if column == row else rows[row][column] for column in range(count)) for row in range(count))
