"""What planning runs, plans and routes look like over HTTP."""

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from app.kit.web import Body
from app.kit.wire import Day, KgOut
from app.partners.schemas import Out

PlanState = Literal["draft", "ready", "published", "superseded"]


class PlanRunIn(Body):
    """Plan this day."""

    service_date: Day
    like_date: Day | None = Field(
        default=None,
        description="Keep the order in which the shifts of that day's published plan came to their places: what is at"
        " them today is fetched and brought in that order, what is new is put in where it costs least",
    )


class ChangeWishIn(Body):
    """What you know of the day besides what was posted and reported. What you leave out stays as it was said for the
    plan that is changed; a list takes the place of the one before, an empty one takes it back."""

    gone_shift_ids: list[UUID] | None = Field(
        default=None,
        max_length=200,
        description="Shifts whose vehicle drives no further: others collect what it has not",
    )
    closed_site_ids: list[UUID] | None = Field(
        default=None, max_length=200, description="Food banks' sites that take nothing more today"
    )
    left_out_line_ids: list[UUID] | None = Field(
        default=None, max_length=200, description="Offer lines that are not to be collected any more"
    )
    locked_shift_ids: list[UUID] | None = Field(
        default=None, max_length=200, description="Shifts whose route stays exactly as it is"
    )


class PlanRunOut(Out):
    """One request to plan a day; watch it until it is done or failed."""

    id: UUID
    service_date: date
    state: Literal["queued", "running", "done", "failed"]
    progress: dict[str, Any]
    plan_id: UUID | None
    changes_plan_id: UUID | None = Field(description="The published plan that is changed; null: planned from nothing")
    outlook: bool = Field(description="It makes an outlook, read at `/outlooks` by the id of this run, and no plan")
    search_ended_by: str | None = Field(description="Who took the best plan so far instead of waiting")
    failure: str | None
    requested_at: datetime
    ended_at: datetime | None


class StopAllocationOut(Out):
    """What is loaded or handed over at a stop."""

    id: UUID
    parcel_id: UUID = Field(description="The same in every plan that keeps this promise, as `visit_id` is of a stop")
    from_parcel_id: UUID | None = Field(
        description="Handed on: the promise that this food was collected for; else null"
    )
    offer_line_id: UUID
    description: str
    category: str
    temperature_class: str
    kg: KgOut = Field(validation_alias="grams")
    crates: int
    donor_name: str
    receiver_name: str


class StopOut(Out):
    """One visit."""

    id: UUID
    visit_id: UUID = Field(description="The same in every plan that keeps this stop; arrivals and alarms name it")
    sequence: int
    kind: Literal["start", "pickup", "drop_off", "break", "end"]
    site_name: str
    organisation_name: str
    address: str
    access: str = Field(description="dock, level, stairs, lift or unknown")
    access_notes: str
    latitude: float
    longitude: float
    arrive_at: datetime
    begin_at: datetime
    leave_at: datetime
    metres_from_previous: int
    allocations: list[StopAllocationOut] = []


class RouteOut(Out):
    """One shift's ordered stops, with its line along the streets as [longitude, latitude] points."""

    id: UUID
    plan_id: UUID
    shift_id: UUID
    number: int
    vehicle_name: str
    driver_name: str
    metres: int
    seconds: int
    driving_seconds: int
    estimated: bool = Field(description="Distances, times or line are estimated from straight lines, not streets")
    locked: bool = Field(description="Edits of the plan leave it exactly as it is")
    line: list[list[float]]
    stops: list[StopOut]


class ChangeOut(BaseModel):
    """The smallest change of the day that would serve what stays, or the part of it that `details` names in kg."""

    code: str
    details: dict[str, Any]
    sentence: str


class UnservedOut(BaseModel):
    """What the plan leaves out, and why; `change` is null where no single small change is known that would help."""

    offer_id: UUID
    line_id: UUID
    site_name: str
    description: str
    kg: KgOut
    reason: str
    details: dict[str, Any]
    sentence: str
    change: ChangeOut | None


class ViolationOut(BaseModel):
    """A rule that the plan breaks since it was edited: by which shift and at which stop, where it is about one."""

    code: str
    details: dict[str, Any]
    sentence: str
    shift_id: UUID | None
    stop: int | None = Field(description="The `sequence` of the stop on the route of that shift")


class PlanHeadOut(Out):
    """A plan without its routes."""

    id: UUID
    service_date: date
    number: int
    state: PlanState
    kg_allocated: KgOut = Field(validation_alias="grams_allocated")
    metres: int
    seconds: int
    estimated_travel: bool
    engine: str
    changes_plan_id: UUID | None = Field(description="The plan that this one changes as little as it can; else null")
    stops_moved: int | None = Field(description="Stops of that plan which are elsewhere, later in the order or gone")
    stops_forced: int | None = Field(description="How many of these could not stay, whoever plans")
    created_at: datetime
    published_at: datetime | None
    edits: int = Field(description="Edits by hand that can be taken back")
    version: int


class PlanOut(PlanHeadOut):
    """A plan. `figures` compares it with the same day where every food bank drives alone."""

    problem_digest: str
    travel: dict[str, Any] = Field(
        description="By road profile: the source of travel times, its fingerprint, whether they are estimates, and why;"
        " under `learnt` the pace that the plan allows for and the number of sites with learnt service times"
    )
    figures: dict[str, Any] | None
    routes: list[RouteOut]
    unserved: list[UnservedOut]
    violations: list[ViolationOut] = Field(description="What it breaks since it was edited; it is not published so")
