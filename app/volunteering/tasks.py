"""Verbs on tasks: offer, list, change, call off. What a shift's task says follows its shift."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.domain.service_date import service_date_of
from app.domain.volunteering import WITH_SHIFT
from app.kit import audit
from app.kit.auth import Principal
from app.kit.db import ROW_LOCK
from app.kit.errors import FieldError, conflict, invalid_request, not_found, stale
from app.kit.outbox import announce
from app.kit.paging import Order, Page, page
from app.kit.tenancy import Scope, within
from app.models.fleet import Shift, Vehicle
from app.models.partners import Site
from app.models.volunteers import Task, TaskSignUp
from app.partners.service import network_of, zone_of
from app.planning.telling_drivers import Driver, tell_other_driver
from app.volunteering.schemas import TaskChange, TaskIn

HOLDING = ("taken", "done", "no_show")


@dataclass(frozen=True)
class TaskSeen:
    """A task with how many of its places are taken."""

    id: UUID
    organisation_id: UUID
    kind: str
    shift_id: UUID | None
    title: str
    place: str
    service_date: date
    starts_at: datetime
    ends_at: datetime
    people_wanted: int
    skills: list[str]
    languages: list[str]
    own_vehicle: bool
    bring: str
    note: str
    state: str
    version: int
    people_taken: int


_OF_ROW = [each.name for each in fields(TaskSeen) if each.name != "people_taken"]


def seen(session: Session, rows: Iterable[Task]) -> list[TaskSeen]:
    """Tasks as they are shown, in this order; read where their sign-ups are open."""
    rows = list(rows)
    taken = dict(
        session.execute(
            select(TaskSignUp.task_id, func.count())
            .where(TaskSignUp.task_id.in_([row.id for row in rows]), TaskSignUp.state.in_(HOLDING))
            .group_by(TaskSignUp.task_id)
        ).all()
    )
    return [
        TaskSeen(**{name: getattr(row, name) for name in _OF_ROW}, people_taken=taken.get(row.id, 0)) for row in rows
    ]


def offer_task(session: Session, principal: Principal, wish: TaskIn, now: datetime) -> TaskSeen:
    """Ask for help with a shift of one's own, or with something that is no transport.

    Raises `not_found` for a shift, `shift_cancelled` (409), `shift_has_driver` (409), `task_begun` (409) for what is in
    the past, and `offered_already` (409) where the shift is offered to drive.
    """
    principal.require("tasks.edit")
    shift = None if wish.shift_id is None else _shift(session, wish.shift_id, wish.kind)
    starts_at, ends_at = (wish.starts_at, wish.ends_at) if shift is None else (shift.starts_at, shift.ends_at)
    assert starts_at is not None and ends_at is not None  # noqa: S101, PT018
    if starts_at <= now:
        raise conflict("task_begun", "It has begun already. Choose a time that is to come.")
    task = Task(
        network_id=principal.network_id,
        organisation_id=principal.organisation_id if shift is None else shift.organisation_id,
        kind=wish.kind,
        shift_id=wish.shift_id,
        title=wish.title or ("" if shift is None else session.get_one(Vehicle, shift.vehicle_id).name),
        place=wish.place or ("" if shift is None else session.get_one(Site, shift.start_site_id).name),
        service_date=service_date_of(starts_at, zone_of(network_of(session, principal))),
        starts_at=starts_at,
        ends_at=ends_at,
        people_wanted=wish.people_wanted,
        skills=list(wish.skills),
        languages=wish.languages,
        own_vehicle=wish.own_vehicle,
        bring=wish.bring,
        note=wish.note,
        created_at=now,
    )
    try:
        with session.begin_nested():
            session.add(task)
            session.flush()
    except IntegrityError as error:
        raise conflict("offered_already", "This shift is offered to be driven already.") from error
    audit.record(session, principal, "tasks.offer", ("task", task.id), now, owner=task.organisation_id, kind=task.kind)
    return seen(session, [task])[0]


def _shift(session: Session, shift_id: UUID, kind: str) -> Shift:
    shift = session.get(Shift, shift_id, with_for_update=ROW_LOCK)
    if shift is None:
        raise not_found("shift")
    if shift.state == "cancelled":
        raise conflict("shift_cancelled", "This shift was cancelled. Plan a new one.")
    if kind == "drive" and shift.driver_name.strip():
        raise conflict("shift_has_driver", "Somebody drives this shift already. Take the name away first.")
    return shift


def list_tasks(
    session: Session,
    principal: Principal,
    first: date | None,
    last: date | None,
    cursor: str | None,
    limit: int,
) -> Page[TaskSeen]:
    """The tasks that the caller looks after, by when they begin."""
    principal.require("tasks.edit")
    query = select(Task)
    if first is not None:
        query = query.where(Task.service_date >= first)
    if last is not None:
        query = query.where(Task.service_date <= last)
    found = page(session, query, Order(Task.starts_at, Task.id), cursor, limit)
    return Page(seen(session, found.items), found.next_cursor)


def task_row(session: Session, task_id: UUID, *, lock: bool = False) -> Task:
    """The row; raises `not_found`."""
    found = session.get(Task, task_id)
    if found is None:
        raise not_found("task")
    if lock:
        session.refresh(found, with_for_update=ROW_LOCK)
    return found


def get_task(session: Session, principal: Principal, task_id: UUID) -> TaskSeen:
    """One of them; raises `not_found`."""
    principal.require("tasks.edit")
    return seen(session, [task_row(session, task_id)])[0]


def change_task(
    session: Session, principal: Principal, task_id: UUID, change: TaskChange, version: int, now: datetime
) -> TaskSeen:
    """Change what the caller named, from the version that was read.

    Raises `task_cancelled` (409), and `places_taken` (422) where more people come already, or one alone can drive.
    """
    principal.require("tasks.edit")
    task = task_row(session, task_id, lock=True)
    if task.version != version:
        raise stale()
    if task.state == "cancelled":
        raise conflict("task_cancelled", "This was called off.")
    wished = {name: value for name, value in change.model_dump(exclude_unset=True).items() if value is not None}
    try:
        with session.begin_nested():
            for name, value in wished.items():
                setattr(task, name, value)
            session.flush()
    except IntegrityError as error:  # a place that is taken would be none any more
        sentence = "More people come already than that, or only one can drive."
        raise invalid_request([FieldError("/people_wanted", sentence, "places_taken")]) from error
    audit.record(
        session, principal, "tasks.change", ("task", task.id), now, owner=task.organisation_id, fields=sorted(wished)
    )
    return seen(session, [task])[0]


def cancel_task(session: Session, principal: Principal, task_id: UUID, now: datetime) -> TaskSeen:
    """Call it off: whoever took a place is told, and whoever took a shift to drive it drives it no longer. Done again,
    it stays as it is. Raises `task_begun` (409)."""
    principal.require("tasks.edit")
    task = task_row(session, task_id, lock=True)
    if task.state == "open":
        if task.starts_at <= now:
            raise conflict("task_begun", "It has begun already. Say of everybody whether they came.")
        drivers = [row.person_id for row in taken_of(session, [task.id])]
        end_task(session, task, "task.cancelled", now)
        if task.kind == "drive" and task.shift_id is not None:
            _drives_no_more(session, principal, task.shift_id, drivers, now)
        audit.record(session, principal, "tasks.cancel", ("task", task.id), now, owner=task.organisation_id)
    return seen(session, [task])[0]


def _drives_no_more(
    session: Session, principal: Principal, shift_id: UUID, people: Sequence[UUID], now: datetime
) -> None:
    """Whoever took the shift is not its driver any more, and hears of a route that was theirs."""
    shift = session.get_one(Shift, shift_id, with_for_update=ROW_LOCK)
    if shift.driver_person_id is None or shift.driver_person_id not in people:
        return
    before = Driver(shift.driver_name, shift.driver_person_id)
    shift.driver_name, shift.driver_person_id = "", None
    with within(session, Scope(network=shift.network_id), principal.scope):  # a partner reads no routes
        tell_other_driver(session, shift, before, now)


def end_task(session: Session, task: Task, kind: str, now: datetime) -> None:
    """Close a task, let go whoever has a place, and tell them."""
    task.state = "cancelled"
    release(session, task, taken_of(session, [task.id]), kind, now)


def release(session: Session, task: Task, taken: Sequence[TaskSignUp], kind: str, now: datetime) -> None:
    """Let these go, and tell them."""
    for row in taken:
        row.state, row.ended_at = "released", now
    session.flush()
    tell(session, task, kind, [row.person_id for row in taken], now)


def taken_of(session: Session, task_ids: Sequence[UUID]) -> list[TaskSignUp]:
    """The places that are taken and of which nothing was recorded, locked."""
    query = select(TaskSignUp).where(TaskSignUp.task_id.in_(task_ids), TaskSignUp.state == "taken")
    return list(session.scalars(query.order_by(TaskSignUp.id).with_for_update(key_share=True)))


def tell(session: Session, task: Task, kind: str, people: Sequence[UUID], now: datetime) -> None:
    """Announce something of a task to these people; to nobody, nothing."""
    if not people:
        return
    announce(
        session,
        task.network_id,
        [task.organisation_id],
        kind,
        ("task", task.id),
        now,
        **said_of(task),
        person_ids=sorted(map(str, people)),
    )


def said_of(task: Task) -> dict[str, str]:
    """What a message says of a task."""
    return {
        "task": task.kind,
        "title": task.title,
        "place": task.place,
        "service_date": str(task.service_date),
        "starts_at": task.starts_at.isoformat(),
        "ends_at": task.ends_at.isoformat(),
    }


def of_shift(session: Session, shift_id: UUID) -> list[Task]:
    """The open tasks of a shift, locked."""
    query = select(Task).where(Task.shift_id == shift_id, Task.state == "open", Task.kind.in_(WITH_SHIFT))
    return list(session.scalars(query.order_by(Task.id).with_for_update(key_share=True)))


def follow_moved_shift(session: Session, shift: Shift) -> None:
    """A shift was given other times or to another organisation: so are its tasks."""
    for task in of_shift(session, shift.id):
        task.starts_at, task.ends_at, task.service_date = shift.starts_at, shift.ends_at, shift.service_date
        task.organisation_id = shift.organisation_id
    session.flush()


def follow_cancelled_shift(session: Session, shift: Shift, now: datetime) -> None:
    """A shift was called off: so are its tasks."""
    for task in of_shift(session, shift.id):
        end_task(session, task, "task.cancelled", now)


def follow_named_driver(session: Session, shift: Shift, now: datetime) -> None:
    """A dispatcher has named who drives, or that nobody does: whoever else had taken it hears that it is theirs no
    more. It is offered on as long as nobody is named."""
    for task in of_shift(session, shift.id):
        if task.kind != "drive":
            continue
        taken = taken_of(session, [task.id])
        if any(row.person_id == shift.driver_person_id for row in taken):
            continue
        if shift.driver_name.strip():
            end_task(session, task, "task.released", now)
        else:
            release(session, task, taken, "task.released", now)
