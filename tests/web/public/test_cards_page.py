"""A card as a page: for everybody, without cookies, good when shared, within other sites by one address alone."""

import re
from collections.abc import Iterator
from io import BytesIO

import httpx
import pytest
from PIL import Image

from tests.cards.test_api import a_card
from tests.public.conftest import config, page, partners
from tests.service_client import NO_CERTIFICATES, ServiceClient
from tests.web.test_pages import Reader, person

__all__ = ["config", "page", "partners"]
WROTE = {"wish": "drive", "name": "Nadia", "contact": "nadia@example.org", "organisation": "", "message": "On Fridays"}


@pytest.fixture
def anybody(network: ServiceClient) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=network.address, timeout=60, verify=NO_CERTIFICATES) as http:
        yield http


@pytest.fixture
def office(network: ServiceClient) -> Iterator[Reader]:
    reader = Reader(network.address)
    reader.sign_in(person(network, network.get("/me").json()["organisation"], "network_admin"))
    yield reader
    reader.http.close()


@pytest.fixture
def card(network: ServiceClient) -> dict[str, str]:
    return network.ok("/cards", a_card())


def test_a_card_is_made_written_through_and_answered(office: Reader, anybody: httpx.Client) -> None:
    form = {**a_card(sentence_ar="كل رغيف يصل"), "consent": "on", "is_on": "on"}
    wrong = office.http.post("/cards/new", data={**form, "slug": "Not One"})
    assert (wrong.status_code, 'value="Not One"' in wrong.text, "كل رغيف يصل" in wrong.text) == (422, True, True)
    assert "pass its address on" in office.http.post("/cards/new", data=form).text
    kept = anybody.post("/c/sara", data={**WROTE, "contact": "x"})
    assert (kept.status_code, "On Fridays" in kept.text, "Not sent yet" in kept.text) == (422, True, True)
    assert anybody.post("/c/sara", data={**WROTE, "website": "https://spam.example"}).status_code == 303
    sent = anybody.post("/c/sara?lang=ar", data=WROTE)
    assert (sent.status_code, sent.headers["Location"]) == (303, "/c/sara?thanks=1&lang=ar")
    assert "شكرًا لكم" in anybody.get(sent.headers["Location"]).text
    waiting = office.http.get("/cards").text
    assert waiting.count("nadia@example.org") == 1  # what a program filled in was not taken
    [accept] = re.findall(r'action="(/cards/enquiries/[^"]*/accept)"', waiting)
    assert "counted for the card" in office.http.post(accept).text
    assert "<dt>Drive</dt><dd>1</dd>" in anybody.get("/c/sara").text


def test_a_card_sets_no_cookie_and_only_its_small_form_goes_into_frames(
    card: dict[str, str], anybody: httpx.Client
) -> None:
    for path, ancestors in (("/c/sara?lang=ar", "'none'"), ("/c/sara/embed?lang=ar", "*"), ("/sign-in", "'none'")):
        answer = anybody.get(path)
        assert answer.status_code == 200
        assert f"frame-ancestors {ancestors}" in answer.headers["Content-Security-Policy"]
        assert "Set-Cookie" not in answer.headers or path == "/sign-in"
        assert "X-Frame-Options" not in answer.headers
    small = anybody.get("/c/sara/embed").text
    assert "<form" not in small
    assert "<script" not in small
    assert 'target="_blank" rel="noopener"' in small
    assert anybody.get("/c/other").status_code == 404
    tagged = anybody.get("/c/sara")
    assert anybody.get("/c/sara", headers={"If-None-Match": tagged.headers["ETag"]}).status_code == 304


@pytest.mark.parametrize("path", ["/c/sara", "/n/newport-food"])
@pytest.mark.parametrize("language", ["en", "ar"])
def test_what_is_shared_has_a_title_a_sentence_and_a_picture_in_the_language_of_its_address(
    network: ServiceClient, card: dict[str, str], page: dict[str, str], anybody: httpx.Client, path: str, language: str
) -> None:
    shared = anybody.get(f"{path}?lang={language}").text
    found = dict(re.findall(r'<meta (?:property|name)="([a-z:]+)" content="([^"]*)"', shared))
    for name in ("og:title", "og:description", "twitter:title", "twitter:description", "og:image:alt"):
        assert found[name]
    assert found["twitter:card"] == "summary_large_image"
    assert found["og:image"] == found["twitter:image"] == f"{network.address}{path}/picture.png?lang={language}"
    picture = anybody.get(found["og:image"])
    assert (picture.headers["Content-Type"], "Set-Cookie" in picture.headers) == ("image/png", False)
    assert picture.headers["Content-Language"] == language
    assert Image.open(BytesIO(picture.content)).size == (1200, 630)
    other = {"en": "ar", "ar": "en"}[language]
    assert picture.content != anybody.get(f"{path}/picture.png?lang={other}").content
