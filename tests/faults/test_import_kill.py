"""An import that is killed, or runs out of disk, in any phase leaves the old region in use and nothing in the way."""

import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.roads.embedded import EmbeddedRoads
from app.roads.provider import Point
from app.roads.region import Region, import_region, open_region
from tests.roads.small_extract import write_extract

ROOT = Path(__file__).resolve().parents[2]
MONACO = ROOT / "tests" / "roads" / "data" / "monaco.osm.pbf"
PHASES = ("Reading the map", "Building the streets", "Collecting the addresses", "Drawing the map")
ENDS = [Point(10.0, 50.0), Point(10.01, 50.0)]


@pytest.fixture
def old(tmp_path: Path) -> Region:
    line = ((10.0, 50.0), (10.005, 50.0), (10.01, 50.0))
    extract = write_extract(tmp_path / "old.osm.pbf", [(line, {"highway": "residential"})])
    return import_region(extract, "town", tmp_path / "regions", profiles=["car"])


def start(folder: Path, before: Callable[[], None] | None = None) -> subprocess.Popen[str]:
    """The import of Monaco over the old town, as the service starts it."""
    wish: dict[str, Any] = {
        "name": "town",
        "folder": str(folder / "regions"),
        "file": str(MONACO),
        "source": "monaco.osm.pbf",
        "profiles": ["car"],
        "owner": None,
    }
    child = subprocess.Popen(
        [sys.executable, "-m", "app.roads.region"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        preexec_fn=before,
    )
    assert child.stdin is not None
    child.stdin.write(json.dumps(wish) + "\n")
    child.stdin.flush()
    return child


def said(child: subprocess.Popen[str], until: str) -> dict[str, Any]:
    assert child.stdout is not None
    for line in child.stdout:
        found: dict[str, Any] = json.loads(line)
        if until in json.dumps(found):
            return found
    raise AssertionError(f"it never said {until}")


def programs_in(folder: Path) -> list[int]:
    """The processes whose folder of work is in there."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            at = os.readlink(process / "cwd")
        except OSError:
            continue
        if at.startswith(str(folder)):
            found.append(int(process.name))
    return found


def assert_still_in_use(old: Region, folder: Path) -> None:
    assert open_region("town", folder / "regions") == old
    with EmbeddedRoads(old) as roads:
        assert roads.route(ENDS).metres == pytest.approx(715, abs=5)


def ends_within(seconds: float, folder: Path) -> bool:
    until = time.monotonic() + seconds
    while programs_in(folder) and time.monotonic() < until:
        time.sleep(0.05)
    return not programs_in(folder)


@pytest.mark.parametrize("phase", PHASES)
def test_an_import_killed_in_any_phase_leaves_the_old_region_in_use(old: Region, tmp_path: Path, phase: str) -> None:
    child = start(tmp_path)
    said(child, phase)
    time.sleep(0.05)
    child.send_signal(signal.SIGKILL)
    child.communicate()
    assert ends_within(10, tmp_path), "a program of the killed import goes on"
    assert_still_in_use(old, tmp_path)
    assert len(list((tmp_path / "regions/town/builds").iterdir())) == 2
    line = ((10.0, 50.0), (10.02, 50.0))
    extract = write_extract(tmp_path / "next.osm.pbf", [(line, {"highway": "residential"})])
    new = import_region(extract, "town", tmp_path / "regions")
    assert set((tmp_path / "regions/town/builds").iterdir()) == {old.build, new.build}


def test_an_import_whose_parent_goes_away_clears_up_and_ends(old: Region, tmp_path: Path) -> None:
    child = start(tmp_path)
    said(child, "Building the streets")
    # Held where it is, so that on a busy machine it does not end before its parent has gone.
    child.send_signal(signal.SIGSTOP)
    assert child.stdin is not None
    child.stdin.close()  # as the kernel does when the parent dies
    child.send_signal(signal.SIGCONT)
    ended = child.wait(timeout=30)
    assert child.stdout is not None
    child.stdout.close()
    assert ended == 1
    assert list((tmp_path / "regions/town/builds").iterdir()) == [old.build]
    assert_still_in_use(old, tmp_path)


@pytest.mark.parametrize("most_bytes", [20_000, 500_000])
def test_a_disk_without_room_is_one_sentence_and_leaves_the_old_region_in_use(
    old: Region, tmp_path: Path, most_bytes: int
) -> None:
    child = start(tmp_path, lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, most_bytes)))
    refusal = said(child, "refused")["refused"]
    child.communicate()
    assert refusal.endswith(".")
    assert refusal == "The region town could not be built: the disk is full, or a limit on file sizes was met."
    assert list((tmp_path / "regions/town/builds").iterdir()) == [old.build]
    assert_still_in_use(old, tmp_path)


def test_a_street_engine_without_room_says_so(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from app.roads.region import RegionError, graphs\n"
        "try: graphs.build_graph(Path(sys.argv[1]), 'town', Path(sys.argv[2]), 'car', lambda _: None)\n"
        "except RegionError as error: print(error)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(MONACO), str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000)),
    )
    assert done.stdout == (
        "The street graph of town for cars could not be built: the disk is full, or a limit on file sizes was met.\n"
    )
