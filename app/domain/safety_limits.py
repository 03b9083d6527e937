"""The limits of food safety as data, each with its source, and what a network has made stricter. Never laxer."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any, Literal

Number = Decimal | int


@dataclass(frozen=True)
class Limit:
    """One number of the rule book. `value` None: no limit of the law; a network may set one."""

    name: str
    words: str
    value: Number | None
    unit: str
    stricter: Literal["lower", "higher"]
    source: str

    def is_looser(self, wished: Number | None) -> bool:
        """Whether a network that sets this number allows what the rule book forbids."""
        if self.value is None:
            return False
        if wished is None:
            return True
        return wished > self.value if self.stricter == "lower" else wished < self.value


_HYGIENE = "Food Safety and Hygiene (England) Regulations 2013, schedule 4"
LIMITS: tuple[Limit, ...] = (
    Limit(
        "chilled_highest_celsius",
        "chilled food at a handover, at most",
        Decimal(8),
        "°C",
        "lower",
        f"{_HYGIENE}: at or below 8 °C; the Food Standards Agency advises 5 °C, and FDA Food Code 2022, 3-501.16 asks "
        "for 5 °C (41 °F)",
    ),
    Limit(
        "frozen_highest_celsius",
        "frozen food at a handover, at most",
        Decimal(-15),
        "°C",
        "lower",
        "Directive 89/108/EEC, article 5: -18 °C, during transport and local distribution at most 3 °C above it",
    ),
    Limit(
        "hot_lowest_celsius",
        "hot food at a handover, at least",
        Decimal(63),
        "°C",
        "higher",
        f"{_HYGIENE}: at or above 63 °C; FDA Food Code 2022, 3-501.16 asks for 57 °C (135 °F)",
    ),
    Limit(
        "hot_longest_minutes",
        "hot food from the start of its pickup to its arrival, at most",
        120,
        "minutes",
        "lower",
        f"{_HYGIENE}: below 63 °C for one period of at most 2 hours",
    ),
    Limit(
        "pickup_longest_hours",
        "a pickup window, at most",
        24,
        "hours",
        "lower",
        "the service's own: an offer is the surplus of one day",
    ),
    Limit(
        "minimum_days_before_use_by",
        "days left before a use-by date when food arrives, at least",
        0,
        "days",
        "higher",
        "Regulation (EU) 1169/2011, article 24, and EU guidelines on food donation, OJ 2017/C 361/01: food is not "
        "given away after its use-by date",
    ),
    Limit(
        "best_before_tolerance_days",
        "days after a best-before date when food arrives, at most",
        None,
        "days",
        "lower",
        "no limit of the law: the receiver decides (OJ 2017/C 361/01; guide by WRAP, FSA and Defra, November 2024)",
    ),
)
BY_NAME: dict[str, Limit] = {limit.name: limit for limit in LIMITS}


@dataclass(frozen=True)
class Policy:
    """The limits that hold in one network: the rule book's, or stricter ones of its own."""

    chilled_highest_celsius: Decimal = Decimal(8)
    frozen_highest_celsius: Decimal = Decimal(-15)
    hot_lowest_celsius: Decimal = Decimal(63)
    hot_longest_minutes: int = 120
    pickup_longest_hours: int = 24
    minimum_days_before_use_by: int = 0
    best_before_tolerance_days: int | None = None

    def __post_init__(self) -> None:
        laxer = looser_than_the_law({each.name: getattr(self, each.name) for each in fields(self)})
        if laxer:
            raise ValueError(f"a network may not loosen {', '.join(limit.name for limit in laxer)}")


def looser_than_the_law(wished: Mapping[str, Number | None]) -> tuple[Limit, ...]:
    """The limits that these numbers would loosen."""
    return tuple(limit for limit in LIMITS if limit.name in wished and limit.is_looser(wished[limit.name]))


LAW = Policy()


def policy_of(stored: Mapping[str, Any]) -> Policy:
    """A network's policy from what is kept of it: temperatures as text, the rest as whole numbers."""
    kept: dict[str, Any] = {
        name: Decimal(value) if name.endswith("_celsius") else value
        for name, value in stored.items()
        if name in BY_NAME and value is not None
    }
    return Policy(**kept)


def as_stored(policy: Policy) -> dict[str, Any]:
    """What is kept of a policy: only what differs from the rule book."""
    changed = {each.name: getattr(policy, each.name) for each in fields(policy)}
    return {
        name: str(value) if isinstance(value, Decimal) else value
        for name, value in changed.items()
        if value != getattr(LAW, name)
    }
