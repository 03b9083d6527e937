"""Two versions of a day's plan side by side."""

from collections.abc import Sequence
from datetime import date as Date
from uuid import UUID

from fastapi import APIRouter, Request, Response

from app.domain.service_date import service_date_of
from app.kit.web import database_of, now_of
from app.partners.service import network_of, zone_of
from app.planning import queries
from app.planning.comparison import compared, usual_pair
from app.planning.schemas import PlanHeadOut
from app.web.rendering import render
from app.web.visitor import Visitor

router = APIRouter(include_in_schema=False)
# Figures of both versions: label, name, kind of number.
FIGURES = (
    ("Planned", "grams", "kg"),
    ("Stays behind", "grams_left", "kg"),
    ("Distance driven", "metres", "km"),
    ("Driver hours", "seconds", "hours"),
    ("Routes", "routes", "count"),
    ("Rules broken", "violations", "count"),
)


@router.get("/day/compare")
def show(request: Request, visitor: Visitor, date: str = "", a: str = "", b: str = "") -> Response:
    """The versions that were asked for, or those that people want beside each other."""
    visitor.require("plans.read")
    with database_of(request).transaction(visitor.scope) as session:
        network = network_of(session, visitor)
        day = _date_or(date, service_date_of(now_of(request), zone_of(network)))
        heads = queries.list_plans(session, visitor, day)
        pair = _asked(heads, a, b) or usual_pair(heads)
        plans = None if pair is None else [queries.get_plan(session, visitor, each) for each in pair]
    return render(
        request,
        "compare.html",
        signed_in=visitor.name,
        demonstration=network.demonstration,
        zone=zone_of(network),
        day=day,
        heads=heads,
        plans=plans,
        comparison=None if plans is None else compared(*plans),
        figures=FIGURES,
    )


def _asked(heads: Sequence[PlanHeadOut], *wished: str) -> tuple[UUID, UUID] | None:
    """Both, where they are versions of the day."""
    of_the_day = {str(head.id): head.id for head in heads}
    found = [of_the_day[each] for each in wished if each in of_the_day]
    return (found[0], found[1]) if len(found) == len(wished) else None


def _date_or(wished: str, otherwise: Date) -> Date:
    try:
        return Date.fromisoformat(wished)
    except ValueError:
        return otherwise
