"""The streets of every region of this installation, opened when they are first needed and kept open."""

import threading
from collections.abc import Sequence
from pathlib import Path

from app.roads.embedded import EmbeddedRoads
from app.roads.provider import Point, PointOffRoads, RoadMatrix
from app.roads.region import open_region


class Streets:
    """Travel times, lines and snapping by region name. Share one between threads; close it at the end."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._open: dict[str, EmbeddedRoads] = {}
        self._lock = threading.Lock()

    def matrix(self, region: str, places: Sequence[Point]) -> RoadMatrix:
        """Travel between all places; raises RoadError or RegionError with one sentence."""
        return self._roads(region).matrix(places)

    def line(self, region: str, places: Sequence[Point]) -> list[list[float]]:
        """The way along the streets through all places, as [longitude, latitude] points."""
        distinct = [place for i, place in enumerate(places) if i == 0 or place != places[i - 1]]
        if len(distinct) < 2:
            return []
        return [list(pair) for pair in self._roads(region).route(distinct).coordinates]

    def metres_to_street(self, region: str, longitude: float, latitude: float) -> int | None:
        """Metres from a pin to the nearest street; None when there is none at all."""
        try:
            return round(self._roads(region).nearest(Point(longitude, latitude)).metres)
        except PointOffRoads as error:
            return round(error.metres)

    def fingerprint(self, region: str) -> str:
        """Changes whenever the region's street graph does."""
        return self._roads(region).fingerprint()

    def _roads(self, region: str) -> EmbeddedRoads:
        """The provider of a region; a region that was imported again is opened anew."""
        current = open_region(region, self._folder)
        with self._lock:
            known = self._open.get(region)
            if known is not None and known.fingerprint() == current.fingerprint:
                return known
            if known is not None:
                known.close()
            self._open[region] = EmbeddedRoads(current)
            return self._open[region]

    def close(self) -> None:
        """End the processes behind the open regions."""
        with self._lock:
            for roads in self._open.values():
                roads.close()
            self._open.clear()
