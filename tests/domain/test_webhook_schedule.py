"""The schedule is the specification's: ten attempts in 75 hours and 35 minutes."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.webhook_schedule import HOUR, LONGEST_WISH, MINUTE, WAITS, wait_after, wished_wait

NOW = datetime(2026, 11, 25, 8, 0, tzinfo=UTC)


def test_ten_attempts_in_75_hours_and_35_minutes() -> None:
    assert len(WAITS) == 10
    assert sum(WAITS) == 75 * HOUR + 35 * MINUTE + 5
    assert [wait_after(made, 0.0) for made in range(1, 11)] == [*(float(each) for each in WAITS[1:]), None]


@given(st.integers(1, 9), st.floats(0, 1), st.none() | st.floats(0, 10 * LONGEST_WISH))
def test_chance_and_wishes_make_it_later_and_never_sooner(made: int, chance: float, wished: float | None) -> None:
    found = wait_after(made, chance, wished)
    assert found is not None
    assert WAITS[made] <= found <= max(WAITS[made] * 1.1, LONGEST_WISH)
    if wished is not None:
        assert found >= min(wished, LONGEST_WISH)


@pytest.mark.parametrize(
    ("status", "text", "seconds"),
    [
        (429, "120", 120.0),
        (503, "Wed, 25 Nov 2026 08:10:00 GMT", 600.0),
        (429, "Wed, 25 Nov 2026 07:00:00 GMT", 0.0),
        (429, "99999999999999999999", float(LONGEST_WISH)),
        (500, "120", None),
        (None, "120", None),
        (429, "soon", None),
        (429, "١٢", None),
        (429, None, None),
        (429, "-5", None),
    ],
)
def test_a_receiver_may_ask_to_wait(status: int | None, text: str | None, seconds: float | None) -> None:
    assert wished_wait(status, text, NOW) == seconds
