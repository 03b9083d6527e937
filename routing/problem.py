"""The question: one network's lots, needs and shifts on one service date. Units: grams, metres, seconds
since local midnight. Everything is checked once, when the Problem is made."""

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from functools import cached_property
from types import MappingProxyType
from typing import Any

import numpy as np
import orjson

from routing.plain import ProblemError, to_plain
from routing.travel import TravelMatrix
from routing.validate import CLASSES, LATEST_SECOND, validate

END_OF_PLANNING = LATEST_SECOND

__all__ = [
    "CLASSES",
    "END_OF_PLANNING",
    "Break",
    "Eligibility",
    "FairnessStep",
    "Load",
    "LockedCargo",
    "LockedRoute",
    "LockedStop",
    "Lot",
    "Need",
    "PaceStep",
    "Policy",
    "Problem",
    "ProblemError",
    "Promise",
    "Shift",
    "Site",
    "Storage",
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

    def with_room_for(self, load: "Load") -> "Load":
        """At least as much of everything as the load has."""
        return Load(
            max(self.grams, load.grams),
            max(self.crates, load.crates),
            max(self.chilled_grams, load.chilled_grams),
            max(self.frozen_grams, load.frozen_grams),
            max(self.hot_grams, load.hot_grams),
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
class Storage:
    """What a site can put away of all that is delivered to it, by temperature class; None: no limit."""

    ambient_grams: int | None = None
    chilled_grams: int | None = None
    frozen_grams: int | None = None
    hot_grams: int | None = None

    def limit_for(self, temperature_class: str) -> int | None:
        limit: int | None = getattr(self, f"{temperature_class}_grams")
        return limit


@dataclass(frozen=True)
class Site:
    """A place. A stop takes `setup_seconds` once and `service_seconds` for every lot handled there. Only a shift
    that has all `skills` of the place may stop there (a tail lift, a small van, a named driver)."""

    id: str
    setup_seconds: int = 0
    service_seconds: int = 0
    storage: Storage = Storage()
    skills: tuple[str, ...] = ()


@dataclass(frozen=True)
class Lot:
    """One line of an offer, to be fetched from one site within its window. A lot `on_board` of a shift was
    collected already: it has no pickup stop, takes its room from the start, and only that shift can deliver it.
    `deliver_by` counts for the pairs that the problem does not list one by one."""

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
    deliver_by: int | None = None
    skills: tuple[str, ...] = ()
    on_board: str | None = None

    @property
    def ready_from(self) -> int:
        """The second from which it can be brought: when its pickup window begins, 0 where it is on board already."""
        return 0 if self.on_board is not None else self.window.earliest

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
    """What one site of a food bank can still take of a category: never more than `grams`. What it already had
    today (`delivered_grams`) and what it wanted and had in the weeks before (`past_wanted_grams`,
    `past_delivered_grams`) count for fairness only, and so does `priority_percent`: 200 makes fairness towards
    this need worth twice as much."""

    id: str
    organisation: str
    site: str
    category: str
    grams: int
    windows: tuple[TimeWindow, ...]
    people_served: int = 0
    delivered_grams: int = 0
    past_wanted_grams: int = 0
    past_delivered_grams: int = 0
    priority_percent: int = 100


@dataclass(frozen=True)
class Eligibility:
    """This lot may go to this need, if unloading begins by `deliver_by`. Pairs not named are forbidden."""

    lot: str
    need: str
    deliver_by: int


@dataclass(frozen=True)
class Break:
    """A pause that begins within the window, wherever the vehicle then is. A shift that drives takes all its breaks."""

    window: TimeWindow
    seconds: int


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
    breaks: tuple[Break, ...] = ()
    skills: tuple[str, ...] = ()


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
    shipment_grams: int = 1_000_000  # a splittable quantity for one food bank travels in pieces of at most this
    move_cents: int = 300  # a promised lot that goes with another shift or elsewhere must be worth this much more


@dataclass(frozen=True)
class Promise:
    """A published plan's word: this lot goes to this need with this shift. Breaking it costs `Policy.move_cents`."""

    lot: str
    need: str
    shift: str


@dataclass(frozen=True)
class LockedCargo:
    """Grams of one lot for one need, collected and delivered on the same locked route."""

    lot: str
    need: str
    grams: int


@dataclass(frozen=True)
class LockedStop:
    """A pickup or drop-off of a locked route, with all that is handled at it."""

    kind: str
    site: str
    cargo: tuple[LockedCargo, ...]


@dataclass(frozen=True)
class LockedRoute:
    """The stops of a shift that every plan must drive in this order with this cargo, and nothing else."""

    shift: str
    stops: tuple[LockedStop, ...]


@dataclass(frozen=True)
class PaceStep:
    """From this second until the next step, driving a stretch takes so many per cent of the seconds that the travel
    tables have for it; 100 before the first step."""

    from_second: int
    percent: int


@dataclass(frozen=True)
class Problem:
    """Everything the solver may know. Without `eligibilities` (None) every lot may go to each need of its
    category until the lot's own `deliver_by`. Without `pace` drives take what the travel tables say at any time."""

    service_date: str
    time_zone: str
    sites: tuple[Site, ...]
    lots: tuple[Lot, ...]
    needs: tuple[Need, ...]
    eligibilities: tuple[Eligibility, ...] | None
    shifts: tuple[Shift, ...]
    travel: Mapping[str, TravelMatrix] = field(hash=False)
    policy: Policy = Policy()
    estimated_travel: bool = False
    locked: tuple[LockedRoute, ...] = ()
    promises: tuple[Promise, ...] = ()
    pace: tuple[PaceStep, ...] = ()

    def __post_init__(self) -> None:
        validate(self)

    def __getstate__(self) -> dict[str, Any]:
        """What another process is sent: the question alone, without what was remembered of it."""
        return {each.name: getattr(self, each.name) for each in fields(self)}

    def digest(self) -> str:
        """SHA-256 of the problem's canonical JSON and of its travel tables: equal problems have equal digests."""
        return self._digest

    @cached_property
    def _digest(self) -> str:
        whole = hashlib.sha256(orjson.dumps(dict(self.plain_without_travel), option=orjson.OPT_SORT_KEYS))
        for profile in sorted(self.travel):
            whole.update(profile.encode())
            whole.update(self.travel[profile].digest())
        return whole.hexdigest()

    def to_plain(self) -> dict[str, Any]:
        """As JSON values. A pace that there is not is left out: a day without one is written as before there were any,
        and has the digest that it had."""
        return self._plain(without="")

    @cached_property
    def plain_without_travel(self) -> Mapping[str, Any]:
        """The same without the travel tables, which are large. It is made once: nobody writes to what is in it."""
        return MappingProxyType(self._plain(without="travel"))

    def _plain(self, without: str) -> dict[str, Any]:
        names = [each.name for each in fields(self) if each.name != without and (each.name != "pace" or self.pace)]
        return {name: to_plain(getattr(self, name)) for name in names}

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
    def lots_on_board(self) -> dict[str, tuple[Lot, ...]]:
        """By shift, the lots that it has on board from the start."""
        found: defaultdict[str, list[Lot]] = defaultdict(list)
        for lot in self.lots:
            if lot.on_board is not None:
                found[lot.on_board].append(lot)
        return {shift: tuple(lots) for shift, lots in found.items()}

    @cached_property
    def shifts_by_id(self) -> dict[str, Shift]:
        return {shift.id: shift for shift in self.shifts}

    @cached_property
    def deadlines(self) -> dict[tuple[str, str], int]:
        """The latest begin of unloading by lot and need, for every pair that is listed."""
        return {(pair.lot, pair.need): pair.deliver_by for pair in self.eligibilities or ()}

    def deadline(self, lot_id: str, need_id: str) -> int | None:
        """The latest begin of unloading for this lot and need; None if they may not meet."""
        if self.eligibilities is not None:
            return self.deadlines.get((lot_id, need_id))
        lot, need = self.lots_by_id.get(lot_id), self.needs_by_id.get(need_id)
        if lot is None or need is None or lot.category != need.category:
            return None
        return END_OF_PLANNING if lot.deliver_by is None else lot.deliver_by

    @cached_property
    def _needs_of_category(self) -> dict[str, tuple[str, ...]]:
        found: defaultdict[str, list[str]] = defaultdict(list)
        for need in self.needs:
            found[need.category].append(need.id)
        return {category: tuple(needs) for category, needs in found.items()}

    @cached_property
    def _needs_listed(self) -> dict[str, tuple[str, ...]]:
        found: defaultdict[str, list[str]] = defaultdict(list)
        for pair in self.eligibilities or ():
            found[pair.lot].append(pair.need)
        return {lot: tuple(needs) for lot, needs in found.items()}

    def needs_for(self, lot_id: str) -> tuple[str, ...]:
        """The needs that this lot may go to."""
        if self.eligibilities is not None:
            return self._needs_listed.get(lot_id, ())
        return self._needs_of_category.get(self.lots_by_id[lot_id].category, ())

    def pairs(self) -> Iterator[tuple[str, str]]:
        """Every allowed pair of lot and need, lot by lot. A large day without a list has very many."""
        for lot in self.lots:
            for need in self.needs_for(lot.id):
                yield lot.id, need

    @cached_property
    def _need_sizes(self) -> dict[tuple[str, ...], tuple[int, ...]]:
        return {}

    def need_sizes(self, lot_id: str) -> tuple[int, ...]:
        """Grams of the needs that this lot may go to, the smallest first."""
        needs = self.needs_for(lot_id)
        if needs not in self._need_sizes:
            self._need_sizes[needs] = tuple(sorted(self.needs_by_id[need].grams for need in needs))
        return self._need_sizes[needs]

    @cached_property
    def openings(self) -> dict[tuple[str, str], tuple[tuple[int, int], ...]]:
        """Room to remember when a lot can be collected, or unloaded for a need: `routing.retime.opening_for`."""
        return {}

    @cached_property
    def attainable_grams(self) -> dict[str, int]:
        """For each need, what could come to it at most: its grams, or all lots that may go there in time if that is
        less. Fairness is measured against this, so that nobody is chased for food that cannot reach them."""
        supply = self._supply_by_category() if self.eligibilities is None else self._supply_by_pair()
        return {need.id: min(need.grams, supply.get(need.id, 0)) for need in self.needs}

    def _supply_by_pair(self) -> dict[str, int]:
        # In one pass over plain numbers: a large day has very many pairs.
        supply = dict.fromkeys(self.needs_by_id, 0)
        windows = {need.id: [(each.earliest, each.latest) for each in need.windows] for need in self.needs}
        lots = {lot.id: (lot.ready_from, lot.grams) for lot in self.lots}
        for (lot_id, need_id), deadline in self.deadlines.items():
            ready, grams = lots[lot_id]
            for earliest, latest in windows[need_id]:
                if earliest <= deadline and latest >= ready:
                    supply[need_id] += grams
                    break
        return supply

    def _supply_by_category(self) -> dict[str, int]:
        """The same for a day that lists no pairs: all lots of a category at once."""
        rows: defaultdict[str, list[tuple[int, int, int]]] = defaultdict(list)
        for lot in self.lots:
            deadline = END_OF_PLANNING if lot.deliver_by is None else lot.deliver_by
            rows[lot.category].append((lot.ready_from, deadline, lot.grams))
        tables = {category: np.array(found, dtype=np.int64).T for category, found in rows.items()}
        supply = {}
        for need in self.needs:
            if need.category in tables:
                begins, deadlines, grams = tables[need.category]
                in_time = np.zeros(len(grams), dtype=bool)
                for window in need.windows:
                    in_time |= (window.earliest <= deadlines) & (window.latest >= begins)
                supply[need.id] = int(grams[in_time].sum())
        return supply

    def may_stop(self, shift: Shift, site_id: str) -> bool:
        """Whether the shift has every skill that the place asks for."""
        asked = self.sites_by_id[site_id].skills
        return not asked or set(asked) <= set(shift.skills)

    def may_carry(self, shift: Shift, lot: Lot) -> bool:
        """Whether the shift has every skill that the lot asks for, and no other shift has the lot on board."""
        return lot.on_board in (None, shift.id) and (not lot.skills or set(lot.skills) <= set(shift.skills))

    def leg(self, shift: Shift, origin: str, destination: str) -> tuple[int, int] | None:
        """Seconds and metres between two sites for this shift's vehicle, or None without a road."""
        return self.travel[shift.profile].leg(self.site_numbers[origin], self.site_numbers[destination])
