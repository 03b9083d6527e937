"""What arrives at a food bank, on a page without a script: when, what, from whom; declined before, confirmed after."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.declines.conftest import YoghurtDay, config, day, workshop  # noqa: F401
from tests.people.builders import entered, own
from tests.service_client import DAY, an_event, kilograms, report
from tests.web.receiver.test_declines_page import words
from tests.web.test_pages import Reader


def reader_of(day: YoghurtDay, organisation: dict[str, Any], role: str = "organisation_admin") -> Reader:  # noqa: F811
    found = Reader(day.network.address)
    found.sign_in(entered(day.network, organisation, role)["email"])
    return found


@pytest.fixture
def bank(day: YoghurtDay) -> Iterator[Reader]:  # noqa: F811
    """Who runs the food bank that the yoghurt is for."""
    found = reader_of(day, {"id": day.bank["organisation_id"]})
    yield found
    found.http.close()


@pytest.fixture
def desk(day: YoghurtDay) -> Iterator[Reader]:  # noqa: F811
    found = reader_of(day, own(day.network), "dispatcher")
    yield found
    found.http.close()


def arrivals(reader: Reader, **query: str) -> str:
    answer = reader.http.get("/arrivals", params=query)
    assert answer.status_code == 200, answer.text
    return words(answer.text)


def say(reader: Reader, address: str, day: YoghurtDay, **fields: str) -> httpx.Response:  # noqa: F811
    """What a form about the yoghurt sends, its fields by their names."""
    line = day.allocation()["id"]
    about = {f"{name}-{line}" if name != "as_reported" else name: value for name, value in fields.items()}
    return reader.http.post(f"/arrivals/{address}", data={"line": line, **about})


def came(day: YoghurtDay) -> None:  # noqa: F811
    day.tell("collected", "pickup")
    day.tell("delivered", "drop_off")


def test_a_food_bank_begins_with_what_arrives(bank: Reader) -> None:
    assert bank.http.get("/").url.path == "/arrivals"


def test_it_says_when_what_from_where_and_in_which_vehicle(bank: Reader, day: YoghurtDay) -> None:  # noqa: F811
    page = arrivals(bank)
    assert "The van is expected at about" in page
    assert "White van brings 30 kg." in page
    assert "Yoghurt , 30 kg , 2 crates Planned" in page
    assert "Dairy and eggs · Chilled · Best before Thursday 10 December 2026 · from Lidl, Cardiff Road" in page
    assert "Tomorrow Thursday 26 November 2026 No van is planned to come on this day." in page
    day.tell("collected", "pickup")
    assert "Yoghurt , 30 kg , 2 crates On the van" in arrivals(bank)


def test_a_late_van_is_late_here_too(bank: Reader, day: YoghurtDay) -> None:  # noqa: F811
    [stop] = day.stops("drop_off")
    day.clock.set(day.clock().fromisoformat(stop["arrive_at"]).replace(hour=15))
    assert "The van is late." in arrivals(bank)


def test_others_see_nothing_of_it(day: YoghurtDay) -> None:  # noqa: F811
    for organisation in ({"id": day.other["organisation_id"]}, {"id": day.store["organisation_id"]}):
        stranger = reader_of(day, organisation)
        assert "Yoghurt" not in arrivals(stranger)
        answer = say(stranger, "decline", day, reason="too_much")
        assert answer.status_code in (403, 404)
        stranger.http.close()
    assert day.allocation()["kg"] == "30"


def test_a_shops_assistant_has_no_such_page(day: YoghurtDay) -> None:  # noqa: F811
    assistant = reader_of(day, {"id": day.store["organisation_id"]}, "donor_staff")
    assert assistant.http.get("/arrivals").status_code == 403
    assistant.http.close()


def test_dispatchers_see_all_places_with_their_owners(desk: Reader) -> None:
    assert "White van brings 30 kg." in arrivals(desk)


def test_a_line_is_declined_and_had_after_all(bank: Reader, day: YoghurtDay) -> None:  # noqa: F811
    page = words(say(bank, "decline", day, reason="too_much", note="We have a pallet left").text)
    assert "Declined" in page
    assert "It is more than we can use. We have a pallet left Have it after all" in page
    [said] = day.first.get("/declines").json()["items"]
    assert (said["reason"], said["note"]) == ("too_much", "We have a pallet left")
    assert "Have it after all" not in words(say(bank, "take-back", day).text)


@pytest.mark.parametrize("reason", ["", "hungry"])
def test_without_a_reason_nothing_is_declined_and_the_note_stays(
    bank: Reader,
    day: YoghurtDay,  # noqa: F811
    reason: str,
) -> None:
    answer = say(bank, "decline", day, reason=reason, note="<b>No fridge</b>")
    assert answer.status_code == 422
    assert "Not done yet: Choose one of those that are shown." in words(answer.text)
    assert 'value="&lt;b&gt;No fridge&lt;/b&gt;"' in answer.text
    assert "aria-invalid" in answer.text
    assert day.first.get("/declines").json()["items"] == []


def test_what_was_delivered_meanwhile_is_declined_no_more(bank: Reader, day: YoghurtDay) -> None:  # noqa: F811
    came(day)
    answer = say(bank, "decline", day, reason="too_much")
    assert answer.status_code == 409
    assert "The van was there with this food already." in words(answer.text)


def test_all_is_confirmed_by_one_button(bank: Reader, day: YoghurtDay) -> None:  # noqa: F811
    assert "It came as it stands here" not in arrivals(bank)
    came(day)
    assert "It came as it stands here" in arrivals(bank)
    page = words(say(bank, "received", day, shown="30", as_reported="1").text)
    assert "Confirmed 30 kg came." in page
    assert "It came as it stands here" not in page


def tell(day: YoghurtDay, kind: str, place: str, kg: str, **fields: Any) -> None:  # noqa: F811
    """The driver reports so much of the yoghurt."""
    [stop] = day.stops(place)
    day.clock.set(max(day.clock(), datetime.fromisoformat(stop["arrive_at"])))
    with day.network.driver(day.shift) as driver:
        lines = [kilograms(each, kg) for each in stop["allocations"]]
        assert report(driver, an_event(stop, kind, *lines, **fields)) == ["stored"]


def test_what_was_not_there_is_not_said_to_be_refused(bank: Reader, day: YoghurtDay) -> None:  # noqa: F811
    tell(day, "collected", "pickup", "0", reason="nothing_there")
    page = arrivals(bank)
    assert "Yoghurt , 0 kg" in page
    assert "Did not come" in page
    assert "We do not want it" not in page
    assert "It came as it stands here" not in page
    tell(day, "delivered", "drop_off", "0")
    page = arrivals(bank)
    assert "Did not come" in page
    assert "Refused at the door" not in page


def test_food_that_is_held_back_is_not_confirmed_with_the_rest(bank: Reader, day: YoghurtDay) -> None:  # noqa: F811
    [stop] = day.stops("pickup")
    with day.network.driver(day.shift) as driver:
        lines = [{**kilograms(each), "celsius": 19.0} for each in stop["allocations"]]
        assert report(driver, an_event(stop, "collected", *lines)) == ["stored"]
    [drop_off] = day.stops("drop_off")
    day.clock.set(datetime.fromisoformat(drop_off["arrive_at"]) + timedelta(hours=1))
    page = arrivals(bank)
    assert "Yoghurt , 0 kg" in page
    assert "Held back until somebody decides" in page
    assert "It came as it stands here" not in page


def test_what_differs_is_said_per_line_and_rises_on_the_day(
    bank: Reader,
    desk: Reader,
    day: YoghurtDay,  # noqa: F811
) -> None:
    came(day)
    assert "Food banks counted otherwise" not in words(desk.http.get(f"/day?date={DAY}").text)
    page = words(say(bank, "received", day, kg="٢٦٫٥", crates="1", note="One crate was crushed").text)
    assert "Differs 27 kg came; the driver reported 30 kg. The dispatcher sees both." in page
    risen = words(desk.http.get(f"/day?date={DAY}").text)
    assert "Newport Food Bank says that 27 kg of Yoghurt came; the driver reported 30 kg." in risen
    assert "One crate was crushed" in risen
    say(bank, "received", day, kg="30", crates="", note="")
    assert "Food banks counted otherwise" not in words(desk.http.get(f"/day?date={DAY}").text)


def test_a_difference_that_is_seen_to_leaves_the_list_and_stays_in_the_record(
    bank: Reader,
    desk: Reader,
    day: YoghurtDay,  # noqa: F811
) -> None:
    came(day)
    say(bank, "received", day, kg="26", crates="", note="")
    page = desk.http.get(f"/day?date={DAY}").text
    form = dict(
        re.findall(r'name="(\w+)" value="([^"]*)"', page.partition('action="/day/seen"')[2].partition("</form>")[0])
    )
    seen = words(desk.http.post("/day/seen", data=form).text)
    assert "Food banks counted otherwise" not in seen
    assert "Counted otherwise, and seen to 1 Newport Food Bank says that 26 kg of Yoghurt came" in seen
    assert "Seen by A dispatcher on" in seen
    say(bank, "received", day, kg="25", crates="", note="")
    again = words(desk.http.post("/day/seen", data=form).text)
    assert "It was said otherwise meanwhile. Look at it again." in again
    assert "Food banks counted otherwise than drivers" in again
    assert bank.http.post("/day/seen", data=form).status_code == 403


def test_other_crates_rise_too(bank: Reader, desk: Reader, day: YoghurtDay) -> None:  # noqa: F811
    came(day)
    say(bank, "received", day, kg="30", crates="1", note="")
    risen = words(desk.http.get(f"/day?date={DAY}").text)
    assert "Newport Food Bank says that 1 crates of Yoghurt came; 2 were to come." in risen


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [({"kg": "lots"}, "kilograms"), ({"kg": ""}, "kilograms"), ({"kg": "3", "crates": "-2"}, "0")],
)
def test_what_is_no_amount_is_said_at_its_field_and_nothing_typed_is_lost(
    bank: Reader,
    day: YoghurtDay,  # noqa: F811
    fields: dict[str, str],
    sentence: str,
) -> None:
    came(day)
    answer = say(bank, "received", day, **{"crates": "", "note": "Wet boxes", **fields})
    assert answer.status_code == 422
    assert sentence in words(answer.text)
    assert 'value="Wet boxes"' in answer.text
    assert f'value="{fields["kg"]}"' in answer.text
    assert day.first.get("/receipt-confirmations").json()["items"] == []


def test_before_the_van_is_due_nothing_is_confirmed(bank: Reader, day: YoghurtDay) -> None:  # noqa: F811
    answer = say(bank, "received", day, shown="30", as_reported="1")
    assert answer.status_code == 409
    assert "The van has not been there with this food yet." in words(answer.text)


def test_a_form_about_nothing_changes_nothing(bank: Reader) -> None:
    assert bank.http.post("/arrivals/received", data={}).status_code == 200
    assert bank.http.post("/arrivals/decline", data={"line": "nonsense", "reason-nonsense": "other"}).status_code == 404
    assert bank.http.post("/arrivals/received", data={"line": "nonsense", "kg-nonsense": "1"}).status_code == 404


def test_the_page_is_arabic_for_who_reads_arabic(bank: Reader) -> None:
    page = arrivals(bank, lang="ar")
    assert "ما يصل" in page
    assert "تجلب White van 30 كغ." in page
