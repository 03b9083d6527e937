"""Residents who help: what they offer, the tasks that they are asked to do, and who has taken which place of one."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Text

from app.kit.db import Base, Identified, UtcDateTime
from app.kit.tenancy import OWN_OR_NETWORK, by_credential

TASK_KINDS = "'drive','ride_along','sorting','distribution','collection','other'"
HOLDS_PLACE = "state IN ('taken','done','no_show')"


class Volunteer(Identified, Base):
    """What somebody offers to do: an application that waits for its answer or was refused, then the profile of a
    person. Name and address are the person's once there is one; the link of the application says where it stands."""

    __tablename__ = "volunteers"
    __tenancy__ = (*OWN_OR_NETWORK, by_credential("secret_sha256"))
    __table_args__ = (
        CheckConstraint("state IN ('waiting','accepted','refused')", name="state"),
        CheckConstraint("(state = 'accepted') = (person_id IS NOT NULL)", name="person"),
        CheckConstraint("(person_id IS NULL) = (organisation_id IS NULL)", name="organisation"),
        CheckConstraint("person_id IS NULL OR (name = '' AND email = '')", name="named_once"),
        CheckConstraint("(state = 'refused') = (refusal IS NOT NULL)", name="refusal"),
        CheckConstraint("language IN ('en','ar')", name="language"),
        CheckConstraint("vehicle IN ('none','bike','cargo_bike','car','van')", name="vehicle"),
        UniqueConstraint("person_id"),
        UniqueConstraint("secret_sha256"),
    )
    network_id: Mapped[UUID] = mapped_column(ForeignKey("networks.id"), index=True)
    organisation_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisations.id"), index=True)
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    state: Mapped[str]
    name: Mapped[str]
    email: Mapped[str]
    phone: Mapped[str]
    language: Mapped[str]
    languages: Mapped[list[str]] = mapped_column(ARRAY(Text))
    skills: Mapped[list[str]] = mapped_column(ARRAY(Text))
    vehicle: Mapped[str]
    vehicle_grams: Mapped[int]  # what it can carry; nothing: not said
    slots: Mapped[list[str]] = mapped_column(ARRAY(Text))
    note: Mapped[str]
    refusal: Mapped[str | None]
    secret_sha256: Mapped[str | None]
    agreed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # to what is kept and how long
    cleared_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # somebody has spoken with them about no-shows
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}


class Task(Identified, Base):
    """What people are asked to help with: a shift to drive, a seat on one, or something that is no transport."""

    __tablename__ = "tasks"
    __tenancy__ = OWN_OR_NETWORK
    __table_args__ = (
        CheckConstraint(f"kind IN ({TASK_KINDS})", name="kind"),
        CheckConstraint("(kind IN ('drive','ride_along')) = (shift_id IS NOT NULL)", name="shift"),
        CheckConstraint("people_wanted BETWEEN 1 AND 200 AND (kind <> 'drive' OR people_wanted = 1)", name="people"),
        CheckConstraint("starts_at < ends_at", name="window"),
        CheckConstraint("state IN ('open','cancelled')", name="state"),
        UniqueConstraint("id", "people_wanted"),  # what places are counted against
        Index("ix_tasks_network_starts", "network_id", "starts_at"),
        Index("uq_tasks_one_drive", "shift_id", unique=True, postgresql_where="kind = 'drive' AND state = 'open'"),
    )
    network_id: Mapped[UUID] = mapped_column(ForeignKey("networks.id"))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"), index=True)
    kind: Mapped[str]
    shift_id: Mapped[UUID | None] = mapped_column(ForeignKey("shifts.id"), index=True)
    title: Mapped[str]
    place: Mapped[str]
    service_date: Mapped[date]
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    people_wanted: Mapped[int]
    skills: Mapped[list[str]] = mapped_column(ARRAY(Text))
    languages: Mapped[list[str]] = mapped_column(ARRAY(Text))
    own_vehicle: Mapped[bool]
    bring: Mapped[str]
    note: Mapped[str]
    state: Mapped[str] = mapped_column(default="open", server_default="open")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}


class TaskSignUp(Identified, Base):
    """Somebody's place of a task. Places are numbered up to as many as are wanted, and each is somebody's once: so the
    database has it that no two people have the last one. Done is only what somebody recorded."""

    __tablename__ = "task_sign_ups"
    __tenancy__ = OWN_OR_NETWORK
    __table_args__ = (
        CheckConstraint("state IN ('taken','given_back','released','done','no_show')", name="state"),
        CheckConstraint(f"NOT ({HOLDS_PLACE}) OR place_number BETWEEN 1 AND people_wanted", name="place"),
        CheckConstraint("(state = 'done') = (minutes IS NOT NULL)", name="minutes"),
        ForeignKeyConstraint(["task_id", "people_wanted"], ["tasks.id", "tasks.people_wanted"], onupdate="CASCADE"),
        Index("uq_task_sign_ups_place", "task_id", "place_number", unique=True, postgresql_where=HOLDS_PLACE),
        Index("uq_task_sign_ups_person", "task_id", "person_id", unique=True, postgresql_where=HOLDS_PLACE),
    )
    network_id: Mapped[UUID] = mapped_column(ForeignKey("networks.id"), index=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"), index=True)
    task_id: Mapped[UUID]
    people_wanted: Mapped[int]
    place_number: Mapped[int]
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    state: Mapped[str] = mapped_column(default="taken")
    late: Mapped[bool] = mapped_column(default=False)  # given back when little time was left
    minutes: Mapped[int | None]
    taken_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    told_day_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    told_hours_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
