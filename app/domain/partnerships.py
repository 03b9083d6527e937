"""What a partnership allows: whether it holds on a day, what its terms cover, and which side may do what with it."""

from collections.abc import Iterable, Set
from dataclasses import dataclass, field
from datetime import date

SIDES: tuple[str, ...] = ("network", "organisation")
COST_SHARING: tuple[str, ...] = ("none", "by_kg", "by_kg_km", "equal")
WEEKDAY_NAMES: tuple[str, ...] = (
    "Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays",
)  # fmt: skip

# Why there is none in force on a day, in the order in which it is told; {name} is the organisation, {day} the day.
NOT_ACTIVE: dict[str, str] = {
    "suspended": "{name} cannot take part on {day}: its partnership is suspended. Ask the network's office.",
    "begins_later": "{name} cannot take part on {day}: its partnership begins later. Choose a later day.",
    "runs_out": "{name} cannot take part on {day}: its partnership runs out before. Agree a renewal first.",
    "proposed": "{name} cannot take part on {day}: its partnership has not been accepted yet.",
    "ended": "{name} cannot take part on {day}: its partnership has ended. Agree a new one first.",
}


@dataclass(frozen=True)
class Covered:
    """Which offers the terms cover; an empty set means all."""

    categories: frozenset[str] = frozenset()
    weekdays: frozenset[int] = frozenset()
    sites: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Membership:
    """One partnership as the rules read it. renewed: a renewal ended it, so it still holds to its last day."""

    state: str
    valid_from: date
    valid_until: date | None = None
    renewed: bool = False
    covered: Covered = field(default_factory=Covered)


@dataclass(frozen=True)
class Outside:
    """What of an offer the terms do not cover: `what` is a category's code, a weekday's number or a site's id."""

    part: str
    what: str


def holds_on(membership: Membership, day: date) -> bool:
    """Whether this partnership is in force on the day."""
    agreed = membership.state == "active" or (membership.state == "ended" and membership.renewed)
    until = membership.valid_until
    return agreed and membership.valid_from <= day and (until is None or day <= until)


def in_force(memberships: Iterable[Membership], day: date) -> Membership | None:
    """The partnership that holds on the day; where a renewal begins on another's last day, the one that began last."""
    holding = [each for each in memberships if holds_on(each, day)]
    return max(holding, key=lambda each: each.valid_from, default=None)


def why_not_active(memberships: Iterable[Membership], day: date) -> str | None:
    """The key of the sentence that says why none is in force on the day; None where one is."""
    known = list(memberships)
    if in_force(known, day) is not None:
        return None
    causes = {_cause(each, day) for each in known} or {"ended"}
    return next(cause for cause in NOT_ACTIVE if cause in causes)


def _cause(membership: Membership, day: date) -> str:
    if membership.state in ("proposed", "suspended"):
        return membership.state
    if membership.state == "ended" and not membership.renewed:
        return "ended"
    return "begins_later" if day < membership.valid_from else "runs_out"


def outside(covered: Covered, site: str, day: date, categories: Iterable[str]) -> tuple[Outside, ...]:
    """All that the terms do not cover of an offer: its store, its weekday, its categories in their order."""
    found = []
    if covered.sites and site not in covered.sites:
        found.append(Outside("site", site))
    if covered.weekdays and day.isoweekday() not in covered.weekdays:
        found.append(Outside("weekday", str(day.isoweekday())))
    if covered.categories:
        unfit = dict.fromkeys(each for each in categories if each not in covered.categories)
        found += [Outside("category", each) for each in unfit]
    return tuple(found)


def may_accept(proposed_by: str, sides: Set[str], *, signed: bool) -> bool:
    """The other side accepts; the network may do it in the organisation's name where a signed document is named."""
    other = "organisation" if proposed_by == "network" else "network"
    return other in sides or (proposed_by == "network" and "network" in sides and signed)


def may_resume(suspended_by: str | None, sides: Set[str]) -> bool:
    """Only the side that suspended it takes that back."""
    return suspended_by in sides
