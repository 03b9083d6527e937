"""A network on a routing server of its own: when it is gone, in the middle of a table or for good, the plan comes from
the next source, whole, and says so."""

import os
import signal
import threading
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest

from app.kit.db import Database
from app.partners.founding import choose_roads
from app.roads.region import open_region
from tests.roads.servers.running import RelayHandler, RunningServer, relay_to, running_osrm
from tests.service_client import (
    DAY,
    DUFFRYN_CENTRE,
    FOOD_BANK,
    LIDL_CARDIFF_ROAD,
    TESCO_SPYTTY,
    ServiceClient,
    a_line,
    a_need,
    an_offer,
)


@pytest.fixture
def day(network: ServiceClient) -> str:
    """A small day; the id of its network."""
    lidl = network.site(LIDL_CARDIFF_ROAD, "Lidl, Cardiff Road")
    tesco = network.site(TESCO_SPYTTY, "Tesco Spytty")
    bank = network.site(FOOD_BANK, "Newport Food Bank", kind="distribution_point")
    network.ok("/needs", a_need(bank, kg="40"))
    network.ok("/offers", an_offer(lidl, a_line(kg="20")))
    network.ok("/offers", an_offer(tesco, a_line(kg="15")))
    network.vehicle_and_shift(bank)
    return str(network.get("/me").json()["network"]["id"])


def chosen(database: Database, network_id: str, server: str) -> None:
    choose_roads(database, UUID(network_id), {"provider": "osrm", "url": server})


def told(plan: dict[str, Any]) -> tuple[str, bool, list[str]]:
    car = plan["travel"]["car"]
    return car["source"], car["estimated"], car.get("failures", [])


def test_a_plan_on_a_server_then_without_it(
    network: ServiceClient, day: str, database: Database, regions: Path, tmp_path: Path
) -> None:
    graph = open_region("newport", regions).graph_of("car")
    with running_osrm(graph, tmp_path / "log") as server:
        chosen(database, day, server.url)
        assert network.get("/travel-source").json()["provider"] == "osrm"
        plan = network.planned()
        assert told(plan) == ("osrm", False, [])
        assert len(plan["routes"][0]["line"]) > 50
        os.kill(server.process.pid, signal.SIGKILL)
        server.process.wait()
    source = network.get("/travel-source").json()
    assert (source["provider"], source["answers"]) == ("osrm", False)
    kept = network.planned()  # nothing has moved: the table is there
    assert told(kept) == ("osrm", False, [])
    assert len(kept["routes"][0]["line"]) > 50  # drawn on the region's own streets
    network.site(DUFFRYN_CENTRE, "A new place")
    after = network.planned()
    name, estimated, failures = told(after)
    assert (name, estimated, len(failures)) == ("embedded", False, 1)
    assert "routing server at 127.0.0.1" in failures[0]
    assert after["metres"] == plan["metres"]  # the same streets


def test_a_server_that_is_killed_in_the_middle_of_a_table_leaves_no_half_of_it(
    network: ServiceClient, day: str, database: Database, regions: Path, tmp_path: Path
) -> None:
    graph = open_region("newport", regions).graph_of("car")
    with running_osrm(graph, tmp_path / "log") as server, relay_to(server.url) as relay:
        die_at_the_table = threading.Event()

        def pass_on_until_the_table(handler: RelayHandler) -> None:
            if "annotations=duration" in handler.path:
                die_at_the_table.set()
                killed(server)
                handler.close_connection = True
            else:
                handler.server.always = None
                handler.do_GET()
                handler.server.always = pass_on_until_the_table

        relay.always = pass_on_until_the_table
        chosen(database, day, relay.url)
        plan = network.planned()
    assert die_at_the_table.is_set()
    name, estimated, failures = told(plan)
    assert (name, estimated, len(failures)) == ("embedded", False, 1)
    assert plan["kg_allocated"] == "35"


def killed(server: RunningServer) -> None:
    if server.process.poll() is None:
        os.kill(server.process.pid, signal.SIGKILL)
        server.process.wait()


def test_without_any_streets_a_plan_is_an_estimate_everywhere_it_is_shown(
    network: ServiceClient, day: str, database: Database
) -> None:
    choose_roads(database, UUID(day), {"provider": "estimate"})
    plan = network.planned()
    assert told(plan)[:2] == ("estimate", True)
    assert plan["estimated_travel"]
    assert all(route["estimated"] for route in plan["routes"])
    route = plan["routes"][0]
    assert len(route["line"]) <= len(route["stops"])  # straight from stop to stop
    file = network.get(f"/routes/{route['id']}/file.geojson").json()
    assert file["features"][0]["properties"]["estimated"] is True
    assert "straight lines" in network.get(f"/routes/{route['id']}/file.gpx").text


def test_every_page_with_an_estimated_number_says_so(network: ServiceClient, day: str, database: Database) -> None:
    choose_roads(database, UUID(day), {"provider": "estimate"})
    plan = network.planned()
    network.published(plan)
    headers = {"Accept": "text/html"}
    shown = httpx.get(f"{network.address}/day", params={"date": DAY}, headers={**network.http.headers, **headers})
    assert "Times and distances of this plan are estimates" in shown.text
    assert shown.text.count("≈") >= 5
    sheet = httpx.get(
        f"{network.address}/routes/{plan['routes'][0]['id']}", headers={**network.http.headers, **headers}
    )
    assert "estimated from straight lines" in sheet.text
    arabic = httpx.get(
        f"{network.address}/day", params={"date": DAY, "lang": "ar"}, headers={**network.http.headers, **headers}
    )
    assert "تقديرية" in arabic.text
    assert network.get("/reports/day", service_date=DAY).json()["estimated_travel"] is True
