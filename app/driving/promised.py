"""What a shift has been promised, as its driver's reports need it, remembered from one report to the next: it changes
only when a plan is published for the shift or food is given back, and takes longer to read than all the rest.

Kept in this process for the shifts that reported last. Whoever asks holds the shift locked, so that nobody publishes
for it meanwhile, and has it seen that nothing has been published since.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.kit.shelf import Shelf
from app.ledger.settlement import Promises, newest_stops, promises_of
from app.models.plans import Plan, Release, Route, Stop

MOST_SHIFTS = 200

type _State = tuple[UUID | None, frozenset[UUID]]  # the newest plan that was published for the shift, and all releases


@dataclass(frozen=True)
class ShiftPromises:
    """A shift's promises, with its stops as the newest plan has them that has each. The rows belong to no session."""

    promises: Promises
    stops: Sequence[Stop]


_remembered: Shelf[UUID, tuple[_State, ShiftPromises]] = Shelf(MOST_SHIFTS)


def promised_to(session: Session, shift_id: UUID) -> ShiftPromises:
    """What the shift has been promised. For the scope of the shift's own driver, who has it locked."""
    state = _state(session, shift_id)
    known = _remembered.get(shift_id)
    if known is not None and known[0] == state:
        return known[1]
    promises = promises_of(session, [shift_id])[shift_id]
    found = ShiftPromises(promises, newest_stops(session, promises))
    for row in (*found.stops, *promises.rows.values()):
        session.expunge(row)
    _remembered.put(shift_id, (state, found))
    return found


def _state(session: Session, shift_id: UUID) -> _State:
    """By identities: a database that was restored counts what is new as before."""
    released = select(func.array_agg(Release.id)).where(Release.shift_id == shift_id).scalar_subquery()
    published = select(Plan.id, released).join(Route, Route.plan_id == Plan.id)
    of_shift = published.where(Route.shift_id == shift_id, Plan.published_at.is_not(None))
    found = session.execute(of_shift.order_by(Plan.number.desc()).limit(1)).first()
    return (None, frozenset()) if found is None else (found[0], frozenset(found[1] or ()))
