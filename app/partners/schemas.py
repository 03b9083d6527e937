"""What partners look like over HTTP."""

from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, computed_field, model_validator

from app.kit.web import Body
from app.kit.wire import LocalTime
from app.roads.pin import warnings_of

Name = Annotated[str, StringConstraints(min_length=1, max_length=120)]
Kind = Literal["supermarket", "food_bank", "carrier", "public_body", "sponsor", "community_group"]
SiteKind = Literal["store", "warehouse", "depot", "distribution_point"]
TemperatureClass = Literal["ambient", "chilled", "frozen", "hot"]
RoleName = Literal["donor_staff", "dispatcher", "driver", "organisation_admin", "network_admin"]
ScopeName = Literal["offers", "needs", "fleet", "plans", "partners", "organisation"]


class Out(BaseModel):
    """What goes out is read from rows."""

    model_config = ConfigDict(from_attributes=True)


class OrganisationIn(Body):
    """A new partner of the caller's network."""

    kind: Kind
    name: Name


class OrganisationOut(Out):
    """A partner."""

    id: UUID
    kind: Kind
    name: str


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


class SiteIn(Body):
    """A place; `organisation_id` only when a network's staff enter it for a partner."""

    organisation_id: UUID | None = None
    kind: SiteKind
    name: Name
    address: Annotated[str, StringConstraints(max_length=300)] = ""
    latitude: float = Field(ge=-90, le=90, allow_inf_nan=False)
    longitude: float = Field(ge=-180, le=180, allow_inf_nan=False)
    windows: list[WindowIn] = Field(min_length=1, max_length=28)
    setup_seconds: int = Field(default=300, ge=0, le=7200)
    service_seconds: int = Field(default=60, ge=0, le=3600)
    access_notes: Annotated[str, StringConstraints(max_length=500)] = ""
    temperature_classes: list[TemperatureClass] = Field(default=["ambient"], min_length=1)
    osm_id: Annotated[str, StringConstraints(max_length=40)] | None = None


class SiteChange(Body):
    """What may be changed of a site; what is left out stays."""

    kind: SiteKind | None = None
    name: Name | None = None
    address: Annotated[str, StringConstraints(max_length=300)] | None = None
    latitude: float | None = Field(default=None, ge=-90, le=90, allow_inf_nan=False)
    longitude: float | None = Field(default=None, ge=-180, le=180, allow_inf_nan=False)
    windows: list[WindowIn] | None = Field(default=None, min_length=1, max_length=28)
    setup_seconds: int | None = Field(default=None, ge=0, le=7200)
    service_seconds: int | None = Field(default=None, ge=0, le=3600)
    access_notes: Annotated[str, StringConstraints(max_length=500)] | None = None
    temperature_classes: list[TemperatureClass] | None = Field(default=None, min_length=1)


class WindowOut(Out):
    """Hours on some weekdays."""

    weekdays: list[int]
    opens: str
    closes: str


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
    setup_seconds: int
    service_seconds: int
    access_notes: str
    temperature_classes: list[TemperatureClass]
    osm_id: str | None
    version: int

    @computed_field(description="What somebody should look at; the site can be planned with all the same")  # type: ignore[prop-decorator]
    @property
    def warnings(self) -> list[SiteWarning]:
        """Warnings about the pin."""
        found = warnings_of(self.name, self.metres_to_street)
        return [SiteWarning(code=each.code, detail=each.sentence) for each in found]


class PersonIn(Body):
    """Somebody who will sign in."""

    name: Name
    email: Annotated[str, StringConstraints(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$", max_length=254, to_lower=True)]
    role: RoleName
    password: Annotated[str, StringConstraints(min_length=12, max_length=128, strip_whitespace=False)]
    site_id: UUID | None = None


class PersonOut(Out):
    """Somebody who signs in."""

    id: UUID
    organisation_id: UUID
    site_id: UUID | None
    name: str
    email: str
    role: RoleName


class KeyIn(Body):
    """A new API key of an organisation."""

    name: Name
    scopes: list[ScopeName] = Field(min_length=1)


class KeyOut(BaseModel):
    """The key itself is shown this once and cannot be read again."""

    id: UUID
    name: str
    scopes: list[ScopeName]
    key: str


class SignIn(Body):
    """E-mail address and password."""

    email: Annotated[str, StringConstraints(max_length=254, to_lower=True)]
    password: Annotated[str, StringConstraints(max_length=128, strip_whitespace=False)]


class SessionOut(BaseModel):
    """A signed-in session: send the token as a Bearer token, or keep the cookie."""

    token: str
    expires_at: datetime


class MeOut(BaseModel):
    """Who the service takes the caller for."""

    kind: str
    name: str
    role: str | None
    scopes: list[str]
    organisation: OrganisationOut
    network: NetworkOut
