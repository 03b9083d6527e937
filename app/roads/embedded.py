"""Travel times and lines from the region's own street graph: OSRM in a child process, no server."""

import threading
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from app.roads.closed import ClosedAtTheEnd
from app.roads.osrm_handle import OsrmHandle, OsrmRefusal
from app.roads.provider import (
    OFF_ROADS_METRES,
    NoRoad,
    Place,
    Point,
    PointOffRoads,
    Profile,
    RoadError,
    RoadHealth,
    RoadLeg,
    RoadLine,
    RoadMatrix,
    Snap,
    Table,
    matrix_of,
    snapped,
)
from app.roads.region import Region

# A point that is already on its street may move this far, and no farther, when it is asked about again.
SNAPPED_RADIUS_METRES = 5.0
REMEMBERED_SNAPS = 20_000
# OSRM searches once from each origin and once to each destination of a table: long rows waste the least, and a block
# of this many rows and columns keeps what the child holds at once under some 100 MB.
BLOCK_PLACES = 1000


class EmbeddedRoads(ClosedAtTheEnd):
    """A RoadProvider over an imported region and one profile; share one between threads and close it at the end.

    OSRM chooses the street of a point by looking at the other points of the request as well. So each point is
    snapped once, beside the region's anchor (a point on the main network), and everything later starts from
    there: the answer for two points does not depend on who else was asked about.
    """

    # One row and one column take about half of the whole table's time: measured, docs/benchmarks.md.
    extends_cheaply = True

    def __init__(self, region: Region, profile: Profile = "car") -> None:
        """Raises RegionError for a region whose build is gone, or that was not built for the profile."""
        self._region = region
        self._profile: Profile = profile
        self._hold = region.hold()
        self._anchor = list(region.anchor_of(profile))
        self._handle = OsrmHandle(region.graph_of(profile))
        self._snaps: dict[tuple[float, float], Snap] = {}
        self._snaps_lock = threading.Lock()

    def snap(self, points: Sequence[Point]) -> tuple[Snap, ...]:
        """Where each point meets the street. Raises PointOffRoads for the first that is over 500 m from one."""
        with self._snaps_lock:
            known = {key: self._snaps[key] for key in map(_key, points) if key in self._snaps}
        missing = list({_key(point): point for point in points if _key(point) not in known}.values())
        if missing:
            known.update(self._snap_new(missing, points))
            with self._snaps_lock:
                if len(self._snaps) > REMEMBERED_SNAPS:
                    self._snaps.clear()
                self._snaps.update((_key(point), known[_key(point)]) for point in missing)
        return tuple(known[_key(point)] for point in points)

    def table(self, origins: Sequence[Snap], destinations: Sequence[Snap]) -> tuple[Table, Table]:
        """Seconds and metres from each origin to each destination, in blocks. Raises RoadError when OSRM fails."""
        found = np.empty((2, len(origins), len(destinations)), dtype=np.int32)
        for rows in _blocks(len(origins)):
            for columns in _blocks(len(destinations)):
                found[:, rows, columns] = self._block(origins[rows], destinations[columns])
        return found[0], found[1]

    def matrix(self, places: Sequence[Place]) -> RoadMatrix:
        """Seconds and metres between all places.

        Raises PointOffRoads for the first point that is over 500 m from a street, RoadError when OSRM fails.
        """
        return matrix_of(self, places)

    def route(self, places: Sequence[Place]) -> RoadLine:
        """The line through the places in this order, its legs as in the matrix.

        Raises PointOffRoads, NoRoad where two neighbours in the list are not joined, RoadError otherwise.
        """
        snaps = snapped(self, places)
        coordinates = [_pair(snap.point) for snap in snaps]
        if len(coordinates) < 2:
            return RoadLine(tuple((lon, lat) for lon, lat in coordinates), ())
        try:
            answer = self._handle.ask("route", coordinates=coordinates, radius=SNAPPED_RADIUS_METRES)
        except OsrmRefusal as refusal:
            raise self._missing_leg(snaps, refusal) from refusal
        return RoadLine(
            coordinates=tuple((lon, lat) for lon, lat in answer["coordinates"]),
            legs=tuple(RoadLeg(metres=metres, seconds=seconds) for metres, seconds in answer["legs"]),
        )

    def nearest(self, point: Point) -> Snap:
        """Where the point meets the street. Raises PointOffRoads when that is over 500 m away."""
        return self.snap([point])[0]

    def is_joined(self, point: Point) -> bool:
        """Whether the main network can be driven to from the point and back: not so on an island, or behind gates.
        Raises PointOffRoads, RoadError."""
        coordinates = [_pair(self.nearest(point).point), self._anchor]
        seconds = self._ask("table", coordinates=coordinates, radius=SNAPPED_RADIUS_METRES)["tables"][0]
        return bool(seconds[0, 1] >= 0 and seconds[1, 0] >= 0)

    def fingerprint(self) -> str:
        return self._region.fingerprint_of(self._profile)

    def attribution(self) -> str:
        return self._region.attribution

    def health(self) -> RoadHealth:
        try:
            self._handle.ask("nearest", coordinates=[self._anchor])
        except (RoadError, OsrmRefusal) as error:
            return RoadHealth(False, str(error))
        return RoadHealth(True, f"The streets of {self._region.name} answer.")

    @property
    def process_id(self) -> int | None:
        """The child's process id while it runs; it starts with the first question."""
        return self._handle.process_id

    def close(self) -> None:
        self._handle.close()
        self._hold.close()

    def __del__(self) -> None:
        # Whoever still asked the streets of an earlier import has had the answer by now.
        if hasattr(self, "_handle"):
            self.close()

    def _ask(self, call: str, **question: Any) -> Any:
        try:
            return self._handle.ask(call, **question)
        except OsrmRefusal as refusal:
            raise RoadError(f"The streets could not answer: {refusal.message or refusal.code}.") from refusal

    def _block(self, origins: Sequence[Snap], destinations: Sequence[Snap]) -> Table:
        """One table, beside the anchor; shape (2, origins, destinations)."""
        pairs = [_pair(snap.point) for snap in (*origins, *destinations)]
        count = len(origins)
        answer = self._ask(
            "table",
            coordinates=[*pairs, self._anchor],
            radius=SNAPPED_RADIUS_METRES,
            sources=list(range(count)),
            destinations=list(range(count, len(pairs))),
        )
        found: Table = answer["tables"]
        return found

    def _snap_new(self, missing: Sequence[Point], points: Sequence[Point]) -> dict[tuple[float, float], Snap]:
        coordinates = [_pair(point) for point in missing]
        closest = self._ask("nearest", coordinates=coordinates)["waypoints"]
        for point, found in zip(missing, closest, strict=True):
            if found["metres"] > OFF_ROADS_METRES:
                raise PointOffRoads(points.index(point), point, found["metres"])
        # One row of a table, from the anchor to each point: it prefers streets of the main network.
        answer = self._ask(
            "table",
            coordinates=[*coordinates, self._anchor],
            radius=OFF_ROADS_METRES,
            sources=[len(missing)],
            waypoints=True,
        )
        return {
            _key(point): Snap(point, Point(*found["location"]), found["metres"], found["street"])
            for point, found in zip(missing, answer["waypoints"][:-1], strict=True)
        }

    def _missing_leg(self, snaps: Sequence[Snap], refusal: OsrmRefusal) -> RoadError:
        for index in range(len(snaps) - 1):
            if snaps[index].point == snaps[index + 1].point:
                continue
            seconds, _ = self.table([snaps[index]], [snaps[index + 1]])
            if seconds[0, 0] < 0:
                return NoRoad(index, index + 1, [snap.asked for snap in snaps])
        return RoadError(f"The streets could not answer: {refusal.message or refusal.code}.")


def _blocks(count: int) -> Iterator[slice]:
    for first in range(0, count, BLOCK_PLACES):
        yield slice(first, min(first + BLOCK_PLACES, count))


def _key(point: Point) -> tuple[float, float]:
    # OSRM keeps six digits; what differs beyond them is the same place.
    return round(point.longitude, 6), round(point.latitude, 6)


def _pair(point: Point) -> list[float]:
    return list(_key(point))
