"""What a network looks like over HTTP to those who are in it."""

from decimal import Decimal
from typing import Annotated, Any

from pydantic import Field, PlainSerializer, computed_field

from app.domain.cut_off import WhichDay, cut_off_of
from app.domain.escalation import policy_of as escalation_of
from app.domain.safety_limits import policy_of
from app.kit.web import Body
from app.kit.wire import LocalTime
from app.partners.schemas import NetworkOut

_Celsius = Annotated[Decimal, Field(max_digits=5, decimal_places=2, allow_inf_nan=False)]
_Shown = Annotated[Decimal, PlainSerializer(lambda value: f"{value.normalize():f}", return_type=str, when_used="json")]


class FoodSafetyChange(Body):
    """Limits that the network makes stricter; null takes the rule book's again, what is left out stays."""

    chilled_highest_celsius: _Celsius | None = Field(default=None, ge=-5, le=100)
    frozen_highest_celsius: _Celsius | None = Field(default=None, ge=-40, le=100)
    hot_lowest_celsius: _Celsius | None = Field(default=None, ge=-40, le=95)
    hot_longest_minutes: int | None = Field(default=None, ge=10, le=10_000)
    pickup_longest_hours: int | None = Field(default=None, ge=1, le=10_000)
    minimum_days_before_use_by: int | None = Field(default=None, ge=-30, le=30)
    best_before_tolerance_days: int | None = Field(default=None, ge=0, le=365)


class CutOffTime(Body):
    """The local time at which the plan of a day is made by itself: on that day, or on the day before."""

    at: LocalTime
    day: WhichDay


class EscalationChange(Body):
    """How food that nobody takes escalates by itself; what is left out stays. Minutes: before no van can fetch it."""

    on: bool | None = None
    radius_metres: int | None = Field(
        default=None, ge=0, le=500_000, description="Who is asked first; as the crow flies"
    )
    ask_minutes: int | None = Field(default=None, ge=15, le=1440, description="When food banks within it are asked")
    wider_minutes: int | None = Field(default=None, ge=15, le=1440, description="When those beyond it are asked")
    next_day: bool | None = Field(default=None, description="Whether stores are asked to offer food on the next day")
    longest_hours: int | None = Field(
        default=None, ge=1, le=336, description="How much of what is left of a food's life counts for outlets' hours"
    )


class NetworkChange(Body):
    """What may be changed of a network; what is left out stays."""

    food_safety: FoodSafetyChange | None = None
    cut_off: CutOffTime | None = Field(default=None, description="null: days are planned by hand alone")
    escalation: EscalationChange | None = None


class FoodSafetyPolicy(Body):
    """The limits that hold in the network; GET /api/v1/food-safety has their sources."""

    chilled_highest_celsius: _Shown
    frozen_highest_celsius: _Shown
    hot_lowest_celsius: _Shown
    hot_longest_minutes: int
    pickup_longest_hours: int
    minimum_days_before_use_by: int
    best_before_tolerance_days: int | None


class EscalationPolicy(Body):
    """How food that nobody takes escalates by itself in the network."""

    on: bool
    radius_metres: int
    ask_minutes: int
    wider_minutes: int
    next_day: bool
    longest_hours: int


class WholeNetworkOut(NetworkOut):
    """The region whose partners plan together, with the limits that hold there."""

    stricter: dict[str, Any] = Field(validation_alias="food_safety", exclude=True)
    policy: dict[str, Any] = Field(exclude=True)
    version: int

    @computed_field(description="The limits that hold: the rule book's, or stricter ones")  # type: ignore[prop-decorator]
    @property
    def food_safety(self) -> FoodSafetyPolicy:
        """The rule book's limits with the network's own in their place."""
        return FoodSafetyPolicy(**vars(policy_of(self.stricter)))

    @computed_field(description="When each day is planned by itself; null: by hand alone")  # type: ignore[prop-decorator]
    @property
    def cut_off(self) -> CutOffTime | None:
        """The network's cut-off time."""
        found = cut_off_of(self.policy)
        return None if found is None else CutOffTime(at=found.at, day=found.day)

    @computed_field(description="How food that nobody takes escalates by itself")  # type: ignore[prop-decorator]
    @property
    def escalation(self) -> EscalationPolicy:
        """The network's ladder."""
        return EscalationPolicy(**escalation_of(self.policy).stored())
