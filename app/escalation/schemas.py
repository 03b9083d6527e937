"""What ladders and questions look like over HTTP."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, Field, computed_field

from app.domain.escalation import WORDS
from app.kit.web import Body
from app.kit.wire import Kg, KgOut
from app.outlets.schemas import OutletChoiceOut
from app.partners.schemas import Out

StepName = Literal[
    "plan", "ask_food_banks", "ask_wider", "next_day", "community_fridge", "animal_feed", "compost"
]  # fmt: skip
LadderState = Literal["waiting", "planned", "climbing", "stopped", "over"]
AskState = Literal["open", "yes", "no", "taken", "closed"]


class StepOut(BaseModel):
    """One step, its hour, and what came of it."""

    step: StepName
    at: datetime = Field(description="When it is due")
    taken_at: datetime | None = Field(description="When it was taken; null while it is to come")
    kg: KgOut | None = Field(description="How much was open then")
    asked: int = Field(description="How many food banks' places were asked")
    people: list[UUID] = Field(description="Who was told")

    @computed_field  # type: ignore[prop-decorator]
    @property
    def sentence(self) -> str:
        """The step as people say it."""
        return WORDS[self.step]


class AskedOut(BaseModel):
    """A food bank's place that was asked, and what it said."""

    id: UUID
    site_id: UUID
    site_name: str
    organisation_id: UUID
    step: Literal["ask_food_banks", "ask_wider"]
    metres: int = Field(description="From the store, as the crow flies")
    asked_at: datetime
    answer: Literal["yes", "no"] | None
    kg: KgOut | None = Field(description="What it takes")
    answered_at: datetime | None


class LadderOut(BaseModel):
    """One open food, and how it climbs."""

    offer_id: UUID
    offer_line_id: UUID
    site_id: UUID
    site_name: str
    description: str
    category: str
    kg: KgOut = Field(description="What stands at the store")
    kg_wanted: KgOut = Field(description="What food banks said yes to and no published plan brings them yet")
    pickup_until: datetime
    ends_at: datetime = Field(description="Until when people may have it")
    state: LadderState = Field(
        description="`waiting`: no step but the plan's was due; `planned`: a draft has a place for all of it"
    )
    ended_as: Literal["planned", "handed_over", "withdrawn", "gone", "past_its_end", "next_day"] | None
    next_step: StepName | None
    next_step_at: datetime | None
    steps: list[StepOut]
    asks: list[AskedOut] = Field(description="Of those who see the whole network")
    outlets: list[OutletChoiceOut] = Field(description="Which may have it now, people before animals before compost")


class LaddersOut(BaseModel):
    """The ladders of a day."""

    items: list[LadderOut]


class EscalationOut(Out):
    """Where the ladder of one line stands."""

    offer_line_id: UUID
    service_date: date
    state: Literal["climbing", "stopped", "over"]
    opened_at: datetime


class AnswerIn(Body):
    """Whether a food bank takes what it was asked about; without `kg` it takes all that is left."""

    takes: bool
    kg: Kg | None = None


class AskOut(BaseModel):
    """What a food bank's place is asked: whether it takes food beyond its needs."""

    id: UUID
    service_date: date
    site_id: UUID
    site_name: str
    organisation_id: UUID
    donor: str
    description: str
    category: str
    temperature_class: str
    date_mark: str
    mark_date: date | None
    allergens: list[str]
    dietary_flags: list[str]
    kg: KgOut = Field(description="What was open when it was asked")
    kg_left: KgOut = Field(description="What can still be taken")
    metres: int
    asked_at: datetime
    closes_at: datetime = Field(description="From then on no van can fetch it")
    state: AskState = Field(description="`taken`: nothing is left to take; `closed`: it is too late for a van")
    taken_kg: KgOut | None
    answered_at: datetime | None
    need_id: UUID | None = Field(description="The need of this food that a yes has made")
