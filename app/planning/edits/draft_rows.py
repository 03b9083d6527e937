"""The rows of a draft's routes, by shift, as its last edit left them: whoever has looked at the plan has read them, and
the next edit does not read them again.

Kept in this process, the least used goes first. They are known by the plan's last edit, whose id nobody else has: what
another process has done since has another one.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain import plan_edits
from app.kit.shelf import Shelf
from app.models.plans import Allocation, Plan, PlanEdit, Stop
from app.planning.store import Drawn, read_drawn

MOST_PLANS = 8


@dataclass(frozen=True)
class _Rows:
    """What is known of a plan's rows after its last edit; whole: whether these are all its routes. They belong to no
    session: one that fails has its rows forget what they are."""

    last: UUID | None
    by_shift: Mapping[UUID, Drawn] = field(default_factory=dict)
    whole: bool = False


_known: Shelf[UUID, _Rows] = Shelf(MOST_PLANS)  # by plan


def read_and_keep(session: Session, plan: Plan) -> Drawn:
    """All rows of a plan's routes; those of a draft are kept for its next edit."""
    if not plan_edits.may_be_edited(plan.state) or plan.changes_plan_id is not None:
        return read_drawn(session, plan)
    # Asked for first: an edit that ends meanwhile has the rows kept by an edit that nobody asks for any more.
    last = session.scalar(
        select(PlanEdit.id).where(PlanEdit.plan_id == plan.id).order_by(PlanEdit.number.desc()).limit(1)
    )
    drawn = _read(session, plan)
    _known.put(plan.id, _Rows(last, _by_shift(drawn), whole=True))
    return drawn


def _read(session: Session, plan: Plan, shifts: Collection[UUID] | None = None) -> Drawn:
    drawn = read_drawn(session, plan, shifts)
    for row in (*drawn.routes, *drawn.stops, *drawn.allocations):
        session.expunge(row)
    return drawn


class DraftRows:
    """The rows of one plan for the transaction of an edit; last: the id of the edit before it."""

    def __init__(self, session: Session, plan: Plan, last: UUID | None) -> None:
        self._session, self._plan = session, plan
        known = _known.get(plan.id)
        self._rows = known if known is not None and known.last == last else _Rows(last)

    def of(self, shifts: Collection[UUID] | None) -> Drawn:
        """The routes of these shifts, in their order, or (None) of all."""
        if shifts is None and not self._rows.whole:
            self._rows = _Rows(self._rows.last, _by_shift(_read(self._session, self._plan)), whole=True)
        missing = set(shifts or ()) - self._rows.by_shift.keys()
        if missing and not self._rows.whole:
            read = _by_shift(_read(self._session, self._plan, missing))
            self._rows = _Rows(self._rows.last, {**self._rows.by_shift, **read})
        return _together(drawn for shift, drawn in self._rows.by_shift.items() if shifts is None or shift in shifts)

    def become(self, edit: UUID, shifts: Collection[UUID] | None, drawn: Drawn) -> None:
        """Keep what the routes of these shifts, or (None) all, are after an edit. One whose transaction fails has an id
        that nobody asks for."""
        stay = {} if shifts is None else {s: rows for s, rows in self._rows.by_shift.items() if s not in shifts}
        whole = shifts is None or self._rows.whole
        _known.put(self._plan.id, _Rows(edit, {**stay, **_by_shift(drawn)}, whole))


def _by_shift(drawn: Drawn) -> dict[UUID, Drawn]:
    stops, allocations = defaultdict[UUID, list[Stop]](list), defaultdict[UUID, list[Allocation]](list)
    for stop in drawn.stops:
        stops[stop.shift_id].append(stop)
    for each in drawn.allocations:
        allocations[each.shift_id].append(each)
    return {
        route.shift_id: Drawn([route], stops[route.shift_id], allocations[route.shift_id]) for route in drawn.routes
    }


def _together(parts: Iterable[Drawn]) -> Drawn:
    ordered = sorted(parts, key=lambda drawn: drawn.routes[0].number)
    return Drawn(
        [route for drawn in ordered for route in drawn.routes],
        [stop for drawn in ordered for stop in drawn.stops],
        [each for drawn in ordered for each in drawn.allocations],
    )
