"""The job behind an import: claim, build in a child process, report, end. Every write names the attempt it belongs to:
a worker that was thought dead and wakes up again writes nothing."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import structlog
from procrastinate import Blueprint, JobContext, RetryStrategy
from sqlalchemy import update

from app.kit.clock import Clock
from app.kit.db import Database
from app.kit.tenancy import Scope
from app.models.roads import RegionImport
from app.roads.import_process import ImportCrashed, import_in_child
from app.roads.imports import UPLOAD_PREFIX, Premises
from app.roads.region import RegionError

log = structlog.get_logger()
MOST_ATTEMPTS = 3
STOPPED = (
    "The import stopped in the middle, again and again: the machine may have too little memory for this map. The old "
    "streets stay in use."
)


@dataclass(frozen=True)
class Importing:
    """What a worker has at hand for imports."""

    database: Database
    clock: Clock
    premises: Premises


@dataclass(frozen=True)
class Claim:
    """An import that this worker holds; `attempt` fences its writes."""

    import_id: UUID
    network_id: UUID
    attempt: int
    region: str
    source: str
    file: str | None
    profiles: Sequence[str]


class Superseded(Exception):
    """Another attempt has taken this import over."""


async def import_region(context: JobContext, import_id: str, network_id: str) -> None:
    """The job behind a request for an import."""
    importing: Importing = context.additional_context["importing"]
    claim = await asyncio.to_thread(_claim, importing, UUID(import_id), UUID(network_id))
    if claim is None:
        return
    try:
        if claim.attempt > MOST_ATTEMPTS:
            await asyncio.to_thread(_fail, importing, claim, STOPPED)
            return
        await _import(importing, claim)
    except Superseded:
        log.info("import was taken over by another worker", run=import_id, attempt=claim.attempt)
    except RegionError as error:
        await asyncio.to_thread(_fail, importing, claim, error.sentence)
    except ImportCrashed as error:
        log.error("import crashed", run=import_id, cause=str(error))
        if claim.attempt < MOST_ATTEMPTS:
            raise
        await asyncio.to_thread(_fail, importing, claim, STOPPED)


def import_jobs() -> Blueprint:
    """The jobs of imports, for one queue."""
    found = Blueprint()
    again = RetryStrategy(max_attempts=MOST_ATTEMPTS, wait=5)
    found.task(name="import_region", queue="wasl", pass_context=True, retry=again)(import_region)
    return found


async def _import(importing: Importing, claim: Claim) -> None:
    async def report(sentence: str, percent: int) -> None:
        await asyncio.to_thread(_write, importing, claim, phase=sentence, percent=percent)

    result = await import_in_child(_wish(importing.premises, claim), report)
    await asyncio.to_thread(
        _end,
        importing,
        claim,
        state="done",
        percent=100,
        phase="",
        warnings=list(result.warnings),
        fingerprint=result.fingerprint,
    )


def _wish(premises: Premises, claim: Claim) -> dict[str, Any]:
    return {
        "name": claim.region,
        "folder": str(premises.regions.absolute()),
        "incoming": str(premises.incoming.absolute()),
        "file": str((premises.incoming / claim.file).absolute()) if claim.file else None,
        "address": claim.source,
        "source": claim.source,
        "profiles": list(claim.profiles),
        "owner": str(claim.network_id),
        "hosts": sorted(premises.allowed.hosts),
        "most_bytes": premises.allowed.most_bytes,
    }


def _claim(importing: Importing, import_id: UUID, network_id: UUID) -> Claim | None:
    """Take the import; None when it has ended already. A higher attempt shuts out whoever had it before."""
    with importing.database.transaction(Scope(network=network_id)) as session:
        row = session.execute(
            update(RegionImport)
            .where(RegionImport.id == import_id, RegionImport.state.in_(("queued", "running")))
            .values(state="running", attempt=RegionImport.attempt + 1, percent=0)
            .returning(
                RegionImport.attempt,
                RegionImport.region,
                RegionImport.source,
                RegionImport.file,
                RegionImport.profiles,
            )
        ).first()
    if row is None:
        return None
    return Claim(import_id, network_id, row.attempt, row.region, row.source, row.file, tuple(row.profiles))


def _write(importing: Importing, claim: Claim, **values: Any) -> None:
    """Change the import, if it is still this attempt's; raises Superseded otherwise."""
    with importing.database.transaction(Scope(network=claim.network_id)) as session:
        changed = session.scalar(
            update(RegionImport)
            .where(
                RegionImport.id == claim.import_id,
                RegionImport.attempt == claim.attempt,
                RegionImport.state == "running",
            )
            .values(**values)
            .returning(RegionImport.id)
        )
    if changed is None:
        raise Superseded


def _fail(importing: Importing, claim: Claim, sentence: str) -> None:
    _end(importing, claim, state="failed", failure=sentence)


def _end(importing: Importing, claim: Claim, **values: Any) -> None:
    """The import is over; a file that was sent for it is not needed any more."""
    _write(importing, claim, ended_at=importing.clock(), **values)
    if claim.file is not None and claim.file.startswith(UPLOAD_PREFIX):
        (importing.premises.incoming / claim.file).unlink(missing_ok=True)
