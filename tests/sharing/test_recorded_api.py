"""Shares of a day that was really driven and reported, beside those of the day as it was planned."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from app.funding.jobs import cost_everywhere
from app.kit.tenancy import Scope
from app.models.events import LedgerEntry, StopEvent
from app.models.funding import RouteCost
from app.models.plans import Allocation
from app.models.shares import CostShare, DayCost
from app.sharing import service
from tests.planned_here import changed_here
from tests.service_client import DAY
from tests.sharing.conftest import SharedDay, the_day
from tests.sharing.reported import at_the_end, closed, driven, phone_of


def money(row: dict[str, Any], name: str) -> Decimal:
    return Decimal(row[name])


def recorded(day: SharedDay, bank: str | None = None) -> dict[str, Any]:
    found: dict[str, Any] = day.shares(None if bank is None else day.banks[bank])["recorded"]
    return found


def waiting(day: SharedDay) -> list[date]:
    """The days that the hourly job would ask for now."""
    with day.workshop.database.transaction(Scope()) as session:
        return [each for _, each in service.days_to_share(session, day.clock())]


def by_name(found: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {row["organisation"]: row for row in found["shares"]}


def adds_up(found: dict[str, Any]) -> None:
    """To the cent, and nobody pays more than alone."""
    [cost] = found["days"]
    paying = [row for row in found["shares"] if row["left_out"] is None]
    assert sum(money(row, "share") for row in paying) + money(cost, "network_carries") == money(cost, "cost")
    assert sum(money(row, "cost") for row in cost["vans"]) == money(cost, "cost")
    assert all(money(row, "share") <= money(row, "alone") for row in paying)


def test_a_day_that_nobody_reported_is_planned_and_never_recorded(day: SharedDay) -> None:
    closed(day)
    day.work_out()
    found = day.shares()
    assert found["recorded"] == {"shares": [], "days": []}
    assert found["planned_only"] == [DAY]
    assert {row["kind"] for row in found["shares"]} == {"planned"}


def test_a_reported_day_costs_what_its_reports_say_and_is_shared_for_what_the_ledger_says(day: SharedDay) -> None:
    driven(day, late=timedelta(minutes=30), part=0.9)
    found, whole = recorded(day), day.shares()
    adds_up(found)
    [cost], [planned] = found["days"], whole["days"]
    assert (cost["kind"], cost["number"], cost["standing"]) == ("recorded", 1, "core")
    assert (cost["facts"]["kg"], cost["facts"]["planned_kg"], cost["vans_not_reported"]) == ("54", "60", 0)
    # Later by half an hour of 12.00, on the same routes; the planned figures stay what they were.
    assert cost["facts"]["metres"] == planned["facts"]["metres"]
    assert money(cost, "cost") - money(planned, "cost") == Decimal("6.00") * len(day.plan["routes"])
    assert whole["planned_only"] == []
    assert by_name(whole)["Duffryn Centre"]["kind"] == "planned"
    shares = by_name(found)
    assert {name: (row["kg"], row["planned_kg"], row["left_out"]) for name, row in shares.items()} == {
        "Duffryn Centre": ("27", "30", None),
        "Newport Food Bank": ("27", "30", None),
        "Pantry": ("0", "0", "nothing_brought"),
    }
    with day.workshop.database.transaction(Scope(network=day.network.network_id())) as session:
        booked = session.execute(
            select(Allocation.receiver_organisation_id, func.sum(LedgerEntry.grams))
            .join(LedgerEntry, LedgerEntry.cause_id == Allocation.id)
            .where(LedgerEntry.to_account == "delivered")
            .group_by(Allocation.receiver_organisation_id)
        ).all()
    ids = {row["organisation_id"]: row for row in found["shares"]}
    assert {str(bank): int(grams) for bank, grams in booked} == {
        bank: round(float(row["kg"]) * 1000) for bank, row in ids.items() if row["left_out"] is None
    }


def test_sponsors_are_told_of_the_same_cost(day: SharedDay) -> None:
    driven(day, late=timedelta(minutes=17))
    day.clock.set(day.clock() + timedelta(days=1))
    assert cost_everywhere(day.workshop.database, day.clock) == 1
    with day.workshop.database.transaction(Scope(network=day.network.network_id())) as session:
        paid = session.scalars(select(func.sum(RouteCost.cents))).one()
    assert Decimal(paid) / 100 == money(recorded(day)["days"][0], "cost")


def test_as_long_as_drivers_can_report_a_day_is_planned_alone(day: SharedDay) -> None:
    at_the_end(day)
    for route in day.plan["routes"]:
        with phone_of(day, route) as phone:
            phone.report()
    day.work_out()
    assert day.shares()["planned_only"] == [DAY]
    assert waiting(day) == []  # the day itself is not over
    closed(day)
    assert waiting(day) == [the_day()]
    day.work_out()
    assert day.shares()["planned_only"] == []
    assert waiting(day) == []


def test_what_was_driven_for_nothing_is_the_networks_to_carry(day: SharedDay) -> None:
    at_the_end(day)
    for route in day.plan["routes"]:
        with phone_of(day, route) as phone:
            phone.nothing_there()
    closed(day)
    day.work_out()
    found = recorded(day)
    [cost] = found["days"]
    assert cost["standing"] == "dearer"
    assert money(cost, "network_carries") == money(cost, "cost") > 0
    assert {row["left_out"] for row in found["shares"]} == {"nothing_brought"}
    assert by_name(found)["Duffryn Centre"]["planned_kg"] == "30"


def test_what_is_refused_at_the_door_is_brought_to_nobody(day: SharedDay) -> None:
    driven(day, part=0)
    found = recorded(day)
    assert {row["kg"] for row in found["shares"]} == {"0"}
    assert found["days"][0]["facts"]["kg"] == "0"


@pytest.mark.parametrize("rates", [{"cost_per_km": "0.00", "cost_per_hour": "60.00", "cost_per_use": "0.00"}])
def test_where_delays_made_it_dearer_than_alone_each_pays_that_and_the_network_the_rest(day: SharedDay) -> None:
    [route] = day.plan["routes"]
    driven(day, late=timedelta(seconds=route["seconds"] * 1.9))
    found = recorded(day)
    adds_up(found)
    [cost] = found["days"]
    paying = [row for row in found["shares"] if row["left_out"] is None]
    beyond = money(cost, "cost") - sum(money(row, "alone") for row in paying)
    assert cost["standing"] == "dearer"
    assert all(row["share"] == row["alone"] for row in paying)
    assert money(cost, "network_carries") == beyond > 0


@pytest.mark.parametrize(("capacity", "pickup_until"), [("35", "08:10")])  # no van can come twice
def test_a_van_that_reported_nothing_has_no_figure_and_its_food_is_nobodys(day: SharedDay) -> None:
    assert len(day.plan["routes"]) == 2
    at_the_end(day)
    with phone_of(day, day.plan["routes"][0]) as phone:
        phone.report()
    closed(day)
    day.work_out()
    found = recorded(day)
    adds_up(found)
    [cost] = found["days"]
    assert (cost["vans_not_reported"], cost["facts"]["routes_reported"], cost["facts"]["kg"]) == (1, 1, "30")
    assert {row["vans_not_reported"] for row in found["shares"]} == {1}
    left_out = [row for row in found["shares"] if row["left_out"]]
    assert sorted(row["planned_kg"] for row in left_out) == ["0", "30"]
    assert money(cost, "cost") < money(day.shares()["days"][0], "cost")


def test_what_changes_later_gets_the_next_number_and_nothing_kept_is_changed(day: SharedDay) -> None:
    at_the_end(day)
    [route] = day.plan["routes"]
    with phone_of(day, route) as phone:
        phone.report()
        closed(day)
        day.work_out()
        day.clock.set(day.clock() - timedelta(hours=2))  # a phone's report that was on its way
        phone.report(late=timedelta(minutes=10), part=0.5)
    day.clock.set(day.clock() + timedelta(hours=3))
    day.work_out()
    found = recorded(day)
    assert {row["number"] for row in found["shares"]} == {2}
    assert {row["kg"] for row in found["shares"]} == {"15", "0"}
    with day.workshop.database.engine.begin() as connection:
        network = str(day.network.network_id())
        connection.execute(text("SELECT set_config('wasl.network', :id, true)"), {"id": network})
        numbers = select(DayCost.kind, DayCost.number).order_by(DayCost.kind, DayCost.number)
        assert connection.execute(numbers).all() == [("planned", 1), ("recorded", 1), ("recorded", 2)]
        with pytest.raises(DBAPIError, match="permission denied"):
            connection.execute(text("UPDATE cost_shares SET share_cents = 0"))


def test_what_is_booked_or_reported_of_a_day_that_was_shared_has_it_looked_at_again(day: SharedDay) -> None:
    driven(day)
    assert waiting(day) == []
    day.clock.set(day.clock() + timedelta(hours=1))
    with day.workshop.database.transaction(Scope(network=day.network.network_id())) as session:
        known = session.scalars(select(StopEvent).limit(1)).one()
        session.add(
            StopEvent(
                id=UUID(int=5), network_id=known.network_id, shift_id=known.shift_id, stop_id=known.stop_id,
                kind="arrived", lines=[], reason=None, note="", digest="", occurred_at=known.occurred_at,
                recorded_at=day.clock(),
            )
        )  # fmt: skip
    assert waiting(day) == [the_day()]
    day.work_out()  # nothing that is shared has changed
    assert {row["number"] for row in recorded(day)["shares"]} == {1}
    day.clock.set(day.clock() + timedelta(days=2))
    assert waiting(day) == []


def test_a_partner_reads_its_own_recorded_share_alone(day: SharedDay) -> None:
    driven(day)
    found = recorded(day, "Duffryn Centre")
    assert [row["organisation"] for row in found["shares"]] == ["Duffryn Centre"]
    assert found["days"] == []
    with day.workshop.database.engine.begin() as connection:
        mine = day.ids["Duffryn Centre"]
        connection.execute(text("SELECT set_config('wasl.organisation', :id, true)"), {"id": mine})
        seen = connection.execute(select(CostShare.organisation_id, CostShare.kind)).all()
        assert sorted((str(id), kind) for id, kind in seen) == [(mine, "planned"), (mine, "recorded")]


def test_a_day_that_was_changed_under_way_counts_with_its_routes_as_last_published(day: SharedDay) -> None:
    [route] = day.plan["routes"]
    changed = changed_here(day.network, day.workshop, day.network.get(f"/plans/{day.plan['id']}").json())
    day.network.published(changed)
    driven(day)
    found = recorded(day)
    adds_up(found)
    [cost] = found["days"]
    assert cost["facts"]["changed_later"] is True
    assert (cost["plan_id"], cost["facts"]["kg"]) == (changed["id"], "60")
    assert cost["facts"]["metres"] == route["metres"]
