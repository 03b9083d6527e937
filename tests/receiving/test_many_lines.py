"""A food bank confirms a whole visit at once: each shift is folded once, and shifts are locked in one order."""

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from app.kit.clock import HandSetClock
from app.kit.db import Database
from app.ledger.settlement import Known, known_of_shifts
from app.receiving import service
from tests.hand_made_plan import Ride, draft
from tests.people.builders import entered, own
from tests.service_client import DAY, FOOD_BANK, LIDL_CARDIFF_ROAD, ServiceClient, a_line, a_need, an_offer
from tests.web.test_pages import Reader

DAYS = (DAY, "2026-11-26")
LINES_A_DAY = 3


@pytest.fixture
def lines(network: ServiceClient, database: Database, clock: HandSetClock) -> list[str]:
    """The allocations of two driven days, three each, the van's planned visits behind it."""
    store = network.site(LIDL_CARDIFF_ROAD, "Lidl, Cardiff Road")
    bank = network.site(FOOD_BANK, "Newport Food Bank", kind="distribution_point")
    van = network.ok("/vehicles", {"name": "White van", "capacity_kg": "600"})
    for day in DAYS:
        need = network.ok("/needs", a_need(bank, service_date=day, kg="60"))
        window = {"pickup_from": f"{day}T08:00:00+00:00", "pickup_until": f"{day}T12:00:00+00:00"}
        offers = [network.ok("/offers", an_offer(store, a_line(), **window)) for _ in range(LINES_A_DAY)]
        hours = {"starts_at": f"{day}T08:00:00+00:00", "ends_at": f"{day}T16:00:00+00:00"}
        places = {"start_site_id": bank["id"], "end_site_id": bank["id"]}
        shift = network.ok("/shifts", {"vehicle_id": van["id"], "driver_name": "Driver", **hours, **places})
        network.published(draft(database, network, shift, *(Ride(offer, need, 10_000) for offer in offers)))
    clock.set(datetime.fromisoformat(f"{DAYS[-1]}T15:00:00+00:00"))
    found = [each["id"] for day in DAYS for each in network.get("/allocations", service_date=day).json()["items"]]
    assert len(found) == len(DAYS) * LINES_A_DAY
    return found


@pytest.fixture
def desk(network: ServiceClient, lines: list[str]) -> Iterator[Reader]:  # signed in on their day
    reader = Reader(network.address)
    reader.sign_in(entered(network, own(network), "dispatcher")["email"])
    yield reader
    reader.http.close()


@pytest.fixture
def folded(monkeypatch: pytest.MonkeyPatch) -> list[UUID]:
    """The shifts that are folded for what is confirmed, each as often as it is."""
    found: list[UUID] = []

    def counted(session: Session, shifts: Collection[UUID]) -> dict[UUID, Known]:
        found.extend(shifts)
        return known_of_shifts(session, shifts)

    monkeypatch.setattr(service, "known_of_shifts", counted)
    return found


def confirm(desk: Reader, lines: list[str], kg: str = "9") -> Any:
    return desk.http.post("/arrivals/received", data={"line": lines, **{f"kg-{line}": kg for line in lines}})


def said(network: ServiceClient) -> int:
    return len(network.get("/receipt-confirmations").json()["items"])


def test_a_shift_is_folded_once_however_many_of_its_lines_are_confirmed(
    desk: Reader, lines: list[str], folded: list[UUID], network: ServiceClient
) -> None:
    assert confirm(desk, lines).status_code == 200
    assert len(folded) == len(set(folded)) == len(DAYS)
    assert said(network) == len(lines)
    confirm(desk, lines)  # said twice, it is said once
    assert said(network) == len(lines)


def test_shifts_are_locked_in_one_order_in_whichever_the_lines_are_sent(
    desk: Reader, lines: list[str], database: Database
) -> None:
    locks: list[str] = []

    def seen(_: Any, __: Any, statement: str, *___: Any) -> None:
        if "FROM shifts" in statement and "FOR NO KEY UPDATE" in statement:
            locks.append(" ".join(statement.split()))

    event.listen(database.engine, "before_cursor_execute", seen)
    try:
        confirm(desk, lines[::-1])
    finally:
        event.remove(database.engine, "before_cursor_execute", seen)
    [lock] = locks
    assert lock.endswith("ORDER BY shifts.id FOR NO KEY UPDATE")


def test_one_line_that_is_refused_is_named_and_nothing_is_kept(
    desk: Reader, lines: list[str], network: ServiceClient, clock: HandSetClock
) -> None:
    clock.set(datetime.fromisoformat(f"{DAYS[-1]}T09:30:00+00:00"))  # the second day's van is still on its way
    answer = confirm(desk, lines)
    assert answer.status_code == 409
    assert "The van has not been there with this food yet." in answer.text
    assert said(network) == 0
