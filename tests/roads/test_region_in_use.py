"""A build that somebody has open stays on the disk, and goes when nobody needs it any more."""

import subprocess
import sys
from pathlib import Path

import pytest

from app.roads.embedded import EmbeddedRoads
from app.roads.provider import Point
from app.roads.region import Region, RegionError, hold_region, import_region, open_region
from tests.roads.small_extract import write_extract

ROOT = Path(__file__).resolve().parents[2]
ENDS = [Point(10.0, 50.0), Point(10.01, 50.0)]


def town(folder: Path, number: int) -> Region:
    """Import number `number`: the way from one end to the other leads ever farther round."""
    top = round(50.0 + number * 0.01, 6)
    corner = ((10.0, 50.0), (10.0, top), (10.01, top), (10.01, 50.0))
    extract = write_extract(folder / f"{number}.osm.pbf", [(corner, {"highway": "residential"})])
    return import_region(extract, "town", folder / "regions", profiles=["car"])


def builds(folder: Path) -> set[Path]:
    return set((folder / "regions/town/builds").iterdir())


def test_streets_that_are_open_answer_the_same_through_three_imports(tmp_path: Path) -> None:
    first = town(tmp_path, 1)
    with EmbeddedRoads(first) as roads:
        before = roads.route(ENDS)
        assert before.metres == pytest.approx(2 * 1112 + 715, abs=10)
        for number in (2, 3, 4):
            latest = town(tmp_path, number)
            assert roads.route(ENDS) == before
            assert roads.matrix(ENDS).metres[0, 1] == before.metres
            with EmbeddedRoads(latest) as newer:
                assert newer.route(ENDS).metres > before.metres
        assert first.build in builds(tmp_path)
    assert first.build not in builds(tmp_path)
    assert len(builds(tmp_path)) == 2
    assert latest.build in builds(tmp_path)


def test_without_anybody_the_build_in_use_and_the_one_before_it_stay(tmp_path: Path) -> None:
    found = [town(tmp_path, number) for number in (1, 2, 3)]
    assert builds(tmp_path) == {found[1].build, found[2].build}


def test_a_hold_of_a_build_that_is_gone_is_refused_and_the_region_opens_anew(tmp_path: Path) -> None:
    gone, _, latest = (town(tmp_path, number) for number in (1, 2, 3))
    with pytest.raises(RegionError, match="was imported again just now; open it once more"):
        gone.hold()
    region, hold = hold_region("town", tmp_path / "regions")
    assert region == latest == open_region("town", tmp_path / "regions")
    hold.close()
    hold.close()


def test_a_hold_goes_with_the_process_that_was_killed(tmp_path: Path) -> None:
    first = town(tmp_path, 1)
    program = (
        "import sys, time; from pathlib import Path; from app.roads.region import hold_region;"
        "held = hold_region('town', Path(sys.argv[1])); print('held', flush=True); time.sleep(600)"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path / "regions")], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        town(tmp_path, 2)
        town(tmp_path, 3)
        assert first.build in builds(tmp_path)
    finally:
        holder.kill()
        holder.communicate()
    latest = town(tmp_path, 4)
    assert first.build not in builds(tmp_path)
    assert latest.build in builds(tmp_path)


def test_what_a_killed_import_left_behind_is_cleared_by_the_next(tmp_path: Path) -> None:
    half = tmp_path / "regions/town/builds/half"
    half.mkdir(parents=True)
    (half / "map.sqlite").write_bytes(b"half")
    region = town(tmp_path, 1)
    assert builds(tmp_path) == {region.build}
