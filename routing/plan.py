"""The answer: routes with their stops, who gets what, and what stays unserved and why."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from routing.problem import Load

STOP_KINDS = ("start", "pickup", "drop_off", "break", "end")

REASONS = (
    "no_eligible_need",
    "no_need_left",
    "storage_full",
    "no_vehicle_with_skills",
    "no_vehicle_for_temperature_class",
    "exceeds_every_vehicle",
    "outside_every_shift",
    "no_receiving_window_in_time",
    "unreachable_by_road",
    "vehicles_full",
    "no_time_on_any_route",
    "detour_not_worth_it",
    "left_out_by_hand",
)

CHANGES = ("pickup_window", "receiving_window", "need", "storage", "shift", "vehicle", "split")


@dataclass(frozen=True)
class Stop:
    """One visit. The vehicle arrives, may wait for `begin`, and leaves with `load_after` on board."""

    kind: str
    site: str
    arrive: int
    begin: int
    leave: int
    metres_from_previous: int
    seconds_from_previous: int
    load_after: Load


@dataclass(frozen=True)
class Route:
    """The stops of one shift, from its start to its end. `seconds` is from leaving to being back."""

    shift: str
    stops: tuple[Stop, ...]
    metres: int
    driving_seconds: int
    seconds: int


@dataclass(frozen=True)
class Allocation:
    """Grams of one lot for one need, carried by one shift between two stops of its route."""

    lot: str
    need: str
    shift: str
    grams: int
    crates: int
    pickup_stop: int
    drop_off_stop: int


@dataclass(frozen=True)
class Change:
    """The smallest change found that serves a lot, proven by driving the changed day. `amount` is in seconds or
    grams, by kind; `subject` is the lot, need, site or shift that would change."""

    kind: str
    subject: str
    amount: int
    details: Mapping[str, str | int]


@dataclass(frozen=True)
class Tiers:
    """What the plan was made for, first things first, in thousandths of a cent (grams times cents per kg).

    food: the value of all delivered.
    fairness: what lifting the emptier food banks is worth (`Policy.fairness`).
    driving: kilometres, hours and vehicles, a cost.
    moves: promises broken, a cost.
    """

    food: int
    fairness: int
    driving: int
    moves: int

    @property
    def worth(self) -> int:
        return self.food + self.fairness - self.driving - self.moves


@dataclass(frozen=True)
class Unserved:
    """Grams of a lot that the plan leaves out, with the reason and the facts its sentence needs."""

    lot: str
    grams: int
    reason: str
    details: Mapping[str, str | int]
    change: Change | None = None


@dataclass(frozen=True)
class Plan:
    """One answer to one problem."""

    problem_digest: str
    routes: tuple[Route, ...]
    allocations: tuple[Allocation, ...]
    unserved: tuple[Unserved, ...]
    engine: str
    seed: int
    bound_grams: int | None = None  # no plan at all could deliver more than this
    tiers: Tiers | None = None
    attainable_grams: Mapping[str, int] = field(default_factory=dict)  # by organisation, if it alone were served

    @property
    def metres(self) -> int:
        return sum(route.metres for route in self.routes)

    @property
    def seconds(self) -> int:
        return sum(route.seconds for route in self.routes)

    @property
    def driving_seconds(self) -> int:
        return sum(route.driving_seconds for route in self.routes)

    @property
    def grams_allocated(self) -> int:
        return sum(allocation.grams for allocation in self.allocations)

    @property
    def grams_unserved(self) -> int:
        return sum(unserved.grams for unserved in self.unserved)
