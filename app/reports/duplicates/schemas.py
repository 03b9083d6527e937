"""What duplicate effort looks like over HTTP."""

from datetime import date, datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from app.domain.duplicate_entries import Entry
from app.fleet.schemas import MoneyOut
from app.kit.web import Body
from app.kit.wire import Day, FreeText, KgOut
from app.models.duplicates import DuplicateMark
from app.reports.duplicates.queries import Line

Outcome = Literal["pooled", "reason", "later"]
LONGEST_NOTE = 500


class MarkOut(BaseModel):
    """What was said of an entry."""

    model_config = ConfigDict(from_attributes=True)
    outcome: Outcome
    note: str
    seen_until: date
    marked_by: str
    marked_at: datetime


class DuplicateEffortOut(BaseModel):
    """The same partners at the same places on some days. Savings are what pooling one visit a day saves, never below
    nothing; those of several entries lap over each other and are never to be added up."""

    entry: str = Field(description="What the entry is called, whatever days are asked for")
    kind: Literal["same_place", "nearby", "little_food"] = Field(
        description="`same_place`: several vans at one store on a day; `nearby`: at stores close to each other;"
        " `little_food`: visits that carried less than they cost"
    )
    standing: Literal["recorded", "planned"] = Field(description="Planned: nobody reported these days, never done")
    organisation_ids: list[UUID] = Field(description="Whose vans; twice the same where both are of one partner")
    partners: list[str]
    site_ids: list[UUID] = Field(description="The store of each of them")
    places: list[str]
    metres_apart: int
    days: list[date]
    weekdays: list[int] = Field(description="ISO weekdays, the one that has it most first")
    visits: int
    kg: KgOut = Field(description="Of the visits that were weighed")
    visits_without_weight: int
    kg_per_visit: KgOut | None
    saved_metres: int | None = Field(description="Null where the street table of no day tells")
    saved_seconds: int | None
    saved_cost: MoneyOut | None = Field(description="Null where a van has no rates")
    days_that_save: int
    days_that_fit: int = Field(description="Of these, those on which the other van could have driven it")
    misfits: list[Literal["room", "times", "skills", "limits"]] = Field(description="What stood against it on others")
    by_agreement: bool = Field(description="An agreement says whose vans alone fetch there")
    detour_metres: int | None = Field(description="Of visits that carried too little: what they took")
    detour_seconds: int | None
    detour_cost: MoneyOut | None
    cost_per_kg: MoneyOut | None = Field(description="Null where no food moved")
    kg_co2e_detour: KgOut | None
    kg_to_break_even: KgOut | None = Field(description="Food that avoids as much CO2e as the detours put out")
    to_work_through: bool = Field(description="Nobody has dealt with it since it happened last")
    dealt_with: MarkOut | None

    @classmethod
    def of(cls, line: Line) -> Self:
        """From a line."""
        entry = line.entry
        cents_per_kg = entry.cents_per_kg
        return cls.model_validate(
            {
                "entry": entry.key,
                "kind": entry.kind,
                "standing": "recorded" if entry.recorded else "planned",
                "organisation_ids": [side.partner for side in entry.sides],
                "partners": line.partners,
                "site_ids": [side.place for side in entry.sides],
                "places": line.places,
                "metres_apart": entry.metres_apart,
                "days": entry.days,
                "weekdays": entry.weekdays,
                "visits": entry.visits,
                "kg": entry.grams,
                "visits_without_weight": entry.unweighed,
                "kg_per_visit": entry.grams_per_visit,
                "saved_metres": entry.saved_metres,
                "saved_seconds": entry.saved_seconds,
                "saved_cost": entry.saved_cents,
                "days_that_save": entry.saving_days,
                "days_that_fit": entry.fitting_days,
                "misfits": sorted(entry.misfits),
                "by_agreement": entry.agreed,
                **_detour(entry),
                "cost_per_kg": None if cents_per_kg is None else round(cents_per_kg),
                "to_work_through": line.to_work_through,
                "dealt_with": None if line.mark is None else MarkOut.model_validate(line.mark),
            }
        )


def _detour(entry: Entry) -> dict[str, int | None]:
    detour = entry.detour
    return {
        "detour_metres": None if detour is None else detour.metres,
        "detour_seconds": None if detour is None else detour.seconds,
        "detour_cost": None if detour is None else detour.cents,
        "kg_co2e_detour": None if detour is None else detour.grams_co2e,
        "kg_to_break_even": entry.break_even_grams,
    }


class DuplicateMarkIn(Body):
    """Which entry is dealt with, and how."""

    entry: Annotated[str, StringConstraints(max_length=200)]
    seen_until: Day = Field(description="Its last day that you saw")
    outcome: Outcome = Field(
        description="`pooled`: it is agreed to pool; `reason`: there is a reason for it; `later`: not now"
    )
    note: FreeText = ""


class DuplicateMarkOut(MarkOut):
    """What was kept."""

    id: UUID
    entry: str

    @classmethod
    def of(cls, row: DuplicateMark) -> Self:
        """From its row."""
        return cls.model_validate(row)
