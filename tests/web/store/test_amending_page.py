"""An offer that stands, amended in its form over real HTTP and without a script: from what was read, nothing lost."""

from typing import Any

import pytest

from tests.offers.test_pictures import a_photo
from tests.planned_here import worker_solves_here
from tests.service_client import DAY, FOOD_BANK, ServiceClient, a_line, a_need, an_offer
from tests.web.desk.test_ahead_pages import words
from tests.web.test_pages import HOSTILE, Reader, lidl, person, shop, store
from tests.web.test_pages import filled_in as filled_in_with_store

__all__ = ["lidl", "shop", "store"]
CHILLED = {"category": "chilled_prepared", "description": "Soup", "kg": "12.5", "crates": 2, "gtin": "4006381333931"}


@pytest.fixture
def offer(network: ServiceClient, store: dict[str, Any]) -> dict[str, Any]:
    """What the store has posted, with what no field of the form shows."""
    soup = {**CHILLED, "temperature_class": "chilled", "date_mark": "use_by", "mark_date": "2027-01-31"}
    return network.ok(
        "/offers", an_offer(store, {**soup, "note": "On the left", "splittable": False}, note="Ring twice")
    )


def filled_in(page: str, **fields: str) -> dict[str, str]:
    """What a browser sends from the form as it stands: its store is not chosen."""
    found = filled_in_with_store(page, **fields)
    del found["site_id"]
    return found


def form_of(offer: dict[str, Any]) -> str:
    return f"/offers/{offer['id']}/amend"


def now_there(network: ServiceClient, offer: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = network.get(f"/offers/{offer['id']}").json()
    return found


def test_the_form_is_filled_with_what_stands_and_saves_what_was_changed_and_nothing_else(
    shop: Reader, network: ServiceClient, offer: dict[str, Any]
) -> None:
    page = shop.http.get("/offers").text
    assert f'href="{form_of(offer)}"' in page
    page = shop.http.get(form_of(offer)).text
    sent = filled_in(page)
    assert (sent["line-0-description"], sent["line-0-kg"], sent["line-0-mark_date"]) == ("Soup", "12.5", "2027-01-31")
    assert (sent["day"], sent["note"], sent["version"]) == (DAY, "Ring twice", "1")
    assert HOSTILE not in page
    answer = shop.http.post(form_of(offer), data={**sent, "line-0-kg": "١٤", "pickup_until": "13:00"})
    assert answer.url.path == "/offers"
    assert "Saved. The day is planned with the offer as it stands now." in answer.text
    found = now_there(network, offer)
    [line] = found["lines"]
    assert (line["kg"], found["pickup_until"]) == ("14", f"{DAY}T13:00:00Z")
    kept = {name: value for name, value in offer["lines"][0].items() if name not in ("id", "kg")}
    assert {name: line[name] for name in kept} == kept


def test_food_that_stays_keeps_its_lines(shop: Reader, network: ServiceClient, offer: dict[str, Any]) -> None:
    shop.http.post(form_of(offer), data=filled_in(shop.http.get(form_of(offer)).text, note="Ring three times"))
    found = now_there(network, offer)
    assert (found["note"], found["version"]) == ("Ring three times", 2)
    assert found["lines"] == offer["lines"]


def test_pressed_twice_is_saved_once(shop: Reader, network: ServiceClient, offer: dict[str, Any]) -> None:
    sent = filled_in(shop.http.get(form_of(offer)).text, note="Ring three times")
    for _ in range(2):
        assert shop.http.post(form_of(offer), data=sent).url.path == "/offers"
    assert now_there(network, offer)["version"] == 2


def test_a_stale_version_says_so_and_loses_nothing_that_was_typed(
    shop: Reader, network: ServiceClient, offer: dict[str, Any]
) -> None:
    sent = filled_in(shop.http.get(form_of(offer)).text, note="What I typed")
    network.http.patch(f"/offers/{offer['id']}", json={"note": "A colleague's"}, headers={"If-Match": '"1"'})
    answer = shop.http.post(form_of(offer), data=sent)
    assert answer.status_code == 412
    assert "This offer was changed after you opened this page." in answer.text
    assert "A colleague's" in words(answer.text).replace("&#39;", "'")
    assert filled_in(answer.text)["note"] == "What I typed"
    assert now_there(network, offer)["note"] == "A colleague's"
    assert shop.http.post(form_of(offer), data=filled_in(answer.text)).url.path == "/offers"
    assert now_there(network, offer)["note"] == "What I typed"


def test_what_was_changed_after_its_answer_was_lost_is_shown_beside_what_was_saved(
    shop: Reader, network: ServiceClient, offer: dict[str, Any]
) -> None:
    sent = filled_in(shop.http.get(form_of(offer)).text, note="First")
    shop.http.post(form_of(offer), data=sent)
    answer = shop.http.post(form_of(offer), data={**sent, "note": "Second"})
    assert "This offer was changed after you opened this page." in answer.text
    assert shop.http.post(form_of(offer), data=filled_in(answer.text)).url.path == "/offers"
    assert now_there(network, offer)["note"] == "Second"


def test_food_safety_and_what_misfits_are_said_at_their_fields(
    shop: Reader, network: ServiceClient, offer: dict[str, Any]
) -> None:
    sent = filled_in(shop.http.get(form_of(offer)).text)
    unsafe = shop.http.post(form_of(offer), data={**sent, "line-0-mark_date": "", "line-0-description": "Kept"})
    assert unsafe.status_code == 422
    assert 'id="fault-/lines/0/mark_date" aria-live="polite">Give the use-by date' in unsafe.text
    assert filled_in(unsafe.text)["line-0-description"] == "Kept"
    misfit = shop.http.post(form_of(offer), data={**sent, "line-0-kg": "many", "version": "no number"})
    assert misfit.status_code == 422
    assert 'aria-invalid="true" aria-describedby="fault-/lines/0/kg"' in misfit.text
    assert now_there(network, offer) == offer


def test_its_buttons_arrange_the_form_as_in_posting(
    shop: Reader, network: ServiceClient, offer: dict[str, Any]
) -> None:
    page = shop.http.get(form_of(offer)).text
    page = shop.http.post(form_of(offer), data={**filled_in(page), "add_line": "1"}).text
    more = {"line-1-category": "drinks", "line-1-description": "Juice", "line-1-kg": "3"}
    page = shop.http.post(form_of(offer), data=filled_in(page, **more)).text
    assert [each["description"] for each in now_there(network, offer)["lines"]] == ["Soup", "Juice"]


def test_photos_stay_and_more_may_be_added(shop: Reader, network: ServiceClient, offer: dict[str, Any]) -> None:
    def photos() -> list[str]:
        return [each["id"] for each in network.get(f"/offers/{offer['id']}/photos").json()["items"]]

    sent = filled_in(shop.http.get(form_of(offer)).text, **{"line-0-kg": "9"})
    shop.http.post(form_of(offer), data=sent, files={"photos": ("one.jpg", a_photo(), "image/jpeg")})
    [first] = photos()
    page = shop.http.get(form_of(offer)).text
    assert f'src="/api/v1/offers/{offer["id"]}/photos/{first}"' in page
    assert "More photos (optional, at most 5" in words(page)
    shop.http.post(form_of(offer), data=filled_in(page, **{"line-0-kg": "8"}))
    assert photos() == [first]


def test_what_is_planned_says_whom_to_call(shop: Reader, network: ServiceClient, store: dict[str, Any]) -> None:
    bank = network.site(FOOD_BANK, "Newport Food Bank", kind="distribution_point")
    network.vehicle_and_shift(bank)
    network.ok("/needs", a_need(bank))
    bread = network.ok("/offers", an_offer(store, a_line(kg="60")))
    sent = filled_in(shop.http.get(form_of(bread)).text, note="Kept")
    with worker_solves_here():
        network.published(network.planned())
    sentence = "A driver is already planned for this offer. Call the dispatcher to change it."
    answer = shop.http.get(form_of(bread))
    assert (answer.status_code, sentence in answer.text) == (409, True)
    answer = shop.http.post(form_of(bread), data=sent)
    assert (answer.status_code, sentence in answer.text, filled_in(answer.text)["note"]) == (409, True, "Kept")
    assert form_of(bread) not in shop.http.get("/offers").text


def test_another_chains_offer_and_one_that_was_taken_back_are_not_amended(
    shop: Reader, network: ServiceClient, offer: dict[str, Any]
) -> None:
    tesco = network.organisation("supermarket", "Tesco")
    theirs = network.site((51.57, -2.94), "Tesco", organisation_id=tesco["id"])
    other = network.ok("/offers", an_offer(theirs, a_line()))
    assert shop.http.get(form_of(other)).status_code == 404
    network.ok(f"/offers/{offer['id']}/withdraw")
    answer = shop.http.get(form_of(offer))
    assert (answer.status_code, "This offer was withdrawn." in answer.text) == (409, True)


def test_who_drives_amends_no_offer(network: ServiceClient, offer: dict[str, Any]) -> None:
    bank = network.organisation("food_bank", "Raven House")
    reader = Reader(network.address)
    reader.sign_in(person(network, bank, "driver"))
    assert reader.http.get(form_of(offer)).status_code == 403
    reader.http.close()
