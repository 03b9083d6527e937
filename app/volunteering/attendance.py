"""Who has a place of a task, and whether they came: said by a coordinator, or shown by what was recorded of a shift.
What nobody said and nothing shows is never done."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.kit import audit
from app.kit.auth import Principal
from app.kit.db import ROW_LOCK
from app.kit.errors import conflict, not_found
from app.kit.paging import Order, Page, page
from app.kit.tenancy import Scope, within
from app.learning.no_shows import planned_shift
from app.models.events import StopEvent
from app.models.fleet import Shift
from app.models.partners import Person
from app.models.volunteers import Task, TaskSignUp, Volunteer
from app.volunteering.schemas import AttendanceIn
from app.volunteering.tasks import task_row

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class SignUpSeen:
    """A place with whose it is."""

    id: UUID
    task_id: UUID
    person_id: UUID
    name: str
    phone: str
    state: str
    late: bool
    minutes: int | None
    taken_at: datetime
    ended_at: datetime | None


def list_sign_ups(
    session: Session, principal: Principal, task_id: UUID, cursor: str | None, limit: int
) -> Page[SignUpSeen]:
    """Who took a place of a task, the first one first; raises `not_found`."""
    principal.require("tasks.edit")
    task = task_row(session, task_id)
    query = select(TaskSignUp).where(TaskSignUp.task_id == task.id)
    found = page(session, query, Order(TaskSignUp.taken_at, TaskSignUp.id), cursor, limit)
    return Page(_seen(session, principal, found.items), found.next_cursor)


def sign_ups_of(session: Session, principal: Principal, task_ids: Sequence[UUID]) -> dict[UUID, list[SignUpSeen]]:
    """By task, who has a place of it now, for the page of all tasks."""
    principal.require("tasks.edit")
    query = select(TaskSignUp).where(
        TaskSignUp.task_id.in_(task_ids), TaskSignUp.state.in_(("taken", "done", "no_show"))
    )
    rows = session.scalars(query.order_by(TaskSignUp.taken_at, TaskSignUp.id)).all()
    found: dict[UUID, list[SignUpSeen]] = {}
    for each in _seen(session, principal, rows):
        found.setdefault(each.task_id, []).append(each)
    return found


def _seen(session: Session, principal: Principal, rows: Sequence[TaskSignUp]) -> list[SignUpSeen]:
    ids = {row.person_id for row in rows}
    # Who takes a task may be another partner's: whoever runs it learns their name and the number to call.
    with within(session, Scope(network=principal.network_id), principal.scope):
        names = {row.id: row.name for row in session.execute(select(Person.id, Person.name).where(Person.id.in_(ids)))}
        query = select(Volunteer.person_id, Volunteer.phone).where(Volunteer.person_id.in_(ids))
        phones = {row.person_id: row.phone for row in session.execute(query)}
    return [
        SignUpSeen(
            row.id, row.task_id, row.person_id, names.get(row.person_id, ""), phones.get(row.person_id, ""),
            row.state, row.late, row.minutes, row.taken_at, row.ended_at,
        )
        for row in rows
    ]  # fmt: skip


def mark(session: Session, principal: Principal, sign_up_id: UUID, wish: AttendanceIn, now: datetime) -> SignUpSeen:
    """Say whether somebody came to a task that has begun; what was said before is corrected.

    Raises `not_found`, `not_begun` (409), and `place_given_up` (409) for a place that nobody holds.
    """
    principal.require("tasks.edit")
    row = session.get(TaskSignUp, sign_up_id)
    if row is None:
        raise not_found("sign-up")
    task = task_row(session, row.task_id, lock=True)
    session.refresh(row, with_for_update=ROW_LOCK)
    if row.state in ("given_back", "released"):
        raise conflict("place_given_up", "They have given this place back, or the task was called off.")
    if task.starts_at > now:
        raise conflict("not_begun", "It has not begun yet. Say afterwards whether they came.")
    _record(row, task, wish.minutes if wish.came else None, came=wish.came, now=now)
    session.flush()
    audit.record(session, principal, "tasks.mark", ("sign_up", row.id), now, owner=task.organisation_id, came=wish.came)
    return _seen(session, principal, [row])[0]


def _record(row: TaskSignUp, task: Task, minutes: int | None, *, came: bool, now: datetime) -> None:
    whole = max(1, int((task.ends_at - task.starts_at) // MINUTE))
    row.state, row.minutes = ("done", minutes or whole) if came else ("no_show", None)
    row.ended_at = now


def settle_driven(session: Session, sign_up_id: UUID, now: datetime) -> bool:
    """Record what is known of a shift that somebody took, once no report of it can come any more: driven, with the
    time from its begin to the last report; not driven though food was planned for it; or nothing to drive. Whether
    anything was recorded."""
    row = session.get_one(TaskSignUp, sign_up_id, with_for_update=ROW_LOCK)
    task = session.get_one(Task, row.task_id)
    if row.state != "taken" or task.kind != "drive":
        return False
    shift = session.get_one(Shift, task.shift_id)
    planned = planned_shift(session, shift)
    if planned.counted_at > now:
        return False
    last = session.scalar(select(func.max(StopEvent.occurred_at)).where(StopEvent.shift_id == shift.id))
    if last is not None:
        driven = min(max(last, shift.starts_at + MINUTE), shift.ends_at) - shift.starts_at
        _record(row, task, max(1, int(driven // MINUTE)), came=True, now=now)
    elif planned.promised is not None:
        _record(row, task, None, came=False, now=now)
    else:
        row.state, row.ended_at = "released", now
    session.flush()
    audit.record_own_deed(session, row.network_id, "tasks.settle", ("sign_up", row.id), now, state=row.state)
    return True
