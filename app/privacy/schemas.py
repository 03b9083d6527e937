"""What exports and erasures look like over HTTP."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

from app.kit.web import Body
from app.partners.schemas import Out


class EraseIn(Body):
    """That this very person or driver is meant."""

    confirm: Annotated[
        str,
        StringConstraints(min_length=1, max_length=254),
        Field(description="The person's e-mail address; for a driver, the name as it stands on the shift"),
    ]


class ErasedOut(BaseModel):
    """What lost its name. Kilograms, events, the ledger and the audit trail stay."""

    id: UUID
    shifts: int = Field(description="Shifts, with their routes in every plan, that now name nobody")
    notes: int = Field(description="Notes of the driver at stops that were emptied")
    sessions: int = Field(description="Sessions that ended")


class KnownShiftOut(Out):
    """A shift that carries the person's name."""

    id: UUID
    service_date: date
    driver_name: str
    starts_at: datetime
    ends_at: datetime


class KnownNoteOut(Out):
    """What the person noted at a stop."""

    id: UUID
    stop_id: UUID
    occurred_at: datetime
    note: str


class KnownSignatureOut(Out):
    """What the person signed at a door, by the name that was typed there; the drawing as lists of x, y, x, y."""

    site_name: str
    signed_at: datetime
    signed_by: str
    strokes: list[list[int]]


class KnownEntryOut(Out):
    """A deed of the person, or one done to the person's account."""

    id: int
    at: datetime
    actor_kind: str
    actor_id: UUID | None
    action: str
    subject_kind: str
    subject_id: UUID
    detail: dict[str, Any]


class PersonExportOut(BaseModel):
    """Everything that is kept about a person. A password is kept as a hash alone and is not in here."""

    exported_at: datetime
    person: dict[str, Any] = Field(description="Every field of the account but the password's hash")
    sessions: list[dict[str, Any]] = Field(description="When sessions began and ended; no secrets")
    told: dict[str, list[dict[str, Any]]] = Field(
        description="What you chose to be told, on which devices, and what you were told; no secrets"
    )
    shifts: list[KnownShiftOut]
    notes: list[KnownNoteOut]
    signatures: list[KnownSignatureOut]
    audit_entries: list[KnownEntryOut]
