"""Shared costs as pages show them: one's own with the why for a partner, everybody's for the network, both on file."""

import re
from collections.abc import Iterator

import pytest

from tests.papers.reading import read, whole
from tests.service_client import DAY
from tests.sharing.conftest import SharedDay, config, day, rates
from tests.web.test_pages import Reader, person

__all__ = ["config", "day", "rates"]

MONTH = f"/shares?month={DAY[:7]}"


@pytest.fixture
def office(day: SharedDay) -> Iterator[Reader]:
    """The network's administrator at a desk."""
    reader = Reader(day.network.address)
    own = day.network.get("/me").json()["organisation"]
    reader.sign_in(person(day.network, own, "network_admin"))
    yield reader
    reader.http.close()


@pytest.fixture
def duffryn(day: SharedDay) -> Iterator[Reader]:
    """Somebody who administers one of the food banks."""
    reader = Reader(day.network.address)
    reader.sign_in(person(day.network, {"id": day.ids["Duffryn Centre"]}, "organisation_admin"))
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
    assert head.startswith("service_date,organisation_id,organisation,left_out,standing,share,alone")
    assert len(rows) == 3
    assert [row.split(",")[3] for row in rows] == ["", "", "nothing_brought"]


def test_without_anything_the_paper_says_so(day: SharedDay, office: Reader) -> None:
    text = whole(office.http.get("/shares.pdf?month=2026-10").content).replace("\n", " ")
    assert "No day of this month is shared yet." in text
    assert office.http.get("/shares?month=nonsense").status_code == 200
