"""The lines of donations add up to what the certificates say is delivered, and are nobody else's."""

from decimal import Decimal
from typing import Any

import pytest

from tests.papers.reading import whole
from tests.service_client import DAY, ServiceClient
from tests.web.reports.test_delivery_notes import reported, two_stores
from tests.web.test_pages import Reader, desk, lidl, person, shop, store

__all__ = ["desk", "lidl", "reported", "shop", "store", "two_stores"]


@pytest.fixture
def of_lidl(network: ServiceClient, lidl: dict[str, Any], reported: str) -> ServiceClient:
    return network.client_of(lidl, "offers")


def test_a_line_says_who_received_what_of_which_lot_with_the_code_of_its_note(
    of_lidl: ServiceClient, shop: Reader, reported: str, network: ServiceClient
) -> None:
    own = network.get("/me").json()["organisation"]
    change = {"registration_number": " 1140000 "}
    assert network.http.patch(f"/organisations/{own['id']}", json=change, headers={"If-Match": '"1"'}).is_success
    [line] = of_lidl.get("/donations").json()["items"]
    assert (line["description"], line["kg"], line["lot"], line["service_date"]) == ("Baguettes", "20", "L-77", DAY)
    assert (line["receiver_organisation"], line["receiver_registration_number"]) == ("Newport Food Bank", "1140000")
    assert line["delivered_at"].startswith(DAY)
    assert line["delivery_note"] in whole(shop.http.get(reported).content)
    assert of_lidl.get(f"/papers/{line['delivery_note']}").json()["kind"] == "delivery_note"
    assert of_lidl.get("/donations").json()["items"] == [line]  # read again, nothing is issued anew


def test_lines_add_up_to_the_certificate_of_the_same_days_and_refused_food_is_in_neither(
    network: ServiceClient, reported: str
) -> None:
    for each in network.get("/organisations").json()["items"]:
        if each["kind"] != "supermarket":
            continue
        year = {"from": f"{DAY[:4]}-01-01", "until": f"{DAY[:4]}-12-31", "organisation_id": each["id"]}
        lines = network.get("/donations", **year).json()["items"]
        reader = Reader(network.address)
        reader.sign_in(person(network, each, "donor_staff"))
        text = whole(reader.http.get(f"/offers/certificate/year.pdf?year={DAY[:4]}&lang=en").content)
        total = sum(Decimal(line["kg"]) for line in lines)
        assert total == {"Lidl": 20, "Tesco": 10}[each["name"]]
        assert f"{total:f} kg" in text
        reader.http.close()


def test_days_are_a_range_and_the_same_lines_come_as_a_table(of_lidl: ServiceClient) -> None:
    assert of_lidl.get("/donations", **{"from": "2026-11-26"}).json()["items"] == []
    assert of_lidl.get("/donations", until="2026-11-24").json()["items"] == []
    wrong = of_lidl.get("/donations", **{"from": DAY, "until": "2026-11-01"})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "range_inverted")
    answer = of_lidl.get("/donations", format="csv")
    head, row = answer.content.decode("utf-8-sig").split()[:2]
    assert head.split(",")[3:6] == ["service_date", "delivered_at", "store"]
    assert "L-77" in answer.text
    assert row


def test_another_supermarkets_lines_are_for_the_network_alone(
    network: ServiceClient, of_lidl: ServiceClient, lidl: dict[str, Any]
) -> None:
    [tesco] = [each for each in network.get("/organisations").json()["items"] if each["name"] == "Tesco"]
    assert of_lidl.get("/donations", organisation_id=tesco["id"]).status_code == 404
    assert network.client_of(tesco, "offers").get("/donations", organisation_id=lidl["id"]).status_code == 404
    [line] = network.get("/donations", organisation_id=tesco["id"]).json()["items"]
    assert (line["description"], line["kg"]) == ("Rolls", "10")
