"""Who drives a shift: the person that it names, where it names one, else whoever alone is called as it says."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain.permissions import DRIVES
from app.kit.errors import FieldError, refused
from app.models.fleet import Shift
from app.models.partners import Person

NOT_A_DRIVER = "Choose somebody who signs in as a driver here, or leave it empty and write a name."


def drivers_to_name(session: Session, organisation_ids: Iterable[UUID]) -> list[Person]:
    """Those who sign in to drive for these organisations, by name."""
    query = select(Person).where(
        Person.organisation_id.in_(set(organisation_ids)), Person.role.in_(DRIVES), Person.state != "disabled"
    )
    return list(session.scalars(query.order_by(Person.name, Person.id)))


def driver_to_name(session: Session, organisation_id: UUID, person_id: UUID) -> Person:
    """The driver whom a shift of this organisation is to name; raises `driver_unknown` (422) for anybody else."""
    person = session.get(Person, person_id)
    if (
        person is None
        or person.organisation_id != organisation_id
        or person.role not in DRIVES
        or person.state == "disabled"
    ):
        raise refused("driver_unknown", NOT_A_DRIVER, [FieldError("/driver_person_id", NOT_A_DRIVER, "driver_unknown")])
    return person


def who_drives(session: Session, shift: Shift, name: str, person_id: UUID | None) -> list[str]:
    """The ids of whoever drives the shift, were it theirs who are named so: the person, else the one driver of its
    organisation with that name. Of namesakes nobody: a route is told to whom it is of, and to nobody else."""
    if person_id is not None:
        return [str(person_id)]
    if not same_name(name):
        return []
    called = func.lower(func.btrim(Person.name)) == same_name(name)
    found = select(Person.id).where(
        Person.organisation_id == shift.organisation_id, Person.role.in_(DRIVES), called, Person.state != "disabled"
    )
    ids = session.scalars(found).all()
    return [str(ids[0])] if len(ids) == 1 else []


def same_name(name: str) -> str:
    """A name as it is compared."""
    return name.strip().lower()
