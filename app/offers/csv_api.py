"""HTTP for files of offers."""

import hashlib
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel
from sqlalchemy.orm import Session

from app.kit.idempotency import Answer
from app.kit.language import AskedLanguage, PlainLanguage, headers_of
from app.kit.web import PROBLEMS, ApiRoute, Caller, answer
from app.offers import csv_service
from app.offers.csv_reader import Reading, write_offers
from app.offers.photos_api import SentBytes
from app.offers.schemas import OfferIn, PostedOut

router = APIRouter(prefix="/api/v1/offers/csv", route_class=ApiRoute, tags=["offers"], responses=PROBLEMS)
FILE = {"requestBody": {"required": True, "content": {"text/csv": {"schema": {"type": "string", "format": "binary"}}}}}
SiteId = Annotated[UUID | None, Query(description="The site of rows that name none")]


class RowOut(BaseModel):
    """One row as it is understood."""

    row: int
    values: dict[str, Any]


class FaultOut(BaseModel):
    """What does not fit: the row as a spreadsheet counts it (0: the file as a whole), the column, a sentence."""

    row: int
    column: str
    pointer: str
    code: str
    detail: str


class OfferOfRowsOut(BaseModel):
    """An offer that would be posted, and the rows that it comes from."""

    rows: list[int]
    offer: OfferIn


class PreviewOut(BaseModel):
    """What a file says. `columns` has each column with its header in the file, `date_orders` how dates were read."""

    encoding: str
    encoding_assumed: bool
    separator: str
    columns: dict[str, str]
    date_orders: dict[str, str]
    rows: list[RowOut]
    errors: list[FaultOut]
    offers: list[OfferOfRowsOut]


class _Sent(BaseModel):
    """What makes two files the same."""

    sha256: str
    site_id: UUID | None


def _sent(body: bytes, site_id: UUID | None) -> _Sent:
    return _Sent(sha256=hashlib.sha256(body).hexdigest(), site_id=site_id)


@router.get(
    "/template",
    response_class=Response,
    responses={200: {"content": {"text/csv": {"schema": {"type": "string", "format": "binary"}}}}},
)
def get_offers_csv_template(call: Caller, language: AskedLanguage) -> Response:
    """An empty file with all columns, in the language of Accept-Language."""
    call.principal.require("offers.post")
    headers = {"Content-Disposition": 'attachment; filename="offers.csv"', **headers_of(language)}
    return Response(write_offers([], language=language), media_type="text/csv; charset=utf-8", headers=headers)


@router.post("/preview", response_model=PreviewOut, openapi_extra=FILE)
def preview_offers_csv(call: Caller, body: SentBytes, language: AskedLanguage, site_id: SiteId = None) -> Response:
    """Look at a file of offers: its rows as understood, what does not fit, what would be posted. Nothing is taken."""

    def verb(session: Session) -> Answer:
        reading = csv_service.read_file(session, call.principal, body, site_id, call.now)
        shown = answer(_shown(reading, PlainLanguage(language)))
        return Answer(shown.status, shown.body, headers_of(language))

    return call.once(_sent(body, site_id), verb)


def _shown(reading: Reading, language: PlainLanguage) -> PreviewOut:
    return PreviewOut(
        encoding=reading.encoding,
        encoding_assumed=reading.encoding_assumed,
        separator=reading.separator,
        columns=reading.columns,
        date_orders=reading.date_orders,
        rows=[RowOut(row=row.number, values=row.values) for row in reading.rows],
        errors=[
            FaultOut(
                row=each.row,
                column=each.column,
                pointer=each.pointer,
                code=each.code,
                detail=language.refusal(each.error),
            )
            for each in reading.faults
        ],
        offers=[OfferOfRowsOut(rows=each.rows, offer=each.offer) for each in reading.offers],
    )


@router.post("", status_code=201, response_model=PostedOut, openapi_extra=FILE)
def post_offers_csv(call: Caller, body: SentBytes, site_id: SiteId = None) -> Response:
    """Post a file of offers, as a whole or not at all; every fault is named as in /rows/17/kg."""

    def verb(session: Session) -> Answer:
        posted = csv_service.post_file(session, call.principal, body, site_id, call.now)
        return answer(PostedOut(ids=[offer.id for offer in posted]), 201)

    return call.once(_sent(body, site_id), verb)
