"""What other parties hear of plans: the network's staff that one is ready or published, partners what concerns them."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.units import kg_text
from app.kit.outbox import announce
from app.models.plans import Allocation, Plan, PlanRun

WORTH_TELLING = timedelta(minutes=10)


def _day_of(plan: Plan) -> dict[str, Any]:
    return {"service_date": str(plan.service_date), "number": plan.number}


def tell_ready(session: Session, plan: Plan, now: datetime) -> None:
    """A run has ended in a draft."""
    kg = kg_text(plan.grams_allocated)
    announce(session, plan.network_id, [], "plan.ready", ("plan", plan.id), now, **_day_of(plan), kg_allocated=kg)


def tell_failed(session: Session, run: PlanRun, sentence: str, now: datetime) -> None:
    """A run has ended without a plan."""
    announce(
        session,
        run.network_id,
        [],
        "plan.failed",
        ("planning run", run.id),
        now,
        service_date=str(run.service_date),
        failure=sentence,
    )


def tell_published(session: Session, plan: Plan, before: Plan | None, now: datetime) -> None:
    """A plan holds from now on, in place of the one before: each partner hears of its own food alone; where it changes
    the one before, whoever's food goes as it did hears nothing."""
    kg = kg_text(plan.grams_allocated)
    announce(session, plan.network_id, [], "plan.published", ("plan", plan.id), now, **_day_of(plan), kg_allocated=kg)
    holds, held = _allocations(session, plan), [] if before is None else _allocations(session, before)
    subject = ("plan", plan.id)
    same = plan.changes_plan_id is not None
    given, got = (_by(held, lambda row: row.donor_organisation_id), _by(held, lambda row: row.receiver_organisation_id))
    for donor, rows in _by(holds, lambda row: row.donor_organisation_id).items():
        if same and _goes_as_before(rows, given.get(donor, []), lambda row: row.pickup_at):
            continue
        announce(
            session,
            plan.network_id,
            [donor],
            "allocations.published",
            subject,
            now,
            **_day_of(plan),
            kg=kg_text(sum(row.grams for row in rows)),
            allocations=[_collected(row) for row in rows],
        )
    for receiver, rows in _by(holds, lambda row: row.receiver_organisation_id).items():
        if same and _goes_as_before(rows, got.get(receiver, []), lambda row: row.drop_off_at):
            continue
        announce(
            session,
            plan.network_id,
            [receiver],
            "delivery.scheduled",
            subject,
            now,
            **_day_of(plan),
            kg=kg_text(sum(row.grams for row in rows)),
            allocations=[_brought(row) for row in rows],
        )
    for donor in {row.donor_organisation_id for row in held} - {row.donor_organisation_id for row in holds}:
        announce(session, plan.network_id, [donor], "allocations.cancelled", subject, now, **_day_of(plan))
    for receiver in {row.receiver_organisation_id for row in held} - {row.receiver_organisation_id for row in holds}:
        announce(session, plan.network_id, [receiver], "delivery.cancelled", subject, now, **_day_of(plan))


def _goes_as_before(
    rows: Iterable[Allocation], before: Iterable[Allocation], moment: Callable[[Allocation], datetime]
) -> bool:
    """Whether the same promises come within minutes of when they were to come."""
    now, then = ({row.parcel_id: (row.grams, moment(row)) for row in each} for each in (rows, before))
    return now.keys() == then.keys() and all(
        now[parcel][0] == then[parcel][0] and abs(now[parcel][1] - then[parcel][1]) <= WORTH_TELLING for parcel in now
    )


def _allocations(session: Session, plan: Plan) -> Sequence[Allocation]:
    query = select(Allocation).where(Allocation.plan_id == plan.id)
    return session.scalars(query.order_by(Allocation.pickup_at, Allocation.drop_off_at, Allocation.id)).all()


def _by(rows: Iterable[Allocation], key: Callable[[Allocation], UUID]) -> dict[UUID, list[Allocation]]:
    found: defaultdict[UUID, list[Allocation]] = defaultdict(list)
    for row in rows:
        found[key(row)].append(row)
    return dict(sorted(found.items()))


def _food(row: Allocation) -> dict[str, str]:
    return {
        "allocation_id": str(row.id),
        "description": row.description,
        "category": row.category,
        "kg": kg_text(row.grams),
    }


def _collected(row: Allocation) -> dict[str, str]:
    return {
        **_food(row),
        "offer_line_id": str(row.offer_line_id),
        "at": row.pickup_at.isoformat(),
        "site_name": row.donor_name,
        "receiver_name": row.receiver_name,
    }


def _brought(row: Allocation) -> dict[str, str]:
    return {
        **_food(row),
        "need_id": str(row.need_id),
        "at": row.drop_off_at.isoformat(),
        "site_name": row.receiver_name,
        "donor_name": row.donor_name,
    }
