"""From a driver's reports to the ledger: what is known of one allocation."""

from app.domain.ledger import Outcome
from app.domain.lifecycle import AllocationState, DayState, StopState


def outcome_of(day: DayState, allocation: str, allocated_grams: int, pickup_stop: str) -> Outcome:
    """What became of an allocation so far; where the pickup failed, nothing was collected unless reported."""
    told = day.allocations.get(allocation, AllocationState())
    pickup = day.stops.get(pickup_stop, StopState())
    collected = told.collected_grams
    all_failed = pickup.state == "failed" and not pickup.partial
    failed = all_failed or pickup_stop in told.failed_at
    if collected is None and failed and told.delivered_grams is None and told.refused_grams is None:
        collected = 0
    return Outcome(
        allocated_grams=allocated_grams,
        collected_grams=collected,
        delivered_grams=told.delivered_grams,
        refused_grams=told.refused_grams,
        shortfall_reason=dict(told.reasons).get(pickup_stop) or (pickup.reason if all_failed else None),
    )
