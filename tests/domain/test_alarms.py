"""What people have to hear of about a shift, from when until when, and who is told step by step."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.alarms import (
    ALARM_MOVES,
    ROLES,
    SENTENCES,
    Audience,
    ComingStop,
    Finding,
    Kind,
    Severity,
    WatchedRoute,
    WatchedShift,
    WatchedStore,
    Weight,
    findings,
    ladder,
    rises,
    sentence,
    silence,
    step_after,
)
from app.domain.permissions import Role

EIGHT = datetime(2026, 11, 25, 8, tzinfo=UTC)
FOUR = EIGHT + timedelta(hours=8)
SHIFT = WatchedShift("s", "White van", EIGHT, FOUR, ZoneInfo("Asia/Riyadh"))
ROUTE = WatchedRoute(leaves_at=EIGHT, first_arrives_at=EIGHT + timedelta(minutes=40), opened=False, reported=False)
DRIVEN = replace(ROUTE, reported=True)


def at(hours: float) -> datetime:
    """So many hours after eight."""
    return EIGHT + timedelta(hours=hours)


def kinds(shift: WatchedShift, hours: float) -> list[tuple[str, str]]:
    return [(each.kind.value, each.severity.value) for each in findings(shift, at(hours))]


def of_route(route: WatchedRoute = DRIVEN, **fields: Any) -> list[Finding]:
    return list(findings(replace(SHIFT, route=replace(route, **fields)), at(2)))


def test_a_shift_that_somebody_drives_raises_nothing() -> None:
    assert [kinds(SHIFT, hours) for hours in (-47, -24, -1, 0, 4, 9)] == [[]] * 6
    assert kinds(replace(SHIFT, route=DRIVEN), 2) == []


def test_a_shift_without_a_driver_is_a_warning_from_a_day_before_and_an_emergency_from_two_hours_before() -> None:
    empty = replace(SHIFT, driver_named=False)
    warning, emergency = [("shift_without_driver", "warning")], [("shift_without_driver", "emergency")]
    assert kinds(empty, -24.01) == []
    assert kinds(empty, -24) == kinds(empty, -2.01) == warning
    assert kinds(empty, -2) == kinds(empty, 7.99) == emergency
    assert kinds(empty, 8) == []


def test_it_is_over_once_a_driver_is_named_the_shift_is_cancelled_or_somebody_drives_all_the_same() -> None:
    empty = replace(SHIFT, driver_named=False)
    assert kinds(replace(empty, driver_named=True), -1) == []
    assert kinds(replace(empty, cancelled=True), -1) == []
    assert kinds(replace(empty, route=DRIVEN), 1) == []


def test_a_driver_of_whom_there_is_no_sign_is_missed_a_quarter_of_an_hour_after_the_planned_start() -> None:
    silent = replace(SHIFT, route=ROUTE)
    assert kinds(silent, 0.24) == []
    assert kinds(silent, 0.25) == [("driver_not_started", "emergency")]
    assert kinds(replace(silent, route=DRIVEN), 1) == []


def test_one_who_has_opened_the_link_is_missed_after_the_first_arrival_since_nothing_is_reported_before() -> None:
    looked = replace(SHIFT, route=replace(ROUTE, opened=True))
    assert kinds(looked, 0.5) == []
    assert kinds(looked, 40 / 60 + 0.25) == [("driver_not_started", "emergency")]


def test_where_nobody_is_named_that_alone_is_said_and_not_that_nobody_started() -> None:
    assert kinds(replace(SHIFT, driver_named=False, route=ROUTE), 1) == [("shift_without_driver", "emergency")]


def test_a_stop_that_would_begin_after_its_window_is_late_and_one_at_its_very_end_is_not() -> None:
    until = at(3)
    stops = (ComingStop("a", "Lidl", until, until), ComingStop("b", "Tesco", until + timedelta(minutes=5), until))
    [found] = of_route(coming=stops)
    assert (found.kind, found.severity, found.subject) == (Kind.STOP_LATE, Severity.WARNING, ("stop", "b"))
    assert found.words == {"vehicle": "White van", "site": "Tesco", "expected": "14:05", "until": "14:00"}
    assert of_route(coming=(ComingStop("c", "Aldi", at(9), None),)) == []


@pytest.mark.parametrize(
    ("promised", "collected", "far_off"),
    [
        (4_000, 999_000, True),  # a slip of the finger
        (4_000, 9_000, False),  # more than twice, and nobody minds five kilograms
        (10_000, 30_000, True),
        (10_001, 30_000, False),
        (30_000, 60_000, False),  # twice is not more than twice
        (10_000, 3_000, False),
        (10_000, 2_999, True),
        (10_000, 0, True),
        (10_000, 10_000, False),
    ],
)
def test_a_weight_is_far_off_when_it_is_hardly_true_or_hardly_anything(
    promised: int, collected: int, far_off: bool
) -> None:
    assert Weight("stop", "Lidl", "Loaves", promised, collected).far_off is far_off


def test_several_weights_of_one_stop_are_one_alarm_about_the_furthest() -> None:
    weights = (Weight("a", "Lidl", "Milk", 20_000, 0), Weight("a", "Lidl", "Loaves", 4_000, 999_000))
    [found] = of_route(weights=weights)
    assert found.key == ("weight_far_off", "a")
    assert sentence(found.kind, found.words) == (
        "White van reported 999 kg of Loaves at Lidl; 4.0 kg were promised. Ask the driver."
    )


def test_reports_that_contradict_each_other_are_one_alarm_about_the_shift() -> None:
    assert [each.key for each in of_route(contradicts=True)] == [("report_contradicts", "s")]


def test_half_a_day_after_its_end_a_shift_is_over_whatever_was_wrong() -> None:
    wrong = replace(SHIFT, route=replace(DRIVEN, contradicts=True))
    assert kinds(wrong, 8 + 11.9) == [("report_contradicts", "warning")]
    assert kinds(wrong, 8 + 12) == []


def test_times_are_those_of_the_networks_clocks() -> None:
    [found] = findings(replace(SHIFT, driver_named=False), at(-3))
    assert sentence(found.kind, found.words) == (
        "Nobody drives White van from 11:00 until 19:00. Name a driver or cancel the shift."
    )


LADDERS = [
    (Kind.SHIFT_WITHOUT_DRIVER, Severity.WARNING),
    (Kind.SHIFT_WITHOUT_DRIVER, Severity.EMERGENCY),
    (Kind.DRIVER_NOT_STARTED, Severity.EMERGENCY),
    (Kind.STOP_LATE, Severity.WARNING),
    (Kind.WEIGHT_FAR_OFF, Severity.WARNING),
    (Kind.REPORT_CONTRADICTS, Severity.WARNING),
]


@pytest.mark.parametrize(("kind", "severity"), LADDERS)
def test_every_ladder_begins_at_once_with_the_shifts_own_dispatchers_and_reaches_the_network(
    kind: Kind, severity: Severity
) -> None:
    steps = ladder(kind, severity)
    assert steps[0].audience == Audience.ORGANISATION
    assert steps[0].after == timedelta(0)
    assert steps[1].audience == Audience.NETWORK
    assert [step.after for step in steps] == sorted({step.after for step in steps})
    taken = [step_after(kind, severity, EIGHT, number) for number in range(len(steps) + 1)]
    assert taken == [*((step, EIGHT + step.after) for step in steps), None]


STORE = WatchedStore(
    "a", "Lidl", ZoneInfo("Asia/Riyadh"), EIGHT.date(), EIGHT, EIGHT + timedelta(hours=4), always=True, silent=True
)


def test_a_store_that_always_posts_by_now_and_is_silent_is_a_question() -> None:
    found = silence(STORE, at(0.5))
    assert found is not None
    assert sentence(found.kind, found.words) == (
        "Lidl usually has posted by 11:00 and has said nothing yet. Is there nothing on 2026-11-25?"
    )
    assert [silence(STORE, at(hours)) is None for hours in (-1, 0.49, 0.5, 3.99, 4)] == [True, True, False, False, True]
    assert silence(replace(STORE, silent=False), at(1)) is None
    assert silence(replace(STORE, always=False), at(1)) is None
    asked, told = ladder(found.kind, found.severity)
    assert (asked.audience, asked.after, told.audience) == (Audience.STORE, timedelta(0), Audience.NETWORK)


@given(st.booleans(), st.booleans(), st.floats(-50, 40))
def test_whatever_is_found_has_a_ladder_and_all_words_of_its_sentence(named: bool, opened: bool, hours: float) -> None:
    stops = (ComingStop("a", "Lidl", at(9), at(8)),)
    weights = (Weight("b", "Tesco", "Milk", 1_000, 90_000),)
    for reported in (False, True):
        route = replace(ROUTE, opened=opened, reported=reported, coming=stops, weights=weights, contradicts=reported)
        for found in findings(replace(SHIFT, driver_named=named, route=route), at(hours)):
            assert ladder(found.kind, found.severity)
            assert "{" not in sentence(found.kind, found.words)


def test_an_alarm_rises_once_and_never_sinks_by_itself() -> None:
    assert rises("warning", "emergency")
    assert not any(rises(*pair) for pair in (("warning", "warning"), ("emergency", "warning"), ("emergency",) * 2))


def test_kinds_states_and_roles_are_words_that_are_known() -> None:
    assert set(SENTENCES) == set(Kind)
    assert ALARM_MOVES["cleared"] == frozenset()
    assert {role for roles, _ in ROLES.values() for role in roles} <= set(Role)
