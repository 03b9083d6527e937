"""A food bank says what it received: kept beside the driver's report, shown where the two differ, moving no gram."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from tests.conftest import TestDatabase
from tests.declines.conftest import YoghurtDay, config, day, workshop  # noqa: F401
from tests.people.builders import as_owner
from tests.service_client import DAY


def said(day: YoghurtDay, kg: str, **fields: Any) -> dict[str, Any]:  # noqa: F811
    return day.first.ok(f"/allocations/{day.allocation()['id']}/confirm-receipt", {"kg": kg, **fields})


def delivered(day: YoghurtDay) -> None:  # noqa: F811
    day.tell("collected", "pickup")
    day.tell("delivered", "drop_off")


def differing(day: YoghurtDay) -> list[bool]:  # noqa: F811
    found = day.network.get("/receipt-confirmations", service_date=DAY).json()["items"]
    return [each["differs"] for each in found]


def test_nothing_is_confirmed_before_the_van_was_there(day: YoghurtDay) -> None:  # noqa: F811
    answer = day.first.post(f"/allocations/{day.allocation()['id']}/confirm-receipt", {"kg": "30"})
    assert (answer.status_code, answer.json()["code"]) == (409, "not_delivered_yet")


def test_what_came_as_the_driver_says_differs_from_nothing(day: YoghurtDay) -> None:  # noqa: F811
    delivered(day)
    word = said(day, "30")
    assert (word["kg"], word["kg_delivered"], word["differs"]) == ("30", "30", False)
    assert differing(day) == [False]


def test_another_weight_is_kept_beside_the_report_and_moves_no_gram(day: YoghurtDay) -> None:  # noqa: F811
    delivered(day)
    before = day.network.get("/ledger-entries", service_date=DAY).json()
    word = said(day, "26.5", note="One crate was crushed")
    assert (word["kg"], word["kg_delivered"], word["differs"]) == ("26.5", "30", True)
    assert day.network.get("/ledger-entries", service_date=DAY).json() == before


def test_said_twice_it_is_said_once_and_said_otherwise_the_later_word_counts(day: YoghurtDay) -> None:  # noqa: F811
    delivered(day)
    first = said(day, "26.5")
    assert said(day, "26.5")["id"] == first["id"]
    day.clock.set(day.clock() + timedelta(minutes=5))
    second = said(day, "30")
    assert (second["number"], second["differs"]) == (2, False)
    assert differing(day) == [False, True]


def test_other_crates_differ_only_where_all_the_food_came(day: YoghurtDay) -> None:  # noqa: F811
    delivered(day)
    assert said(day, "30", crates=2)["differs"] is False
    assert said(day, "30", crates=1)["differs"] is True
    assert said(day, "30", crates=None)["differs"] is False


def test_where_the_drivers_phone_is_silent_the_food_bank_need_not_wait_for_it(day: YoghurtDay) -> None:  # noqa: F811
    [stop] = day.stops("drop_off")
    day.clock.set(day.clock().fromisoformat(stop["arrive_at"]))
    word = said(day, "30")
    assert (word["kg_delivered"], word["differs"]) == (None, True)
    day.tell("collected", "pickup")
    day.tell("delivered", "drop_off")
    assert differing(day) == [False]  # the report came, and says the same


def test_a_donor_confirms_nothing_and_another_food_bank_sees_nothing(day: YoghurtDay) -> None:  # noqa: F811
    delivered(day)
    allocation = day.allocation()["id"]
    assert day.till.post(f"/allocations/{allocation}/confirm-receipt", {"kg": "30"}).status_code == 403
    assert day.second.post(f"/allocations/{allocation}/confirm-receipt", {"kg": "30"}).status_code == 404
    said(day, "20")
    assert day.second.get("/receipt-confirmations").json()["items"] == []
    assert len(day.first.get("/receipt-confirmations").json()["items"]) == 1


@pytest.mark.parametrize("kg", ["", "-1", "lots", None])
def test_what_is_no_weight_is_refused_at_its_field(day: YoghurtDay, kg: str | None) -> None:  # noqa: F811
    answer = day.first.post(f"/allocations/{day.allocation()['id']}/confirm-receipt", {"kg": kg})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/kg")


def test_it_is_told_on_once(day: YoghurtDay, migrated: TestDatabase) -> None:  # noqa: F811
    delivered(day)
    said(day, "20")
    said(day, "20")
    with as_owner(migrated) as connection:
        told = text("SELECT data FROM outbox_messages WHERE kind = 'allocation.receipt_confirmed'")
        [details] = connection.scalars(told)
    assert (details["kg"], details["kg_delivered"], details["differs"]) == ("20", "30", True)
