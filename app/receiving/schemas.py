"""What a food bank's word on what it received looks like over HTTP."""

from datetime import date, datetime
from typing import Self
from uuid import UUID

from pydantic import BaseModel, Field

from app.kit.web import Body
from app.kit.wire import FreeText, KgOrZero, KgOut
from app.receiving.queries import Statement

MOST_CRATES = 10_000


class ReceiptIn(Body):
    """What came of an allocation."""

    kg: KgOrZero = Field(description="0: nothing of it came, or none of it was taken")
    crates: int | None = Field(default=None, ge=0, le=MOST_CRATES, description="null: nobody counted them")
    note: FreeText = ""


class DifferenceSeenIn(Body):
    """What was shown of a difference when somebody saw it."""

    kg_delivered: KgOrZero | None = Field(description="As the driver had reported it; null: nothing was reported yet")


class ReceiptConfirmationOut(BaseModel):
    """A food bank's word on what came, beside the driver's. Neither changes the other."""

    id: UUID
    service_date: date
    allocation_id: UUID
    offer_line_id: UUID
    organisation_id: UUID
    number: int = Field(description="Of the statements on one promise, the highest counts")
    kg: KgOut
    crates: int | None
    kg_delivered: KgOut | None = Field(description="As the driver reported it; null where nothing is reported")
    differs: bool = Field(description="Whether this is not what the driver reported; a dispatcher is shown it")
    note: str
    confirmed_by: str
    confirmed_at: datetime
    seen_at: datetime | None = Field(description="When somebody of the network saw to the difference, as it stands now")
    seen_by: str | None = Field(description="Who that was; the network's own staff read it")

    @classmethod
    def of(cls, found: Statement, *, names_seer: bool) -> Self:
        """From what was said and reported. names_seer: whether the reader may know who of the network saw it."""
        row = found.said
        return cls(
            id=row.id,
            service_date=row.service_date,
            allocation_id=row.allocation_id,
            offer_line_id=row.offer_line_id,
            organisation_id=row.organisation_id,
            number=row.number,
            kg=row.received_grams,
            crates=row.received_crates,
            kg_delivered=found.received.delivered_grams,
            differs=found.received.differs,
            note=row.note,
            confirmed_by=row.confirmed_by,
            confirmed_at=row.confirmed_at,
            seen_at=found.seen_at,
            seen_by=row.seen_by if names_seer and found.seen_at is not None else None,
        )
