"""What a store offers every week, on its page: entered in a form, paused, resumed, ended, and left out on one date."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from app.kit.clock import HandSetClock
from app.kit.db import Database
from app.kit.tenancy import Scope
from app.offers import standing
from app.offers.jobs import POST_DUE, post_everywhere
from app.settings import Settings
from tests.service_client import TESCO_SPYTTY, ServiceClient, a_line
from tests.web.desk.test_ahead_pages import words
from tests.web.test_pages import HOSTILE, Reader, lidl, person, shop, store

__all__ = ["lidl", "shop", "store"]
PAGE, FORM = "/offers/standing", "/offers/standing/new"
BREAD = {
    "weekdays": ["4", "1"],
    "pickup_from": "08:00",
    "pickup_until": "10:00",
    "post_at": "12:00",
    "line-0-category": "bread_and_bakery",
    "line-0-description": "Loaves",
    "line-0-kg": "١٢٫٥",
    "line-0-crates": "3",
}


@dataclass(frozen=True)
class Bench:
    """What the job that posts has at hand."""

    database: Database
    clock: HandSetClock


@pytest.fixture
def config(tmp_path: Path) -> Settings:
    """No worker beside the pages: these tests say themselves when the job runs."""
    return Settings(data_folder=tmp_path, worker="off", request_log="off")


@pytest.fixture
def bench(database: Database, clock: HandSetClock) -> Bench:
    return Bench(database, clock)


@pytest.fixture
def weekly(network: ServiceClient, store: dict[str, Any]) -> dict[str, Any]:
    """Bread on Thursdays and Fridays, stated by a program."""
    body = {
        "site_id": store["id"],
        "recurrence": "FREQ=WEEKLY;BYDAY=TH,FR",
        "starts_on": "2026-11-26",
        "pickup_from": "08:00",
        "pickup_until": "12:00",
        "post_at": "12:00",
        "lines": [a_line(kg="12.5", description=HOSTILE)],
    }
    return network.ok("/standing-offers", body)


@pytest.fixture
def stranger(network: ServiceClient) -> Iterator[Reader]:
    """A shop assistant of another chain."""
    tesco = network.organisation("supermarket", "Tesco")
    site = network.site(TESCO_SPYTTY, "Tesco, Spytty", organisation_id=tesco["id"])
    reader = Reader(network.address)
    reader.sign_in(person(network, tesco, "donor_staff", site_id=site["id"]))
    yield reader
    reader.http.close()


def filled_in(page: str, **fields: Any) -> dict[str, Any]:
    """What a browser sends from the form as it stands, with the fields that a person fills."""
    found: dict[str, Any] = {}
    for tag in re.findall(r"<input [^>]*>", page.partition("<form class=")[2]):
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and value and (not re.search('type="(radio|checkbox)"', tag) or " checked" in tag):
            found[name[1]] = value[1] if "checkbox" not in tag else [*found.get(name[1], []), value[1]]
    for name, options in re.findall(r'<select [^>]*name="([^"]*)"[^>]*>(.*?)</select>', page, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', options) or re.search(r'value="([^"]*)"', options)
        found[name] = chosen[1] if chosen else ""
    return {**found, **fields}


def press(reader: Reader, deed: str, offer: dict[str, Any], **fields: str) -> Any:
    """Press a button of the list, which holds the version that was shown."""
    sent = {"standing_offer_id": offer["id"], "version": str(offer["version"]), **fields}
    return reader.http.post(f"{PAGE}/{deed}", data=sent)


def now_there(network: ServiceClient, offer: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = network.get(f"/standing-offers/{offer['id']}").json()
    return found


def stated(network: ServiceClient) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = network.get("/standing-offers").json()["items"]
    return found


def test_what_is_there_every_week_is_entered_once_and_posted_by_itself(
    shop: Reader, network: ServiceClient, store: dict[str, Any], bench: Bench
) -> None:
    form = shop.http.get(FORM).text
    assert filled_in(form)["site_id"] == store["id"]
    answer = shop.http.post(FORM, data=filled_in(form, **BREAD, note="Ring twice"))
    assert answer.url.path == PAGE
    told = words(answer.text)
    assert "Saved. Each of its dates is posted by itself from now on." in told
    assert "Monday, Thursday" in told
    assert "12.5 kg, 3 crates" in told
    assert "1 day before, at 12:00" in told
    assert "Thursday 26 November 2026 , 08:00–10:00 13 kg, is posted on Wednesday 25 November 2026 at 12:00" in told
    [offer] = stated(network)
    assert (offer["recurrence"], offer["note"]) == ("FREQ=WEEKLY;BYDAY=MO,TH", "Ring twice")
    bench.clock.set(datetime(2026, 11, 25, 12, 1, tzinfo=UTC))
    post_everywhere(bench)
    assert [each["lines"][0]["kg"] for each in network.get("/offers").json()["items"]] == ["12.5"]
    assert "Thursday 26 November 2026 , 08:00–10:00 Posted" in words(shop.http.get(PAGE).text)


def test_pressed_twice_is_stated_once(shop: Reader, network: ServiceClient) -> None:
    sent = filled_in(shop.http.get(FORM).text, **BREAD)
    for _ in range(2):
        assert shop.http.post(FORM, data=sent).url.path == PAGE
    assert len(stated(network)) == 1


def test_what_does_not_fit_is_said_at_its_field_and_nothing_typed_is_lost(shop: Reader, network: ServiceClient) -> None:
    typed = {
        **BREAD,
        "pickup_until": "",
        "ends_on": "2026-11-01",
        "post_days_before": "3",
        "line-0-kg": "a lot",
        "line-0-description": 'Loaves "today"',
        "line-0-allergens": ["gluten", "sesame"],
        "note": "Ring twice",
    }
    answer = shop.http.post(FORM, data=filled_in(shop.http.get(FORM).text, **typed))
    assert answer.status_code == 422
    assert 'id="fault-/pickup_until">Write the time of day as 09:30.' in answer.text
    assert 'id="fault-/lines/0/kg">Write the weight in kilograms as a number, such as 12.5.' in answer.text
    kept = filled_in(answer.text)
    assert kept["weekdays"] == ["1", "4"]
    assert kept["line-0-allergens"] == ["gluten", "sesame"]
    assert (kept["line-0-kg"], kept["line-0-description"]) == ("a lot", "Loaves &#34;today&#34;")
    assert (kept["post_days_before"], kept["ends_on"], kept["note"]) == ("3", "2026-11-01", "Ring twice")
    assert kept["line-0-category"] == "bread_and_bakery"
    assert stated(network) == []


@pytest.mark.parametrize(
    ("typed", "pointer", "sentence"),
    [
        ({"weekdays": []}, "/recurrence", "Choose at least one weekday."),
        ({"pickup_until": "07:00"}, "/pickup_until", "The pickup must end after it begins."),
        ({"ends_on": "2026-11-01"}, "/ends_on", "The last day is before the first. Swap the two."),
        ({"post_at": "soon"}, "/post_at", "Write the time of day as 09:30."),
        ({"line-0-category": ""}, "/lines/0/category", "Choose one of those that are shown."),
        ({"line-0-crates": "some"}, "/lines/0/crates", "A whole number belongs here."),
        ({"line-0-crates": "9" * 5000, "line_count": "9" * 5000}, "/lines/0/crates", "A whole number belongs here."),
        ({"line-0-date_mark": "use_by"}, "/lines/0/mark_days_after_pickup", ""),
        ({"line-0-category": "frozen_food"}, "/lines/0/temperature_class", ""),
    ],
)
def test_each_mistake_stands_at_its_own_field_in_either_language(
    shop: Reader, network: ServiceClient, typed: dict[str, Any], pointer: str, sentence: str
) -> None:
    sent = filled_in(shop.http.get(FORM).text, **{**BREAD, **typed})
    english, arabic = shop.http.post(FORM, data=sent), shop.http.post(f"{FORM}?lang=ar", data=sent)
    assert (english.status_code, arabic.status_code) == (422, 422)
    assert f'id="fault-{pointer}">{sentence}' in english.text
    [told] = re.findall(f'id="fault-{pointer}">([^<]+)<', arabic.text)
    assert re.search("[ء-ي]", told)
    assert not re.search("[a-z]{3,}", told)
    assert stated(network) == []


def test_no_weekday_hides_no_other_mistake(shop: Reader) -> None:
    sent = filled_in(shop.http.get(FORM).text, **{**BREAD, "weekdays": [], "line-0-kg": ""})
    page = shop.http.post(FORM, data=sent).text
    assert 'id="fault-/recurrence"' in page
    assert 'id="fault-/lines/0/kg"' in page


def test_foods_are_added_and_taken_out_without_a_script(shop: Reader, network: ServiceClient) -> None:
    page = shop.http.post(FORM, data=filled_in(shop.http.get(FORM).text, **BREAD, add_line="1")).text
    milk = {"line-1-category": "dairy_and_eggs", "line-1-description": "Milk", "line-1-kg": "5"}
    page = shop.http.post(FORM, data=filled_in(page, **milk, add_line="1")).text
    assert filled_in(page)["line_count"] == "3"
    assert stated(network) == []
    page = shop.http.post(FORM, data=filled_in(page, take_out="0")).text
    page = shop.http.post(FORM, data=filled_in(page, take_out="1")).text
    assert shop.http.post(FORM, data=filled_in(page)).url.path == PAGE
    assert [line["description"] for line in stated(network)[0]["lines"]] == ["Milk"]
    assert stated(network)[0]["recurrence"] == "FREQ=WEEKLY;BYDAY=MO,TH"


def test_it_is_paused_resumed_and_ended(shop: Reader, network: ServiceClient, weekly: dict[str, Any]) -> None:
    page = press(shop, "pause", weekly)
    assert page.url.path == PAGE
    assert "Paused: nothing is posted until it is resumed" in words(page.text)
    assert now_there(network, weekly)["state"] == "paused"
    assert "Active" in words(press(shop, "resume", now_there(network, weekly)).text)
    ended = words(press(shop, "end", now_there(network, weekly)).text)
    assert now_there(network, weekly)["state"] == "ended"
    assert "Ended" in ended
    assert "The next dates" not in ended


def test_a_date_is_left_out_and_taken_back(shop: Reader, network: ServiceClient, weekly: dict[str, Any]) -> None:
    skipped = words(press(shop, "skip", weekly, day="2026-11-26").text)
    assert "Thursday 26 November 2026 , 08:00–12:00 Skipped: nothing is posted As usual after all" in skipped
    assert [each["kind"] for each in now_there(network, weekly)["days"]] == ["skipped"]
    usual = words(press(shop, "as-usual", now_there(network, weekly), day="2026-11-26").text)
    assert "Skipped" not in usual
    assert now_there(network, weekly)["days"] == []


def test_what_was_changed_meanwhile_is_not_changed_again(
    shop: Reader, network: ServiceClient, weekly: dict[str, Any]
) -> None:
    assert press(shop, "skip", weekly, day="2026-11-26").status_code == 200
    answer = press(shop, "end", weekly)
    assert answer.status_code == 412
    assert "It was changed since you read it. Read it again." in words(answer.text)
    assert now_there(network, weekly)["state"] == "active"


@pytest.mark.parametrize("deed", ["pause", "resume", "end", "skip", "as-usual"])
def test_another_chains_standing_offer_is_not_there(
    stranger: Reader, network: ServiceClient, weekly: dict[str, Any], deed: str
) -> None:
    assert press(stranger, deed, weekly, day="2026-11-26").status_code == 404
    assert now_there(network, weekly) == weekly
    assert "Nothing is offered every week yet." in words(stranger.http.get(PAGE).text)


def test_another_chains_store_is_refused_at_its_field(
    stranger: Reader, network: ServiceClient, store: dict[str, Any]
) -> None:
    sent = filled_in(stranger.http.get(FORM).text, **BREAD, site_id=store["id"])
    answer = stranger.http.post(FORM, data=sent)
    assert answer.status_code == 404
    assert "There is no such site." in words(answer.text)
    assert stated(network) == []


def test_a_dispatcher_sees_it_and_has_no_button(network: ServiceClient, weekly: dict[str, Any]) -> None:
    reader = Reader(network.address)
    reader.sign_in(person(network, network.get("/me").json()["organisation"], "dispatcher"))
    page = reader.http.get(PAGE).text
    assert "Thursday, Friday" in words(page)
    assert "<button" not in page.partition('<main id="main">')[2]
    assert reader.http.get(FORM).status_code == 403
    assert press(reader, "pause", weekly).status_code == 403
    reader.http.close()


def test_a_closed_store_and_a_rule_that_refuses_say_so_in_the_readers_language(
    shop: Reader,
    network: ServiceClient,
    store: dict[str, Any],
    weekly: dict[str, Any],
    bench: Bench,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    closed = [{"date": "2026-11-27", "closed": True, "note": "Stocktaking"}]
    read = network.get(f"/sites/{store['id']}").json()
    network.http.patch(
        f"/sites/{store['id']}", json={"exceptions": closed}, headers={"If-Match": f'"{read["version"]}"'}
    ).raise_for_status()

    def refuse(*_: Any) -> Any:
        sentence = "Frozen food is kept frozen. Choose how it is kept."
        return [standing.FieldError("/lines/0/temperature_class", sentence, "temperature_class_unfit")]

    monkeypatch.setattr(standing.service, "_unsafe", refuse)
    bench.clock.set(datetime(2026, 11, 25, 12, 1, tzinfo=UTC))
    post_everywhere(bench)
    english = words(shop.http.get(PAGE).text)
    assert "Could not be posted: Frozen food is kept frozen. Choose how it is kept." in english
    assert "The store is closed then Stocktaking" in english
    arabic = words(shop.http.get(f"{PAGE}?lang=ar").text)
    assert "تعذّر نشره: لا يُحفظ هذا النوع من الطعام بهذه الطريقة." in arabic
    assert "المتجر مغلق في هذا التاريخ Stocktaking" in arabic
    assert "الخميس، الجمعة" in arabic


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("FREQ=DAILY", "every day"),
        ("FREQ=DAILY;INTERVAL=3", "every 3 days"),
        ("FREQ=WEEKLY", "Thursday"),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=SA,TH;COUNT=5", "Thursday, Saturday, every 2 weeks, 5 times in all"),
        ("FREQ=DAILY;BYDAY=FR", "Friday"),
        ("FREQ=WEEKLY;BYDAY=FR;UNTIL=20261231", "Friday"),
    ],
)
def test_any_rule_that_a_program_may_state_is_said_in_words(
    shop: Reader, network: ServiceClient, weekly: dict[str, Any], rule: str, said: str
) -> None:
    headers = {"If-Match": f'"{weekly["version"]}"'}
    network.http.patch(
        f"/standing-offers/{weekly['id']}", json={"recurrence": rule}, headers=headers
    ).raise_for_status()
    page = re.sub(r"</?bdi>", "", shop.http.get(PAGE).text)
    assert f"Days {said} Pickup" in words(page)
    assert ("Thursday 31 December 2026" in page) == ("UNTIL" in rule)


def test_one_that_begins_in_years_is_listed_without_dates(
    shop: Reader, network: ServiceClient, weekly: dict[str, Any]
) -> None:
    headers = {"If-Match": f'"{weekly["version"]}"'}
    path = f"/standing-offers/{weekly['id']}"
    network.http.patch(path, json={"starts_on": "2030-01-01"}, headers=headers).raise_for_status()
    told = words(shop.http.get(PAGE).text)
    assert "First day Tuesday 1 January 2030" in told
    assert "There is none in the five weeks that come or begin with it." in told


def test_what_is_due_is_posted_soon_after_a_button_and_not_at_the_next_round(
    shop: Reader, network: ServiceClient, weekly: dict[str, Any], database: Database
) -> None:
    waiting = text("DELETE FROM procrastinate_jobs WHERE task_name = :name RETURNING id")

    def queued() -> bool:
        with database.transaction(Scope()) as session:
            return bool(session.execute(waiting, {"name": POST_DUE}).all())

    assert queued()
    press(shop, "skip", weekly, day="2026-11-26")
    assert not queued()
    for deed in ("as-usual", "pause", "resume"):
        press(shop, deed, now_there(network, weekly), day="2026-11-26")
        assert queued(), deed
    shop.http.post(FORM, data=filled_in(shop.http.get(FORM).text, **BREAD))
    assert queued()


def test_a_name_that_is_markup_is_a_name(shop: Reader, weekly: dict[str, Any]) -> None:
    for path in (PAGE, FORM):
        page = shop.http.get(path).text
        assert "&lt;script&gt;alert(" in page
        assert HOSTILE not in page
        assert not re.search(r"<script(?![^>]*src=)|\son[a-z]+=|\sstyle=", page)


def edit(reader: Reader, offer: dict[str, Any]) -> dict[str, Any]:
    """The form of a standing offer, filled with what stands."""
    return filled_in(reader.http.get(f"{PAGE}/{offer['id']}").text)


def test_what_stands_is_changed_in_its_form_and_the_rest_stays(
    shop: Reader, network: ServiceClient, weekly: dict[str, Any]
) -> None:
    assert f'href="{PAGE}/{weekly["id"]}"' in shop.http.get(PAGE).text
    sent = edit(shop, weekly)
    assert (sent["weekdays"], sent["starts_on"], sent["post_at"]) == (["4", "5"], "2026-11-26", "12:00")
    answer = shop.http.post(f"{PAGE}/{weekly['id']}", data={**sent, "pickup_until": "11:00", "line-0-kg": "٩"})
    assert answer.url.path == PAGE
    assert "Saved. It holds for every date that is not posted yet." in words(answer.text)
    found = now_there(network, weekly)
    assert (found["pickup_until"], found["lines"][0]["kg"], found["recurrence"]) == (
        "11:00:00",
        "9",
        weekly["recurrence"],
    )
    unchanged = ("starts_on", "ends_on", "pickup_from", "post_at", "note", "state", "days")
    assert {name: found[name] for name in unchanged} == {name: weekly[name] for name in unchanged}
    sent = edit(shop, weekly)
    shop.http.post(f"{PAGE}/{weekly['id']}", data={**sent, "weekdays": ["2"]})
    assert now_there(network, weekly)["recurrence"] == "FREQ=WEEKLY;BYDAY=TU"


def test_a_rhythm_of_its_own_and_what_no_field_shows_stay(
    shop: Reader, network: ServiceClient, store: dict[str, Any]
) -> None:
    line = a_line(kg="4", gtin="4006381333931", note="On the left", splittable=False)
    body = {"site_id": store["id"], "recurrence": "FREQ=WEEKLY;INTERVAL=2;BYDAY=TH", "starts_on": "2026-11-26"}
    offer = network.ok("/standing-offers", {**body, "pickup_from": "08:00", "pickup_until": "10:00", "lines": [line]})
    page = shop.http.get(f"{PAGE}/{offer['id']}").text
    own = words(page).partition("which stays if you choose no weekday here:")[2]
    assert own.lstrip().startswith("Thursday")
    assert "every 2 weeks" in own
    shop.http.post(f"{PAGE}/{offer['id']}", data=filled_in(page, note="Ring"))
    found = now_there(network, offer)
    assert (found["note"], found["recurrence"], found["lines"]) == ("Ring", offer["recurrence"], offer["lines"])
    shop.http.post(f"{PAGE}/{offer['id']}", data={**edit(shop, offer), "weekdays": ["1"]})
    assert now_there(network, offer)["recurrence"] == "FREQ=WEEKLY;BYDAY=MO"


def test_a_standing_offer_that_was_changed_meanwhile_says_so_and_loses_nothing_typed(
    shop: Reader, network: ServiceClient, weekly: dict[str, Any]
) -> None:
    sent = {**edit(shop, weekly), "note": "What I typed"}
    path = f"/standing-offers/{weekly['id']}"
    network.http.patch(path, json={"note": "A colleague"}, headers={"If-Match": '"1"'})
    answer = shop.http.post(f"{PAGE}/{weekly['id']}", data=sent)
    assert answer.status_code == 412
    assert "This was changed after you opened this page." in answer.text
    assert "A colleague" in answer.text
    again = filled_in(answer.text)
    assert again["note"] == "What I typed"
    assert shop.http.post(f"{PAGE}/{weekly['id']}", data=again).url.path == PAGE
    assert now_there(network, weekly)["note"] == "What I typed"


def test_what_does_not_fit_a_change_is_said_at_its_field(
    shop: Reader, network: ServiceClient, weekly: dict[str, Any]
) -> None:
    sent = {**edit(shop, weekly), "weekdays": [], "note": "Kept"}
    answer = shop.http.post(f"{PAGE}/{weekly['id']}", data=sent)
    assert (answer.status_code, "Choose at least one weekday." in answer.text) == (422, True)
    unsafe = {"line-0-category": "meat_and_fish", "line-0-temperature_class": "ambient"}
    answer = shop.http.post(f"{PAGE}/{weekly['id']}", data={**edit(shop, weekly), **unsafe, "note": "Kept"})
    assert (answer.status_code, filled_in(answer.text)["note"]) == (422, "Kept")
    assert 'id="fault-/lines/0/' in answer.text
    page = shop.http.post(f"{PAGE}/{weekly['id']}", data={**edit(shop, weekly), "add_line": "1"}).text
    assert filled_in(page)["line_count"] == "2"
    assert now_there(network, weekly) == weekly


def test_what_has_ended_or_is_anothers_is_not_changed(
    shop: Reader, stranger: Reader, network: ServiceClient, weekly: dict[str, Any]
) -> None:
    sent = edit(shop, weekly)
    assert stranger.http.get(f"{PAGE}/{weekly['id']}").status_code == 404
    assert stranger.http.post(f"{PAGE}/{weekly['id']}", data=sent).status_code == 404
    press(shop, "end", weekly)
    assert shop.http.get(f"{PAGE}/{weekly['id']}").status_code == 409
    answer = shop.http.post(f"{PAGE}/{weekly['id']}", data={**sent, "note": "Late"})
    assert answer.status_code in (409, 412)
    answer = shop.http.post(f"{PAGE}/{weekly['id']}", data=filled_in(answer.text))
    assert (answer.status_code, "This standing offer has ended." in answer.text) == (409, True)


def test_a_long_list_is_shown_page_by_page(
    shop: Reader, network: ServiceClient, store: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.web.store.standing_offers.SHOWN_AT_ONCE", 2)
    body = {"site_id": store["id"], "recurrence": "FREQ=DAILY", "starts_on": "2026-11-26"}
    made = [
        network.ok(
            "/standing-offers",
            {**body, "pickup_from": "08:00", "pickup_until": "10:00", "lines": [a_line(description=f"Food {number}")]},
        )
        for number in range(5)
    ]
    press(shop, "end", made[4])
    page = shop.http.get(PAGE).text

    def foods(page: str) -> list[str]:
        return re.findall(r"<bdi>(Food [0-3])</bdi>", page)

    first = foods(page)
    assert (len(first), "Food 4" in page) == (2, True)
    follow = re.search(rf'href="({PAGE}\?after=[^"]*)"', page)
    assert follow is not None
    page = shop.http.get(follow[1]).text
    assert sorted(first + foods(page)) == ["Food 0", "Food 1", "Food 2", "Food 3"]
    assert "Show more<" not in page
    assert "From the beginning" in page
