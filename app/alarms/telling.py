"""Who hears of an alarm: the people of a step, by mail where they have an address, and everybody who listens."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.alarms import ROLES, Audience, sentence
from app.kit.outbox import announce
from app.models.alarms import Alarm
from app.models.partners import Person
from app.people.mail import mail_alarm


def audience_of(session: Session, alarm: Alarm, audience: Audience) -> Sequence[Person]:
    """The people of a step who were not told since the alarm was raised or became an emergency."""
    roles, own = ROLES[audience]
    told = {person for each in alarm.told if each["severity"] == alarm.severity for person in each["people"]}
    query = select(Person).where(
        Person.network_id == alarm.network_id, Person.role.in_(roles), Person.state == "active"
    )
    if own:
        query = query.where(Person.organisation_id == alarm.organisation_id)
    if audience is Audience.STORE:  # not everybody of a chain
        query = query.where(Person.site_id == alarm.subject_id)
    return [person for person in session.scalars(query.order_by(Person.id)) if str(person.id) not in told]


def tell_people(session: Session, alarm: Alarm, audience: Audience, people: Sequence[Person], now: datetime) -> None:
    """Mail them, and keep who they were: by id, so that a name can be erased."""
    for person in people:
        mail_alarm(session, person, alarm, now)
    told: dict[str, Any] = {
        "at": now.isoformat(),
        "severity": alarm.severity,
        "audience": audience.value,
        "people": [str(person.id) for person in people],
    }
    alarm.told = [*alarm.told, told]


def announce_alarm(session: Session, kind: str, alarm: Alarm, now: datetime) -> None:
    """Tell the network's staff and the organisation whose shift it is."""
    announce(
        session,
        alarm.network_id,
        [alarm.organisation_id],
        kind,
        ("alarm", alarm.id),
        now,
        alarm=alarm.kind,
        severity=alarm.severity,
        state=alarm.state,
        service_date=str(alarm.service_date),
        shift_id=None if alarm.shift_id is None else str(alarm.shift_id),
        about={"kind": alarm.subject_kind, "id": str(alarm.subject_id)},
        sentence=sentence(alarm.kind, alarm.details),
        told=[each["audience"] for each in alarm.told if each["severity"] == alarm.severity],
        next_step_at=None if alarm.next_step_at is None else alarm.next_step_at.isoformat(),
    )
