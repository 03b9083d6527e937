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

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

import routing
from app.domain import plan_edits
from app.kit import audit
from app.kit.auth import Principal
from app.kit.db import ROW_LOCK, CompressedJson, Packed
from app.kit.errors import WaslError, conflict, not_found, stale
from app.kit.identities import identity
from app.models.plans import Allocation, Plan, PlanEdit, Route
from app.planning import store
from app.planning.edits.commands import edited
from app.planning.edits.draft_rows import DraftRows
from app.planning.edits.drawing import Drawing, drawing_of
from app.planning.edits.lines import EditedLines
from app.planning.edits.remembered import State, freed_problem_of, problem_of, remember, state_of
from app.planning.edits.schemas import Command
from app.planning.edits.violations import violations_of
from app.planning.prices import ask_for_prices
from app.planning.queries import find_plan, routes_out_of
from app.planning.schemas import RouteOut
from app.planning.snapshot import PlannedDay, read_planned
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


@dataclass(frozen=True)
class _Board:
    """A plan's row with the day and the problem that it was made of, and what it is for these."""

    plan: Plan
    day: PlannedDay
    problem: routing.Problem
    state: State
    entries: Sequence[PlanEdit]  # what was done to it, the oldest first
    rows: DraftRows


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
    plan = _held(session, principal, plan_id, version)
    board = _board(session, plan)
    drawing = _drawing(board)
    edit = edited(board.day, plan, drawing, command)
    said = command.model_dump(mode="json", exclude_none=True)
    becomes = board.state.becomes(board.problem, edit.plan, edit.drawing.locked)
    return _put(session, principal, board, _Next(becomes, said, edit.details), now, streets)


def undo_edit(
    session: Session,
    principal: Principal,
    plan_id: UUID,
    version: int,
    now: datetime,
    streets: Streets | None = None,
) -> Edited:
    """Take the last edit of a draft back; raises `nothing_to_undo` (409) where the plan is as it was made."""
    plan = _held(session, principal, plan_id, version)
    board = _board(session, plan)
    left = plan_edits.in_force(board.entries)
    if not left:
        raise conflict("nothing_to_undo", "No edit of this plan is left to take back.")
    last = left[-1]
    following = _Next(_state_before(session, board, last.number), {"kind": "undo"}, {}, undoes=last.number)
    return _put(session, principal, board, following, now, streets)


def _state_before(session: Session, board: _Board, number: int) -> State:
    """What a plan was before its edit of this number."""
    ids = {each.number: each.id for each in board.entries}
    found = state_of(board.plan, ids.get(number - 1))
    if found is None:
        edit = session.get_one(PlanEdit, ids[number], options=[undefer(PlanEdit.before)])
        found = State.read(board.problem, edit.before["document"], edit.before["locked"])
    return found


def copy_plan(session: Session, principal: Principal, plan_id: UUID, now: datetime) -> Plan:
    """A new draft of the same day with the same routes, under the next number: to edit what was published."""
    principal.require("plans.edit")
    plan = find_plan(session, principal, plan_id)
    board = _board(session, plan)
    head = Plan(
        id=uuid4(),
        created_at=now,
        **{name: value for name in _COPIED if (value := getattr(plan, name)) is not None},
    )
    lines = EditedLines(head.id, plan.travel, None)
    lines.learn(board.day, board.rows.of(None))
    board.day.read_places()
    drawn = board.state.drawn
    _read_told(board.day, drawn, None)
    rows = store.rows_of(board.day, board.problem, drawn, head, lines, board.state.locked)
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


def _held(session: Session, principal: Principal, plan_id: UUID, version: int) -> Plan:
    """The draft, locked, in the version that somebody has read."""
    principal.require("plans.edit")
    principal.require("plans.read")
    whole = [undefer(Plan.obeyed)]
    plan = session.get(Plan, plan_id, options=whole, with_for_update=ROW_LOCK, populate_existing=True)
    if plan is None:
        raise not_found("plan")
    if plan.version != version:
        raise stale()
    if not plan_edits.may_be_edited(plan.state):
        sentence = "A plan that was published does not change. Make a copy of it, edit the copy and publish that."
        raise conflict("plan_not_editable", sentence)
    return plan


def _board(session: Session, plan: Plan) -> _Board:
    if plan.changes_plan_id is not None:
        # Its document is the rest of a day; what is behind the vehicles stands in its rows alone.
        sentence = "This plan changes one that is driven and is not edited by hand. Ask for another change instead."
        raise conflict("plan_not_editable", sentence)
    entries = _entries(session, plan)
    last = entries[-1].id if entries else None
    try:
        problem = problem_of(plan)
        state = state_of(plan, last)
        if state is None:
            state = State.read(problem, plan.document, _locked(session, plan))
            remember(plan, last, state)
    except routing.ProblemError as error:
        raise _too_old() from error
    day = read_planned(session, plan.network_id, plan.service_date, problem)
    return _Board(plan, day, problem, state, entries, DraftRows(session, plan, last))


def _too_old() -> WaslError:
    return conflict("plan_outdated", "This plan cannot be read any more. Plan the day again.")


def _drawing(board: _Board) -> Drawing:
    names = {str(shift.id): board.day.vehicles[shift.vehicle_id].name for shift in board.day.shifts}
    state = board.state
    return drawing_of(board.problem, state.drawn, state.tours, state.locked, names)


def _locked(session: Session, plan: Plan) -> frozenset[str]:
    return frozenset(map(str, session.scalars(select(Route.shift_id).where(Route.plan_id == plan.id, Route.locked))))


def _entries(session: Session, plan: Plan) -> Sequence[PlanEdit]:
    return session.scalars(select(PlanEdit).where(PlanEdit.plan_id == plan.id).order_by(PlanEdit.number)).all()


@dataclass(frozen=True)
class _Next:
    """What a plan becomes, and what did it."""

    state: State
    command: dict[str, Any]
    details: dict[str, str]
    undoes: int | None = None


def _put(
    session: Session, principal: Principal, board: _Board, following: _Next, now: datetime, streets: Streets | None
) -> Edited:
    """Put the rows, the document and the figures of what follows in the place of those before, and keep how it came."""
    plan, state, drawn = board.plan, following.state, following.state.drawn
    document: Future[Any] = _packing.submit(CompressedJson.packed, state.document)
    before = _packing.submit(_packed, board.state)
    shifts = _changed(board.state, state)
    becomes = [route for route in drawn.routes if shifts is None or identity(route.shift) in shifts]
    board.day.read_places(identity(stop.site) for route in becomes for stop in route.stops)
    lines = EditedLines(plan.id, plan.travel, streets)
    before_it = board.rows.of(shifts)
    lines.learn(board.day, before_it)
    lines.begin(board.day, becomes)
    shown, metres, seconds = routes_out_of(before_it) if shifts is None else [], plan.metres, plan.seconds
    free = freed_problem_of(plan, board.problem)
    broken = violations_of(board.day, board.problem, free, drawn, state.tours, plan.obeyed)
    others_left = drawn.unserved != board.state.drawn.unserved
    _read_told(board.day, drawn, shifts, before_it.allocations, with_unserved=others_left)
    rows = store.rows_of(
        board.day,
        board.problem,
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
    plan.document, plan.figures, plan.violations = document.result(), _figures(board, drawn), broken
    plan.edits = len(plan_edits.in_force(board.entries)) + (1 if following.undoes is None else -1)
    actor_kind, actor_id = audit.actor_of(principal)
    edit = PlanEdit(
        network_id=plan.network_id,
        plan_id=plan.id,
        number=plan_edits.next_number(board.entries),
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
    board.rows.become(edit.id, shifts, rows.drawn)
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


def _changed(before: State, after: State) -> frozenset[UUID] | None:
    """The shifts whose routes are other than before; None where a route is new or gone: all have other numbers then."""
    was, becomes = _by_shift(before.drawn), _by_shift(after.drawn)
    if list(was) != list(becomes):
        return None
    return frozenset(
        identity(shift)
        for shift in becomes
        if was[shift] != becomes[shift] or (shift in before.locked) != (shift in after.locked)
    )


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


def _by_shift(drawn: routing.Plan) -> dict[str, tuple[routing.Route, list[routing.Allocation]]]:
    """What each shift that has something to do drives and carries, in the order of the routes."""
    found: dict[str, tuple[routing.Route, list[routing.Allocation]]] = {
        route.shift: (route, []) for route in drawn.routes if any(stop.kind == "pickup" for stop in route.stops)
    }
    for each in drawn.allocations:
        if each.shift in found:
            found[each.shift][1].append(each)
    return found


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


def _figures(board: _Board, drawn: routing.Plan) -> dict[str, Any] | None:
    """The comparison with the day alone, where it is there: the day alone is as it was."""
    if board.plan.figures is None:
        return None
    return {**board.plan.figures, "coordinated": figures_out(routing.figures_of_plan(board.problem, drawn))}
