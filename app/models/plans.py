"""Planning runs and the plans they end in: routes, stops, allocations, unserved offers, and what was edited by hand.

Routes, stops and allocations carry the facts that people read (names, places, access notes) as they were when the
plan was made: a published route never changes under the driver, and a driver's link opens these rows alone.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    FetchedValue,
    ForeignKey,
    Index,
    UniqueConstraint,
    Uuid,
    and_,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.kit.db import Base, CompressedJson, Identified, UtcDateTime
from app.kit.tenancy import OF_NETWORK, Scope, by_shift


def _published_to_driver(model: Any, scope: Scope) -> ColumnElement[bool] | None:
    return None if scope.shift is None else _published(model, scope.shift)


def _driven_route(model: Any, scope: Scope) -> ColumnElement[bool] | None:
    return None if scope.shift is None else _of_published_plan(model, scope.shift)


def _driven_stop(model: Any, scope: Scope) -> ColumnElement[bool] | None:
    if scope.shift is None:
        return None
    routes = Base.metadata.tables["routes"].c
    driven = select(routes.id).where(_of_published_plan(routes, scope.shift))
    return and_(model.shift_id == scope.shift, model.route_id.in_(driven))


def _published(plans: Any, shift: UUID) -> ColumnElement[bool]:
    shifts = Base.metadata.tables["shifts"].c
    return and_(
        plans.published_at.is_not(None), plans.network_id.in_(select(shifts.network_id).where(shifts.id == shift))
    )


def _of_published_plan(routes: Any, shift: UUID) -> ColumnElement[bool]:
    plans = Base.metadata.tables["plans"].c
    return and_(routes.shift_id == shift, routes.plan_id.in_(select(plans.id).where(_published(plans, shift))))


def _published_to_partner(model: Any, scope: Scope) -> ColumnElement[bool] | None:
    sides = [model.shift_id == scope.shift] if scope.shift is not None else []
    if scope.organisation is not None:
        sides += [model.donor_organisation_id == scope.organisation]
        sides += [model.receiver_organisation_id == scope.organisation]
    return and_(model.published_at.is_not(None), or_(*sides)) if sides else None


class PlanRun(Identified, Base):
    """One request to plan a day. `attempt` fences: only the newest attempt may write."""

    __tablename__ = "plan_runs"
    __tenancy__ = OF_NETWORK
    __table_args__ = (
        CheckConstraint("state IN ('queued','running','done','failed')", name="state"),
        Index(
            "uq_plan_runs_one_alive",
            "network_id",
            "service_date",
            unique=True,
            postgresql_where="state IN ('queued','running')",
        ),
    )
    network_id: Mapped[UUID] = mapped_column(ForeignKey("networks.id"))
    service_date: Mapped[date]
    state: Mapped[str] = mapped_column(default="queued")
    attempt: Mapped[int] = mapped_column(default=0)
    progress: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    plan_id: Mapped[UUID | None] = mapped_column(ForeignKey("plans.id"))
    # The published plan that is to be changed as little as possible; none: the day is planned from the beginning.
    changes_plan_id: Mapped[UUID | None] = mapped_column(ForeignKey("plans.id"))
    wish: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict, server_default="{}")
    again: Mapped[bool] = mapped_column(default=False, server_default="false")  # something came while it ran
    # It makes an outlook, of the id of this run, and no plan.
    outlook: Mapped[bool] = mapped_column(default=False, server_default="false")
    search_ended_by: Mapped[str | None]  # who found the best plan so far good enough
    failure: Mapped[str | None]
    requested_by: Mapped[str]
    requested_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Plan(Identified, Base):
    """The answer for one network and service date, in numbered versions."""

    __tablename__ = "plans"
    __tenancy__ = (*OF_NETWORK, _published_to_driver)
    __table_args__ = (
        CheckConstraint("state IN ('draft','ready','published','superseded')", name="state"),
        UniqueConstraint("network_id", "service_date", "number"),
        Index(
            "uq_plans_one_published",
            "network_id",
            "service_date",
            unique=True,
            postgresql_where="state = 'published'",
        ),
    )
    network_id: Mapped[UUID] = mapped_column(ForeignKey("networks.id"))
    service_date: Mapped[date]
    number: Mapped[int]
    state: Mapped[str] = mapped_column(default="draft")
    problem_digest: Mapped[str]
    problem: Mapped[dict[str, Any]] = mapped_column(CompressedJson, deferred=True)
    document: Mapped[dict[str, Any]] = mapped_column(CompressedJson, deferred=True)
    # Of that the database is asked: the lines with something to collect.
    line_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid), deferred=True, default=list)
    engine: Mapped[str]
    seed: Mapped[int]
    estimated_travel: Mapped[bool] = mapped_column(default=False)
    # What the travel times were: provider, fingerprint, why an estimate if it is one, the learnt pace.
    travel: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict, server_default="{}")
    grams_allocated: Mapped[int]
    metres: Mapped[int]
    seconds: Mapped[int]
    figures: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    # Of a plan that changes a published one as little as possible: which one, how many of its stops move, and how many
    # of those have to.
    changes_plan_id: Mapped[UUID | None] = mapped_column(ForeignKey("plans.id"))
    stops_moved: Mapped[int | None]
    stops_forced: Mapped[int | None]
    # As they were read: in the problem they stand where a day under way has them, and have skills for its agreements.
    shifts_read: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, deferred=True, default=list)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    edits: Mapped[int] = mapped_column(default=0, server_default="0")  # by hand, and not taken back
    # Rules that the edits break: code, details as people say them, shift and number of the stop where there is one.
    violations: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list, server_default="[]")
    # What it was made to obey (app.planning.agreed) and what each of that costs (app.planning.prices); none: nothing.
    obeyed: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True), deferred=True)
    prices: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True), deferred=True)
    version: Mapped[int] = mapped_column()
    __mapper_args__ = {"version_id_col": version}
    # Read where they are asked for: a large plan has a thousand of both, and most who read a plan want its head.
    routes: Mapped[list["Route"]] = relationship(order_by="Route.number")
    unserved: Mapped[list["UnservedOffer"]] = relationship(order_by="UnservedOffer.position")


class Route(Identified, Base):
    """One shift's ordered stops."""

    __tablename__ = "routes"
    __tenancy__ = (*OF_NETWORK, _driven_route)
    # An edit gives rows that stay other places: when the transaction ends, no two have the same.
    __table_args__ = (UniqueConstraint("plan_id", "number", deferrable=True, initially="DEFERRED"),)
    network_id: Mapped[UUID] = mapped_column(ForeignKey("networks.id"))
    plan_id: Mapped[UUID] = mapped_column(ForeignKey("plans.id", ondelete="CASCADE"))
    shift_id: Mapped[UUID] = mapped_column(ForeignKey("shifts.id"), index=True)
    number: Mapped[int]
    vehicle_name: Mapped[str]
    driver_name: Mapped[str]
    metres: Mapped[int]
    seconds: Mapped[int]
    driving_seconds: Mapped[int]
    line: Mapped[list[list[float]]] = mapped_column(CompressedJson)
    estimated: Mapped[bool] = mapped_column(default=False, server_default="false")  # its times, or its line
    locked: Mapped[bool] = mapped_column(default=False, server_default="false")  # edits leave it exactly as it is
    stops: Mapped[list["Stop"]] = relationship(order_by="Stop.sequence", lazy="selectin")
    plan: Mapped[Plan] = relationship(viewonly=True)


class Stop(Identified, Base):
    """One visit on a route."""

    __tablename__ = "stops"
    __tenancy__ = (*OF_NETWORK, _driven_stop)
    __table_args__ = (
        UniqueConstraint("route_id", "sequence", deferrable=True, initially="DEFERRED"),  # as routes
        CheckConstraint("kind IN ('start','pickup','drop_off','break','end')", name="kind"),
        CheckConstraint("arrive_at <= leave_at", name="times"),
    )
    network_id: Mapped[UUID] = mapped_column(ForeignKey("networks.id"))
    route_id: Mapped[UUID] = mapped_column(ForeignKey("routes.id", ondelete="CASCADE"))
    shift_id: Mapped[UUID] = mapped_column(ForeignKey("shifts.id"), index=True)
    site_id: Mapped[UUID] = mapped_column(ForeignKey("sites.id"))
    # The same in every plan that keeps this stop: what a driver reported with the route of before holds for it. The
    # database gives a stop that is new its own id.
    visit_id: Mapped[UUID] = mapped_column(FetchedValue(), index=True)
    sequence: Mapped[int]
    kind: Mapped[str]
    site_name: Mapped[str]
    organisation_name: Mapped[str]
    address: Mapped[str]
    access: Mapped[str] = mapped_column(default="unknown", server_default="unknown")
    access_notes: Mapped[str]
    latitude: Mapped[float]
    longitude: Mapped[float]
    arrive_at: Mapped[datetime] = mapped_column(UtcDateTime)
    begin_at: Mapped[datetime] = mapped_column(UtcDateTime)
    leave_at: Mapped[datetime] = mapped_column(UtcDateTime)
    metres_from_previous: Mapped[int]
    # The drive that leads here: as planned, with the pace of its hour, and as the street table has it.
    seconds_from_previous: Mapped[int | None]
    table_seconds_from_previous: Mapped[int | None]


class Allocation(Identified, Base):
    """Grams of one offer line for one need by one route."""

    __tablename__ = "allocations"
    __tenancy__ = (*OF_NETWORK, _published_to_partner)
    __table_args__ = (CheckConstraint("grams > 0 AND crates >= 0", name="amounts"),)
    network_id: Mapped[UUID] = mapped_column(ForeignKey("networks.id"))
    plan_id: Mapped[UUID] = mapped_column(ForeignKey("plans.id", ondelete="CASCADE"), index=True)
    route_id: Mapped[UUID] = mapped_column(ForeignKey("routes.id", ondelete="CASCADE"), index=True)
    shift_id: Mapped[UUID] = mapped_column(ForeignKey("shifts.id"), index=True)
    offer_line_id: Mapped[UUID] = mapped_column(ForeignKey("offer_lines.id"), index=True)
    need_id: Mapped[UUID] = mapped_column(ForeignKey("needs.id"), index=True)
    donor_organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"), index=True)
    receiver_organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"), index=True)
    pickup_stop_id: Mapped[UUID] = mapped_column(ForeignKey("stops.id"), index=True)
    drop_off_stop_id: Mapped[UUID] = mapped_column(ForeignKey("stops.id"), index=True)
    # The same in every plan that keeps this promise, and where it is about food that was on the vehicle already, the
    # promise that this was collected for.
    parcel_id: Mapped[UUID] = mapped_column(FetchedValue(), index=True)
    from_parcel_id: Mapped[UUID | None] = mapped_column(index=True)
    grams: Mapped[int]
    crates: Mapped[int]
    description: Mapped[str]
    category: Mapped[str]
    temperature_class: Mapped[str]
    use_by: Mapped[date | None]  # of the food, where its date mark is a use-by date
    donor_name: Mapped[str]
    receiver_name: Mapped[str]
    pickup_at: Mapped[datetime] = mapped_column(UtcDateTime)
    drop_off_at: Mapped[datetime] = mapped_column(UtcDateTime)
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    estimated: Mapped[bool] = mapped_column(default=False, server_default="false")  # as its route


class Release(Identified, Base):
    """Grams of a promise that a later plan gave back: they may be promised to somebody else. Append-only."""

    __tablename__ = "releases"
    __tenancy__ = (*OF_NETWORK, by_shift())
    __table_args__ = (CheckConstraint("grams > 0", name="grams"), UniqueConstraint("parcel_id"))
    network_id: Mapped[UUID] = mapped_column(ForeignKey("networks.id"), index=True)
    shift_id: Mapped[UUID] = mapped_column(ForeignKey("shifts.id"), index=True)
    parcel_id: Mapped[UUID] = mapped_column(ForeignKey("allocations.id"))
    plan_id: Mapped[UUID] = mapped_column(ForeignKey("plans.id"), index=True)  # the one that did it
    grams: Mapped[int]
    released_at: Mapped[datetime] = mapped_column(UtcDateTime)


class UnservedOffer(Identified, Base):
    """What the plan leaves out of one offer line, always with a reason, and the smallest change that would help."""

    __tablename__ = "unserved_offers"
    __tenancy__ = OF_NETWORK
    __table_args__ = (CheckConstraint("grams > 0", name="grams"),)
    network_id: Mapped[UUID] = mapped_column(ForeignKey("networks.id"))
    plan_id: Mapped[UUID] = mapped_column(ForeignKey("plans.id", ondelete="CASCADE"), index=True)
    offer_id: Mapped[UUID] = mapped_column(ForeignKey("offers.id"))
    offer_line_id: Mapped[UUID] = mapped_column(ForeignKey("offer_lines.id"))
    position: Mapped[int]
    grams: Mapped[int]
    reason: Mapped[str]
    details: Mapped[dict[str, Any]] = mapped_column(JSONB)
    change: Mapped[str | None]
    change_details: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict, server_default="{}")


class PlanEdit(Identified, Base):
    """One edit of a plan by hand, or one undo of an edit; append-only.

    Who did it is named by id. `before` is what the plan was: its document and the shifts whose routes were locked.
    """

    __tablename__ = "plan_edits"
    __tenancy__ = OF_NETWORK
    __table_args__ = (
        UniqueConstraint("plan_id", "number"),
        UniqueConstraint("plan_id", "undoes"),
        CheckConstraint("actor_kind IN ('person','credential')", name="actor_kind"),
    )
    network_id: Mapped[UUID] = mapped_column(ForeignKey("networks.id"))
    plan_id: Mapped[UUID] = mapped_column(ForeignKey("plans.id"))
    number: Mapped[int]
    undoes: Mapped[int | None]  # the number of the edit that this one takes back
    command: Mapped[dict[str, Any]] = mapped_column(JSONB)
    details: Mapped[dict[str, Any]] = mapped_column(JSONB)  # for its sentence
    metres_more: Mapped[int]
    seconds_more: Mapped[int]
    actor_kind: Mapped[str]
    actor_id: Mapped[UUID]
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    before: Mapped[dict[str, Any]] = mapped_column(CompressedJson, deferred=True)
