"""Brings the alarms of a shift or a store in line with what was found: raised once, told step by step, cleared."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Self
from uuid import UUID, uuid4

from sqlalchemy import and_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.alarms.telling import announce_alarm, audience_of, tell_people
from app.domain.alarms import Finding, Kind, rises, step_after
from app.models.alarms import Alarm
from app.models.fleet import Shift

STANDING = ("open", "acknowledged")


@dataclass(frozen=True)
class Subject:
    """What is looked at, and whose it is: a shift, or a store on a service date."""

    network_id: UUID
    organisation_id: UUID
    service_date: date
    shift_id: UUID | None = None
    site_id: UUID | None = None

    @classmethod
    def of_shift(cls, shift: Shift) -> Self:
        """A shift, with its stops."""
        return cls(shift.network_id, shift.organisation_id, shift.service_date, shift_id=shift.id)


def keep_alarms(session: Session, subject: Subject, findings: Sequence[Finding], now: datetime) -> int:
    """Raise what is new, go on with what stands, clear what was found no more; how many alarms that changed.

    Whoever calls holds the lock of the shift, or of what is learnt of the stores. Were two to look at once all the
    same, the database has one alarm of a kind and subject standing at a time.
    """
    standing = {(row.kind, str(row.subject_id)): row for row in _standing(session, subject)}
    changed = 0
    over = [key for key, row in standing.items() if subject.site_id and row.service_date != subject.service_date]
    for key in over:  # a question about a day that is past
        _clear(session, standing.pop(key), now)
        changed += 1
    for finding in findings:
        alarm = standing.pop(finding.key, None)
        if alarm is None:
            changed += _raise(session, subject, finding, now)
        else:
            changed += _go_on(session, alarm, finding, now)
    for alarm in standing.values():
        _clear(session, alarm, now)
    session.flush()
    return changed + len(standing)


def _standing(session: Session, subject: Subject) -> Sequence[Alarm]:
    if subject.shift_id is not None:
        about = Alarm.shift_id == subject.shift_id
    else:
        about = and_(Alarm.kind == Kind.STORE_SILENT, Alarm.subject_id == subject.site_id)
    query = select(Alarm).where(about, Alarm.state.in_(STANDING)).order_by(Alarm.id)
    return session.scalars(query.with_for_update(key_share=True)).all()


def _raise(session: Session, subject: Subject, finding: Finding, now: datetime) -> int:
    """One, unless somebody else has raised it meanwhile."""
    noun, identity = finding.subject
    new = session.scalar(
        insert(Alarm)
        .values(
            id=uuid4(),
            network_id=subject.network_id,
            organisation_id=subject.organisation_id,
            shift_id=subject.shift_id,
            service_date=subject.service_date,
            kind=finding.kind,
            severity=finding.severity,
            subject_kind=noun,
            subject_id=UUID(identity),
            details=dict(finding.words),
            state="open",
            raised_at=now,
            begun_at=now,
            step=0,
            told=[],
            version=1,
        )
        .on_conflict_do_nothing()
        .returning(Alarm.id)
    )
    if new is None:
        return 0
    alarm = session.get_one(Alarm, new)
    _take_steps(session, alarm, now)
    announce_alarm(session, "alarm.raised", alarm, now)
    return 1


def _go_on(session: Session, alarm: Alarm, finding: Finding, now: datetime) -> int:
    """The next step where it is due; from the first one again where it has become an emergency."""
    if rises(alarm.severity, finding.severity):
        alarm.state, alarm.severity, alarm.begun_at, alarm.step = "open", finding.severity, now, 0
        alarm.acknowledged_by, alarm.acknowledged_at, alarm.next_step_at = None, None, now
    if alarm.state != "open" or alarm.next_step_at is None or now < alarm.next_step_at:
        return 0
    alarm.details = dict(finding.words)
    _take_steps(session, alarm, now)
    announce_alarm(session, "alarm.escalated", alarm, now)
    return 1


def _take_steps(session: Session, alarm: Alarm, now: datetime) -> None:
    """The steps that are due; one that reaches nobody new is no reason to wait for the one behind it."""
    reached = True
    while (following := step_after(alarm.kind, alarm.severity, alarm.begun_at, alarm.step)) is not None:
        step, due_at = following
        if reached and now < due_at:
            break
        people = audience_of(session, alarm, step.audience)
        reached = bool(people)
        tell_people(session, alarm, step.audience, people, now)
        alarm.step += 1
    alarm.next_step_at = None if following is None else following[1]
    session.flush()


def _clear(session: Session, alarm: Alarm, now: datetime) -> None:
    alarm.state, alarm.cleared_at, alarm.next_step_at = "cleared", now, None
    session.flush()
    announce_alarm(session, "alarm.cleared", alarm, now)
