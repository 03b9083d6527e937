"""What a place needs, on a page without a script: stated for days or every week, as before, taken back."""

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.service_client import FOOD_BANK, TESCO_SPYTTY, ServiceClient, a_need
from tests.web.receiver.test_declines_page import words
from tests.web.test_pages import Reader, person

TODAY, TOMORROW = "2026-11-25", "2026-11-26"
RECEIVES = [{"weekdays": [1, 2, 3, 4, 5], "opens": "09:00", "closes": "12:30"}]


@pytest.fixture
def bank(network: ServiceClient) -> dict[str, Any]:
    return network.organisation("food_bank", "Newport Food Bank")


@pytest.fixture
def place(network: ServiceClient, bank: dict[str, Any]) -> dict[str, Any]:
    fields = {"kind": "distribution_point", "organisation_id": bank["id"], "receiving_windows": RECEIVES}
    return network.site(FOOD_BANK, "Newport Food Bank", **fields)


@pytest.fixture
def reader(network: ServiceClient, bank: dict[str, Any], place: dict[str, Any]) -> Iterator[Reader]:
    found = Reader(network.address)
    found.sign_in(person(network, bank, "organisation_admin"))
    yield found
    found.http.close()


def page(reader: Reader, **query: str) -> str:
    answer = reader.http.get("/needs", params=query)
    assert answer.status_code == 200, answer.text
    return answer.text


def typed(shown: str, *lines: dict[str, str], **fields: Any) -> dict[str, Any]:
    """What a browser sends from the form: its own key and place, with the lines that somebody filled in."""
    key, site = re.search(r'name="key" value="([^"]+)"', shown), re.search(r'<option value="([^"]+)" selected', shown)
    assert key is not None
    assert site is not None
    found: dict[str, Any] = {"key": key[1], "site_id": site[1], "repeat": "once", "line_count": str(len(lines))}
    for number, line in enumerate(lines):
        found |= {f"line-{number}-{name}": value for name, value in line.items()}
    return found | fields


def send(reader: Reader, *lines: dict[str, str], **fields: Any) -> httpx.Response:
    return reader.http.post("/needs", data=typed(page(reader), *lines, **fields))


def needs(network: ServiceClient) -> list[tuple[str, str, str, str]]:
    found = network.get("/needs", limit=200).json()["items"]
    return sorted((each["service_date"], each["category"], each["kg"], each["state"]) for each in found)


BREAD = {"category": "bread_and_bakery", "kg": "٤٠"}
MILK = {"category": "dairy_and_eggs", "kg": "25.5", "people_served": "80", "minimum_shelf_life_days": "2"}


def test_several_are_stated_for_several_days_at_once(reader: Reader, network: ServiceClient) -> None:
    answer = send(reader, BREAD, MILK, days=[TODAY, TOMORROW])
    assert "Stated." in words(answer.text)
    assert needs(network) == [
        (TODAY, "bread_and_bakery", "40", "open"),
        (TODAY, "dairy_and_eggs", "25.5", "open"),
        (TOMORROW, "bread_and_bakery", "40", "open"),
        (TOMORROW, "dairy_and_eggs", "25.5", "open"),
    ]
    assert "Dairy and eggs , at most 26 kg for 80 people" in words(answer.text)


def test_pressed_twice_it_is_stated_once(reader: Reader, network: ServiceClient) -> None:
    data = typed(page(reader), BREAD, days=[TOMORROW])
    for _ in range(2):
        assert "Stated." in words(reader.http.post("/needs", data=data).text)
    assert len(needs(network)) == 1


def test_what_was_changed_after_a_lost_answer_is_not_said_to_be_stated(reader: Reader, network: ServiceClient) -> None:
    shown = page(reader)
    reader.http.post("/needs", data=typed(shown, BREAD, days=[TOMORROW]))
    answer = reader.http.post("/needs", data=typed(shown, {**BREAD, "kg": "60"}, MILK, days=[TOMORROW]))
    assert "This was stated already, as it stood when you pressed first." in words(answer.text)
    assert needs(network) == [(TOMORROW, "bread_and_bakery", "40", "open")]


def test_hours_of_reception_stand_at_each_day(reader: Reader) -> None:
    shown = words(page(reader))
    assert "Today 25 Nov 09:00–12:30" in shown
    assert "Saturday 28 Nov closed" in shown


@pytest.mark.parametrize(
    ("line", "pointer", "sentence"),
    [
        ({"category": "", "kg": "40"}, "/lines/0/category", "Choose one of those that are shown."),
        ({"category": "drinks", "kg": "lots"}, "/lines/0/kg", "kilograms"),
        ({"category": "drinks", "kg": ""}, "/lines/0/kg", "kilograms"),
        ({**BREAD, "people_served": "many"}, "/lines/0/people_served", "number"),
        ({**BREAD, "minimum_shelf_life_days": "400"}, "/lines/0/minimum_shelf_life_days", "365"),
        ({**BREAD, "priority": "9"}, "/lines/0/priority", "5"),
    ],
)
def test_what_does_not_fit_is_said_once_at_its_field_and_nothing_typed_is_lost(
    reader: Reader, network: ServiceClient, line: dict[str, str], pointer: str, sentence: str
) -> None:
    answer = send(reader, line, {**MILK, "note": "<i>Back door</i>"}, days=[TODAY, TOMORROW])
    assert answer.status_code == 422
    said = re.findall(rf'id="fault-{pointer}">([^<]*)<', answer.text)
    assert len(said) == 1
    assert sentence in said[0], said
    assert words(answer.text).count(said[0].strip()) == 2  # above, and at the field
    assert 'value="&lt;i&gt;Back door&lt;/i&gt;"' in answer.text
    assert f'value="{line["kg"]}"' in answer.text
    assert needs(network) == []


def test_without_a_day_it_is_said_at_the_days(reader: Reader) -> None:
    answer = send(reader, BREAD)
    assert answer.status_code == 422
    assert re.search(r'id="fault-/days">Choose at least one day\.<', answer.text)


@pytest.mark.parametrize("day", ["yesterday", "2026-13-01"])
def test_a_day_that_is_none_is_refused(reader: Reader, day: str) -> None:
    answer = send(reader, BREAD, days=[day])
    assert answer.status_code == 422
    assert re.search(r'id="fault-/days">[^<]+<', answer.text)


def test_what_is_stated_already_is_said_at_its_line_with_its_day(
    reader: Reader, network: ServiceClient, place: dict[str, Any]
) -> None:
    network.ok("/needs", a_need(place, service_date=TOMORROW))
    answer = send(reader, MILK, BREAD, days=[TODAY, TOMORROW])
    assert answer.status_code == 409
    assert re.search(r'id="fault-/lines/1/category">Thursday 26 November 2026: This site has already', answer.text)
    assert needs(network) == [(TOMORROW, "bread_and_bakery", "50", "open")]


def amount(reader: Reader, place: dict[str, Any], need: dict[str, Any], kg: str, **fields: Any) -> httpx.Response:
    """What a browser sends from the form of a need that is stated already."""
    data = {"need_id": need["id"], "version": str(need["version"]), "kg": kg, **fields}
    return reader.http.post("/needs/amount", data=data)


def test_the_amount_of_a_need_is_changed_on_the_page(
    network: ServiceClient, place: dict[str, Any], reader: Reader
) -> None:
    need = network.ok("/needs", a_need(place, service_date=TOMORROW, kg="50"))
    shown = page(reader)
    assert f'id="kg-{need["id"]}"' in shown
    changed = amount(reader, place, need, "٧٢٫٥")
    assert "Saved. The next plan takes it into account" in words(changed.text)
    assert needs(network) == [(TOMORROW, "bread_and_bakery", "72.5", "open")]


@pytest.mark.parametrize("kg", ["", "lots", "-3", "0"])
def test_what_is_no_amount_is_said_at_the_need_and_what_was_typed_stays(
    network: ServiceClient, place: dict[str, Any], reader: Reader, kg: str
) -> None:
    need = network.ok("/needs", a_need(place, service_date=TOMORROW, kg="50"))
    answer = amount(reader, place, need, kg)
    assert answer.status_code == 422
    assert f'id="fault-{need["id"]}"' in answer.text
    assert f'value="{kg}" aria-invalid="true"' in answer.text
    assert needs(network) == [(TOMORROW, "bread_and_bakery", "50", "open")]


def test_an_amount_that_somebody_changed_meanwhile_is_not_written_over(
    network: ServiceClient, place: dict[str, Any], reader: Reader
) -> None:
    need = network.ok("/needs", a_need(place, service_date=TOMORROW, kg="50"))
    assert amount(reader, place, need, "60").status_code == 200
    answer = amount(reader, place, need, "70")
    assert answer.status_code == 412
    assert "It was changed since you read it." in words(answer.text)
    assert needs(network) == [(TOMORROW, "bread_and_bakery", "60", "open")]
    version = re.search(r'action="/needs/amount".*?name="version" value="(\d+)"', answer.text, re.DOTALL)
    assert version is not None
    assert amount(reader, place, need, "70", version=version[1]).status_code == 200  # now it was seen
    assert needs(network) == [(TOMORROW, "bread_and_bakery", "70", "open")]


def weekly_amount(reader: Reader, need: dict[str, Any], kg: str) -> httpx.Response:
    """What a browser sends from the form of what is asked for every week."""
    data = {"standing_need_id": need["id"], "version": str(need["version"]), "kg": kg}
    return reader.http.post("/needs/weekly-amount", data=data)


@pytest.fixture
def weekly(network: ServiceClient, place: dict[str, Any]) -> dict[str, Any]:
    """Bread, each Thursday and Friday."""
    wish = a_need(place, kg="50") | {"weekdays": [4, 5], "starts_on": TODAY}
    wish.pop("service_date", None)
    return network.ok("/standing-needs", wish)


def test_the_amount_of_every_week_is_changed_on_the_page_with_the_days_that_follow_it(
    network: ServiceClient, weekly: dict[str, Any], reader: Reader
) -> None:
    shown = page(reader)
    assert f'id="kg-{weekly["id"]}"' in shown
    assert (TOMORROW, "bread_and_bakery", "50", "open") in needs(network)
    changed = weekly_amount(reader, weekly, "٧٢٫٥")
    assert "Saved. The next plan takes it into account" in words(changed.text)
    assert network.get(f"/standing-needs/{weekly['id']}").json()["kg"] == "72.5"
    assert {each[2] for each in needs(network)} == {"72.5"}


@pytest.mark.parametrize("kg", ["", "lots", "-3", "0"])
def test_what_is_no_amount_is_said_at_what_is_asked_for_every_week(
    network: ServiceClient, weekly: dict[str, Any], reader: Reader, kg: str
) -> None:
    answer = weekly_amount(reader, weekly, kg)
    assert answer.status_code == 422
    assert f'id="fault-{weekly["id"]}"' in answer.text
    assert f'value="{kg}" aria-invalid="true"' in answer.text
    assert network.get(f"/standing-needs/{weekly['id']}").json()["kg"] == "50"


def test_an_amount_of_every_week_that_somebody_changed_meanwhile_is_not_written_over(
    network: ServiceClient, weekly: dict[str, Any], reader: Reader
) -> None:
    assert weekly_amount(reader, weekly, "60").status_code == 200
    answer = weekly_amount(reader, weekly, "70")
    assert answer.status_code == 412
    assert "It was changed since you read it." in words(answer.text)
    assert network.get(f"/standing-needs/{weekly['id']}").json()["kg"] == "60"


def test_what_was_withdrawn_meanwhile_has_no_amount_to_change(
    network: ServiceClient, place: dict[str, Any], reader: Reader
) -> None:
    need = network.ok("/needs", a_need(place, service_date=TOMORROW, kg="50"))
    reader.http.post("/needs/withdraw", data={"need_id": need["id"], "version": "1"})
    answer = amount(reader, place, need, "60")
    assert answer.status_code == 412
    assert "It was changed since you read it." in words(answer.text)
    assert needs(network) == [(TOMORROW, "bread_and_bakery", "50", "withdrawn")]


def test_a_need_is_withdrawn_and_can_be_stated_anew(
    reader: Reader, network: ServiceClient, place: dict[str, Any]
) -> None:
    need = network.ok("/needs", a_need(place, service_date=TOMORROW))
    data = {"need_id": need["id"], "version": str(need["version"])}
    for _ in range(2):  # a second press changes nothing
        assert "Nothing is asked for yet." in words(reader.http.post("/needs/withdraw", data=data).text)
    assert needs(network) == [(TOMORROW, "bread_and_bakery", "50", "withdrawn")]
    send(reader, BREAD, days=[TOMORROW])
    assert needs(network) == [(TOMORROW, "bread_and_bakery", "40", "open")]


def test_what_was_asked_for_before_is_filled_in_with_its_terms(
    reader: Reader, network: ServiceClient, place: dict[str, Any]
) -> None:
    network.ok("/needs", a_need(place, service_date=TODAY, excluded_allergens=["gluten"], kg="35"))
    network.ok("/needs", a_need(place, service_date=TODAY, category="drinks", kg="12", priority=5))
    shown = page(reader)
    assert "35 kg the last time" in words(shown)
    again = reader.http.post("/needs", data=typed(shown, {"category": "", "kg": ""}, days=[TOMORROW], again="all"))
    assert len(needs(network)) == 2
    data = typed(again.text, {"category": "bread_and_bakery", "kg": "35"}, {"category": "drinks", "kg": "12"})
    assert 'name="line-0-kg" inputmode="decimal" value="35"' in again.text
    assert 'name="line-1-kg" inputmode="decimal" value="12"' in again.text
    assert 'name="line-0-excluded_allergens" value="gluten" checked' in again.text
    assert '<option value="5" selected>' in again.text
    reader.http.post("/needs", data={**data, "days": [TOMORROW]})
    assert needs(network)[-2:] == [(TOMORROW, "bread_and_bakery", "35", "open"), (TOMORROW, "drinks", "12", "open")]


def test_what_is_in_the_list_no_more_is_said(reader: Reader) -> None:
    answer = send(reader, BREAD, again="nothing")
    assert "This is not in the list any more. Fill it in." in words(answer.text)


def test_lines_are_added_and_removed_and_what_was_typed_stays(reader: Reader) -> None:
    more = send(reader, BREAD, MILK, add_line="1").text
    assert more.count('<fieldset class="offer-line"') == 3
    assert 'value="25.5"' in more
    less = send(reader, BREAD, MILK, remove_line="0").text
    assert less.count('<fieldset class="offer-line"') == 1
    assert 'value="25.5"' in less
    assert send(reader, BREAD, remove_line="0").text.count('<fieldset class="offer-line"') == 1
    assert send(reader, BREAD, MILK, remove_line="x").text.count('<fieldset class="offer-line"') == 2


def test_what_is_needed_every_week_stands_until_it_is_ended(reader: Reader, network: ServiceClient) -> None:
    answer = send(reader, BREAD, repeat="weekly", weekdays=["4", "5"])
    assert "Stated." in words(answer.text)
    [stands] = network.get("/standing-needs").json()["items"]
    assert (stands["weekdays"], stands["kg"], stands["starts_on"]) == ([4, 5], "40", TODAY)
    shown = words(answer.text)
    assert "from every week" in shown
    assert "Thursday, Friday" in shown or "Thursday , Friday" in shown
    for _ in range(2):
        ended = reader.http.post("/needs/end", data={"standing_need_id": stands["id"]})
        assert "Nothing is asked for every week." in words(ended.text)


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [({}, "/weekdays"), ({"weekdays": ["4"], "ends_on": "soon"}, "/ends_on")],
)
def test_what_does_not_fit_every_week_is_said_at_its_field(
    reader: Reader, network: ServiceClient, fields: dict[str, Any], pointer: str
) -> None:
    answer = send(reader, BREAD, repeat="weekly", **fields)
    assert answer.status_code == 422
    assert re.search(rf'id="fault-{pointer}">[^<]+<', answer.text)
    assert network.get("/standing-needs").json()["items"] == []


def test_two_of_one_kind_every_week_are_refused_at_the_second_and_neither_stands(
    reader: Reader, network: ServiceClient
) -> None:
    answer = send(reader, BREAD, BREAD, repeat="weekly", weekdays=["4"])
    assert answer.status_code == 409
    assert re.search(r'id="fault-/lines/1/category">This site has a standing need', answer.text)
    assert network.get("/standing-needs").json()["items"] == []


def test_other_organisations_see_and_state_nothing(
    network: ServiceClient, place: dict[str, Any], weekly: dict[str, Any]
) -> None:
    need = network.ok("/needs", a_need(place, service_date=TOMORROW))
    rival = network.organisation("food_bank", "Maindee Pantry")
    own = network.site(TESCO_SPYTTY, "Maindee Pantry", kind="distribution_point", organisation_id=rival["id"])
    stranger = Reader(network.address)
    stranger.sign_in(person(network, rival, "organisation_admin"))
    shown = page(stranger, site_id=place["id"])
    assert "Newport Food Bank" not in words(shown)
    assert f'<option value="{own["id"]}" selected' in shown
    data = typed(shown, MILK, days=[TOMORROW]) | {"site_id": place["id"]}
    answer = stranger.http.post("/needs", data=data)
    assert (answer.status_code, "Choose a place of yours." in words(answer.text)) == (422, True)
    assert (
        stranger.http.post("/needs/amount", data={"need_id": need["id"], "version": "1", "kg": "9"}).status_code == 404
    )
    every_week = stranger.http.post(
        "/needs/weekly-amount", data={"standing_need_id": weekly["id"], "version": "1", "kg": "9"}
    )
    assert every_week.status_code == 404
    taken = stranger.http.post("/needs/withdraw", data={"need_id": need["id"], "version": "1"})
    assert taken.status_code == 404
    assert len(needs(network)) == 1
    stranger.http.close()


def test_a_place_that_does_not_exist_yet_is_said(network: ServiceClient, bank: dict[str, Any]) -> None:
    nobody = Reader(network.address)
    nobody.sign_in(person(network, bank, "organisation_admin"))
    assert "Your organisation has no place yet that receives food." in words(page(nobody))
    assert nobody.http.post("/needs", data={"days": [TOMORROW], "line_count": "1"}).status_code == 422
    nobody.http.close()


def test_the_page_is_arabic_for_who_reads_arabic(reader: Reader) -> None:
    assert "ما نحتاج إليه" in words(page(reader, lang="ar"))
    answer = reader.http.post("/needs?lang=ar", data=typed(page(reader), {"category": "drinks", "kg": ""}))
    assert "اختر يومًا واحدًا على الأقل." in words(answer.text)
