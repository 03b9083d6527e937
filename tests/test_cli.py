"""What goes wrong at the command line is one sentence and exit status 1, never a traceback."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT, TestDatabase


def wasl(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "app.cli", *arguments],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=120,
    )


def assert_one_sentence(done: subprocess.CompletedProcess[str], word: str) -> None:
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("wasl: "), done.stderr
    assert word in last


def test_a_database_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    address = "postgresql://nobody@127.0.0.1:1/none"
    done = wasl("serve", WASL_DATABASE_URL=address, WASL_DATA_FOLDER=str(tmp_path))
    assert_one_sentence(done, "cannot be reached")


@pytest.mark.parametrize("address", ["sqlite:///x.db", "not an address"])
def test_an_address_of_something_else_is_one_sentence(tmp_path: Path, address: str) -> None:
    assert_one_sentence(wasl("migrate", WASL_DATABASE_URL=address, WASL_DATA_FOLDER=str(tmp_path)), "WASL_DATABASE_URL")


def test_a_map_file_that_is_cut_short_is_one_sentence(tmp_path: Path) -> None:
    whole = (ROOT / "data" / "newport" / "newport.osm.pbf").read_bytes()
    cut = tmp_path / "cut.osm.pbf"
    cut.write_bytes(whole[: len(whole) // 2])
    assert_one_sentence(wasl("region", "import", str(cut), WASL_DATA_FOLDER=str(tmp_path)), "cut")


def test_a_map_file_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    done = wasl("region", "import", str(tmp_path / "none.osm.pbf"), WASL_DATA_FOLDER=str(tmp_path))
    assert_one_sentence(done, "none.osm.pbf")


def test_a_setting_that_cannot_be_used_is_one_sentence() -> None:
    assert_one_sentence(wasl("serve", WASL_PORT="banana"), "WASL_PORT")


def test_only_the_owner_of_the_tables_migrates(migrated: TestDatabase, tmp_path: Path) -> None:
    done = wasl("migrate", WASL_DATABASE_URL=migrated.service_url, WASL_DATA_FOLDER=str(tmp_path))
    assert_one_sentence(done, "WASL_DATABASE_OWNER_URL")


def test_a_network_is_begun_with_a_key_that_works(migrated: TestDatabase, tmp_path: Path) -> None:
    done = wasl(
        *("network", "create", "Newport", "--region", "newport", "--coordinator", "Newport Food Bank"),
        WASL_DATABASE_URL=migrated.service_url,
        WASL_DATA_FOLDER=str(tmp_path),
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("wasl_key_")


def test_an_unknown_time_zone_is_one_sentence(migrated: TestDatabase, tmp_path: Path) -> None:
    done = wasl(
        *("network", "create", "N", "--region", "n", "--coordinator", "B", "--time-zone", "Mars/Olympus"),
        WASL_DATABASE_URL=migrated.service_url,
        WASL_DATA_FOLDER=str(tmp_path),
    )
    assert_one_sentence(done, "Mars/Olympus")
