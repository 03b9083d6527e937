"""A paper as an answer: a PDF with its check code, that a browser shows or keeps, for nobody else's cache."""

from dataclasses import replace

from fastapi import Request, Response
from sqlalchemy.orm import Session

from app.domain import check_code
from app.issuing.content import Content
from app.issuing.service import issue, keep_file
from app.kit.auth import Principal
from app.kit.language import PlainLanguage, headers_of
from app.kit.web import database_of, now_of
from app.models.papers import IssuedPaper
from app.models.partners import Network
from app.papers.words import CheckMark, Issuer
from app.partners.service import zone_of
from app.web.language import language_of
from app.web.rendering import HEADERS

CHECK_PAGE = "/check"


def issuer_of(request: Request, network: Network) -> Issuer:
    """Who the paper is of, in the reader's language."""
    language = PlainLanguage(language_of(request).code)
    return Issuer(language, network.name, zone_of(network), network.demonstration)


def issued(
    request: Request, session: Session, visitor: Principal, network: Network, content: Content
) -> tuple[Issuer, IssuedPaper]:
    """As `issuer_of`, with the check code of the paper that says this."""
    row = issue(session, visitor, content, now_of(request))
    page = whole_address(request, CHECK_PAGE)
    code = check_code.shown(row.code)
    return replace(issuer_of(request, network), check=CheckMark(code, f"{page}/{code}", page)), row


def whole_address(request: Request, path: str) -> str:
    """The address of a page of ours for somebody who is elsewhere."""
    base = request.app.state.settings.base_url or str(request.base_url)
    return f"{base.rstrip('/')}{path}"


def issued_paper(
    request: Request, visitor: Principal, issuer: Issuer, row: IssuedPaper, content: bytes, name: str
) -> Response:
    """As `paper`, of one that was issued; that this file is one of it is remembered before it leaves."""
    with database_of(request).transaction(visitor.scope) as session:
        keep_file(session, row, issuer.language.code, content, now_of(request))
    return paper(issuer, content, name)


def paper(issuer: Issuer, content: bytes, name: str) -> Response:
    """The document under the name that it is kept by, of plain letters."""
    headers = {"Content-Disposition": f'inline; filename="{name}.pdf"', "Cache-Control": "no-store"}
    return Response(
        content, headers={**HEADERS, **headers_of(issuer.language.code), **headers}, media_type="application/pdf"
    )
