"""The settings of a network over real HTTP, without a script: read by everybody in it, set by its administrators, each
section by itself, with a sentence at what does not fit."""

import html
import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.service_client import ServiceClient
from tests.web.test_pages import Reader, desk, lidl, person, shop, store

__all__ = ["desk", "lidl", "shop", "store"]

LADDER = {
    "section": "escalation", "on": "on", "radius_km": "7.5", "ask_minutes": "200", "wider_minutes": "100",
    "longest_hours": "48",
}  # fmt: skip


def words(page: str) -> str:
    """What stands on it, without markup and the marks around names."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>|[\u2066-\u2069]", " ", page)).split())


def faults(page: str) -> dict[str, str]:
    """The sentence at each field that does not fit."""
    return dict(re.findall(r'class="fault" id="fault-([^"]*)">([^<]*)<', html.unescape(page)))


def kept(network: ServiceClient) -> dict[str, Any]:
    """The network as the API has it."""
    return network.get("/network").json()


def safety(**limits: str) -> dict[str, str]:
    """The section on food with all its fields empty but these."""
    names = (
        "chilled_highest_celsius", "frozen_highest_celsius", "hot_lowest_celsius", "hot_longest_minutes",
        "pickup_longest_hours", "minimum_days_before_use_by", "best_before_tolerance_days",
    )  # fmt: skip
    return {"section": "food_safety", **dict.fromkeys(names, ""), **limits}


@pytest.fixture
def admin(network: ServiceClient) -> Iterator[Reader]:
    """The network's administrator, signed in."""
    reader = Reader(network.address)
    reader.sign_in(person(network, network.get("/me").json()["organisation"], "network_admin"))
    yield reader
    reader.http.close()


def test_the_hour_at_which_days_are_planned_is_set_and_taken_back(network: ServiceClient, admin: Reader) -> None:
    version = kept(network)["version"]
    hours = {"section": "cut_off", "at": "18:30", "day": "day_before", "version": version}
    page = words(admin.http.post("/network", data=hours).text)
    assert "Saved. At 18:30 on the day before." in page
    assert kept(network)["cut_off"] == {"at": "18:30:00", "day": "day_before"}
    admin.http.post("/network", data={**hours, "day": "never", "version": version + 1})
    assert kept(network)["cut_off"] is None


def test_the_ladder_is_set_in_kilometres_with_digits_of_any_script(network: ServiceClient, admin: Reader) -> None:
    arabic = {**LADDER, "radius_km": "٧٫٥", "ask_minutes": "٢٠٠", "version": kept(network)["version"]}
    assert admin.http.post("/network", data=arabic).status_code == 200
    assert kept(network)["escalation"] == {
        "on": True, "radius_metres": 7_500, "ask_minutes": 200, "wider_minutes": 100, "next_day": False,
        "longest_hours": 48,
    }  # fmt: skip


def test_a_limit_is_made_stricter_and_an_empty_field_takes_the_rule_books_again(
    network: ServiceClient, admin: Reader
) -> None:
    version = kept(network)["version"]
    stricter = safety(chilled_highest_celsius="5", frozen_highest_celsius="−18", best_before_tolerance_days="10")
    page = admin.http.post("/network", data={**stricter, "version": version}).text
    assert 'value="-18"' in page
    limits = kept(network)["food_safety"]
    assert (limits["chilled_highest_celsius"], limits["frozen_highest_celsius"]) == ("5", "-18")
    assert limits["best_before_tolerance_days"] == 10
    admin.http.post("/network", data={**safety(), "version": version + 1})
    assert kept(network)["food_safety"]["chilled_highest_celsius"] == "8"
    assert kept(network)["food_safety"]["best_before_tolerance_days"] is None


@pytest.mark.parametrize(
    ("sent", "at", "sentence"),
    [
        ({"section": "cut_off", "at": "late", "day": "same_day"}, "/cut_off/at", "Write the time of day as 09:30."),
        (
            {"section": "cut_off", "at": "07:00", "day": "moonday"},
            "/cut_off/day",
            "Choose one of those that are shown.",
        ),
        ({**LADDER, "ask_minutes": "soon"}, "/escalation/ask_minutes", "A whole number belongs here."),
        ({**LADDER, "wider_minutes": "5"}, "/escalation/wider_minutes", "It must be at least 15."),
        ({**LADDER, "radius_km": "501"}, "/escalation/radius_metres", "It must be at most 500."),
        ({**LADDER, "radius_km": "NaN"}, "/escalation/radius_metres", "A number belongs here"),
        (safety(hot_lowest_celsius="warm"), "/food_safety/hot_lowest_celsius", "A number belongs here."),
        (
            safety(chilled_highest_celsius="9"),
            "/food_safety/chilled_highest_celsius",
            "never laxer: the limit is 8 °C.",
        ),
    ],
    ids=["time", "day", "word", "few", "far", "NaN", "warm", "laxer"],
)
def test_what_does_not_fit_is_said_at_its_field_and_nothing_typed_is_lost(
    network: ServiceClient, admin: Reader, sent: dict[str, str], at: str, sentence: str
) -> None:
    before = kept(network)
    answer = admin.http.post("/network", data={**sent, "version": before["version"]})
    assert answer.status_code == 422
    assert sentence in faults(answer.text)[at]
    for name, value in sent.items():
        if name not in ("section", "on", "day"):
            assert f'name="{name}"' in answer.text
            assert f'value="{value}"' in answer.text
    assert kept(network) == before


def test_every_field_that_does_not_fit_is_said_at_once(network: ServiceClient, admin: Reader) -> None:
    sent = {**LADDER, "radius_km": "far", "longest_hours": "", "version": kept(network)["version"]}
    said = faults(admin.http.post("/network", data=sent).text)
    assert set(said) == {"/escalation/radius_metres", "/escalation/longest_hours"}


@pytest.mark.parametrize("version", ["stale", ""])
def test_settings_that_were_changed_meanwhile_are_not_written_over(
    network: ServiceClient, admin: Reader, version: str
) -> None:
    before = kept(network)
    sent = {**LADDER, "version": before["version"] - 1 if version else ""}
    answer = admin.http.post("/network", data=sent)
    assert answer.status_code == 412
    assert "It was changed since you read it." in words(answer.text)
    assert "Show it as it is now" in answer.text
    assert kept(network) == before


def test_a_dispatcher_and_a_shop_read_the_settings_and_have_no_form(
    network: ServiceClient, desk: Reader, shop: Reader
) -> None:
    for reader in (desk, shop):
        page = reader.http.get("/network").text
        assert "Never: a dispatcher asks for each plan." in words(page)
        assert "Chilled food, at most °C 8" in words(page)
        assert 'action="/network#' not in page
        sent = {**LADDER, "version": kept(network)["version"]}
        assert reader.http.post("/network", data=sent).status_code == 403


def test_the_settings_are_said_in_arabic(admin: Reader, network: ServiceClient) -> None:
    page = admin.http.get("/network?lang=ar").text
    assert 'dir="rtl"' in page
    assert "إعدادات الشبكة" in page
    sent = {**safety(hot_longest_minutes="180"), "version": kept(network)["version"]}
    assert "الحد هو 120 دقيقة" in words(admin.http.post("/network", data=sent).text)
