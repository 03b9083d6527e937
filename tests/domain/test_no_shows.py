"""A shift that nobody drove counts where somebody was to drive it, and only once nobody can report on it any more."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from app.domain.no_shows import PlannedShift, Published, shifts_kept

EIGHT = datetime(2026, 11, 25, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)
OVER = EIGHT + 20 * HOUR  # it ends at four, and twelve hours later nothing is reported any more
SIX = Published(EIGHT - 2 * HOUR, 82_000, 3)


def a_shift(*plans: Published, **fields: Any) -> PlannedShift:
    said = {"cancelled": False, "reported": False, **fields}
    return PlannedShift(date(2026, 11, 25), EIGHT, EIGHT + 8 * HOUR, plans=plans or (SIX,), **said)


def missed(*shifts: PlannedShift, now: datetime = OVER) -> tuple[int, int]:
    """How many were to be driven, and how many were not."""
    kept = shifts_kept(shifts, now)
    return kept.shifts, len(kept.no_shows)


def test_nothing_reported_of_a_shift_with_food_counts_once_nothing_can_be_reported_any_more() -> None:
    assert missed(a_shift()) == (1, 1)
    assert missed(a_shift(), now=OVER - timedelta(seconds=1)) == (0, 0)
    assert missed(a_shift(reported=True)) == (1, 0)
    [one] = shifts_kept([a_shift()], OVER).no_shows
    assert (one.grams, one.stops, one.counted_at) == (82_000, 3, OVER)


def test_what_was_said_or_moved_beforehand_does_not_count() -> None:
    assert missed(a_shift(cancelled=True)) == (0, 0)
    assert missed(a_shift(SIX, Published(EIGHT - HOUR))) == (0, 0)  # a newer plan did without it
    assert missed(a_shift(Published(EIGHT + 9 * HOUR, 1000, 2))) == (0, 0)  # published when it was over


def test_food_that_is_moved_to_others_since_nobody_came_does_not_undo_it() -> None:
    assert missed(a_shift(SIX, Published(EIGHT + HOUR))) == (1, 1)
    assert missed(a_shift(Published(EIGHT - HOUR), Published(EIGHT + HOUR, 5000, 2))) == (1, 1)


@given(st.lists(st.booleans(), max_size=12), st.booleans())
def test_they_are_never_more_than_the_shifts_and_the_newest_comes_first(reported: list[bool], late: bool) -> None:
    shifts = [a_shift(reported=each) for each in reported]
    kept = shifts_kept(shifts, OVER if late else EIGHT)
    assert kept.shifts == (len(shifts) if late else 0)
    assert len(kept.no_shows) == (reported.count(False) if late else 0)
    assert 0 <= kept.share_at_least <= 1
