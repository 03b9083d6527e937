"""The form in which a shop posts, over real HTTP and without a script: again as before, by barcode, with photos, and
what does not fit while it is typed."""

from typing import Any

import pytest

from app.offers.schemas import MOST_LINES
from app.web.store.posting import PHOTOS_BYTES
from tests.offers.test_pictures import a_photo
from tests.service_client import DAY, ServiceClient, a_line, an_offer
from tests.web.test_pages import BREAD, Reader, filled_in, lidl, shop, store

__all__ = ["lidl", "shop", "store"]
JAM = {"category": "ambient_groceries", "description": "Jam", "kg": "7.5", "crates": 3, "gtin": "4006381333931"}
OF_BEFORE = {"pickup_from": f"{DAY}T07:00:00+00:00", "pickup_until": f"{DAY}T08:00:00+00:00"}


@pytest.fixture
def jam(network: ServiceClient, store: dict[str, Any]) -> dict[str, Any]:
    """What the store has posted before, with a date on the pack."""
    dated = {**JAM, "date_mark": "best_before", "mark_date": "2027-01-31", "allergens": ["sulphites"]}
    offer = network.ok("/offers", an_offer(store, dated, **OF_BEFORE))
    line: dict[str, Any] = offer["lines"][0]
    return line


def offers_of_the_page(network: ServiceClient) -> list[dict[str, Any]]:
    """What was posted by the form."""
    found = network.get("/offers").json()["items"]
    return [each for each in found if each["pickup_from"] != OF_BEFORE["pickup_from"].replace("+00:00", "Z")]


def test_what_was_posted_before_is_posted_again_with_one_press(
    shop: Reader, network: ServiceClient, jam: dict[str, Any]
) -> None:
    page = shop.http.get("/offers/new").text
    assert "<bdi>7.5</bdi> kg the last time" in page
    page = shop.http.post("/offers/new", data={**filled_in(page), "again": jam["id"]}).text
    sent = filled_in(page)
    assert (sent["line-0-description"], sent["line-0-kg"], sent["line-0-crates"]) == ("Jam", "7.5", "3")
    assert (sent["line-0-date_mark"], sent["line-0-mark_date"]) == ("best_before", "")  # of another pack by now
    refused = shop.http.post("/offers/new", data=sent)
    assert "Give the best-before date on the pack." in refused.text
    posted = {**filled_in(refused.text), "line-0-mark_date": "2027-03-31", "line-0-allergens": "sulphites"}
    assert shop.http.post("/offers/new", data=posted).url.path == "/offers"
    [line] = offers_of_the_page(network)[0]["lines"]
    assert {**line, "id": jam["id"]} == {**jam, "mark_date": "2027-03-31"}


def test_what_is_posted_again_comes_after_what_was_typed_and_an_unknown_line_is_an_empty_one(
    shop: Reader, jam: dict[str, Any]
) -> None:
    page = shop.http.get("/offers/new").text
    page = shop.http.post("/offers/new", data={**filled_in(page, **BREAD), "again": jam["id"]}).text
    sent = filled_in(page)
    assert (sent["line-0-description"], sent["line-1-description"]) == ("Loaves", "Jam")
    for unknown in ("made up", "6b032fe3-a080-4081-949e-712f372dc2c8"):
        page = shop.http.post("/offers/new", data={**sent, "again": unknown}).text
        assert "This food is not in the list any more." in page
        assert filled_in(page)["line_count"] == "2"


def test_a_list_that_has_moved_on_since_the_page_was_read_still_adds_what_was_pressed(
    shop: Reader, network: ServiceClient, store: dict[str, Any], jam: dict[str, Any]
) -> None:
    page = shop.http.get("/offers/new").text
    network.ok("/offers", an_offer(store, {**JAM, "kg": "2"}, **OF_BEFORE))  # a colleague was faster
    page = shop.http.post("/offers/new", data={**filled_in(page), "again": jam["id"]}).text
    assert filled_in(page)["line-0-kg"] == "7.5"


def test_a_form_that_is_full_says_so(shop: Reader, jam: dict[str, Any]) -> None:
    many = {"line_count": str(MOST_LINES), f"line-{MOST_LINES - 1}-description": "The last one", "again": jam["id"]}
    page = shop.http.post("/offers/new", data={**filled_in(shop.http.get("/offers/new").text), **many}).text
    assert "The form is full." in page
    assert filled_in(page)[f"line-{MOST_LINES - 1}-description"] == "The last one"


def test_what_was_changed_after_its_answer_was_lost_is_not_posted_again(shop: Reader, network: ServiceClient) -> None:
    sent = filled_in(shop.http.get("/offers/new").text, **BREAD)
    shop.http.post("/offers/new", data=sent)
    answer = shop.http.post("/offers/new", data={**sent, "line-0-kg": "13"})
    assert answer.url.path == "/offers"
    assert "This was posted already, as it stood when you pressed first." in answer.text
    assert [offer["lines"][0]["kg"] for offer in network.get("/offers").json()["items"]] == ["12.5"]


def test_what_another_supermarket_has_posted_is_not_proposed(
    shop: Reader, network: ServiceClient, jam: dict[str, Any]
) -> None:
    tesco = network.organisation("supermarket", "Tesco")
    theirs = network.site((51.57, -2.94), "Tesco", organisation_id=tesco["id"])
    offer = network.ok("/offers", an_offer(theirs, a_line(description="Their rolls", gtin="96385074")))
    page = shop.http.get("/offers/new").text
    assert "Their rolls" not in page
    sent = {**filled_in(page), "again": offer["lines"][0]["id"]}
    assert "Their rolls" not in shop.http.post("/offers/new", data=sent).text
    sent = {**filled_in(page), "line-0-gtin": "96385074", "look_up": "0"}
    assert "This barcode is new here." in shop.http.post("/offers/new", data=sent).text
    elsewhere = {**filled_in(page), "site_id": theirs["id"], "use_hours": "1"}
    assert "Their rolls" not in shop.http.post("/offers/new", data=elsewhere).text


def test_a_line_is_removed_and_the_last_one_is_emptied(shop: Reader) -> None:
    page = shop.http.get("/offers/new").text
    page = shop.http.post("/offers/new", data={**filled_in(page, **BREAD), "add_line": "1"}).text
    page = shop.http.post("/offers/new", data={**filled_in(page), "remove_line": "1"}).text
    assert filled_in(page)["line-0-description"] == "Loaves"
    page = shop.http.post("/offers/new", data={**filled_in(page), "remove_line": "0"}).text
    sent = filled_in(page)
    assert (sent["line_count"], sent["line-0-description"]) == ("1", "")


@pytest.mark.parametrize("number", ["4006381333931", "٤٠٠٦٣٨١٣٣٣٩٣١", "4006381 333931"])
def test_a_barcode_that_is_known_says_what_it_is_and_leaves_how_much_there_is(
    shop: Reader, jam: dict[str, Any], number: str
) -> None:
    before = {"line-0-description": "What was scanned before", "line-0-kg": "4", "line-0-mark_date": "2027-02-01"}
    typed = {**before, "line-0-gtin": number, "look_up": "0"}
    page = shop.http.post("/offers/new", data={**filled_in(shop.http.get("/offers/new").text), **typed}).text
    sent = filled_in(page)
    assert (sent["line-0-category"], sent["line-0-description"]) == ("ambient_groceries", "Jam")
    assert (sent["line-0-kg"], sent["line-0-mark_date"], sent["line-0-crates"]) == ("4", "2027-02-01", "0")
    assert 'value="sulphites" checked' in page


def test_a_barcode_that_is_new_or_none_is_said_beside_it(shop: Reader) -> None:
    sent = {**filled_in(shop.http.get("/offers/new").text), "look_up": "0"}
    new = shop.http.post("/offers/new", data={**sent, "line-0-gtin": "4006381333931"})
    assert "This barcode is new here." in new.text
    assert 'value="4006381333931"' in new.text
    assert "This is not a barcode number" in shop.http.post("/offers/new", data={**sent, "line-0-gtin": "123"}).text
    assert shop.http.post("/offers/new", data={**sent, "look_up": "9"}).status_code == 200
    posted = shop.http.post("/offers/new", data={**sent, **BREAD, "line-0-gtin": "123", "look_up": ""})
    assert posted.status_code == 200
    del sent["look_up"]
    refused = shop.http.post("/offers/new", data={**sent, **BREAD, "line-0-gtin": "123"})
    assert (refused.status_code, "This is not a barcode number" in refused.text) == (422, True)


def test_another_store_brings_its_own_hours_and_its_own_food(
    shop: Reader, network: ServiceClient, lidl: dict[str, Any], jam: dict[str, Any]
) -> None:
    hours = [{"weekdays": [1, 2, 3, 4, 5, 6, 7], "opens": "14:00", "closes": "15:30"}]
    second = network.site((51.58, -2.99), "Second store", organisation_id=lidl["id"], windows=hours)
    sent = filled_in(shop.http.get("/offers/new").text, site_id=second["id"], use_hours="1", **BREAD)
    page = shop.http.post("/offers/new", data=sent).text
    found = filled_in(page)
    assert (found["site_id"], found["pickup_from"], found["pickup_until"]) == (second["id"], "14:00", "15:30")
    assert found["line-0-description"] == "Loaves"
    assert "the last time" not in page


def photo(name: str = "photo.jpg", content: bytes | None = None, kind: str = "image/jpeg") -> Any:
    return ("photos", (name, a_photo() if content is None else content, kind))


def test_photos_go_with_the_offer_and_are_kept_once(shop: Reader, network: ServiceClient) -> None:
    sent = filled_in(shop.http.get("/offers/new").text, **BREAD)
    for _ in range(2):
        answer = shop.http.post(
            "/offers/new", data=sent, files=[photo(), photo("other.png", a_photo("PNG"), "image/png")]
        )
        assert answer.url.path == "/offers"
    [offer] = network.get("/offers").json()["items"]
    assert len(network.get(f"/offers/{offer['id']}/photos").json()["items"]) == 2


def test_a_form_without_a_photo_sends_an_empty_file(shop: Reader, network: ServiceClient) -> None:
    sent = filled_in(shop.http.get("/offers/new").text, **BREAD)
    answer = shop.http.post("/offers/new", data=sent, files=[photo("", b"", "application/octet-stream")])
    assert answer.url.path == "/offers"


def test_a_photo_that_is_none_is_refused_and_nothing_is_posted(shop: Reader, network: ServiceClient) -> None:
    sent = filled_in(shop.http.get("/offers/new").text, **BREAD)
    answer = shop.http.post("/offers/new", data=sent, files=[photo(), photo(content=b"no picture")])
    assert answer.status_code == 422
    assert 'id="fault-/photos" aria-live="polite">This is not a picture' in answer.text
    assert "Choose the photos again" in answer.text
    assert 'value="Loaves"' in answer.text
    seven = shop.http.post("/offers/new", data=sent, files=[photo()] * 7)
    assert (seven.status_code, "at most 6 photos" in seven.text) == (422, True)
    assert network.get("/offers").json()["items"] == []


def test_more_than_the_form_carries_is_refused_before_it_is_read(shop: Reader) -> None:
    sent = filled_in(shop.http.get("/offers/new").text, **BREAD)
    answer = shop.http.post("/offers/new", data=sent, files=[photo(content=b"\xff" * (PHOTOS_BYTES + 2_000_000))])
    assert answer.status_code == 413


def checked(shop: Reader, language: str = "en", **fields: str) -> dict[str, str]:
    """What is said while these are typed."""
    sent = filled_in(shop.http.get("/offers/new").text, **fields)
    answer = shop.http.post("/offers/new/check", data=sent, headers={"Accept-Language": language})
    assert answer.status_code == 200, answer.text
    found: dict[str, str] = answer.json()
    return found


def test_nothing_is_said_of_what_is_still_to_come(shop: Reader) -> None:
    assert checked(shop) == {}
    assert checked(shop, **{"line-0-category": "drinks"}) == {}
    assert checked(shop, **{"line-0-category": "drinks", "line-0-date_mark": "use_by"}) == {}


def test_food_safety_refuses_while_somebody_types(shop: Reader) -> None:
    meat = {"line-0-category": "meat_and_fish"}
    assert checked(shop, **meat) == {
        "/lines/0/temperature_class": "Meat and fish must be kept chilled or frozen or hot."
    }
    cold = {**meat, "line-0-temperature_class": "chilled", "line-0-date_mark": "use_by"}
    found = checked(shop, **cold, **{"line-0-mark_date": "2026-11-20"})
    assert found == {
        "/lines/0/mark_date": "The use-by date 20 November 2026 has passed. This food may not be given away."
    }
    arabic = checked(shop, "ar", **cold, **{"line-0-mark_date": "2026-11-20"})
    assert "لا يجوز التبرّع بهذا الطعام" in arabic["/lines/0/mark_date"]
    assert checked(shop, **cold, **{"line-0-mark_date": DAY}) == {}


def test_what_is_typed_wrong_is_said_at_once_and_the_other_lines_are_judged_all_the_same(shop: Reader) -> None:
    second = {"line-1-category": "meat_and_fish", "line-1-temperature_class": "ambient", "line-1-date_mark": "none"}
    found = checked(shop, line_count="2", **{**BREAD, "line-0-kg": "lots"}, **second)
    assert set(found) == {"/lines/0/kg", "/lines/1/temperature_class"}
    late = checked(shop, **BREAD, pickup_from="09:00", pickup_until="08:00")
    assert late == {"/pickup_until": "The pickup must end after it begins."}
    assert checked(shop, **BREAD, day="tomorrow", line_count="x") == {}


def test_what_is_said_beforehand_is_what_is_said_when_it_is_sent(shop: Reader) -> None:
    wrong = {**BREAD, "line-0-date_mark": "use_by", "line-0-mark_date": "2026-11-20", "pickup_until": "05:00"}
    beforehand = checked(shop, **wrong)
    sent = shop.http.post("/offers/new", data=filled_in(shop.http.get("/offers/new").text, **wrong)).text
    assert len(beforehand) == 2
    assert all(f'id="fault-{at}" aria-live="polite">{sentence}' in sent for at, sentence in beforehand.items())


@pytest.mark.parametrize(
    "crafted",
    [
        {"line_count": "9" * 5000},
        {"line-0-crates": "9" * 5000},
        {"day": "0001-01-01", "pickup_from": "00:30"},
        {"remove_line": "9" * 5000},
        {"key": "\x00"},
        {"key": "k" * 5000},
    ],
)
def test_what_no_browser_sends_is_refused_or_passed_over(shop: Reader, crafted: dict[str, str]) -> None:
    sent = {**filled_in(shop.http.get("/offers/new").text, **BREAD), **crafted}
    assert shop.http.post("/offers/new/check", data=sent).status_code == 200
    assert shop.http.post("/offers/new", data=sent).status_code in (200, 422)


def test_a_time_that_is_missing_is_asked_for_in_words_of_a_shop(shop: Reader) -> None:
    sent = {**filled_in(shop.http.get("/offers/new").text, **BREAD), "pickup_from": ""}
    answer = shop.http.post("/offers/new", data=sent)
    assert (answer.status_code, "Choose a day and a time." in answer.text) == (422, True)


def test_who_posts_nothing_checks_nothing(network: ServiceClient, lidl: dict[str, Any]) -> None:
    stranger = Reader(network.address)
    assert stranger.http.post("/offers/new/check", data={}).url.path == "/sign-in"
    stranger.http.close()


def test_a_lot_is_posted_as_it_was_typed_and_another_pack_has_another(shop: Reader, network: ServiceClient) -> None:
    sent = filled_in(shop.http.get("/offers/new").text, **BREAD, **{"line-0-lot": " L-77/B "})
    page = shop.http.post("/offers/new", data={**sent, "add_line": "1"}).text
    assert filled_in(page)["line-0-lot"] == " L-77/B "
    shop.http.post("/offers/new", data=sent)
    [offer] = network.get("/offers").json()["items"]
    assert offer["lines"][0]["lot"] == "L-77/B"
    again = {**filled_in(shop.http.get("/offers/new").text), "again": offer["lines"][0]["id"]}
    page = shop.http.post("/offers/new", data=again).text
    assert filled_in(page)["line-0-description"] == "Loaves"
    assert filled_in(page)["line-0-lot"] == ""
    amended = shop.http.get(f"/offers/{offer['id']}/amend").text
    assert filled_in(amended)["line-0-lot"] == "L-77/B"
