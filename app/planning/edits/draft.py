"""A draft as an edit or a trial finds it: its row with the day and the problem that it was made of, what it is for
these, and what becomes of it by a command."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

import routing
from app.domain import plan_edits
from app.kit.auth import Principal
from app.kit.db import ROW_LOCK
from app.kit.errors import WaslError, conflict, not_found, stale
from app.models.plans import Plan, PlanEdit, Route
from app.planning.edits.commands import edited
from app.planning.edits.draft_rows import DraftRows
from app.planning.edits.drawing import Drawing, drawing_of
from app.planning.edits.remembered import State, problem_of, remember, remember_tried, state_of, tried_of
from app.planning.edits.schemas import Command, PlaceOfferLine
from app.planning.snapshot import PlannedDay, read_planned


@dataclass(frozen=True)
class Draft:
    """A plan's row with the day and the problem that it was made of, and what it is for these."""

    plan: Plan
    day: PlannedDay
    problem: routing.Problem
    state: State
    entries: Sequence[PlanEdit]  # what was done to it, the oldest first
    rows: DraftRows

    @property
    def last_edit(self) -> UUID | None:
        """The id of the newest of the entries."""
        return _last(self.entries)

    def drawing(self) -> Drawing:
        """The plan on the drawing board."""
        names = {str(shift.id): self.day.vehicles[shift.vehicle_id].name for shift in self.day.shifts}
        state = self.state
        return drawing_of(self.problem, state.drawn, state.tours, state.locked, names)


@dataclass(frozen=True)
class Following:
    """What a plan becomes, and what did it."""

    state: State
    command: dict[str, Any]
    details: dict[str, str]
    undoes: int | None = None


def hold_draft(session: Session, principal: Principal, plan_id: UUID, version: int) -> Draft:
    """The draft in the version that somebody has read, locked until the transaction ends."""
    return _draft(session, principal, plan_id, version, lock=True)


def look_at_draft(session: Session, principal: Principal, plan_id: UUID, version: int) -> Draft:
    """The draft in the version that somebody has read. Nobody waits for it: `require_unchanged` says afterwards whether
    what was read meanwhile is still that version's."""
    return _draft(session, principal, plan_id, version, lock=False)


def require_unchanged(session: Session, draft: Draft, version: int) -> None:
    """Raise `stale` (412) where the draft was edited since it was looked at; keep what it is where it was not."""
    if session.scalar(select(Plan.version).where(Plan.id == draft.plan.id)) != version:
        raise stale()
    remember(draft.plan, draft.last_edit, draft.state)


def read_draft(session: Session, plan: Plan) -> Draft:
    """The draft of this row. Raises `plan_outdated` (409) for one that cannot be read any more, `plan_not_editable`
    (409) for one that changes a plan which is driven."""
    if plan.changes_plan_id is not None:
        # Its document is the rest of a day; what is behind the vehicles stands in its rows alone.
        sentence = "This plan changes one that is driven and is not edited by hand. Ask for another change instead."
        raise conflict("plan_not_editable", sentence)
    # Before the document, which is read when it is asked for: what is remembered of an edit that ends meanwhile is then
    # remembered for the edit before it, and nobody asks for that any more.
    entries = session.scalars(select(PlanEdit).where(PlanEdit.plan_id == plan.id).order_by(PlanEdit.number)).all()
    last = _last(entries)
    try:
        problem = problem_of(plan)
        state = state_of(plan, last)
        if state is None:
            state = State.read(problem, plan.document, _locked(session, plan))
    except routing.ProblemError as error:
        raise _too_old() from error
    day = read_planned(session, plan.network_id, plan.service_date, problem)
    return Draft(plan, day, problem, state, entries, DraftRows(session, plan, last))


def following_of(draft: Draft, command: Command) -> Following:
    """What the draft becomes by a command; raises what it is refused with. What was tried before is not done again, but
    for food that somebody places: whether it may go there is asked each time."""
    said = command.model_dump(mode="json", exclude_none=True)
    key = (draft.plan.id, draft.last_edit, json.dumps(said, sort_keys=True))
    tried = None if isinstance(command, PlaceOfferLine) else tried_of(key)
    if tried is None:
        edit = edited(draft.day, draft.plan, draft.drawing(), command)
        tried = draft.state.becomes(draft.problem, edit.plan, edit.drawing.locked), edit.details
        remember_tried(key, tried)
    return Following(tried[0], said, tried[1])


def _draft(session: Session, principal: Principal, plan_id: UUID, version: int, *, lock: bool) -> Draft:
    principal.require("plans.edit")
    principal.require("plans.read")
    whole = [undefer(Plan.obeyed)]
    held = ROW_LOCK if lock else None
    plan = session.get(Plan, plan_id, options=whole, with_for_update=held, populate_existing=True)
    if plan is None:
        raise not_found("plan")
    if plan.version != version:
        raise stale()
    if not plan_edits.may_be_edited(plan.state):
        sentence = "A plan that was published does not change. Make a copy of it, edit the copy and publish that."
        raise conflict("plan_not_editable", sentence)
    found = read_draft(session, plan)
    if lock:
        remember(plan, found.last_edit, found.state)
    return found


def _last(entries: Sequence[PlanEdit]) -> UUID | None:
    return entries[-1].id if entries else None


def _too_old() -> WaslError:
    return conflict("plan_outdated", "This plan cannot be read any more. Plan the day again.")


def _locked(session: Session, plan: Plan) -> frozenset[str]:
    return frozenset(map(str, session.scalars(select(Route.shift_id).where(Route.plan_id == plan.id, Route.locked))))
