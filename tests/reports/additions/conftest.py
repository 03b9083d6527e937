"""The town of the comparisons with food that its vans cannot cool: planned, published, driven, searched again here."""

import asyncio
from collections.abc import Mapping
from typing import Any
from unittest import mock
from uuid import UUID

import orjson
import pytest

from app.planning.run import Workshop
from app.reports.additions import jobs
from app.reports.additions.search_process import Said, Told
from routing.commands.adding import request_from_json, searched_out
from routing.marginal import solved_again
from tests.reports.together.conftest import Town, config, driven, published, town, workshop
from tests.service_client import DAY, ServiceClient, a_line, a_need, an_offer

__all__ = ["config", "driven", "published", "town", "workshop"]
STEPS = 40


@pytest.fixture
def plan(network: ServiceClient, town: Town, workshop: Workshop) -> dict[str, Any]:
    """The day's plan, with 50 kg of chilled food that no van can carry."""
    return plan_with_chilled_food(network, town, workshop)


def plan_with_chilled_food(network: ServiceClient, town: Town, workshop: Workshop) -> dict[str, Any]:
    """The same, made now."""
    [chilled] = [a_line(category="dairy_and_eggs", kg="50", temperature_class="chilled")]
    site = {"id": town.offers["Lidl"]["site_id"]}
    network.ok("/offers", an_offer(site, chilled))
    needs = network.get("/needs").json()["items"]
    network.ok("/needs", a_need({"id": needs[0]["site_id"]}, category="dairy_and_eggs", kg="80"))
    for vehicle in network.get("/vehicles").json()["items"]:
        office = next(
            each for name, each in town.offices.items() if town.organisations[name]["id"] == vehicle["organisation_id"]
        )
        change = {"chilled_kg": "0", "frozen_kg": "0"}
        changed = office.http.patch(
            f"/vehicles/{vehicle['id']}", json=change, headers={"If-Match": f'"{vehicle["version"]}"'}
        )
        assert changed.is_success, changed.text
    return published(network, workshop)


def a_wish(**fields: Any) -> dict[str, Any]:
    """What one more vehicle, cooled or not, box and store would bring on the day."""
    return {"from": DAY, "until": DAY, **fields}


async def search_here(request: Mapping[str, Any], told: Told) -> list[Said]:
    """What the process that searches answers, in this one and in few steps."""
    sent = orjson.loads(orjson.dumps(dict(request), option=orjson.OPT_SERIALIZE_NUMPY))
    problem, wishes = request_from_json({**sent, "steps": STEPS})
    found = []
    for each in solved_again(problem, **wishes):
        found.append(orjson.loads(orjson.dumps(searched_out(each))))
        await told(found[-1])
    return found


def worked_out(workshop: Workshop, network_id: UUID, report_id: str, search: Any = search_here) -> None:
    """Do the jobs behind a report, day by day."""
    with mock.patch.object(jobs, "search_in_child", search):
        while asyncio.run(jobs.next_day_of(workshop, network_id, UUID(report_id))):
            pass


def asked(network: ServiceClient, **fields: Any) -> dict[str, Any]:
    """A report, asked for."""
    answer = network.post("/reports/additions", a_wish(**fields))
    assert answer.status_code == 202, answer.text
    found: dict[str, Any] = answer.json()
    return found


def report_of(network: ServiceClient, report_id: str) -> dict[str, Any]:
    """The report as it is read."""
    answer = network.get(f"/reports/additions/{report_id}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found
