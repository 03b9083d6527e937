"""A van's visit in words, on the page of the door and among a shop's offers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import Request

from app.arrivals.van_page import VisitShown, pickups_at
from app.domain.van_page import WORDS, Standing
from app.kit.web import database_of, now_of
from app.models.offers import Offer
from app.models.partners import Network
from app.partners.service import zone_of
from app.web.language import Language, language_of

# How a standing is shown beside its word.
SHAPES = {Standing.LATE: "far", Standing.FAILED: "bad", Standing.ARRIVED: "good", Standing.DONE: "good"}


@dataclass(frozen=True)
class VisitView:
    """One visit in words."""

    shown: VisitShown
    standing: Standing
    sentence: str
    words: dict[str, str]
    worked_out: datetime
    same_day: bool

    @property
    def word(self) -> str:
        """Where it stands, in a word."""
        return WORDS[self.standing]

    @property
    def shape(self) -> str:
        """How that is shown."""
        return SHAPES.get(self.standing, "")


def in_words(shown: VisitShown, now: datetime, zone: ZoneInfo, language: Language) -> VisitView:
    """A visit as people read of it at this moment."""
    visit = shown.visit
    instants = {"expected": visit.expected_at, "planned": visit.planned_at, "came": visit.arrived_at}
    worked_out = shown.worked_out_at.astimezone(zone)
    return VisitView(
        shown,
        visit.standing(now),
        visit.sentence(now),
        {name: language.clock(instant, zone) for name, instant in instants.items() if instant is not None},
        worked_out,
        worked_out.date() == now.astimezone(zone).date(),
    )


def vans_for(request: Request, network: Network, offers: Sequence[Offer], day: date) -> dict[UUID, list[VisitView]]:
    """By offer, the vans that fetch something of it on that day; of offers that the reader sees."""
    language, zone, now = language_of(request), zone_of(network), now_of(request)
    visits = pickups_at(database_of(request), network.id, {offer.site_id for offer in offers}, day)
    return {
        offer.id: [
            in_words(visit, now, zone, language)
            for visit in visits[offer.site_id]
            if visit.lines & {line.id for line in offer.lines}
        ]
        for offer in offers
    }
