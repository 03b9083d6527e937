"""What a message of the live view looks like over HTTP."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field


class SubjectOut(BaseModel):
    """What a message is about."""

    kind: str
    id: UUID


class MessageOut(BaseModel):
    """Something that happened; the page on webhooks lists the kinds with their data."""

    id: str = Field(description="The same as the webhook-id")
    kind: str
    at: datetime
    subject: SubjectOut
    data: dict[str, Any]
