"""What is known of a shift's allocations, folded anew from reports, quarantines and settlements, and its booking.

Everything that is said is kept append-only and folded, so that the order in which it arrives does not matter; the
ledger gets the difference between what the fold said before and what it says now.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain import ledger, lifecycle
from app.domain.outcomes import Hold, Settled, contradictions_of, outcome_of
from app.ledger.service import book
from app.models.events import Quarantine, Settlement, StopEvent
from app.models.plans import Allocation


@dataclass(frozen=True)
class Known:
    """All that was said of one shift's food so far."""

    day: lifecycle.DayState
    holds: Mapping[UUID, Sequence[Hold]]
    settled: Mapping[UUID, Sequence[Settled]]

    def outcome(self, allocation: Allocation) -> ledger.Outcome:
        """What became of an allocation."""
        return outcome_of(
            self.day,
            str(allocation.id),
            allocation.grams,
            str(allocation.pickup_stop_id),
            self.holds.get(allocation.id, ()),
            self.settled.get(allocation.id, ()),
        )

    def contradictions(self, allocations: Sequence[Allocation]) -> list[lifecycle.Contradiction]:
        """What cannot all be true: among the reports, and between them and people's decisions."""
        found = list(self.day.contradictions)
        for each in allocations:
            found += contradictions_of(self.day, str(each.id), self.outcome(each), self.holds.get(each.id, ()))
        return found


def told(events: Sequence[StopEvent]) -> lifecycle.DayState:
    """The stored reports of one shift, folded."""
    return lifecycle.fold(
        lifecycle.StopEvent(
            id=str(event.id),
            stop=str(event.stop_id),
            kind=event.kind,
            occurred_at=event.occurred_at,
            lines=tuple(
                lifecycle.EventLine(line["allocation"], line["grams"], line["celsius"]) for line in event.lines
            ),
            reason=event.reason,
        )
        for event in events
    )


def known_of(session: Session, shift_id: UUID) -> Known:
    """What is known now."""
    events = session.scalars(select(StopEvent).where(StopEvent.shift_id == shift_id)).all()
    holds, settled = defaultdict(list), defaultdict(list)
    for quarantine in session.scalars(select(Quarantine).where(Quarantine.shift_id == shift_id)):
        hold = Hold(quarantine.cause, quarantine.state, quarantine.decided_at)
        holds[quarantine.allocation_id].append(hold)
    for settlement in session.scalars(select(Settlement).where(Settlement.shift_id == shift_id)):
        said = Settled(settlement.returned_grams, settlement.wasted_grams)
        settled[settlement.allocation_id].append(said)
    return Known(told(events), holds, settled)


def book_change(session: Session, allocation: Allocation, before: Known, after: Known, now: datetime) -> None:
    """Book what has become different about one allocation."""
    line = str(allocation.offer_line_id)
    was, becomes = before.outcome(allocation), after.outcome(allocation)
    entries = ledger.entries_between(line, was, becomes)
    if not entries:
        return
    taken = was.places().get("offered", 0) - becomes.places().get("offered", 0)
    if taken > 0:
        _book(session, allocation, _cover(session, allocation.offer_line_id, taken), "late_report", now)
    _book(session, allocation, entries, "allocation", now)


def _cover(session: Session, line_id: UUID, grams: int) -> tuple[ledger.Entry, ...]:
    """What a correction takes from "offered" may have been booked elsewhere since."""
    offered, expired = (
        session.scalar(select(func.wasl_line_balance(line_id, account))) or 0 for account in ("offered", "expired")
    )
    return ledger.entries_to_cover(str(line_id), grams, int(offered), int(expired))


def _book(session: Session, allocation: Allocation, entries: Sequence[ledger.Entry], cause: str, now: datetime) -> None:
    book(
        session,
        [(allocation.offer_line_id, entry) for entry in entries],
        owner=(allocation.network_id, allocation.donor_organisation_id),
        cause=(cause, allocation.id),
        now=now,
        shift_id=allocation.shift_id,
    )
