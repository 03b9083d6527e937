"""Limits as data: each with its source, told in the docs as it is, tightened and never loosened."""

from dataclasses import fields, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.domain.food_safety import Line, Receiver, Refusal, causes_at_handover, latest_arrival, refusals_on_posting
from app.domain.foods import TEMPERATURE_CLASSES
from app.domain.safety_limits import BY_NAME, LAW, LIMITS, Policy, as_stored, looser_than_the_law, policy_of
from app.domain.service_date import local_instant
from tests.domain.test_food_safety import lines, receivers

LONDON = ZoneInfo("Europe/London")
TODAY = date(2027, 6, 1)
DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "food-safety.md"

tolerances = st.none() | st.integers(0, 9)
policies = st.builds(
    Policy,
    chilled_highest_celsius=st.decimals(0, 8, places=1),
    frozen_highest_celsius=st.decimals(-25, -15, places=1),
    hot_lowest_celsius=st.decimals(63, 80, places=1),
    hot_longest_minutes=st.integers(10, 120),
    pickup_longest_hours=st.integers(1, 24),
    minimum_days_before_use_by=st.integers(0, 5),
    best_before_tolerance_days=tolerances,
)


@st.composite
def policy_and_a_stricter_one(draw: st.DrawFn) -> tuple[Policy, Policy]:
    """Two policies of which the second is at least as strict in every limit."""
    one, other = draw(policies), draw(policies)
    stricter = {}
    for limit in LIMITS:
        found = [value for each in (one, other) if (value := getattr(each, limit.name)) is not None]
        if found:
            stricter[limit.name] = min(found) if limit.stricter == "lower" else max(found)
    return one, replace(LAW, **stricter)


def test_every_limit_has_its_source_and_its_place_in_the_policy() -> None:
    assert [each.name for each in fields(Policy)] == [limit.name for limit in LIMITS]
    assert all(limit.source and limit.unit and limit.words for limit in LIMITS)
    assert all(getattr(LAW, limit.name) == limit.value for limit in LIMITS)


def test_the_documents_table_is_the_data() -> None:
    told = DOCUMENT.read_text()
    for limit in LIMITS:
        value = "none" if limit.value is None else f"{limit.value} {limit.unit}"
        assert f"| `{limit.name}` | {limit.words} | {value} | {limit.stricter} | {limit.source} |" in told
    assert told.count("\n| `") == len(LIMITS)


@given(policies)
def test_a_policy_is_kept_and_read_back(policy: Policy) -> None:
    assert policy_of(as_stored(policy)) == policy


def test_only_what_differs_from_the_rule_book_is_kept() -> None:
    assert as_stored(LAW) == {}
    assert as_stored(Policy(chilled_highest_celsius=Decimal(5))) == {"chilled_highest_celsius": "5"}


@pytest.mark.parametrize(
    ("name", "looser"),
    [
        ("chilled_highest_celsius", Decimal("8.1")),
        ("frozen_highest_celsius", Decimal(-14)),
        ("hot_lowest_celsius", Decimal("62.9")),
        ("hot_longest_minutes", 121),
        ("pickup_longest_hours", 25),
        ("minimum_days_before_use_by", -1),
    ],
)
def test_a_looser_limit_is_known_as_one(name: str, looser: Decimal | int) -> None:
    assert looser_than_the_law({name: looser}) == (BY_NAME[name],)
    with pytest.raises(ValueError, match=name):
        replace(LAW, **{name: looser})


@given(policy_and_a_stricter_one(), lines, receivers, st.integers(10, 60 * 30))
def test_tightening_never_lets_in_what_was_kept_out(
    pair: tuple[Policy, Policy], line: Line, receiver: Receiver, minutes: int
) -> None:
    loose, tight = pair
    start = local_instant(TODAY, time(9), LONDON)
    now, end = start - timedelta(hours=1), start + timedelta(minutes=minutes)
    if not refusals_on_posting([line], start, end, now, LONDON, tight):
        assert not refusals_on_posting([line], start, end, now, LONDON, loose)
    strictly = latest_arrival(line, receiver, TODAY, LONDON, ready_at=start, policy=tight)
    loosely = latest_arrival(line, receiver, TODAY, LONDON, ready_at=start, policy=loose)
    if not isinstance(strictly, Refusal):
        assert not isinstance(loosely, Refusal)
        assert strictly <= loosely


@given(
    policy_and_a_stricter_one(),
    st.sampled_from(TEMPERATURE_CLASSES),
    st.floats(-60, 120, allow_nan=False),
    st.sampled_from(["collected", "delivered", "refused"]),
    st.none() | st.dates(TODAY - timedelta(days=1), TODAY + timedelta(days=1)),
)
def test_a_stricter_policy_holds_back_whatever_a_laxer_one_does(
    pair: tuple[Policy, Policy], temperature_class: str, celsius: float, kind: str, use_by: date | None
) -> None:
    loose, tight = pair
    at = local_instant(TODAY, time(9), LONDON)
    held = [causes_at_handover(temperature_class, use_by, kind, at, celsius, LONDON, each) for each in (loose, tight)]
    assert set(held[0]) <= set(held[1])


def test_without_a_stricter_network_the_last_day_of_a_use_by_date_is_good() -> None:
    """The twin of the rule that a network may ask for more days."""
    milk = Line("dairy_and_eggs", 1, "chilled", "use_by", TODAY)
    fridge = Receiver("dairy_and_eggs", accepted_temperature_classes=frozenset({"chilled"}))
    assert isinstance(latest_arrival(milk, fridge, TODAY, LONDON), datetime)
    refusal = latest_arrival(milk, fridge, TODAY, LONDON, policy=Policy(minimum_days_before_use_by=1))
    assert isinstance(refusal, Refusal)
    assert refusal.code == "use_by_too_close"


@given(tolerances, st.integers(0, 15))
def test_food_past_its_best_before_goes_as_far_as_the_network_lets_it(tolerance: int | None, past: int) -> None:
    bread = Line("bread_and_bakery", 1, "ambient", "best_before", TODAY - timedelta(days=past))
    shelf = Receiver("bread_and_bakery", accepts_past_best_before=True)
    policy = Policy(best_before_tolerance_days=tolerance)
    allowed = not isinstance(latest_arrival(bread, shelf, TODAY, LONDON, policy=policy), Refusal)
    assert allowed == (tolerance is None or past <= tolerance)
    assume(not allowed)
    posted = refusals_on_posting(
        [bread],
        local_instant(TODAY, time(9), LONDON),
        local_instant(TODAY, time(10), LONDON),
        local_instant(TODAY, time(8), LONDON),
        LONDON,
        policy,
    )
    assert [each.code for each in posted] == ["best_before_too_old"]
