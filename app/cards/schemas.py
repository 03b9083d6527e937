"""What cards, and what people write through them, look like over HTTP."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints, field_validator

from app.fleet.schemas import MoneyOut
from app.kit.language import LanguageCode
from app.kit.web import Body
from app.kit.wire import FreeText, KgOut
from app.partners.schemas import Name, Out
from app.public.schemas import PublicName, Slug
from app.reports.impact.figures_schema import FactorUsedOut

CardKind = Literal["partner", "ambassador"]
Wish = Literal["give_food", "drive", "give_money"]
Sentence = Annotated[str, StringConstraints(max_length=200), Field(description="Everybody reads it")]
OtherName = Annotated[str, StringConstraints(max_length=120)]
Reachable = Annotated[str, StringConstraints(min_length=5, max_length=120)]


class CardIn(Body):
    """A card for a partner or an ambassador, under the name that they agreed to have shown to everybody."""

    slug: Slug = Field(description="The end of its address, /c/{slug}")
    kind: CardKind
    name_en: PublicName
    name_ar: OtherName = Field(default="", description="Empty: as in English")
    sentence_en: Sentence = ""
    sentence_ar: Sentence = ""
    is_on: bool = True
    consent: bool = Field(description="They have said yes to their name being shown to everybody")

    @field_validator("consent")
    @classmethod
    def _is_given(cls, given: bool) -> bool:
        if not given:
            raise ValueError("A name is shown to everybody only where they have said yes to it.")
        return given


class CardChange(Body):
    """What may be changed of a card; what is left out stays. Its address stays, since it was passed on."""

    name_en: PublicName | None = None
    name_ar: OtherName | None = None
    sentence_en: Sentence | None = None
    sentence_ar: Sentence | None = None
    is_on: bool | None = None


class CardOut(Out):
    """A card."""

    id: UUID
    slug: str
    kind: CardKind
    name_en: str
    name_ar: str
    sentence_en: str
    sentence_ar: str
    consented_on: date
    is_on: bool
    created_at: datetime
    version: int


class EnquiryIn(Body):
    """Somebody wants to help: what they would do, and how the network's office can reach them."""

    wish: Wish
    name: Name
    contact: Reachable = Field(description="An e-mail address or a telephone number")
    organisation: OtherName = ""
    message: FreeText = ""
    language: LanguageCode = Field(default="en", description="What they are answered in")


class EnquiryTakenOut(BaseModel):
    """It has reached the network's office."""

    state: Literal["open"] = "open"


class EnquiryOut(Out):
    """What somebody wrote through a card."""

    id: UUID
    card_id: UUID
    wish: Wish
    name: str = Field(validation_alias="contact_name")
    contact: str
    organisation: str
    message: str
    language: LanguageCode
    state: Literal["open", "accepted"]
    decided_on: date | None
    received_at: datetime


class CountersOut(BaseModel):
    """Whom a card brought in. The amount is told from three gifts on, so that it is nobody's alone."""

    donors: int
    drivers: int
    gifts: int
    amount: MoneyOut | None


class CardShownOut(BaseModel):
    """A card as everybody sees it; the network's figures are null where nothing is recorded."""

    slug: str
    kind: CardKind
    name_en: str
    name_ar: str
    sentence_en: str
    sentence_ar: str
    network_en: str
    network_ar: str
    kg: KgOut | None
    meals: int | None
    co2e_grams: int | None
    factors: list[FactorUsedOut] = Field(description="What meals and CO2e are counted with, version by version")
    currency: str
    brought_in: CountersOut
