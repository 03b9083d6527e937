"""The question: one network's lots, needs and shifts on one service date. Units: grams, metres, seconds
since local midnight. Everything is checked once, when the Problem is made."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from routing.plain import ProblemError, to_plain
from routing.travel import TravelMatrix
from routing.validate import CLASSES, validate

__all__ = [
    "CLASSES",
    "Eligibility",
    "FairnessStep",
    "Load",
    "Lot",
    "Need",
    "Policy",
    "Problem",
    "ProblemError",
    "Shift",
    "Site",
    "TimeWindow",
    "TravelMatrix",
]


@dataclass(frozen=True)
class TimeWindow:
    """Service may begin from `earliest` to `latest`, both included. For a shift: out at the earliest, back by
    the latest."""

    earliest: int
    latest: int

    def __contains__(self, second: object) -> bool:
        return isinstance(second, int) and self.earliest <= second <= self.latest


@dataclass(frozen=True)
class Load:
    """What is in a vehicle, or what it can take. `grams` is the total of all temperature classes."""

    grams: int = 0
    crates: int = 0
    chilled_grams: int = 0
    frozen_grams: int = 0
    hot_grams: int = 0

    def __add__(self, other: "Load") -> "Load":
        return Load(
            self.grams + other.grams,
            self.crates + other.crates,
            self.chilled_grams + other.chilled_grams,
            self.frozen_grams + other.frozen_grams,
            self.hot_grams + other.hot_grams,
        )

    def __sub__(self, other: "Load") -> "Load":
        return Load(
            self.grams - other.grams,
            self.crates - other.crates,
            self.chilled_grams - other.chilled_grams,
            self.frozen_grams - other.frozen_grams,
            self.hot_grams - other.hot_grams,
        )

    def fits_in(self, capacity: "Load") -> bool:
        return (
            self.grams <= capacity.grams
            and self.crates <= capacity.crates
            and self.chilled_grams <= capacity.chilled_grams
            and self.frozen_grams <= capacity.frozen_grams
            and self.hot_grams <= capacity.hot_grams
        )

    def grams_for(self, temperature_class: str) -> int:
        """Grams of capacity that food of this class can use; ambient food can lie anywhere."""
        return {
            "ambient": self.grams,
            "chilled": min(self.grams, self.chilled_grams),
            "frozen": min(self.grams, self.frozen_grams),
            "hot": min(self.grams, self.hot_grams),
        }[temperature_class]


@dataclass(frozen=True)
class Site:
    """A place. A stop takes `setup_seconds` once and `service_seconds` for every lot handled there."""

    id: str
    setup_seconds: int = 0
    service_seconds: int = 0


@dataclass(frozen=True)
class Lot:
    """One line of an offer, to be fetched from one site within its window."""

    id: str
    offer: str
    site: str
    category: str
    grams: int
    crates: int
    temperature_class: str
    window: TimeWindow
    splittable: bool = True
    value_per_kg: int = 0  # cents; 0 means the policy's usual value

    def crates_for(self, grams: int) -> int:
        """Crates that a share of this lot fills: a crate begun is a crate taken."""
        return -(-self.crates * grams // self.grams)

    def load_for(self, grams: int) -> Load:
        crates = self.crates_for(grams)
        return Load(
            grams,
            crates,
            chilled_grams=grams if self.temperature_class == "chilled" else 0,
            frozen_grams=grams if self.temperature_class == "frozen" else 0,
            hot_grams=grams if self.temperature_class == "hot" else 0,
        )


@dataclass(frozen=True)
class Need:
    """What one site of a food bank can still take of a category: never more than `grams`. `delivered_grams`
    is what it already had; it counts for fairness only."""

    id: str
    organisation: str
    site: str
    category: str
    grams: int
    windows: tuple[TimeWindow, ...]
    people_served: int = 0
    delivered_grams: int = 0


@dataclass(frozen=True)
class Eligibility:
    """This lot may go to this need, if unloading begins by `deliver_by`. Pairs not named are forbidden."""

    lot: str
    need: str
    deliver_by: int


@dataclass(frozen=True)
class Shift:
    """One vehicle with its driver from leaving `start_site` to reaching `end_site`."""

    id: str
    vehicle: str
    organisation: str
    start_site: str
    end_site: str
    window: TimeWindow
    capacity: Load
    profile: str = "car"
    cents_per_km: int = 0
    cents_per_hour: int = 0
    cents_per_use: int = 0
    grams_co2e_per_km: int = 0
    maximum_metres: int | None = None
    maximum_stops: int | None = None  # pickups and drop-offs together


@dataclass(frozen=True)
class FairnessStep:
    """Each kg that lifts a food bank's fill towards `until_percent` is worth this much more."""

    until_percent: int
    cents_per_kg: int


@dataclass(frozen=True)
class Policy:
    """What the network values. Money weighs one wish against another; nobody pays it."""

    value_per_kg: int = 200  # cents, for lots that state none
    fairness: tuple[FairnessStep, ...] = (FairnessStep(35, 120), FairnessStep(65, 60))
    shipment_grams: int = 120_000  # a splittable quantity for one food bank travels in pieces of at most this


@dataclass(frozen=True)
class Problem:
    """Everything the solver may know."""

    service_date: str
    time_zone: str
    sites: tuple[Site, ...]
    lots: tuple[Lot, ...]
    needs: tuple[Need, ...]
    eligibilities: tuple[Eligibility, ...]
    shifts: tuple[Shift, ...]
    travel: Mapping[str, TravelMatrix] = field(hash=False)
    policy: Policy = Policy()
    estimated_travel: bool = False

    def __post_init__(self) -> None:
        validate(self)

    def digest(self) -> str:
        """The SHA-256 of the problem's canonical JSON: two problems are the same if their digests are."""
        return self._digest

    @cached_property
    def _digest(self) -> str:
        text = json.dumps(to_plain(self), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()

    @cached_property
    def site_numbers(self) -> dict[str, int]:
        return {site.id: number for number, site in enumerate(self.sites)}

    @cached_property
    def sites_by_id(self) -> dict[str, Site]:
        return {site.id: site for site in self.sites}

    @cached_property
    def lots_by_id(self) -> dict[str, Lot]:
        return {lot.id: lot for lot in self.lots}

    @cached_property
    def needs_by_id(self) -> dict[str, Need]:
        return {need.id: need for need in self.needs}

    @cached_property
    def shifts_by_id(self) -> dict[str, Shift]:
        return {shift.id: shift for shift in self.shifts}

    @cached_property
    def deadlines(self) -> dict[tuple[str, str], int]:
        """The latest begin of unloading for every allowed pair of lot and need."""
        return {(pair.lot, pair.need): pair.deliver_by for pair in self.eligibilities}

    @cached_property
    def needs_for(self) -> dict[str, tuple[str, ...]]:
        """The needs that each lot may go to."""
        found: dict[str, list[str]] = {lot.id: [] for lot in self.lots}
        for pair in self.eligibilities:
            found[pair.lot].append(pair.need)
        return {lot: tuple(needs) for lot, needs in found.items()}

    def leg(self, shift: Shift, origin: str, destination: str) -> tuple[int, int] | None:
        """Seconds and metres between two sites for this shift's vehicle, or None without a road."""
        return self.travel[shift.profile].leg(self.site_numbers[origin], self.site_numbers[destination])
