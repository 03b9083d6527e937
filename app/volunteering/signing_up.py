"""Verbs of those who help: what they may take, take it, give it back, what they have taken."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.domain.volunteering import GIVE_BACK_FREELY, HARD, Obstacle, Wanted, is_late, obstacles, speaks_first
from app.fleet.service import new_link
from app.kit import audit
from app.kit.auth import Principal
from app.kit.db import ROW_LOCK
from app.kit.errors import WaslError, conflict, not_found, refused
from app.kit.outbox import announce
from app.kit.paging import Order, Page, page
from app.kit.tenancy import Scope, within
from app.models.fleet import Shift
from app.models.partners import Organisation, Person
from app.models.volunteers import Task, TaskSignUp, Volunteer
from app.partners.service import network_of, zone_of
from app.planning.telling_drivers import Driver, tell_other_driver
from app.volunteering.profiles import Given, given_by, of_person, person_of, profile_of
from app.volunteering.tasks import HOLDING, TaskSeen, said_of, seen, task_row

ROUTE_OPENS = timedelta(hours=12)  # before the shift
SPEAKS_FIRST = (
    "Twice lately you could not come, and that can happen to anybody. Your coordinator would like to hear how you are "
    "before you take something new: please call."
)


@dataclass(frozen=True)
class OpenTask:
    """A task to come as one person sees it."""

    task: TaskSeen
    organisation_name: str
    obstacles: tuple[Obstacle, ...]
    sign_up_id: UUID | None

    @property
    def fits(self) -> bool:
        """Whether they can take it."""
        return not HARD.intersection(self.obstacles)


@dataclass(frozen=True)
class MySignUp:
    """One's own place, with its task."""

    id: UUID
    state: str
    late: bool
    minutes: int | None
    taken_at: datetime
    give_back_freely_until: datetime
    task: TaskSeen


def open_tasks(session: Session, principal: Principal, cursor: str | None, limit: int, now: datetime) -> Page[OpenTask]:
    """The tasks of the network that have not begun, with whether they fit the one who asks, the next one first."""
    person_id = person_of(principal)
    with within(session, Scope(network=principal.network_id), principal.scope):
        profile = profile_of(of_person(session, person_id), principal.role)
        zone = zone_of(network_of(session, principal))
        query = select(Task).where(Task.network_id == principal.network_id, Task.state == "open", Task.starts_at > now)
        found = page(session, query, Order(Task.starts_at, Task.id), cursor, limit)
        names = _names(session, [task.organisation_id for task in found.items])
        mine = _mine(session, person_id, [task.id for task in found.items])
        shown = [
            OpenTask(
                each,
                names.get(each.organisation_id, ""),
                obstacles(_wanted(each), profile, zone),
                mine.get(each.id),
            )
            for each in seen(session, found.items)
        ]
    return Page(shown, found.next_cursor)


def _names(session: Session, ids: Sequence[UUID]) -> dict[UUID, str]:
    rows = session.execute(select(Organisation.id, Organisation.name).where(Organisation.id.in_(set(ids))))
    return {row.id: row.name for row in rows}


def _mine(session: Session, person_id: UUID, tasks: Sequence[UUID]) -> dict[UUID, UUID]:
    rows = session.execute(
        select(TaskSignUp.task_id, TaskSignUp.id).where(
            TaskSignUp.person_id == person_id, TaskSignUp.task_id.in_(tasks), TaskSignUp.state.in_(HOLDING)
        )
    )
    return {row.task_id: row.id for row in rows}


def _wanted(task: TaskSeen | Task) -> Wanted:
    return Wanted(
        task.starts_at, task.ends_at, frozenset(task.skills), frozenset(task.languages), own_vehicle=task.own_vehicle
    )


def take(session: Session, principal: Principal, task_id: UUID, now: datetime) -> MySignUp:
    """Take a place of a task; who has one already keeps it.

    Raises `not_found`, `task_cancelled`, `task_begun`, `task_full`, `task_overlaps`, `taking_paused` (409) and
    `does_not_fit` (422).
    """
    person_id = person_of(principal)
    with within(session, Scope(network=principal.network_id), principal.scope):
        task = task_row(session, task_id, lock=True)
        # One thing at a time for each person: two taps do not take two tasks of one hour.
        session.get_one(Person, person_id, with_for_update=ROW_LOCK)
        held = _held(session, person_id, task)
        if held is not None:
            return _shown(session, held, task)
        _require_open(task, now)
        _require_fitting(session, principal, person_id, task, now)
        row = _placed(session, task, person_id, now)
        if task.kind == "drive":
            _drives(session, task, Driver(principal.name, person_id), now)
        audit.record(session, principal, "tasks.take", ("task", task.id), now, owner=task.organisation_id)
        return _shown(session, row, task)


def _held(session: Session, person_id: UUID, task: Task) -> TaskSignUp | None:
    query = select(TaskSignUp).where(
        TaskSignUp.task_id == task.id, TaskSignUp.person_id == person_id, TaskSignUp.state.in_(HOLDING)
    )
    return session.scalars(query).one_or_none()


def _require_open(task: Task, now: datetime) -> None:
    if task.state == "cancelled":
        raise conflict("task_cancelled", "This was called off.")
    if task.starts_at <= now:
        raise conflict("task_begun", "It has begun already. Choose a time that is to come.")


def _require_fitting(session: Session, principal: Principal, person_id: UUID, task: Task, now: datetime) -> None:
    row = of_person(session, person_id)
    zone = zone_of(network_of(session, principal))
    if HARD.intersection(obstacles(_wanted(task), profile_of(row, principal.role), zone)):
        raise refused(
            "does_not_fit",
            "This needs a skill, a language or a vehicle that you have not entered. If you have it, enter it first.",
        )
    if is_paused(session, person_id, row, now):
        raise conflict("taking_paused", SPEAKS_FIRST)
    other = (
        select(TaskSignUp.id)
        .join(Task, Task.id == TaskSignUp.task_id)
        .where(
            TaskSignUp.person_id == person_id,
            TaskSignUp.state == "taken",
            Task.starts_at < task.ends_at,
            Task.ends_at > task.starts_at,
        )
    )
    if session.scalars(other).first() is not None:
        raise conflict("task_overlaps", "You have taken something else at that time. Give that back first.")


def is_paused(session: Session, person_id: UUID, row: Volunteer | None, now: datetime) -> bool:
    """Whether somebody speaks with them first."""
    given = given_by(session, [person_id]).get(person_id, Given())
    return speaks_first(given.no_shows, None if row is None else row.cleared_at, now)


def _placed(session: Session, task: Task, person_id: UUID, now: datetime) -> TaskSignUp:
    """The lowest place that is free. The task's row is locked; were it not, the database lets one alone have it."""
    query = select(TaskSignUp.place_number).where(TaskSignUp.task_id == task.id, TaskSignUp.state.in_(HOLDING))
    taken = frozenset(session.scalars(query))
    free = next((number for number in range(1, task.people_wanted + 1) if number not in taken), None)
    if free is None:
        raise _full()
    row = TaskSignUp(
        id=uuid4(),
        network_id=task.network_id,
        organisation_id=task.organisation_id,
        task_id=task.id,
        people_wanted=task.people_wanted,
        place_number=free,
        person_id=person_id,
        state="taken",
        late=False,
        taken_at=now,
    )
    try:
        with session.begin_nested():
            session.add(row)
            session.flush()
    except IntegrityError as error:
        raise _full() from error
    return row


def _full() -> WaslError:
    return conflict("task_full", "Somebody else has just taken the last place. Look at what else is open.")


def _drives(session: Session, task: Task, driver: Driver | None, now: datetime) -> None:
    """The shift's driver from now on, or nobody; with a route that is published already, both are told."""
    shift = session.get_one(Shift, task.shift_id, with_for_update=ROW_LOCK)
    if driver is not None and shift.driver_name.strip():
        raise _full()
    before = Driver(shift.driver_name, shift.driver_person_id)
    shift.driver_name = "" if driver is None else driver.name
    shift.driver_person_id = None if driver is None else driver.person_id
    session.flush()
    tell_other_driver(session, shift, before, now)


def give_back(session: Session, principal: Principal, sign_up_id: UUID, now: datetime) -> MySignUp:
    """Give one's place back; done again, it stays given back. Late it can be given back too, and is told as such: a
    shift without a driver raises its alarm. Raises `not_found`, and `task_begun` (409)."""
    person_id = person_of(principal)
    with within(session, Scope(network=principal.network_id), principal.scope):
        row = session.get(TaskSignUp, sign_up_id)
        if row is None or row.person_id != person_id:
            raise not_found("sign-up")
        task = task_row(session, row.task_id, lock=True)
        session.refresh(row, with_for_update=ROW_LOCK)
        if row.state in ("given_back", "released"):
            return _shown(session, row, task)
        if row.state != "taken" or task.starts_at <= now:
            raise conflict("task_has_begun", "It has begun already. Call your coordinator.")
        row.state, row.late, row.ended_at = "given_back", is_late(task.starts_at, now), now
        session.flush()
        if task.kind == "drive":
            _drives(session, task, None, now)
        announce(
            session, task.network_id, [task.organisation_id], "task.given_back", ("task", task.id), now,
            **said_of(task), late=row.late,
        )  # fmt: skip
        audit.record(
            session, principal, "tasks.give_back", ("task", task.id), now, owner=task.organisation_id, late=row.late
        )
        return _shown(session, row, task)


def open_own_route(session: Session, principal: Principal, sign_up_id: UUID, now: datetime) -> str:
    """The secret of a link to the route of a shift that one has taken and drives; one that was given before is dead.

    Raises `not_found`, and `route_opens_later` (409) more than twelve hours before the shift.
    """
    person_id = person_of(principal)
    back = Scope(network=principal.network_id)
    with within(session, back, principal.scope):
        row = session.get(TaskSignUp, sign_up_id)
        task = None if row is None or row.person_id != person_id else session.get_one(Task, row.task_id)
        shift = None if task is None or task.shift_id is None else session.get_one(Shift, task.shift_id)
        if shift is None or shift.driver_person_id != person_id:
            raise not_found("sign-up")
        if now < shift.starts_at - ROUTE_OPENS:
            raise conflict("route_opens_later", "Your route can be opened twelve hours before you drive.")
        _, secret = new_link(session, back, shift, now)
        audit.record(session, principal, "tasks.open_route", ("shift", shift.id), now, owner=shift.organisation_id)
    return secret


def my_sign_ups(session: Session, principal: Principal, cursor: str | None, limit: int) -> Page[MySignUp]:
    """What one has taken, newest first."""
    person_id = person_of(principal)
    with within(session, Scope(network=principal.network_id), principal.scope):
        query = select(TaskSignUp).where(TaskSignUp.person_id == person_id)
        found = page(session, query, Order(TaskSignUp.taken_at, TaskSignUp.id, newest_first=True), cursor, limit)
        tasks = session.scalars(select(Task).where(Task.id.in_([row.task_id for row in found.items])))
        by_id = {each.id: each for each in seen(session, tasks)}
        return Page([_mine_shown(row, by_id[row.task_id]) for row in found.items], found.next_cursor)


def _shown(session: Session, row: TaskSignUp, task: Task) -> MySignUp:
    session.flush()
    return _mine_shown(row, seen(session, [task])[0])


def _mine_shown(row: TaskSignUp, task: TaskSeen) -> MySignUp:
    until = task.starts_at - GIVE_BACK_FREELY
    return MySignUp(row.id, row.state, row.late, row.minutes, row.taken_at, until, task)
