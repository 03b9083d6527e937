"""What declines, and what is learnt from them, look like over HTTP."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, Field, computed_field

from app.domain.declines import REASONS
from app.kit.web import Body
from app.kit.wire import FreeText, KgOut
from app.offers.schemas import Category
from app.partners.schemas import Out

DeclineReason = Literal["not_wanted", "too_much", "short_dated", "no_room", "nobody_there", "other"]


class DeclineIn(Body):
    """Why the food is not wanted. It costs nothing."""

    reason: DeclineReason = Field(description="`not_wanted`, `too_much` and `short_dated` are learnt from")
    note: FreeText = ""


class DeclineOut(Out):
    """What a food bank does not want of a published plan."""

    id: UUID
    service_date: date
    allocation_id: UUID
    offer_line_id: UUID
    need_id: UUID
    organisation_id: UUID
    kg: KgOut = Field(validation_alias="grams")
    reason: DeclineReason
    note: str
    declined_by: str
    declined_at: datetime
    taken_back_at: datetime | None

    @computed_field  # type: ignore[prop-decorator]
    @property
    def sentence(self) -> str:
        """The reason as people say it."""
        return REASONS[self.reason][0]


class LessonOut(BaseModel):
    """What the last twelve weeks say of one place and category."""

    site_id: UUID
    site_name: str
    organisation_id: UUID
    category: str
    turned_down: int = Field(description="Times declined with a reason of not wanting, or refused at the door")
    cases: int = Field(description="Times that it was turned down or taken")
    sureness: float = Field(
        description="How probable it is that more than a half is turned down; newer cases weigh more"
    )
    reluctant: bool = Field(description="Such food is planned for the place only when nobody else can take it")
    standing_need_ids: list[UUID] = Field(description="What stands of it: taking it off the need ends these")


class LessonIn(Body):
    """One place and category."""

    site_id: UUID
    category: Category


class ForgottenOut(Out):
    """From when on the place is known anew for the category."""

    site_id: UUID
    category: str
    forgotten_at: datetime


class TakenOffOut(BaseModel):
    """The standing needs that have ended."""

    standing_need_ids: list[UUID]
