"""Every kind of message in both languages: a sentence without gaps, and one segment as a text message."""

import re
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from app.domain.alarms import Kind
from app.domain.notification_words import TITLES
from app.domain.notifications import News, Reader
from app.domain.text_message import segments
from app.notifications.wording import Wording, wording_of
from tests.notifications.conftest import HANDLED

NOW, LONDON, PUBLIC = datetime(2026, 11, 25, 9, tzinfo=UTC), ZoneInfo("Europe/London"), "https://wasl.example.org"
DAY = {"service_date": "2026-11-26", "number": 1}
AT = "2026-11-26T14:10:00+00:00"
ROW = {"allocation_id": "a", "description": "Loaves", "category": "bread_and_bakery", "kg": "62.5", "at": AT}
ROWS = [{**ROW, "site_name": f"Lidl {number}"} for number in range(3)]
ALARM = {
    "alarm": "driver_not_started", "severity": "emergency", **DAY, "details": {"vehicle": "Green van", "from": "08:00"},
}  # fmt: skip
SHIFT = {**DAY, "starts_at": AT, "ends_at": "2026-11-26T20:00:00+00:00", "driver_ids": ["me"]}
TASK = {
    **DAY, "task": "distribution", "title": "Friday table at Raven House", "place": "Raven House, Somerton Road",
    "starts_at": AT, "ends_at": "2026-11-26T20:00:00+00:00", "person_ids": ["me"],
}  # fmt: skip
DATA: dict[str, dict[str, Any]] = {
    "allocations.published": {**DAY, "allocations": ROWS},
    "allocations.cancelled": DAY,
    "delivery.scheduled": {**DAY, "allocations": ROWS[:1]},
    "delivery.cancelled": DAY,
    "need.unmet": {
        **DAY,
        "site_id": "b",
        "site_name": "Newport Food Bank",
        "category": "fruit_and_vegetables",
        "kg": "120",
        "kg_planned": "7.5",
        "others": 3,
        "most_missing": True,
    },
    "arrival.changed": {**DAY, "site_name": "Lidl, Cardiff Road", "stop_kind": "pickup", "at": AT, "told_before": AT},
    "food.delivered": HANDLED,
    "food.refused": {**HANDLED, "corrected": True},
    "stop.failed": {"site_name": "Lidl, Cardiff Road", "stop_kind": "drop_off", "kg": "62.5"},
    "offer.expired": {**DAY, "kg": "62.5"},
    "food.asked": {**HANDLED, "donor": "Lidl", "until": AT, "description": ""},
    "line.quarantined": DAY,
    "allocation.declined": {**HANDLED, **DAY},
    "plan.failed": DAY,
    "route.published": {**SHIFT, "stops": 12, "first_at": AT},
    "route.changed": {**SHIFT, "stops": 1, "first_at": AT},
    "route.cancelled": SHIFT,
    "task.reminder": TASK,
    "task.cancelled": TASK,
    "task.released": TASK,
    "task.given_back": {**TASK, "late": True},
    "volunteer.applied": {},
    "enquiry.received": {"wish": "give_money"},
    "alarm.raised": ALARM,
    "alarm.escalated": ALARM,
    "test": {},
    "code": {"code": "012345"},
}

ALARMS = {
    "shift_without_driver": {"vehicle": "Green van of Raven House", "from": "08:00", "until": "16:00"},
    "driver_not_started": {"vehicle": "Green van of Raven House", "from": "08:00"},
    "stop_late": {
        "vehicle": "Green van of Raven House", "site": "Lidl, Cardiff Road", "expected": "14:10", "until": "13:30",
    },
    "weight_far_off": {
        "vehicle": "Green van of Raven House", "kg": "120", "food": "Brown loaves", "site": "Lidl, Cardiff Road",
        "planned": "62",
    },
    "report_contradicts": {"vehicle": "Green van of Raven House"},
    "store_silent": {"site": "Lidl, Cardiff Road", "by": "17:30", "day": "26.11.2026"},
}  # fmt: skip


def said(kind: str, language: str, role: str = "organisation_admin", receives: bool = False, **data: Any) -> Wording:
    news = News(kind, frozenset(), {**DATA[kind], **data}, NOW)
    return wording_of(news, Reader("me", role, "ours", receives=receives), language, LONDON, PUBLIC)


def test_every_kind_is_here() -> None:
    assert set(DATA) == set(TITLES)


@pytest.mark.parametrize("kind", sorted(DATA))
@pytest.mark.parametrize("language", ["en", "ar"])
def test_it_is_a_sentence_without_gaps_and_one_segment(kind: str, language: str) -> None:
    found = said(kind, language)
    for text in (found.title, found.sentence, found.text_message):
        assert text
        assert "{" not in text
        assert bool(re.search("[؀-ۿ]", text)) == (language == "ar")
    assert segments(found.text_message) == 1, found.text_message
    assert found.page.startswith("/")


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("kind", ["food.refused", "allocation.declined", "arrival.changed", "food.asked"])
def test_long_names_are_cut_in_a_text_message_alone(kind: str, language: str) -> None:
    long = dict.fromkeys(("receiver_name", "site_name"), "Newport and Caerleon Community Pantry")
    found = said(kind, language, **long)
    assert segments(found.text_message) == 1, found.text_message
    if kind != "food.asked":
        assert long["site_name"] in found.sentence


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("alarm", sorted(ALARMS))
def test_every_alarm_is_one_segment_and_says_whose_it_is(alarm: str, language: str) -> None:
    found = said("alarm.raised", language, alarm=alarm, details=ALARMS[alarm])
    assert segments(found.text_message) == 1, found.text_message
    assert ("Green" in found.text_message) == ("vehicle" in ALARMS[alarm])
    assert "{" not in found.text_message


def test_every_alarm_is_tried() -> None:
    assert set(ALARMS) == {each.value for each in Kind}


def test_names_keep_their_direction_and_dates_theirs() -> None:
    found = said("arrival.changed", "ar")
    assert "\u2068Lidl, Cardiff Road\u2069" in found.sentence
    assert found.text_message.count("\u2068") == found.text_message.count("\u2069") == 1  # the name alone


def test_plural_forms_are_the_languages() -> None:
    assert said("allocations.published", "en").sentence.startswith("3 collections on Thursday 26 November 2026: 188 kg")
    assert said("delivery.scheduled", "en").sentence.startswith("1 delivery on Thursday")
    assert "3 عمليات جمع" in said("allocations.published", "ar").sentence
    many = [{**ROW, "site_name": f"Lidl {number}"} for number in range(11)]
    assert "11 عملية جمع" in said("allocations.published", "ar", allocations=many).sentence


def test_the_link_goes_with_a_text_message_where_it_still_is_one_segment() -> None:
    assert said("plan.failed", "en", "dispatcher").text_message.endswith(f"{PUBLIC}/day?date=2026-11-26")
    assert PUBLIC not in said("food.delivered", "ar").text_message


def test_a_code_leads_nowhere_whoever_gets_it_by_mistake() -> None:
    for language in ("en", "ar"):
        found = said("code", language).text_message
        assert "012345" in found
        assert "http" not in found


def test_the_pages_are_those_that_the_role_opens() -> None:
    assert said("alarm.raised", "en", "donor_staff").page == "/offers/new"
    assert said("alarm.raised", "en", "dispatcher").page == "/day?date=2026-11-26"
    assert said("arrival.changed", "en", page="/van/wasl_van_x").page == "/van/wasl_van_x"
    assert said("food.asked", "en").page == "/asked"


@pytest.mark.parametrize("kind", ["food.delivered", "food.refused", "stop.failed", "arrival.changed"])
def test_whoever_takes_food_is_led_to_what_arrives_and_whoever_gives_it_to_what_they_gave(kind: str) -> None:
    assert said(kind, "en", receives=True).page == "/arrivals"
    assert said(kind, "en").page == said(kind, "en", "donor_staff", receives=True).page == "/offers"
    assert said(kind, "en", "dispatcher", **DAY).page == "/day?date=2026-11-26"
    assert said("allocations.published", "en", receives=True).page == "/offers"
    assert said("delivery.scheduled", "en", receives=True).page == "/arrivals"
