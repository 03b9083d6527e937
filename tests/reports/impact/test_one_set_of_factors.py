"""One set of factors: every page, paper and answer counts the same food as the network counts it, and what was issued
stays as it was."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from app.kit.clock import HandSetClock
from app.planning.run import Workshop
from app.public.figures import WORKED_OUT_AGAIN
from tests.cards.test_api import a_card
from tests.funding.conftest import a_grant, counted
from tests.issuing.test_checking import checked, code_on
from tests.public.conftest import SLUG, named, put
from tests.reports.impact.conftest import config, the_next_morning, town, workshop
from tests.reports.together.conftest import Town, driven, published
from tests.service_client import DAY, ServiceClient
from tests.web.test_pages import Reader, person

__all__ = ["config", "town", "workshop"]

MONTH = DAY[:7]
OWN = {"label": "Our survey", "value": 613, "source": "https://example.org/survey"}


@dataclass
class Readers:
    """Whoever is shown figures: the office, a store's administrator, everybody; and the grant that pays for all."""

    network: ServiceClient
    office: Reader
    shop: Reader
    nobody: ServiceClient
    grant: str

    @property
    def papers(self) -> dict[str, tuple[Reader, str]]:
        return {
            "sponsor": (self.office, f"/funding/{self.grant}/report.pdf"),
            "month": (self.shop, f"/offers/certificate.pdf?month={MONTH}"),
            "year": (self.shop, f"/offers/certificate/year.pdf?year={DAY[:4]}"),
        }

    def issued(self) -> dict[str, str]:
        """The check codes of the papers as they are made now."""
        return {name: code_on(reader.http.get(path).content) for name, (reader, path) in self.papers.items()}

    def papers_say(self, codes: dict[str, str]) -> dict[str, dict[str, Any]]:
        """What was issued under these codes."""
        return {name: checked(self.nobody, code) for name, code in codes.items()}


@pytest.fixture
def readers(network: ServiceClient, town: Town, workshop: Workshop, clock: HandSetClock) -> Iterator[Readers]:
    """One store's food of one day, driven by vans with rates that one grant pays for; a page and a card for all."""
    tesco = town.offers["Tesco"]
    kept_back = network.http.post(f"/offers/{tesco['id']}/withdraw", headers={"If-Match": f'"{tesco["version"]}"'})
    assert kept_back.is_success, kept_back.text
    for each in ("Duffryn", "Pantry"):
        [vehicle] = town.offices[each].get("/vehicles").json()["items"]
        rates = {"cost_per_km": "1.00", "cost_per_hour": "12.00", "cost_per_use": "5.00"}
        version = {"If-Match": f'"{vehicle["version"]}"'}
        assert town.offices[each].http.patch(f"/vehicles/{vehicle['id']}", json=rates, headers=version).is_success
    driven(network, clock, published(network, workshop), short="1.234")
    counted(network)
    clock.set(the_next_morning())
    grant = network.ok("/grants", a_grant(amount="100000.00"))
    put(network, "/network/public-page", named())
    network.ok("/cards", a_card())
    office, shop = Reader(network.address), Reader(network.address)
    office.sign_in(person(network, network.get("/me").json()["organisation"], "network_admin"))
    shop.sign_in(person(network, town.organisations["Lidl"], "organisation_admin"))
    with ServiceClient(network.address, None) as nobody:
        yield Readers(network, office, shop, nobody, grant["id"])
    office.http.close()
    shop.http.close()


def grams(kg: str) -> int:
    return round(float(kg) * 1000)


def say_the_same(readers: Readers, clock: HandSetClock) -> tuple[int, int]:
    """The meals and the grams of CO2e that the food avoids, which everybody is told alike."""
    clock.set(clock() + WORKED_OUT_AGAIN)  # everybody's page is a moment behind
    network = readers.network
    found = network.get("/impact", **{"from": f"{MONTH}-01", "until": f"{MONTH}-30"}).json()
    food, meals = grams(found["kg_for_people"]), found["meals"]
    co2e, driving = grams(found["kg_co2e_food"]), grams(found["kg_co2e_driving"])
    used = [{name: each[name] for name in ("use", "version", "value", "source", "kg")} for each in found["factors"]]
    assert food > 0 < driving

    everybody = readers.nobody.get(f"/public-pages/{SLUG}").json()["impact"]
    for reach in (everybody["this_month"], everybody["all_time"]):
        assert (grams(reach["kg"]), reach["meals"], grams(reach["kg_co2e"])) == (food, meals, co2e - driving)
        assert [{name: each[name] for name in used[0]} for each in reach["factors"]] == used
    card = readers.nobody.get("/public-cards/sara").json()
    assert (grams(card["kg"]), card["meals"], card["co2e_grams"]) == (food, meals, co2e - driving)
    assert network.get("/reports/day", service_date=DAY).json()["meals"] == meals

    [bought] = [each["bought"] for each in network.get("/funding").json()["grants"]]
    assert (grams(bought["kg"]), bought["meals"]) == (food, meals)
    assert [grams(each["kg_co2e"]) for each in bought["factors"] if each["use"] == "co2e"] == [co2e]
    assert bought["co2e_grams"] == pytest.approx(co2e - driving, abs=bought["routes"])  # a gram of rounding a route

    papers = readers.papers_say(readers.issued())
    said = {name: (each["counted"]["meals"], grams(each["counted"]["kg_co2e"])) for name, each in papers.items()}
    assert said == {"sponsor": (meals, bought["co2e_grams"]), "month": (meals, co2e), "year": (meals, co2e)}
    for name, paper in papers.items():
        assert (paper["kind"].partition("_")[0], paper["standing"]) == (name, "agrees")
        assert [each["source"] for each in paper["counted"]["factors"]] == [each["source"] for each in used]

    pages = [
        readers.office.http.get(f"/impact?from={MONTH}-01&until={MONTH}-30"),
        readers.office.http.get(f"/funding/{readers.grant}/report"),
        readers.office.http.get("/funding"),
        readers.office.http.get(f"/day?date={DAY}"),
        readers.shop.http.get(f"/offers/certificate?month={MONTH}"),
        readers.shop.http.get(f"/offers/certificate/year?year={DAY[:4]}"),
        readers.shop.http.get(f"/n/{SLUG}"),
        readers.shop.http.get("/c/sara"),
    ]
    [factor] = [each for each in found["factors"] if each["use"] == "meals"]
    for page in pages:
        assert page.status_code == 200, page.url
        for told in (str(meals), str(factor["value"]), factor["name"]):
            assert told in page.text, (page.url, told)
    return meals, co2e


def test_a_new_factor_counts_everywhere_from_its_day_on_and_what_was_issued_stays(
    readers: Readers, clock: HandSetClock
) -> None:
    network = readers.network
    before = say_the_same(readers, clock)
    codes = readers.issued()
    then = readers.papers_say(codes)
    network.ok("/impact/factors", {"use": "meals", "code": "own", "own": OWN})  # from today on: the day after
    assert say_the_same(readers, clock) == before
    assert readers.issued() == codes

    network.ok("/impact/factors", {"use": "meals", "code": "own", "own": OWN, "counts_from": DAY})
    network.ok("/impact/factors", {"use": "co2e", "code": "food_rescue_hero", "counts_from": DAY})
    meals, co2e = say_the_same(readers, clock)
    food = grams(network.get("/impact", **{"from": DAY, "until": DAY}).json()["kg_for_people"])
    assert (meals, co2e) == (food // 613, round(food * 510 / 1000))
    assert (meals, co2e) != before

    clock.set(clock() + timedelta(minutes=1))
    anew = readers.issued()
    assert not set(anew.values()) & set(codes.values())
    for name, paper in readers.papers_say(codes).items():
        assert paper["issued_anew_at"] is not None
        assert {**paper, "issued_anew_at": None} == then[name]
    again = readers.papers_say(anew)["month"]["counted"]["factors"]
    assert [(each["use"], each["version"], each["value"]) for each in again] == [("meals", 2, 613), ("co2e", 1, 510)]
    page = readers.shop.http.get(f"/check/{codes['month']}").text
    assert "These factors stay as they were when it was issued" in page
    assert "420 g of food per meal" in page
