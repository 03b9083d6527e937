"""What fits whom, when it is given back freely, who is reminded when, and when somebody speaks with them first."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.domain.volunteering import (
    Obstacle,
    Profile,
    Told,
    Wanted,
    by_parts,
    is_late,
    obstacles,
    reminder_due,
    slots_of,
    speaks_first,
)

LONDON, RIYADH = ZoneInfo("Europe/London"), ZoneInfo("Asia/Riyadh")
SATURDAY = datetime(2026, 11, 28, 9, tzinfo=UTC)
NOBODY = Told(None, None)


def test_a_licence_covers_the_classes_below_it_and_no_other_skill() -> None:
    van = Wanted(SATURDAY, SATURDAY + timedelta(hours=2), frozenset({"licence_b"}))
    truck = Wanted(SATURDAY, SATURDAY + timedelta(hours=2), frozenset({"licence_c1", "lifting"}))
    assert obstacles(van, Profile(frozenset({"licence_c"})), LONDON) == ()
    assert obstacles(truck, Profile(frozenset({"licence_c"})), LONDON) == (Obstacle.SKILLS,)
    assert obstacles(truck, Profile(frozenset({"licence_b", "lifting"})), LONDON) == (Obstacle.SKILLS,)


def test_what_is_missing_is_named_one_by_one() -> None:
    wanted = Wanted(SATURDAY, SATURDAY + timedelta(hours=1), languages=frozenset({"ar"}), own_vehicle=True)
    assert obstacles(wanted, Profile(), LONDON) == (Obstacle.LANGUAGES, Obstacle.VEHICLE)
    assert obstacles(wanted, Profile(languages=frozenset({"ar", "en"}), vehicle="bike"), LONDON) == ()


@pytest.mark.parametrize(
    ("begins", "hours", "zone", "slots"),
    [
        (SATURDAY, 3, LONDON, {"6 morning"}),
        (SATURDAY, 4, LONDON, {"6 morning", "6 afternoon"}),
        (SATURDAY, 3, RIYADH, {"6 afternoon"}),
        (SATURDAY + timedelta(hours=13), 4, LONDON, {"6 evening", "7 morning"}),
    ],
    ids=["within the morning", "over noon", "elsewhere it is afternoon", "over midnight"],
)
def test_a_task_takes_parts_of_weekdays_where_the_network_is(
    begins: datetime, hours: int, zone: ZoneInfo, slots: set[str]
) -> None:
    wanted = Wanted(begins, begins + timedelta(hours=hours))
    assert slots_of(wanted.starts_at, wanted.ends_at, zone) == slots
    assert obstacles(wanted, Profile(slots=frozenset(slots)), zone) == ()
    assert obstacles(wanted, Profile(slots=frozenset({"2 morning"})), zone) == (Obstacle.HOURS,)
    assert obstacles(wanted, Profile(), zone) == ()  # who has not said when, is asked about everything


def test_until_a_day_before_it_is_given_back_freely() -> None:
    assert not is_late(SATURDAY, SATURDAY - timedelta(hours=24))
    assert is_late(SATURDAY, SATURDAY - timedelta(hours=24) + timedelta(seconds=1))


def test_two_no_shows_in_sixty_days_are_spoken_about_first_and_then_forgotten() -> None:
    missed = [SATURDAY - timedelta(days=50), SATURDAY - timedelta(days=1)]
    assert speaks_first(missed, None, SATURDAY)
    assert not speaks_first(missed[1:], None, SATURDAY)
    assert not speaks_first(missed, None, SATURDAY + timedelta(days=11))
    assert not speaks_first(missed, SATURDAY - timedelta(hours=1), SATURDAY)
    again = [*missed, SATURDAY + timedelta(days=1)]
    assert not speaks_first(again, SATURDAY - timedelta(hours=1), SATURDAY + timedelta(days=2))


def test_everybody_is_reminded_the_day_before_and_two_hours_before_once_each() -> None:
    taken, told, sent = SATURDAY - timedelta(days=9), NOBODY, []
    for minutes in range(30 * 60, -60, -5):
        now = SATURDAY - timedelta(minutes=minutes)
        due = reminder_due(SATURDAY, taken, told, now)
        if due is not None:
            sent.append((due, SATURDAY - now))
            told = Told(now, told.hours_before) if due == "day" else Told(told.day_before, now)
    assert sent == [("day", timedelta(hours=24)), ("hours", timedelta(hours=2))]


def test_who_takes_it_late_or_is_looked_at_late_is_not_told_what_they_know() -> None:
    assert reminder_due(SATURDAY, SATURDAY - timedelta(hours=20), NOBODY, SATURDAY - timedelta(hours=19)) is None
    assert reminder_due(SATURDAY, SATURDAY - timedelta(hours=1), NOBODY, SATURDAY - timedelta(minutes=30)) is None
    early = SATURDAY - timedelta(days=3)
    assert reminder_due(SATURDAY, early, NOBODY, SATURDAY - timedelta(hours=5)) is None
    assert reminder_due(SATURDAY, early, NOBODY, SATURDAY - timedelta(minutes=5)) == "hours"
    assert reminder_due(SATURDAY, early, NOBODY, SATURDAY) is None


def test_the_parts_of_a_week_are_said_in_runs_of_days_that_are_alike() -> None:
    weekdays = [f"{day} {part}" for day in range(1, 6) for part in ("morning", "afternoon")]
    assert by_parts([*weekdays, "6 morning"]) == [([(1, 5)], ("morning", "afternoon")), ([(6, 6)], ("morning",))]
    assert by_parts(["1 evening", "2 morning", "3 evening"]) == [
        ([(1, 1), (3, 3)], ("evening",)),
        ([(2, 2)], ("morning",)),
    ]
    assert by_parts([]) == []
