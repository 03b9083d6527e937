"""The calendar of one's own tasks and shifts: its private address, derived and so shown whenever its owner asks, and
what stands in it. Nobody else is named in it: a calendar lies with whoever keeps calendars for its owner."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import Select, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.arrivals.links import derived, key_of_network
from app.feeds.happening import DAYS_AHEAD, DAYS_BACK, MOST_SHIFTS, Happening
from app.kit import audit
from app.kit.auth import Principal, digest_of
from app.kit.db import Database
from app.kit.tenancy import Scope, within
from app.models.feeds import CalendarFeed
from app.models.fleet import Shift, Vehicle
from app.models.partners import Person, Site
from app.models.volunteers import Task, TaskSignUp
from app.volunteering.profiles import person_of

PREFIX = "wasl_calendar_"
GIVEN_UP = frozenset({"given_back", "released"})


def token_of_mine(session: Session, principal: Principal) -> str | None:
    """The token of one's own calendar; None where there is none. Raises `forbidden` for who takes no tasks."""
    person_id = person_of(principal)
    with within(session, Scope(network=principal.network_id), principal.scope):
        found = session.scalar(_standing(person_id))
        return None if found is None else _token(session, principal.network_id, found.id)


def give_mine(session: Session, principal: Principal, title: str, now: datetime) -> tuple[CalendarFeed, str]:
    """One's own calendar and its token, made where there is none: the same however often one asks.

    title: what the calendar is called. Raises `forbidden` for who takes no tasks.
    """
    person_id = person_of(principal)
    with within(session, Scope(network=principal.network_id), principal.scope):
        found = session.scalar(_standing(person_id))
        if found is None:
            _make(session, principal, person_id, title, now)
            found = session.scalars(_standing(person_id)).one()  # another tap's, where two came at once
            audit.record(session, principal, "feeds.add", ("calendar feed", found.id), now, kind="person")
        return found, _token(session, principal.network_id, found.id)


def _make(session: Session, principal: Principal, person_id: UUID, title: str, now: datetime) -> None:
    wish, person = uuid4(), session.get_one(Person, person_id)
    session.execute(
        insert(CalendarFeed)
        .values(
            id=wish,
            network_id=principal.network_id,
            organisation_id=principal.organisation_id,
            kind="person",
            person_id=person_id,
            name=title,
            language=person.language,
            whole_network=False,
            secret_sha256=digest_of(_token(session, principal.network_id, wish)),
            created_by=principal.name,
            created_at=now,
        )
        .on_conflict_do_nothing()
    )


def end_mine(session: Session, principal: Principal, now: datetime) -> None:
    """Close the address of one's own calendar, if there is one: it is dead on the next request, and who asks then gets
    another one."""
    person_id = person_of(principal)
    with within(session, Scope(network=principal.network_id), principal.scope):
        found = session.scalar(_standing(person_id).with_for_update(key_share=True))
        if found is not None:
            found.revoked_at = now
            session.flush()
            audit.record(session, principal, "feeds.revoke", ("calendar feed", found.id), now)


def is_open(database: Database, feed: CalendarFeed) -> bool:
    """Whether somebody's calendar is still theirs to read: not once they are let in no longer."""
    with database.transaction(Scope(network=feed.network_id)) as session:
        return session.scalar(select(Person.state).where(Person.id == feed.person_id)) == "active"


def happenings_of_mine(database: Database, feed: CalendarFeed, today: date) -> list[Happening]:
    """What they have taken on around today, and the shifts that are theirs to drive, in the network's scope and of that
    person alone."""
    first, last = today - timedelta(days=DAYS_BACK), today + timedelta(days=DAYS_AHEAD)
    with database.transaction(Scope(network=feed.network_id)) as session:
        query = (
            select(TaskSignUp, Task)
            .join(Task, Task.id == TaskSignUp.task_id)
            .where(TaskSignUp.person_id == feed.person_id, Task.service_date.between(first, last))
            .order_by(TaskSignUp.taken_at, TaskSignUp.id)
        )
        rows = [(sign_up, task) for sign_up, task in session.execute(query)]
        driven = {task.shift_id for _, task in rows if task.kind == "drive"}
        shifts = (
            select(Shift, Vehicle.name, Site.name)
            .join(Vehicle, Vehicle.id == Shift.vehicle_id)
            .join(Site, Site.id == Shift.start_site_id)
            .where(Shift.driver_person_id == feed.person_id, Shift.service_date.between(first, last))
            .order_by(Shift.starts_at, Shift.id)
            .limit(MOST_SHIFTS)
        )
        own = [_shift(*row) for row in session.execute(shifts) if row[0].id not in driven]
    return [*_tasks(rows), *own]


def _tasks(rows: Iterable[tuple[TaskSignUp, Task]]) -> list[Happening]:
    """One entry for each task, as its newest place stands: whoever gave it back and took it again comes again."""
    places: dict[UUID, list[TaskSignUp]] = {}
    tasks: dict[UUID, Task] = {}
    for sign_up, task in rows:
        places.setdefault(task.id, []).append(sign_up)
        tasks[task.id] = task
    return [_task(tasks[task_id], found) for task_id, found in places.items()]


def _task(task: Task, places: Sequence[TaskSignUp]) -> Happening:
    newest = places[-1]
    ended = sum(each.state in GIVEN_UP for each in places)
    return Happening(
        f"task-{task.id}@wasl",
        f"task {task.kind}",
        task.starts_at,
        task.ends_at,
        task.place,
        task.version + len(places) + ended,  # grows with every change, as a calendar counts
        max(newest.taken_at, newest.ended_at or newest.taken_at),
        cancelled=newest.state in GIVEN_UP or task.state == "cancelled",
        who=task.title,
        notes=task.bring,
    )


def _shift(shift: Shift, vehicle: str, starts: str) -> Happening:
    return Happening(
        f"shift-{shift.id}@wasl",
        "own shift",
        shift.starts_at,
        shift.ends_at,
        starts,
        shift.version,
        shift.created_at,
        cancelled=shift.state == "cancelled",
        who=vehicle,
    )


def _standing(person_id: UUID) -> Select[CalendarFeed]:
    return select(CalendarFeed).where(CalendarFeed.person_id == person_id, CalendarFeed.revoked_at.is_(None))


def _token(session: Session, network_id: UUID, feed: UUID) -> str:
    return PREFIX + derived(key_of_network(session, network_id), b"calendar ", feed)
