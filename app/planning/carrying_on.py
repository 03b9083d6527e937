"""Publishing a plan that changes the one that is driven: what is done or on board stays booked as it is, what is
promised no more goes back on offer, what is new is promised, and food on a vehicle gets its new receiver.

Drivers may have reported since the change was worked out. It holds all the same, unless they have loaded what it gives
to somebody else, or handed over what it hands on: then `plan_outdated`, and the change is worked out again.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain import ledger
from app.domain.outcomes import Promised, handed_on
from app.kit.errors import WaslError, conflict
from app.ledger.service import write_entries
from app.ledger.settlement import Known, known_of_shifts
from app.models.events import StopEvent
from app.models.fleet import Shift
from app.models.offers import OfferLine
from app.models.plans import Allocation, Plan, Release
from app.planning.promising import lock_lines, promise_lines


def _outdated() -> WaslError:
    return conflict("plan_outdated", "Drivers have reported since this change was worked out. Ask for it again.")


def carry_on(session: Session, before: Plan | None, plan: Plan, now: datetime) -> None:
    """Give back what the plan before promised and this one does not, promise what is new, and supersede it.

    Raises `plan_outdated` (409) where it is not the plan that this one changes, or reports have overtaken it.
    """
    if before is None or before.id != plan.changes_plan_id:
        raise conflict("plan_outdated", "This changes a plan that is not driven any more. Ask for the change again.")
    rows = session.scalars(select(Allocation).where(Allocation.plan_id.in_([before.id, plan.id]))).all()
    mine = {row.parcel_id: row for row in rows if row.plan_id == plan.id}
    theirs = {row.parcel_id: row for row in rows if row.plan_id == before.id}
    known = _known(session, {row.shift_id for row in rows})
    _require_still_there(known, mine, theirs, _loaded_since(session, plan, known))
    fresh = [row for parcel, row in mine.items() if parcel not in theirs and row.from_parcel_id is None]
    dropped = [row for parcel, row in theirs.items() if parcel not in mine]
    grams = Counter[UUID]()
    for row in (*fresh, *dropped):
        grams[row.offer_line_id] += row.grams if row in fresh else 0
    lines = lock_lines(session, grams)
    _release(session, plan, dropped, known, {line.id: line for line, _ in lines}, now)
    promise_lines(session, plan, lines, now)
    before.state = "superseded"
    session.flush()


def give_back(session: Session, before: Plan, plan: Plan, now: datetime) -> None:
    """Give back all that a plan promised of which nothing is driven yet, and supersede it."""
    dropped = session.scalars(select(Allocation).where(Allocation.plan_id == before.id)).all()
    known = _known(session, {row.shift_id for row in dropped})
    lines = lock_lines(session, Counter({row.offer_line_id: row.grams for row in dropped}))
    _release(session, plan, dropped, known, {line.id: line for line, _ in lines}, now)
    before.state = "superseded"
    session.flush()


def _known(session: Session, shifts: Iterable[UUID]) -> dict[UUID, Known]:
    """What is known of each shift; its row is locked, so that no report comes between."""
    ordered = select(Shift.id).where(Shift.id.in_(shifts)).order_by(Shift.id)
    locked = session.scalars(ordered.with_for_update(key_share=True)).all()
    return known_of_shifts(session, locked)


def _loaded_since(session: Session, plan: Plan, known: Mapping[UUID, Known]) -> set[UUID]:
    """Promises of which a driver has reported since the change was worked out that they are on the vehicle."""
    since = select(StopEvent).where(StopEvent.shift_id.in_(known), StopEvent.recorded_at > plan.created_at)
    return {
        known[event.shift_id].promises.parcel(UUID(line["allocation"]))
        for event in session.scalars(since.where(StopEvent.kind == "collected"))
        for line in event.lines
        if line["grams"]
    }


def _require_still_there(
    known: Mapping[UUID, Known],
    mine: Mapping[UUID, Allocation],
    theirs: Mapping[UUID, Allocation],
    loaded: Collection[UUID],
) -> None:
    handed = defaultdict[UUID, int](int)
    for row in mine.values():
        if row.from_parcel_id is not None and row.parcel_id not in theirs:
            handed[row.from_parcel_id] += row.grams
    if any(parcel in theirs and parcel not in mine and parcel not in handed for parcel in loaded):
        raise _outdated()
    for van in known.values():
        as_planned = van.outcomes_if(van.unreported)
        for parcel, grams in handed.items():
            if parcel in as_planned:
                outcome = as_planned[parcel]
                if outcome.at_hand - outcome.returned_grams - outcome.wasted_grams < grams:
                    raise _outdated()


def _release(
    session: Session,
    plan: Plan,
    dropped: Sequence[Allocation],
    known: Mapping[UUID, Known],
    lines: Mapping[UUID, OfferLine],
    now: datetime,
) -> None:
    """What is promised no more and was not collected may be promised to somebody else."""
    for row in sorted(dropped, key=lambda each: each.id):
        places = known[row.shift_id].outcome(row).places()
        allocated, offered = places.get("allocated", 0), places.get("offered", 0)
        if allocated:
            entries = ledger.entries_for_release(str(row.offer_line_id), allocated)
            write_entries(session, lines[row.offer_line_id], entries, ("plan", plan.id), now)
        if allocated + offered:
            session.add(
                Release(
                    network_id=plan.network_id,
                    shift_id=row.shift_id,
                    parcel_id=row.parcel_id,
                    plan_id=plan.id,
                    grams=allocated + offered,
                    released_at=now,
                )
            )
    session.flush()


def book_handed_on(session: Session, plan: Plan, now: datetime) -> None:
    """What was refused or left over, and is promised anew, is on its way again; to be called once it is published."""
    rows = select(Allocation).where(Allocation.plan_id == plan.id, Allocation.from_parcel_id.is_not(None))
    shifts = {row.shift_id for row in session.scalars(rows)}
    for _, known in sorted(known_of_shifts(session, shifts).items()):
        for source, later in known.promises.handed_on.items():
            fresh = [row for row in later if row.plan_id == plan.id and row.parcel_id == row.id]
            if fresh:
                _book_handed_on(session, plan, known, known.promises.rows[source], later, fresh, now)


def _book_handed_on(
    session: Session,
    plan: Plan,
    known: Known,
    source: Allocation,
    later: Sequence[Allocation],
    fresh: Sequence[Allocation],
    now: datetime,
) -> None:
    """Only the refused moves: what is left on a vehicle is where it was."""
    after = [known.outcome(row) for row in (source, *later)]
    older = [Promised(known.outcome(row), row.grams) for row in later if row not in fresh]
    alone, theirs = handed_on(replace(known.outcome(source), handed_on_grams=0), older)
    entries = ledger.entries_of_change(str(source.offer_line_id), [alone, *theirs], after)
    line = session.get_one(OfferLine, source.offer_line_id)
    write_entries(session, line, entries, ("plan", plan.id), now, shift_id=source.shift_id)
