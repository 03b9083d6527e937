"""A paper as an answer: a PDF that a browser shows or keeps, for nobody else's cache."""

from fastapi import Request, Response

from app.kit.language import PlainLanguage, headers_of
from app.models.partners import Network
from app.papers.words import Issuer
from app.partners.service import zone_of
from app.web.language import language_of
from app.web.rendering import HEADERS


def issuer_of(request: Request, network: Network) -> Issuer:
    """Who the paper is of, in the reader's language."""
    language = PlainLanguage(language_of(request).code)
    return Issuer(language, network.name, zone_of(network), network.demonstration)


def paper(issuer: Issuer, content: bytes, name: str) -> Response:
    """The document under the name that it is kept by, of plain letters."""
    headers = {"Content-Disposition": f'inline; filename="{name}.pdf"', "Cache-Control": "no-store"}
    return Response(
        content, headers={**HEADERS, **headers_of(issuer.language.code), **headers}, media_type="application/pdf"
    )
