"""The pages over real HTTP, without a script: what is typed is kept, what is pressed twice happens once."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from app.kit.clock import HandSetClock
from app.web.driver import drive
from tests.planned_here import worker_solves_here
from tests.service_client import (
    DAY,
    FOOD_BANK,
    LIDL_CARDIFF_ROAD,
    NO_CERTIFICATES,
    ServiceClient,
    a_line,
    a_need,
    an_offer,
)

PASSWORD = "a long enough password"
HOSTILE = '<script>alert("store")</script>'


class Reader:
    """Somebody with a browser that runs no script."""

    def __init__(self, address: str, language: str = "en") -> None:
        headers = {"Accept": "text/html", "Accept-Language": language, "Sec-Fetch-Site": "same-origin"}
        self.http = httpx.Client(
            base_url=address, headers=headers, timeout=60, follow_redirects=True, verify=NO_CERTIFICATES
        )

    def sign_in(self, email: str, password: str = PASSWORD) -> httpx.Response:
        return self.http.post("/sign-in", data={"email": email, "password": password, "next": "/"})


def person(network: ServiceClient, organisation: dict[str, Any], role: str, **fields: Any) -> str:
    """Somebody who signs in with the address that is returned."""
    email = f"{role}-{uuid4().hex}@example.org"
    body = {"name": f"A {role}", "email": email, "role": role, "password": PASSWORD, **fields}
    network.ok(f"/organisations/{organisation['id']}/people", body)
    return email


@pytest.fixture
def lidl(network: ServiceClient) -> dict[str, Any]:
    return network.organisation("supermarket", "Lidl")


@pytest.fixture
def store(network: ServiceClient, lidl: dict[str, Any]) -> dict[str, Any]:
    return network.site(LIDL_CARDIFF_ROAD, HOSTILE, organisation_id=lidl["id"])


@pytest.fixture
def shop(network: ServiceClient, lidl: dict[str, Any], store: dict[str, Any]) -> Iterator[Reader]:
    """A shop assistant, signed in."""
    reader = Reader(network.address)
    reader.sign_in(person(network, lidl, "donor_staff", site_id=store["id"]))
    yield reader
    reader.http.close()


@pytest.fixture
def desk(network: ServiceClient) -> Iterator[Reader]:
    """The dispatcher, signed in."""
    reader = Reader(network.address)
    reader.sign_in(person(network, network.get("/me").json()["organisation"], "dispatcher"))
    yield reader
    reader.http.close()


@pytest.fixture
def published(network: ServiceClient, store: dict[str, Any]) -> dict[str, Any]:
    """The shift of a published day: one store, one food bank, 62.5 kg of bread."""
    bank = network.site(FOOD_BANK, "Newport Food Bank", kind="distribution_point")
    network.ok("/needs", a_need(bank, kg="100"))
    network.ok("/offers", an_offer(store, a_line(kg="62.5")))
    shift = network.vehicle_and_shift(bank)
    with worker_solves_here():
        network.published(network.planned())
    return shift


def shown(page: str) -> str:
    """The page without what waits in it for a script."""
    return re.sub(r"<template.*?</template>", "", page, flags=re.DOTALL)


def filled_in(page: str, **fields: str) -> dict[str, str]:
    """What a browser sends from the offer form as it stands, with the fields that a person fills."""
    found = {}
    for tag in re.findall(r"<input [^>]*>", shown(page)):
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and ('type="radio"' not in tag or " checked" in tag) and "checkbox" not in tag:
            found[name[1]] = value[1] if value else ""
    selected = re.search(r'<option value="([^"]*)" selected', page)
    return {**found, "site_id": selected[1] if selected else "", **fields}


BREAD = {"line-0-category": "bread_and_bakery", "line-0-description": "Loaves", "line-0-kg": "١٢٫٥"}


def test_nobody_in_particular_is_asked_to_sign_in_and_comes_back(network: ServiceClient, lidl: dict[str, Any]) -> None:
    with httpx.Client(timeout=60, base_url=network.address, headers={"Accept": "text/html"}) as http:
        answer = http.get("/offers/new")
        assert (answer.status_code, answer.headers["Location"]) == (303, "/sign-in?next=%2Foffers%2Fnew")


def test_a_wrong_password_keeps_the_address_and_says_so(network: ServiceClient, lidl: dict[str, Any]) -> None:
    reader = Reader(network.address, "ar")
    answer = reader.sign_in("somebody@example.org", "not the password")
    assert answer.status_code == 401
    assert 'value="somebody@example.org"' in answer.text
    assert "البريد الإلكتروني وكلمة المرور لا يتطابقان" in answer.text
    reader.http.close()


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "/\\evil.example"])
def test_signing_in_leads_nowhere_else(network: ServiceClient, lidl: dict[str, Any], elsewhere: str) -> None:
    email = person(network, lidl, "organisation_admin")
    with httpx.Client(timeout=60, base_url=network.address, headers={"Sec-Fetch-Site": "same-origin"}) as http:
        answer = http.post("/sign-in", data={"email": email, "password": PASSWORD, "next": elsewhere})
        assert answer.headers["Location"] == "/"


def test_a_page_is_guarded_against_scripts_and_frames(shop: Reader) -> None:
    answer = shop.http.get("/offers/new")
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert not re.search(r"<script(?![^>]*src=)|\son[a-z]+=|\sstyle=", answer.text)


def test_a_store_called_script_is_a_name_and_nothing_more(shop: Reader, published: dict[str, Any]) -> None:
    for path in ("/offers/new", "/offers"):
        page = shop.http.get(path).text
        assert "&lt;script&gt;alert(" in page
        assert HOSTILE not in page


def test_the_form_knows_the_store_and_proposes_a_window(shop: Reader, store: dict[str, Any]) -> None:
    sent = filled_in(shop.http.get("/offers/new").text)
    assert sent["site_id"] == store["id"]
    assert (sent["day"], sent["pickup_from"], sent["pickup_until"]) == (DAY, "06:00", "09:00")


def test_surplus_is_posted_and_shows_what_happens_next(shop: Reader, network: ServiceClient) -> None:
    answer = shop.http.post("/offers/new", data=filled_in(shop.http.get("/offers/new").text, **BREAD))
    assert answer.url.path == "/offers"
    assert "Posted. As soon as the day is planned" in answer.text
    assert [o["lines"][0]["kg"] for o in network.get("/offers").json()["items"]] == ["12.5"]


def test_pressed_twice_is_posted_once(shop: Reader, network: ServiceClient) -> None:
    sent = filled_in(shop.http.get("/offers/new").text, **BREAD)
    assert shop.http.post("/offers/new", data=sent).status_code == 200
    assert shop.http.post("/offers/new", data=sent).status_code == 200
    assert len(network.get("/offers").json()["items"]) == 1


def test_what_does_not_fit_is_said_at_the_field_and_nothing_typed_is_lost(shop: Reader, network: ServiceClient) -> None:
    typed = {
        **BREAD,
        "line-0-kg": "a lot",
        "line-0-description": 'Loaves "today"',
        "line-0-date_mark": "use_by",
        "line-0-mark_date": "2026-11-20",
        "note": "Ring twice",
    }
    answer = shop.http.post("/offers/new", data=filled_in(shop.http.get("/offers/new").text, **typed))
    assert answer.status_code == 422
    assert "Write the weight in kilograms as a number, such as 12.5." in answer.text
    for kept in ('value="a lot"', "Loaves &#34;today&#34;", 'value="2026-11-20"', 'value="Ring twice"'):
        assert kept in answer.text
    assert re.search(r'name="line-0-category" value="bread_and_bakery" checked', answer.text)
    assert network.get("/offers").json()["items"] == []


def test_food_safety_refuses_in_the_readers_language(shop: Reader) -> None:
    typed = {**BREAD, "line-0-date_mark": "use_by", "line-0-mark_date": "2026-11-20"}
    sent = filled_in(shop.http.get("/offers/new").text, **typed)
    english = shop.http.post("/offers/new", data=sent)
    assert "The use-by date 20 November 2026 has passed." in english.text
    arabic = shop.http.post("/offers/new?lang=ar", data=sent)
    assert "لا يجوز التبرّع بهذا الطعام" in arabic.text
    assert '<html lang="ar" dir="rtl">' in arabic.text


def test_another_line_is_added_without_a_script(shop: Reader, network: ServiceClient) -> None:
    page = shop.http.get("/offers/new").text
    for number in (1, 2):
        page = shop.http.post("/offers/new", data={**filled_in(page, **BREAD), "add_line": "1"}).text
        assert f'name="line-{number}-kg"' in page
        assert 'value="Loaves"' in page
    assert network.get("/offers").json()["items"] == []


def test_the_store_sees_when_the_van_comes_and_who_gets_the_food(shop: Reader, published: dict[str, Any]) -> None:
    page = shop.http.get("/offers").text
    assert "<bdi>Newport Food Bank</bdi>" in page
    assert re.search(r"expected at about <bdi>\d\d:\d\d</bdi>", page)


def test_the_day_shows_plan_reasons_and_that_it_is_invented(desk: Reader, published: dict[str, Any]) -> None:
    page = desk.http.get(f"/day?date={DAY}").text
    assert "invented" in page
    assert "&lt;script&gt;alert(" in page
    assert HOSTILE not in page
    assert "Published" in page


@pytest.mark.parametrize("wished", ["", "?date=", "?date=tomorrow", "?date=2026-13-40", "?date=2030-01-01"])
def test_a_day_without_anything_is_a_designed_page(desk: Reader, wished: str) -> None:
    answer = desk.http.get(f"/day{wished}")
    assert answer.status_code == 200
    assert "Nothing is offered for this day yet." in answer.text


def test_a_shop_assistant_does_not_see_the_dispatchers_day(shop: Reader) -> None:
    answer = shop.http.get("/day")
    assert answer.status_code == 403
    assert "text/html" in answer.headers["Content-Type"]


def test_the_day_is_planned_and_published_by_buttons(
    desk: Reader, network: ServiceClient, store: dict[str, Any]
) -> None:
    bank = network.site(FOOD_BANK, "Newport Food Bank", kind="distribution_point")
    network.ok("/needs", a_need(bank))
    network.ok("/offers", an_offer(store))
    network.vehicle_and_shift(bank)
    assert desk.http.post("/day/plan", data={"day": DAY}).status_code == 200
    plan = network.planned()
    sent = {"day": DAY, "plan_id": plan["id"], "version": str(plan["version"])}
    assert "Published" in desk.http.post("/day/publish", data=sent).text
    again = desk.http.post("/day/publish", data=sent)
    assert again.status_code in (409, 412)


def test_a_form_of_another_site_does_nothing(desk: Reader, network: ServiceClient) -> None:
    answer = desk.http.post("/day/plan", data={"day": DAY}, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.url.path == "/sign-in"
    assert network.get("/plans").json()["items"] == []


def test_a_page_that_is_not_there_is_a_page_and_an_address_of_the_api_a_document(desk: Reader) -> None:
    assert "text/html" in desk.http.get("/nowhere").headers["Content-Type"]
    assert desk.http.get("/api/v1/nowhere").headers["Content-Type"] == "application/problem+json"


def test_an_address_that_names_nothing_says_so_in_one_sentence(desk: Reader) -> None:
    answer = desk.http.get("/fleet/shifts/this-one")
    assert answer.status_code == 404
    assert answer.text.count("There is no such") == 1


def test_what_a_form_lacks_is_said_once(desk: Reader) -> None:
    answer = desk.http.post("/day/publish", data={})
    said = re.findall(r"<(?:p|li)>([^<]+)</", answer.text)
    assert answer.status_code == 422
    assert said.count("This field is missing.") == 1


def test_one_route_is_printed_with_its_files(desk: Reader, network: ServiceClient, published: dict[str, Any]) -> None:
    plan = network.get("/plans", service_date=DAY).json()["items"][0]
    route = network.get(f"/plans/{plan['id']}").json()["routes"][0]
    page = desk.http.get(f"/routes/{route['id']}").text
    for end in ("gpx", "geojson"):
        link = f"/api/v1/routes/{route['id']}/file.{end}"
        assert link in page
        assert desk.http.get(link).status_code == 200
    assert desk.http.get(f"/routes/{uuid4()}").status_code == 404
    assert desk.http.get("/routes/not-an-id").headers["Content-Type"].startswith("text/html")


@pytest.fixture
def phone(network: ServiceClient, published: dict[str, Any]) -> Iterator[Reader]:
    """The driver's phone, its link opened."""
    reader = Reader(network.address)
    token = network.ok(f"/shifts/{published['id']}/driver-links")["token"]
    assert reader.http.get(f"/drive/{token}").status_code == 200
    assert not reader.http.cookies
    reader.http.post(f"/drive/{token}")
    yield reader
    reader.http.close()


def balance(network: ServiceClient) -> dict[str, str]:
    found: dict[str, str] = network.get("/reports/day", service_date=DAY).json()["actuals"]
    return {name: kg for name, kg in found.items() if kg != "0"}


def test_the_link_is_opened_by_a_press_and_then_kept_as_a_cookie(phone: Reader) -> None:
    page = phone.http.get("/drive").text
    assert "Next: collect" in page
    assert "geo:" in page
    assert "wasl_drive_" not in page


def test_the_drivers_page_comes_compressed_where_it_says_nothing_of_the_request(phone: Reader) -> None:
    plain = phone.http.get("/drive", headers={"Accept-Encoding": "identity"})
    assert "Content-Encoding" not in plain.headers
    thin = phone.http.get("/drive")
    assert (thin.headers["Content-Encoding"], thin.headers["Vary"]) == ("gzip", "Accept-Encoding")
    assert thin.num_bytes_downloaded < plain.num_bytes_downloaded / 2
    assert "Next: collect" in thin.text
    assert (
        "Content-Encoding" not in phone.http.get("/drive?guess=Tesco").headers
    )  # it links to itself in the other language


def test_a_link_that_was_replaced_says_so_in_words(network: ServiceClient, published: dict[str, Any]) -> None:
    reader = Reader(network.address)
    old = network.ok(f"/shifts/{published['id']}/driver-links")["token"]
    network.ok(f"/shifts/{published['id']}/driver-links")
    answer = reader.http.post(f"/drive/{old}")
    assert answer.status_code == 401
    assert "text/html" in answer.headers["Content-Type"]
    reader.http.close()


def test_collected_and_delivered_by_buttons_alone(phone: Reader, network: ServiceClient) -> None:
    page = phone.http.get("/drive").text
    sent = filled_in(page)
    assert "62.5" in sent.values()  # to the gram, though people read 63 kg
    page = phone.http.post("/drive", data={**sent, "kind": "collected"}).text
    on_board = {"kg_offered": "62.5", "kg_collected": "62.5", "kg_still_open": "62.5"}
    assert balance(network) == on_board
    assert "Next: deliver" in page
    page = phone.http.post("/drive", data={**filled_in(page), "kind": "delivered"}).text
    assert balance(network) == {"kg_offered": "62.5", "kg_collected": "62.5", "kg_delivered": "62.5"}
    assert "All stops are done" in shown(page)


def test_a_double_tap_is_one_report_though_a_second_passed(phone: Reader, network: ServiceClient, clock: Any) -> None:
    from datetime import timedelta

    sent = {**filled_in(phone.http.get("/drive").text), "kind": "collected"}
    assert phone.http.post("/drive", data=sent).status_code == 200
    clock.set(clock() + timedelta(seconds=2))
    assert phone.http.post("/drive", data=sent).status_code == 200
    assert balance(network)["kg_collected"] == "62.5"


def test_a_phone_that_kept_a_report_says_when_it_was_made_and_hears_that_it_is_stored(
    phone: Reader, network: ServiceClient, clock: HandSetClock
) -> None:
    sent = {**filled_in(phone.http.get("/drive").text), "kind": "collected", "occurred_at": "2026-11-25T05:50:00Z"}
    as_program = {"Accept": "application/json"}
    first, again = (phone.http.post("/drive", data=sent, headers=as_program) for _ in range(2))
    assert first.json() == {"status": "stored", "recorded_at": clock().isoformat()}
    assert again.json()["status"] == "already_stored"
    page = phone.http.get("/drive").text
    assert f'data-read-at="{clock().isoformat()}"' in page
    other = {**sent, next(each for each in sent if each.startswith("kg-")): "1"}
    conflict = phone.http.post("/drive", data=other, headers=as_program)
    assert (conflict.status_code, conflict.json()["code"]) == (409, "conflicting_report")
    elsewhere = phone.http.post("/drive", data={**sent, "shift": str(uuid4())}, headers=as_program)
    assert (elsewhere.status_code, elsewhere.json()["code"]) == (401, "not_signed_in")
    wrong = phone.http.post("/drive", data={**sent, "occurred_at": "noon"}, headers=as_program)
    assert (wrong.status_code, wrong.json()["code"]) == (422, "invalid_request")


def test_the_phone_keeps_what_its_page_needs_and_keeps_it_anew_when_that_has_changed(
    phone: Reader, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    worker = phone.http.get("/drive-worker.js")
    assert worker.headers["Content-Type"].startswith("text/javascript")
    kept = json.loads(re.search(r"JSON\.parse\('(.*)'\)", worker.text)[1])  # type: ignore[index]
    page = phone.http.get("/drive").text
    files = [phone.http.get(path) for path in kept]
    assert all(file.status_code == 200 for file in files)
    # What the page and its scripts name is kept, but for the map.
    named = set(re.findall(r'(?:href|src)="(/static/[^"]+)"', page))
    for file in files:
        named |= set(re.findall(r'^import .*"(/static/[^"]+)"', file.text, re.MULTILINE))
    assert named == set(kept)
    for name in drive.KEPT:
        (tmp_path / name).write_bytes((drive.STATIC / name).read_bytes())
    (tmp_path / "drive-worker.js").write_bytes((drive.STATIC / "drive-worker.js").read_bytes())
    (tmp_path / "wasl.css").write_text("body { color: red; }")
    monkeypatch.setattr(drive, "STATIC", tmp_path)
    drive.worker_script.cache_clear()
    assert phone.http.get("/drive-worker.js").text != worker.text
    drive.worker_script.cache_clear()


def test_the_route_can_be_put_among_the_phones_applications(phone: Reader) -> None:
    told = phone.http.get("/drive.webmanifest", headers={"Accept-Language": "ar"}).json()
    assert (told["start_url"], told["scope"], told["display"]) == ("/drive", "/drive", "standalone")
    assert (told["lang"], told["dir"]) == ("ar", "rtl")
    assert phone.http.get(told["icons"][0]["src"]).status_code == 200


def test_a_van_that_is_full_leaves_the_rest_on_offer(phone: Reader, network: ServiceClient) -> None:
    sent = filled_in(phone.http.get("/drive").text)
    name = next(each for each in sent if each.startswith("kg-"))
    phone.http.post("/drive", data={**sent, name: "٤٠", "kind": "problem-pickup", "reason": "van_full"})
    assert balance(network) == {"kg_offered": "62.5", "kg_collected": "40", "kg_still_open": "62.5"}


def test_a_closed_store_is_reported_and_the_next_stop_follows(phone: Reader, network: ServiceClient) -> None:
    sent = filled_in(phone.http.get("/drive").text)
    page = phone.http.post("/drive", data={**sent, "kind": "problem-pickup", "reason": "closed"}).text
    assert "Not possible" in page
    assert "kg_collected" not in balance(network)
    assert "Next: collect" not in shown(page)


def test_a_problem_without_a_reason_asks_for_one(phone: Reader) -> None:
    sent = filled_in(phone.http.get("/drive").text)
    answer = phone.http.post("/drive", data={**sent, "kind": "problem-pickup"})
    assert answer.status_code == 422
    assert "text/html" in answer.headers["Content-Type"]


def test_a_weight_that_is_none_is_refused_with_a_sentence(phone: Reader, network: ServiceClient) -> None:
    sent = filled_in(phone.http.get("/drive").text)
    name = next(each for each in sent if each.startswith("kg-"))
    answer = phone.http.post("/drive", data={**sent, name: "lots", "kind": "collected"})
    assert answer.status_code == 422
    assert "Write the weight in kilograms" in answer.text
    assert balance(network).get("kg_collected") is None


def test_a_report_that_was_kept_beyond_the_shift_is_stored_and_the_page_says_so(
    phone: Reader, network: ServiceClient, published: dict[str, Any], clock: Any
) -> None:
    from datetime import datetime, timedelta

    kept = filled_in(phone.http.get("/drive").text)
    clock.set(datetime.fromisoformat(published["ends_at"]) + timedelta(hours=3))
    closed = phone.http.get("/drive")
    assert (closed.status_code, "ended with its shift" in closed.text) == (401, True)
    answer = phone.http.post("/drive", data={**kept, "kind": "collected"})
    assert (answer.status_code, "Your report is stored" in answer.text) == (200, True)
    assert balance(network)["kg_collected"] == "62.5"
