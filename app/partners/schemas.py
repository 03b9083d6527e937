"""What partners look like over HTTP."""

from datetime import date as Date  # a field of that name hides the type
from datetime import time
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationInfo,
    computed_field,
    field_validator,
    model_validator,
)

from app.kit.web import Body
from app.kit.wire import Day, FreeText, KgOrZero, KgOut, LocalTime, ShortText
from app.roads.pin import warnings_of

Name = Annotated[str, StringConstraints(min_length=1, max_length=120)]
Kind = Literal["supermarket", "food_bank", "carrier", "public_body", "sponsor", "community_group"]
Access = Literal["dock", "level", "stairs", "lift", "unknown"]
SiteKind = Literal["store", "warehouse", "depot", "distribution_point"]
TemperatureClass = Literal["ambient", "chilled", "frozen", "hot"]


class Out(BaseModel):
    """What goes out is read from rows."""

    model_config = ConfigDict(from_attributes=True)


RegistrationNumber = Annotated[
    str,
    StringConstraints(max_length=60, strip_whitespace=True),
    Field(description="As a public register has it, such as a charity's number; empty: none stated"),
]


class OrganisationIn(Body):
    """A new partner of the caller's network."""

    kind: Kind
    name: Name


class OrganisationOut(Out):
    """A partner."""

    id: UUID
    kind: Kind
    name: str
    registration_number: str
    version: int


class NetworkOut(Out):
    """The region whose partners plan together."""

    id: UUID
    name: str
    time_zone: str
    currency: str
    region: str
    demonstration: bool


class WindowIn(Body):
    """Hours on some weekdays (1 is Monday, 7 is Sunday), local time; closing is later than opening."""

    weekdays: list[Annotated[int, Field(ge=1, le=7)]] = Field(min_length=1, max_length=7)
    opens: LocalTime
    closes: LocalTime

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.opens >= self.closes:
            raise ValueError("It has to open before it closes; split hours that run past midnight.")
        return self

    def stored(self) -> dict[str, object]:
        """As kept with the site."""
        return {
            "weekdays": sorted(set(self.weekdays)),
            "opens": self.opens.strftime("%H:%M"),
            "closes": self.closes.strftime("%H:%M"),
        }


class HoursIn(Body):
    """Hours of one day, local time; closing is later than opening."""

    opens: time
    closes: time

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.opens >= self.closes:
            raise ValueError("It has to open before it closes; split hours that run past midnight.")
        return self


class ExceptionIn(Body):
    """What differs on one date: closed, or other hours than those of the week."""

    date: Day
    closed: bool = False
    windows: list[HoursIn] = Field(default=[], max_length=8)
    note: ShortText = ""

    @model_validator(mode="after")
    def _says_one_thing(self) -> Self:
        if self.closed == bool(self.windows):
            raise ValueError("Say that it is closed that day, or which hours it has.")
        return self

    def stored(self) -> dict[str, object]:
        """As kept with the site."""
        hours = [{"opens": f"{each.opens:%H:%M}", "closes": f"{each.closes:%H:%M}"} for each in self.windows]
        return {"date": self.date.isoformat(), "closed": self.closed, "windows": hours, "note": self.note}


def each_date_once(found: list[ExceptionIn] | None) -> list[ExceptionIn] | None:
    """The exceptions; raises ValueError for two of one date."""
    if found is not None and len({each.date for each in found}) < len(found):
        raise ValueError("There are two exceptions of one date: say it once.")
    return found


MOST_WINDOWS = 28
MOST_EXCEPTIONS = 400
WeeklyWindows = Annotated[list[WindowIn], Field(min_length=1, max_length=MOST_WINDOWS)]
Exceptions = Annotated[list[ExceptionIn], Field(max_length=MOST_EXCEPTIONS)]
# As OpenStreetMap writes hours, such as "Mo-Fr 08:00-20:00; 2026 Dec 25 off".
OpeningHoursText = Annotated[str, StringConstraints(min_length=1, max_length=1000)]


class StorageIn(Body):
    """Kilograms of each temperature class that can be put away in a day; null is no limit, "0" is nothing."""

    ambient: KgOrZero | None = None
    chilled: KgOrZero | None = None
    frozen: KgOrZero | None = None
    hot: KgOrZero | None = None


class StorageOut(Out):
    """Kilograms of each temperature class that can be put away in a day; null is no limit."""

    ambient: KgOut | None = None
    chilled: KgOut | None = None
    frozen: KgOut | None = None
    hot: KgOut | None = None


class SiteIn(Body):
    """A place; `organisation_id` only when a network's staff enter it for a partner."""

    organisation_id: UUID | None = None
    kind: SiteKind
    name: Name
    address: Annotated[str, StringConstraints(max_length=300)] = ""
    latitude: float = Field(ge=-90, le=90, allow_inf_nan=False)
    longitude: float = Field(ge=-180, le=180, allow_inf_nan=False)
    opening_hours: OpeningHoursText | None = Field(
        default=None, description="The hours as OpenStreetMap writes them, instead of windows and exceptions"
    )
    windows: WeeklyWindows | None = Field(default=None, validate_default=True)
    receiving_windows: WeeklyWindows | None = Field(default=None, description="Left out: as the site is open")
    exceptions: Exceptions = []
    setup_seconds: int = Field(default=300, ge=0, le=7200)
    service_seconds: int = Field(default=60, ge=0, le=3600)
    access: Access = "unknown"
    access_notes: FreeText = ""
    temperature_classes: list[TemperatureClass] = Field(default=["ambient"], min_length=1)
    storage_kg: StorageIn = StorageIn()
    osm_id: Annotated[str, StringConstraints(max_length=40)] | None = None

    @field_validator("windows")
    @classmethod
    def _hours_are_known(cls, found: list[WindowIn] | None, info: ValidationInfo) -> list[WindowIn] | None:
        if (found is None) == (info.data.get("opening_hours") is None):
            raise ValueError("Say when it is open: send windows, or opening_hours.")
        return found

    _once = field_validator("exceptions")(each_date_once)


class SiteChange(Body):
    """What may be changed of a site; what is left out stays. `receiving_windows` null: as the site is open."""

    kind: SiteKind | None = None
    name: Name | None = None
    address: Annotated[str, StringConstraints(max_length=300)] | None = None
    latitude: float | None = Field(default=None, ge=-90, le=90, allow_inf_nan=False)
    longitude: float | None = Field(default=None, ge=-180, le=180, allow_inf_nan=False)
    opening_hours: OpeningHoursText | None = Field(
        default=None, description="The hours as OpenStreetMap writes them; they replace windows and exceptions"
    )
    windows: WeeklyWindows | None = None
    receiving_windows: WeeklyWindows | None = None
    exceptions: Exceptions | None = None
    setup_seconds: int | None = Field(default=None, ge=0, le=7200)
    service_seconds: int | None = Field(default=None, ge=0, le=3600)
    access: Access | None = None
    access_notes: FreeText | None = None
    temperature_classes: list[TemperatureClass] | None = Field(default=None, min_length=1)
    storage_kg: StorageIn | None = None

    @field_validator("windows", "exceptions")
    @classmethod
    def _said_once[T](cls, found: list[T] | None, info: ValidationInfo) -> list[T] | None:
        if found is not None and info.data.get("opening_hours") is not None:
            raise ValueError("Send windows and exceptions, or opening_hours.")
        return found

    _once = field_validator("exceptions")(each_date_once)


class WindowOut(Out):
    """Hours on some weekdays."""

    weekdays: list[int]
    opens: str
    closes: str


class HoursOut(Out):
    """Hours of one day."""

    opens: str
    closes: str


class ExceptionOut(Out):
    """What differs on one date."""

    date: Date
    closed: bool
    windows: list[HoursOut]
    note: str


class SiteWarning(BaseModel):
    """What somebody should look at, and which."""

    code: str
    detail: str


class SiteOut(Out):
    """A place of an organisation."""

    id: UUID
    organisation_id: UUID
    kind: SiteKind
    name: str
    address: str
    latitude: float
    longitude: float
    metres_to_street: int
    windows: list[WindowOut]
    receiving_windows: list[WindowOut] | None
    exceptions: list[ExceptionOut]
    setup_seconds: int
    service_seconds: int
    access: Access
    access_notes: str
    temperature_classes: list[TemperatureClass]
    storage_kg: StorageOut = Field(validation_alias="storage_grams")
    osm_id: str | None
    version: int

    @computed_field(description="What somebody should look at; the site can be planned with all the same")  # type: ignore[prop-decorator]
    @property
    def warnings(self) -> list[SiteWarning]:
        """Warnings about the pin."""
        found = warnings_of(self.name, self.metres_to_street)
        return [SiteWarning(code=each.code, detail=each.sentence) for each in found]
