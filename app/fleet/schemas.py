"""What vehicles, shifts and drivers' links look like over HTTP."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field, PlainSerializer, StringConstraints, WithJsonSchema, model_validator

from app.kit.web import Body
from app.kit.wire import Instant, Kg, KgOrZero, KgOut
from app.partners.schemas import Name, Out
from app.roads.provider import Profile

LONGEST_SHIFT = timedelta(hours=16)
Money = Annotated[Decimal, Field(ge=0, le=10_000, decimal_places=2, allow_inf_nan=False)]
MoneyOut = Annotated[
    int,
    PlainSerializer(lambda cents: f"{cents / 100:.2f}", return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "format": "decimal"}),
]


class VehicleIn(Body):
    """What can be loaded, in all and in each compartment, and what driving costs in the network's currency."""

    name: Name
    profile: Profile = Field(default="car", description="Which streets it may take, and how fast")
    capacity_kg: Kg
    capacity_crates: int = Field(default=200, ge=1, le=5000)
    chilled_kg: KgOrZero = 0
    frozen_kg: KgOrZero = 0
    hot_kg: KgOrZero = 0
    cost_per_km: Money = Decimal("0.45")
    cost_per_hour: Money = Decimal("12.00")
    cost_per_use: Money = Decimal("15.00")
    grams_co2e_per_km: int = Field(default=279, ge=0, le=5000)

    @model_validator(mode="after")
    def _compartments_fit(self) -> Self:
        if max(self.chilled_kg, self.frozen_kg, self.hot_kg) > self.capacity_kg:
            raise ValueError("A compartment cannot hold more than the whole vehicle.")
        return self


class VehicleOut(Out):
    """A vehicle."""

    id: UUID
    organisation_id: UUID
    name: str
    profile: str
    capacity_kg: KgOut = Field(validation_alias="capacity_grams")
    capacity_crates: int
    chilled_kg: KgOut = Field(validation_alias="chilled_grams")
    frozen_kg: KgOut = Field(validation_alias="frozen_grams")
    hot_kg: KgOut = Field(validation_alias="hot_grams")
    cost_per_km: MoneyOut = Field(validation_alias="cents_per_km")
    cost_per_hour: MoneyOut = Field(validation_alias="cents_per_hour")
    cost_per_use: MoneyOut = Field(validation_alias="cents_per_use")
    grams_co2e_per_km: int
    state: Literal["active", "retired"]
    version: int


class VehicleChange(Body):
    """What may be changed of a vehicle; what is left out stays."""

    name: Name | None = None
    profile: Profile | None = None
    capacity_kg: Kg | None = None
    capacity_crates: int | None = Field(default=None, ge=1, le=5000)
    chilled_kg: KgOrZero | None = None
    frozen_kg: KgOrZero | None = None
    hot_kg: KgOrZero | None = None
    cost_per_km: Money | None = None
    cost_per_hour: Money | None = None
    cost_per_use: Money | None = None
    grams_co2e_per_km: int | None = Field(default=None, ge=0, le=5000)


DriverName = Annotated[
    str, StringConstraints(max_length=80), Field(description="Empty: nobody drives it yet, which raises an alarm")
]
DRIVER_PERSON = Field(
    default=None,
    description="Who of those that sign in as drivers drives it: `driver_name` is then theirs, and they alone hear of "
    "the route; null: a name alone",
)


class ShiftIn(Body):
    """Who drives which vehicle from when until when."""

    vehicle_id: UUID
    driver_name: DriverName = ""
    driver_person_id: UUID | None = DRIVER_PERSON
    starts_at: Instant
    ends_at: Instant
    start_site_id: UUID
    end_site_id: UUID

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.starts_at >= self.ends_at:
            raise ValueError("The shift has to start before it ends.")
        if self.ends_at - self.starts_at > LONGEST_SHIFT:
            raise ValueError("A shift is at most 16 hours long.")
        return self


class ShiftChange(Body):
    """What may be changed of a shift; once a route of it is published, its driver alone. Another name without a person
    is a name alone again."""

    vehicle_id: UUID | None = None
    driver_name: DriverName | None = None
    driver_person_id: UUID | None = DRIVER_PERSON
    starts_at: Instant | None = None
    ends_at: Instant | None = None
    start_site_id: UUID | None = None
    end_site_id: UUID | None = None


class ShiftOut(Out):
    """A shift."""

    id: UUID
    organisation_id: UUID
    vehicle_id: UUID
    service_date: date
    driver_name: str
    driver_person_id: UUID | None
    starts_at: datetime
    ends_at: datetime
    start_site_id: UUID
    end_site_id: UUID
    state: Literal["open", "cancelled"]
    version: int


class DriverLinkOut(BaseModel):
    """The link for one driver and one shift; it ends with the shift and a new one replaces it."""

    shift_id: UUID
    token: str
    url: str
    expires_at: datetime
