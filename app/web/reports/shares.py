"""What the days of a month cost and who pays what of it: a page, a file for spreadsheets, a paper."""

from calendar import monthrange
from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from sqlalchemy.orm import Session

from app.domain.service_date import service_date_of
from app.kit import tables
from app.kit.auth import Principal
from app.kit.web import database_of, now_of
from app.models.partners import Network
from app.papers import share_words
from app.papers.cost_statement import cost_statement_paper
from app.partners.service import network_of, zone_of
from app.sharing.schemas import CostShareOut
from app.sharing.service import ask_for_shares, days_being_shared
from app.sharing.statement import Statement, content_of, statement_of
from app.web.language import language_of
from app.web.paper import issued, issued_paper
from app.web.rendering import HEADERS, render, see_other
from app.web.visitor import Visitor

router = APIRouter(include_in_schema=False)
FEW_SHARES = 10  # so many are all open; a month of many food banks is a metre long, and each day opens by itself


def _read(request: Request, session: Session, visitor: Principal, month: str) -> tuple[Network, Statement, date]:
    """The network, the month's statement, and today. Where no month is asked for and nothing of this one is shared yet,
    as on its first days, the month before is what there is to read."""
    network = network_of(session, visitor)
    today = service_date_of(now_of(request), zone_of(network))
    statement = statement_of(session, visitor, _month(month, today))
    if not month and not statement.dates:
        before = statement_of(session, visitor, statement.month - timedelta(days=1))
        statement = before if before.dates else statement
    return network, statement, today


def _month(asked: str, today: date) -> date:
    """The month that was asked for as 2026-11, or this one."""
    try:
        return date.fromisoformat(f"{asked}-01")
    except ValueError:
        return today.replace(day=1)


@router.get("/shares")
def show(request: Request, visitor: Visitor, month: str = "") -> Response:
    """The month by day, and how many of its days are being shared."""
    with database_of(request).transaction(visitor.scope) as session:
        network, statement, today = _read(request, session, visitor, month)
        being_shared = days_being_shared(session, visitor.network_id, _days_of(statement.month))
    language = language_of(request)
    return render(
        request,
        "shares.html",
        signed_in=visitor.name,
        demonstration=network.demonstration,
        statement=statement,
        today=today,
        rule=share_words.RULE,
        nothing=share_words.NOTHING,
        kinds=share_words.KINDS,
        rules=share_words.RULES,
        shown_as=share_words.SHOWN_AS,
        counted=lambda words, count: language.n(words[0], words[1], count),
        part_of=share_words.part_of,
        counted_of=share_words.counted_of,
        facts_of=share_words.facts_of,
        standing_of=share_words.standing_of,
        why_of=lambda share: share_words.why_of(share, statement.money, language.comma.join),
        is_short=sum(len(each.shares) for each in statement.by_day) <= FEW_SHARES,
        being_shared=being_shared,
        may_ask=visitor.may("plans.publish"),
        may_see_plans=visitor.may("plans.publish"),
        day_name=language.day,
    )


def _days_of(month: date) -> list[date]:
    return [month.replace(day=1 + number) for number in range(monthrange(month.year, month.month)[1])]


@router.post("/shares")
def ask(request: Request, visitor: Visitor, service_date: Annotated[date, Form()]) -> Response:
    """Have a published day shared now."""
    with database_of(request).transaction(visitor.scope) as session:
        ask_for_shares(session, visitor, service_date, now_of(request))
    return see_other(f"/shares?month={service_date:%Y-%m}")


@router.get("/shares.csv")
def as_csv(request: Request, visitor: Visitor, month: str = "") -> Response:
    """The month's shares as rows, each day once: as recorded, or else as planned, which `kind` says."""
    with database_of(request).transaction(visitor.scope) as session:
        _, statement, _ = _read(request, session, visitor, month)
    columns = tables.columns_of(CostShareOut)
    rows = [each.model_dump(mode="json") for each in statement.shares]
    content = tables.csv_head(columns) + tables.csv_rows(columns, rows)
    name = f"shared-costs-{statement.month:%Y-%m}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    return Response(content, headers={**HEADERS, **headers}, media_type=f"{tables.CSV}; charset=utf-8")


@router.get("/shares.pdf")
def as_pdf(request: Request, visitor: Visitor, month: str = "") -> Response:
    """The month's statement on paper."""
    with database_of(request).transaction(visitor.scope) as session:
        network, statement, today = _read(request, session, visitor, month)
        is_over = (statement.month.year, statement.month.month) < (today.year, today.month)
        so_far = None if is_over else today
        issuer, row = issued(request, session, visitor, network, content_of(statement, so_far))
    document = cost_statement_paper(issuer, statement, so_far)
    return issued_paper(request, visitor, issuer, row, document, f"shared-costs-{statement.month:%Y-%m}")
