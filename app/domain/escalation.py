"""How food that nobody takes escalates: the steps of its ladder and the hour of each, people first, animals next, the
soil last. docs/decisions/0020 says why.

The rule. Two ends are known of food: until when a van can fetch it (`fetched_until`, the end of its pickup, or its own
end where that is sooner), and until when people may have it (`ends_at`). From the moment at which it was open:

1. `plan`: at once. The day's plan, or the next change of it, tries to find a place for it.
2. `ask_food_banks`: the food banks that may have it are asked whether they take it beyond their needs, those within the
   network's radius, the nearest first. That is `ask_minutes` before no van can fetch it any more, and not before a
   quarter of the time that is left for fetching it has gone by.
3. `ask_wider`: those farther away, `wider_minutes` before, and not before a half.
4. `next_day`: no van comes any more today. The store is asked to keep it and to offer it on the next day, where it is
   open then and the food lasts.
5. `community_fridge`, `animal_feed`, `compost`: after a quarter, a half and three quarters of what is left of its life
   then, of which no more than `longest_hours` count. So food with a use-by date at midnight climbs within hours, and
   food that keeps for weeks within days.

Where food ends before its pickup does (hot food), the last quarter of its time is kept for steps 4 and 5. An hour that
would lie behind the one of a later step is moved before it: no step for people comes after one for animals.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from typing import Any

from app.domain.food_safety import Line, Receiver, Refusal, latest_arrival
from app.domain.opening import Exceptional, Window, windows_on
from app.domain.outlets import FOR_PEOPLE
from app.domain.outlets import KINDS as OUTLETS
from app.domain.safety_limits import LAW
from app.domain.safety_limits import Policy as SafetyPolicy
from app.domain.service_date import last_second_of, local_window, service_date_of

ASKS: tuple[str, ...] = ("ask_food_banks", "ask_wider")
STEPS: tuple[str, ...] = ("plan", *ASKS, "next_day", *OUTLETS)
FOR_PEOPLE_STEPS = frozenset(STEPS) - (frozenset(OUTLETS) - FOR_PEOPLE)
SHORTEST_PICKUP = timedelta(minutes=30)  # of what is offered once more on the next day
# What people read of a step, before it comes and after it was taken.
WORDS: Mapping[str, str] = {
    "plan": "The plan of the day tries to find a place for it",
    "ask_food_banks": "The food banks nearby are asked",
    "ask_wider": "The food banks farther away are asked",
    "next_day": "The store is asked to offer it on the next day",
    "community_fridge": "It goes to a community fridge",
    "animal_feed": "It goes to animals",
    "compost": "It goes to compost",
}


@dataclass(frozen=True)
class Policy:
    """What a network has said of its ladder; minutes before no van can fetch food any more. radius_metres: straight,
    from the store. longest_hours: how much of what is left of a food's life counts for the hours of outlets."""

    on: bool = True
    radius_metres: int = 10_000
    ask_minutes: int = 240
    wider_minutes: int = 150
    next_day: bool = True
    longest_hours: int = 72

    def stored(self) -> dict[str, Any]:
        """As the network's policy keeps it."""
        return dict(vars(self))


def policy_of(stored: Mapping[str, Any]) -> Policy:
    """The ladder in a network's policy; the usual one where it has said nothing."""
    return Policy(**stored.get("escalation", {}))


@dataclass(frozen=True)
class Left:
    """The times of food that is open: since when it is, until when its pickup lasts, until when people may have it."""

    opened_at: datetime
    pickup_until: datetime
    ends_at: datetime

    @property
    def fetched_until(self) -> datetime:
        """Until when a van can fetch it."""
        return min(self.pickup_until, self.ends_at)


@dataclass(frozen=True)
class Step:
    """One step and its hour."""

    kind: str
    at: datetime

    @property
    def for_people(self) -> bool:
        """Whether people get the food by it."""
        return self.kind in FOR_PEOPLE_STEPS


def end_of_life(
    line: Line, service_date: date, zone: tzinfo, *, ready_at: datetime, policy: SafetyPolicy = LAW
) -> datetime:
    """Until when people may have the food, as far as its pack says; unmarked food counts until its day is over, and so
    does food that was offered past its best-before date. ready_at: the start of its pickup."""
    if line.temperature_class == "hot":
        return ready_at + timedelta(minutes=policy.hot_longest_minutes)
    end_of_day = last_second_of(service_date, zone)
    if line.date_mark == "use_by" and line.mark_date is not None:
        return last_second_of(line.mark_date - timedelta(days=policy.minimum_days_before_use_by), zone)
    if line.date_mark == "best_before" and line.mark_date is not None:
        tolerated = timedelta(days=policy.best_before_tolerance_days or 0)
        return max(end_of_day, last_second_of(line.mark_date + tolerated, zone))
    return end_of_day


def ladder(left: Left, policy: Policy, possible: Collection[str] = STEPS) -> tuple[Step, ...]:
    """The steps of one food in their order, without those that are not possible: nobody is there for them. What one is
    left out moves no other. Nothing where the food has ended before it was open."""
    start, end = left.opened_at, left.ends_at
    if start >= end:
        return ()
    fetched = left.fetched_until
    turn = max(start, min(fetched, start + (end - start) * 3 / 4))  # from here on no van comes any more
    hours: dict[str, datetime] = {"plan": start}
    if start < fetched:
        span = fetched - start
        hours["ask_wider"] = min(turn, start + max(span / 2, span - timedelta(minutes=policy.wider_minutes)))
        asked = start + max(span / 4, span - timedelta(minutes=policy.ask_minutes))
        hours["ask_food_banks"] = min(hours["ask_wider"], asked)
    rest = min(end - turn, timedelta(hours=policy.longest_hours))
    hours["next_day"] = turn
    for number, kind in enumerate(OUTLETS, start=1):
        hours[kind] = turn + rest * number / 4
    return tuple(
        Step(kind, max(start, hours[kind].replace(second=0, microsecond=0)))
        for kind in STEPS
        if kind in hours and kind in possible
    )


def due(steps: Sequence[Step], taken: Collection[str], now: datetime, *, wanted: bool = False) -> tuple[Step, ...]:
    """The steps whose hour has come and which were not taken yet. wanted: a food bank takes the food and a van may
    still fetch it, so nothing is done that would give it to anybody but people."""
    return tuple(
        step for step in steps if step.at <= now and step.kind not in taken and (step.for_people or not wanted)
    )


def following(steps: Sequence[Step], taken: Collection[str]) -> Step | None:
    """The step that comes next; None when all were taken."""
    return next((step for step in steps if step.kind not in taken), None)


@dataclass(frozen=True)
class Bank:
    """A food bank's place as far as asking goes: what it takes, how far it is from the store in straight metres, and
    between which instants of the day it receives. refused: it has said of this food that it does not want it."""

    id: str
    receiver: Receiver
    metres: int
    receives: Sequence[tuple[datetime, datetime]]
    refused: bool = False


def to_ask(
    step: str,
    banks: Collection[Bank],
    line: Line,
    service_date: date,
    zone: tzinfo,
    now: datetime,
    *,
    ready_at: datetime,
    radius_metres: int,
    safety: SafetyPolicy = LAW,
) -> tuple[Bank, ...]:
    """Whom a step asks, the nearest first: those that food safety and their own terms allow it, that receive today
    in time still, within the radius or, for `ask_wider`, beyond it; nobody who has said no to it."""
    found = []
    for bank in banks:
        near = bank.metres <= radius_metres
        if bank.refused or near != (step == "ask_food_banks"):
            continue
        latest = latest_arrival(line, bank.receiver, service_date, zone, ready_at=ready_at, policy=safety)
        if isinstance(latest, Refusal) or latest <= now:
            continue
        if any(max(first, now) < min(last, latest) for first, last in bank.receives):
            found.append(bank)
    return tuple(sorted(found, key=lambda bank: (bank.metres, bank.id)))


def next_pickup(
    pickup: tuple[datetime, datetime],
    ends_at: datetime,
    zone: tzinfo,
    weekly: Sequence[Window],
    exceptions: Sequence[Exceptional] = (),
) -> tuple[datetime, datetime] | None:
    """When the food could be fetched on the next day: at the same local times, as far as the store is open then. None
    where it is closed, or the food has ended before that pickup would."""
    first, last = (each.astimezone(zone) for each in pickup)
    day = service_date_of(pickup[0], zone) + timedelta(days=1)
    if last.date() != first.date():
        return None  # a pickup over midnight says nothing of another day
    begins, ends = local_window(day, first.timetz().replace(tzinfo=None), last.timetz().replace(tzinfo=None), zone)
    for opens, closes in windows_on(day, zone, weekly, exceptions):
        found = max(begins, opens), min(ends, closes)
        if found[1] - found[0] >= SHORTEST_PICKUP:
            return found if found[1] <= ends_at else None
    return None
