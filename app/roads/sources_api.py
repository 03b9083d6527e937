"""Where a network's travel times come from, over HTTP: the chosen source, whether it answers, what follows it."""

from datetime import datetime
from urllib.parse import urlsplit

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.kit.web import PROBLEMS, ApiRoute, Caller
from app.models.roads import TravelFit, TravelMatrix
from app.partners.service import network_of
from app.roads.choice import ProviderName, choice_of
from app.roads.provider import Profile
from app.roads.streets import Streets

router = APIRouter(prefix="/api/v1", route_class=ApiRoute, tags=["map"], responses=PROBLEMS)


class EstimateOut(BaseModel):
    """The straight-line estimate that was fitted to the network's real table, and how wrong it was there."""

    profile: Profile
    km_per_hour: float
    detour: float = Field(description="Metres on the street for each metre of the straight line")
    mean_error: float = Field(description="Mean of the absolute error of the seconds, relative to the streets")
    p95_error: float = Field(description="The same, of the worst 5 in 100 pairs")
    pairs: int
    fitted_at: datetime


class KeptTableOut(BaseModel):
    """A table of travel times that is kept."""

    profile: Profile
    sites: int
    fingerprint: str
    created_at: datetime


class TravelSourceOut(BaseModel):
    """Where travel times come from."""

    provider: ProviderName
    server: str | None = Field(description="Host of the routing server, where one was chosen")
    region: str
    answers: bool
    sentence: str = Field(description="What the source said of itself just now")
    attribution: str = Field(description="Must stay visible wherever a time, a distance or a line is shown")
    tables: list[KeptTableOut]
    estimates: list[EstimateOut] = Field(description="What is used, and flagged, when every other source fails")


@router.get("/travel-source")
def read_travel_source(request: Request, call: Caller) -> TravelSourceOut:
    """The source of your network's travel times; asks it whether it answers."""
    call.principal.require("plans.read")
    streets: Streets = request.app.state.streets

    def rows(session: Session) -> tuple[str, dict[str, str], list[KeptTableOut], list[EstimateOut]]:
        network = network_of(session, call.principal)
        columns = (TravelMatrix.profile, TravelMatrix.sites, TravelMatrix.fingerprint, TravelMatrix.created_at)
        tables = [
            KeptTableOut(profile=profile, sites=len(sites), fingerprint=fingerprint, created_at=created_at)
            for profile, sites, fingerprint, created_at in session.execute(select(*columns).order_by(*columns[::2]))
        ]
        fits = session.scalars(select(TravelFit).order_by(TravelFit.profile))
        return network.region, network.roads, tables, [_estimate_out(row) for row in fits]

    region, stored, tables, estimates = call.read(rows)
    choice = choice_of(region, stored)
    health = streets.health(choice)
    return TravelSourceOut(
        provider=choice.provider,
        server=urlsplit(choice.url).hostname if choice.url else None,
        region=region,
        answers=health.ok,
        sentence=health.sentence,
        attribution=streets.attribution(choice),
        tables=tables,
        estimates=estimates,
    )


def _estimate_out(row: TravelFit) -> EstimateOut:
    return EstimateOut.model_validate(
        {name: getattr(row, name) for name in EstimateOut.model_fields},
    )
