"""From a driver's reports and people's decisions to the ledger: what is known of one allocation.

Pure, and the same for every order in which reports, quarantines, decisions and settlements arrive.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
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
) -> Outcome:
    """What became of an allocation so far; where the pickup failed, nothing was collected unless reported."""
    told = day.allocations.get(allocation, AllocationState())
    pickup = day.stops.get(pickup_stop, StopState())
    collected = told.collected_grams
    all_failed = pickup.state == "failed" and not pickup.partial
    failed = all_failed or pickup_stop in told.failed_at
    if collected is None and failed and told.delivered_grams is None and told.refused_grams is None:
        collected = 0
    states = {hold.state for hold in holds}
    said = list(settled)
    return Outcome(
        allocated_grams=allocated_grams,
        collected_grams=collected,
        delivered_grams=told.delivered_grams,
        refused_grams=told.refused_grams,
        shortfall_reason=dict(told.reasons).get(pickup_stop) or (pickup.reason if all_failed else None),
        held="open" in states,
        discarded="discarded" in states,
        returned_grams=sum(each.returned_grams for each in said),
        wasted_grams=sum(each.wasted_grams for each in said),
    )


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
