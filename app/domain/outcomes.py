"""From a driver's reports and people's decisions to the ledger: what is known of one allocation.

Pure, and the same for every order in which reports, quarantines, decisions and settlements arrive.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from app.domain.ledger import Outcome
from app.domain.lifecycle import AllocationState, Contradiction, DayState, StopState

QUARANTINE_MOVES: dict[str, frozenset[str]] = {
    "open": frozenset({"released", "discarded"}),
    "released": frozenset(),
    "discarded": frozenset(),
}
NEVER_RELEASED = frozenset({"past_use_by"})


@dataclass(frozen=True)
class Hold:
    """One quarantine of an allocation: why it is held back, and what a person decided."""

    cause: str
    state: str = "open"
    decided_at: datetime | None = None


@dataclass(frozen=True)
class Settled:
    """What a dispatcher said of food that was refused or is left over."""

    returned_grams: int = 0
    wasted_grams: int = 0


def outcome_of(
    day: DayState,
    allocation: str,
    allocated_grams: int,
    pickup_stop: str,
    holds: Iterable[Hold] = (),
    settled: Iterable[Settled] = (),
    released_grams: int = 0,
) -> Outcome:
    """What became of an allocation so far; where the pickup failed, nothing was collected unless reported. What was
    left behind was left where it was collected, be that the stop of an earlier plan."""
    told = day.allocations.get(allocation, AllocationState())
    pickup = day.stops.get(pickup_stop, StopState())
    collected = told.collected_grams
    all_failed = pickup.state == "failed" and not pickup.partial
    failed = all_failed or pickup_stop in told.failed_at
    door = told.collected_at or pickup_stop
    # A driver who says at the door that there is nothing of it has not handed anything over.
    if collected is None and failed and not told.delivered_grams and not told.refused_grams:
        collected = 0
    states = {hold.state for hold in holds}
    said = list(settled)
    return Outcome(
        allocated_grams=allocated_grams,
        collected_grams=collected,
        delivered_grams=told.delivered_grams,
        refused_grams=told.refused_grams,
        shortfall_reason=dict(told.reasons).get(door)
        or (pickup.reason if all_failed and door == pickup_stop else None),
        held="open" in states,
        discarded="discarded" in states,
        returned_grams=sum(each.returned_grams for each in said),
        wasted_grams=sum(each.wasted_grams for each in said),
        released_grams=released_grams,
    )


@dataclass(frozen=True)
class Promised:
    """Food on board of a vehicle that a later plan promises anew: what is reported of the promise, its grams, and
    whether the plan that is driven still has it."""

    said: Outcome
    grams: int
    in_force: bool = True


def handed_on(source: Outcome, promised: Sequence[Promised]) -> tuple[Outcome, tuple[Outcome, ...]]:
    """What is on board of a vehicle, and promised anew by later plans: the outcome of the allocation that it was
    collected for, and of those that it was handed on to, in their order.

    Only what is there is handed on: a report that comes late and says that the food was delivered before leaves less.
    Each has what became of it already, whoever has it since; the rest is for those that the plan which is driven still
    has, and then for the others, in their order. What is held back or thrown away stays so, whoever it is promised to.
    """
    left, there = source.at_hand - min(source.at_hand, source.returned_grams + source.wasted_grams), [0] * len(promised)
    for wanted in (
        [_dealt_with(each) for each in promised],
        [each.grams if each.in_force else 0 for each in promised],
        [each.grams for each in promised],
    ):
        for number, grams in enumerate(wanted):
            more = min(max(0, grams - there[number]), left)
            there[number] += more
            left -= more
    rows = tuple(
        replace(
            each.said,
            allocated_grams=0,
            on_board_grams=grams,
            held=each.said.held or source.held,
            discarded=each.said.discarded or source.discarded,
        )
        for each, grams in zip(promised, there, strict=True)
    )
    return replace(source, handed_on_grams=sum(there)), rows


def _dealt_with(promised: Promised) -> int:
    """Grams of a promise that somebody has reported or decided about: more than was promised, where more was brought
    there of what is on board."""
    said = promised.said
    dealt_with = (said.delivered_grams or 0) + (said.refused_grams or 0) + said.returned_grams + said.wasted_grams
    return max(promised.grams, dealt_with) if said.held or said.discarded else dealt_with


def contradictions_of(
    day: DayState, allocation: str, outcome: Outcome, holds: Sequence[Hold]
) -> tuple[Contradiction, ...]:
    """Where reports and decisions about an allocation cannot both be true; a person looks at it."""
    told = day.allocations.get(allocation, AllocationState())
    thrown_away = [hold.decided_at for hold in holds if hold.state == "discarded" and hold.decided_at is not None]
    found = []
    if thrown_away and told.delivered_at is not None and told.delivered_at > min(thrown_away):
        found.append(
            Contradiction("discarded_first", "It was reported as delivered after it had been thrown away.", allocation)
        )
    if outcome.returned_grams + (0 if outcome.discarded else outcome.wasted_grams) > outcome.at_hand:
        found.append(
            Contradiction("settled_too_much", "More was returned or thrown away than was left over.", allocation)
        )
    return tuple(found)


def overtaken(
    allocation: str, outcome: Outcome, told: AllocationState, handed_on_grams: int | None
) -> tuple[Contradiction, ...]:
    """Where a report that came late says otherwise than a plan that was made without it. `handed_on_grams`: what the
    plan wanted to bring of food that was on board already; None where it was to be collected."""
    found = []
    if handed_on_grams is not None and outcome.on_board_grams < handed_on_grams and not outcome.held:
        sentence = "It was handed over as planned before, though a later plan gives it to somebody else."
        found.append(Contradiction("handed_over_before", sentence, allocation))
    if outcome.released_grams and (told.collected_grams or 0) > outcome.promised_grams:
        sentence = "It was collected as planned before, though a later plan gives it to another route."
        found.append(Contradiction("collected_before", sentence, allocation))
    return tuple(found)
