"""What a driver's route and stop events look like over HTTP."""

from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints, model_validator

from app.domain import signatures
from app.kit.web import Body
from app.kit.wire import FreeText, Instant, KgOrZero, KgOut
from app.planning.schemas import RouteOut

EventKind = Literal["arrived", "collected", "delivered", "refused", "failed"]
Reason = Literal["nothing_there", "closed", "van_full", "too_warm", "refused_at_the_door", "other"]


class EventLineIn(Body):
    """How much of one allocation; the temperature when it is chilled, frozen or hot."""

    allocation_id: UUID
    kg: KgOrZero
    celsius: float | None = Field(default=None, ge=-60, le=120, allow_inf_nan=False)


class SignatureIn(Body):
    """Who hands the food over, or takes it: a name, a drawing, or both. It is never asked for."""

    signed_by: Annotated[str, StringConstraints(max_length=signatures.LONGEST_NAME)] = Field(
        default="", description="Whoever signs for the store or the food bank"
    )
    strokes: list[list[int]] = Field(
        default=[], description="The drawing: lists of x, y, x, y and so on, whole numbers from 0 to 1000"
    )

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        fault = signatures.fault_of(self.strokes)
        if fault is not None:
            raise ValueError(fault)
        if not self.signed_by and not self.strokes:
            raise ValueError("Write a name or draw a signature.")
        return self


class StopEventIn(Body):
    """One thing that happened. The phone gives the id, so that sent twice is stored once."""

    id: UUID
    stop_id: UUID
    kind: EventKind
    occurred_at: Instant
    lines: list[EventLineIn] = Field(default=[], max_length=200)
    reason: Reason | None = None
    note: FreeText = ""
    signature: SignatureIn | None = None


class PositionIn(Body):
    """Where the phone says it is."""

    latitude: float = Field(ge=-90, le=90, allow_inf_nan=False)
    longitude: float = Field(ge=-180, le=180, allow_inf_nan=False)
    accuracy_metres: int = Field(ge=0, le=1_000_000, description="How far off it may be")


class StopEventsIn(Body):
    """What the phone has not had acknowledged yet, in any order."""

    events: list[StopEventIn] = Field(min_length=1, max_length=200)


class EventResult(BaseModel):
    """What became of one event; forget it on the phone unless it is `conflict`."""

    id: UUID
    status: Literal["stored", "already_stored", "conflict"]
    detail: str = ""


class StopEventsOut(BaseModel):
    """What became of each event, in the order that they were sent."""

    results: list[EventResult]


class StopProgress(BaseModel):
    """Where a stop stands."""

    stop_id: UUID
    state: Literal["waiting", "arrived", "done", "failed"]
    arrived_at: datetime | None
    reason: str | None


class AllocationProgress(BaseModel):
    """What was reported of an allocation; null: nothing yet."""

    allocation_id: UUID
    kg_collected: KgOut | None
    kg_delivered: KgOut | None
    kg_refused: KgOut | None
    held_back: bool = Field(description="In quarantine: not to be handed over before somebody has decided")
    discarded: bool = Field(description="Given up after a quarantine: not to be handed over at all")


class RouteChangeOut(BaseModel):
    """One thing that is different from the route that this one took the place of."""

    code: Literal["added", "gone", "other_food", "other_order"]
    site_name: str = Field(description="Which place it is about; empty where it is the whole route")


class DriverRouteOut(BaseModel):
    """The route of this shift and what was reported on it."""

    route: RouteOut
    version: int = Field(description="The number of the plan that the route stands in: higher where it was changed")
    published_at: datetime
    changes: list[RouteChangeOut] = Field(description="What is different from the route before; empty for the first")
    service_date: str
    network: str
    time_zone: str
    sharing_begins_at: datetime = Field(description="From when on the position of the van is taken, where it is shared")
    shift_ends_at: datetime
    demonstration: bool
    progress: list[StopProgress]
    allocations: list[AllocationProgress]
    contradictions: list[str]
    read_at: datetime
