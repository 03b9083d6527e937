"""The list of duplicate effort on its page: worked through without a script, bad input said at its field."""

import re
from collections.abc import Iterator
from types import SimpleNamespace
from typing import cast
from zoneinfo import ZoneInfo

import httpx
import pytest

from app.reports.duplicates.queries import DuplicateEffort
from app.web.reports.duplicates import Asked, DuplicatesView
from tests.reports.duplicates.conftest import Twice, config, listed, twice, workshop
from tests.service_client import DAY, ServiceClient
from tests.web.reports.test_together_page import sign_in, words

__all__ = ["config", "listed", "twice", "workshop"]
PAGE = f"/duplicate-effort?from=2026-11-01&until={DAY}"


@pytest.fixture
def browser(network: ServiceClient) -> Iterator[httpx.Client]:
    """A browser that runs no script."""
    headers = {"Accept": "text/html", "Sec-Fetch-Site": "same-origin"}
    with httpx.Client(base_url=network.address, headers=headers, timeout=60, follow_redirects=True) as opened:
        yield opened


def test_a_coordinator_works_through_the_list(network: ServiceClient, browser: httpx.Client, twice: Twice) -> None:
    sign_in(network, browser, "dispatcher")
    assert "No plan was published for these days" in browser.get(PAGE).text
    twice.published()
    page = browser.get(PAGE).text
    told = words(page)
    assert "Looked at: 0 recorded days, 1 only planned." in told
    assert "Only planned: nobody has reported these days 1 entry" in told
    assert re.search("(Duffryn and Pantry|Pantry and Duffryn) both at Tesco Spytty", told)
    assert re.search(r"Pooling saves [\d.]+ km, \d+ minutes and \d+\.\d\d GBP \.", told)
    assert "it could not be driven so; against it: what the van has to be able to do." in told
    assert "change that agreement" in told
    assert "Wednesday (1) · 2 visits, 60 kg" in told
    hidden = dict(
        re.findall(r'name="(entry|seen_until|from|until|metres)" value="([^"]*)"', page.partition("follow-up")[2])
    )
    said = browser.post("/duplicate-effort", data={**hidden, "outcome": "reason", "note": "Two hours apart"})
    assert f"until={DAY}" in str(said.url)
    told = words(said.text)
    assert "Nothing is left: all of it has been dealt with." in told
    assert "by dispatcher : There is a reason for it. Two hours apart" in told
    gone = browser.post("/duplicate-effort", data={**hidden, "entry": "same_place:x", "outcome": "later"})
    assert gone.status_code == 404


def test_what_cannot_be_asked_for_is_said_at_its_field_and_nothing_typed_is_lost(
    network: ServiceClient, browser: httpx.Client
) -> None:
    sign_in(network, browser, "dispatcher")
    for query, sentence in (
        ("from=someday", "Choose a day."),
        (f"from={DAY}&until=2026-11-01", "The last day is before the first. Swap the two."),
        (f"from=2026-01-01&until={DAY}", "At most 92 days are looked at. Choose fewer."),
        (f"until={DAY}&metres=9999", "Choose a distance from 0 to 2000 m."),
        (f"until={DAY}&metres=far", "Write whole metres, such as 300."),
    ):
        answer = browser.get(f"/duplicate-effort?{query}")
        assert answer.status_code == 422, query
        assert sentence in answer.text, query
        for typed in re.findall("=([^&]+)", query):
            assert f'value="{typed}"' in answer.text
    arabic = browser.get(f"/duplicate-effort?until={DAY}&metres=9999&lang=ar")
    assert "اختر مسافة من 0 إلى" in arabic.text


def test_a_food_bank_does_not_read_it(network: ServiceClient, browser: httpx.Client, twice: Twice) -> None:
    sign_in(network, browser, "organisation_admin", twice.banks["Duffryn"]["id"])
    assert browser.get(PAGE).status_code == 403


def test_where_pooling_saves_no_way_nothing_waits_to_be_worked_through() -> None:
    def line(kind: str, saved: int | None) -> SimpleNamespace:
        return SimpleNamespace(
            entry=SimpleNamespace(kind=kind, saved_metres=saved, recorded=True), to_work_through=True
        )

    saves, unknown, idle, little = line("nearby", 900), line("nearby", None), line("nearby", 0), line("little_food", 0)
    found = cast(DuplicateEffort, SimpleNamespace(lines=[saves, unknown, idle, little]))
    (group,) = DuplicatesView(ZoneInfo("Europe/London"), "GBP", Asked("", "", ""), found).groups
    assert list(group.lines) == [saves, unknown, little]
    assert list(group.idle) == [idle]
