"""A network's impact as a page: any days counted now, and the reports that were published."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Annotated
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Form, Query, Request, Response

from app.domain.impact_report import Difference, Figures
from app.domain.losses import LABELS
from app.domain.service_date import service_date_of
from app.kit.auth import Principal
from app.kit.errors import WaslError
from app.kit.paging import LARGEST_PAGE
from app.kit.web import database_of, now_of
from app.papers.impact_words import FACTOR_NOTE, GINI_NOTE, PEOPLE_NOTE, RECORDED_NOTE, UNIT_WORDS, USE_WORDS
from app.partners.service import network_of, zone_of
from app.reports.impact import queries, service
from app.reports.impact.queries import Published
from app.web.charts import NARROW_PIXELS, WIDTH_PIXELS, height_of, height_of_lines
from app.web.language import language_of
from app.web.rendering import render, see_other
from app.web.reports.impact_charts import fairness_lines, shown_losses
from app.web.visitor import Visitor

router = APIRouter(include_in_schema=False)
First = Annotated[str, Query(alias="from")]


@dataclass(frozen=True)
class ImpactView:
    """All that the page shows. typed: the days as they were asked for; fault: why there are no figures of them."""

    zone: ZoneInfo
    today: date
    typed: tuple[str, str]
    figures: Figures | None = None
    published: Published | None = None
    counted_today: Difference | None = None
    reports: Sequence[Published] = ()
    more_reports: bool = False
    may_publish: bool = False
    fault: str = ""
    periods: Sequence[tuple[str, date, date]] = field(default_factory=list)

    @property
    def asked(self) -> str:
        """What the files and pictures of these figures are asked for by."""
        if self.published is not None:
            return f"report={self.published.row.id}"
        return f"from={self.typed[0]}&until={self.typed[1]}"


def periods_of(today: date) -> list[tuple[str, date, date]]:
    """The ranges that people ask for most, the usual one first: a month that is over is a report."""
    month = today.replace(day=1)
    before = (month - timedelta(days=1)).replace(day=1)
    monday = today - timedelta(days=today.isoweekday() - 1)
    return [
        ("Last month", before, month - timedelta(days=1)),
        ("This month", month, today),
        ("Last week", monday - timedelta(days=7), monday - timedelta(days=1)),
        ("This week", monday, today),
    ]


def days_asked(first: str, last: str, today: date) -> tuple[date, date]:
    """The days that were asked for; what is no date is that of this month, so far."""
    _, usual_first, usual_last = periods_of(today)[1]
    return _day_or(first, usual_first), _day_or(last, usual_last)


def _day_or(wished: str, otherwise: date) -> date:
    try:
        return date.fromisoformat(wished)
    except ValueError:
        return otherwise


@router.get("/impact")
def show(request: Request, visitor: Visitor, first: First = "", until: str = "") -> Response:
    """Some days, this month so far unless others are asked for."""
    visitor.require("impact.read")
    return _show(request, visitor, first, until)


def _show(request: Request, visitor: Principal, first: str, until: str, refusal: WaslError | None = None) -> Response:
    now = now_of(request)
    with database_of(request).transaction(visitor.scope) as session:
        network = network_of(session, visitor)
        zone = zone_of(network)
        today = service_date_of(now, zone)
        since, last = days_asked(first, until, today)
        figures, fault = None, refusal
        try:
            figures = queries.impact_between(session, visitor, since, last, now)
        except WaslError as error:
            fault = refusal or error
        reports = queries.list_reports(session, visitor, None, LARGEST_PAGE)
        view = ImpactView(
            zone,
            today,
            (since.isoformat(), last.isoformat()),
            figures,
            may_publish=visitor.may("impact.publish") and last < today and bool(figures and figures.recorded),
            fault="" if fault is None else language_of(request).refusal(fault),
            periods=periods_of(today),
            reports=reports.items,
            more_reports=reports.next_cursor is not None,
        )
    return _page(request, visitor, view, network.demonstration, 200 if fault is None else fault.status)


@router.post("/impact")
def publish(
    request: Request, visitor: Visitor, first: Annotated[str, Form(alias="from")], until: Annotated[str, Form()]
) -> Response:
    """Keep what these days come to now."""
    now = now_of(request)
    try:
        with database_of(request).transaction(visitor.scope) as session:
            today = service_date_of(now, zone_of(network_of(session, visitor)))
            since, last = days_asked(first, until, today)
            row = service.publish_report(session, visitor, since, last, now)
            address = f"/impact/{row.id}"
    except WaslError as error:
        if error.status != 422:
            raise
        return _show(request, visitor, first, until, error)
    return see_other(address)


@router.get("/impact/{report_id}")
def show_report(request: Request, visitor: Visitor, report_id: UUID) -> Response:
    """A published report as it was, and how far the same days are from it now."""
    now: datetime = now_of(request)
    with database_of(request).transaction(visitor.scope) as session:
        network = network_of(session, visitor)
        zone = zone_of(network)
        published = queries.get_report(session, visitor, report_id)
        figures = published.figures
        view = ImpactView(
            zone,
            service_date_of(now, zone),
            (figures.first.isoformat(), figures.last.isoformat()),
            figures,
            published,
            queries.counted_today(session, visitor, published, now),
        )
    return _page(request, visitor, view, network.demonstration, 200)


def _page(request: Request, visitor: Principal, view: ImpactView, demonstration: bool, status: int) -> Response:
    figures = view.figures
    return render(
        request,
        "impact.html",
        status,
        signed_in=visitor.name,
        demonstration=demonstration,
        view=view,
        lines=[] if figures is None else fairness_lines(figures),
        pictured=[] if figures is None else shown_losses(figures),
        losses=LABELS,
        uses=USE_WORDS,
        units=UNIT_WORDS,
        factor_note=FACTOR_NOTE,
        gini_note=GINI_NOTE,
        notes=(RECORDED_NOTE, PEOPLE_NOTE),
        picture_width=WIDTH_PIXELS,
        narrow_width=NARROW_PIXELS,
        lines_height=height_of_lines,
        picture_height=height_of,
    )
