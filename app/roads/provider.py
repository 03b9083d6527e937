"""What every source of travel times answers, and the sentences it refuses with."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

ATTRIBUTION = "© OpenStreetMap contributors"
FAR_METRES = 100
OFF_ROADS_METRES = 500


@dataclass(frozen=True, slots=True)
class Point:
    """A place on the map in degrees, WGS 84."""

    longitude: float
    latitude: float


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


@dataclass(frozen=True, slots=True)
class RoadMatrix:
    """Seconds and metres from each point (row) to each point (column); None where no road leads."""

    seconds: tuple[tuple[int | None, ...], ...]
    metres: tuple[tuple[int | None, ...], ...]
    snaps: tuple[Snap, ...]
    estimated: bool = False


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


class PointOffRoads(RoadError):
    """A point is too far from every street that a vehicle may use."""

    def __init__(self, index: int, point: Point, metres: float) -> None:
        super().__init__(
            f"Point {index + 1} ({point.latitude:.5f}, {point.longitude:.5f}) is {distance_text(metres)} "
            "from the nearest street; move its pin onto the map of this region."
        )
        self.index = index
        self.point = point
        self.metres = metres


class NoRoad(RoadError):
    """Two points that follow each other are not joined by any street."""

    def __init__(self, from_index: int, to_index: int) -> None:
        super().__init__(f"No street leads from point {from_index + 1} to point {to_index + 1}.")
        self.from_index = from_index
        self.to_index = to_index


class RoadProvider(Protocol):
    """A source of travel times; all of them answer alike, so a network can change from one to another."""

    def matrix(self, points: Sequence[Point]) -> RoadMatrix: ...

    def route(self, points: Sequence[Point]) -> RoadLine: ...

    def nearest(self, point: Point) -> Snap: ...

    def fingerprint(self) -> str:
        """Changes whenever the same question could get another answer."""
        ...

    def attribution(self) -> str: ...

    def health(self) -> RoadHealth: ...

    def close(self) -> None: ...


def distance_text(metres: float) -> str:
    """Metres below one kilometre, kilometres with one decimal from there on."""
    return f"{metres:.0f} m" if metres < 1000 else f"{metres / 1000:.1f} km"
