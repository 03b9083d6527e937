"""What edits of a plan look like over HTTP."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from fastapi import Body as InBody
from pydantic import BaseModel, Field, model_validator

from app.audit.schemas import ActorOut
from app.kit.web import Body
from app.kit.wire import Kg, KgOut
from app.planning.schemas import PlanHeadOut, RouteOut, ViolationOut

MOST_STOPS = 10_000
Position = Annotated[
    int | None,
    Field(ge=1, le=MOST_STOPS, description="The `sequence` that the stop is to have; none: the best place"),
]
ShiftWish = Annotated[UUID, Field(description="The shift that is to drive it; it may have no route so far")]


class MoveStop(Body):
    """A stop goes to another place on its route, or to another shift, which then fetches and brings all food that the
    stop handles. A break stays with its shift."""

    kind: Literal["move_stop"]
    stop_id: UUID
    shift_id: UUID | None = Field(None, description="The shift that is to drive it; none: the one that does")
    position: Position = None


class DropOfferLine(Body):
    """An offer line is taken out of the plan, all of it."""

    kind: Literal["drop_offer_line"]
    offer_line_id: UUID


class PlaceOfferLine(Body):
    """What the plan leaves out of an offer line goes to a need, whatever that breaks, but for food safety. Where need
    or shift are not said, it goes where no rule is broken, or else where the fewest are."""

    kind: Literal["place_offer_line"]
    offer_line_id: UUID
    need_id: UUID | None = Field(None, description="Who gets it; none: whoever it fits best")
    shift_id: UUID | None = Field(
        None,
        description="The shift that is to drive it, which may have no route so far; none: the one that it fits best",
    )
    kg: Kg | None = Field(
        None,
        description="How much; none: all that is left out, or as much of it as fits where need or shift are not said",
    )
    position: Position = None
    drop_off_position: Position = None

    @model_validator(mode="after")
    def _both_or_the_first(self) -> Self:
        if self.drop_off_position is not None and self.position is None:
            raise ValueError("Say the position of the pickup too.")
        if self.position is not None and self.shift_id is None:
            raise ValueError("Say the shift too on which it is to have that position.")
        return self


class LockRoute(Body):
    """A route stays exactly as it is: edits of it are refused until it is unlocked."""

    kind: Literal["lock_route"]
    route_id: UUID


class UnlockRoute(Body):
    """A locked route may be edited again."""

    kind: Literal["unlock_route"]
    route_id: UUID


class GiveRouteToShift(Body):
    """Another shift, with its vehicle and driver, drives the stops of a route; where it has a route, the two swap."""

    kind: Literal["give_route_to_shift"]
    route_id: UUID
    shift_id: ShiftWish


type Command = MoveStop | DropOfferLine | PlaceOfferLine | LockRoute | UnlockRoute | GiveRouteToShift
CommandIn = Annotated[
    MoveStop | DropOfferLine | PlaceOfferLine | LockRoute | UnlockRoute | GiveRouteToShift,
    InBody(discriminator="kind"),
]


class PlanEditedOut(BaseModel):
    """A plan after an edit: its routes that have changed, what that costs, and every rule that the plan now breaks."""

    plan: PlanHeadOut
    routes: list[RouteOut] = Field(description="Those that are new or other than before")
    routes_gone: list[UUID] = Field(description="Routes of shifts that have nothing to drive any more")
    metres_more: int = Field(description="Than before the edit; less is negative")
    seconds_more: int = Field(description="Than before the edit; less is negative")
    violations: list[ViolationOut]


class TriedStopOut(BaseModel):
    """A visit as it would be."""

    stop_id: UUID | None = Field(description="The stop of the plan that it is; null: it would be new on this route")
    sequence: int
    kind: Literal["start", "pickup", "drop_off", "break", "end"]
    site_id: UUID
    site_name: str
    arrive_at: datetime
    begin_at: datetime
    leave_at: datetime


class TriedRouteOut(BaseModel):
    """A route as it would be, without its line on the map."""

    route_id: UUID | None = Field(description="Null: the shift has no route so far")
    shift_id: UUID
    vehicle_name: str
    metres: int
    seconds: int
    driving_seconds: int
    locked: bool
    stops: list[TriedStopOut]


class PlanTriedOut(BaseModel):
    """What a plan would be by a command: the routes that would be other than they are, what that would cost, and every
    rule that the plan would then break."""

    sentence: str
    version: int = Field(description="Of the plan that it was tried on, which stays as it is")
    kg_allocated: KgOut
    metres: int
    seconds: int
    metres_more: int = Field(description="Than now; less is negative")
    seconds_more: int = Field(description="Than now; less is negative")
    routes: list[TriedRouteOut] = Field(description="Those that would be new or other than now")
    routes_gone: list[UUID] = Field(description="Routes of shifts that would have nothing to drive any more")
    violations: list[ViolationOut]


class PlanEditOut(BaseModel):
    """One edit of a plan by hand."""

    number: int
    command: dict[str, Any]
    sentence: str
    metres_more: int
    seconds_more: int
    actor: ActorOut
    at: datetime
    undone_at: datetime | None = Field(description="When it was taken back")
