"""A day together beside the same day alone: what was planned, what was done, who sees what of it."""

import asyncio
import csv
import io
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import DBAPIError

from app.kit.auth import Principal
from app.kit.clock import HandSetClock
from app.kit.db import Database
from app.kit.tenancy import Scope
from app.models.events import LedgerEntry
from app.models.offers import Offer, OfferLine
from app.models.plans import Allocation
from app.models.together import TogetherDay, TogetherFigures
from app.planning.run import Workshop
from app.reports.together import jobs, queries
from app.reports.together.api import day_out
from tests.arrivals.conftest import the_hour
from tests.reports.together.conftest import COMPARED_DAY, Town, compared_day, driven, published, side
from tests.service_client import DAY, ServiceClient, a_line, a_need, an_event, an_offer

PER_TONNE = ("km_per_tonne", "hours_per_tonne", "kg_co2e_per_tonne")


def read(client: ServiceClient) -> dict[str, Any]:
    answer = client.get("/reports/together/day", service_date=DAY)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


@pytest.fixture
def plan(network: ServiceClient, town: Town, workshop: Workshop) -> dict[str, Any]:
    return published(network, workshop)


def test_a_day_that_nobody_reported_is_shown_as_planned_and_never_as_done(
    network: ServiceClient, plan: dict[str, Any], workshop: Workshop, clock: HandSetClock
) -> None:
    assert read(network) == {"service_date": DAY, "planned": None, "recorded": None}
    clock.set(the_hour("16:00") + timedelta(days=1))
    compared_day(workshop, network.network_id())
    day = read(network)
    assert day["recorded"] is None
    planned = day["planned"]
    assert (planned["number"], planned["plan_id"], planned["facts"]["changed_later"]) == (1, plan["id"], False)
    together, alone = side(planned, "together"), side(planned, "alone")
    assert (together["kg"], together["metres"], together["vehicles"]) == (
        plan["kg_allocated"],
        plan["metres"],
        len(plan["routes"]),
    )
    assert float(alone["kg"]) < float(together["kg"])
    assert together["meals"] == int(float(together["kg"]) * 1000) // 420
    assert len(planned["variants"]) == 8
    assert all(each["words"] for each in planned["variants"])
    assert len(planned["assumptions"]) >= 6
    totals = network.get("/reports/together/totals", **{"from": DAY, "until": DAY}).json()
    assert (totals["recorded"]["days"], totals["planned"]["days"], totals["without_figures"]) == ([], [DAY], [])
    assert totals["recorded"]["network"]["together"]["km_per_tonne"] is None


def test_a_partner_without_a_vehicle_receives_together_and_collects_nothing_alone(
    network: ServiceClient, plan: dict[str, Any], workshop: Workshop
) -> None:
    compared_day(workshop, network.network_id())
    planned = read(network)["planned"]
    alone = side(planned, "alone", partner="Kitchen")
    assert (alone["kg"], alone["metres"], alone["vehicles"], alone["visits"], alone["fill_rate"]) == ("0", 0, 0, 0, 0.0)
    assert [alone[name] for name in PER_TONNE] == [None, None, None]
    assert side(planned, "together", partner="Kitchen")["vehicles"] == 0


def test_what_is_recorded_is_what_the_ledger_says_to_the_gram_for_the_day_and_for_each_partner(
    network: ServiceClient,
    plan: dict[str, Any],
    workshop: Workshop,
    clock: HandSetClock,
    database: Database,
) -> None:
    driven(network, clock, plan, short="1.234")
    compared_day(workshop, network.network_id())
    recorded = read(network)["recorded"]
    with database.transaction(Scope(network=network.network_id())) as session:
        by_bank: dict[UUID, int] = {}
        moved = select(Allocation.receiver_organisation_id, LedgerEntry.to_account, func.sum(LedgerEntry.grams))
        moved = moved.join(LedgerEntry, LedgerEntry.cause_id == Allocation.id).where(
            (LedgerEntry.to_account == "delivered") | (LedgerEntry.from_account == "delivered")
        )
        for bank, account, grams in session.execute(
            moved.group_by(Allocation.receiver_organisation_id, LedgerEntry.to_account)
        ):
            by_bank[bank] = by_bank.get(bank, 0) + int(grams) * (1 if account == "delivered" else -1)
        kept = session.scalars(
            select(TogetherFigures).where(TogetherFigures.kind == "recorded", TogetherFigures.side == "together")
        ).all()
        told = {row.organisation_id: row.grams for row in kept if row.variant == "usual"}
    assert told.pop(None) == sum(by_bank.values())
    assert {bank: grams for bank, grams in told.items() if grams} == by_bank
    assert float(side(recorded, "together")["kg"]) == pytest.approx(float(plan["kg_allocated"]) - 1.234)


def test_a_driven_day_has_the_reported_visits_and_hours_and_is_played_again_alone(
    network: ServiceClient, plan: dict[str, Any], workshop: Workshop, clock: HandSetClock
) -> None:
    driven(network, clock, plan)
    compared_day(workshop, network.network_id())
    day = read(network)
    planned, recorded = side(day["planned"], "together"), side(day["recorded"], "together")
    for figure in ("kg", "metres", "driver_seconds", "vehicles", "visits", "duplicate_visits", "fill_rate"):
        assert recorded[figure] == planned[figure], figure  # all went to plan
    facts = day["recorded"]["facts"]
    assert facts["routes_reported"] == facts["routes_measured"] == len(plan["routes"])
    assert {each["name"] for each in day["recorded"]["variants"]} == {
        each["name"] for each in day["planned"]["variants"]
    } - {"same_food"} | {"known_early"}
    assert side(day["recorded"], "alone", variant="known_early")["kg"] == side(day["recorded"], "alone")["kg"]
    assert side(day["recorded"], "alone")["kg"] == side(day["planned"], "alone")["kg"]
    totals = network.get("/reports/together/totals", **{"from": DAY, "until": DAY}).json()
    assert (totals["recorded"]["days"], totals["planned"]["days"]) == ([DAY], [])
    assert totals["recorded"]["network"]["together"]["kg"] == recorded["kg"]
    assert len(totals["recorded"]["partners"]) == 3


def test_what_was_posted_after_the_plan_is_food_that_alone_nobody_may_have_heard_of(
    network: ServiceClient, town: Town, plan: dict[str, Any], workshop: Workshop, clock: HandSetClock
) -> None:
    for need in network.get("/needs").json()["items"]:  # one of a food bank with a van among them
        network.ok("/needs", a_need({"id": need["site_id"]}, category="drinks", kg="20"))
    network.ok("/offers", an_offer({"id": town.offers["Lidl"]["site_id"]}, a_line(category="drinks", kg="15")))
    driven(network, clock, plan)
    compared_day(workshop, network.network_id())
    recorded = read(network)["recorded"]
    known, all_day = (side(recorded, "alone", variant=name) for name in ("known_early", "usual"))
    assert float(all_day["kg"]) == float(known["kg"]) + 15 > 15
    assert any("known when the day begins" in each for each in recorded["assumptions"])


def test_what_was_never_there_nobody_finds_alone_either(
    network: ServiceClient, town: Town, plan: dict[str, Any], workshop: Workshop, clock: HandSetClock
) -> None:
    clock.set(the_hour("15:00"))
    for route in plan["routes"]:
        with network.driver({"id": route["shift_id"]}) as driver:
            stops = driver.get("/driver/route").json()["route"]["stops"]
            failed = [an_event(stop, "failed", reason="nothing_there") for stop in stops if stop["kind"] == "pickup"]
            driver.ok("/driver/stop-events", {"events": failed})
    clock.set(the_hour("16:01"))
    compared_day(workshop, network.network_id())
    recorded = read(network)["recorded"]
    together, alone = side(recorded, "together"), side(recorded, "alone")
    assert (together["kg"], [together[name] for name in PER_TONNE]) == ("0", [None, None, None])
    assert together["empty_visits"] == together["visits"] > 0
    assert float(alone["kg"]) <= 102 - float(plan["kg_allocated"])


def test_a_partner_reads_the_networks_figures_and_its_own_and_nobody_elses(
    network: ServiceClient, town: Town, plan: dict[str, Any], workshop: Workshop
) -> None:
    compared_day(workshop, network.network_id())
    whole = {each["organisation_name"] for each in read(network)["planned"]["figures"]}
    assert whole == {None, "Duffryn", "Pantry", "Kitchen"}
    duffryn, row_of_duffryn = UUID(town.organisations["Duffryn"]["id"]), {None, "Duffryn"}
    office = Principal("person", UUID(int=1), network.network_id(), duffryn, "Office", role="organisation_admin")
    with workshop.database.transaction(office.scope) as session:
        found = day_out(session, office, COMPARED_DAY)
        assert found.planned is not None
        assert {each.organisation_name for each in found.planned.figures} == row_of_duffryn
        beside = queries.totals(session, office, COMPARED_DAY, COMPARED_DAY)
        assert set(beside.planned.partners) == {duffryn}
        assert beside.planned.network.together.grams > beside.planned.partners[duffryn].together.grams
        # The database's own guard, without the session's filter.
        seen = session.execute(text("SELECT DISTINCT organisation_id FROM together_figures")).scalars()
        assert set(seen) == {None, duffryn}
    key = town.offices["Duffryn"]
    assert key.get("/reports/together/day", service_date=DAY).status_code == 403  # a key of an office reads no reports
    assert key.post("/reports/together/days", {"service_date": DAY}).status_code == 403


def test_a_stranger_reads_nothing_of_it(network: ServiceClient, plan: dict[str, Any], workshop: Workshop) -> None:
    compared_day(workshop, network.network_id())
    with workshop.database.transaction(Scope(organisation=UUID(int=1), network=UUID(int=2))) as session:
        assert session.execute(text("SELECT count(*) FROM together_days")).scalar() == 0
        assert session.execute(text("SELECT count(*) FROM together_figures")).scalar() == 0


def test_rows_can_be_had_as_a_table_the_network_or_its_partners(
    network: ServiceClient, plan: dict[str, Any], workshop: Workshop
) -> None:
    compared_day(workshop, network.network_id())
    days = {"from": DAY, "until": DAY}
    usual = network.get("/reports/together/figures", **days, variant="usual").json()["items"]
    assert [(each["side"], each["organisation_id"]) for each in usual] == [("together", None), ("alone", None)]
    answer = network.get("/reports/together/figures", **days, partners="true", format="csv")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert len(rows) == 6
    assert {row["organisation_name"] for row in rows} == {"Duffryn", "Pantry", "Kitchen"}
    assert {row["kind"] for row in rows} == {"planned"}


def test_the_same_again_is_kept_once_and_something_else_under_the_next_number_without_changing_the_first(
    network: ServiceClient, plan: dict[str, Any], workshop: Workshop, clock: HandSetClock, database: Database
) -> None:
    driven(network, clock, plan)
    compared_day(workshop, network.network_id())
    first = read(network)["recorded"]
    compared_day(workshop, network.network_id())
    assert read(network)["recorded"] == first
    with database.transaction(Scope(network=network.network_id())) as session:
        line = session.scalars(select(OfferLine).join(Offer).order_by(OfferLine.grams)).first()
        assert line is not None
        session.execute(update(OfferLine).where(OfferLine.id == line.id).values(grams=line.grams + 1000))
    compared_day(workshop, network.network_id())
    second = read(network)["recorded"]
    assert second["number"] == 2
    assert second["input_digest"] != first["input_digest"]
    with database.transaction(Scope(network=network.network_id())) as session:
        kept = session.scalars(select(TogetherDay).where(TogetherDay.number == 1, TogetherDay.kind == "recorded")).one()
        assert str(kept.id) == first["id"]
        assert kept.input_digest == first["input_digest"]


@pytest.mark.parametrize("statement", ["UPDATE together_days SET seed = 2", "DELETE FROM together_figures"])
def test_nobody_changes_what_was_worked_out(
    network: ServiceClient, plan: dict[str, Any], workshop: Workshop, statement: str
) -> None:
    compared_day(workshop, network.network_id())
    with (
        pytest.raises(DBAPIError, match="permission denied"),
        workshop.database.transaction(Scope(network=network.network_id())) as session,
    ):
        session.execute(text(statement))


def test_a_factor_that_changes_later_changes_no_report(
    network: ServiceClient, plan: dict[str, Any], workshop: Workshop
) -> None:
    compared_day(workshop, network.network_id())
    before = read(network)
    network.ok("/impact/factors", {"use": "meals", "code": "fao", "counts_from": DAY})
    assert read(network) == before


def test_it_is_asked_for_once_and_only_where_a_plan_is_published(
    network: ServiceClient, town: Town, workshop: Workshop
) -> None:
    refused = network.post("/reports/together/days", {"service_date": DAY})
    assert (refused.status_code, refused.json()["code"]) == (422, "nothing_published")
    plan = published(network, workshop)
    for _ in range(2):
        assert network.ok("/reports/together/days", {"service_date": DAY})["plan_id"] == plan["id"]
    assert waiting(workshop.database) == [DAY]


def waiting(database: Database) -> list[str]:
    """The days that wait to be worked out."""
    with database.transaction(Scope()) as session:
        found = session.execute(
            text("SELECT args->>'service_date' FROM procrastinate_jobs WHERE task_name = :name ORDER BY id"),
            {"name": jobs.WORK_OUT},
        )
        return list(found.scalars())


def test_a_day_is_worked_out_by_itself_once_no_report_can_come_any_more(
    network: ServiceClient, plan: dict[str, Any], workshop: Workshop, clock: HandSetClock
) -> None:
    driven(network, clock, plan)
    database = workshop.database
    assert jobs.ask_for_closed_days(database, clock()) == 0
    compared_day(workshop, network.network_id())  # somebody was curious: reports may come yet
    clock.set(the_hour("16:00") + timedelta(hours=12, minutes=1))
    assert jobs.ask_for_closed_days(database, clock()) == 1
    assert jobs.ask_for_closed_days(database, clock()) == 0  # it waits already
    assert waiting(database) == [DAY]


def test_days_that_are_worked_out_or_long_over_are_left_alone(
    network: ServiceClient, plan: dict[str, Any], workshop: Workshop, clock: HandSetClock
) -> None:
    clock.set(the_hour("16:00") + timedelta(hours=13))
    compared_day(workshop, network.network_id())
    assert jobs.ask_for_closed_days(workshop.database, clock()) == 0
    clock.set(the_hour("16:00") + timedelta(days=20))
    assert jobs.ask_for_closed_days(workshop.database, clock()) == 0


def test_the_solvers_own_process_compares_a_day(
    network: ServiceClient, plan: dict[str, Any], workshop: Workshop, clock: HandSetClock
) -> None:
    from dataclasses import replace

    quick = replace(workshop, plan_seconds=0.2)
    asyncio.run(jobs.compare_day(quick, network.network_id(), COMPARED_DAY))
    planned = read(network)["planned"]
    assert planned["search_seconds"] == 0.2
    assert side(planned, "together")["kg"] == plan["kg_allocated"]
    assert len(planned["variants"]) == 8
