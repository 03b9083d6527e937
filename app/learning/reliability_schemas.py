"""Who can be relied on, over HTTP."""

from datetime import date, datetime
from typing import Any, Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field

from app.domain.no_shows import HAPPENINGS_SHOWN
from app.domain.reliability import sentence_of
from app.kit.web import Body
from app.kit.wire import FreeText, Instant, KgOut
from app.learning.no_shows import ShiftsLine
from app.learning.reliability import ReliabilityLine
from app.partners.schemas import Out

Side = Literal["store", "food_bank"]


class FollowUpIn(Body):
    """That you have spoken with them about all that you had read."""

    side: Side
    seen_until: Instant = Field(description="`last_happened_at` as you read it; 409 where more has happened since")
    note: FreeText = ""


class FollowUpOut(Out):
    """Who has spoken with a site, when, and what came of it."""

    side: Side
    heard_until: datetime
    note: str
    followed_by: str
    followed_at: datetime


class HappeningOut(BaseModel):
    """One thing that went wrong."""

    service_date: date
    trouble: Literal["closed", "empty", "refused", "late", "weight_off"]
    words: dict[str, Any]
    sentence: str = Field(description="In English")


class SiteReliabilityOut(BaseModel):
    """A site as a store that gives, or as a food bank's that receives."""

    site_id: UUID
    site_name: str
    organisation_id: UUID
    organisation_name: str
    side: Side
    visits: int
    troubled: int = Field(description="Visits at which something went wrong")
    troubled_share_at_least: float = Field(description="The lower end of Wilson's 95 % interval; the list's order")
    closed: int
    empty: int
    refused: int
    late: int = Field(description="Kept the van waiting more than 20 minutes longer than planned")
    weight_off: int = Field(description="More than 30 % off what was promised, or brought")
    in_vain: int = Field(description="Visits at which nothing was handled")
    refused_for: dict[str, int]
    happenings: list[HappeningOut] = Field(description="The newest, newest first")
    last_happened_at: datetime | None
    to_follow_up: bool
    followed_up: FollowUpOut | None = Field(description="The last time; those who plan see it")

    @classmethod
    def of(cls, line: ReliabilityLine) -> Self:
        """From a line."""
        row = line.row
        last = row.last_happened_at
        return cls(
            site_id=row.site_id,
            site_name=line.site_name,
            organisation_id=row.organisation_id,
            organisation_name=line.organisation_name,
            side=row.side,
            visits=row.visits,
            troubled=row.troubled,
            troubled_share_at_least=round(line.worst_share, 3),
            **row.counts,
            refused_for=row.reasons,
            happenings=[
                HappeningOut(
                    service_date=each["service_date"],
                    trouble=each["trouble"],
                    words=each["words"],
                    sentence=sentence_of(each["trouble"], row.side).format_map(each["words"]),
                )
                for each in row.happenings
            ],
            last_happened_at=None if last is None else last.replace(microsecond=0),
            to_follow_up=line.to_follow_up,
            followed_up=None if line.followed is None else FollowUpOut.model_validate(line.followed),
        )


class ReliabilityOut(BaseModel):
    """The sites that were visited in the last twelve weeks."""

    learnt_at: datetime | None
    sites: list[SiteReliabilityOut]

    @classmethod
    def of(cls, lines: list[ReliabilityLine]) -> Self:
        """From the lines."""
        return cls(
            learnt_at=max((each.row.learnt_at for each in lines), default=None),
            sites=[SiteReliabilityOut.of(each) for each in lines],
        )


class ShiftsFollowUpIn(Body):
    """That you have spoken with an organisation about all that you had read."""

    seen_until: Instant = Field(description="`last_happened_at` as you read it; 409 where more has happened since")
    note: FreeText = ""


class ShiftsFollowUpOut(Out):
    """Who has spoken with an organisation about its shifts, when, and what came of it."""

    heard_until: datetime
    note: str
    followed_by: str
    followed_at: datetime


class NoShowOut(BaseModel):
    """A shift that nobody drove: of whom and with which vehicle is not told."""

    service_date: date
    kg: KgOut
    stops: int


class OrganisationShiftsOut(BaseModel):
    """What became of the shifts of one organisation."""

    organisation_id: UUID
    organisation_name: str
    shifts: int = Field(description="That a published plan had food for, and that are over")
    not_driven: int = Field(description="Those of which nothing was reported until nothing could be any more")
    not_driven_share_at_least: float = Field(description="The lower end of Wilson's 95 % interval; the list's order")
    no_shows: list[NoShowOut] = Field(description="The newest, newest first")
    last_happened_at: datetime | None
    to_follow_up: bool
    followed_up: ShiftsFollowUpOut | None = Field(description="The last time; those who plan see it")

    @classmethod
    def of(cls, line: ShiftsLine) -> Self:
        """From a line."""
        last = line.last_happened_at
        return cls(
            organisation_id=line.organisation_id,
            organisation_name=line.organisation_name,
            shifts=line.kept.shifts,
            not_driven=len(line.kept.no_shows),
            not_driven_share_at_least=round(line.kept.share_at_least, 3),
            no_shows=[
                NoShowOut(service_date=each.day, kg=each.grams, stops=each.stops)
                for each in line.kept.no_shows[:HAPPENINGS_SHOWN]
            ],
            last_happened_at=None if last is None else last.replace(microsecond=0),
            to_follow_up=line.to_follow_up,
            followed_up=None if line.followed is None else ShiftsFollowUpOut.model_validate(line.followed),
        )


class ShiftReliabilityOut(BaseModel):
    """The organisations whose shifts were to be driven in the last twelve weeks."""

    organisations: list[OrganisationShiftsOut]
