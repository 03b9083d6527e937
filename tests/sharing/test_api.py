"""Shares of a day's cost, from the published plan to what each partner reads."""

import asyncio
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

import routing
from app.kit.tenancy import Scope
from app.sharing import service
from app.sharing.group_process import GroupsFailed, group_days_in_child
from tests.sharing.conftest import RATES, SharedDay, the_day


def money(row: dict[str, Any], name: str) -> Decimal:
    return Decimal(row[name])


def test_shares_add_up_to_what_the_vans_cost_and_nobody_pays_more_than_alone(day: SharedDay) -> None:
    day.work_out()
    found = day.shares()
    [cost] = found["days"]
    paying = [row for row in found["shares"] if row["left_out"] is None]
    assert [row["organisation"] for row in paying] == ["Duffryn Centre", "Newport Food Bank"]
    assert sum(money(row, "share") for row in paying) + money(cost, "network_carries") == money(cost, "cost") > 0
    assert sum(money(row, "cost") for row in cost["vans"]) == money(cost, "cost")
    for row in paying:
        assert money(row, "share") <= money(row, "alone")
        assert money(row, "saved") == money(row, "alone") - money(row, "share")
        assert money(row, "balance") == money(row, "share") - money(row, "own_vans")
        assert row["organisation"] in row["nearest"]["partners"]
    assert (found["currency"], cost["exact"], cost["standing"]) == ("GBP", True, "core")
    assert sum(money(row, "balance") for row in paying) == 0


def test_what_every_group_would_have_paid_is_kept_and_told_to_the_network_where_it_asks(day: SharedDay) -> None:
    day.work_out()
    asked = {"from": str(the_day()), "until": str(the_day()), "groups": "true"}
    found = day.network.get("/cost-shares", **asked).json()
    [cost] = found["days"]
    told = {frozenset(row["partners"]): money(row, "cost") for row in cost["group_costs"]}
    paying = {row["organisation_id"]: money(row, "alone") for row in found["shares"] if row["left_out"] is None}
    assert {next(iter(group)): cents for group, cents in told.items() if len(group) == 1} == paying
    assert told[frozenset(paying)] == money(cost, "cost")
    assert len(told) == 3
    assert day.shares()["days"][0]["group_costs"] is None
    assert day.banks["Duffryn Centre"].get("/cost-shares", **asked).json()["days"] == []


def test_a_food_bank_that_was_brought_nothing_is_left_out_with_the_reason(day: SharedDay) -> None:
    day.work_out()
    [left_out] = [row for row in day.shares()["shares"] if row["left_out"]]
    assert (left_out["organisation"], left_out["left_out"]) == ("Pantry", "nothing_brought")
    assert [left_out[name] for name in ("share", "alone", "saved", "adds", "own_vans", "nearest")] == [None] * 6


def test_a_partner_sees_its_own_share_and_neither_others_nor_the_days_cost(day: SharedDay) -> None:
    day.work_out()
    found = day.shares(day.banks["Duffryn Centre"])
    assert [row["organisation"] for row in found["shares"]] == ["Duffryn Centre"]
    assert found["days"] == []
    assert day.banks["Duffryn Centre"].post("/cost-shares", {"service_date": str(the_day())}).status_code == 403


@pytest.mark.parametrize("rates", [dict.fromkeys(RATES, "0")])
def test_where_no_van_has_a_rate_there_is_no_figure(day: SharedDay) -> None:
    day.work_out()
    found = day.shares()
    why = {row["organisation"]: (row["left_out"], row["share"]) for row in found["shares"]}
    assert why == {
        "Duffryn Centre": ("no_rates", None),
        "Newport Food Bank": ("no_rates", None),
        "Pantry": ("nothing_brought", None),
    }
    [cost] = found["days"]
    assert (cost["standing"], cost["cost"], cost["groups"]) == (None, "0.00", 0)
    assert cost["vans_without_rates"] >= 1


def test_a_day_that_is_not_planned_has_nothing(day: SharedDay) -> None:
    day.work_out("2026-11-26")
    answer = day.network.get("/cost-shares", **{"from": "2026-11-26", "until": "2026-11-27"}).json()
    assert (answer["shares"], answer["days"]) == ([], [])
    assert day.network.post("/cost-shares", {"service_date": "2026-11-26"}).status_code == 404


def test_a_day_is_shared_once_it_is_over_and_then_no_more(day: SharedDay) -> None:
    assert day.queued() == 0
    day.clock.set(day.clock() + timedelta(days=1))
    assert (day.queued(), day.queued()) == (1, 0)  # it waits already
    day.work_out()
    with day.workshop.database.transaction(Scope()) as session:
        assert service.days_to_share(session, day.clock()) == []


def test_what_has_not_changed_is_not_worked_out_again(day: SharedDay) -> None:
    asked = day.network.post("/cost-shares", {"service_date": str(the_day())})
    assert (asked.status_code, asked.json()["state"]) == (202, "queued")
    assert asked.json()["reports_until"] == "2026-11-26T05:00:00Z"  # twelve hours after the last shift
    day.work_out()
    first = day.shares()
    day.clock.set(day.clock() + timedelta(hours=1))
    day.work_out()
    again = day.shares()
    assert again["shares"] == first["shares"]
    assert again["days"] == first["days"]
    assert {row["number"] for row in again["shares"]} == {1}


def test_the_audit_trail_says_who_asked_and_what_was_worked_out(day: SharedDay) -> None:
    day.network.ok("/cost-shares", {"service_date": str(the_day())})
    day.work_out()
    actions = [entry["action"] for entry in day.network.get("/audit-entries").json()["items"]]
    assert {"shares.ask", "shares.work_out"} <= set(actions)


def test_a_year_at_most_and_in_order(day: SharedDay) -> None:
    for first, last, code in (
        ("2026-11-25", "2026-11-24", "range_inverted"),
        ("2025-01-01", "2026-11-25", "range_too_long"),
    ):
        answer = day.network.get("/cost-shares", **{"from": first, "until": last})
        assert (answer.status_code, answer.json()["code"]) == (422, code)


def test_the_database_itself_keeps_others_shares_from_a_partner(day: SharedDay) -> None:
    day.work_out()
    mine = UUID(day.ids["Duffryn Centre"])
    with day.workshop.database.engine.begin() as connection:
        connection.execute(text("SELECT set_config('wasl.organisation', :id, true)"), {"id": str(mine)})
        rows = connection.execute(text("SELECT organisation_id FROM cost_shares")).scalars().all()
        assert rows == [mine]
        assert connection.execute(text("SELECT count(*) FROM day_costs")).scalar() == 0


def test_the_database_refuses_a_share_above_what_is_paid_alone(day: SharedDay) -> None:
    day.work_out()
    dearer = (
        "INSERT INTO cost_shares (id, network_id, organisation_id, day_cost_id, service_date, exact, share_cents,"
        " alone_cents, nearest, worked_out_at) SELECT gen_random_uuid(), network_id, :pantry, id, service_date, true,"
        " 2, 1, '[]', worked_out_at FROM day_costs"
    )
    with day.workshop.database.engine.begin() as connection:
        network = str(day.network.network_id())
        connection.execute(text("SELECT set_config('wasl.network', :id, true)"), {"id": network})
        connection.execute(text("DELETE FROM cost_shares WHERE left_out IS NOT NULL"))
        with pytest.raises(DBAPIError, match="never_more_than_alone"):
            connection.execute(text(dearer), {"pantry": day.ids["Pantry"]})


def test_the_process_answers_as_the_library_does(day: SharedDay) -> None:
    with day.workshop.database.transaction(Scope(network=day.network.network_id())) as session:
        read = service.read_day(session, day.network.network_id(), the_day())
    assert read is not None
    asked = read.asked
    there = asyncio.run(group_days_in_child(asked.problem, asked.plan, asked.groups, 1))
    assert there == list(routing.group_days(asked.problem, asked.plan, asked.groups, seed=1))
    with pytest.raises(GroupsFailed, match="cannot be answered"):
        asyncio.run(group_days_in_child(asked.problem, asked.plan, asked.groups, 0))
