"""Nobody has to know an address: what somebody may open is at most two presses from the page that they begin with."""

import html
import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.browser.test_accessibility import pages
from tests.service_client import ServiceClient
from tests.web.test_pages import Reader, person

# What is opened for one thing alone, from the page of that thing or of its day, or by a link; signing in is before all.
OF_ONE_THING = {"/day/compare", "/day/try", "/drive", "/sign-in"}
ROLES = {
    "shop": ("supermarket", "donor_staff"),
    "chain": ("supermarket", "organisation_admin"),
    "food bank": ("food_bank", "organisation_admin"),
    "city": ("public_body", "organisation_admin"),
    "dispatcher": (None, "dispatcher"),
    "administrator": (None, "network_admin"),
    "driver": ("food_bank", "driver"),
}


@pytest.fixture(params=sorted(ROLES))
def reader(request: pytest.FixtureRequest, network: ServiceClient) -> Iterator[Reader]:
    """Somebody of each kind, signed in."""
    kind, role = ROLES[request.param]
    mine: dict[str, Any] = network.organisation(kind, "Somebody") if kind else network.get("/me").json()["organisation"]
    found = Reader(network.address)
    found.sign_in(person(network, mine, role))
    yield found
    found.http.close()


def links(page: str) -> set[str]:
    """Where it leads, without what is asked there."""
    return {
        html.unescape(each).partition("?")[0].partition("#")[0]
        for each in re.findall(r'<a [^>]*?href="(/[^"]*)"', page)
    }


def test_every_page_is_two_presses_away_and_nothing_that_is_shown_is_refused(reader: Reader) -> None:
    home = reader.http.get("/")
    assert home.status_code == 200
    open_to_me = {
        each for each in pages() - OF_ONE_THING if "{" not in each and reader.http.get(each).status_code == 200
    }
    near = links(home.text)
    assert "/pages" in near
    listed = links(reader.http.get("/pages").text) & pages()
    assert {each for each in listed if reader.http.get(each).status_code != 200} == set()
    assert open_to_me - near - listed - {home.url.path} == set()


def test_a_food_bank_reads_first_what_it_does_itself_and_a_shop_what_a_shop_does(network: ServiceClient) -> None:
    firsts = []
    for kind, role in (ROLES["food bank"], ROLES["chain"]):
        reader = Reader(network.address)
        reader.sign_in(person(network, network.organisation(kind, "Somebody"), role))
        firsts.append(re.findall(r"<h2[^>]*>([^<]*)<", reader.http.get("/pages").text)[0])
        reader.http.close()
    assert firsts == ["Receive food", "Offer food"]


def test_who_only_drives_is_told_how_a_route_is_opened(network: ServiceClient) -> None:
    reader = Reader(network.address, "ar")
    reader.sign_in(person(network, network.organisation("food_bank", "Somebody"), "driver"))
    page = reader.http.get("/")
    assert page.url.path == "/pages"
    assert "يُفتح مسارك بالرابط" in page.text
    reader.http.close()
