"""Who can be relied on: what went wrong at the visits to a site, and how surely that happens more than elsewhere.

A visit is a stop that a driver reported the end of. What went wrong there is what the reports say:

- closed: it was closed, and the van had come in time (at most half an hour after the plan);
- empty: a store had nothing of what was promised;
- refused: a food bank refused food at its door, or what a store gave was too warm to take;
- late: the van was kept waiting, more than 20 minutes longer than the plan allows for the stop;
- weight_off: what was collected is more than 30 % off what was promised, or what a food bank accepted more than 30 %
  off what was brought.

A visit in vain is one at which nothing was handled. What a full van left behind is nobody's fault at the site.

Sites are ordered by the lower end of Wilson's 95 % interval for the share of visits at which something went wrong: one
bad visit out of one says less than nine out of twenty. Source: Wilson, Probable Inference, the Law of Succession, and
Statistical Inference (1927).
"""

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

from app.domain.units import kg_display

Z_95 = 1.959964
WEIGHT_OFF_SHARE = 0.3
KEPT_WAITING = timedelta(minutes=20)
VAN_IN_TIME = timedelta(minutes=30)
HAPPENINGS_SHOWN = 10
SIDES: tuple[str, ...] = ("store", "food_bank")


class Trouble(StrEnum):
    """What went wrong at a visit."""

    CLOSED = "closed"
    EMPTY = "empty"
    REFUSED = "refused"
    LATE = "late"
    WEIGHT_OFF = "weight_off"


IN_VAIN = "in_vain"
# What people read; by trouble and side, "" for both.
SENTENCES: Mapping[tuple[str, str], str] = {
    (Trouble.CLOSED, ""): "It was closed when the van came.",
    (Trouble.EMPTY, ""): "There was nothing to fetch; {planned} kg were promised.",
    (Trouble.REFUSED, "store"): "The food was too warm to take.",
    (Trouble.REFUSED, "food_bank"): "{kg} of {planned} kg were refused.",
    (Trouble.LATE, ""): "The van was kept waiting {minutes} minutes longer than planned.",
    (Trouble.WEIGHT_OFF, "store"): "{kg} kg were there; {planned} kg were promised.",
    (Trouble.WEIGHT_OFF, "food_bank"): "{kg} kg were taken; {planned} kg were brought.",
}


@dataclass(frozen=True)
class SiteVisit:
    """One stop as planned and as reported. planned_grams: promised by the store, or brought to the food bank;
    handled_grams: collected, or accepted; None where no weight was reported. heard_at: when the newest report came."""

    day: date
    side: str
    begin_at: datetime
    leave_at: datetime
    planned_grams: int
    heard_at: datetime
    handled_grams: int | None = None
    refused_grams: int = 0
    failed: bool = False
    reasons: frozenset[str] = frozenset()
    arrived_at: datetime | None = None
    ended_at: datetime | None = None


@dataclass(frozen=True)
class Happening:
    """One thing that went wrong, with the words of its sentence."""

    day: date
    trouble: str
    heard_at: datetime
    words: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Reliability:
    """What became of the visits to one site: how many, at how many of them something went wrong, how often what, why
    food was refused; the newest things that went wrong, the newest first."""

    visits: int
    troubled: int
    counts: Mapping[str, int]
    reasons: Mapping[str, int]
    happenings: tuple[Happening, ...]
    last_happened_at: datetime | None


def sentence_of(trouble: str, side: str) -> str:
    """What people read of something that went wrong, with gaps for its words."""
    return SENTENCES.get((trouble, side)) or SENTENCES[trouble, ""]


def wilson_lower(troubled: int, visits: int) -> float:
    """The lower end of Wilson's 95 % interval of the share; 0 without visits, and where nothing went wrong."""
    if visits == 0 or troubled == 0:  # rounding would leave a trace of the latter
        return 0.0
    share, z2 = troubled / visits, Z_95**2
    middle = share + z2 / (2 * visits)
    half = Z_95 * math.sqrt(share * (1 - share) / visits + z2 / (4 * visits**2))
    return max(0.0, (middle - half) / (1 + z2 / visits))


def reliability_of(visits: Iterable[SiteVisit]) -> Reliability:
    """What the visits to one site add up to, the same for every order of them."""
    seen = sorted(visits, key=lambda each: (each.day, each.heard_at, each.begin_at, repr(each)))
    found = [(visit, tuple(_troubles(visit))) for visit in seen]
    counts = Counter(str(happening.trouble) for _, happenings in found for happening in happenings)
    counts[IN_VAIN] = sum(_in_vain(visit) for visit in seen)
    reasons = Counter(
        reason
        for visit, happenings in found
        if any(each.trouble == Trouble.REFUSED for each in happenings)
        for reason in visit.reasons
    )
    happened = [each for _, happenings in reversed(found) for each in happenings]
    return Reliability(
        visits=len(seen),
        troubled=sum(bool(happenings) for _, happenings in found),
        counts={**{str(each): counts[each] for each in Trouble}, IN_VAIN: counts[IN_VAIN]},
        reasons=dict(sorted(reasons.items())),
        happenings=tuple(happened[:HAPPENINGS_SHOWN]),
        last_happened_at=max((each.heard_at for each in happened), default=None),
    )


def _in_vain(visit: SiteVisit) -> bool:
    return visit.handled_grams == 0 or (visit.failed and visit.handled_grams is None)


def _troubles(visit: SiteVisit) -> Iterator[Happening]:
    closed = "closed" in visit.reasons
    if closed and _came_in_time(visit):
        yield Happening(visit.day, Trouble.CLOSED, visit.heard_at)
    elif not closed:
        yield from _of_food(visit)
    waited = _kept_waiting(visit)
    if waited > KEPT_WAITING:
        words = {"minutes": str(waited // timedelta(minutes=1))}
        yield Happening(visit.day, Trouble.LATE, visit.heard_at, words)


def _came_in_time(visit: SiteVisit) -> bool:
    there = visit.arrived_at or visit.ended_at
    return there is None or there <= visit.begin_at + VAN_IN_TIME


def _of_food(visit: SiteVisit) -> Iterator[Happening]:
    words = {"kg": kg_display(visit.handled_grams or 0), "planned": kg_display(visit.planned_grams)}
    if visit.side == "store":
        yield from _of_store(visit, words)
    elif visit.refused_grams > 0 or "refused_at_the_door" in visit.reasons:
        refused = visit.refused_grams or visit.planned_grams
        words["kg"] = kg_display(refused)
        yield Happening(visit.day, Trouble.REFUSED, visit.heard_at, words)
    elif _weight_off(visit):
        yield Happening(visit.day, Trouble.WEIGHT_OFF, visit.heard_at, words)


def _of_store(visit: SiteVisit, words: Mapping[str, str]) -> Iterator[Happening]:
    if "too_warm" in visit.reasons:
        yield Happening(visit.day, Trouble.REFUSED, visit.heard_at)
    elif "nothing_there" in visit.reasons or (visit.handled_grams == 0 and not visit.reasons):
        yield Happening(visit.day, Trouble.EMPTY, visit.heard_at, words)
    elif _weight_off(visit):
        yield Happening(visit.day, Trouble.WEIGHT_OFF, visit.heard_at, words)


def _weight_off(visit: SiteVisit) -> bool:
    if visit.handled_grams is None or visit.planned_grams <= 0 or visit.reasons & {"van_full", "other"}:
        return False
    return abs(visit.handled_grams - visit.planned_grams) > WEIGHT_OFF_SHARE * visit.planned_grams


def _kept_waiting(visit: SiteVisit) -> timedelta:
    """How much longer than planned a stop took, from when the van was there and the plan wanted it to begin."""
    if visit.arrived_at is None or visit.ended_at is None:
        return timedelta()
    return visit.ended_at - max(visit.arrived_at, visit.begin_at) - (visit.leave_at - visit.begin_at)
