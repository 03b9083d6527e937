"""Verbs on a draft: edit it by a command, take the last one back; and copy a plan to edit the copy.

Each is one transaction: the plan is locked, what it becomes is drawn from its stored problem, its rows are put in the
place of those before. Two dispatchers never overwrite each other: each names the version that it read.
"""

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.orm import Session, undefer

import routing
from app.domain import plan_edits
from app.kit import audit
from app.kit.auth import Principal
from app.kit.db import CompressedJson, Packed
from app.kit.errors import conflict
from app.kit.identities import identity
from app.models.plans import Allocation, Plan, PlanEdit
from app.planning import store
from app.planning.edits.changed import changed_shifts
from app.planning.edits.draft import Draft, Following, following_of, hold_draft, read_draft
from app.planning.edits.lines import EditedLines
from app.planning.edits.remembered import State, freed_problem_of, remember, state_of
from app.planning.edits.schemas import Command
from app.planning.edits.violations import violations_of
from app.planning.prices import ask_for_prices
from app.planning.queries import find_plan, routes_out_of
from app.planning.schemas import RouteOut
from app.planning.snapshot import PlannedDay
from app.roads.streets import Streets
from routing.child import figures_out

# Large plans' documents are compressed while the rest of an edit goes on.
_packing = ThreadPoolExecutor(max_workers=2, thread_name_prefix="documents of edited plans")


@dataclass(frozen=True)
class Edited:
    """A plan after an edit, and what is other than before."""

    plan: Plan
    routes: Sequence[RouteOut]
    routes_gone: Sequence[UUID]
    metres_more: int
    seconds_more: int


def edit_plan(
    session: Session,
    principal: Principal,
    plan_id: UUID,
    command: Command,
    version: int,
    now: datetime,
    streets: Streets | None = None,
) -> Edited:
    """Do a command to a draft. What it breaks is kept with the plan, which cannot be published then; food that may not
    go to somebody never does. Raises `plan_not_editable` (409) for a plan that was published, and what the command is
    refused with."""
    draft = hold_draft(session, principal, plan_id, version)
    return _put(session, principal, draft, following_of(draft, command), now, streets)


def undo_edit(
    session: Session,
    principal: Principal,
    plan_id: UUID,
    version: int,
    now: datetime,
    streets: Streets | None = None,
) -> Edited:
    """Take the last edit of a draft back; raises `nothing_to_undo` (409) where the plan is as it was made."""
    draft = hold_draft(session, principal, plan_id, version)
    left = plan_edits.in_force(draft.entries)
    if not left:
        raise conflict("nothing_to_undo", "No edit of this plan is left to take back.")
    last = left[-1]
    back = Following(_state_before(session, draft, last.number), {"kind": "undo"}, {}, undoes=last.number)
    return _put(session, principal, draft, back, now, streets)


def _state_before(session: Session, draft: Draft, number: int) -> State:
    """What a plan was before its edit of this number."""
    ids = {each.number: each.id for each in draft.entries}
    found = state_of(draft.plan, ids.get(number - 1))
    if found is None:
        edit = session.get_one(PlanEdit, ids[number], options=[undefer(PlanEdit.before)])
        found = State.read(draft.problem, edit.before["document"], edit.before["locked"])
    return found


def copy_plan(session: Session, principal: Principal, plan_id: UUID, now: datetime) -> Plan:
    """A new draft of the same day with the same routes, under the next number: to edit what was published."""
    principal.require("plans.edit")
    plan = find_plan(session, principal, plan_id)
    draft = read_draft(session, plan)
    head = Plan(
        id=uuid4(),
        created_at=now,
        **{name: value for name in _COPIED if (value := getattr(plan, name)) is not None},
    )
    lines = EditedLines(head.id, plan.travel, None)
    lines.learn(draft.day, draft.rows.of(None))
    draft.day.read_places()
    drawn = draft.state.drawn
    _read_told(draft.day, drawn, None)
    rows = store.rows_of(draft.day, draft.problem, drawn, head, lines, draft.state.locked)
    store.save(session, rows)
    audit.record(session, principal, "plans.copy", ("plan", head.id), now, number=head.number, copy_of=plan.number)
    session.flush()
    session.refresh(head, ["routes", "unserved"])
    return head


_COPIED = (
    "network_id", "service_date", "problem_digest", "problem", "document", "line_ids", "engine", "seed",
    "estimated_travel", "travel", "grams_allocated", "metres", "seconds", "figures", "violations", "shifts_read",
    "obeyed", "prices",
)  # fmt: skip


def _put(
    session: Session, principal: Principal, draft: Draft, following: Following, now: datetime, streets: Streets | None
) -> Edited:
    """Put the rows, the document and the figures of what follows in the place of those before, and keep how it came."""
    plan, state, drawn = draft.plan, following.state, following.state.drawn
    document: Future[Any] = _packing.submit(CompressedJson.packed, state.document)
    before = _packing.submit(_packed, draft.state)
    shifts = changed_shifts(draft.state, state)
    redrawn = [route for route in drawn.routes if shifts is None or identity(route.shift) in shifts]
    draft.day.read_places(identity(stop.site) for route in redrawn for stop in route.stops)
    lines = EditedLines(plan.id, plan.travel, streets)
    before_it = draft.rows.of(shifts)
    lines.learn(draft.day, before_it)
    lines.begin(draft.day, redrawn)
    shown, metres, seconds = routes_out_of(before_it) if shifts is None else [], plan.metres, plan.seconds
    free = freed_problem_of(plan, draft.problem)
    broken = violations_of(draft.day, draft.problem, free, drawn, state.tours, plan.obeyed)
    others_left = drawn.unserved != draft.state.drawn.unserved
    _read_told(draft.day, drawn, shifts, before_it.allocations, with_unserved=others_left)
    rows = store.rows_of(
        draft.day,
        draft.problem,
        drawn,
        plan,
        lines,
        state.locked,
        shifts,
        with_unserved=others_left,
        before=before_it.allocations,
    )
    store.renew(session, rows, before_it)
    store.set_totals(plan, drawn)
    # All at once, and late: a query would write what is there so far, and then the rest.
    plan.document, plan.figures, plan.violations = document.result(), _figures(draft, drawn), broken
    plan.edits = len(plan_edits.in_force(draft.entries)) + (1 if following.undoes is None else -1)
    actor_kind, actor_id = audit.actor_of(principal)
    edit = PlanEdit(
        network_id=plan.network_id,
        plan_id=plan.id,
        number=plan_edits.next_number(draft.entries),
        undoes=following.undoes,
        command=following.command,
        details=following.details,
        metres_more=plan.metres - metres,
        seconds_more=plan.seconds - seconds,
        actor_kind=actor_kind,
        actor_id=actor_id,
        at=now,
        before=before.result(),
    )
    session.add(edit)
    session.flush()
    session.expire(plan, ["document"])
    remember(plan, edit.id, state)
    draft.rows.become(edit.id, shifts, rows.drawn)
    _record(session, principal, plan, edit, now)
    ask_for_prices(session, plan, state.locked)
    changed = {route.id: route for route in routes_out_of(rows.drawn)}
    known = {route.id: route for route in shown}
    return Edited(
        plan,
        [route for route in changed.values() if route != known.get(route.id)],
        [route for route in known if route not in changed],
        edit.metres_more,
        edit.seconds_more,
    )


def _packed(before: State) -> Packed:
    return CompressedJson.packed({"document": before.document, "locked": sorted(before.locked)})


def _read_told(
    day: PlannedDay,
    drawn: routing.Plan,
    shifts: frozenset[UUID] | None,
    before: Sequence[Allocation] = (),
    *,
    with_unserved: bool = True,
) -> None:
    """Read the lines and needs that rows are written of: those on the routes of these shifts of which no row tells
    before, and what stays."""
    told = {store.key_of(row) for row in before}
    carried = [
        each
        for each in drawn.allocations
        if (shifts is None or identity(each.shift) in shifts) and (each.lot, each.need) not in told
    ]
    left = drawn.unserved if with_unserved else ()
    day.planned_lines.read(identity(lot) for lot in [each.lot for each in carried] + [each.lot for each in left])
    day.planned_needs.read(identity(each.need) for each in carried)


def _record(session: Session, principal: Principal, plan: Plan, edit: PlanEdit, now: datetime) -> None:
    action = "plans.edit" if edit.undoes is None else "plans.undo"
    audit.record(
        session,
        principal,
        action,
        ("plan", plan.id),
        now,
        number=edit.number,
        undoes=edit.undoes,
        command=edit.command,
        metres_more=edit.metres_more,
        seconds_more=edit.seconds_more,
    )


def _figures(draft: Draft, drawn: routing.Plan) -> dict[str, Any] | None:
    """The comparison with the day alone, where it is there: the day alone is as it was."""
    if draft.plan.figures is None:
        return None
    return {**draft.plan.figures, "coordinated": figures_out(routing.figures_of_plan(draft.problem, drawn))}
