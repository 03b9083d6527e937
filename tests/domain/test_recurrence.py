"""Weekly patterns of local days."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.domain.recurrence import DAYS_AHEAD, Weekly, is_coming

MONDAY = date(2026, 11, 30)


def test_a_pattern_holds_on_its_weekdays_from_its_first_to_its_last_day_unless_skipped() -> None:
    pattern = Weekly({1, 3}, MONDAY, MONDAY + timedelta(days=9), {MONDAY + timedelta(days=7)})
    days = [MONDAY + timedelta(days=number) for number in range(-7, 21)]
    assert [day for day in days if pattern.occurs_on(day)] == [
        MONDAY, MONDAY + timedelta(days=2), MONDAY + timedelta(days=9),
    ]  # fmt: skip


patterns = st.builds(
    lambda weekdays, start, length: Weekly(
        weekdays, MONDAY + timedelta(days=start), None if length is None else MONDAY + timedelta(days=start + length)
    ),
    st.sets(st.integers(1, 7), min_size=1),
    st.integers(0, 20),
    st.none() | st.integers(7, 20),
)


@given(patterns, patterns)
def test_patterns_that_do_not_meet_never_hold_on_one_day(one: Weekly, other: Weekly) -> None:
    days = [MONDAY + timedelta(days=number) for number in range(60)]
    together = any(one.occurs_on(day) and other.occurs_on(day) for day in days)
    assert one.meets(other) == other.meets(one)
    assert one.meets(other) or not together


def test_the_past_and_the_far_future_are_not_filled() -> None:
    assert is_coming(MONDAY, MONDAY)
    assert is_coming(MONDAY + timedelta(days=DAYS_AHEAD), MONDAY)
    assert not is_coming(MONDAY - timedelta(days=1), MONDAY)
    assert not is_coming(MONDAY + timedelta(days=DAYS_AHEAD + 1), MONDAY)
