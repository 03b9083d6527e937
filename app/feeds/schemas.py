"""What calendar feeds look like over HTTP."""

from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints, model_validator

from app.kit.language import LanguageCode
from app.kit.web import Body
from app.partners.schemas import Out

Name = Annotated[str, StringConstraints(min_length=1, max_length=120)]


class FeedIn(Body):
    """What a feed shows: a site's collections and deliveries, or the shifts and stops of a driver or a vehicle."""

    kind: Literal["site", "shift_driver"]
    site_id: UUID | None = None
    driver_name: Name | None = Field(default=None, description="As the shifts name the driver")
    vehicle_id: UUID | None = None
    name: Annotated[str, StringConstraints(max_length=120)] = Field(default="", description="The calendar's title")
    language: LanguageCode | None = Field(
        default=None, description="What its entries are told in; none: the language of the person who makes it, or en"
    )

    @model_validator(mode="after")
    def _names_one_thing(self) -> Self:
        given = {name for name in ("site_id", "driver_name", "vehicle_id") if getattr(self, name) is not None}
        fits = given == {"site_id"} if self.kind == "site" else len(given) == 1 and "site_id" not in given
        if not fits:
            raise ValueError("A feed of a site needs site_id; one of a driver needs driver_name or vehicle_id.")
        return self


class FeedOut(Out):
    """A feed; its address was shown when it was made."""

    id: UUID
    kind: Literal["site", "shift_driver"]
    site_id: UUID | None
    driver_name: str | None
    vehicle_id: UUID | None
    name: str
    language: LanguageCode
    created_by: str
    created_at: datetime
    revoked_at: datetime | None


class MyCalendarOut(BaseModel):
    """One's own calendar. Whoever knows its address can read what one has taken on."""

    url: str = Field(description="The same as long as it is not ended")
    language: LanguageCode
    created_at: datetime


class NewFeedOut(FeedOut):
    """A feed with its address, shown this once; null where the same request is answered again."""

    url: str | None = Field(description="Whoever knows it can read the calendar")
