"""What agreements look like over HTTP."""

from datetime import date, datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import Field, model_validator

from app.domain.categories import CATEGORIES
from app.kit.web import Body
from app.kit.wire import LongText
from app.partners.partnership_schemas import MOST_SITES, CategoryName, Dates, SignedDocument, SignedDocumentOut
from app.partners.schemas import Out

AgreementState = Literal["proposed", "active", "ended"]
AgreementKind = Literal["only", "first"]
AgreementSide = Literal["donor", "receiver", "network"]
PaidBy = Literal["as_partners", "donor", "receiver", "half_each"]


class AgreementIn(Dates):
    """Propose what the planner is to obey. Stores, categories and weekdays (1 is Monday): an empty list means all."""

    donor_organisation_id: UUID
    receiver_organisation_id: UUID
    store_ids: list[UUID] = Field(default=[], max_length=MOST_SITES, description="The donor's stores that it is about")
    receiver_site_id: UUID | None = Field(default=None, description="The one place that it is for; null: every place")
    categories: list[CategoryName] = Field(default=[], max_length=len(CATEGORIES))
    weekdays: list[Annotated[int, Field(ge=1, le=7)]] = Field(default=[], max_length=7)
    kind: AgreementKind = Field(
        default="only",
        description="`only`: the food is the receiver's alone while its needs have room for it; `first`: the receiver"
        " comes first, and what does not come there in the plan is free",
    )
    exclusive: bool = Field(
        default=False, description="With `only`: what the receiver cannot take goes to nobody else either"
    )
    driver_organisation_id: UUID | None = Field(
        default=None, description="Whose vans alone fetch the food; null: any van"
    )
    paid_by: PaidBy = Field(
        default="as_partners", description="Who pays for the driving; `as_partners`: as the partnerships share costs"
    )
    note: LongText = ""
    replaces_id: UUID | None = Field(
        default=None, description="The agreement of the same two whose place it takes when it is accepted"
    )

    @model_validator(mode="after")
    def _only_is_exclusive(self) -> Self:
        if self.exclusive and self.kind != "only":
            raise ValueError("Food that is to go to nobody else is agreed as `only`, not as `first`.")
        return self


class AgreementAcceptance(Body):
    """Accept; the network does so in the name of both by naming the document that was signed on paper."""

    signed_document: SignedDocument | None = None


class AgreementOut(Out):
    """An agreement between a donor and a receiver."""

    id: UUID
    donor_organisation_id: UUID
    receiver_organisation_id: UUID
    store_ids: list[UUID]
    receiver_site_id: UUID | None
    categories: list[str]
    weekdays: list[int]
    kind: AgreementKind
    exclusive: bool
    driver_organisation_id: UUID | None
    paid_by: PaidBy
    note: str
    valid_from: date
    valid_until: date | None
    state: AgreementState
    proposed_by: AgreementSide
    donor_agreed_at: datetime | None
    receiver_agreed_at: datetime | None
    signed_document: SignedDocumentOut | None
    replaces_id: UUID | None
    replaced_by_id: UUID | None
    reason: str | None
    ended_at: datetime | None
    created_at: datetime
    version: int
