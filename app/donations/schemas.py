"""What the lines of donations look like over HTTP; docs/donations.md says what each column means."""

from datetime import date, datetime
from typing import Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field

from app.donations.service import Donation
from app.kit.wire import KgOut
from app.offers.schemas import Category


class DonationOut(BaseModel):
    """Food of one offer line that one food bank received."""

    allocation_id: UUID
    offer_id: UUID
    offer_line_id: UUID
    service_date: date = Field(description="Local day on which it was to be fetched and brought")
    delivered_at: datetime | None
    store: str
    receiver_organisation_id: UUID
    receiver_organisation: str
    receiver_registration_number: str = Field(description="Empty where the partner's record has none")
    receiver_site: str
    category: Category
    description: str
    kg: KgOut
    lot: str
    date_mark: Literal["use_by", "best_before", "none"]
    mark_date: date | None
    gtin: str | None
    delivery_note: str | None = Field(
        description="Check code of the delivery note of the stop where it was handed over"
    )

    @classmethod
    def of(cls, found: Donation) -> Self:
        """As it was read."""
        return cls(
            allocation_id=found.food.id,
            offer_id=found.line.offer_id,
            offer_line_id=found.line.id,
            service_date=found.service_date,
            delivered_at=found.delivered_at,
            store=found.food.donor_name,
            receiver_organisation_id=found.receiver.id,
            receiver_organisation=found.receiver.name,
            receiver_registration_number=found.receiver.registration_number,
            receiver_site=found.food.receiver_name,
            category=found.line.category,
            description=found.line.description,
            kg=found.grams,
            lot=found.line.lot,
            date_mark=found.line.date_mark,
            mark_date=found.line.mark_date,
            gtin=found.line.gtin,
            delivery_note=found.note_code,
        )
