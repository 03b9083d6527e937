"""So many tries in a quarter of an hour, then a pause that is exactly long enough."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.domain.throttle import WINDOW, pause_seconds

NOW = datetime(2026, 11, 25, 6, tzinfo=UTC)
tries = st.lists(st.integers(0, 2000).map(lambda seconds: NOW - timedelta(seconds=seconds)), max_size=60)


def test_the_tenth_try_is_free_and_the_eleventh_waits() -> None:
    assert pause_seconds([NOW] * 9, 10, NOW) is None
    assert pause_seconds([NOW] * 10, 10, NOW) == 900
    assert pause_seconds([NOW] * 10, 10, NOW + timedelta(seconds=899, microseconds=1)) == 1
    assert pause_seconds([NOW] * 10, 10, NOW + WINDOW) is None


@given(tries, st.integers(1, 20))
def test_after_the_pause_another_try_is_free_and_a_second_before_it_is_not(found: list[datetime], most: int) -> None:
    pause = pause_seconds(found, most, NOW)
    if pause is None:
        assert sum(at > NOW - WINDOW for at in found) < most
        return
    assert 1 <= pause <= WINDOW.total_seconds()
    assert pause_seconds(found, most, NOW + timedelta(seconds=pause)) is None
    assert pause_seconds(found, most, NOW + timedelta(seconds=pause - 1)) is not None


def test_a_time_of_its_own_counts_what_is_older_than_a_quarter_of_an_hour() -> None:
    asked = [NOW - timedelta(minutes=50)] * 3
    assert pause_seconds(asked, 3, NOW) is None
    assert pause_seconds(asked, 3, NOW, timedelta(hours=1)) == 600
