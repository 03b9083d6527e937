"""What arrivals look like over HTTP."""

from datetime import date, datetime
from typing import Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field

from app.arrivals.queries import PlanArrivals
from app.arrivals.routes import RouteUnderWay
from app.domain.arrivals import ToldError
from app.kit.wire import KgOut
from app.models.alarms import Arrival
from app.models.plans import Allocation, Stop
from app.partners.schemas import Out

StopStateName = Literal["waiting", "arrived", "done", "failed"]
StopStanding = Literal["waiting", "late", "arrived", "done", "refused", "failed"]
FoodStop = Literal["pickup", "drop_off"]


class HandledOut(Out):
    """Food that is collected or handed over there."""

    id: UUID = Field(description="Of the allocation")
    description: str
    category: str
    kg: KgOut = Field(validation_alias="grams")
    donor_name: str
    receiver_name: str


class ArrivalOut(BaseModel):
    """When the van comes to one place. `expected_at` is what was told last; it is told again, as `arrival.changed`,
    when it moves by more than ten minutes."""

    stop_id: UUID
    service_date: date
    kind: FoodStop
    site_id: UUID
    site_name: str
    planned_at: datetime
    expected_at: datetime
    told_at: datetime | None = Field(description="null: nothing but the plan was told")
    state: StopStateName
    arrived_at: datetime | None
    food: list[HandledOut]

    @classmethod
    def of(cls, row: Arrival, food: list[Allocation]) -> Self:
        """From a row and what is handled there."""
        fields = {name: getattr(row, name) for name in cls.model_fields if name != "food"}
        return cls(**fields, food=[HandledOut.model_validate(each) for each in food])


class ToldErrorOut(BaseModel):
    """How far arrivals of the last 28 days were from what was told last, in minutes, early or late alike."""

    arrivals: int
    median_minutes: float
    p90_minutes: float

    @classmethod
    def of(cls, error: ToldError) -> Self:
        """From the rule book's value."""
        return cls(
            arrivals=error.arrivals,
            median_minutes=round(error.median_minutes, 1),
            p90_minutes=round(error.p90_minutes, 1),
        )


class StopArrivalOut(BaseModel):
    """One stop with food. Expected times are null once the van is there; minutes before a time are negative."""

    stop_id: UUID
    sequence: int
    kind: FoodStop
    site_name: str
    state: StopStateName
    standing: StopStanding = Field(
        description="As `state`, and `late` where handling is expected to begin after `begin_by`, `refused` where some"
        " food was refused at the door"
    )
    planned_at: datetime
    arrived_at: datetime | None
    expected_at: datetime | None
    begins_at: datetime | None = Field(description="When handling begins: after the van has waited for the opening")
    begin_by: datetime | None = Field(description="The end of the window in which it has to begin; null: not known")
    late_minutes: int | None = Field(description="Of the arrival, expected or real, after the planned one")
    beyond_window_minutes: int | None = Field(description="From `begin_by` to `begins_at`; above 0 it is too late")


class RouteArrivalsOut(BaseModel):
    """The stops of one route with food, in the order of the plan."""

    route_id: UUID
    shift_id: UUID
    vehicle_name: str
    stops: list[StopArrivalOut]


class PlanArrivalsOut(BaseModel):
    """When each van of a plan is expected where, computed at `read_at`. `error` null: no arrival was reported yet."""

    plan_id: UUID
    read_at: datetime
    error: ToldErrorOut | None
    routes: list[RouteArrivalsOut]

    @classmethod
    def of(cls, found: PlanArrivals, now: datetime) -> Self:
        """From what was computed."""
        return cls(
            plan_id=found.plan.id,
            read_at=now,
            error=None if found.error is None else ToldErrorOut.of(found.error),
            routes=[_route(each) for each in found.routes],
        )


def _route(found: RouteUnderWay) -> RouteArrivalsOut:
    return RouteArrivalsOut(
        route_id=found.route.id,
        shift_id=found.route.shift_id,
        vehicle_name=found.route.vehicle_name,
        stops=[
            _stop(found, stop, rule.begin_by)
            for stop, rule in zip(found.route.stops, found.stops, strict=True)
            if rule.handles_food
        ],
    )


def _stop(found: RouteUnderWay, stop: Stop, begin_by: datetime | None) -> StopArrivalOut:
    state, expected = found.states[str(stop.id)], found.expected.get(stop.id)
    at = state.arrived_at if expected is None else expected.arrive_at
    beyond = None if expected is None else expected.beyond_seconds
    return StopArrivalOut.model_validate(
        {
            "stop_id": stop.id,
            "sequence": stop.sequence,
            "kind": stop.kind,
            "site_name": stop.site_name,
            "state": state.state,
            "standing": found.standing(stop),
            "planned_at": stop.arrive_at,
            "arrived_at": state.arrived_at,
            "expected_at": None if expected is None else expected.arrive_at,
            "begins_at": None if expected is None else expected.begin_at,
            "begin_by": begin_by,
            "late_minutes": None if at is None else round((at - stop.arrive_at).total_seconds() / 60),
            "beyond_window_minutes": None if beyond is None else -(-beyond // 60),
        }
    )
