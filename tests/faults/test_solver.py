"""Planning always answers (I13): whatever the solver does, there is a plan that was checked, or the last one stays."""

import os
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from app.kit.clock import HandSetClock
from app.kit.db import Database
from app.planning import run, solver_process
from app.planning.solver_process import Listener, Question, SolverFailed, change_in_child, solve_in_child
from app.roads.streets import Streets
from app.settings import Settings
from routing import plan_to_json, solve
from routing.child import request_from_json
from tests.planned_here import ITERATIONS, Solver, change_in_here, plan_here, workshop_of
from tests.service_client import DAY, FOOD_BANK, LIDL_CARDIFF_ROAD, ServiceClient, a_need, an_offer

# What a solver may do instead of solving, as the program that is started for it.
FAULTS = {
    "it ends without a word": "raise SystemExit(0)",
    "it ends with an error": "raise SystemExit('no such thing')",
    "it crashes": "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)",
    "it says what nobody can read": "print('plan: yes', flush=True)",
    "it hangs": "import time; time.sleep(600)",
}


@pytest.fixture
def config(tmp_path: Path) -> Settings:
    """No worker: the tests do its job."""
    return Settings(data_folder=tmp_path, worker="off", request_log="off")


@pytest.fixture
def workshop(database: Database, streets: Streets, clock: HandSetClock, tmp_path: Path) -> run.Workshop:
    return workshop_of(database, streets, clock, tmp_path)


@pytest.fixture
def published(network: ServiceClient, workshop: run.Workshop) -> dict[str, Any]:
    """The day's good plan, as it is driven."""
    store = network.site(LIDL_CARDIFF_ROAD, "Lidl")
    bank = network.site(FOOD_BANK, "Bank", kind="distribution_point")
    network.ok("/needs", a_need(bank))
    network.ok("/offers", an_offer(store))
    network.vehicle_and_shift(bank)
    asked_again(network, workshop)
    plan = network.get("/plans").json()["items"][0]
    network.published(plan)
    return network.get(f"/plans/{plan['id']}").json()  # type: ignore[no-any-return]


def asked_again(network: ServiceClient, workshop: run.Workshop, **how: Any) -> dict[str, Any]:
    """A run of the day, after its job was done so."""
    asked = network.ok("/plan-runs", {"service_date": DAY})
    network_id = UUID(network.get("/me").json()["network"]["id"])
    plan_here(workshop, asked["id"], network_id, **how)
    found: dict[str, Any] = network.get(f"/plan-runs/{asked['id']}").json()
    return found


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """What is started in place of the solver's process; it is given no more time than a second beyond its budget."""
    real, script = sys.executable, tmp_path / "solver"
    monkeypatch.setattr(solver_process, "OVERRUN_SECONDS", 1.0)
    script.write_text(f"#!{real}\n")
    script.chmod(stat.S_IRWXU)
    monkeypatch.setattr(solver_process.sys, "executable", str(script))
    yield script
    assert not [pid for pid in os.listdir("/proc") if pid.isdigit() and _runs(pid, script)], "the child lives on"


def _runs(pid: str, script: Path) -> bool:
    try:
        return os.fsencode(script) in Path(f"/proc/{pid}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return False


@pytest.mark.parametrize("fault", FAULTS)
def test_when_the_solver_fails_the_last_good_plan_stays_and_the_run_says_so(
    fault: str, network: ServiceClient, workshop: run.Workshop, published: dict[str, Any], program: Path
) -> None:
    program.write_text(program.read_text() + FAULTS[fault] + "\n")
    over = asked_again(network, workshop, solver=solve_in_child, tries_before=run.MOST_ATTEMPTS - 1)
    assert (over["state"], over["plan_id"]) == ("failed", None)
    assert over["failure"] == "The plan could not be made. Try again, or tell support."
    assert network.get(f"/plans/{published['id']}").json() == published
    assert len(network.get("/plans").json()["items"]) == 1


@pytest.mark.parametrize("fault", FAULTS)
def test_when_the_smallest_change_fails_the_plan_that_is_driven_stays_and_the_run_says_so(
    fault: str, network: ServiceClient, workshop: run.Workshop, published: dict[str, Any], program: Path
) -> None:
    program.write_text(program.read_text() + FAULTS[fault] + "\n")
    asked = network.ok(f"/plans/{published['id']}/changes", {})
    last = run.MOST_ATTEMPTS - 1
    plan_here(workshop, asked["id"], network.network_id(), mender=change_in_child, tries_before=last)
    over = network.get(f"/plan-runs/{asked['id']}").json()
    assert (over["state"], over["plan_id"]) == ("failed", None)
    assert over["failure"] == "The plan could not be made. Try again, or tell support."
    assert network.get(f"/plans/{published['id']}").json() == published


@pytest.mark.parametrize("spoil", ["grams", "nothing that can be read"])
def test_a_change_that_the_checker_objects_to_is_not_stored(
    spoil: str, network: ServiceClient, workshop: run.Workshop, published: dict[str, Any]
) -> None:
    async def mender(question: Question, seconds: float, seed: int) -> dict[str, Any]:
        said = await change_in_here(question, seconds, seed)
        for allocation in said["plan"]["allocations"]:
            allocation["grams"] = allocation["grams"] + 1 if spoil == "grams" else "much"
        return said

    asked = network.ok(f"/plans/{published['id']}/changes", {})
    last = run.MOST_ATTEMPTS - 1
    plan_here(workshop, asked["id"], network.network_id(), mender=mender, tries_before=last)
    assert network.get(f"/plan-runs/{asked['id']}").json()["state"] == "failed"
    assert len(network.get("/plans").json()["items"]) == 1


def test_before_its_last_try_a_run_is_not_given_up(
    network: ServiceClient, workshop: run.Workshop, published: dict[str, Any], program: Path
) -> None:
    program.write_text(program.read_text() + FAULTS["it crashes"] + "\n")
    with pytest.raises(SolverFailed):
        asked_again(network, workshop, solver=solve_in_child)
    assert len(network.get("/plans").json()["items"]) == 1


def spoiling(grams: int) -> Solver:
    """A solver that promises more than there is."""

    async def solver(question: Question, seconds: float, seed: int, listener: Listener) -> None:
        request = request_from_json(vars(question))
        document = plan_to_json(solve(request.problem, seed=seed, iterations=ITERATIONS))
        for allocation in document["allocations"]:
            allocation["grams"] += grams
        await listener.plan(document)

    return solver


def test_a_plan_that_the_checker_objects_to_is_not_stored(
    network: ServiceClient, workshop: run.Workshop, published: dict[str, Any]
) -> None:
    over = asked_again(network, workshop, solver=spoiling(1000), tries_before=run.MOST_ATTEMPTS - 1)
    assert over["state"] == "failed"
    assert [each["id"] for each in network.get("/plans").json()["items"]] == [published["id"]]


def test_without_the_checker_it_would_be_stored(
    network: ServiceClient, workshop: run.Workshop, published: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin."""
    monkeypatch.setattr(run.routing, "check", lambda *_: ())
    asked_again(network, workshop, solver=spoiling(1000))
    assert len(network.get("/plans").json()["items"]) == 2
