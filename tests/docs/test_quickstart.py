"""The quickstart's own blocks, run in a shell against the service: from nobody to delivered bread."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.service_client import DAY, ServiceClient

BLOCK = re.compile(r"```sh\n(.*?)```", re.DOTALL)


def test_the_quickstart_does_what_it_says(network: ServiceClient, tmp_path: Path) -> None:
    if shutil.which("curl") is None and not os.environ.get("WASL_REQUIRE_BROWSER"):
        pytest.skip("no curl on this machine: install it to run the quickstart")
    blocks = BLOCK.findall((ROOT / "docs" / "quickstart.md").read_text())
    assert len(blocks) == 7
    secret = network.http.headers["Authorization"].removeprefix("Bearer ")
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", "\n".join(blocks)],
        cwd=tmp_path,
        env={**os.environ, "WASL": network.address, "KEY": secret, "DAY": DAY},
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count('"already_stored"') == 2
    balance = network.get("/reports/day", service_date=DAY).json()["actuals"]
    assert (balance["kg_delivered"], balance["kg_unaccounted"]) == ("40", "0")
    for said in ('"state":"active"', '"errors":[]', '"kind":"food.delivered"', '"to_account":"delivered"'):
        assert said in done.stdout, said
