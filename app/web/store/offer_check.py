"""An offer that is still being filled in: what the rule book has against the lines that say enough, said at once."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from pydantic import ValidationError
from sqlalchemy.orm import Session

from app.kit.auth import Principal
from app.kit.errors import FieldError
from app.kit.misfits import field_error
from app.kit.web import database_of, now_of
from app.offers import service
from app.offers.schemas import OfferIn, OfferLineIn
from app.partners.service import network_of, zone_of
from app.web.language import language_of
from app.web.store import offer_form
from app.web.store.offer_form import OfferForm
from app.web.visitor import Sent, Visitor

router = APIRouter(include_in_schema=False)
STILL_TO_COME = {"description": "…", "kg": "1"}  # what stands for words and a weight that nobody has typed yet
NOT_YET = "_date_missing"


@router.post("/offers/new/check")
def check(request: Request, visitor: Visitor, data: Sent) -> Response:
    """By the field's place in the offer, what is said there; what was not filled in yet is no fault yet."""
    visitor.require("offers.post")
    form = offer_form.read_sent(data)
    with database_of(request).transaction(visitor.scope) as session:
        faults = faults_so_far(session, visitor, form, now_of(request))
    words = language_of(request)
    return JSONResponse({each.pointer: words.at_field(each) for each in faults})


def faults_so_far(session: Session, visitor: Principal, form: OfferForm, now: datetime) -> list[FieldError]:
    """What was typed and does not fit, and what the rule book refuses of the lines that say what it is."""
    network = network_of(session, visitor)
    lines, found = dict[int, OfferLineIn](), list[FieldError]()
    for position, line in enumerate(form.lines):
        try:
            lines[position] = OfferLineIn.model_validate(_said(line))
        except ValidationError as error:
            found += _misfits(position, line, error)
    wish = _wish(form, lines, zone_of(network))
    if wish is None:
        return found
    refused = service.faults_of(session, wish, service.sites_of_caller(session, visitor), now, network)
    return found + [_as_in_form(each, list(lines)) for each in refused if not each.code.endswith(NOT_YET)]


def _said(line: Mapping[str, Any]) -> dict[str, Any]:
    document = offer_form.line_document(line)
    return document | {name: document[name] or value for name, value in STILL_TO_COME.items()}


def _misfits(position: int, line: Mapping[str, Any], error: ValidationError) -> Iterator[FieldError]:
    """At fields where something was typed."""
    for item in error.errors():
        field = str(item["loc"][0])
        if line.get(field):
            yield replace(field_error(dict(item)), pointer=f"/lines/{position}/{field}")


def _wish(form: OfferForm, lines: Mapping[int, OfferLineIn], zone: ZoneInfo) -> OfferIn | None:
    """The offer with those lines; None where there is none yet, or its window or store does not fit."""
    try:
        return OfferIn.model_validate({**offer_form.top_document(form, zone), "lines": list(lines.values())})
    except ValidationError:
        return None


def _as_in_form(fault: FieldError, positions: list[int]) -> FieldError:
    """With the number that the line has in the form, where lines before it do not say enough."""
    parts = fault.pointer.split("/")
    if len(parts) < 3 or parts[1] != "lines":
        return fault
    parts[2] = str(positions[int(parts[2])])
    return replace(fault, pointer="/".join(parts))
