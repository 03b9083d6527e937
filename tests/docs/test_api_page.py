"""The page for a partner's programmer says what the code has: scopes, limits, addresses, and who gives which scope."""

import re

import httpx

from app.domain.permissions import Role, Scope, grantable_scopes
from app.domain.retention import RETENTION
from app.driving import photos as stop_photos
from app.kit import bulk, idempotency, paging, tables
from app.kit.live_server import LiveServer
from app.live import places
from app.main import LARGEST_BODY
from app.needs import schemas as needs
from app.offers import csv_bytes, photos
from app.offers import schemas as offers
from app.webhooks import service as webhooks
from tests.conftest import ROOT
from tests.security.api_description import api_description

PAGE = (ROOT / "docs" / "api.md").read_text()


def table(name: str) -> list[list[str]]:
    """The cells of the table behind a mark."""
    rows = PAGE.split(f"<!-- {name} -->\n")[1].split("\n\n")[0].splitlines()[2:]
    return [[cell.strip() for cell in row.strip("|").split(" | ")] for row in rows]


def test_every_scope_is_on_the_page_with_who_gives_it() -> None:
    told = {row[0].strip("`"): row[2] for row in table("scopes")}
    own = grantable_scopes(Role.ORGANISATION_ADMIN)
    assert told == {
        scope.value: f"the {'organisation' if scope in own else 'network'}'s administrator" for scope in Scope
    }


def test_the_limits_are_the_codes() -> None:
    assert {row[0]: int(row[1]) for row in table("limits")} == {
        "bytes of a body": LARGEST_BODY,
        "rows of a page (`limit`)": paging.LARGEST_PAGE,
        "rows of a table": tables.MOST_ROWS,
        "items of a bulk request": bulk.MOST_AT_ONCE,
        "lines of an offer": offers.MOST_LINES,
        "rows of a CSV file": csv_bytes.MOST_ROWS,
        "photos of an offer": photos.MOST_PHOTOS,
        "photos of a driver's report": stop_photos.MOST_PHOTOS,
        "characters of an `Idempotency-Key`": idempotency.LONGEST_KEY,
        "webhook endpoints of an organisation": webhooks.MOST_ENDPOINTS,
        "listeners to the live view, an organisation": places.PER_ORGANISATION,
    }
    assert bulk.MOST_AT_ONCE == needs.MOST_AT_ONCE == offers.MOST_OFFERS


def test_an_answer_is_kept_as_long_as_the_page_says() -> None:
    [kept] = [each.days for each in RETENTION if each.table == "idempotency_records"]
    assert f"Kept for {kept} days" in PAGE


def test_every_operation_on_the_page_is_one() -> None:
    described = {
        (method.upper(), re.sub(r"\{\w+\}", "{}", path))
        for path, operations in api_description()["paths"].items()
        for method in operations
    }
    told = {(method, re.sub(r"\{\w+\}", "{}", path)) for method, path in re.findall(r"`([A-Z]+) (/[^`]+)`", PAGE)}
    assert len(told) >= 10
    assert told - described == set()


def test_the_description_leads_to_every_page_and_pages_to_each_other(server: LiveServer) -> None:
    http = httpx.Client(base_url=server.address, timeout=60)
    listed = http.get("/docs").text
    pages = {page.stem for page in (ROOT / "docs").glob("*.md")}
    assert set(re.findall(r"\]\(/docs/(\w[\w-]*)\)", listed)) == pages
    told = api_description()["info"]["description"]
    for name in {"api", *re.findall(r"\]\(/docs/([\w-]+)\)", told)}:
        assert http.get(f"/docs/{name}").status_code == 200, name
    assert "](/docs/api)" in told
    assert http.get("/docs/api.md").text == PAGE
    http.close()
