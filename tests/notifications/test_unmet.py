"""A food bank hears which needs a plan leaves unmet: each once, of its own; its people of the place's worst alone."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text

from app.kit.db import Database
from app.kit.tenancy import Scope
from app.notifications.newsroom import Newsroom
from tests.feeds.test_api import Partners, partners
from tests.hand_made_plan import Ride, draft
from tests.notifications.conftest import Desk
from tests.notifications.provider import change
from tests.people.builders import entered, signed_in
from tests.people.mailbox import Mailbox
from tests.service_client import ServiceClient, a_need

__all__ = ["partners"]
Publish = Callable[[int], dict[str, Any]]


@pytest.fixture
def desk(newsroom: Newsroom, network: ServiceClient) -> Desk:
    return Desk(newsroom, network.network_id())


@pytest.fixture
def publish(network: ServiceClient, partners: Partners, database: Database) -> Publish:
    """Another plan of the day, which brings so many grams of the 90 kg of bread that the food bank needs."""

    def published(grams: int) -> dict[str, Any]:
        return network.published(draft(database, network, partners.shift, Ride(partners.bread, partners.need, grams)))

    return published


def unmet(client: ServiceClient) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get("/events/list", kind="need.unmet").json()["items"]
    return found


def test_less_than_half_is_told_to_the_food_bank_and_to_no_other_partner(publish: Publish, partners: Partners) -> None:
    publish(20_000)
    [told] = unmet(partners.of_bank)
    assert told["subject"] == {"kind": "need", "id": partners.need["id"]}
    assert told["data"] == {
        "service_date": "2026-11-25", "number": 1, "site_id": partners.bank["id"], "site_name": "Pantry",
        "category": "bread_and_bakery", "kg": "90", "kg_planned": "20", "others": 0, "most_missing": True,
    }  # fmt: skip
    assert unmet(partners.of_lidl) == unmet(partners.of_tesco) == []


def test_half_is_enough(publish: Publish, partners: Partners) -> None:
    publish(45_000)
    assert unmet(partners.of_bank) == []


def test_a_newer_plan_tells_it_again_only_where_less_comes_or_it_was_met_between(
    publish: Publish, network: ServiceClient, partners: Partners
) -> None:
    for grams in (20_000, 20_000, 30_000, 10_000, 62_000, 20_000):
        publish(grams)
    told = [(each["data"]["number"], each["data"]["kg_planned"]) for each in unmet(network)]
    assert told == [(1, "20"), (4, "10"), (6, "20")]
    assert partners.of_bank.get(f"/needs/{partners.need['id']}").json()["version"] == 1  # nobody has changed it


def test_a_need_that_was_stated_after_a_plan_is_told_by_the_next_and_one_of_a_yes_never(
    publish: Publish, partners: Partners, database: Database, network: ServiceClient
) -> None:
    publish(62_000)
    drinks, fish = (
        partners.of_bank.ok("/needs", a_need(partners.bank, category=category, kg="30"))
        for category in ("drinks", "meat_and_fish")
    )
    line = partners.milk["lines"][0]["id"]
    with database.transaction(Scope(network=network.network_id())) as session:
        session.execute(text("UPDATE needs SET offer_line_id = :line WHERE id = :id"), {"line": line, "id": fish["id"]})
    publish(62_000)
    assert [each["subject"]["id"] for each in unmet(partners.of_bank)] == [drinks["id"]]


def test_its_people_are_told_of_the_place_once(
    desk: Desk, publish: Publish, partners: Partners, network: ServiceClient, mailbox: Mailbox
) -> None:
    olive = entered(network, {"id": partners.bank["organisation_id"]}, "organisation_admin", name="Olive")
    till = entered(network, {"id": partners.lidl["organisation_id"]}, "organisation_admin")
    for person in (olive, till):
        change(signed_in(network, person), channels={"unmet": ["email"], "delivery": []}, quiet_hours=None)
    partners.of_bank.ok("/needs", a_need(partners.bank, category="drinks", kg="300"))
    desk.make()
    publish(20_000)
    assert {each["data"]["most_missing"] for each in unmet(network)} == {True, False}
    desk.make()
    assert desk.told() == {(olive["id"], "unmet", "email")}
    desk.send()
    [mail] = mailbox.mails
    said = " ".join(mail.get_content().split())
    assert "The plan for Wednesday 25 November 2026 brings Pantry too little of 2 foods; of drinks 0 of 300 kg." in said
    assert "/needs" in said
