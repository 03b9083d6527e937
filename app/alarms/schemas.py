"""What alarms look like over HTTP."""

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field, computed_field

from app.domain.alarms import sentence
from app.partners.schemas import Out

AlarmKind = Literal[
    "shift_without_driver", "driver_not_started", "stop_late", "weight_far_off", "report_contradicts", "store_silent"
]  # fmt: skip
AlarmState = Literal["open", "acknowledged", "cleared"]
Severity = Literal["warning", "emergency"]


class ToldOut(BaseModel):
    """One step: who was told when. No people: there was nobody to tell, and the next step followed at once."""

    at: datetime
    severity: Severity
    audience: Literal["organisation", "network", "administrators", "store"]
    people: list[UUID]


class AlarmOut(Out):
    """Something that a person has to hear of. `next_step_at`: when more people are told unless somebody takes it on."""

    id: UUID
    kind: AlarmKind
    severity: Severity
    state: AlarmState
    service_date: date
    organisation_id: UUID = Field(description="Whose shift it is, or whose store")
    shift_id: UUID | None = Field(description="null for a store that is silent")
    subject_kind: Literal["shift", "stop", "site"]
    subject_id: UUID
    details: dict[str, Any] = Field(description="The words of the sentence; times are local")
    raised_at: datetime
    step: int = Field(description="How many steps were taken since it was raised or became an emergency")
    next_step_at: datetime | None
    told: list[ToldOut]
    acknowledged_by: UUID | None = Field(description="A person, or a key")
    acknowledged_at: datetime | None
    cleared_at: datetime | None
    version: int

    @computed_field  # type: ignore[prop-decorator]
    @property
    def sentence(self) -> str:
        """What happened and what to do, in English."""
        return sentence(self.kind, self.details)
