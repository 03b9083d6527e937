"""Who hears what, by which channel, what cannot wait, and when it is out of date."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.notification_words import COUNTED, SENTENCES, TITLES, sentence_of
from app.domain.notifications import (
    SUBJECTS,
    WITHOUT_MESSAGE,
    Channel,
    News,
    Reader,
    channels_of,
    hears,
    latest,
    subject_of,
    subjects_of,
    urgent,
    valid_until,
)
from app.domain.outbox_kinds import KINDS
from app.domain.permissions import Role

NOW, LONDON = datetime(2026, 11, 25, 6, tzinfo=UTC), ZoneInfo("Europe/London")
ORGANISATIONS = st.sampled_from(["shop", "bank", "carrier", "network"])
ROLES = st.sampled_from([role.value for role in Role])
ROUTE = {"starts_at": (NOW + timedelta(hours=4)).isoformat(), "ends_at": (NOW + timedelta(hours=10)).isoformat()}
HANDLED = {
    "description": "Loaves", "category": "bread_and_bakery", "donor_name": "Lidl", "receiver_name": "Bank",
    "kg": "12", "corrected": False,
}  # fmt: skip


def news(kind: str, *organisations: str, told: tuple[str, ...] = (), **data: Any) -> News:
    return News(kind, frozenset(organisations), data, NOW, frozenset(told))


def reader(role: str, organisation: str = "shop", **fields: Any) -> Reader:
    return Reader("me", role, organisation, **fields)


def test_every_subject_is_of_kinds_that_leave_the_service_and_each_kind_is_of_one() -> None:
    kinds = [kind for subject in SUBJECTS.values() for kind in subject.kinds]
    assert len(kinds) == len(set(kinds))
    assert set(kinds) < set(KINDS)
    assert set(TITLES) == {*kinds, *WITHOUT_MESSAGE}
    told = {each.partition(" ")[0] for each in SENTENCES} | set(COUNTED)
    assert told == {*kinds, *WITHOUT_MESSAGE} - {"alarm.raised", "alarm.escalated"}


def test_what_is_usual_is_little() -> None:
    for role in Role:
        subjects = subjects_of(role)
        mailed = [code for code in subjects if Channel.EMAIL in channels_of(role, {}, code)]
        assert len(mailed) <= 3, role
        assert not any(Channel.SMS in channels_of(role, {}, code) for code in subjects)  # it costs: only who asks
    assert set(subjects_of("driver")) == set(subjects_of("volunteer")) == {"route", "task"}


@given(ROLES, ORGANISATIONS, st.sampled_from(sorted(KINDS)), st.sets(ORGANISATIONS))
def test_nobody_hears_of_what_named_others_but_the_networks_staff(
    role: str, organisation: str, kind: str, named: set[str]
) -> None:
    found = hears(reader(role, organisation), news(kind, *named, **HANDLED))
    if organisation not in named and role not in ("dispatcher", "network_admin"):
        assert not found
    if subject_of(kind) is None:
        assert not found


def test_the_networks_staff_hear_of_trouble_everywhere_and_of_food_of_their_own_alone() -> None:
    refused, brought = news("food.refused", "shop", "bank", **HANDLED), news("delivery.scheduled", "bank")
    assert hears(reader("dispatcher", "network"), refused)
    assert not hears(reader("dispatcher", "network"), brought)
    assert hears(reader("dispatcher", "bank"), brought)
    assert not hears(reader("organisation_admin", "carrier"), refused)


def test_a_route_is_told_to_its_driver_and_to_nobody_else() -> None:
    route = news("route.changed", "shop", told=("me",), **ROUTE)
    assert hears(reader("driver"), route)
    assert not hears(Reader("another", "driver", "shop"), route)
    assert not hears(reader("dispatcher"), route)  # whoever publishes it knows


def test_a_driver_has_to_know_it_an_hour_before_and_until_the_shift_is_over() -> None:
    route = news("route.published", "shop", **ROUTE)
    assert latest(route) == NOW + timedelta(hours=3)
    assert valid_until(route, LONDON) == NOW + timedelta(hours=10)
    assert latest(news("alarm.raised")) is None


def test_an_alarm_is_told_to_those_whom_its_ladder_has_reached_and_to_nobody_else() -> None:
    alarm = news("alarm.raised", "shop", told=("me",), alarm="stop_late", severity="warning")
    assert hears(reader("dispatcher", "network"), alarm)
    assert not hears(Reader("another", "dispatcher", "shop"), alarm)


def test_whoever_works_at_one_place_hears_of_that_place() -> None:
    here = {"site": "1", "site_name": "Lidl Cardiff Road"}
    row = {"allocation_id": "a", "kg": "3", "at": NOW.isoformat()}
    plan = [{**row, "site_name": "Lidl Cardiff Road"}, {**row, "site_name": "Lidl Maindee", "kg": "40"}]
    both, there = ({"service_date": "2026-11-26", "allocations": each} for each in (plan, plan[1:]))
    assert hears(reader("donor_staff", **here), news("allocations.published", "shop", **both))
    assert not hears(reader("donor_staff", **here), news("allocations.published", "shop", **there))
    assert sentence_of(news("allocations.published", "shop", **both), "Lidl Cardiff Road").plain == {"kg": "3.0"}
    assert sentence_of(news("allocations.published", "shop", **both), None).plain == {"kg": "43"}
    for fits, data in ((True, {"site_name": "Lidl Cardiff Road"}), (False, {"site_id": "2"}), (True, {"site_id": "1"})):
        assert hears(reader("donor_staff", **here), news("stop.failed", "shop", **data)) == fits


def test_nothing_handed_over_is_no_news_unless_it_corrects_something() -> None:
    for kg, corrected, told in (("0", False, False), ("0", True, True), ("0.5", False, True)):
        found = news("food.delivered", "shop", **{**HANDLED, "kg": kg, "corrected": corrected})
        assert hears(reader("donor_staff"), found) == told


def test_what_somebody_chose_holds_and_the_rest_is_as_usual_for_the_role() -> None:
    chosen = {"collection": ["sms"], "alarm": ["email", "sms"]}
    assert channels_of("donor_staff", chosen, "collection") == {Channel.SMS}
    assert channels_of("donor_staff", {"collection": []}, "collection") == frozenset()
    assert channels_of("donor_staff", chosen, "trouble") == {Channel.PUSH}
    assert channels_of("donor_staff", chosen, "alarm") == {Channel.SMS}  # the mail goes by the ladder
    assert channels_of("driver", chosen, "collection") == frozenset()


@pytest.mark.parametrize(
    ("alarm", "severity", "cannot_wait"),
    [
        ("stop_late", "warning", True),
        ("shift_without_driver", "warning", False),
        ("shift_without_driver", "emergency", True),
        ("store_silent", "warning", False),
    ],
)
def test_an_alarm_of_what_is_under_way_cannot_wait(alarm: str, severity: str, cannot_wait: bool) -> None:
    assert urgent("alarm.raised", {"alarm": alarm, "severity": severity}) == cannot_wait


def test_nothing_else_is_urgent() -> None:
    assert not any(urgent(kind, {}) for kind in KINDS if not kind.startswith("alarm."))


def test_a_van_that_has_come_and_a_day_that_is_over_are_no_news() -> None:
    soon, later = NOW + timedelta(hours=2), NOW + timedelta(hours=5)
    rows = [{"site_name": "a", "kg": "1", "at": each.isoformat()} for each in (soon, later)]
    assert valid_until(news("arrival.changed", at=soon.isoformat()), LONDON) == soon
    assert valid_until(news("delivery.scheduled", allocations=rows), LONDON) == later
    assert valid_until(news("plan.failed", service_date="2026-11-25"), LONDON) == datetime(2026, 11, 26, tzinfo=UTC)
    assert valid_until(news("food.asked", until=soon.isoformat()), LONDON) == soon
    assert valid_until(news("alarm.raised"), LONDON) == NOW + timedelta(hours=6)
