"""What all routing servers share: tables in blocks, lines in stretches, and the version of their data."""

import hashlib
import json
import threading
import time
from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

import numpy as np

from app.roads.closed import ClosedAtTheEnd
from app.roads.provider import (
    ATTRIBUTION,
    NO_ROAD,
    OFF_ROADS_METRES,
    NoRoad,
    Place,
    Point,
    PointOffRoads,
    Profile,
    RoadError,
    RoadHealth,
    RoadLine,
    RoadMatrix,
    RoadsUnavailable,
    Snap,
    Table,
    matrix_of,
    snapped,
)
from app.roads.servers.answers import joined
from app.roads.servers.blocks import Block, BlockLimits, blocks, quarters, stretches
from app.roads.servers.connection import Asking, MalformedAnswer, ServerConnection

NO_TABLE = "answered with something that is no travel table"
NO_LINE = "answered with something that is no route"
NO_SNAPS = "answered with something that is no position on a street"


class TooLarge(Exception):
    """The server takes no table of this size."""


class NotJoined(Exception):
    """The server takes no table in which some place cannot reach any other: smaller ones say which."""


class NotOnStreet(Exception):
    """The server finds no street at a place of the question; `place` is its number in it, where it says so."""

    def __init__(self, place: int | None = None) -> None:
        super().__init__("no street")
        self.place = place


class ServerRoads(ClosedAtTheEnd):
    """A RoadProvider over one routing server and one profile; share one between threads and close it at the end."""

    # A server answers any rectangle, so one row and one column are all that a new site costs.
    extends_cheaply = True
    kind: ClassVar[str]
    version_seconds: ClassVar[float] = 300.0

    def __init__(self, connection: ServerConnection, profile: Profile, limits: BlockLimits, most_stops: int) -> None:
        self._connection = connection
        self._profile: Profile = profile
        self._limits = limits
        self._most_stops = most_stops
        self._version: str | None = None
        self._version_read = float("-inf")
        self._version_lock = threading.Lock()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._connection.host!r}, {self._profile!r})"

    @abstractmethod
    def snap(self, points: Sequence[Point]) -> tuple[Snap, ...]:
        """Where each point meets the street. Raises PointOffRoads, RoadsUnavailable."""

    def _snap_all(
        self,
        points: Sequence[Point],
        at_once: int,
        locate: Callable[[Asking, Sequence[Point]], list[Snap | None]],
    ) -> tuple[Snap, ...]:
        """Where each point meets the street, `at_once` points with one question."""
        runs = [range(first, min(first + at_once, len(points))) for first in range(0, len(points), at_once)]
        batches = self._connection.all([self._snap_run(run, points, locate) for run in runs])
        return tuple(snap for batch in batches for snap in batch)

    def _snap_run(
        self, run: range, points: Sequence[Point], locate: Callable[[Asking, Sequence[Point]], list[Snap | None]]
    ) -> Callable[[Asking], list[Snap]]:
        """A job that snaps points[run] with one question; where the server refuses them all for one that is off every
        street, each is asked about alone, so that the refusal names it."""
        part = [points[index] for index in run]

        def ask(asking: Asking) -> list[Snap]:
            try:
                snaps = locate(asking, part)
            except NotOnStreet as error:
                if len(part) == 1:
                    raise PointOffRoads(run[0], part[0], None) from error
                return [self._snap_run(range(index, index + 1), points, locate)(asking)[0] for index in run]
            except (MalformedAnswer, TooLarge) as error:
                raise self._connection.unavailable(NO_SNAPS) from error
            for index, point, snap in zip(run, part, snaps, strict=True):
                if snap is None or snap.metres > OFF_ROADS_METRES:
                    raise PointOffRoads(index, point, None if snap is None else snap.metres)
            return [snap for snap in snaps if snap is not None]

        return ask

    @abstractmethod
    def _ask_table(self, asking: Asking, origins: Sequence[Snap], destinations: Sequence[Snap]) -> tuple[Table, Table]:
        """One request. Raises TooLarge, NotJoined, NotOnStreet (origins count first), MalformedAnswer, RoadError."""

    @abstractmethod
    def _ask_line(self, asking: Asking, snaps: Sequence[Snap]) -> RoadLine | None:
        """One request through at least two snaps; None where some two are not joined. Raises as _ask_table does."""

    @abstractmethod
    def _ask_version(self, asking: Asking) -> str:
        """What the server says of its data now, empty where it says nothing. Raises MalformedAnswer, RoadError."""

    @abstractmethod
    def _options(self) -> Mapping[str, Any]:
        """What is asked with every question, beside the places: part of the fingerprint."""

    @abstractmethod
    def _place_off_street(self, snaps: Sequence[Snap]) -> int | None:
        """Which of the snaps is on no street, where the refusal itself did not say it. Raises RoadError."""

    def table(self, origins: Sequence[Snap], destinations: Sequence[Snap]) -> tuple[Table, Table]:
        """Seconds and metres from each origin to each destination, in blocks. Raises RoadsUnavailable when any of
        them fails, PointOffRoads for a place that is on no street of the server (origins count first)."""
        seconds = np.full((len(origins), len(destinations)), NO_ROAD, dtype=np.int32)
        metres = seconds.copy()

        def fill(asking: Asking, block: Block) -> None:
            found = self._block(asking, block, origins, destinations)
            if isinstance(found, list):
                for smaller in found:
                    fill(asking, smaller)
            else:
                part = slice(block.top, block.bottom), slice(block.left, block.right)
                seconds[part], metres[part] = found

        whole = Block(0, len(origins), 0, len(destinations))
        jobs: list[Callable[[Asking], None]] = [
            lambda asking, block=block: fill(asking, block)  # type: ignore[misc]
            for block in blocks(whole, self._limits)
        ]
        self._connection.all(jobs)
        return seconds, metres

    def matrix(self, places: Sequence[Place]) -> RoadMatrix:
        """Seconds and metres between all places. Raises PointOffRoads, RoadsUnavailable."""
        return matrix_of(self, places)

    def route(self, places: Sequence[Place]) -> RoadLine:
        """The line through the places in this order. Raises PointOffRoads, NoRoad, RoadsUnavailable."""
        snaps = snapped(self, places)
        if len(snaps) < 2:
            return RoadLine(tuple((snap.point.longitude, snap.point.latitude) for snap in snaps), ())
        lines = self._connection.all([self._stretch(snaps, run) for run in stretches(len(snaps), self._most_stops)])
        whole = [line for line in lines if line is not None]
        if len(whole) < len(lines):
            raise self._missing_leg(snaps)
        return RoadLine(joined(line.coordinates for line in whole), tuple(leg for line in whole for leg in line.legs))

    def fingerprint(self) -> str:
        """Server, profile, options and, where the server tells one, the version of its data, which is asked for every
        few minutes at most. Raises RoadsUnavailable when it was never told and the server is gone."""
        asked = {
            "kind": self.kind,
            "url": self._connection.url,
            "profile": self._profile,
            "options": self._options(),
            "version": self._known_version(),
        }
        return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()

    def attribution(self) -> str:
        return ATTRIBUTION

    def health(self) -> RoadHealth:
        try:
            version = self._read_version()
        except RoadError as error:
            return RoadHealth(False, error.sentence)
        told = f" ({version})" if version else ""
        return RoadHealth(True, f"The {self.kind} server at {self._connection.host} answers{told}.")

    def close(self) -> None:
        self._connection.close()

    def _block(
        self, asking: Asking, block: Block, origins: Sequence[Snap], destinations: Sequence[Snap]
    ) -> tuple[Table, Table] | list[Block]:
        """The block's two tables, or the smaller blocks that must be asked for instead."""
        limits = self._limits
        if not limits.allow(block):
            return blocks(block, limits)
        rows, columns = origins[block.top : block.bottom], destinations[block.left : block.right]
        try:
            return self._ask_table(asking, rows, columns)
        except TooLarge as error:
            return self._smaller(block, error)
        except NotJoined:
            if block.rows == block.columns == 1:
                nothing = np.full((1, 1), NO_ROAD, dtype=np.int32)
                return nothing, nothing
            return quarters(block)
        except NotOnStreet as error:
            positions = [*range(block.top, block.bottom), *range(block.left, block.right)]
            raise self._off_street([*rows, *columns], positions, error) from error
        except MalformedAnswer as error:
            raise self._connection.unavailable(NO_TABLE) from error

    def _off_street(self, snaps: Sequence[Snap], positions: Sequence[int], refused: NotOnStreet) -> RoadError:
        """The error that names the place; `positions` says where each snap stands in the whole question."""
        place = self._place_off_street(snaps) if refused.place is None else refused.place
        if place is None or not 0 <= place < len(snaps):
            return self._connection.unavailable("finds no street at a place where it found one before")
        return PointOffRoads(positions[place], snaps[place].asked, None)

    def _smaller(self, block: Block, error: TooLarge) -> list[Block]:
        """The block under limits that no longer allow it, which are remembered."""
        if block.rows == block.columns == 1:
            raise self._connection.unavailable("takes not even a table of one pair") from error
        limits = self._limits
        if limits.allow(block):  # else another thread has learnt it meanwhile
            limits = self._limits = limits.below(block)
        return blocks(block, limits)

    def _stretch(self, snaps: Sequence[Snap], run: range) -> Callable[[Asking], RoadLine | None]:
        part = snaps[run.start : run.stop]

        def ask(asking: Asking) -> RoadLine | None:
            try:
                line = self._ask_line(asking, part)
                if line is not None and len(line.legs) != len(part) - 1:
                    raise MalformedAnswer("not as many legs as were asked for")
            except MalformedAnswer as error:
                raise self._connection.unavailable(NO_LINE) from error
            except NotOnStreet as error:
                raise self._off_street(part, run, error) from error
            return line

        return ask

    def _missing_leg(self, snaps: Sequence[Snap]) -> RoadError:
        for index in range(len(snaps) - 1):
            seconds, _ = self.table([snaps[index]], [snaps[index + 1]])
            if seconds[0, 0] == NO_ROAD:
                return NoRoad(index, index + 1, [snap.asked for snap in snaps])
        return self._connection.unavailable("knows times between all places and no route through them")

    def _known_version(self) -> str:
        with self._version_lock:
            fresh = time.monotonic() - self._version_read < self.version_seconds
            known = self._version
        if fresh and known is not None:
            return known
        try:
            return self._read_version()
        except RoadsUnavailable:
            if known is None:
                raise
            self._learn(known)  # and do not ask again for a while
            return known

    def _read_version(self) -> str:
        def ask(asking: Asking) -> str:
            try:
                return self._ask_version(asking)
            except MalformedAnswer as error:
                raise self._connection.unavailable(f"does not answer as {self.kind} does") from error

        version = self._connection.one(ask)
        self._learn(version)
        return version

    def _learn(self, version: str) -> None:
        with self._version_lock:
            self._version = version
            self._version_read = time.monotonic()
