"""Each receipt, certificate and route sheet as PDF: linked from its page, for those alone who may see the page."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.papers.reading import read, whole
from tests.service_client import DAY, TESCO_SPYTTY, ServiceClient
from tests.web.driver.test_signatures_page import driver, handed_over
from tests.web.test_pages import Reader, desk, lidl, person, published, shop, store

__all__ = ["desk", "driver", "lidl", "published", "shop", "store"]


@pytest.fixture
def stranger(network: ServiceClient) -> Iterator[Reader]:
    """Somebody at the desk of another supermarket of the network."""
    tesco = network.organisation("supermarket", "Tesco")
    network.site(TESCO_SPYTTY, "Tesco", organisation_id=tesco["id"])
    reader = Reader(network.address)
    reader.sign_in(person(network, tesco, "donor_staff"))
    yield reader
    reader.http.close()


def pdf_of(reader: Reader, page: str, document: str, language: str) -> str:
    """What the paper says that the page links to."""
    assert f'href="{document}"' in reader.http.get(page, params={"lang": language} if "?" not in page else None).text
    answer = reader.http.get(document)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Disposition"].startswith('inline; filename="')
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Language"] == language
    assert read(answer.content).root_object["/Lang"] == language
    assert reader.http.get(document).content == answer.content
    return whole(answer.content)


@pytest.mark.parametrize(("language", "receipt", "signed"), [("en", "Receipt", "Signed by"), ("ar", "إيصال", "الموقّع")])
def test_a_store_keeps_the_receipt_of_an_offer_and_of_one_food(
    shop: Reader, driver: Reader, network: ServiceClient, language: str, receipt: str, signed: str
) -> None:
    handed_over(driver, signed_by="Rana Haddad", strokes="[[100,200,300,250]]")
    handed_over(driver, signed_by="هدى")
    [offer] = network.get("/offers").json()["items"]
    [food] = network.get("/allocations", service_date=DAY).json()["items"]
    for page in (f"/offers/{offer['id']}/receipt", f"/allocations/{food['id']}/receipt"):
        text = pdf_of(shop, page, f"{page}.pdf", language)
        for told in (receipt, "62.5", "Newport Food Bank", f"{signed}", "Rana Haddad", "هدى"):
            assert told in text, told


def test_a_store_keeps_the_certificate_of_a_month(shop: Reader, driver: Reader) -> None:
    handed_over(driver)
    handed_over(driver)
    address = "/offers/certificate.pdf?month=2026-11"
    text = pdf_of(shop, "/offers/certificate?month=2026-11", address, "en").replace("\n", " ")
    for told in ("Surplus food of Lidl", "November 2026", "This month is not over", "about 148 meals", "WRAP 2018"):
        assert told in text


def test_a_dispatcher_keeps_the_sheet_of_a_route(
    desk: Reader, network: ServiceClient, published: dict[str, Any]
) -> None:
    plan = network.get("/plans", service_date=DAY).json()["items"][0]
    [route] = network.get(f"/plans/{plan['id']}").json()["routes"]
    for language, word in (("en", "Collect: "), ("ar", "جمع: ")):
        text = pdf_of(desk, f"/routes/{route['id']}", f"/routes/{route['id']}.pdf", language)
        assert word in text
        assert "Newport Food Bank" in text


def test_who_may_not_see_a_page_may_not_have_its_paper(
    desk: Reader, shop: Reader, stranger: Reader, driver: Reader, network: ServiceClient
) -> None:
    handed_over(driver, signed_by="At the store")
    [offer] = network.get("/offers").json()["items"]
    [food] = network.get("/allocations", service_date=DAY).json()["items"]
    plan = network.get("/plans", service_date=DAY).json()["items"][0]
    [route] = network.get(f"/plans/{plan['id']}").json()["routes"]
    pages = (f"/offers/{offer['id']}/receipt", f"/allocations/{food['id']}/receipt", f"/routes/{route['id']}")
    nobody = Reader(network.address)
    for page in (*pages, "/offers/certificate"):
        for reader in (desk, shop, stranger, nobody):
            seen, paper = reader.http.get(page), reader.http.get(f"{page}.pdf")
            assert paper.status_code == seen.status_code, page
            assert (paper.headers["Content-Type"] == "application/pdf") == (
                seen.status_code == 200 and seen.url.path == page
            )
    assert stranger.http.get(f"{pages[0]}.pdf").status_code == 404
    assert "Lidl" not in whole(stranger.http.get("/offers/certificate.pdf").content)
    assert nobody.http.get(f"{pages[1]}.pdf").url.path == "/sign-in"
    nobody.http.close()


@pytest.mark.parametrize("wrong", ["00000000-0000-4000-8000-000000000000", "not-an-id"])
@pytest.mark.parametrize("address", ["/offers/{}/receipt", "/allocations/{}/receipt", "/routes/{}"])
def test_what_is_not_there_has_no_paper(desk: Reader, address: str, wrong: str) -> None:
    page = desk.http.get(address.format(wrong))
    answer = desk.http.get(f"{address.format(wrong)}.pdf")
    assert answer.status_code == page.status_code
    assert answer.headers["Content-Type"].startswith("text/html")
