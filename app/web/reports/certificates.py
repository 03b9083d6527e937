"""What became of a month's or a year's food of an organisation, as a page and on paper."""

from datetime import date, timedelta

from fastapi import APIRouter, Request, Response

from app.domain.service_date import service_date_of
from app.kit.web import database_of, now_of
from app.kit.wire import EARLIEST
from app.offers.certificates import content_of_year, year_of
from app.offers.receipts import certificate_of, content_of_month, next_month
from app.papers.certificate import certificate_paper
from app.papers.words import ELSEWHERE
from app.papers.year_certificate import year_certificate_paper
from app.partners.service import network_of, zone_of
from app.web.paper import issued, issued_paper
from app.web.rendering import render
from app.web.visitor import Visitor

router = APIRouter(include_in_schema=False)


@router.get("/offers/certificate")
def certificate(request: Request, visitor: Visitor, month: str = "") -> Response:
    """One month of the visitor's organisation; the one before this where no other is asked for."""
    with database_of(request).transaction(visitor.scope) as session:
        network = network_of(session, visitor)
        today = service_date_of(now_of(request), zone_of(network))
        found = certificate_of(session, visitor, _month(month, today))
    return render(
        request,
        "certificate.html",
        signed_in=visitor.name,
        demonstration=network.demonstration,
        network=network.name,
        certificate=found,
        until=next_month(found.month) - timedelta(days=1),
        is_over=next_month(found.month) <= today,
        today=today,
        elsewhere=ELSEWHERE,
        may_post=visitor.may("offers.post"),
    )


@router.get("/offers/certificate.pdf")
def certificate_pdf(request: Request, visitor: Visitor, month: str = "") -> Response:
    """The same on paper."""
    with database_of(request).transaction(visitor.scope) as session:
        network = network_of(session, visitor)
        today = service_date_of(now_of(request), zone_of(network))
        found = certificate_of(session, visitor, _month(month, today))
        so_far = None if next_month(found.month) <= today else today
        issuer, row = issued(request, session, visitor, network, content_of_month(found, so_far))
    document = certificate_paper(issuer, found, so_far)
    return issued_paper(request, visitor, issuer, row, document, f"certificate-{found.month:%Y-%m}")


@router.get("/offers/certificate/year")
def year_certificate(request: Request, visitor: Visitor, year: str = "") -> Response:
    """One year of the visitor's organisation; this one where no other is asked for."""
    with database_of(request).transaction(visitor.scope) as session:
        network = network_of(session, visitor)
        today = service_date_of(now_of(request), zone_of(network))
        found = year_of(session, visitor, _year(year, today))
    return render(
        request,
        "year_certificate.html",
        signed_in=visitor.name,
        demonstration=network.demonstration,
        network=network.name,
        certificate=found,
        is_over=found.year < today.year,
        today=today,
        elsewhere=ELSEWHERE,
        may_post=visitor.may("offers.post"),
    )


@router.get("/offers/certificate/year.pdf")
def year_certificate_pdf(request: Request, visitor: Visitor, year: str = "") -> Response:
    """The same on paper."""
    with database_of(request).transaction(visitor.scope) as session:
        network = network_of(session, visitor)
        today = service_date_of(now_of(request), zone_of(network))
        found = year_of(session, visitor, _year(year, today))
        so_far = None if found.year < today.year else today
        issuer, row = issued(request, session, visitor, network, content_of_year(found, so_far))
    document = year_certificate_paper(issuer, found, so_far)
    return issued_paper(request, visitor, issuer, row, document, f"certificate-{found.year}")


def _month(asked: str, today: date) -> date:
    """The month that was asked for as 2026-11, or this one where that is still to come; else the last that is over."""
    try:
        return min(date.fromisoformat(f"{asked}-01"), today.replace(day=1))
    except ValueError:
        return (today.replace(day=1) - timedelta(days=1)).replace(day=1)


def _year(asked: str, today: date) -> int:
    """The year that was asked for, or this one where it is none or still to come."""
    plain = asked.isascii() and asked.isdigit() and len(asked) == len("2026")
    return min(int(asked), today.year) if plain and int(asked) >= EARLIEST.year else today.year
