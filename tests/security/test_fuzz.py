"""Schemathesis against the real service over HTTP: every check on every operation, for three roles of two tenants.

All its phases run: what the schema gives as examples, every boundary of every field, random requests, and requests that
follow from each other (stateful, by links that it infers). WASL_FUZZ_EXAMPLES sets the examples an operation gets and
WASL_FUZZ_SECONDS how long a role is tried; the defaults are small, so that the whole fits beside the other tests: run
it with 200 and 1800 before a release.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.security.api_description import DESCRIBED
from tests.security.operations import row_of
from tests.security.tenants import DRIVER_LINK, Tenant, World, held

EXAMPLES = int(os.environ.get("WASL_FUZZ_EXAMPLES", "2"))
SECONDS = int(
    os.environ.get("WASL_FUZZ_SECONDS", "38")
)  # of a role's run; what is not tried by then a longer run tries

# Refusals that only a rule of the service knows of, and no schema can say: data that fits the schema meets them.
#   401 a sign-in nobody knows the password of; 403 what the role may not do; 404 ids that name nothing;
#   409 the thing has moved on; 410 links that nobody was sent; 412 and 428 versions; 422 a rule says no (a window
#   that closes before it opens); 429 more wrong passwords than anybody may try;
#   503 a part of the installation is missing, such as a region's address index.
REFUSALS = [401, 403, 404, 409, 410, 412, 422, 428, 429, 503]
# What has to be said of data that does not fit: who asks comes first, then what is asked for.
REJECTIONS = [400, 401, 403, 404, 405, 406, 412, 413, 415, 422, 428]

HOOKS = Path(__file__).with_name("fuzz_hooks.py")
ROLES = ("organisation_admin of a supermarket", "network_admin of another network", "driver link")


def holder(everything: World, role: str) -> tuple[Tenant, str]:
    """Whose tenant and with which secret."""
    if role == DRIVER_LINK:
        return everything.own, held(everything.own, DRIVER_LINK, everything.shift)
    named, _, whose = role.partition(" of ")
    tenant = everything.stranger if whose == "another network" else everything.own
    return tenant, held(tenant, named)


def settings(secret: str, seconds: int) -> str:
    """The configuration file of a run."""
    left_out = "\n".join(
        f'[[operations]]\ninclude-operation-id = "{each.operation_id}"\nenabled = false\n'
        for each in DESCRIBED
        if row_of(each.operation_id).fuzz
    )
    return f"""
headers = {{ Authorization = "Bearer {secret}" }}
max-time = {seconds}
request-timeout = 30
continue-on-failure = true
[generation]
max-examples = {EXAMPLES}
no-shrink = true
database = "none"
[checks]
positive_data_acceptance.expected-statuses = {["2xx", *map(str, REFUSALS)]}
negative_data_rejection.expected-statuses = {[str(each) for each in REJECTIONS]}
missing_required_header.expected-statuses = {[str(each) for each in REJECTIONS]}
{left_out}
"""


# Each with its part of the time: else the boundaries of all fields would leave none for what follows from each other.
PHASES = {"examples,coverage,fuzzing": 0.65, "stateful": 0.35}


@pytest.mark.parametrize("phases", PHASES)
@pytest.mark.parametrize("role", ROLES)
def test_every_check_of_schemathesis_passes(role: str, phases: str, everything: World, tmp_path: Path) -> None:
    _, secret = holder(everything, role)
    (tmp_path / "schemathesis.toml").write_text(settings(secret, max(1, round(SECONDS * PHASES[phases]))))
    # Made at the first time that somebody asks, which schemathesis does not wait for long.
    assert httpx.get(f"{everything.address}/api/openapi.json", timeout=120).is_success
    done = subprocess.run(
        [
            *(sys.executable, "-m", "schemathesis.cli", "--config-file", "schemathesis.toml", "--no-color", "run"),
            *(f"{everything.address}/api/openapi.json", "--checks", "all", "--seed", "1"),
            *("--phases", phases),
            *("--report", "json", "--report-json-path", str(tmp_path / "report.json")),
        ],
        cwd=tmp_path,
        env={**os.environ, "SCHEMATHESIS_HOOKS": str(HOOKS)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr[-5_000:]
    figures: dict[str, Any] = json.loads((tmp_path / "report.json").read_text())
    print(json.dumps(figures)[:2000])
