"""Importing a map extract as a region, and opening the regions that were imported."""

import fcntl
import hashlib
import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from importlib import metadata, util
from pathlib import Path

from app.roads.basemap import BASE_MAP_FORMAT, ExtractError, build_base_map
from app.roads.coast import Bounds
from app.roads.osrm_handle import OsrmHandle, OsrmRefusal
from app.roads.provider import ATTRIBUTION, OFF_ROADS_METRES, RoadError

MANIFEST = "region.json"
MANIFEST_FORMAT = "wasl-region"
PROFILE = "car"
NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")

Progress = Callable[[str], None]


class RegionError(Exception):
    """A region could not be imported or opened; `sentence` says why in one sentence."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class Region:
    """One imported extract: where its street graph and base map are, and what they were made from."""

    name: str
    build: Path
    sha256: str
    profile: str
    engine: str
    fingerprint: str
    bounds: Bounds
    anchor: tuple[float, float]
    attribution: str = ATTRIBUTION

    @property
    def graph(self) -> Path:
        return self.build / "graph" / "region.osrm"

    @property
    def base_map(self) -> Path:
        return self.build / "map.sqlite"

    @property
    def tile_cache(self) -> Path:
        return self.build / "tiles"


def import_region(pbf: Path, name: str, folder: Path, progress: Progress = lambda _: None) -> Region:
    """Make `name` the region of this extract: build its street graph and base map, then use them.

    The same file, profile and engine are not built twice. Until the new build is whole, and whenever it
    fails, the old region stays in use. Raises RegionError.
    """
    home = _home(name, folder)
    sha256 = _digest(pbf)
    fingerprint = _fingerprint(sha256)
    home.mkdir(parents=True, exist_ok=True)
    with _only_import(home, name, progress):
        current = _current(home, name)
        if current is not None and current.fingerprint == fingerprint:
            progress(f"The region {name} is already imported from this file.")
            return current
        _remove_builds(home, keep=[current.build] if current else [])
        region = _build(pbf, name, home, sha256, progress)
        _put_in_use(region, home)
        _remove_builds(home, keep=[region.build, *([current.build] if current else [])])
    progress(f"The region {name} is ready.")
    return region


def open_region(name: str, folder: Path) -> Region:
    """The region as it was last imported. Raises RegionError when there is none that this version can use."""
    region = _current(_home(name, folder), name)
    if region is None:
        raise RegionError(f"There is no region called {name} here; import its map extract first.")
    if region.fingerprint != _fingerprint(region.sha256):
        raise RegionError(f"The region {name} was built by another version of Wasl; import its map extract again.")
    return region


def _home(name: str, folder: Path) -> Path:
    if NAME.fullmatch(name) is None:
        raise RegionError("The name of a region is made of small letters a to z, digits and hyphens.")
    return folder.absolute() / name


def _digest(pbf: Path) -> str:
    try:
        with pbf.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError as error:
        raise RegionError(f"There is no map file {pbf}.") from error
    except OSError as error:
        raise RegionError(f"The map file {pbf} cannot be read: {error.strerror}.") from error


def _engine() -> str:
    return f"osrm {metadata.version('osrm-bindings')}"


def _fingerprint(sha256: str) -> str:
    made_from = f"{sha256} {PROFILE} {_engine()} map {BASE_MAP_FORMAT}"
    return hashlib.sha256(made_from.encode()).hexdigest()


@contextmanager
def _only_import(home: Path, name: str, progress: Progress) -> Iterator[None]:
    """One import of a region at a time; the lock goes with the process that holds it."""
    with (home / "import.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            progress(f"Another import of {name} is running; waiting for it.")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _current(home: Path, name: str) -> Region | None:
    """What the manifest names; None without one, or where it cannot be understood."""
    try:
        manifest = json.loads((home / MANIFEST).read_text(encoding="utf-8"))
        if manifest.pop("format") != MANIFEST_FORMAT:
            return None
        build = home / "builds" / manifest.pop("build")
        bounds, anchor = tuple(manifest.pop("bounds")), tuple(manifest.pop("anchor"))
        if not build.is_dir():
            return None
        return Region(build=build, bounds=bounds, anchor=anchor, **{**manifest, "name": name})
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _build(pbf: Path, name: str, home: Path, sha256: str, progress: Progress) -> Region:
    (home / "builds").mkdir(exist_ok=True)
    build = Path(tempfile.mkdtemp(prefix=f"{sha256[:12]}-", dir=home / "builds"))
    build.chmod(0o755)  # open data: the service may run as another user than the import
    try:
        progress(f"Reading the map of {name} from {pbf.name}.")
        summary = build_base_map(pbf, build / "map.sqlite")
        _build_graph(pbf, name, build, progress)
        region = Region(
            name=name,
            build=build,
            sha256=sha256,
            profile=PROFILE,
            engine=_engine(),
            fingerprint=_fingerprint(sha256),
            bounds=summary.bounds,
            anchor=(0.0, 0.0),
        )
        progress(f"Trying out the streets of {name}.")
        return replace(region, anchor=_anchor(region, summary.street_points))
    except BaseException as error:
        shutil.rmtree(build, ignore_errors=True)
        if isinstance(error, ExtractError):
            raise RegionError(f"The map file {pbf.name} cannot be used: {error}.") from error
        if isinstance(error, OSError):
            raise RegionError(f"The region {name} could not be built: {error.strerror or error}.") from error
        raise


def _build_graph(pbf: Path, name: str, build: Path, progress: Progress) -> None:
    graph = build / "graph"
    graph.mkdir()
    engine = Path(str(util.find_spec("osrm").submodule_search_locations[0]))  # type: ignore[union-attr,index]
    extract = build / "region.osm.pbf"
    extract.symlink_to(pbf.resolve())
    base = str(graph / "region.osrm")
    profile = str(engine / "share" / "profiles" / f"{PROFILE}.lua")
    steps: Sequence[tuple[str, list[str]]] = (
        ("osrm-extract", ["-p", profile, "-o", base, str(extract)]),
        ("osrm-partition", [base]),
        ("osrm-customize", [base]),
    )
    threads = str(min(4, os.cpu_count() or 1))
    for number, (program, arguments) in enumerate(steps, start=1):
        progress(f"Building the street graph of {name}, step {number} of {len(steps)}.")
        done = subprocess.run(
            [str(engine / "bin" / program), "-t", threads, "-l", "ERROR", *arguments],
            cwd=build,
            capture_output=True,
            check=False,
        )
        if done.returncode != 0:
            raise RegionError(f"The street graph of {name} could not be built from {pbf.name}; {program} failed.")
    extract.unlink()


def _anchor(region: Region, candidates: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """The candidate that most others can be driven to and from, by the new graph: the main network."""
    with OsrmHandle(region.graph) as handle:
        try:
            answer = handle.ask("table", coordinates=candidates, radius=OFF_ROADS_METRES)
        except (RoadError, OsrmRefusal) as error:
            raise RegionError(f"The street graph of {region.name} was built but does not answer.") from error
    seconds = answer["seconds"]
    places = range(len(candidates))
    best = max(places, key=lambda i: sum(seconds[i][j] is not None and seconds[j][i] is not None for j in places))
    longitude, latitude = answer["waypoints"][best]["location"]
    return longitude, latitude


def _put_in_use(region: Region, home: Path) -> None:
    """Name the new build in the manifest: one rename, so a reader finds the old region or the new."""
    manifest = {**asdict(region), "format": MANIFEST_FORMAT, "build": region.build.name}
    draft = home / f"{MANIFEST}.new"
    with draft.open("w", encoding="utf-8") as file:
        json.dump(manifest, file, ensure_ascii=False, indent=1)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(home / MANIFEST)


def _remove_builds(home: Path, keep: Sequence[Path]) -> None:
    """Drop what interrupted imports left; the build before the current one may still be in use."""
    builds = home / "builds"
    for build in builds.iterdir() if builds.is_dir() else ():
        if build not in keep:
            shutil.rmtree(build, ignore_errors=True)
