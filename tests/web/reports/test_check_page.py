"""Anybody checks a paper by its code: without signing in, without cookies, in both languages, without a script."""

from collections.abc import Iterator

import httpx
import pytest

from app.domain.check_code import code_of, shown
from app.domain.throttle import PAPER_CODES
from app.web.reports.check import NO_CODE, UNKNOWN
from tests.issuing.test_checking import code_on, driver, handed_over
from tests.service_client import DAY, ServiceClient, an_event, kilograms, report, stops_of
from tests.web.store.test_offers_page import words
from tests.web.test_pages import Reader, desk, lidl, published, shop, store

__all__ = ["desk", "driver", "lidl", "published", "shop", "store"]


@pytest.fixture
def anybody(network: ServiceClient) -> Iterator[httpx.Client]:
    headers = {"Accept": "text/html", "Accept-Language": "en"}
    with httpx.Client(base_url=network.address, headers=headers, follow_redirects=True) as client:
        yield client
    assert not client.cookies


@pytest.fixture
def note(shop: Reader, driver: ServiceClient) -> bytes:
    """The store's delivery note of 62.5 kg."""
    drop_off = handed_over(driver)
    document: bytes = shop.http.get(f"/stops/{drop_off['id']}/delivery-note.pdf").content
    return document


def test_a_code_is_typed_and_what_was_issued_is_read(anybody: httpx.Client, note: bytes) -> None:
    form = anybody.get("/check")
    assert form.status_code == 200
    page = anybody.get("/check", params={"code": f" {code_on(note).lower().replace('-', ' ')} "})
    assert page.url.path == f"/check/{code_on(note)}"
    text = words(page.text)
    for told in (
        "Delivery note",
        "still agrees with the books to the gram",
        "Newport",
        "Lidl",
        "Newport Food Bank",
        "62.5",
    ):
        assert told in text, told
    assert "Driver" not in text
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert page.headers["X-Robots-Tag"] == "noindex"
    arabic = anybody.get("/check", params={"code": code_on(note), "lang": "ar"})
    assert 'dir="rtl"' in arabic.text
    assert "ما زالت تطابق الدفاتر" in arabic.text
    assert f'action="/check/{code_on(note)}?lang=ar"' in arabic.text


def test_a_wrong_code_is_one_sentence_at_its_field_and_stays_typed(anybody: httpx.Client, note: bytes) -> None:
    for typed, told in (("ABC", NO_CODE), (shown(code_of(7)), UNKNOWN)):
        page = anybody.get("/check", params={"code": typed})
        assert page.status_code == 404
        assert told in words(page.text)
        assert f'value="{typed}"' in page.text
    for number in range(PAPER_CODES.address):
        anybody.get(f"/check/{shown(code_of(number))}")
    assert anybody.get(f"/check/{shown(code_of(99))}").status_code == 429
    assert anybody.get(f"/check/{code_on(note)}").status_code == 200


def test_a_file_is_compared_without_a_script_and_a_changed_one_is_told(anybody: httpx.Client, note: bytes) -> None:
    address = f"/check/{code_on(note)}"

    def sent(content: bytes) -> str:
        return words(anybody.post(address, files={"file": ("note.pdf", content, "application/pdf")}).text)

    assert "Yes: this file is as it was issued." in sent(note)
    assert "No: this file is not one that was issued under this code." in sent(note.replace(b"%PDF-1.", b"%PDF-2.", 1))
    assert "Choose the file first." in sent(b"")
    assert "Choose the file first." in words(anybody.post(address).text)


def test_a_correction_shows_both_figures_and_a_certificate_of_a_month_that_goes_on_says_so(
    anybody: httpx.Client, note: bytes, shop: Reader, driver: ServiceClient
) -> None:
    month = code_on(shop.http.get(f"/offers/certificate.pdf?month={DAY[:7]}").content)
    _, stop, food = stops_of(driver)
    later = an_event(stop, "delivered", kilograms(food, "60"), occurred_at=stop["leave_at"])
    assert report(driver, later) == ["stored"]
    corrected = words(anybody.get(f"/check/{code_on(note)}").text)
    for told in ("The books were corrected since", "62.5 kg", "60 kg"):
        assert told in corrected, told
    assert "More has been written in the books since." in words(anybody.get(f"/check/{month}").text)


def test_the_networks_own_page_leads_there(anybody: httpx.Client, network: ServiceClient) -> None:
    page = {"is_on": True, "slug": "newport", "name_en": "Newport"}
    assert network.http.put("/network/public-page", json=page).is_success
    assert 'href="/check"' in anybody.get("/n/newport").text
    assert 'href="/check?lang=ar"' in anybody.get("/n/newport?lang=ar").text
