"""A van's route of a day as places, windows and food: what driving it takes, what that costs, and whether it could be
driven at all. Units: grams, metres, seconds of the day, cents. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

type Window = tuple[int, int]  # seconds of the day, both included
type Legs = Callable[[str, str, str], tuple[int, int] | None]  # by profile, from, to: seconds and metres; None: no road
ROOM, TIMES, SKILLS, LIMITS = "room", "times", "skills", "limits"
MISFITS = (ROOM, TIMES, SKILLS, LIMITS)


@dataclass(frozen=True)
class Room:
    """What a van can take; `grams` is the total of all temperature classes."""

    grams: int
    crates: int
    chilled_grams: int = 0
    frozen_grams: int = 0
    hot_grams: int = 0


@dataclass(frozen=True)
class Place:
    """A stop there takes `setup_seconds` once and `service_seconds` for every line; it needs these skills of a van."""

    setup_seconds: int = 0
    service_seconds: int = 0
    skills: frozenset[str] = frozenset()


ORDINARY = Place()  # of which nothing is known


@dataclass(frozen=True)
class Parcel:
    """Grams of one line for one need. unload: when unloading may begin."""

    id: str
    line: str
    grams: int
    crates: int
    temperature_class: str
    pickup: Window
    unload: tuple[Window, ...]
    skills: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Halt:
    """A stop of a route: `pickup`, `drop_off`, or a `break` of so many seconds, wherever the van then is, that begins
    in its window."""

    kind: str
    place: str
    parcels: tuple[Parcel, ...] = ()
    seconds: int = 0
    window: Window | None = None

    @property
    def is_visit(self) -> bool:
        """Whether the van has to go there."""
        return self.kind != "break"


@dataclass(frozen=True)
class Van:
    """A vehicle on its shift. window: out at the earliest, back at the latest."""

    vehicle: str
    partner: str
    room: Room
    window: Window
    profile: str = "car"
    skills: frozenset[str] = frozenset()
    cents_per_km: int = 0
    cents_per_hour: int = 0
    cents_per_use: int = 0
    grams_co2e_per_km: int = 0
    most_metres: int | None = None
    most_stops: int | None = None

    @property
    def has_rates(self) -> bool:
        """Whether anybody has said what it costs."""
        return bool(self.cents_per_km or self.cents_per_hour or self.cents_per_use)


@dataclass(frozen=True)
class VanRoute:
    """The stops of a van between its start and its end."""

    id: str
    van: Van
    start: str
    end: str
    halts: tuple[Halt, ...]

    @property
    def places(self) -> tuple[str, ...]:
        """Where it goes, in order; nowhere where nothing is left to do."""
        visited = tuple(halt.place for halt in self.halts if halt.is_visit)
        return (self.start, *visited, self.end) if visited else ()


@dataclass(frozen=True)
class Table:
    """The day's streets and places. slowest_percent: what driving takes of the table's seconds at the slowest hour."""

    legs: Legs
    places: Mapping[str, Place] = field(default_factory=dict)
    slowest_percent: int = 100

    def place(self, name: str) -> Place:
        """What a stop there takes."""
        return self.places.get(name, ORDINARY)

    def handling_seconds(self, halt: Halt) -> int:
        """How long the van stands there."""
        place = self.place(halt.place)
        return place.setup_seconds + place.service_seconds * len({each.line for each in halt.parcels})


@dataclass(frozen=True)
class Effort:
    """What driving takes."""

    metres: int = 0
    seconds: int = 0

    def __add__(self, other: "Effort") -> "Effort":
        return Effort(self.metres + other.metres, self.seconds + other.seconds)

    def __sub__(self, other: "Effort") -> "Effort":
        return Effort(self.metres - other.metres, self.seconds - other.seconds)


def effort_of(route: VanRoute, table: Table) -> Effort | None:
    """What a route takes; None where the table does not know one of its drives."""
    metres = seconds = 0
    for origin, destination in pairwise(route.places):
        leg = table.legs(route.van.profile, origin, destination)
        if leg is None:
            return None
        seconds, metres = seconds + leg[0], metres + leg[1]
    return Effort(metres, seconds + sum(table.handling_seconds(halt) for halt in route.halts if halt.is_visit))


def exact_cents(van: Van, effort: Effort, *, drives: bool) -> float:
    """What it costs at the rates of the van."""
    use = van.cents_per_use if drives else 0
    return use + van.cents_per_km * effort.metres / 1000 + van.cents_per_hour * effort.seconds / 3600


def cents_of(route: VanRoute, table: Table) -> float | None:
    """What a route costs at its van's rates; None where these, or a drive, are not known."""
    effort = effort_of(route, table)
    if effort is None or not route.van.has_rates:
        return None
    return exact_cents(route.van, effort, drives=bool(route.places))


def misfits_of(route: VanRoute, table: Table) -> frozenset[str]:
    """Why a route could not be driven: the van's room, windows and hours (as early as can be, every drive as slow as at
    the slowest hour), skills, its most kilometres and stops."""
    return frozenset(
        name
        for name, fits in (
            (ROOM, _has_room(route)),
            (TIMES, _in_time(route, table)),
            (SKILLS, _has_skills(route, table)),
            (LIMITS, _within_limits(route, table)),
        )
        if not fits
    )


def can_be_driven(route: VanRoute, table: Table) -> bool:
    """Whether nothing stands against it; asks no further once something does."""
    return _has_room(route) and _in_time(route, table) and _within_limits(route, table) and _has_skills(route, table)


def _has_room(route: VanRoute) -> bool:
    room = route.van.room
    most = {"chilled": room.chilled_grams, "frozen": room.frozen_grams, "hot": room.hot_grams}
    load = dict.fromkeys(most, 0)
    grams = crates = 0
    for halt in route.halts:
        sign = 1 if halt.kind == "pickup" else -1
        for parcel in halt.parcels:
            grams += sign * parcel.grams
            crates += sign * parcel.crates
            name = parcel.temperature_class
            if name in most:
                load[name] += sign * parcel.grams
        if sign > 0 and (grams > room.grams or crates > room.crates or any(load[each] > most[each] for each in most)):
            return False
    return True


def _in_time(route: VanRoute, table: Table) -> bool:
    now, at = route.van.window[0], route.start
    for halt in route.halts:
        if not halt.is_visit:
            begun = _begun(now, [halt.window] if halt.window else [])
            if begun is None:
                return False
            now = begun + halt.seconds
            continue
        arrived = _driven(now, route.van, at, halt.place, table)
        begun = None if arrived is None else _begun_for_all(arrived, halt)
        if begun is None:
            return False
        now, at = begun + table.handling_seconds(halt), halt.place
    back = _driven(now, route.van, at, route.end, table)
    return back is not None and back <= route.van.window[1]


def _driven(now: int, van: Van, origin: str, destination: str, table: Table) -> int | None:
    leg = table.legs(van.profile, origin, destination)
    return None if leg is None else now + -(-leg[0] * max(100, table.slowest_percent) // 100)


def _begun(now: int, windows: Sequence[Window]) -> int | None:
    """When a stop begins that may in any of these windows; None where that is over."""
    if not windows:
        return now
    return min((max(now, earliest) for earliest, latest in windows if now <= latest), default=None)


def _begun_for_all(arrived: int, halt: Halt) -> int | None:
    """When handling begins, once for all parcels."""
    now: int | None = arrived
    for _ in range(len(halt.parcels) + 1):  # each round some parcel may put it off; then they agree, or never will
        before = now
        for parcel in halt.parcels:
            if now is not None:
                now = _begun(now, [parcel.pickup] if halt.kind == "pickup" else parcel.unload)
        if now is None or now == before:
            return now
    return now


def _has_skills(route: VanRoute, table: Table) -> bool:
    needed = {skill for halt in route.halts if halt.is_visit for skill in table.place(halt.place).skills}
    needed |= {skill for halt in route.halts for parcel in halt.parcels for skill in parcel.skills}
    return needed <= route.van.skills


def _within_limits(route: VanRoute, table: Table) -> bool:
    van = route.van
    if van.most_stops is not None and sum(halt.is_visit for halt in route.halts) > van.most_stops:
        return False
    effort = effort_of(route, table) if van.most_metres is not None else None
    return van.most_metres is None or (effort is not None and effort.metres <= van.most_metres)
