"""Grants as pages and paper: entered without losing anything, told to each sponsor without anything of the others."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from app.kit.clock import HandSetClock
from tests.funding.conftest import a_grant, config, counted, driven_day, the_morning_after, town, workshop
from tests.issuing.test_checking import checked, code_on
from tests.papers.reading import read, whole
from tests.service_client import ServiceClient
from tests.web.test_pages import Reader, person

__all__ = ["config", "driven_day", "town", "workshop"]

FORM = {
    "key": "0b6c2f2e-0000-4000-8000-000000000001",
    "giver": "The Usk Trust",
    "amount": "١٢٠٠٫٥٠",
    "valid_from": "2026-11-01",
    "valid_until": "2027-10-31",
    "purpose": "running",
    "row_count": "2",
    "received-0-on": "2026-11-02",
    "received-0-amount": "600",
}


@pytest.fixture
def office(network: ServiceClient) -> Iterator[Reader]:
    reader = Reader(network.address)
    reader.sign_in(person(network, network.get("/me").json()["organisation"], "network_admin"))
    yield reader
    reader.http.close()


def said(text: str) -> str:
    return re.sub(r"</?bdi[^>]*>", "", text)


def test_a_grant_is_entered_once_and_what_does_not_fit_keeps_all_that_was_typed(
    network: ServiceClient, office: Reader
) -> None:
    wrong = office.http.post("/funding/new", data={**FORM, "valid_until": "2026-10-01", "note": "for winter"})
    assert wrong.status_code == 422
    for kept in ("The Usk Trust", "١٢٠٠٫٥٠", "2026-10-01", "for winter", 'value="600"', "swap the two"):
        assert kept in wrong.text, kept
    for _ in range(2):
        assert "The grant is entered." in office.http.post("/funding/new", data=FORM).text
    [grant] = network.get("/grants").json()["items"]
    assert (grant["amount"], grant["received"]) == ("1200.50", [{"on": "2026-11-02", "amount": "600.00"}])
    path = f"/funding/{grant['id']}/change"
    assert 'value="1200.50"' in office.http.get(path).text
    ended = office.http.post(path, data={**FORM, "amount": "1200.50", "version": "1", "ended_on": "2026-12-31"})
    assert "Saved." in ended.text
    assert office.http.post(path, data={**FORM, "version": "1"}).status_code == 412
    assert network.get("/grants").json()["items"][0]["ended_on"] == "2026-12-31"


def test_before_anything_is_driven_no_figure_is_made_up(network: ServiceClient, office: Reader) -> None:
    assert "No money is entered yet." in office.http.get("/funding").text
    grant = network.ok("/grants", a_grant())
    page = said(office.http.get("/funding").text)
    assert "nobody can say how long the money lasts" in page
    assert "No food moved" in page
    assert "a meal" not in page.replace("A meal costs", "")
    report = whole(office.http.get(f"/funding/{grant['id']}/report.pdf").content)
    assert "Nothing was paid with this money yet." in report


@pytest.mark.parametrize(("language", "title"), [("en", "What the money of"), ("ar", "ما الذي حققه مال")])
def test_a_sponsors_report_says_what_its_money_did_and_nothing_of_others(
    network: ServiceClient, driven_day: dict[str, Any], office: Reader, clock: HandSetClock, language: str, title: str
) -> None:
    counted(network)
    sponsor = network.organisation("sponsor", "Harbour Bank")
    own = network.ok(
        "/grants", a_grant(giver="", organisation_id=sponsor["id"], amount="10.00", valid_until="2026-12-31")
    )
    other = network.ok("/grants", a_grant(giver="Secret Council", amount="500.00"))
    reader = Reader(network.address, language)
    reader.sign_in(person(network, sponsor, "organisation_admin"))
    page = said(reader.http.get("/funding").text)
    assert "Harbour Bank" in page
    assert "Secret Council" not in page
    path = f"/funding/{own['id']}/report"
    assert title in reader.http.get(path).text
    answer = reader.http.get(f"{path}.pdf?lang={language}")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/pdf")
    assert read(answer.content).root_object["/Lang"] == language
    text = whole(answer.content)
    for told in ("Harbour Bank", "10.00 GBP", title):
        assert told in text, told
    for hidden in ("Secret Council", "Duffryn", "Pantry", "Kitchen"):
        assert hidden not in text, hidden
        assert hidden not in reader.http.get(path).text, hidden
    code = code_on(answer.content)
    for hidden_path in (f"/funding/{other['id']}", f"/funding/{other['id']}/report.pdf"):
        assert reader.http.get(hidden_path).status_code == 404
    assert reader.http.get("/funding/new").status_code == 403
    reader.http.close()
    the_morning_after(clock)
    office.sign_in(person(network, network.get("/me").json()["organisation"], "network_admin"))
    form = {**FORM, "giver": "", "amount": "11.00", "valid_until": "2026-12-31", "version": "1"}
    assert "Saved." in office.http.post(f"/funding/{own['id']}/change", data=form).text  # a partner's name is not typed
    everything = said(office.http.get("/funding").text)
    for told in ("Harbour Bank", "Secret Council", "Herfindahl", "every route is paid for until"):
        assert told in everything, told
    with ServiceClient(network.address, None) as nobody:
        found = checked(nobody, code)
    assert (found["kind"], found["sponsor"], found["standing"]) == ("sponsor_report", "Harbour Bank", "corrected")
    money = {each["name"]: (each["amount"], each["amount_now"]) for each in found["money"]}
    assert money["given"] == (1000, 1100)  # the grant was put right, and whoever has the older report is told
    newer = code_on(office.http.get(f"{path}.pdf").content)
    clock.set(clock() + timedelta(days=1))
    network.ok("/grants", a_grant(giver="", organisation_id=sponsor["id"], amount="70.00"))
    with ServiceClient(network.address, None) as nobody:
        assert checked(nobody, newer)["standing"] == "agrees"  # what comes later corrects nothing of before
