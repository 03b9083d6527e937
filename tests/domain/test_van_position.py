"""When a van's place is taken, and when it is shown."""

from datetime import UTC, datetime, timedelta

import pytest

from app.domain.van_position import may_be_shared, may_be_shown

STARTS, ENDS = datetime(2026, 11, 25, 8, tzinfo=UTC), datetime(2026, 11, 25, 16, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("now", "taken"),
    [
        (STARTS - timedelta(hours=1, minutes=1), False),
        (STARTS - timedelta(hours=1), True),
        (ENDS - MINUTE, True),
        (ENDS, False),
        (ENDS + timedelta(hours=1), False),
    ],
)
def test_a_place_is_taken_from_an_hour_before_the_shift_until_its_end(now: datetime, taken: bool) -> None:
    assert may_be_shared(STARTS, ENDS, now) is taken


def test_a_place_is_shown_for_a_quarter_of_an_hour_and_not_after_the_shift() -> None:
    told = STARTS + timedelta(hours=1)
    assert may_be_shown(ENDS, told, told + 14 * MINUTE)
    assert not may_be_shown(ENDS, told, told + 15 * MINUTE)
    assert not may_be_shown(ENDS, ENDS - MINUTE, ENDS)
