"""A paper's check code: the same for the same content, found by anybody, true to the ledger of today, hard to guess."""

import hashlib
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from app.domain.check_code import RANDOM_BITS, code_of, shown
from app.domain.throttle import PAPER_CODES
from app.kit.clock import HandSetClock
from app.kit.db import Database
from app.kit.tenancy import Scope
from app.models.papers import IssuedPaper
from tests.papers.reading import whole
from tests.service_client import DAY, ServiceClient, an_event, kilograms, report, stops_of
from tests.web.test_pages import Reader, desk, lidl, published, shop, store

__all__ = ["desk", "lidl", "published", "shop", "store"]
CODE = re.compile(r"[0-9A-Z]{4}(?:-[0-9A-Z]{4}){3}")


@pytest.fixture
def driver(network: ServiceClient, published: dict[str, Any]) -> ServiceClient:
    return network.driver(published)


@pytest.fixture
def nobody(network: ServiceClient) -> Iterator[ServiceClient]:
    with ServiceClient(network.address, None) as client:
        yield client


def handed_over(driver: ServiceClient, kg: str | None = None) -> dict[str, Any]:
    """All is collected and this much delivered; the stop of the delivery."""
    pickup, drop_off, food = stops_of(driver)
    assert report(driver, an_event(pickup, "collected", kilograms(food))) == ["stored"]
    assert report(driver, an_event(drop_off, "delivered", kilograms(food, kg))) == ["stored"]
    return drop_off


def code_on(document: bytes) -> str:
    [code] = set(CODE.findall(whole(document)))
    return code


def checked(nobody: ServiceClient, code: str) -> dict[str, Any]:
    answer = nobody.get(f"/papers/{code}")
    assert answer.status_code == 200, answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    found: dict[str, Any] = answer.json()
    return found


def weights(paper: dict[str, Any]) -> dict[str, tuple[str | None, str | None]]:
    return {each["name"]: (each["kg"], each["kg_now"]) for each in paper["weights"]}


def test_every_kind_of_paper_has_a_code_of_its_own_that_anybody_checks(
    shop: Reader, desk: Reader, driver: ServiceClient, network: ServiceClient, nobody: ServiceClient
) -> None:
    drop_off = handed_over(driver)
    [offer] = network.get("/offers").json()["items"]
    [food] = network.get("/allocations", service_date=DAY).json()["items"]
    papers = {
        "delivery_note": (shop, f"/stops/{drop_off['id']}/delivery-note.pdf"),
        "offer_receipt": (shop, f"/offers/{offer['id']}/receipt.pdf"),
        "food_receipt": (shop, f"/allocations/{food['id']}/receipt.pdf"),
        "month_certificate": (shop, f"/offers/certificate.pdf?month={DAY[:7]}"),
        "year_certificate": (shop, f"/offers/certificate/year.pdf?year={DAY[:4]}"),
        "cost_statement": (desk, f"/shares.pdf?month={DAY[:7]}"),
    }
    codes = set()
    for kind, (reader, address) in papers.items():
        document = reader.http.get(address).content
        code = code_on(document)
        codes.add(code)
        found = checked(nobody, code)
        assert (found["kind"], found["code"], found["standing"]) == (kind, code, "agrees"), found
        assert found["issuer"] == "Newport"
        assert found["issued_to"] == ("Lidl" if reader is shop else "Newport Food Bank")
        assert hashlib.sha256(document).hexdigest() in found["sha256"]
        assert "A donor_staff" not in str(found)
        assert "Driver" not in str(found)
        if kind not in ("cost_statement", "food_receipt"):
            assert ("62.5", "62.5") in weights(found).values()
    assert len(codes) == len(papers)


def test_the_same_content_is_the_same_code_and_bytes_and_each_language_a_file_of_it(
    shop: Reader, driver: ServiceClient, nobody: ServiceClient
) -> None:
    drop_off = handed_over(driver)
    address = f"/stops/{drop_off['id']}/delivery-note.pdf"
    english, again = (shop.http.get(f"{address}?lang=en").content for _ in range(2))
    arabic = shop.http.get(f"{address}?lang=ar").content
    assert english == again
    assert code_on(english) == code_on(arabic)
    found = checked(nobody, code_on(english))
    assert sorted(found["sha256"]) == sorted(hashlib.sha256(each).hexdigest() for each in (english, arabic))
    assert found["issued_anew_at"] is None


def test_a_paper_whose_books_were_corrected_shows_both_figures_and_is_issued_anew(
    shop: Reader, driver: ServiceClient, nobody: ServiceClient, clock: HandSetClock
) -> None:
    drop_off = handed_over(driver, "62.5")
    address = f"/stops/{drop_off['id']}/delivery-note.pdf"
    first = code_on(shop.http.get(address).content)
    _, stop, food = stops_of(driver)
    later = stop["leave_at"]
    assert report(driver, an_event(stop, "delivered", kilograms(food, "60.001"), occurred_at=later)) == ["stored"]
    found = checked(nobody, first)
    assert found["standing"] == "corrected"
    assert weights(found)["handed_over"] == ("62.5", "60.001")
    clock.set(clock() + timedelta(minutes=1))
    second = code_on(shop.http.get(address).content)
    assert second != first
    assert checked(nobody, second)["standing"] == "agrees"
    assert checked(nobody, first)["issued_anew_at"] is not None


def test_a_wrong_code_is_not_found_and_who_tries_many_waits(nobody: ServiceClient, network: ServiceClient) -> None:
    for typed in ("nonsense", "0000-0000-0000-0001", "x" * 150):
        answer = nobody.get(f"/papers/{typed}")
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    for number in range(PAPER_CODES.address):
        assert nobody.get(f"/papers/{shown(code_of(number))}").status_code == 404
    paused = nobody.get(f"/papers/{shown(code_of(2**RANDOM_BITS - 1))}")
    assert (paused.status_code, paused.json()["code"]) == (429, "too_many_attempts")
    assert int(paused.headers["Retry-After"]) > 0


def test_whoever_tried_too_often_still_sees_a_paper_that_they_hold(
    shop: Reader, driver: ServiceClient, nobody: ServiceClient
) -> None:
    drop_off = handed_over(driver)
    code = code_on(shop.http.get(f"/stops/{drop_off['id']}/delivery-note.pdf").content)
    for number in range(PAPER_CODES.address + 1):
        nobody.get(f"/papers/{shown(code_of(number))}")
    assert checked(nobody, code)["standing"] == "agrees"


def test_a_code_opens_its_own_row_alone_and_no_name_of_a_person_is_kept(
    shop: Reader, driver: ServiceClient, network: ServiceClient, database: Database
) -> None:
    drop_off = handed_over(driver)
    shop.http.get(f"/stops/{drop_off['id']}/delivery-note.pdf")
    shop.http.get(f"/offers/certificate.pdf?month={DAY[:7]}")
    with database.transaction(Scope(network=network.network_id())) as session:
        first, second = session.query(IssuedPaper).order_by(IssuedPaper.kind).all()
        digest, facts = first.code_sha256, str([first.facts, second.facts])
    assert "Driver" not in facts
    with database.transaction(Scope(credential=digest)) as session:
        assert [row.kind for row in session.query(IssuedPaper)] == ["delivery_note"]
