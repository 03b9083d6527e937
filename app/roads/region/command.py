"""What `wasl region` does and says."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from app.roads.region.build import import_region
from app.roads.region.fetch import Allowed, fetch, file_name_of, is_address
from app.roads.region.manifest import Region

Say = Callable[[str], None]
SAID_EVERY_BYTES = 50_000_000


class Settings(Protocol):
    """What is needed of the installation's settings."""

    @property
    def data_folder(self) -> Path: ...

    @property
    def extract_hosts(self) -> str: ...

    @property
    def largest_extract(self) -> int: ...


def import_extract(settings: Settings, source: str, name: str | None, profiles: Sequence[str], say: Say) -> Region:
    """Import a file or an address in the foreground. Raises RegionError."""
    if not is_address(source):
        return _import(Path(source), source, settings, name, profiles, say)
    hosts = frozenset(host.strip().lower() for host in settings.extract_hosts.split(",") if host.strip())
    heard = 0

    def fetching(done: int, size: int | None) -> None:
        nonlocal heard
        if done - heard >= SAID_EVERY_BYTES:
            heard = done
            say(f"Fetched {megabytes(done)}{f' of {megabytes(size)}' if size else ''}.")

    say(f"Fetching {source}.")
    extract = fetch(source, settings.data_folder / "incoming", Allowed(hosts, settings.largest_extract), fetching)
    try:
        return _import(extract, source, settings, name or name_of(file_name_of(source)), profiles, say)
    finally:
        extract.unlink(missing_ok=True)


def name_of(filename: str) -> str:
    """What a region is called after its file: `newport-latest.osm.pbf` is newport."""
    return filename.split(".")[0].lower().removesuffix("-latest").replace("_", "-")


def _import(
    extract: Path, source: str, settings: Settings, name: str | None, profiles: Sequence[str], say: Say
) -> Region:
    region = import_region(
        extract,
        name or name_of(extract.name),
        settings.data_folder / "regions",
        lambda sentence, percent: say(f"{percent:3d} %  {sentence}"),
        profiles=profiles,
        source=file_name_of(source) if not is_address(source) else source,
    )
    for warning in region.warnings:
        say(f"Warning: {warning}")
    say(f"Region {region.name} is ready: streets for {', '.join(region.profiles)}, {megabytes(region.bytes)}.")
    return region


def in_one_line(region: Region) -> str:
    """A region in a list."""
    return (
        f"{region.name}\t{', '.join(region.profiles)}\t{megabytes(region.bytes)}\t{region.imported_at}\t{region.source}"
    )


def in_full(region: Region) -> str:
    """All that is known of a region."""
    west, south, east, north = region.bounds
    facts = [
        ("name", region.name),
        ("source", f"{region.source} ({megabytes(region.source_bytes)}, sha256 {region.sha256})"),
        ("imported", region.imported_at),
        ("bounds", f"{south:.4f} to {north:.4f} north, {west:.4f} to {east:.4f} east"),
        ("profiles", ", ".join(region.profiles)),
        ("size", megabytes(region.bytes)),
        ("engine", region.engine),
        ("imported by", f"network {region.owner}" if region.owner else "the operator"),
        ("map data", region.attribution),
        *(("warning", warning) for warning in region.warnings),
    ]
    return "\n".join(f"{label + ':':<13}{value}" for label, value in facts)


def megabytes(count: int) -> str:
    """A size for people: 1 MB is a million bytes."""
    return f"{count / 1e6:.1f} MB" if count < 10_000_000 else f"{count / 1e6:,.0f} MB"
