"""What the audit trail looks like over HTTP."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field


class ActorOut(BaseModel):
    """Who did it, by kind and id; the name as it is now, null where you do not see them or they are gone."""

    kind: Literal["person", "credential", "shift", "service"]
    id: UUID | None
    name: str | None


class AuditEntryOut(BaseModel):
    """One deed. `number`, `previous_hash` and `hash` are its place in the network's chain."""

    id: int
    number: int
    at: datetime
    actor: ActorOut
    organisation_id: UUID | None = Field(description="The actor's organisation; null: the service by itself")
    subject_organisation_id: UUID | None = Field(description="The organisation whose thing it is")
    action: str
    subject_kind: str
    subject_id: UUID
    detail: dict[str, Any] = Field(
        description="Facts; `changes` has each changed field with its value before and after, personal ones without"
    )
    previous_hash: str
    hash: str


class HeadOut(BaseModel):
    """The newest entry of your network: keep it elsewhere, and send it to the verification later."""

    network_id: UUID
    number: int
    hash: str
    read_at: datetime


class BreakOut(BaseModel):
    """The first entry at which the chain does not hold."""

    number: int
    problem: Literal["missing", "inserted", "unlinked", "changed", "end_missing", "head_differs"]
    sentence: str


class VerificationOut(BaseModel):
    """Whether the chain holds from its first entry that is kept to its newest."""

    intact: bool
    entries: int
    number: int
    hash: str
    first_broken: BreakOut | None
    sentence: str
