"""A driver's link ends with its shift, with time for who is late."""

from datetime import UTC, datetime, timedelta

import pytest

from app.domain.driver_link import link_ends, reports_accepted, route_readable

END = datetime(2026, 11, 25, 16, tzinfo=UTC)


@pytest.mark.parametrize(
    ("hours", "readable", "accepted"), [(-8, True, True), (0, True, True), (2, False, True), (12, False, False)]
)
def test_first_the_route_closes_then_the_reports(hours: int, readable: bool, accepted: bool) -> None:
    now = END + timedelta(hours=hours)
    assert (route_readable(END, now), reports_accepted(END, now)) == (readable, accepted)
    before = now - timedelta(seconds=1)
    assert route_readable(END, before) is (hours <= 2)
    assert reports_accepted(END, before)
    assert link_ends(END) == END + timedelta(hours=12)
