"""Shared costs as pages show them: one's own with the why for a partner, everybody's for the network, both on file."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest

from tests.papers.reading import read, whole
from tests.service_client import DAY
from tests.sharing.conftest import SharedDay, capacity, config, day, pickup_until, rates
from tests.sharing.reported import at_the_end, closed, driven, phone_of
from tests.web.test_pages import Reader, person

__all__ = ["capacity", "config", "day", "pickup_until", "rates"]

MONTH = f"/shares?month={DAY[:7]}"


def network_office(day: SharedDay) -> Reader:
    """The network's administrator at a desk, signed in now."""
    reader = Reader(day.network.address)
    reader.sign_in(person(day.network, day.network.get("/me").json()["organisation"], "network_admin"))
    return reader


def food_bank(day: SharedDay) -> Reader:
    """Somebody who administers one of the food banks, signed in now."""
    reader = Reader(day.network.address)
    reader.sign_in(person(day.network, {"id": day.ids["Duffryn Centre"]}, "organisation_admin"))
    return reader


@pytest.fixture
def office(day: SharedDay) -> Iterator[Reader]:
    reader = network_office(day)
    yield reader
    reader.http.close()


@pytest.fixture
def duffryn(day: SharedDay) -> Iterator[Reader]:
    reader = food_bank(day)
    yield reader
    reader.http.close()


def said(reader: Reader, address: str = MONTH) -> str:
    """What the page says, without what keeps names apart."""
    return re.sub(r"</?bdi[^>]*>", "", reader.http.get(address).text)


def test_before_a_day_is_shared_the_page_says_so_and_has_no_figure(day: SharedDay, office: Reader) -> None:
    page = said(office)
    assert "No day of this month is shared yet." in page
    assert "GBP" not in page


def test_the_network_reads_everybodys_shares_and_asks_for_a_day(day: SharedDay, office: Reader) -> None:
    asked = office.http.post("/shares", data={"service_date": DAY}, follow_redirects=True)
    assert "is being shared" in asked.text
    assert "is being shared" in said(office)  # whoever opens it meanwhile
    assert "being shared" not in said(office, "/shares?month=2026-09")
    day.work_out()
    page = said(office)
    shares = day.shares()
    for told in (
        "Newport Food Bank", "Duffryn Centre", "No group of food banks would pay less by itself.",
        "Pantry was brought nothing on this day and pays nothing.", f"{shares['days'][0]['cost']} GBP",
        *(f"{row['share']} GBP" for row in shares["shares"] if row["share"]),
    ):  # fmt: skip
        assert told in page, told


def test_a_partner_reads_its_own_share_with_the_why_and_nobody_elses(day: SharedDay, duffryn: Reader) -> None:
    day.work_out()
    page = said(duffryn)
    [own] = day.shares(day.banks["Duffryn Centre"])["shares"]
    for told in (f"{own['share']} GBP", f"{own['alone']} GBP", f"Duffryn Centre adds {own['adds']} GBP"):
        assert told in page, told
    assert "Pantry" not in page
    assert "Share the cost of a day now" not in page
    assert duffryn.http.post("/shares", data={"service_date": DAY}).status_code == 403


@pytest.mark.parametrize(("language", "title"), [("en", "Shared costs"), ("ar", "مشاركة التكاليف")])
def test_the_statement_is_kept_as_paper(day: SharedDay, duffryn: Reader, language: str, title: str) -> None:
    day.work_out()
    assert f'href="/shares.pdf?month={DAY[:7]}"' in duffryn.http.get(f"{MONTH}&lang={language}").text
    answer = duffryn.http.get(f"/shares.pdf?month={DAY[:7]}")
    assert answer.headers["Content-Type"] == "application/pdf"
    assert read(answer.content).root_object["/Lang"] == language
    text = whole(answer.content)
    [own] = day.shares(day.banks["Duffryn Centre"])["shares"]
    for told in (title, own["share"], own["alone"], own["own_vans"], "Duffryn Centre"):
        assert told in text, told
    assert answer.content == duffryn.http.get(f"/shares.pdf?month={DAY[:7]}").content


def test_the_statement_is_a_table_that_adds_up(day: SharedDay, office: Reader) -> None:
    day.work_out()
    answer = office.http.get(f"/shares.csv?month={DAY[:7]}")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="shared-costs-{DAY[:7]}.csv"'
    head, *rows = answer.content.decode("utf-8-sig").splitlines()
    assert head.startswith("service_date,kind,organisation_id,organisation,left_out,standing,share,alone")
    assert len(rows) == 3
    assert {row.split(",")[1] for row in rows} == {"planned"}
    assert [row.split(",")[4] for row in rows] == ["", "", "nothing_brought"]


def test_on_the_first_days_of_a_month_the_month_before_is_there_to_read(day: SharedDay) -> None:
    day.work_out()
    day.clock.set(day.clock() + timedelta(days=7))
    office = network_office(day)
    assert "November 2026" in said(office, "/shares")
    assert "No day of this month is shared yet." in said(office, "/shares?month=2026-12")
    office.http.close()


def test_a_day_as_planned_says_that_it_is_not_done(day: SharedDay, office: Reader) -> None:
    day.work_out()
    page = said(office)
    assert "As planned, not as done" in page
    assert "As recorded" not in page
    assert "Nothing is recorded of these days" in page


def test_a_recorded_day_is_shown_once_with_its_own_sum_on_the_page_and_in_the_files(
    day: SharedDay,
) -> None:
    driven(day, late=timedelta(minutes=30), part=0.9)  # a session is over by then
    office, duffryn = network_office(day), food_bank(day)
    found = day.shares()["recorded"]
    page, own = said(office), said(duffryn)
    assert "As recorded" in page
    assert "As planned, not as done" not in page
    assert "54 kg brought; 60 kg were planned." in re.sub(r"<[^>]+>", "", page)
    for told in (
        f"{found['days'][0]['cost']} GBP",
        *(f"{row['share']} GBP" for row in found["shares"] if row["share"]),
    ):
        assert told in page, told
    assert "By the books Duffryn Centre was brought 27 kg; 30 kg were planned." in own
    head, *rows = office.http.get(f"/shares.csv?month={DAY[:7]}").content.decode("utf-8-sig").splitlines()
    assert [row.split(",")[1] for row in rows] == ["recorded"] * 3
    assert head.endswith("kg,planned_kg,vans_not_reported,number")
    paper = whole(office.http.get(f"/shares.pdf?month={DAY[:7]}").content).replace("\n", " ")
    assert "As recorded" in paper
    assert "As planned, not as done" not in paper
    [code] = set(re.findall(r"[0-9A-Z]{4}(?:-[0-9A-Z]{4}){3}", paper))
    sums = {each["name"]: each["amount"] for each in day.network.get(f"/papers/{code}").json()["money"]}
    cost = found["days"][0]
    assert sums["recorded_share"] == round(100 * (float(cost["cost"]) - float(cost["network_carries"])))
    assert not [name for name in sums if not name.startswith("recorded_")]
    office.http.close()
    duffryn.http.close()


@pytest.mark.parametrize(("capacity", "pickup_until"), [("35", "08:10")])
def test_a_partly_recorded_day_says_what_is_missing(day: SharedDay) -> None:
    at_the_end(day)
    with phone_of(day, day.plan["routes"][0]) as phone:
        phone.report()
    closed(day)
    day.work_out()
    reader = network_office(day)
    page = said(reader)
    reader.http.close()
    for told in ("Partly recorded", "1 vehicle reported nothing", "1 of these days is recorded in part"):
        assert told in page, told


def test_without_anything_the_paper_says_so(day: SharedDay, office: Reader) -> None:
    text = whole(office.http.get("/shares.pdf?month=2026-10").content).replace("\n", " ")
    assert "No day of this month is shared yet." in text
    assert office.http.get("/shares?month=nonsense").status_code == 200
