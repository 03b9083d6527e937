"""The street graph of one profile, built by the engine's own programs from our profiles."""

import ctypes
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from importlib import util
from pathlib import Path

from app.roads.osrm_handle import OsrmHandle, OsrmRefusal
from app.roads.provider import NO_ROAD, OFF_ROADS_METRES, Profile, RoadError
from app.roads.region.manifest import PROFILE_FOLDER, Graph, RegionError, graph_fingerprint, graph_path

MOST_THREADS = 4
PR_SET_PDEATHSIG = 1  # prctl(2)
LITTLE_DISK_BYTES = 64 * 1024 * 1024
NO_ROOM = "the disk is full, or a limit on file sizes was met"
# How a profile is called in a sentence.
WORDS: dict[Profile, str] = {"car": "cars", "van": "vans", "truck": "trucks", "cargo_bike": "cargo bikes"}

Starts = Callable[[float], None]  # the share of the profile's work that is behind us, 0 to 1


def build_graph(extract: Path, name: str, build: Path, profile: Profile, starts: Starts) -> Path:
    """Build one profile's graph and give back its base name. Raises RegionError when a program fails."""
    engine = _engine_folder()
    graph = graph_path(build, profile)
    graph.parent.mkdir(parents=True)
    # The programs take the kind of a file from its name, whatever the extract is called.
    source = graph.parent / "extract.osm.pbf"
    source.symlink_to(extract.resolve())
    base = str(graph)
    steps: Sequence[tuple[float, str, list[str]]] = (
        (0.0, "osrm-extract", ["-p", str(PROFILE_FOLDER / f"{profile}.lua"), "-o", base, str(source)]),
        (0.75, "osrm-partition", [base]),
        (0.88, "osrm-customize", [base]),
    )
    for share, program, arguments in steps:
        starts(share)
        _run(engine, program, arguments, f"The street graph of {name} for {WORDS[profile]}", build)
    source.unlink()
    return graph


_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


def _die_with_parent() -> None:
    """An import that is killed leaves no program behind that goes on writing."""
    if _libc is not None:
        _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def _engine_folder() -> Path:
    spec = util.find_spec("osrm")
    if spec is None or not spec.submodule_search_locations:
        raise RegionError("The street engine is not installed: its package is osrm-bindings.")
    return Path(str(spec.submodule_search_locations[0]))


def _run(engine: Path, program: str, arguments: list[str], what: str, build: Path) -> None:
    threads = str(min(MOST_THREADS, os.cpu_count() or 1))
    try:
        done = subprocess.run(
            [str(engine / "bin" / program), "-t", threads, "-l", "ERROR", *arguments],
            cwd=build,
            # Our profiles begin with the engine's own, which lie there.
            env={**os.environ, "WASL_OSRM_PROFILES": str(engine / "share" / "profiles")},
            capture_output=True,
            check=False,
            preexec_fn=_die_with_parent,
        )
    except OSError as error:
        raise RegionError(f"{what} could not be built: {program} does not start ({error.strerror}).") from error
    if done.returncode != 0:
        raise RegionError(f"{what} could not be built: {_why(program, done, build)}.")


def _why(program: str, done: subprocess.CompletedProcess[bytes], build: Path) -> str:
    said = done.stdout + done.stderr
    if done.returncode == -signal.SIGXFSZ or b"No space left" in said or disk_is_full(build):
        return NO_ROOM
    if done.returncode == -signal.SIGKILL or b"bad_alloc" in said:
        return f"{program} was ended from outside or found too little memory"
    if b"no edges" in said.lower() or b"no nodes" in said.lower() or b"no geometry" in said.lower():
        return "the map has no street for them"
    return f"{program} failed"


def disk_is_full(folder: Path) -> bool:
    """Whether next to nothing more can be written there."""
    while not folder.exists():
        folder = folder.parent
    return shutil.disk_usage(folder).free < LITTLE_DISK_BYTES


def try_out(build: Path, name: str, sha256: str, profile: Profile, places: Sequence[tuple[float, float]]) -> Graph:
    """Ask the new graph: its anchor is the place that most others can be driven to and from, on the main network.

    `places` are (longitude, latitude). Raises RegionError for a graph that does not answer.
    """
    with OsrmHandle(graph_path(build, profile)) as handle:
        try:
            anchor = _anchor(handle, places)
        except (RoadError, OsrmRefusal) as error:
            raise RegionError(
                f"The street graph of {name} for {WORDS[profile]} was built but does not answer."
            ) from error
    return Graph(profile, graph_fingerprint(sha256, profile), anchor)


def _anchor(handle: OsrmHandle, places: Sequence[tuple[float, float]]) -> tuple[float, float]:
    found = handle.ask("nearest", coordinates=list(places))["waypoints"]
    # A motorway is no street for a bike: what is far from this profile's streets tells nothing of them.
    near = [place for place, street in zip(places, found, strict=True) if street["metres"] <= OFF_ROADS_METRES]
    if len(near) < 2:
        longitude, latitude = found[0]["location"]
        return longitude, latitude
    answer = handle.ask("table", coordinates=near, radius=OFF_ROADS_METRES, waypoints=True)
    driven = answer["tables"][0] != NO_ROAD
    best = int((driven & driven.T).sum(axis=1).argmax())
    longitude, latitude = answer["waypoints"][best]["location"]
    return longitude, latitude
