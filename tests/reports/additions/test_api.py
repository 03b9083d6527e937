"""What one thing more would have rescued: asked for, searched day by day, kept, ranked, ended, refused."""

import asyncio
import csv
import io
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

import routing
from app.domain.additions import KINDS
from app.kit.clock import HandSetClock
from app.kit.db import Database
from app.kit.tenancy import Scope
from app.planning.run import Workshop
from app.reports.additions import service
from app.reports.additions.search_process import Said, SearchFailed, Told, search_in_child
from app.reports.together.recorded import BooksDisagree
from routing.additions import KINDS as KINDS_OF_ROUTING
from tests.arrivals.conftest import the_hour
from tests.reports.additions.conftest import asked, driven, report_of, search_here, worked_out
from tests.reports.together.conftest import Town
from tests.service_client import DAY, ServiceClient


def by_kind(report: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {each["kind"]: each for each in report["ranking"]}


def test_the_rule_book_and_the_solver_know_the_same_additions() -> None:
    assert KINDS == KINDS_OF_ROUTING


def test_a_day_is_ranked_by_what_a_kilogram_more_costs_and_says_all_that_it_stands_on(
    network: ServiceClient, plan: dict[str, Any], workshop: Workshop
) -> None:
    report = asked(network, prices={"vehicle": "30.00"})
    assert (report["state"], report["days"], report["from"], report["until"]) == ("queued", [DAY], DAY, DAY)
    assert report["searches_left"] == routing.ADDITION_SEEDS + routing.most_searches(KINDS)
    worked_out(workshop, network.network_id(), report["id"])
    found = report_of(network, report["id"])
    assert (found["state"], found["searches_left"], found["about_seconds_left"]) == ("done", 0, None)
    [day] = found["found"]
    assert (day["kind"], day["left_out"], day["kg_offered"]) == ("planned", None, "152")
    assert float(day["kg"]) == pytest.approx(float(plan["kg_allocated"]))
    assert float(day["cost_spread"]) >= 0
    cooled, box = by_kind(found)["cooled_vehicle"], by_kind(found)["chilled_box"]
    assert (cooled["kg"], box["kg"], box["standing"]) == ("50", "50", "helps")
    assert cooled["stated_cost"] == "30.00"
    assert box["stated_cost"] is None
    assert float(box["cost_per_kg"]) < float(cooled["cost_per_kg"])
    costs = [float(each["cost_per_kg"]) for each in found["ranking"] if each["cost_per_kg"]]
    assert costs == sorted(costs)
    assert [each["rank"] for each in found["ranking"]] == list(range(1, len(found["ranking"]) + 1))
    assert box["subject"] == "White van"
    assert cooled["subject"] in ("Duffryn", "Pantry")
    assert box["meals"] == 50_000 // 420
    assert len(found["assumptions"]) >= 10
    assert found["searches_done"] == day["searches"]


def test_what_was_recorded_is_searched_with_the_food_that_was_really_there(
    network: ServiceClient, plan: dict[str, Any], workshop: Workshop, clock: HandSetClock
) -> None:
    driven(network, clock, plan)
    report = asked(network, kinds=["chilled_box", "store"])
    worked_out(workshop, network.network_id(), report["id"])
    found = report_of(network, report["id"])
    assert [day["kind"] for day in found["found"]] == ["recorded"]
    assert by_kind(found)["chilled_box"]["kg"] == "50"
    assert by_kind(found)["store"]["subject_id"] is None


def test_days_without_a_plan_are_left_out_and_said_before_it_is_asked(
    network: ServiceClient, plan: dict[str, Any]
) -> None:
    def estimate(first: str, last: str, **more: Any) -> dict[str, Any]:
        found: dict[str, Any] = network.get(
            "/reports/additions/estimate", **{"from": first, "until": last, **more}
        ).json()
        return found

    found = estimate("2026-11-20", "2026-12-10")
    assert found["days"] == [DAY]
    assert found["searches_at_most"] == routing.ADDITION_SEEDS + routing.most_searches(KINDS)
    fewer = estimate(DAY, DAY, kinds="store")
    assert fewer["searches_at_most"] == routing.ADDITION_SEEDS + 1
    assert fewer["about_seconds"] < found["about_seconds"]
    assert estimate("2026-12-20", "2026-12-20") == {"days": [], "searches_at_most": 0, "about_seconds": 0}


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        ({"from": DAY, "until": "2026-11-01"}, "range_inverted"),
        ({"from": "2026-11-01", "until": "2026-12-02"}, "report_too_long"),
        ({"from": "2026-12-20", "until": "2026-12-20"}, "no_published_days"),
        ({"kinds": []}, "invalid_request"),
        ({"kinds": ["boat"]}, "invalid_request"),
        ({"kinds": ["store", "store"]}, "invalid_request"),
        ({"prices": {"vehicle": "-1"}}, "invalid_request"),
        ({"box_kg": "0"}, "invalid_request"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_a_sentence(
    network: ServiceClient, wish: dict[str, Any], code: str
) -> None:
    answer = network.post("/reports/additions", {"from": DAY, "until": DAY, **wish})
    assert (answer.status_code, answer.json()["code"]) == (422, code)


def test_one_report_at_a_time_and_an_ended_one_keeps_what_was_there(
    network: ServiceClient, plan: dict[str, Any], workshop: Workshop
) -> None:
    report = asked(network, kinds=["chilled_box"])
    again = network.post("/reports/additions", {"from": DAY, "until": DAY})
    assert (again.status_code, again.json()["code"]) == (409, "additions_under_way")

    async def ended_meanwhile(request: Mapping[str, Any], told: Told) -> list[Said]:
        network.ok(f"/reports/additions/{report['id']}/end")
        return await search_here(request, told)

    worked_out(workshop, network.network_id(), report["id"], ended_meanwhile)
    found = report_of(network, report["id"])
    assert (found["state"], found["found"], found["ranking"]) == ("cancelled", [], [])
    twice = network.post(f"/reports/additions/{report['id']}/end")
    assert (twice.status_code, twice.json()["code"]) == (409, "report_has_ended")
    other = asked(network, kinds=["chilled_box"])
    listed = network.get("/reports/additions").json()["items"]
    assert {each["id"] for each in listed} == {report["id"], other["id"]}


def test_a_report_is_ended_while_its_search_says_nothing(
    network: ServiceClient, plan: dict[str, Any], workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.reports.additions.jobs.SECONDS_BETWEEN_LOOKS", 0.01)
    report, ended = asked(network), []

    async def says_nothing(request: Mapping[str, Any], told: Told) -> list[Said]:
        network.ok(f"/reports/additions/{report['id']}/end")
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(True)
        return []

    worked_out(workshop, network.network_id(), report["id"], says_nothing)
    assert ended == [True]
    assert report_of(network, report["id"])["state"] == "cancelled"


def test_a_report_tells_how_far_it_is_and_a_worker_that_comes_again_goes_on_with_the_next_day(
    network: ServiceClient, plan: dict[str, Any], workshop: Workshop
) -> None:
    report = asked(network, kinds=["chilled_box", "store"])
    seen: list[tuple[int, int]] = []

    async def watched(request: Mapping[str, Any], told: Told) -> list[Said]:
        async def and_look(said: Said) -> None:
            await told(said)
            now = report_of(network, report["id"])
            seen.append((now["searches_done"], now["searches_left"]))
            assert now["about_seconds_left"] is not None

        return await search_here(request, and_look)

    worked_out(workshop, network.network_id(), report["id"], watched)
    assert [done for done, _ in seen] == list(range(1, len(seen) + 1))
    assert [left for _, left in seen] == list(range(len(seen) - 1, -1, -1))
    before = report_of(network, report["id"])
    worked_out(workshop, network.network_id(), report["id"])
    assert report_of(network, report["id"]) == before


def test_a_day_that_cannot_be_counted_says_why_and_is_no_zero(
    network: ServiceClient, plan: dict[str, Any], workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(request: Mapping[str, Any], told: Told) -> list[Said]:
        raise SearchFailed("it died")

    report = asked(network)
    worked_out(workshop, network.network_id(), report["id"], fails)
    found = report_of(network, report["id"])
    assert (found["state"], [day["left_out"] for day in found["found"]], found["ranking"]) == (
        "done",
        ["unreadable"],
        [],
    )

    def disagree(*_: object) -> None:
        raise BooksDisagree("one gram")

    monkeypatch.setattr("app.reports.additions.jobs.questions_of_day", disagree)
    report = asked(network)
    worked_out(workshop, network.network_id(), report["id"])
    assert [day["left_out"] for day in report_of(network, report["id"])["found"]] == ["books_disagree"]


def test_numbers_are_had_as_rows_too(network: ServiceClient, plan: dict[str, Any], workshop: Workshop) -> None:
    report = asked(network, kinds=["cooled_vehicle", "chilled_box"])
    worked_out(workshop, network.network_id(), report["id"])
    for name in ("ranking", "gains"):
        answer = network.get(f"/reports/additions/{report['id']}/{name}", format="csv")
        rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
        items = network.get(f"/reports/additions/{report['id']}/{name}").json()["items"]
        assert [row["kg"] for row in rows] == [each["kg"] for each in items]
        assert rows
    page = network.get(f"/reports/additions/{report['id']}/ranking", limit="1").json()
    rest = network.get(f"/reports/additions/{report['id']}/ranking", cursor=page["next_cursor"]).json()
    assert rest["items"][0]["rank"] == 2


def test_partners_do_not_read_what_the_office_asks(network: ServiceClient, town: Town, plan: dict[str, Any]) -> None:
    report = asked(network)
    office = town.offices["Duffryn"]
    for path in ("", f"/{report['id']}", f"/{report['id']}/gains"):
        assert office.get(f"/reports/additions{path}").status_code == 403
    assert network.get(f"/reports/additions/{uuid4()}").status_code == 404


def test_nobody_changes_what_was_found(
    network: ServiceClient, plan: dict[str, Any], workshop: Workshop, database: Database
) -> None:
    report = asked(network, kinds=["chilled_box"])
    worked_out(workshop, network.network_id(), report["id"])
    statements = (
        "UPDATE addition_gains SET grams = 0",
        "DELETE FROM addition_days",
        "UPDATE addition_reports SET prices = '{}'",
    )
    for statement in statements:
        with (
            pytest.raises(DBAPIError, match="permission denied"),
            database.transaction(Scope(network=network.network_id())) as session,
        ):
            session.execute(text(statement))


def test_the_process_that_searches_says_each_search_and_what_it_cannot_read(
    network: ServiceClient, plan: dict[str, Any], workshop: Workshop
) -> None:
    report = asked(network, kinds=["chilled_box"])

    async def in_a_process(request: Mapping[str, Any], told: Told) -> list[Said]:
        return await search_in_child({**request, "steps": 30}, told)

    worked_out(workshop, network.network_id(), report["id"], in_a_process)
    assert by_kind(report_of(network, report["id"]))["chilled_box"]["kg"] == "50"

    async def refused(request: Mapping[str, Any], told: Told) -> list[Said]:
        with pytest.raises(SearchFailed, match="steps should be a whole number"):
            await search_in_child({**request, "steps": 0}, told)
        return await search_here(request, told)

    other = asked(network, kinds=["chilled_box"])
    worked_out(workshop, network.network_id(), other["id"], refused)
    assert report_of(network, other["id"])["state"] == "done"


def test_the_job_waits_in_the_queue_once(
    network: ServiceClient, plan: dict[str, Any], database: Database, clock: HandSetClock
) -> None:
    report = asked(network)
    clock.set(the_hour("16:00") + timedelta(days=1))
    with database.transaction(Scope(network=network.network_id())) as session:
        assert service.work_out_later(session, network.network_id(), UUID(report["id"])) is False
