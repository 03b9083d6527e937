"""A store that always posts by this hour and is silent is asked; it clears by itself when it has said something."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from app.kit.clock import HandSetClock
from app.kit.db import Database
from app.kit.tenancy import Scope
from app.models.alarms import Alarm
from tests.arrivals.conftest import Look
from tests.learning.conftest import Wednesday, day_of, wednesday
from tests.people.builders import entered, own
from tests.service_client import LIDL_CARDIFF_ROAD, ServiceClient, a_line, an_offer

__all__ = ["wednesday"]
FIFTH = day_of(4)


def the_hour(clock: str) -> datetime:
    return datetime.fromisoformat(f"{FIFTH}T{clock}:00+00:00")


@pytest.fixture
def store(network: ServiceClient, wednesday: Wednesday, clock: HandSetClock) -> dict[str, Any]:
    """It has posted by seven on four Wednesdays; its assistant has an address, and so has the network's dispatcher."""
    chain = network.organisation("supermarket", "Lidl")
    site = network.site(LIDL_CARDIFF_ROAD, "Lidl, Cardiff Road", organisation_id=chain["id"])
    for week in range(4):
        wednesday(network, site, week, "40")
    clock.set(clock() + timedelta(days=1))
    network.ok("/learnt")
    assistant = entered(network, chain, "donor_staff", site_id=site["id"])
    elsewhere = entered(network, chain, "donor_staff")
    dispatcher = entered(network, own(network), "dispatcher")
    return {**site, "assistant": assistant, "elsewhere": elsewhere, "dispatcher": dispatcher}


def standing(network: ServiceClient) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = network.get("/alarms", state="open").json()["items"]
    return found


def test_its_people_are_asked_first_and_the_network_is_told_when_they_say_nothing(
    network: ServiceClient, store: dict[str, Any], look: Look
) -> None:
    assert look(the_hour("07:29")) == 0
    assert look(the_hour("07:30")) == 1
    (alarm,) = standing(network)
    assert (alarm["kind"], alarm["severity"], alarm["shift_id"], alarm["service_date"]) == (
        "store_silent", "warning", None, str(FIFTH),
    )  # fmt: skip
    assert (alarm["subject_kind"], alarm["subject_id"]) == ("site", store["id"])
    assert alarm["sentence"].startswith("Lidl, Cardiff Road usually has posted by 07:00")
    assert [(each["audience"], each["people"]) for each in alarm["told"]] == [("store", [store["assistant"]["id"]])]
    assert look(the_hour("07:59")) == 0
    assert look(the_hour("08:00")) == 1
    (alarm,) = standing(network)
    assert alarm["told"][1]["audience"] == "network"
    assert store["dispatcher"]["id"] in alarm["told"][1]["people"]
    network.ok(f"/alarms/{alarm['id']}/acknowledge", None, **{"If-Match": f'"{alarm["version"]}"'})
    assert look(the_hour("08:30")) == 0


@pytest.mark.parametrize("said", ["an offer", "nothing today", "closed"])
def test_it_clears_when_the_store_has_said_something(
    network: ServiceClient, store: dict[str, Any], look: Look, said: str
) -> None:
    look(the_hour("07:30"))
    if said == "an offer":
        window = {"pickup_from": f"{FIFTH}T09:00:00+00:00", "pickup_until": f"{FIFTH}T12:00:00+00:00"}
        network.ok("/offers", an_offer(store, a_line(kg="5"), **window))
    elif said == "nothing today":
        network.ok("/nothing-today", {"site_id": store["id"], "service_date": str(FIFTH)})
    else:
        closed = {"exceptions": [{"date": str(FIFTH), "closed": True, "windows": [], "note": ""}]}
        version = network.get(f"/sites/{store['id']}").json()["version"]
        assert network.http.patch(f"/sites/{store['id']}", json=closed, headers={"If-Match": f'"{version}"'}).is_success
    assert look(the_hour("07:31")) == 1
    assert standing(network) == []
    assert look(the_hour("07:32")) == 0


def test_it_is_over_when_the_food_could_be_fetched_no_more(
    network: ServiceClient, store: dict[str, Any], look: Look
) -> None:
    look(the_hour("11:59"))
    assert len(standing(network)) == 1
    look(the_hour("12:00"))
    assert standing(network) == []


def test_a_question_of_last_week_does_not_stand_for_this_one(
    network: ServiceClient, store: dict[str, Any], look: Look, database: Database
) -> None:
    look(the_hour("07:30"))
    look(the_hour("07:30") + timedelta(weeks=1))  # nobody looked in between
    (alarm,) = standing(network)
    assert alarm["service_date"] == str(day_of(5))
    with database.transaction(Scope(network=network.network_id())) as session:
        assert session.query(Alarm).count() == 2


def test_a_store_whose_silence_is_usual_is_not_asked(
    network: ServiceClient, store: dict[str, Any], look: Look, clock: HandSetClock
) -> None:
    clock.set(the_hour("07:00") + timedelta(weeks=2))  # silent on two of six
    network.ok("/learnt")
    assert look(the_hour("08:00") + timedelta(weeks=2)) == 0
