"""What coordination is worth, as a page: a day together beside the same day alone, and the week that it lies in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Form, Request, Response
from sqlalchemy.orm import Session

from app.domain.together import VARIANT_WORDS
from app.kit.auth import Principal
from app.kit.errors import WaslError
from app.kit.web import database_of, now_of
from app.models.partners import Network
from app.papers.together_day import together_day_paper
from app.partners.service import network_of, zone_of
from app.planning.queries import driven_plan
from app.reports.together import queries
from app.reports.together.figures import CHARTS, KIND_TITLES, KindView, content_of_day, kinds_of_day
from app.reports.together.jobs import is_being_worked_out
from app.reports.together.queries import Totals
from app.reports.together.service import ask_for_day
from app.web.charts import NARROW_PIXELS, WIDTH_PIXELS, height_of, paired_bars, picture
from app.web.language import language_of
from app.web.paper import issued, issued_paper, issuer_of, paper
from app.web.rendering import render, see_other
from app.web.visitor import Visitor

router = APIRouter(include_in_schema=False)
Figure = Literal["food", "distance", "hours"]
Kind = Literal["recorded", "planned"]


@dataclass(frozen=True)
class TogetherView:
    """All that the page shows. kinds: what was recorded first."""

    zone: ZoneInfo
    day: date
    kinds: Sequence[tuple[str, KindView]]
    is_published: bool
    may_ask: bool
    is_being_worked_out: bool
    week: Totals
    week_days: tuple[date, date]


@router.get("/together")
def show(request: Request, visitor: Visitor, date: str = "") -> Response:
    """A day, the newest that is worked out unless another one is asked for, and its week."""
    with database_of(request).transaction(visitor.scope) as session:
        network = network_of(session, visitor)
        day = _day_or(date, _usual_day(request, session, visitor, network))
        monday = day - timedelta(days=day.isoweekday() - 1)
        sunday = monday + timedelta(days=6)
        kinds = kinds_of_day(session, visitor, day)
        view = TogetherView(
            zone_of(network),
            day,
            kinds,
            driven_plan(session, visitor.network_id, day) is not None,
            visitor.may("plans.request"),
            is_being_worked_out(session, visitor.network_id, day),
            queries.totals(session, visitor, monday, sunday),
            (monday, sunday),
        )
    return render(
        request,
        "together.html",
        signed_in=visitor.name,
        demonstration=network.demonstration,
        view=view,
        titles=KIND_TITLES,
        charts={name: label for name, (label, _) in CHARTS.items()},
        may_plan=visitor.sees_network,
        one_day=timedelta(days=1),
        picture_width=WIDTH_PIXELS,
        narrow_width=NARROW_PIXELS,
        picture_height=height_of,
    )


def _usual_day(request: Request, session: Session, visitor: Principal, network: Network) -> date:
    """The newest day with figures, else yesterday."""
    today = now_of(request).astimezone(zone_of(network)).date()
    return queries.newest_day(session, visitor, today) or today - timedelta(days=1)


@router.get("/together.pdf")
def as_pdf(request: Request, visitor: Visitor, date: str = "") -> Response:
    """A day on paper."""
    with database_of(request).transaction(visitor.scope) as session:
        network = network_of(session, visitor)
        day = _day_or(date, _usual_day(request, session, visitor, network))
        kinds = kinds_of_day(session, visitor, day)
        if kinds:
            issuer, row = issued(request, session, visitor, network, content_of_day(day, kinds))
    name = f"together-and-alone-{day}"
    if not kinds:
        issuer = issuer_of(request, network)
        return paper(issuer, together_day_paper(issuer, day, kinds), name)
    return issued_paper(request, visitor, issuer, row, together_day_paper(issuer, day, kinds), name)


@router.get("/together/chart.svg")
def chart(request: Request, visitor: Visitor, date: str, kind: Kind, figure: Figure, narrow: bool = False) -> Response:
    """How much hangs on each assumption: both sides under each of them."""
    language = language_of(request)
    with database_of(request).transaction(visitor.scope) as session:
        found = queries.get_days(session, visitor, _day_or(date, _NEVER)).get(kind)
        view = None if found is None else KindView(found, queries.lines_of_day(session, visitor, found))
        names = [] if view is None else [name for name in view.variants if view.side("alone", name) is not None]
        read = CHARTS[figure][1]
        usual = None if view is None else view.side("together")
        together = [
            read(side) if view is not None and (side := view.side("together", name) or usual) is not None else None
            for name in names
        ]
        alone = [read(side) if view and (side := view.side("alone", name)) is not None else None for name in names]
    labels = [str(language.t(VARIANT_WORDS[name])) for name in names]
    return picture(
        paired_bars(
            labels,
            (str(language.t("Together")), together),
            (str(language.t("Alone")), alone),
            direction=language.direction,
            narrow=narrow,
        )
    )


@router.post("/together")
def work_out(request: Request, visitor: Visitor, date: Annotated[str, Form()]) -> Response:
    """Have a day worked out now."""
    day = _day_or(date, _NEVER)
    with database_of(request).transaction(visitor.scope) as session:
        try:
            ask_for_day(session, visitor, day)
        except WaslError as error:
            if error.code != "nothing_published":  # which the page says itself
                raise
    return see_other("/together", date=day.isoformat())


_NEVER = date(2000, 1, 1)


def _day_or(wished: str, otherwise: date) -> date:
    try:
        return date.fromisoformat(wished)
    except ValueError:
        return otherwise
