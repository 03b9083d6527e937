"""What partnerships look like over HTTP."""

from datetime import date, datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, BaseModel, Field, StringConstraints, WithJsonSchema, model_validator

from app.domain.categories import CATEGORIES
from app.kit.web import Body
from app.kit.wire import Day, FreeText, LongText
from app.partners.schemas import Kind, Name, Out, RegistrationNumber

PartnershipState = Literal["proposed", "active", "suspended", "ended"]
Side = Literal["network", "organisation"]
CostSharing = Literal["none", "by_kg", "by_kg_km", "equal"]
Text500 = Annotated[str, StringConstraints(max_length=500)]
MOST_SITES = 500


def _known(value: str) -> str:
    if value not in CATEGORIES:
        raise ValueError("There is no category of this name.")
    return value


CategoryName = Annotated[str, AfterValidator(_known), WithJsonSchema({"type": "string", "enum": list(CATEGORIES)})]


class Contact(Body):
    """Whom partners of the organisation call."""

    name: Name
    email: Annotated[str, StringConstraints(pattern=r"^([^@\s]+@[^@\s]+\.[^@\s]+)?$", max_length=254)] = ""
    phone: Annotated[str, StringConstraints(max_length=40)] = ""


class Terms(Body):
    """What is agreed. Categories, weekdays (1 is Monday) and stores covered: an empty list means all."""

    categories: list[CategoryName] = Field(default=[], max_length=len(CATEGORIES))
    weekdays: list[Annotated[int, Field(ge=1, le=7)]] = Field(default=[], max_length=7)
    site_ids: list[UUID] = Field(default=[], max_length=MOST_SITES)
    cost_sharing: CostSharing = "none"
    cost_note: FreeText = ""
    contact: Contact | None = None
    note: LongText = ""


class SignedDocument(Body):
    """An agreement that was signed: what it is called and the day of the last signature."""

    name: Name
    signed_on: Day


class SignedDocumentOut(BaseModel):
    """The signed agreement; `sha256` is that of the file, null where nobody sent the file."""

    name: str
    signed_on: date
    sha256: str | None = None


class Dates(Body):
    """From when until when, both days included; without an end it runs on."""

    valid_from: Day | None = None
    valid_until: Day | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.valid_from is not None and self.valid_until is not None and self.valid_until < self.valid_from:
            raise ValueError("The last day is before the first one: swap the two.")
        return self


class NewOrganisation(Dates):
    """A new partner of your network, with the partnership that you propose; it begins today unless you say otherwise.

    A signed document says that it was agreed on paper: the partnership is then active at once.
    """

    kind: Kind
    name: Name
    registration_number: RegistrationNumber = ""
    terms: Terms = Terms()
    signed_document: SignedDocument | None = None


class OrganisationChange(Body):
    """A partner's new name, or registration number; what is left out stays."""

    name: Name | None = None
    registration_number: RegistrationNumber | None = None


class PartnershipIn(Dates):
    """Propose a partnership, a renewal or new terms; `organisation_id` is needed by the network's staff alone."""

    organisation_id: UUID | None = None
    terms: Terms = Terms()


class PartnershipChange(Dates):
    """What the side that proposed may change while nobody has accepted; terms are replaced as a whole."""

    terms: Terms | None = None


class PartnershipAcceptance(Body):
    """Accept; the network does so in the organisation's name by naming the document that was signed on paper."""

    signed_document: SignedDocument | None = None


class Reason(Body):
    """Why."""

    reason: Annotated[str, StringConstraints(min_length=1, max_length=500)]


class PartnershipOut(Out):
    """An organisation's membership of a network."""

    id: UUID
    organisation_id: UUID
    state: PartnershipState
    proposed_by: Side
    suspended_by: Side | None
    valid_from: date
    valid_until: date | None
    terms: Terms
    signed_document: SignedDocumentOut | None
    reason: str | None
    accepted_at: datetime | None
    ended_at: datetime | None
    renewed_by_id: UUID | None
    created_at: datetime
    version: int


class NewOrganisationOut(Out):
    """The new partner and its partnership, which the other side accepts."""

    id: UUID
    kind: Kind
    name: str
    version: int
    partnership: PartnershipOut
