"""A file of offers on its page: looked at first, every misfit at its row, then posted as it was looked at, once."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser

from app import main
from app.settings import Settings
from app.web.store import csv_upload
from tests.browser.visit import DESK, PHONE, Visit
from tests.service_client import TESCO_SPYTTY, ServiceClient
from tests.web.desk.test_ahead_pages import words
from tests.web.test_pages import HOSTILE, Reader, lidl, person, shop, store

__all__ = ["lidl", "shop", "store"]
PAGE = "/offers/csv"
HEADER = "day,pickup_from,pickup_until,category,description,kg,crates"
GOOD = f"""{HEADER}
2026-11-26,08:00,12:00,bread_and_bakery,"Loaves, sliced",12.5,3
2026-11-26,08:00,12:00,fruit_and_vegetables,Äpfel & <b>pears</b>,7,1
2026-11-27,09:00,11:00,drinks,Juice,20,
"""
BAD = f"""{HEADER}
2026-11-26,08:00,12:00,bread_and_bakery,Loaves,a lot,3
2026-11-26,08:00,12:00,drinks,Juice,20,1
2026-11-26,08:00,12:00,stones,Pebbles,2,1
"""


@pytest.fixture
def config(tmp_path: Path) -> Settings:
    return Settings(data_folder=tmp_path, worker="off", request_log="off")


@pytest.fixture
def stranger(network: ServiceClient) -> Iterator[Reader]:
    """A shop assistant of another chain."""
    tesco = network.organisation("supermarket", "Tesco")
    site = network.site(TESCO_SPYTTY, "Tesco, Spytty", organisation_id=tesco["id"])
    reader = Reader(network.address)
    reader.sign_in(person(network, tesco, "donor_staff", site_id=site["id"]))
    yield reader
    reader.http.close()


def looked_at(reader: Reader, text: str | bytes, site: dict[str, Any] | None = None, query: str = "") -> httpx.Response:
    """The page after a file was chosen."""
    content = text.encode() if isinstance(text, str) else text
    data = {"site_id": site["id"] if site else ""}
    return reader.http.post(f"{PAGE}{query}", data=data, files={"file": ("surplus.csv", content, "text/csv")})


def handed_on(page: str) -> dict[str, str]:
    """What the button that posts sends."""
    form = page.partition('action="/offers/csv/post"')[2].partition("</form>")[0]
    return dict(re.findall(r'type="hidden" name="([^"]*)" value="([^"]*)"', form))


def posted(network: ServiceClient) -> list[tuple[str, list[str]]]:
    items = network.get("/offers").json()["items"]
    return sorted((each["service_date"], [line["description"] for line in each["lines"]]) for each in items)


AS_POSTED = [("2026-11-26", ["Loaves, sliced", "Äpfel & <b>pears</b>"]), ("2026-11-27", ["Juice"])]


def test_a_file_is_looked_at_and_then_posted(shop: Reader, network: ServiceClient, store: dict[str, Any]) -> None:
    page = looked_at(shop, GOOD, store)
    assert page.status_code == 200
    told = words(page.text)
    assert "2 offers, 3 lines, 40 kg would be posted. Nothing is posted yet." in told
    assert "Friday 27 November 2026, 09:00–11:00 Juice Drinks · Not cooled 20 0" in told
    assert posted(network) == []
    answer = shop.http.post(f"{PAGE}/post", data=handed_on(page.text))
    assert (answer.status_code, answer.url.path) == (200, PAGE)
    assert "2 offers of the file are posted." in words(answer.text)
    assert posted(network) == AS_POSTED


def test_pressed_twice_posts_once(shop: Reader, network: ServiceClient, store: dict[str, Any]) -> None:
    sent = handed_on(looked_at(shop, GOOD, store).text)
    for _ in range(2):
        assert "2 offers of the file are posted." in words(shop.http.post(f"{PAGE}/post", data=sent).text)
    assert posted(network) == AS_POSTED


def test_every_row_that_does_not_fit_has_its_sentence_and_nothing_can_be_posted(
    shop: Reader, network: ServiceClient, store: dict[str, Any]
) -> None:
    page = looked_at(shop, BAD, store).text
    told = words(page)
    assert "2 places do not fit. Mend them in the file and choose the file again." in told
    assert "Row 2 , kg Write the weight in kilograms as a number, such as 12.5." in told
    assert "Row 4 , category This word is not known here." in told
    assert "What fits so far 1 offer, 1 line, 20 kg" in told
    assert "/offers/csv/post" not in page
    assert f'value="{store["id"]}" selected' in page


def test_a_row_that_does_not_fit_is_told_in_arabic(shop: Reader, store: dict[str, Any]) -> None:
    page = looked_at(shop, BAD, store, "?lang=ar").text
    assert '<html lang="ar" dir="rtl">' in page
    told = words(page)
    assert "في الملف موضعان غير صالحين." in told
    assert "الصف 2 ، kg اكتب الوزن بالكيلوغرام رقمًا" in told


def test_what_fits_is_told_in_arabic(shop: Reader, store: dict[str, Any]) -> None:
    told = words(looked_at(shop, GOOD, store, "?lang=ar").text)
    assert "عرضان، 3 أصناف، 40 كغ هذا ما سيُنشر. لم يُنشر شيء بعد. انشر عرضين" in told


def test_a_file_of_an_arabic_spreadsheet_is_posted_byte_for_byte(
    shop: Reader, network: ServiceClient, store: dict[str, Any]
) -> None:
    text = "اليوم;الجمع من;الجمع حتى;الفئة;الوصف;الوزن كغ\r\n26/11/2026;08:00;12:00;الخبز والمخبوزات;خبز;١٢٫٥\r\n"
    page = looked_at(shop, text.encode("utf-16"), store).text
    shop.http.post(f"{PAGE}/post", data=handed_on(page))
    assert posted(network) == [("2026-11-26", ["خبز"])]
    old = looked_at(shop, text.replace("١٢٫٥", "12,5").encode("windows-1256"), store).text
    assert "it was read as windows-1256" in words(old)
    shop.http.post(f"{PAGE}/post", data=handed_on(old))
    assert posted(network) == [("2026-11-26", ["خبز"])] * 2


def test_no_file_an_empty_one_and_one_that_is_too_large_are_said_at_the_field(
    shop: Reader, store: dict[str, Any]
) -> None:
    for answer, sentence in (
        (shop.http.post(PAGE, data={"site_id": store["id"]}), "Choose a file that is not empty."),
        (looked_at(shop, "", store), "Choose a file that is not empty."),
        (looked_at(shop, "x" * (csv_upload.LARGEST_FILE + 1), store), "A file has at most 1 MB. Send it in parts."),
    ):
        assert answer.status_code == 422
        assert f'id="fault-/file">{sentence}' in answer.text
        assert f'value="{store["id"]}" selected' in answer.text


def test_the_page_takes_as_much_as_the_api_and_hands_all_of_it_on(
    shop: Reader, network: ServiceClient, store: dict[str, Any]
) -> None:
    assert csv_upload.LARGEST_FILE == main.LARGEST_BODY
    blank = " " * 1999 + "\n"  # a row without anything
    full = (GOOD.encode() + blank.encode() * 500)[: csv_upload.LARGEST_FILE]
    assert len(full) == csv_upload.LARGEST_FILE
    sent = handed_on(looked_at(shop, full, store).text)
    assert len(sent["content"]) > 1_300_000
    assert "2 offers of the file are posted." in words(shop.http.post(f"{PAGE}/post", data=sent).text)
    assert posted(network) == AS_POSTED


def test_a_body_beyond_that_is_a_page_that_says_so(shop: Reader, store: dict[str, Any]) -> None:
    answer = looked_at(shop, "x" * 2 * csv_upload.LARGEST_FORM, store)
    assert answer.status_code == 413
    assert "This is too large" in answer.text


@pytest.mark.parametrize("content", ["", "%%%", "not base64!"])
def test_what_no_page_of_ours_hands_on_posts_nothing(
    shop: Reader, network: ServiceClient, store: dict[str, Any], content: str
) -> None:
    answer = shop.http.post(f"{PAGE}/post", data={"content": content, "site_id": store["id"], "key": "k"})
    assert answer.status_code == 422
    assert "Choose a file that is not empty." in answer.text
    assert posted(network) == []


def test_a_key_posts_no_other_file(shop: Reader, network: ServiceClient, store: dict[str, Any]) -> None:
    sent = handed_on(looked_at(shop, GOOD, store).text)
    shop.http.post(f"{PAGE}/post", data=sent)
    other = handed_on(looked_at(shop, GOOD.replace("Juice", "Water"), store).text)
    answer = shop.http.post(f"{PAGE}/post", data={**other, "key": sent["key"]})
    assert answer.status_code == 422
    assert "Nothing was posted: This Idempotency-Key was already used for another request." in words(answer.text)
    assert posted(network) == AS_POSTED


def test_what_fitted_when_it_was_looked_at_and_no_more_is_told_at_its_row(
    shop: Reader, network: ServiceClient, store: dict[str, Any], clock: Any
) -> None:
    sent = handed_on(looked_at(shop, GOOD.replace("2026-11-26", "2026-11-25"), store).text)
    clock.set(clock().replace(hour=13))
    answer = shop.http.post(f"{PAGE}/post", data=sent)
    assert answer.status_code == 422
    assert "Nothing was posted: One place of this file does not fit." in words(answer.text)
    assert "Row 2 , pickup_until" in words(answer.text)
    assert posted(network) == []


def test_another_chains_store_is_not_there(stranger: Reader, network: ServiceClient, store: dict[str, Any]) -> None:
    answer = looked_at(stranger, GOOD, store)
    assert answer.status_code == 404
    assert "There is no such site." in words(answer.text)
    sent = {**handed_on(looked_at(stranger, GOOD).text), "site_id": store["id"]}
    assert stranger.http.post(f"{PAGE}/post", data=sent).status_code in (404, 422)
    named = GOOD.replace("day,", "site,day,", 1).replace("2026-11-2", f"{store['id']},2026-11-2")
    assert "None of your sites has this name." in words(looked_at(stranger, named).text)
    assert posted(network) == []


def test_a_dispatcher_posts_no_file(network: ServiceClient, store: dict[str, Any]) -> None:
    reader = Reader(network.address)
    reader.sign_in(person(network, network.get("/me").json()["organisation"], "dispatcher"))
    assert reader.http.get(PAGE).status_code == 403
    assert looked_at(reader, GOOD, store).status_code == 403
    assert reader.http.post(f"{PAGE}/post", data={"content": "", "key": "k"}).status_code == 403
    reader.http.close()


def test_the_template_and_the_description_are_one_step_away(shop: Reader) -> None:
    page = shop.http.get(f"{PAGE}?lang=ar").text
    [template] = re.findall(r'href="([^"]*)" download', page)
    assert "الجمع من" in shop.http.get(template).text
    assert shop.http.get("/docs/csv").text.startswith("# Offers as a CSV file")


def test_names_of_the_file_are_names_and_nothing_more(shop: Reader, store: dict[str, Any]) -> None:
    page = looked_at(shop, GOOD, store).text
    assert "Äpfel &amp; &lt;b&gt;pears&lt;/b&gt;" in page
    assert "&lt;script&gt;alert(" in page
    assert HOSTILE not in page
    assert not re.search(r"<script(?![^>]*src=)|\son[a-z]+=|\sstyle=", page)


def test_it_is_seen_at_both_sizes_and_in_both_languages(
    browser: Browser, network: ServiceClient, lidl: dict[str, Any]
) -> None:
    site = network.site(TESCO_SPYTTY, "Lidl, Cardiff Road", organisation_id=lidl["id"])
    email = person(network, lidl, "donor_staff", site_id=site["id"])
    long = GOOD.replace("Juice", '"Juice of apples, pears, and whatever else was ripe"')
    for language, size in (("en", DESK), ("en", PHONE), ("ar", DESK), ("ar", PHONE)):
        visit = Visit(browser, network.address, language, size)
        visit.sign_in(email)
        page, name = visit.page, f"{language}-{size['width']}"
        page.goto(PAGE)
        visit.show(f"csv-{name}")
        for text, what in ((BAD, "faults"), (long, "preview")):
            page.set_input_files("#file", {"name": "surplus.csv", "mimeType": "text/csv", "buffer": text.encode()})
            page.select_option("#site_id", site["id"])
            page.locator("form[enctype] button").click()
            page.locator("#looked-at").wait_for()
            visit.show(f"csv-{what}-{name}")
        page.locator("form[action$=post] button").click()
        page.get_by_role("status").wait_for()
        visit.show(f"csv-posted-{name}")
        visit.context.close()
    assert len(posted(network)) == 8
