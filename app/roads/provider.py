"""What every source of travel times answers, and the sentences it refuses with."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, get_args

import numpy as np
from numpy.typing import NDArray

ATTRIBUTION = "© OpenStreetMap contributors"
FAR_METRES = 100
OFF_ROADS_METRES = 500
NO_ROAD = -1

Profile = Literal["car", "van", "truck", "cargo_bike"]
PROFILES: tuple[Profile, ...] = get_args(Profile)


@dataclass(frozen=True, slots=True)
class Point:
    """A place on the map in degrees, WGS 84; `name` is the site's, for sentences about it."""

    longitude: float
    latitude: float
    name: str = ""

    @property
    def text(self) -> str:
        """How a sentence speaks of it: its name, else its position."""
        return self.name or f"({self.latitude:.5f}, {self.longitude:.5f})"


@dataclass(frozen=True, slots=True)
class Snap:
    """Where a point meets the street: matrix and route both start from here, never from the point itself."""

    asked: Point
    point: Point
    metres: float
    street: str

    @property
    def is_far(self) -> bool:
        """Whether somebody should look at the pin: the street is over 100 m away."""
        return self.metres > FAR_METRES


Place = Point | Snap  # a Snap is used as it is; a Point is snapped first
Table = NDArray[np.int32]


@dataclass(frozen=True, slots=True, eq=False)
class RoadMatrix:
    """Seconds and metres from each place (row) to each place (column): int32 of shape (places, places), -1 where no
    road leads, 0 from a place to itself."""

    seconds: Table
    metres: Table
    snaps: tuple[Snap, ...]
    estimated: bool = False

    def __len__(self) -> int:
        return len(self.seconds)


@dataclass(frozen=True, slots=True)
class RoadLeg:
    """One stretch between two points that follow each other."""

    metres: int
    seconds: int


@dataclass(frozen=True, slots=True)
class RoadLine:
    """The line on the streets through an ordered list of points, as (longitude, latitude) pairs."""

    coordinates: tuple[tuple[float, float], ...]
    legs: tuple[RoadLeg, ...]
    estimated: bool = False

    @property
    def metres(self) -> int:
        return sum(leg.metres for leg in self.legs)

    @property
    def seconds(self) -> int:
        return sum(leg.seconds for leg in self.legs)


@dataclass(frozen=True, slots=True)
class RoadHealth:
    """Whether the provider answers right now, and a sentence for whoever looks after it."""

    ok: bool
    sentence: str


class RoadError(Exception):
    """Travel times could not be found; `sentence` says why in one sentence."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class RoadsUnavailable(RoadError):
    """The source itself failed (gone, too slow, answers that make no sense): another source may be asked instead."""


class PointOffRoads(RoadError):
    """A point is too far from every street that a vehicle may use."""

    def __init__(self, index: int, point: Point, metres: float | None) -> None:
        who = point.name or f"Point {index + 1} ({point.latitude:.5f}, {point.longitude:.5f})"
        away = "is not near any street" if metres is None else f"is {distance_text(metres)} from the nearest street"
        super().__init__(f"{who} {away}; move its pin onto the map of this region.")
        self.index = index
        self.point = point
        self.metres = metres


class NoRoad(RoadError):
    """Two points that follow each other are not joined by any street."""

    def __init__(self, from_index: int, to_index: int, points: Sequence[Point] = ()) -> None:
        names = [points[index].name if index < len(points) else "" for index in (from_index, to_index)]
        origin, destination = (
            name or f"point {index + 1}" for name, index in zip(names, (from_index, to_index), strict=True)
        )
        super().__init__(f"No street leads from {origin} to {destination}.")
        self.from_index = from_index
        self.to_index = to_index


class RoadProvider(Protocol):
    """A source of travel times for one profile; all of them answer alike, so a network can change from one to another.

    Every method raises RoadsUnavailable when the source itself fails, PointOffRoads for a point over 500 m from every
    street, and other RoadErrors for a question that it refuses. Safe to share between threads.
    """

    @property
    def extends_cheaply(self) -> bool:
        """Whether one more row and column cost clearly less than the whole table anew."""
        ...

    def snap(self, points: Sequence[Point]) -> tuple[Snap, ...]:
        """Where each point meets the street; the answer for one does not depend on the others."""
        ...

    def table(self, origins: Sequence[Snap], destinations: Sequence[Snap]) -> tuple[Table, Table]:
        """Seconds and metres, int32 of shape (origins, destinations), -1 where no road leads. In blocks where the
        source has limits; whole or not at all."""
        ...

    def matrix(self, places: Sequence[Place]) -> RoadMatrix:
        """Seconds and metres between all places."""
        ...

    def route(self, places: Sequence[Place]) -> RoadLine:
        """The line through the places in this order, its legs as in the matrix; NoRoad where two are not joined."""
        ...

    def fingerprint(self) -> str:
        """Changes whenever the same question could get another answer."""
        ...

    def attribution(self) -> str:
        """What must stay visible beside whatever was made with it."""
        ...

    def health(self) -> RoadHealth:
        """Whether it answers right now."""
        ...

    def close(self) -> None:
        """End processes and connections; the next question opens them again."""
        ...


def snapped(provider: RoadProvider, places: Sequence[Place]) -> tuple[Snap, ...]:
    """All places as snaps: those that are none yet are snapped now. PointOffRoads counts in `places`."""
    points = [place for place in places if isinstance(place, Point)]
    try:
        found = iter(provider.snap(points)) if points else iter(())
    except PointOffRoads as error:
        raise PointOffRoads(_position(places, error.index), error.point, error.metres) from error
    return tuple(place if isinstance(place, Snap) else next(found) for place in places)


def _position(places: Sequence[Place], number: int) -> int:
    """Where in `places` the point number `number` stands."""
    return [index for index, place in enumerate(places) if isinstance(place, Point)][number]


def matrix_of(provider: RoadProvider, places: Sequence[Place], *, estimated: bool = False) -> RoadMatrix:
    """The square table of a provider, with nothing to travel from a place to itself."""
    snaps = snapped(provider, places)
    if not snaps:
        empty = np.zeros((0, 0), dtype=np.int32)
        return RoadMatrix(empty, empty, (), estimated)
    seconds, metres = provider.table(snaps, snaps)
    np.fill_diagonal(seconds, 0)
    np.fill_diagonal(metres, 0)
    return RoadMatrix(seconds, metres, snaps, estimated)


def distance_text(metres: float) -> str:
    """Metres below one kilometre, kilometres with one decimal from there on."""
    return f"{metres:.0f} m" if metres < 1000 else f"{metres / 1000:.1f} km"
