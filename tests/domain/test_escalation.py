"""The ladder of food that nobody takes: its order, its hours, and whom it asks."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.categories import CATEGORIES
from app.domain.escalation import (
    FOR_PEOPLE_STEPS,
    STEPS,
    Bank,
    Left,
    Policy,
    due,
    end_of_life,
    following,
    ladder,
    next_pickup,
    policy_of,
    to_ask,
)
from app.domain.food_safety import Line, Receiver, Refusal, latest_arrival
from app.domain.foods import ALLERGENS, DATE_MARKS, TEMPERATURE_CLASSES

LONDON = ZoneInfo("Europe/London")
TODAY = date(2026, 11, 25)
MORNING = datetime(2026, 11, 25, 6, tzinfo=UTC)
EIGHT, NOON, TEN = (MORNING.replace(hour=hour) for hour in (8, 12, 10))
ALL_WEEK = [{"weekdays": [1, 2, 3, 4, 5, 6, 7], "opens": "06:00", "closes": "22:00"}]


def food(**fields: object) -> Line:
    return replace(Line("bread_and_bakery", 10_000, "ambient", "none"), **fields)  # type: ignore[arg-type]


def minutes(least: int, most: int) -> st.SearchStrategy[timedelta]:
    return st.integers(least, most).map(lambda number: timedelta(minutes=number))


def lefts() -> st.SearchStrategy[Left]:
    def made(before: timedelta, pickup: timedelta, life: timedelta) -> Left:
        return Left(MORNING - before, MORNING + pickup, MORNING + life)

    return st.builds(made, minutes(0, 24 * 60), minutes(-3 * 60, 24 * 60), minutes(-60, 30 * 24 * 60))


def policies() -> st.SearchStrategy[Policy]:
    times = st.integers(15, 24 * 60)
    return st.builds(Policy, ask_minutes=times, wider_minutes=times, longest_hours=st.integers(1, 336))


def clock(instant: datetime) -> str:
    return f"{instant.astimezone(LONDON):%d %H:%M}"


@given(lefts(), policies())
def test_steps_come_in_their_order_and_no_step_for_people_after_one_for_animals(left: Left, policy: Policy) -> None:
    steps = ladder(left, policy)
    assert [step.kind for step in steps] == [kind for kind in STEPS if kind in {step.kind for step in steps}]
    assert [step.at for step in steps] == sorted(step.at for step in steps)
    people = [step.at for step in steps if step.for_people]
    others = [step.at for step in steps if not step.for_people]
    assert not others or max(people) <= min(others)


@given(lefts(), policies())
def test_every_hour_lies_before_the_end_of_the_food_and_not_before_it_was_open(left: Left, policy: Policy) -> None:
    assert all(left.opened_at <= step.at < left.ends_at for step in ladder(left, policy))


@given(lefts(), policies())
def test_nobody_is_asked_when_no_van_can_fetch_it_any_more(left: Left, policy: Policy) -> None:
    asks = [step for step in ladder(left, policy) if step.kind.startswith("ask")]
    assert all(step.at < left.fetched_until for step in asks)
    assert bool(asks) == (left.opened_at < left.fetched_until)


@given(lefts(), policies(), minutes(0, 20 * 24 * 60))
def test_food_that_lasts_longer_climbs_no_step_sooner(left: Left, policy: Policy, longer: timedelta) -> None:
    shorter = {step.kind: step.at for step in ladder(left, policy)}
    lasting = {step.kind: step.at for step in ladder(replace(left, ends_at=left.ends_at + longer), policy)}
    assert shorter.keys() <= lasting.keys()
    assert all(at <= lasting[kind] for kind, at in shorter.items())


@given(lefts(), policies(), st.frozensets(st.sampled_from(STEPS)))
def test_a_step_for_which_nobody_is_there_is_left_out_and_moves_no_other(
    left: Left, policy: Policy, possible: frozenset[str]
) -> None:
    every = ladder(left, policy)
    assert ladder(left, policy, possible) == tuple(step for step in every if step.kind in possible)


@given(lefts(), st.frozensets(st.sampled_from(STEPS)), minutes(0, 30 * 24 * 60))
def test_while_a_food_bank_takes_it_nothing_is_done_for_anybody_but_people(
    left: Left, taken: frozenset[str], later: timedelta
) -> None:
    steps = ladder(left, Policy())
    wanted = due(steps, taken, MORNING + later, wanted=True)
    assert all(step.kind in FOR_PEOPLE_STEPS for step in wanted)
    assert set(wanted) <= set(due(steps, taken, MORNING + later))
    assert all(step.kind not in taken and step.at <= MORNING + later for step in wanted)


def test_a_use_by_date_at_midnight_climbs_within_hours_and_three_weeks_climb_within_days() -> None:
    short, long = (
        {
            step.kind: clock(step.at)
            for step in ladder(Left(MORNING, NOON, end_of_life(line, TODAY, LONDON, ready_at=EIGHT)), Policy())
        }
        for line in (
            food(date_mark="use_by", mark_date=TODAY),
            food(date_mark="best_before", mark_date=TODAY + timedelta(days=21)),
        )
    )
    assert short == {
        "plan": "25 06:00", "ask_food_banks": "25 08:00", "ask_wider": "25 09:30", "next_day": "25 12:00",
        "community_fridge": "25 14:59", "animal_feed": "25 17:59", "compost": "25 20:59",
    }  # fmt: skip
    same = ("plan", "ask_food_banks", "ask_wider", "next_day")
    assert {kind: long[kind] for kind in same} == {kind: short[kind] for kind in same}
    assert [long[kind] for kind in STEPS[4:]] == ["26 06:00", "27 00:00", "27 18:00"]


def test_hot_food_that_ends_before_its_pickup_leaves_a_quarter_of_its_time_for_the_fridge() -> None:
    left = Left(EIGHT, NOON, end_of_life(food(temperature_class="hot"), TODAY, LONDON, ready_at=EIGHT))
    hours = {step.kind: clock(step.at) for step in ladder(left, Policy())}
    assert (hours["ask_food_banks"], hours["ask_wider"], hours["next_day"]) == ("25 08:30", "25 09:00", "25 09:30")
    assert (hours["community_fridge"], hours["compost"]) == ("25 09:37", "25 09:52")


@pytest.mark.parametrize(
    ("line", "ends"),
    [
        (food(), "25 23:59"),
        (food(date_mark="use_by", mark_date=TODAY), "25 23:59"),
        (food(date_mark="use_by", mark_date=date(2026, 11, 27)), "27 23:59"),
        (food(date_mark="best_before", mark_date=date(2026, 11, 28)), "28 23:59"),
        (food(date_mark="best_before", mark_date=date(2026, 11, 20)), "25 23:59"),
        (food(temperature_class="hot", date_mark="use_by", mark_date=date(2026, 11, 27)), "25 10:00"),
    ],
)
def test_food_ends_as_its_pack_says(line: Line, ends: str) -> None:
    assert clock(end_of_life(line, TODAY, LONDON, ready_at=EIGHT)) == ends


def test_the_step_that_follows_is_the_first_that_was_not_taken() -> None:
    steps = ladder(Left(MORNING, NOON, MORNING + timedelta(hours=18)), Policy())
    follows = following(steps, {"plan", "ask_food_banks"})
    assert follows is not None
    assert follows.kind == "ask_wider"
    assert following(steps, STEPS) is None


def a_bank(name: str = "near", metres: int = 3_000, **fields: object) -> Bank:
    receiver = Receiver("bread_and_bakery", accepts_past_best_before=True)
    return replace(Bank(name, receiver, metres, [(EIGHT, EIGHT + timedelta(hours=9))]), **fields)  # type: ignore[arg-type]


def asked(*banks: Bank, step: str = "ask_food_banks", line: Line | None = None, now: datetime = EIGHT) -> list[str]:
    found = to_ask(step, banks, line or food(), TODAY, LONDON, now, ready_at=EIGHT, radius_metres=10_000)
    return [bank.id for bank in found]


def test_the_nearest_is_asked_first_within_the_radius_and_those_beyond_it_in_the_next_step() -> None:
    banks = [a_bank("far", 14_000), a_bank("b", 5_000), a_bank("a", 5_000), a_bank("nearest", 900)]
    assert asked(*banks) == ["nearest", "a", "b"]
    assert asked(*banks, step="ask_wider") == ["far"]


@pytest.mark.parametrize(
    "bank",
    [
        a_bank(refused=True),
        a_bank(receives=[]),
        a_bank(receives=[(EIGHT - timedelta(hours=2), EIGHT)]),
        a_bank(receiver=Receiver("drinks")),
        a_bank(receiver=Receiver("bread_and_bakery", minimum_shelf_life_days=2)),
        a_bank(receiver=Receiver("bread_and_bakery", excluded_allergens=frozenset({"gluten"}))),
    ],
    ids=["said no", "closed", "closed by now", "another category", "needs it longer", "an allergen"],
)
def test_who_cannot_or_will_not_have_it_is_not_asked(bank: Bank) -> None:
    line = food(date_mark="use_by", mark_date=TODAY, allergens=frozenset({"gluten"}))
    assert asked(bank, line=line) == []
    assert asked(a_bank(), line=line) == ["near"]


@given(
    st.sampled_from(CATEGORIES), st.sampled_from(TEMPERATURE_CLASSES), st.sampled_from(DATE_MARKS), st.integers(-5, 5),
    st.frozensets(st.sampled_from(ALLERGENS), max_size=2), st.integers(0, 30_000), st.integers(0, 7),
    st.sampled_from(("ask_food_banks", "ask_wider")), minutes(0, 12 * 60),
)  # fmt: skip
def test_nobody_is_asked_for_food_that_safety_keeps_from_them(
    category: str, kept: str, mark: str, days: int, allergens: frozenset[str], metres: int, least: int, step: str,
    later: timedelta,
) -> None:  # fmt: skip
    marked = None if mark == "none" else TODAY + timedelta(days=days)
    line = Line(category, 1_000, kept, mark, marked, allergens)
    receiver = Receiver("bread_and_bakery", least, excluded_allergens=frozenset({"gluten"}))
    now = EIGHT + later
    if asked(a_bank(receiver=receiver, metres=metres), step=step, line=line, now=now):
        latest = latest_arrival(line, receiver, TODAY, LONDON, ready_at=EIGHT)
        assert not isinstance(latest, Refusal)
        assert now < latest


Next = Callable[..., tuple[datetime, datetime] | None]


@pytest.fixture
def tomorrow() -> Next:
    def asked_for(
        ends_at: datetime = NOON + timedelta(days=2), exceptions: tuple[dict[str, object], ...] = (), **week: str
    ) -> tuple[datetime, datetime] | None:
        return next_pickup((EIGHT, NOON), ends_at, LONDON, [{**ALL_WEEK[0], **week}], exceptions)

    return asked_for


def test_it_is_offered_at_the_same_hours_as_far_as_the_store_is_open(tomorrow: Next) -> None:
    day = timedelta(days=1)
    assert tomorrow() == (EIGHT + day, NOON + day)
    assert tomorrow(opens="10:00") == (TEN + day, NOON + day)
    assert tomorrow(opens="11:45") is None


def test_it_is_not_offered_where_the_store_is_closed_or_the_food_ends_before(tomorrow: Next) -> None:
    assert tomorrow(exceptions=({"date": "2026-11-26", "closed": True, "windows": []},)) is None
    assert tomorrow(ends_at=end_of_life(food(), TODAY, LONDON, ready_at=EIGHT)) is None
    assert tomorrow(ends_at=EIGHT + timedelta(days=1)) is None


def test_clock_changes_move_no_local_hour() -> None:
    """Clocks go back on 25 October: eight in the morning stays eight in the morning."""
    saturday = datetime(2026, 10, 24, 7, tzinfo=UTC), datetime(2026, 10, 24, 11, tzinfo=UTC)
    found = next_pickup(saturday, saturday[1] + timedelta(days=9), LONDON, ALL_WEEK)
    assert found == (datetime(2026, 10, 25, 8, tzinfo=UTC), datetime(2026, 10, 25, 12, tzinfo=UTC))


def test_a_policy_is_kept_as_it_was_said_and_the_usual_one_holds_otherwise() -> None:
    mine = Policy(radius_metres=4_000, next_day=False)
    assert policy_of({"escalation": mine.stored(), "cut_off": {}}) == mine
    assert policy_of({}) == Policy()
