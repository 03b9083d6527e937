"""Importing an extract: every piece of a region built into a new folder, put in use when it is whole."""

import errno
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from app.roads.addresses import build_address_index
from app.roads.basemap import BASE_MAP_FORMAT, BaseMapSummary, ExtractError, build_base_map
from app.roads.provider import Profile
from app.roads.region import graphs, in_use, manifest
from app.roads.region.extract import cannot_be_used, look_over, missing_points_warning
from app.roads.region.manifest import Graph, Region, RegionError
from app.roads.tile_store import build_tiles

# A truck's and a cargo bike's streets are built where somebody drives one: each profile costs time, memory and disk.
DEFAULT_PROFILES: tuple[Profile, ...] = ("car", "van")

Progress = Callable[[str, int], None]  # a sentence, and how much of the whole is done, in per cent
# Where each phase begins, in per cent of the whole; the graphs share theirs.
READ, MAP, GRAPHS, ADDRESSES, TILES, END = 0, 3, 25, 80, 88, 100


@dataclass(frozen=True, slots=True)
class _Wish:
    """One import: what is built of which file."""

    extract: Path
    source: str
    name: str
    profiles: tuple[Profile, ...]
    owner: str | None
    sha256: str
    source_bytes: int


def import_region(
    extract: Path,
    name: str,
    folder: Path,
    progress: Progress = lambda _sentence, _percent: None,
    *,
    profiles: Sequence[str] = (),
    source: str | None = None,
    owner: str | None = None,
) -> Region:
    """Make `name` the region of this extract: build its street graphs, map and addresses, then use them.

    `profiles` are built beside those that the region has already; without any, those it has, or DEFAULT_PROFILES.
    `source` is where the file came from, its name otherwise. `owner` is the network that imports; the command line,
    which is the operator's, gives none and may replace every region. What was built from the same file by the same
    engine is taken over. Until the new build is whole, and whenever it fails, the old region stays in use.

    Raises RegionError.
    """
    home = manifest.home_of(name, folder)
    wanted = manifest.known_profiles(list(profiles))
    progress(f"Looking {extract.name} over.", READ)
    sha256, size = look_over(extract)
    try:
        home.mkdir(parents=True, exist_ok=True)
        lock = in_use.import_lock(
            home, wait=True, waiting=lambda: progress(f"Another import of {name} is running; waiting for it.", READ)
        )
        with lock:
            old = manifest.current(home, name)
            manifest.require_right_to_replace(home, name, owner)
            chosen = _profiles(wanted, old)
            owned_by = owner or manifest.owner_of(home)
            wish = _Wish(extract, source or extract.name, name, chosen, owned_by, sha256, size)
            region = _import(wish, home, old, progress)
    except OSError as error:
        raise _not_built(name, error, folder) from error
    return region


def _import(wish: _Wish, home: Path, old: Region | None, progress: Progress) -> Region:
    if old is not None and _is_current(old, wish):
        progress(f"The region {wish.name} is already imported from this file.", END)
        return old
    in_use.remove_unused(home, keep=[old.build] if old else [])
    region = _build(wish, home, old, progress)
    in_use.remove_unused(home, keep=[region.build, *([old.build] if old else [])])
    progress(f"The region {wish.name} is ready.", END)
    return region


def _profiles(wanted: tuple[Profile, ...], old: Region | None) -> tuple[Profile, ...]:
    """A region keeps the profiles that it has: some network's vehicles may drive by them."""
    kept = old.profiles if old else ()
    return manifest.known_profiles([*kept, *wanted]) if kept or wanted else DEFAULT_PROFILES


def _is_current(old: Region, wish: _Wish) -> bool:
    return (
        old.sha256 == wish.sha256
        and old.map_format == BASE_MAP_FORMAT
        and old.pieces_format == manifest.PIECES_FORMAT
        and set(old.profiles) >= set(wish.profiles)
        and all(graph.fingerprint == manifest.graph_fingerprint(wish.sha256, graph.profile) for graph in old.graphs)
    )


def _build(wish: _Wish, home: Path, old: Region | None, progress: Progress) -> Region:
    (home / "builds").mkdir(exist_ok=True)
    build = Path(tempfile.mkdtemp(prefix=f"{wish.sha256[:12]}-", dir=home / "builds"))
    build.chmod(0o755)  # open data: the service may run as another user than the import
    (build / in_use.LOCK).touch()
    same = old if old is not None and old.sha256 == wish.sha256 and old.map_format == BASE_MAP_FORMAT else None
    try:
        region = _pieces(wish, build, same, progress)
        manifest.put_in_use(region, home)
        return region
    except BaseException as error:
        shutil.rmtree(build, ignore_errors=True)
        if isinstance(error, ExtractError):
            raise cannot_be_used(wish.extract.name, str(error)) from error
        if isinstance(error, OSError | sqlite3.Error | MemoryError):
            raise _not_built(wish.name, error, home) from error
        raise


def _not_built(name: str, error: BaseException, folder: Path) -> RegionError:
    why = getattr(error, "strerror", None) or str(error) or "there is too little memory"
    # SQLite says "disk I/O error" where a file may not grow any more.
    no_room = getattr(error, "errno", None) in (errno.ENOSPC, errno.EFBIG, errno.EDQUOT) or "I/O" in why
    if no_room or "full" in why or graphs.disk_is_full(folder):
        why = graphs.NO_ROOM
    return RegionError(f"The region {name} could not be built: {why[:1].lower()}{why[1:].rstrip('.')}.")


def _pieces(wish: _Wish, build: Path, same: Region | None, progress: Progress) -> Region:
    """Everything of the region, in the order in which a file that is of no use shows itself."""
    extract, name = wish.extract, wish.name
    progress(f"Reading the map of {name}.", MAP)
    summary = build_base_map(extract, build / "map.sqlite")
    warning = missing_points_warning(extract.name, summary.street_nodes, summary.missing_street_nodes)
    built = _graphs(wish, build, same, summary, progress)
    warnings = [warning] if warning else []
    progress(f"Collecting the addresses of {name}.", ADDRESSES)
    build_address_index(extract, build / "addresses.sqlite")
    progress(f"Drawing the map of {name}.", TILES)
    build_tiles(build / "map.sqlite", summary.bounds, build / "tiles.sqlite")
    return Region(
        name=name,
        build=build,
        sha256=wish.sha256,
        source=wish.source,
        source_bytes=wish.source_bytes,
        imported_at=datetime.now(UTC).isoformat(timespec="seconds"),
        engine=manifest.engine_version(),
        map_format=BASE_MAP_FORMAT,
        pieces_format=manifest.PIECES_FORMAT,
        fingerprint=manifest.region_fingerprint(wish.sha256, built),
        bounds=summary.bounds,
        graphs=built,
        bytes=sum(path.stat().st_size for path in build.rglob("*") if path.is_file()),
        warnings=tuple(warnings),
        owner=wish.owner,
    )


def _graphs(
    wish: _Wish, build: Path, same: Region | None, summary: BaseMapSummary, progress: Progress
) -> tuple[Graph, ...]:
    span = (ADDRESSES - GRAPHS) / len(wish.profiles)
    built = []
    for number, profile in enumerate(wish.profiles):
        begin = GRAPHS + number * span

        def starts(share: float, profile: Profile = profile, begin: float = begin) -> None:
            words = graphs.WORDS[profile]
            progress(f"Building the streets of {wish.name} for {words}.", round(begin + share * span))

        taken = _taken_over(same, build, profile)
        if taken is None:
            graphs.build_graph(wish.extract, wish.name, build, profile, starts)
            starts(0.95)
            taken = graphs.try_out(build, wish.name, wish.sha256, profile, summary.street_points)
        built.append(taken)
    return tuple(built)


def _taken_over(same: Region | None, build: Path, profile: Profile) -> Graph | None:
    """The graph that the old region has of the same file, profile text and engine, linked into the new build."""
    if same is None or profile not in same.profiles:
        return None
    if same.fingerprint_of(profile) != manifest.graph_fingerprint(same.sha256, profile):
        return None
    old, new = same.graph_of(profile).parent, manifest.graph_path(build, profile).parent
    try:
        shutil.copytree(old, new, copy_function=_link_or_copy)
    except OSError:  # the old one is not whole, or this file system knows no links and has no room
        shutil.rmtree(new, ignore_errors=True)
        return None
    return Graph(profile, same.fingerprint_of(profile), same.anchor_of(profile))


def _link_or_copy(old: str, new: str) -> None:
    """Nothing writes to a graph once it is built, so two builds may share its files."""
    try:
        os.link(old, new)
    except OSError:
        shutil.copyfile(old, new)
