"""A plan is requested, made in the background, checked, read, published, and never changed afterwards."""

import json
from itertools import pairwise
from typing import Any

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

import routing
from app.kit.db import Database
from app.kit.errors import WaslError
from app.kit.tenancy import Scope
from app.planning import run
from app.planning.solver_process import Listener, Question, SolverFailed, solve_in_child
from tests.papers.reading import whole
from tests.service_client import (
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
def day(network: ServiceClient) -> dict[str, Any]:
    """Two stores, two food banks, one van: bread for both, and frozen food that nobody asked for."""
    lidl = network.site(LIDL_CARDIFF_ROAD, "Lidl, Cardiff Road")
    tesco = network.site(TESCO_SPYTTY, "Tesco Spytty")
    bank = network.site(FOOD_BANK, "Newport Food Bank", kind="distribution_point", access_notes="Ring the bell")
    duffryn = network.site(DUFFRYN_CENTRE, "Duffryn Community Centre", kind="distribution_point")
    for site in (bank, duffryn):
        network.ok("/needs", a_need(site, kg="40"))
    offers = [
        network.ok("/offers", an_offer(lidl, a_line(kg="30"))),
        network.ok("/offers", an_offer(tesco, a_line(kg="25"))),
        network.ok(
            "/offers",
            an_offer(tesco, a_line(kg="12", category="frozen_food", temperature_class="frozen")),
        ),
    ]
    return {"offers": offers, "shift": network.vehicle_and_shift(bank), "bank": bank, "store": lidl}


def test_a_plan_serves_what_it_can_and_says_why_it_leaves_the_rest(network: ServiceClient, day: dict[str, Any]) -> None:
    plan = network.planned()
    assert plan["state"] == "draft"
    assert plan["kg_allocated"] == "55"
    assert [(each["kg"], each["reason"]) for each in plan["unserved"]] == [("12", "no_eligible_need")]
    assert plan["unserved"][0]["sentence"].endswith(".")
    stops = plan["routes"][0]["stops"]
    assert [stops[0]["kind"], stops[-1]["kind"]] == ["start", "end"]
    assert {stop["site_name"] for stop in stops if stop["kind"] == "pickup"} == {"Lidl, Cardiff Road", "Tesco Spytty"}
    assert all(before["leave_at"] <= after["arrive_at"] for before, after in pairwise(stops))
    assert len(plan["routes"][0]["line"]) > 50
    assert plan["metres"] > 5000


def test_what_stays_has_the_smallest_change_that_would_serve_it(network: ServiceClient, day: dict[str, Any]) -> None:
    more = network.ok("/offers", an_offer(day["store"], a_line(kg="60")))
    plan = network.planned()
    said = {each["offer_id"]: each for each in plan["unserved"]}
    assert said[day["offers"][2]["id"]]["change"] is None  # nobody asks for frozen food
    stays = [each for each in plan["unserved"] if each["reason"] == "no_need_left"]
    assert sum(float(each["kg"]) for each in stays) == 35
    for each in stays:
        assert each["change"]["code"] == "need"
        assert each["change"]["details"]["site"] in ("Newport Food Bank", "Duffryn Community Centre")
        assert each["change"]["sentence"].endswith(" kg more of bread and bakery.")
    assert more["id"] in said or len(stays) > 0
    document = network.get(f"/plans/{plan['id']}/document").json()["plan"]
    assert {each["change"]["kind"] for each in document["unserved"] if each["change"]} == {"need"}


def test_the_stored_documents_pass_the_independent_checker(network: ServiceClient, day: dict[str, Any]) -> None:
    plan = network.planned()
    document = network.get(f"/plans/{plan['id']}/document").json()
    problem = routing.problem_from_json(document["problem"])
    assert routing.check(problem, routing.plan_from_json(document["plan"])) == ()
    assert problem.digest() == plan["problem_digest"]


def test_the_plan_is_compared_with_the_day_alone(network: ServiceClient, day: dict[str, Any]) -> None:
    figures = network.planned()["figures"]
    keys = {
        "kg_delivered",
        "metres",
        "driver_seconds",
        "vehicles",
        "kg_co2e_driving",
        "duplicate_visits",
        "people_served",
        "lowest_fill_rate",
    }
    assert set(figures["coordinated"]) == set(figures["alone"]) == keys


def test_progress_can_be_watched_until_the_run_is_done(network: ServiceClient, day: dict[str, Any]) -> None:
    run = network.ok("/plan-runs", {"service_date": "2026-11-25"})
    with network.http.stream("GET", f"/plan-runs/{run['id']}/events") as stream:
        assert stream.headers["Content-Type"].startswith("text/event-stream")
        said = [line for line in stream.iter_lines() if line.startswith("data: ")]
    assert '"state":"done"' in said[-1]
    reports = [json.loads(line.removeprefix("data: "))["progress"] for line in said]
    known = [report for report in reports if report.get("bound_grams") is not None]
    assert known
    assert all(report["grams_allocated"] <= report["bound_grams"] == 55_000 for report in known)
    assert all(report["metres"] >= 0 for report in known)  # as the page shows them beside the kilograms
    assert len(said) > 1
    [ready] = network.get("/events/list", kind="plan.ready").json()["items"]
    assert ready["data"]["service_date"] == "2026-11-25"


def test_a_second_request_for_the_same_day_gets_the_run_under_way(network: ServiceClient, day: dict[str, Any]) -> None:
    first = network.ok("/plan-runs", {"service_date": "2026-11-25"})
    second = network.ok("/plan-runs", {"service_date": "2026-11-25"})
    assert second["id"] == first["id"]
    assert network.planned()["number"] == 1


def test_a_day_without_anything_has_an_empty_plan(network: ServiceClient) -> None:
    plan = network.planned("2026-12-01")
    assert (plan["routes"], plan["unserved"], plan["kg_allocated"]) == ([], [], "0")


def test_publishing_books_the_food_and_shows_the_donor_who_gets_it(network: ServiceClient, day: dict[str, Any]) -> None:
    plan = network.planned()
    published = network.published(plan)
    assert published["state"] == "published"
    withdrawn = network.post(f"/offers/{day['offers'][0]['id']}/withdraw")
    assert (withdrawn.status_code, withdrawn.json()["code"]) == (409, "offer_planned")
    again = network.post(f"/plans/{plan['id']}/publish", None, **{"If-Match": f'"{published["version"]}"'})
    assert (again.status_code, again.json()["code"]) == (409, "plan_not_publishable")


def test_publishing_needs_the_version_that_was_read(network: ServiceClient, day: dict[str, Any]) -> None:
    plan = network.planned()
    assert network.post(f"/plans/{plan['id']}/publish").status_code == 428
    assert network.post(f"/plans/{plan['id']}/publish", None, **{"If-Match": '"77"'}).status_code == 412


def test_a_newer_plan_supersedes_the_published_one_and_no_gram_is_promised_twice(
    network: ServiceClient, day: dict[str, Any]
) -> None:
    first = network.planned()
    network.published(first)
    second = network.planned()
    assert second["number"] == 2
    network.published(second)
    states = {plan["number"]: plan["state"] for plan in network.get("/plans").json()["items"]}
    assert states == {1: "superseded", 2: "published"}
    balance = network.get("/reports/day", service_date="2026-11-25").json()["actuals"]
    assert (balance["kg_still_open"], balance["kg_unaccounted"]) == ("67", "0")


def test_a_plan_whose_food_was_taken_back_is_not_published(network: ServiceClient, day: dict[str, Any]) -> None:
    plan = network.planned()
    network.ok(f"/offers/{day['offers'][0]['id']}/withdraw")
    refused = network.post(f"/plans/{plan['id']}/publish", None, **{"If-Match": f'"{plan["version"]}"'})
    assert (refused.status_code, refused.json()["code"]) == (409, "plan_outdated")
    assert network.get(f"/plans/{plan['id']}").json()["state"] == "draft"


def test_nobody_changes_a_published_route_not_even_the_service(
    network: ServiceClient, day: dict[str, Any], database: Database
) -> None:
    plan = network.planned()
    network.published(plan)
    whole_network = Scope(network=network.get("/me").json()["network"]["id"])
    for statement in (
        "UPDATE stops SET site_name = 'elsewhere'",
        "DELETE FROM stops WHERE kind = 'end'",
        "UPDATE routes SET metres = 1",
        "DELETE FROM routes",
        "UPDATE allocations SET grams = 1",
        "DELETE FROM allocations",
    ):
        with (
            pytest.raises(WaslError, match="A published plan does not change"),
            database.transaction(whole_network) as session,
        ):
            session.execute(text(statement))


def test_the_same_change_of_a_draft_goes_through(
    network: ServiceClient, day: dict[str, Any], database: Database
) -> None:
    """The twin of the test above: it is being published that freezes a plan."""
    network.planned()
    whole_network = Scope(network=network.get("/me").json()["network"]["id"])
    with database.transaction(whole_network) as session:
        changed = session.execute(text("UPDATE stops SET site_name = 'elsewhere'"))
        assert changed.rowcount > 0  # type: ignore[attr-defined]
        session.rollback()


def test_the_database_refuses_to_give_the_same_gram_twice(
    network: ServiceClient, day: dict[str, Any], database: Database
) -> None:
    plan = network.planned()
    network.published(plan)
    whole_network = Scope(network=network.get("/me").json()["network"]["id"])
    with pytest.raises(WaslError) as refused, database.transaction(whole_network) as session:
        session.execute(
            text(
                "INSERT INTO ledger_entries (network_id, organisation_id, offer_line_id, from_account, to_account,"
                " grams, cause, cause_id, occurred_at, recorded_at) SELECT network_id, organisation_id, offer_line_id,"
                " 'offered', 'allocated', 1, 'test', offer_line_id, now(), now() FROM ledger_entries"
                " WHERE to_account = 'allocated' LIMIT 1"
            )
        )
    assert refused.value.code == "food_moved"
    cause = refused.value.__cause__
    assert isinstance(cause, DatabaseError)
    assert isinstance(cause.orig, psycopg.Error)
    assert cause.orig.sqlstate == "WA002"


def test_a_route_is_given_as_geojson_and_gpx(network: ServiceClient, day: dict[str, Any]) -> None:
    route = network.planned()["routes"][0]
    geojson = network.get(f"/routes/{route['id']}/file.geojson").json()
    assert geojson["features"][0]["geometry"]["type"] == "LineString"
    assert "OpenStreetMap" in geojson["attribution"]
    gpx = network.get(f"/routes/{route['id']}/file.gpx")
    assert gpx.headers["Content-Type"] == "application/gpx+xml"
    assert gpx.text.count("<rtept") == len(route["stops"])


def test_a_route_is_given_as_a_sheet_in_either_language(network: ServiceClient, day: dict[str, Any]) -> None:
    route = network.planned()["routes"][0]
    for language, word in (("en", "Collect: "), ("ar", "جمع: ")):
        sheet = network.http.get(f"/routes/{route['id']}/file.pdf", headers={"Accept-Language": language})
        assert sheet.headers["Content-Type"] == "application/pdf"
        assert sheet.headers["Content-Language"] == language
        assert word in whole(sheet.content)


def test_a_plan_whose_comparison_ran_out_of_time_is_a_plan(
    network: ServiceClient, day: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The run is done, not failed beside a plan that can be published; only its figures are missing."""

    async def cut_short(question: Question, seconds: float, seed: int, listener: Listener) -> None:
        async def overrun(_: dict[str, Any]) -> None:
            raise SolverFailed("the solver overran its budget")

        await solve_in_child(question, seconds, seed, Listener(listener.progress, listener.plan, overrun))

    monkeypatch.setattr(run, "solve_in_child", cut_short)
    plan = network.planned()
    assert (plan["state"], plan["kg_allocated"], plan["figures"]) == ("draft", "55", None)
    assert network.published(plan)["state"] == "published"
