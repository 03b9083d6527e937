"""HTTP for imports of regions: ask for one by address or file, send a file, look at them."""

import asyncio
import hashlib
import os
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from app.kit.errors import unavailable
from app.kit.idempotency import Answer
from app.kit.web import PROBLEMS, ApiRoute, Body, Caller, Cursor, Limit, answer, page_out, path_of
from app.kit.wire import PageOut
from app.roads import imports
from app.roads.imports import Premises, Wish
from app.roads.provider import Profile

router = APIRouter(prefix="/api/v1/region-imports", route_class=ApiRoute, tags=["map"], responses=PROBLEMS)
# Apart, since its bodies are extracts: the application gives it a limit of its own.
uploads = APIRouter(prefix="/api/v1/region-imports", route_class=ApiRoute, tags=["map"], responses=PROBLEMS)

FILE_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}


class RegionImportIn(Body):
    """An import of the network's region from a file that is there or can be fetched."""

    source: str = Field(
        min_length=1,
        max_length=2000,
        description="Address of an OpenStreetMap extract (.osm.pbf), or the name of a file in the folder `incoming`",
    )
    profiles: list[Profile] = Field(
        default_factory=list,
        max_length=10,
        description="Built beside those that the region has; empty: those it has, or car and van",
    )
    region: str | None = Field(default=None, description="Your network's region; no other one is yours to import")


class _SentFile(BaseModel):
    """What makes two uploads the same."""

    filename: str
    profiles: list[Profile]
    sha256: str


class RegionImportOut(BaseModel):
    """An import and where it stands."""

    model_config = ConfigDict(from_attributes=True)
    id: UUID
    region: str
    source: str
    profiles: list[str]
    state: str = Field(description="queued, running, done or failed")
    phase: str = Field(description="What is being done, as a sentence")
    percent: int
    warnings: list[str]
    failure: str | None = Field(description="Why it failed; the region that was there stays in use")
    fingerprint: str | None
    requested_by: str
    requested_at: datetime
    ended_at: datetime | None


def premises_of(request: Request) -> Premises:
    """Where this installation keeps its regions."""
    found: Premises = request.app.state.premises
    return found


@router.post("", status_code=202, response_model=RegionImportOut)
def request_region_import(call: Caller, wish: RegionImportIn) -> Response:
    """Import your network's region. Answers at once; follow `Location` until the import is done or failed."""
    asked = Wish(wish.source, tuple(wish.profiles), wish.region)
    return call.once(wish, lambda session: _accepted(session, call, asked))


def _accepted(session: Session, call: Caller, wish: Wish) -> Answer:
    row = imports.request_import(session, call.principal, premises_of(call.request), wish, call.now)
    session.flush()
    return answer(RegionImportOut.model_validate(row), 202, location=path_of("region-imports", row.id))


@uploads.post("/file", status_code=202, response_model=RegionImportOut, openapi_extra=FILE_BODY)
async def send_region_file(
    request: Request,
    call: Caller,
    filename: Annotated[str, Query(max_length=300, description="What the file is called")] = "extract.osm.pbf",
    profiles: Annotated[list[Profile] | None, Query(description="As in the import of an address")] = None,
) -> Response:
    """Import your network's region from the extract that is this request's body."""
    premises = premises_of(request)

    def may(session: Session) -> None:
        imports.require_right(session, call.principal, premises)

    if call.key is None:  # with a key, the first answer may have to be given again
        await asyncio.to_thread(call.read, may)
    else:
        call.principal.require("regions.import")
    target = imports.upload_path(premises)
    sha256 = await _keep(request, target, premises.allowed.most_bytes)
    name, wanted = imports.shown_name(filename), list(profiles or ())
    wish = Wish(name, tuple(wanted), upload=target)
    sent = _SentFile(filename=name, profiles=wanted, sha256=sha256)
    accepted = False

    def verb(session: Session) -> Answer:
        nonlocal accepted
        found = _accepted(session, call, wish)
        accepted = True
        return found

    try:
        return await asyncio.to_thread(call.once, sent, verb)
    finally:
        if not accepted:
            target.unlink(missing_ok=True)


async def _keep(request: Request, target: Path, most_bytes: int) -> str:
    """Write the body to the disk as it comes; its sha256. Nothing is left of a body that breaks off or is too large."""
    digest, size = hashlib.sha256(), 0
    try:
        with target.open("wb") as file:
            async for chunk in request.stream():
                size += len(chunk)
                if size > most_bytes:
                    raise imports.too_large(most_bytes)
                digest.update(chunk)
                await asyncio.to_thread(file.write, chunk)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        target.unlink(missing_ok=True)
        raise unavailable("The file could not be kept: the disk of this installation may be full.") from error
    except BaseException:
        target.unlink(missing_ok=True)
        raise
    return digest.hexdigest()


@router.get("")
def list_region_imports(call: Caller, cursor: Cursor = None, limit: Limit = 50) -> PageOut[RegionImportOut]:
    """Your network's imports, newest first."""
    return call.read(
        lambda session: page_out(RegionImportOut, imports.page_of_imports(session, call.principal, cursor, limit))
    )


@router.get("/{import_id}")
def get_region_import(call: Caller, import_id: UUID) -> RegionImportOut:
    """Where an import stands."""
    return RegionImportOut.model_validate(
        call.read(lambda session: imports.get_import(session, call.principal, import_id))
    )
