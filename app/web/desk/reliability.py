"""Who can be relied on: the stores and food banks to follow up, the worst first, and those that were."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated
from uuid import UUID
from zoneinfo import ZoneInfo

from babel.dates import format_date
from fastapi import APIRouter, Form, Request, Response

from app.domain.no_shows import SENTENCE as NOBODY_DROVE
from app.domain.reliability import sentence_of
from app.kit.web import database_of, now_of
from app.learning.no_shows import ShiftsLine, follow_up_shifts, shifts_of_organisations
from app.learning.reliability import ReliabilityLine, follow_up, reliability
from app.partners.service import network_of, zone_of
from app.web.language import language_of
from app.web.rendering import render, see_other
from app.web.visitor import Visitor

router = APIRouter(include_in_schema=False)
LONGEST_NOTE = 500
# What can go wrong, as the table of a site says it, in this order.
TROUBLES = {
    "closed": "Closed",
    "empty": "Nothing there",
    "refused": "Refused",
    "late": "Kept waiting",
    "weight_off": "Weight far off",
    "in_vain": "In vain",
}


@dataclass(frozen=True)
class ReliabilityView:
    """All that the page shows."""

    zone: ZoneInfo
    lines: Sequence[ReliabilityLine]
    shifts: Sequence[ShiftsLine]

    @property
    def to_follow_up(self) -> list[ReliabilityLine]:
        """Where something happened that nobody has spoken with them about."""
        return [each for each in self.lines if each.to_follow_up]

    @property
    def others(self) -> list[ReliabilityLine]:
        """Everybody else who was visited."""
        return [each for each in self.lines if not each.to_follow_up]

    @property
    def shifts_missed(self) -> list[ShiftsLine]:
        """Organisations of which a shift was not driven."""
        return [each for each in self.shifts if each.kept.no_shows]

    @property
    def learnt_at(self) -> datetime | None:
        """When it was worked out."""
        return max((each.row.learnt_at for each in self.lines), default=None)


@router.get("/reliability")
def show(request: Request, visitor: Visitor) -> Response:
    """The list to follow up, and everybody else."""
    visitor.require("plans.edit")
    with database_of(request).transaction(visitor.scope) as session:
        network = network_of(session, visitor)
        lines = reliability(session, visitor)
        shifts = shifts_of_organisations(session, visitor, now_of(request))
    locale = language_of(request).locale
    return render(
        request,
        "reliability.html",
        signed_in=visitor.name,
        demonstration=network.demonstration,
        view=ReliabilityView(zone_of(network), lines, shifts),
        nobody_drove=NOBODY_DROVE,
        troubles=TROUBLES,
        sentence_of=sentence_of,
        day_label=lambda day: format_date(date.fromisoformat(day), "EEE d MMM", locale=locale),
        longest_note=LONGEST_NOTE,
    )


@router.post("/reliability/follow-up")
def followed_up(
    request: Request,
    visitor: Visitor,
    site_id: Annotated[UUID, Form()],
    side: Annotated[str, Form(pattern="^(store|food_bank)$")],
    seen_until: Annotated[datetime, Form()],
    note: Annotated[str, Form(max_length=LONGEST_NOTE)] = "",
) -> Response:
    """Say that one has spoken with them, as they were shown."""
    with database_of(request).transaction(visitor.scope) as session:
        follow_up(session, visitor, site_id, side, seen_until, note.strip(), now_of(request))
    return see_other("/reliability")


@router.post("/reliability/shifts/follow-up")
def shifts_followed_up(
    request: Request,
    visitor: Visitor,
    organisation_id: Annotated[UUID, Form()],
    seen_until: Annotated[datetime, Form()],
    note: Annotated[str, Form(max_length=LONGEST_NOTE)] = "",
) -> Response:
    """Say that one has spoken with an organisation about its shifts, as they were shown."""
    with database_of(request).transaction(visitor.scope) as session:
        follow_up_shifts(session, visitor, organisation_id, seen_until, note.strip(), now_of(request))
    return see_other("/reliability")
