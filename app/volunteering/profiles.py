"""What somebody who helps offers, how much they have given, and whether somebody speaks with them first."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain.volunteering import Profile, speaks_first
from app.kit import audit
from app.kit.auth import Principal
from app.kit.db import ROW_LOCK
from app.kit.errors import forbidden
from app.kit.tenancy import Scope, within
from app.models.partners import Person
from app.models.volunteers import TaskSignUp, Volunteer
from app.volunteering.schemas import ProfileIn

# Whoever drives for a partner and has entered nothing has the licence that vans are driven with.
OF_A_DRIVER = frozenset({"licence_b"})


@dataclass(frozen=True)
class Given:
    """What somebody has done, as it was recorded, and what they did not come to."""

    minutes: int = 0
    tasks: int = 0
    no_shows: tuple[datetime, ...] = ()


@dataclass(frozen=True)
class Seen:
    """A volunteer with their person's name and what they gave, as it is shown."""

    id: UUID
    organisation_id: UUID | None
    person_id: UUID | None
    state: str
    name: str
    email: str
    phone: str
    language: str
    languages: list[str]
    skills: list[str]
    vehicle: str
    vehicle_grams: int
    slots: list[str]
    note: str
    refusal: str | None
    created_at: datetime
    decided_at: datetime | None
    minutes_given: int
    tasks_done: int
    no_shows: int
    speaks_first: bool
    version: int


def person_of(principal: Principal) -> UUID:
    """The person who asks; raises `forbidden` for a key or a link, which is nobody who could come."""
    principal.require("tasks.take")
    if principal.person_id is None:
        raise forbidden()
    return principal.person_id


def given_by(session: Session, people: Iterable[UUID]) -> dict[UUID, Given]:
    """By person, what was recorded of them; read within their network."""
    found: dict[UUID, list[TaskSignUp]] = {}
    query = select(TaskSignUp).where(TaskSignUp.person_id.in_(set(people)), TaskSignUp.state.in_(("done", "no_show")))
    for row in session.scalars(query):
        found.setdefault(row.person_id, []).append(row)
    return {
        person: Given(
            sum(row.minutes or 0 for row in rows),
            sum(1 for row in rows if row.state == "done"),
            tuple(row.ended_at for row in rows if row.state == "no_show" and row.ended_at is not None),
        )
        for person, rows in found.items()
    }


def of_person(session: Session, person_id: UUID) -> Volunteer | None:
    """The profile of a person; None where they have entered none."""
    return session.scalars(select(Volunteer).where(Volunteer.person_id == person_id)).one_or_none()


def profile_of(row: Volunteer | None, role: str | None) -> Profile:
    """As the rules see it."""
    if row is None:
        return Profile(skills=OF_A_DRIVER if role == "driver" else frozenset())
    return Profile(frozenset(row.skills), frozenset(row.languages), row.vehicle, frozenset(row.slots))


def seen(session: Session, rows: Iterable[Volunteer], now: datetime) -> list[Seen]:
    """Volunteers as they are shown, in this order; read within their network."""
    rows = list(rows)
    ids = {row.person_id for row in rows if row.person_id is not None}
    people = {person.id: person for person in session.scalars(select(Person).where(Person.id.in_(ids)))}
    given = given_by(session, ids)
    return [_seen(row, people.get(row.person_id), given.get(row.person_id, Given()), now) for row in rows]  # type: ignore[arg-type]


def _seen(row: Volunteer, person: Person | None, given: Given, now: datetime) -> Seen:
    uncleared = [each for each in given.no_shows if row.cleared_at is None or each > row.cleared_at]
    return Seen(
        id=row.id,
        organisation_id=row.organisation_id,
        person_id=row.person_id,
        state=row.state,
        name=row.name if person is None else person.name,
        email=row.email if person is None else person.email,
        phone=row.phone,
        language=row.language if person is None else person.language,
        languages=row.languages,
        skills=row.skills,
        vehicle=row.vehicle,
        vehicle_grams=row.vehicle_grams,
        slots=row.slots,
        note=row.note,
        refusal=row.refusal,
        created_at=row.created_at,
        decided_at=row.decided_at,
        minutes_given=given.minutes,
        tasks_done=given.tasks,
        no_shows=len(uncleared),
        speaks_first=speaks_first(given.no_shows, row.cleared_at, now),
        version=row.version,
    )


def my_profile(session: Session, principal: Principal, now: datetime) -> Seen:
    """One's own; an empty one in version 0 where nothing was entered."""
    person_id = person_of(principal)
    with within(session, Scope(network=principal.network_id), principal.scope):
        person = session.get_one(Person, person_id)
        row = of_person(session, person_id) or _empty(person, now, version=0)
        return _seen(row, person, given_by(session, [person_id]).get(person_id, Given()), now)


def _empty(person: Person, now: datetime, version: int | None = None) -> Volunteer:
    row = Volunteer(
        id=person.id,
        network_id=person.network_id,
        organisation_id=person.organisation_id,
        person_id=person.id,
        state="accepted",
        name="",
        email="",
        phone="",
        language=person.language,
        languages=[],
        skills=sorted(OF_A_DRIVER) if person.role == "driver" else [],
        vehicle="none",
        vehicle_grams=0,
        slots=[],
        note="",
        created_at=now,
        decided_at=now,
    )
    if version is not None:
        row.version = version
    return row


def set_my_profile(session: Session, principal: Principal, wish: ProfileIn, now: datetime) -> Seen:
    """Enter or change what one offers; the last word counts."""
    person_id = person_of(principal)
    with within(session, Scope(network=principal.network_id), principal.scope):
        person = session.get_one(Person, person_id, with_for_update=ROW_LOCK)
        row = of_person(session, person_id)
        if row is None:
            row = _empty(person, now)
            session.add(row)
        for name, value in wish.model_dump().items():
            setattr(row, "vehicle_grams" if name == "vehicle_kg" else name, value)
        session.flush()
        audit.record(session, principal, "volunteers.set_profile", ("volunteer", row.id), now)
        return _seen(row, person, given_by(session, [person_id]).get(person_id, Given()), now)


def hours_of_network(session: Session, since: datetime) -> int:
    """Minutes that were recorded as done since then, of what the reader sees."""
    query = select(func.coalesce(func.sum(TaskSignUp.minutes), 0)).where(
        TaskSignUp.state == "done", TaskSignUp.ended_at >= since
    )
    return int(session.scalar(query) or 0)
