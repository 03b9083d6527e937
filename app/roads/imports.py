"""Verbs on imports of regions: ask for one, look at them. The work itself is a job (`app.roads.import_job`)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.kit import audit
from app.kit.auth import Principal
from app.kit.errors import WaslError, conflict, not_found, refused
from app.kit.jobs import defer
from app.kit.paging import Order, Page, page
from app.models.partners import Network
from app.models.roads import RegionImport
from app.roads.provider import Profile
from app.roads.region.fetch import Allowed, file_name_of, is_address
from app.roads.region.manifest import RegionError, home_of, require_right_to_replace

IMPORT_REGION = "regions:import_region"
UPLOAD_PREFIX = "upload-"
NEWEST = 20


@dataclass(frozen=True)
class Premises:
    """Where an installation keeps its regions and the files that they are imported from, and whence it may fetch."""

    regions: Path
    incoming: Path
    allowed: Allowed


def premises_in(data_folder: Path, extract_hosts: str, largest_extract: int) -> Premises:
    """The usual places in an installation's data folder; `extract_hosts` are separated by commas."""
    hosts = frozenset(host.strip().lower() for host in extract_hosts.split(",") if host.strip())
    return Premises(data_folder / "regions", data_folder / "incoming", Allowed(hosts, largest_extract))


@dataclass(frozen=True)
class Wish:
    """What somebody asks for. `upload` is the file that came with the request, in the incoming folder."""

    source: str
    profiles: Sequence[Profile] = ()
    region: str | None = None
    upload: Path | None = None


def require_right(session: Session, principal: Principal, premises: Premises, region: str | None = None) -> Network:
    """The caller's network, whose region the caller may import now.

    Raises `forbidden` (403), `other_region` (422), `region_of_others` (409) and `import_running` (409).
    """
    principal.require("regions.import")
    network = session.get(Network, principal.network_id)
    if network is None:
        raise not_found("network")
    if region is not None and region != network.region:
        raise refused("other_region", f"This network's region is {network.region}; another one is not its to import.")
    try:
        home = home_of(network.region, premises.regions)
        require_right_to_replace(home, network.region, str(network.id))
    except RegionError as error:
        raise conflict("region_of_others", error.sentence) from error
    alive = session.scalar(select(RegionImport.id).where(RegionImport.state.in_(("queued", "running"))))
    if alive is not None:
        raise _import_running(network.region)
    return network


def request_import(
    session: Session, principal: Principal, premises: Premises, wish: Wish, now: datetime
) -> RegionImport:
    """Queue an import of the network's region. Raises what `require_right` does, `address_not_allowed` (422) and
    `no_such_file` (422)."""
    network = require_right(session, principal, premises, wish.region)
    source, file = _source(premises, wish)
    row = RegionImport(
        id=uuid4(),
        network_id=network.id,
        region=network.region,
        source=source,
        file=file,
        profiles=list(wish.profiles),
        requested_by=principal.name,
        requested_at=now,
    )
    session.add(row)
    try:
        session.flush()
    except IntegrityError as error:  # another network asked for the same region at this moment
        raise _import_running(network.region) from error
    defer(
        session,
        IMPORT_REGION,
        lock=f"region:{network.region}",
        import_id=str(row.id),
        network_id=str(network.id),
    )
    audit.record(session, principal, "regions.import", ("region import", row.id), now, source=source)
    return row


def _import_running(region: str) -> WaslError:
    return conflict("import_running", f"The region {region} is being imported already; wait until that has ended.")


def _source(premises: Premises, wish: Wish) -> tuple[str, str | None]:
    """What is shown as the source, and the file's name in the incoming folder; None for an address."""
    if wish.upload is not None:
        return wish.source, wish.upload.name
    if is_address(wish.source):
        try:
            premises.allowed.require(wish.source)
        except RegionError as error:
            raise refused("address_not_allowed", error.sentence) from error
        return wish.source, None
    name = wish.source
    inside = Path(name).name == name and not name.startswith((".", UPLOAD_PREFIX))
    if not inside or not (premises.incoming / name).is_file():
        raise refused("no_such_file", f"There is no file {name} in this installation's folder for map files.")
    return name, name


def list_imports(session: Session, principal: Principal) -> list[RegionImport]:
    """The network's newest imports, newest first."""
    principal.require("regions.import")
    newest_first = (RegionImport.requested_at.desc(), RegionImport.id)
    return list(session.scalars(select(RegionImport).order_by(*newest_first).limit(NEWEST)))


def page_of_imports(session: Session, principal: Principal, cursor: str | None, limit: int) -> Page[RegionImport]:
    """The network's imports, newest first."""
    principal.require("regions.import")
    newest_first = Order(RegionImport.requested_at, RegionImport.id, newest_first=True)
    return page(session, select(RegionImport), newest_first, cursor, limit)


def get_import(session: Session, principal: Principal, import_id: UUID) -> RegionImport:
    """One import of the caller's network."""
    principal.require("regions.import")
    found = session.get(RegionImport, import_id)
    if found is None:
        raise not_found("import")
    return found


def upload_path(premises: Premises) -> Path:
    """Where a file that comes with a request is kept until it is imported."""
    premises.incoming.mkdir(parents=True, exist_ok=True)
    return premises.incoming / f"{UPLOAD_PREFIX}{uuid4()}.osm.pbf"


def too_large(most_bytes: int) -> WaslError:
    """A file above the installation's limit."""
    return WaslError(f"A map file may have {most_bytes / 1e9:g} GB here.", "too_large", 413, "Too large")


def shown_name(filename: str) -> str:
    """A file's name as its sender calls it, without folders, of a decent length."""
    name = filename.replace("\\", "/").rsplit("/", 1)[-1].strip()
    return "".join(letter for letter in name if letter.isprintable())[:120] or "extract.osm.pbf"


def source_name(row: RegionImport) -> str:
    """The source as a short name."""
    return file_name_of(row.source) if is_address(row.source) else row.source
