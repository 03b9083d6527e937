"""Offers from a CSV file: looked at first, with what does not fit at its row, then posted as it was looked at, once."""

import base64
import binascii
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy.orm import Session
from starlette.datastructures import UploadFile

from app.kit.auth import Principal
from app.kit.errors import FieldError, WaslError, invalid_request
from app.kit.idempotency import Answer, fingerprint, once
from app.kit.web import database_of, now_of
from app.models.partners import Network, Site
from app.offers import csv_service
from app.offers.csv_reader import Reading
from app.offers.service import sites_of_caller
from app.partners.service import network_of, zone_of
from app.web.language import Language, language_of
from app.web.rendering import render, see_other
from app.web.visitor import KnownFirst, Visitor

router = APIRouter(include_in_schema=False, route_class=KnownFirst)
LARGEST_FILE = 1_000_000  # as in the API
LARGEST_FORM = LARGEST_FILE * 4 // 3 + 100_000  # the file as the page hands it on, in base64, and the other fields
FIELDS = ("/file", "/site_id")


@dataclass
class SentFile:
    """What the page's forms send: the file, the site of rows that name none, and the key that posts it once."""

    content: bytes = b""
    name: str = ""
    site_id: str = ""
    key: str = field(default_factory=lambda: str(uuid4()))

    @property
    def handed_on(self) -> str:
        """The file's very bytes, in whatever encoding they are, for a field of the page."""
        return base64.urlsafe_b64encode(self.content).decode()

    @property
    def digest(self) -> str:
        """What makes two files the same."""
        of_file = hashlib.sha256(self.content).hexdigest()
        return fingerprint("POST", "/offers/csv/post", f"{of_file} {self.site_id}")


async def uploaded(request: Request) -> SentFile:
    """The file that was chosen. A form that is too large is refused before it is read."""
    async with request.form(max_part_size=LARGEST_FORM) as form:
        file = form.get("file")
        site_id = form.get("site_id")
        return SentFile(
            content=await file.read() if isinstance(file, UploadFile) else b"",
            name=(file.filename or "") if isinstance(file, UploadFile) else "",
            site_id=site_id if isinstance(site_id, str) else "",
        )


async def handed_on(request: Request) -> SentFile:
    """The file that was looked at, as its page hands it on; without bytes where that is not what our page sends."""
    async with request.form(max_part_size=LARGEST_FORM) as form:
        sent = {name: value for name, value in form.items() if isinstance(value, str)}
    try:
        content = base64.b64decode(sent.get("content", ""), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        content = b""
    return SentFile(content, sent.get("name", ""), sent.get("site_id", ""), sent.get("key") or str(uuid4()))


Uploaded = Annotated[SentFile, Depends(uploaded)]
HandedOn = Annotated[SentFile, Depends(handed_on)]


@router.get("/offers/csv")
def show(request: Request, visitor: Visitor, posted: int = 0) -> Response:
    """Choose a file."""
    visitor.require("offers.post")
    with database_of(request).transaction(visitor.scope) as session:
        network, sites = network_of(session, visitor), sites_of_caller(session, visitor)
    return _show(request, visitor, network, sites, SentFile(), posted=posted)


@router.post("/offers/csv", max_body_size=LARGEST_FORM)
def preview(request: Request, visitor: Visitor, sent: Uploaded) -> Response:
    """What the file says, what of it does not fit and what would be posted; nothing is taken."""
    visitor.require("offers.post")
    return _preview(request, visitor, sent)


@router.post("/offers/csv/post", max_body_size=LARGEST_FORM)
def post(request: Request, visitor: Visitor, sent: HandedOn) -> Response:
    """Post the file that was looked at, once, however often the button was pressed."""
    visitor.require("offers.post")
    now = now_of(request)

    def verb(session: Session) -> Answer:
        posted = csv_service.post_file(session, visitor, sent.content, _site_id(sent), now)
        return Answer(201, {"count": len(posted)})

    try:
        _require_file(sent)
        count = once(database_of(request), visitor, sent.key, sent.digest, now, verb).body["count"]
    except WaslError as error:
        return _preview(request, visitor, sent, error)
    return see_other("/offers/csv", posted=str(count))


def _preview(request: Request, visitor: Principal, sent: SentFile, refused: WaslError | None = None) -> Response:
    """The page with the file as it is understood now; refused: why it was not posted."""
    reading = None
    with database_of(request).transaction(visitor.scope) as session:
        network, sites = network_of(session, visitor), sites_of_caller(session, visitor)
        try:
            _require_file(sent)
            reading = csv_service.read_file(session, visitor, sent.content, _site_id(sent), now_of(request))
        except WaslError as error:
            refused = refused or error
    return _show(request, visitor, network, sites, sent, reading=reading, refused=refused)


def _require_file(sent: SentFile) -> None:
    """Raise `invalid_request` (422) where no file was chosen, or one that is larger than the API takes."""
    if not sent.content:
        sentence = "Choose a file that is not empty."
        raise invalid_request([FieldError("/file", sentence, "file_missing")])
    if len(sent.content) > LARGEST_FILE:
        sentence = "A file has at most 1 MB. Send it in parts."
        raise invalid_request([FieldError("/file", sentence, "file_too_large")])


def _site_id(sent: SentFile) -> UUID | None:
    try:
        return UUID(sent.site_id) if sent.site_id else None
    except ValueError as error:
        raise invalid_request([FieldError("/site_id", "This is not an id.", "uuid_parsing")]) from error


def _show(
    request: Request,
    visitor: Principal,
    network: Network,
    sites: Mapping[UUID, Site],
    sent: SentFile,
    *,
    reading: Reading | None = None,
    refused: WaslError | None = None,
    posted: int = 0,
) -> Response:
    offers = reading.offers if reading else []
    return render(
        request,
        "csv_upload.html",
        refused.status if refused else 200,
        signed_in=visitor.name,
        demonstration=network.demonstration,
        sent=sent,
        sites=sites,
        reading=reading,
        grams=sum(line.kg for each in offers for line in each.offer.lines),
        line_count=sum(len(each.offer.lines) for each in offers),
        refused=refused,
        faults_at=_faults_at(refused, language_of(request)),
        posted=posted,
        zone=zone_of(network),
    )


def _faults_at(refused: WaslError | None, language: Language) -> Mapping[str, str]:
    """What the form's own fields are refused for; the file's faults stand in its preview."""
    errors = refused.errors if refused else ()
    return {each.pointer: language.at_field(each) for each in errors if each.pointer in FIELDS}
