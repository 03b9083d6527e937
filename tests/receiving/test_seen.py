"""A dispatcher says that a difference is seen to: it needs nobody any more, stays in the record, and rises anew where
somebody says otherwise."""

from typing import Any

from sqlalchemy import text

from app.domain.personal import ERASED_PERSON
from tests.conftest import TestDatabase
from tests.declines.conftest import YoghurtDay, config, day, workshop  # noqa: F401
from tests.people.builders import as_owner, entered, own, signed_in
from tests.receiving.test_confirmations import delivered, said
from tests.service_client import DAY


def see(day: YoghurtDay, word: dict[str, Any], kg_delivered: str | None = "30", **key: str) -> Any:  # noqa: F811
    return day.network.post(f"/receipt-confirmations/{word['id']}/see", {"kg_delivered": kg_delivered}, **key)


def newest(day: YoghurtDay) -> dict[str, Any]:  # noqa: F811
    found: dict[str, Any] = day.network.get("/receipt-confirmations", service_date=DAY).json()["items"][0]
    return found


def test_who_saw_it_and_when_is_kept_beside_both_words(day: YoghurtDay) -> None:  # noqa: F811
    delivered(day)
    word = said(day, "26.5")
    assert (word["seen_at"], word["seen_by"]) == (None, None)
    seen = see(day, word).json()
    assert seen["seen_by"]
    assert (seen["kg"], seen["kg_delivered"], seen["differs"]) == ("26.5", "30", True)
    assert newest(day)["seen_at"] == seen["seen_at"]
    mine = day.first.get("/receipt-confirmations").json()["items"][0]
    assert (mine["seen_at"], mine["seen_by"]) == (seen["seen_at"], None)  # who it was is the network's own


def test_seen_twice_the_first_to_see_it_is_kept(day: YoghurtDay) -> None:  # noqa: F811
    delivered(day)
    word = said(day, "26.5")
    first = see(day, word).json()
    day.clock.set(day.clock().replace(minute=59))
    assert see(day, word).json()["seen_at"] == first["seen_at"]


def test_what_is_said_otherwise_is_another_difference(day: YoghurtDay) -> None:  # noqa: F811
    delivered(day)
    first = said(day, "26.5")
    see(day, first)
    second = said(day, "25")
    assert second["seen_at"] is None
    assert (answer := see(day, first)).status_code == 409
    assert answer.json()["code"] == "difference_changed"
    assert see(day, second).status_code == 200


def test_what_the_driver_says_later_makes_it_another_one(day: YoghurtDay) -> None:  # noqa: F811
    [stop] = day.stops("drop_off")
    day.clock.set(day.clock().fromisoformat(stop["arrive_at"]))
    word = said(day, "26.5")
    assert see(day, word, kg_delivered=None).json()["seen_at"] is not None
    delivered(day)
    assert newest(day)["seen_at"] is None
    assert see(day, word, kg_delivered=None).json()["code"] == "difference_changed"
    assert see(day, word).json()["seen_at"] is not None


def test_where_both_say_the_same_there_is_nothing_to_see(day: YoghurtDay) -> None:  # noqa: F811
    delivered(day)
    assert see(day, said(day, "30")).json()["code"] == "difference_changed"


def test_a_food_bank_sees_to_no_difference(day: YoghurtDay) -> None:  # noqa: F811
    delivered(day)
    word = said(day, "26.5")
    answer = day.first.post(f"/receipt-confirmations/{word['id']}/see", {"kg_delivered": "30"})
    assert answer.status_code == 403


def test_it_is_audited_with_both_figures_and_moves_no_gram(day: YoghurtDay) -> None:  # noqa: F811
    delivered(day)
    before = day.network.get("/ledger-entries", service_date=DAY).json()
    see(day, said(day, "26.5"))
    [entry] = day.network.get("/audit-entries", action="receipts.see").json()["items"]
    assert entry["detail"] == {"kg": "26.5", "kg_delivered": "30"}
    assert day.network.get("/ledger-entries", service_date=DAY).json() == before


def test_who_saw_it_can_be_forgotten(day: YoghurtDay, migrated: TestDatabase) -> None:  # noqa: F811
    delivered(day)
    word = said(day, "26.5")
    person = entered(day.network, own(day.network), "dispatcher")
    with signed_in(day.network, person) as desk:
        assert desk.post(f"/receipt-confirmations/{word['id']}/see", {"kg_delivered": "30"}).status_code == 200
    assert newest(day)["seen_by"] == person["name"]
    day.network.ok(f"/people/{person['id']}/erase", {"confirm": person["email"]})
    with as_owner(migrated) as connection:
        assert connection.scalar(text("SELECT seen_by FROM receipt_confirmations")) == ERASED_PERSON
