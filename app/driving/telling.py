"""What donor and receiver hear of a route under way: the difference between what was known before and is known now.

By the fold, as the ledger is: a report that comes late and changes nothing is not told, one that corrects another is
told as a correction, and the same report twice is told once.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.domain.lifecycle import StopState
from app.domain.units import kg_text
from app.kit.outbox import announce
from app.ledger.settlement import Known
from app.models.plans import Allocation, Stop

_WAITING = StopState()


def tell_progress(
    session: Session,
    stops: Iterable[Stop],
    allocations: Iterable[Allocation],
    before: Known,
    after: Known,
    now: datetime,
) -> None:
    """Announce what the new reports change: arrivals, food collected, delivered, refused, stops that failed."""
    rows = sorted(allocations, key=lambda row: (row.pickup_at, row.drop_off_at, row.id))
    handled = defaultdict[str, list[Allocation]](list)
    for row in rows:
        for visit in dict.fromkeys(map(after.promises.stop, (row.pickup_stop_id, row.drop_off_stop_id))):
            handled[visit].append(row)
    for stop in stops:
        was, now_is = (known.stop(stop) for known in (before, after))
        here = handled[str(stop.visit_id)]
        if now_is.arrived_at is not None and was.arrived_at is None:
            _tell_arrival(session, stop, here, now_is.arrived_at, now)
        if now_is.state == "failed" and (was.state, was.partial) != (now_is.state, now_is.partial):
            _tell_failure(session, stop, here, now_is, after, now)
    for row in rows:
        tell_food(session, row, before, after, now)


def _tell_arrival(session: Session, stop: Stop, here: list[Allocation], arrived_at: datetime, now: datetime) -> None:
    collecting = stop.kind == "pickup"
    hosts = {row.donor_organisation_id if collecting else row.receiver_organisation_id for row in here}
    announce(
        session,
        stop.network_id,
        hosts,
        "stop.arrived",
        ("stop", stop.id),
        now,
        site_name=stop.site_name,
        at=arrived_at.isoformat(),
        planned_at=stop.arrive_at.isoformat(),
    )


def _tell_failure(
    session: Session, stop: Stop, here: list[Allocation], state: StopState, after: Known, now: datetime
) -> None:
    """To each donor and receiver about the food between them; where only some food failed, about that alone."""
    failed_here = after.promises.stop(stop.id)
    pairs: defaultdict[tuple[UUID, UUID], list[Allocation]] = defaultdict(list)
    for row in here:
        if not state.partial or failed_here in after.told_of(row).failed_at:
            pairs[row.donor_organisation_id, row.receiver_organisation_id].append(row)
    for pair, rows in sorted(pairs.items()):
        announce(
            session,
            stop.network_id,
            pair,
            "stop.failed",
            ("stop", stop.id),
            now,
            site_name=stop.site_name,
            stop_kind=stop.kind,
            reason=state.reason,
            kg=kg_text(sum(row.grams for row in rows)),
            allocation_ids=[str(row.id) for row in rows],
            at=None if state.ended_at is None else state.ended_at.isoformat(),
        )


def tell_food(session: Session, row: Allocation, before: Known, after: Known, now: datetime) -> None:
    """Announce what has become different about one allocation: collected, delivered, refused."""
    was, now_is = (known.told_of(row) for known in (before, after))
    reasons = dict(now_is.reasons)
    pickup, drop_off = (after.promises.stop(stop) for stop in (row.pickup_stop_id, row.drop_off_stop_id))
    pickup = now_is.collected_at or pickup  # a plan that changed meanwhile may have it collected elsewhere
    told: list[tuple[str, int | None, int | None, str, dict[str, Any]]] = [
        (
            "food.collected",
            was.collected_grams,
            now_is.collected_grams,
            pickup,
            {"reason": reasons.get(pickup)},
        ),
        ("food.delivered", _handed_over(before, row), _handed_over(after, row), drop_off, {}),
        (
            "food.refused",
            was.refused_grams,
            now_is.refused_grams,
            drop_off,
            {"reason": reasons.get(drop_off)},
        ),
    ]
    for kind, old, new, stop, more in told:
        if new is None or new == old:
            continue
        at = after.day.stops.get(stop, _WAITING).ended_at or now
        announce(
            session,
            row.network_id,
            (row.donor_organisation_id, row.receiver_organisation_id),
            kind,
            ("allocation", row.id),
            now,
            offer_line_id=str(row.offer_line_id),
            description=row.description,
            category=row.category,
            donor_name=row.donor_name,
            receiver_name=row.receiver_name,
            kg=kg_text(new),
            kg_planned=kg_text(row.grams),
            at=at.isoformat(),
            corrected=old is not None,
            **more,
        )


def _handed_over(known: Known, row: Allocation) -> int | None:
    """Grams that count as delivered, as the ledger has them: food that is held back is not handed over yet."""
    reported = known.told_of(row).delivered_grams
    booked = known.outcome(row).places().get("delivered", 0)
    return None if reported is None or (reported > 0 and booked == 0) else booked
