"""The network's region: what its streets were made from, and importing them anew."""

import asyncio
import contextlib
import os
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from markupsafe import Markup, escape
from python_multipart import FormParser
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import Field, File, parse_options_header
from sqlalchemy.orm import Session

from app.kit.auth import Principal
from app.kit.errors import WaslError, refused, unavailable
from app.kit.web import database_of, now_of
from app.models.partners import Network
from app.models.roads import RegionImport
from app.partners.service import network_of, zone_of
from app.roads import imports
from app.roads.imports import Premises, Wish
from app.roads.imports_api import premises_of
from app.roads.provider import PROFILES, Profile
from app.roads.region import DEFAULT_PROFILES, Region, RegionError, open_region
from app.web.language import Language, language_of
from app.web.rendering import render, see_other
from app.web.visitor import Visitor

router = APIRouter(include_in_schema=False)
LONGEST_FIELD = 4000
PROFILE_WORDS: dict[Profile, str] = {"car": "Car", "van": "Van", "truck": "Truck", "cargo_bike": "Cargo bike"}
# What an import says of itself, so that it can be said in the reader's language.
PHASES = (
    "Fetching {file}.",
    "Looking {file} over.",
    "Another import of {name} is running; waiting for it.",
    "Reading the map of {name}.",
    "Building the streets of {name} for cars.",
    "Building the streets of {name} for vans.",
    "Building the streets of {name} for trucks.",
    "Building the streets of {name} for cargo bikes.",
    "Collecting the addresses of {name}.",
    "Drawing the map of {name}.",
)


@dataclass(frozen=True)
class RegionsView:
    """All that the page shows."""

    network: Network
    zone: ZoneInfo
    region: Region | None
    missing: str | None  # why there is no region
    imports: Sequence[RegionImport]
    hindrance: WaslError | None  # why this network may not import just now

    @property
    def running(self) -> RegionImport | None:
        """The import that is under way."""
        return next((row for row in self.imports if row.state in ("queued", "running")), None)

    @property
    def chosen(self) -> tuple[Profile, ...]:
        """The profiles that are ticked at first."""
        return self.region.profiles if self.region else DEFAULT_PROFILES


def phase_text(language: Language, row: RegionImport) -> Markup:
    """What an import is doing, in the reader's language; the import's own words where they are new to us."""
    if row.state == "queued" or not row.phase:
        return language.t("Waiting for its turn.")
    for phase in PHASES:
        for file in (imports.source_name(row), row.file or ""):
            if phase.format(name=row.region, file=file) == row.phase:
                return language.t(phase, name=row.region, file=imports.source_name(row))
    # A fetched file has a name of its own in the folder.
    if row.phase.startswith("Looking "):
        return language.t("Looking {file} over.", file=imports.source_name(row))
    return escape(row.phase)


def _load(session: Session, visitor: Principal, premises: Premises) -> RegionsView:
    visitor.require("regions.import")
    network = network_of(session, visitor)
    region, missing = None, None
    try:
        region = open_region(network.region, premises.regions)
    except RegionError as error:
        missing = error.sentence
    hindrance = None
    try:
        imports.require_right(session, visitor, premises)
    except WaslError as error:
        hindrance = error if error.code != "import_running" else None
    found = imports.list_imports(session, visitor)
    return RegionsView(network, zone_of(network), region, missing, found, hindrance)


@router.get("/regions")
def show(request: Request, visitor: Visitor) -> Response:
    """The region and its imports."""
    return _show(request, visitor)


def _show(request: Request, visitor: Principal, fault: WaslError | None = None, address: str = "") -> Response:
    premises = premises_of(request)
    with database_of(request).transaction(visitor.scope) as session:
        view = _load(session, visitor, premises)
    return render(
        request,
        "regions.html",
        fault.status if fault else 200,
        signed_in=visitor.name,
        demonstration=view.network.demonstration,
        view=view,
        fault=fault,
        address=address,
        hosts=sorted(premises.allowed.hosts),
        profiles=PROFILES,
        profile_words=PROFILE_WORDS,
        phase=phase_text,
        source_name=imports.source_name,
        imported_at=lambda region: datetime.fromisoformat(region.imported_at),
    )


@router.get("/regions/imports/{import_id}")
def progress(request: Request, visitor: Visitor, import_id: UUID) -> Response:
    """Where an import stands, in the reader's words."""
    with database_of(request).transaction(visitor.scope) as session:
        row = imports.get_import(session, visitor, import_id)
    said = {
        "state": row.state,
        "percent": row.percent,
        "phase": phase_text(language_of(request), row).striptags(),
    }
    return JSONResponse(said, headers={"Cache-Control": "no-store"})


@router.post("/regions/import")
async def begin(request: Request, visitor: Visitor) -> Response:
    """Import from the file or the address of the form."""
    visitor.require("regions.import")
    premises = premises_of(request)
    target = imports.upload_path(premises)
    form: dict[str, list[str]] = {}
    try:
        form, filename = await _receive(request, target, premises.allowed.most_bytes)
        await asyncio.to_thread(_request, request, visitor, premises, _wish(form, filename, target))
    except WaslError as error:
        target.unlink(missing_ok=True)
        return await asyncio.to_thread(_show, request, visitor, error, (form.get("address") or [""])[0])
    return see_other("/regions")


def _wish(form: dict[str, list[str]], filename: str | None, target: Path) -> Wish:
    profiles = tuple(profile for profile in PROFILES if profile in form.get("profiles", []))
    address = (form.get("address") or [""])[0].strip()
    if filename is not None:
        return Wish(imports.shown_name(filename), profiles, upload=target)
    if address:
        return Wish(address, profiles)
    raise refused("source_missing", "Choose a file, or write the address of one.")


def _request(request: Request, visitor: Principal, premises: Premises, wish: Wish) -> None:
    with database_of(request).transaction(visitor.scope) as session:
        imports.request_import(session, visitor, premises, wish, now_of(request))


async def _receive(request: Request, target: Path, most_bytes: int) -> tuple[dict[str, list[str]], str | None]:
    """The form's fields, and the name of its file, which is written to `target` as it comes; None without one."""
    draft = Path(tempfile.mkdtemp(prefix=".sent-", dir=target.parent))
    form = _Form(request.headers.get("Content-Type", ""), draft, target)
    try:
        size = 0
        async for chunk in request.stream():
            size += len(chunk)
            if size > most_bytes + LONGEST_FIELD:
                raise imports.too_large(most_bytes)
            await asyncio.to_thread(form.write, chunk)
    except OSError as error:
        raise unavailable("The file could not be kept: the disk of this installation may be full.") from error
    except (FormParserError, UnicodeDecodeError) as error:
        raise WaslError("The form could not be read.", "bad_request", 400, "Not possible") from error
    finally:
        form.close()
        shutil.rmtree(draft, ignore_errors=True)
    return form.fields, form.filename


class _Form:
    """A form that is read as it comes: fields in memory, its file on the disk."""

    def __init__(self, content_type: str, draft: Path, target: Path) -> None:
        self.fields: dict[str, list[str]] = {}
        self.filename: str | None = None
        self._target = target
        self._config = {"UPLOAD_DIR": os.fsencode(draft), "UPLOAD_KEEP_FILENAME": False, "MAX_MEMORY_FILE_SIZE": 0}
        kind, options = parse_options_header(content_type)
        self._kind, self._boundary = kind.decode(), options.get(b"boundary")
        self._parser: FormParser | None = None

    def write(self, chunk: bytes) -> None:
        """The next bytes of the body. Raises FormParserError for what is no form, OSError without room."""
        if self._parser is None:
            self._parser = FormParser(
                self._kind, self._on_field, self._on_file, boundary=self._boundary, config=self._config
            )
        self._parser.write(chunk)

    def close(self) -> None:
        """Close what is open; of a body that broke off, the parser alone knows its file, so it is told the end."""
        if self._parser is None:
            return
        with contextlib.suppress(FormParserError, OSError, AssertionError, UnicodeDecodeError):
            if self._boundary is not None:
                self._parser.write(b"\r\n--" + self._boundary + b"--\r\n")
            self._parser.finalize()
        self._parser.close()

    def _on_field(self, field: Field) -> None:
        self.fields.setdefault((field.field_name or b"").decode(), []).append((field.value or b"").decode())

    def _on_file(self, file: File) -> None:
        name = (file.file_name or b"").decode(errors="replace")
        if name and file.size:
            file.flush_to_disk()
            os.replace(os.fsdecode(file.actual_file_name or b""), self._target)
            self.filename = name
        file.close()
