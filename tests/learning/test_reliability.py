"""What went wrong at stores and food banks is counted from what drivers reported, and followed up once."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from app.kit.clock import HandSetClock
from app.settings import Settings
from tests.learning.conftest import Wednesday
from tests.service_client import FOOD_BANK, LIDL_CARDIFF_ROAD, TESCO_SPYTTY, ServiceClient


@pytest.fixture
def config(tmp_path: Path) -> Settings:
    return Settings(data_folder=tmp_path, worker="off", request_log="off")


@pytest.fixture
def places(network: ServiceClient) -> dict[str, dict[str, Any]]:
    chains = {name: network.organisation("supermarket", name) for name in ("Lidl", "Tesco")}
    bank = network.organisation("food_bank", "Duffryn")
    return {
        "lidl": network.site(LIDL_CARDIFF_ROAD, "Lidl, Cardiff Road", organisation_id=chains["Lidl"]["id"]),
        "tesco": network.site(TESCO_SPYTTY, "Tesco, Spytty", organisation_id=chains["Tesco"]["id"]),
        "pantry": network.site(
            FOOD_BANK, "Pantry", kind="distribution_point", organisation_id=bank["id"],
        ),
    }  # fmt: skip


def lines(client: ServiceClient) -> dict[tuple[str, str], dict[str, Any]]:
    """By site and side, in the order of the list."""
    return {(each["site_name"], each["side"]): each for each in client.get("/reliability").json()["sites"]}


def test_every_way_in_which_a_visit_goes_wrong_is_counted_at_the_side_whose_it_is(
    network: ServiceClient,
    places: dict[str, dict[str, Any]],
    wednesday: Wednesday,
    driven: Callable[..., Any],
    clock: HandSetClock,
) -> None:
    lidl, tesco, pantry = places["lidl"], places["tesco"], places["pantry"]
    driven(wednesday(network, lidl, 0, "60"), pantry, promised=60_000, failed="nothing_there")
    driven(wednesday(network, lidl, 1, "60"), pantry, promised=60_000, collected="30")
    driven(wednesday(network, lidl, 2, "60"), pantry, promised=60_000, failed="closed")
    driven(wednesday(network, tesco, 3, "60"), pantry, promised=60_000)
    driven(wednesday(network, tesco, 4, "60"), pantry, promised=60_000, refused="60")
    network.ok("/learnt")
    found = lines(network)
    assert list(found) == [("Lidl, Cardiff Road", "store"), ("Pantry", "food_bank"), ("Tesco, Spytty", "store")]
    store = found["Lidl, Cardiff Road", "store"]
    assert {name: store[name] for name in ("visits", "troubled", "empty", "weight_off", "closed", "in_vain")} == {
        "visits": 3, "troubled": 3, "empty": 1, "weight_off": 1, "closed": 1, "in_vain": 2,
    }  # fmt: skip
    assert [each["sentence"] for each in store["happenings"]] == [
        "It was closed when the van came.",
        "30 kg were there; 60 kg were promised.",
        "There was nothing to fetch; 60 kg were promised.",
    ]
    bank = found["Pantry", "food_bank"]
    assert (bank["visits"], bank["troubled"], bank["refused"], bank["weight_off"]) == (3, 1, 1, 0)
    assert bank["refused_for"] == {"refused_at_the_door": 1}
    assert bank["happenings"][0]["sentence"] == "60 of 60 kg were refused."
    other = found["Tesco, Spytty", "store"]
    assert (other["visits"], other["troubled"], other["to_follow_up"]) == (2, 0, False)


def test_what_was_followed_up_is_off_the_list_until_something_new_happens(
    network: ServiceClient,
    places: dict[str, dict[str, Any]],
    wednesday: Wednesday,
    driven: Callable[..., Any],
    clock: HandSetClock,
) -> None:
    lidl, pantry = places["lidl"], places["pantry"]
    key = ("Lidl, Cardiff Road", "store")
    driven(wednesday(network, lidl, 0, "60"), pantry, promised=60_000, failed="nothing_there")
    network.ok("/learnt")
    line = lines(network)[key]
    assert line["to_follow_up"] is True
    path = f"/reliability/{lidl['id']}/follow-ups"
    body = {"side": "store", "seen_until": line["last_happened_at"], "note": "They had an inventory."}
    assert network.ok(path, body)["note"] == "They had an inventory."
    line = lines(network)[key]
    assert (line["to_follow_up"], line["followed_up"]["note"]) == (False, "They had an inventory.")
    network.ok("/learnt")
    assert lines(network)[key]["to_follow_up"] is False
    driven(wednesday(network, lidl, 1, "60"), pantry, promised=60_000, failed="closed")
    network.ok("/learnt")
    line = lines(network)[key]
    assert line["to_follow_up"] is True
    late = network.post(path, body)
    assert (late.status_code, late.json()["code"]) == (409, "something_new_happened")
    assert network.post(f"/reliability/{pantry['id']}/follow-ups", {**body, "side": "food_bank"}).status_code == 404


def test_partners_see_their_own_line_and_nothing_of_what_was_noted(
    network: ServiceClient, places: dict[str, dict[str, Any]], wednesday: Wednesday, driven: Callable[..., Any]
) -> None:
    lidl, pantry = places["lidl"], places["pantry"]
    driven(wednesday(network, lidl, 0, "60"), pantry, promised=60_000, failed="nothing_there")
    network.ok("/learnt")
    line = lines(network)["Lidl, Cardiff Road", "store"]
    body = {"side": "store", "seen_until": line["last_happened_at"], "note": "They had an inventory."}
    network.ok(f"/reliability/{lidl['id']}/follow-ups", body)
    till = network.client_of({"id": lidl["organisation_id"]}, "offers")
    bank = network.client_of({"id": pantry["organisation_id"]}, "needs")
    assert [(key, each["followed_up"]) for key, each in lines(till).items()] == [
        (("Lidl, Cardiff Road", "store"), None)
    ]
    assert list(lines(bank)) == []
    assert till.post(f"/reliability/{lidl['id']}/follow-ups", body).status_code == 403


def test_what_is_older_than_twelve_weeks_is_forgiven(
    network: ServiceClient,
    places: dict[str, dict[str, Any]],
    wednesday: Wednesday,
    driven: Callable[..., Any],
    clock: HandSetClock,
) -> None:
    driven(wednesday(network, places["lidl"], 0, "60"), places["pantry"], promised=60_000, failed="nothing_there")
    network.ok("/learnt")
    assert lines(network)
    clock.set(clock() + timedelta(weeks=13))
    network.ok("/learnt")
    assert lines(network) == {}
