"""What is behind a report's page: its numbers as rows, the paper, the pictures."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from sqlalchemy.orm import Session

from app.domain.impact_report import Figures
from app.domain.service_date import service_date_of
from app.kit import tables
from app.kit.auth import Principal
from app.kit.web import database_of, now_of
from app.papers.impact_report import impact_paper
from app.partners.service import network_of, zone_of
from app.reports.impact import queries
from app.reports.impact.paper import content_of_report
from app.reports.impact.rows import ImpactRow, rows_of
from app.web.charts import picture
from app.web.language import language_of
from app.web.paper import issued, issued_paper, issuer_of, paper
from app.web.rendering import HEADERS
from app.web.reports.impact import days_asked
from app.web.reports.impact_charts import draw_fairness, draw_losses
from app.web.visitor import Visitor

router = APIRouter(include_in_schema=False)
First = Annotated[str, Query(alias="from")]


def _read(
    request: Request, session: Session, visitor: Principal, first: str, until: str, report: UUID | None
) -> tuple[Figures, queries.Published | None]:
    """The figures of a published report, or of some days as they are counted now."""
    if report is not None:
        published = queries.get_report(session, visitor, report)
        return published.figures, published
    now = now_of(request)
    since, last = days_asked(first, until, service_date_of(now, zone_of(network_of(session, visitor))))
    return queries.impact_between(session, visitor, since, last, now), None


@router.get("/impact.csv")
def as_csv(
    request: Request, visitor: Visitor, first: First = "", until: str = "", report: UUID | None = None
) -> Response:
    """Every number as a row, with its unit, range, factor and source."""
    with database_of(request).transaction(visitor.scope) as session:
        figures, _ = _read(request, session, visitor, first, until, report)
    columns = tables.columns_of(ImpactRow)
    rows = [each.model_dump(mode="json") for each in rows_of(figures)]
    content = tables.csv_head(columns) + tables.csv_rows(columns, rows)
    headers = {
        "Content-Disposition": f'attachment; filename="{_name(figures)}.csv"',
        "Cache-Control": "private, no-store",
    }
    return Response(content, headers={**HEADERS, **headers}, media_type=f"{tables.CSV}; charset=utf-8")


def _name(figures: Figures) -> str:
    return f"impact-{figures.first}-{figures.last}"


@router.get("/impact.pdf")
def as_pdf(
    request: Request, visitor: Visitor, first: First = "", until: str = "", report: UUID | None = None
) -> Response:
    """The report on paper."""
    with database_of(request).transaction(visitor.scope) as session:
        network = network_of(session, visitor)
        figures, published = _read(request, session, visitor, first, until, report)
        if published is not None:
            content = content_of_report(published.row.id, figures)
            issuer, row = issued(request, session, visitor, network, content)
    if published is None:
        issuer = issuer_of(request, network)
        return paper(issuer, impact_paper(issuer, figures, now_of(request), None), _name(figures))
    document = impact_paper(issuer, figures, published.row.published_at, published.row.number)
    return issued_paper(request, visitor, issuer, row, document, _name(figures))


@router.get("/impact/chart.svg")
def chart(
    request: Request,
    visitor: Visitor,
    figure: Literal["fairness", "waste"],
    first: First = "",
    until: str = "",
    report: UUID | None = None,
    narrow: bool = False,
) -> Response:
    """One of the report's pictures."""
    with database_of(request).transaction(visitor.scope) as session:
        figures, _ = _read(request, session, visitor, first, until, report)
    draw = draw_fairness if figure == "fairness" else draw_losses
    return picture(draw(figures, language_of(request), narrow))
