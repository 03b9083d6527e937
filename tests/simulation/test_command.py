"""What cannot be is said in one sentence before anything is started."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT


@pytest.mark.parametrize(
    ("option", "value", "sentence"),
    [("--days", "0", "from 1 to 28 days"), ("--seed", "-1", "seed from 0"), ("--days", "many", "'many' is not")],
)
def test_a_number_that_cannot_be_is_one_sentence(tmp_path: Path, option: str, value: str, sentence: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "app.cli", "simulate", option, value],
        cwd=ROOT,
        env={**os.environ, "WASL_DATA_FOLDER": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode != 0
    assert sentence in " ".join(done.stderr.replace("│", " ").split())
    assert "Traceback" not in done.stderr
