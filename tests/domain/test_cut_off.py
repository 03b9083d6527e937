"""The cut-off time in every zone, also on days whose clocks change."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.cut_off import CutOff, cut_off_of
from app.domain.service_date import service_date_of, start_of
from tests.invariants.test_time import uncommon_days

LONDON = ZoneInfo("Europe/London")
ZONES = (
    "UTC",
    "Europe/London",
    "Asia/Riyadh",
    "Africa/Cairo",
    "America/New_York",
    "Australia/Lord_Howe",
    "Asia/Beirut",
)

cut_offs = st.builds(
    CutOff, st.times().map(lambda at: at.replace(second=0, microsecond=0)), st.sampled_from(["same_day", "day_before"])
)
instants = st.integers(0, 6 * 365 * 24 * 60).map(
    lambda minutes: datetime(2025, 1, 2, tzinfo=UTC) + timedelta(minutes=minutes)
)


@given(cut_offs, instants, st.sampled_from(ZONES).map(ZoneInfo))
def test_a_day_is_due_from_its_cut_off_until_it_is_over_and_never_after(
    cut_off: CutOff, now: datetime, zone: ZoneInfo
) -> None:
    today = service_date_of(now, zone)
    due = cut_off.due(now, zone)
    assert due == sorted(set(due))
    for day in (today + timedelta(days=number) for number in range(-3, 4)):
        assert (day in due) == (day >= today and cut_off.instant(day, zone) <= now)


@given(cut_offs, st.sampled_from(uncommon_days()))
def test_on_a_day_whose_clocks_change_the_cut_off_lies_within_the_day_that_it_is_said_of(
    cut_off: CutOff, case: tuple[str, date]
) -> None:
    zone, changing = ZoneInfo(case[0]), case[1]
    planned = changing if cut_off.day == "same_day" else changing + timedelta(days=1)
    at = cut_off.instant(planned, zone)
    assert start_of(changing, zone) <= at <= start_of(changing + timedelta(days=1), zone)
    before, after = at - timedelta(seconds=1), at
    assert planned in cut_off.due(after, zone) or service_date_of(after, zone) > planned
    assert planned not in cut_off.due(before, zone)


@pytest.mark.parametrize(
    ("day", "instant"),
    [
        (date(2026, 3, 29), datetime(2026, 3, 29, 1, 0, tzinfo=UTC)),  # half past one never comes: the next instant
        (date(2026, 10, 25), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),  # it comes twice: the first of the two
        (date(2026, 7, 1), datetime(2026, 7, 1, 0, 30, tzinfo=UTC)),
    ],
)
def test_a_time_that_is_skipped_or_comes_twice_means_one_instant(day: date, instant: datetime) -> None:
    assert CutOff(time(1, 30), "same_day").instant(day, LONDON) == instant


@given(cut_offs)
def test_what_is_stored_is_read_again(cut_off: CutOff) -> None:
    assert cut_off_of({"cut_off": cut_off.stored(), "other": 1}) == cut_off


def test_without_a_cut_off_days_are_planned_by_hand_alone() -> None:
    assert cut_off_of({}) is None
