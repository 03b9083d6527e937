"""What a store is expected to have is learnt from its days, and never said without one."""

import random
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.expected_food import (
    FEWEST_DAYS,
    StoreDay,
    WeekdayHabit,
    always_answers,
    learn,
    likely,
    located_by_weight,
    minute_of,
    weighted_median,
)

TODAY = date(2026, 11, 25)
BREAD = ("bread_and_bakery", "ambient")
MILK = ("dairy_and_eggs", "chilled")
WEIGHED = st.lists(st.tuples(st.integers(1, 500_000), st.floats(0.01, 1)), min_size=1, max_size=20)
DAYS = st.lists(
    st.builds(
        lambda weeks, grams, minute, said: StoreDay(
            TODAY - timedelta(weeks=weeks),
            {BREAD: grams} if minute is not None else {},
            {BREAD: 1},
            minute,
            None if minute is None else (540, 600),
            said,
        ),
        st.integers(0, 12),
        st.integers(0, 300_000),
        st.none() | st.integers(-600, 1200),
        st.booleans(),
    ),
    max_size=13,
    unique_by=lambda each: each.day,
)


def posted(weeks: int, grams: int, minute: int = 480) -> StoreDay:
    return StoreDay(TODAY - timedelta(weeks=weeks), {BREAD: grams}, {BREAD: 2}, minute, (540, 720))


def quiet(weeks: int, said: bool = False) -> StoreDay:
    return StoreDay(TODAY - timedelta(weeks=weeks), said_nothing=said)


def one(*days: StoreDay) -> WeekdayHabit:
    (found,) = learn(days, TODAY)
    return found


def test_without_a_day_there_is_no_number() -> None:
    assert learn([], TODAY) == ()
    assert learn([quiet(1), quiet(2)], TODAY) == ()
    with pytest.raises(ValueError, match="no median"):
        weighted_median([], [])


def test_the_same_every_week_is_what_is_expected_and_it_says_how_many_days_it_rests_on() -> None:
    habit = one(*(posted(week, 40_000) for week in range(1, 9)))
    (bread,) = habit.foods
    assert (bread.grams, bread.grams_when_there, bread.spread_grams, bread.share_percent) == (40_000, 40_000, 0, 100)
    assert (bread.days, bread.days_with, bread.crates, bread.usable) == (8, 8, 2, True)
    assert (habit.posted_by_minute, habit.window, habit.posted_percent, habit.always_answers) == (
        480,
        (540, 720),
        100,
        True,
    )


def test_too_few_days_say_so() -> None:
    habit = one(*(posted(week, 40_000) for week in range(1, FEWEST_DAYS)))
    assert (habit.usable, habit.foods[0].usable, habit.always_answers) == (False, False, False)
    assert one(*(posted(week, 40_000) for week in range(1, FEWEST_DAYS + 1))).usable


def test_silent_days_count_as_such() -> None:
    habit = one(*(posted(week, 40_000) for week in (2, 4, 6, 8)), *(quiet(week) for week in (1, 3, 5, 7)))
    (bread,) = habit.foods
    share = 2**-0.25 / (1 + 2**-0.25)  # each of the four weighs less than the silent day a week after it
    assert bread.share_percent == round(100 * share)
    assert bread.grams == round(share * 40_000)
    assert (habit.days, habit.days_posted, habit.always_answers) == (8, 4, False)


def test_a_said_nothing_is_an_answer_with_no_food() -> None:
    silent = one(*(posted(week, 40_000) for week in (1, 2, 3)), quiet(4), quiet(5))
    said = one(*(posted(week, 40_000) for week in (1, 2, 3)), quiet(4, said=True), quiet(5, said=True))
    assert silent.foods == said.foods
    assert (silent.always_answers, said.always_answers) == (False, True)


def test_recent_weeks_weigh_more() -> None:
    fewer = one(*(posted(week, 20_000) for week in range(1, 5)), *(posted(week, 60_000) for week in range(5, 9)))
    more = one(*(posted(week, 60_000) for week in range(1, 5)), *(posted(week, 20_000) for week in range(5, 9)))
    assert fewer.foods[0].grams < 40_000 < more.foods[0].grams


def test_one_wild_day_moves_the_expectation_little() -> None:
    usual = [posted(week, 38_000 + 500 * week) for week in range(2, 10)]
    before, after = one(*usual).foods[0].grams, one(*usual, posted(1, 2_000_000)).foods[0].grams
    assert abs(after - before) < 0.1 * before


def test_the_truth_is_found_again_from_twelve_weeks() -> None:
    rng, within = random.Random(5), 0
    for _ in range(40):
        days = [posted(week, max(1, round(rng.gauss(50_000, 8_000)))) for week in range(1, 13)]
        within += abs(one(*days).foods[0].grams - 50_000) < 6_500
    assert within >= 36


def test_foods_of_other_classes_are_learnt_apart() -> None:
    days = [
        StoreDay(TODAY - timedelta(weeks=week), {BREAD: 10_000, MILK: 5_000 * week}, {}, 400, (500, 600))
        for week in range(1, 5)
    ]
    assert [each.food for each in one(*days).foods] == [BREAD, MILK]


def test_today_and_what_is_to_come_teach_nothing() -> None:
    assert learn([posted(0, 10_000), StoreDay(TODAY + timedelta(weeks=1), {BREAD: 1}, {}, 1, (1, 2))], TODAY) == ()


@given(DAYS, st.randoms())
def test_what_is_learnt_never_leaves_what_was_seen(days: list[StoreDay], rng: random.Random) -> None:
    found = learn(days, TODAY)
    shuffled = list(days)
    rng.shuffle(shuffled)
    assert learn(shuffled, TODAY) == found
    for habit in found:
        of_weekday = [each for each in days if each.day < TODAY]
        assert habit.days == len(of_weekday)
        assert 1 <= habit.days_posted <= habit.days_answered <= habit.days
        assert 0 <= habit.posted_percent <= 100
        minutes = [each.posted_minute for each in of_weekday if each.posted_minute is not None]
        assert min(minutes) <= habit.posted_by_minute <= max(minutes)
        for food in habit.foods:
            seen = [each.grams.get(food.food, 0) for each in of_weekday]
            assert 0 <= food.grams <= food.grams_when_there <= max(seen)
            assert min(each for each in seen if each) <= food.grams_when_there
            assert 0 <= food.spread_grams <= 2 * max(seen) + 1
            assert 1 <= food.days_with <= food.days


@given(WEIGHED, st.integers(2, 1000))
def test_in_other_units_the_same_is_learnt(weighed: list[tuple[int, float]], times: int) -> None:
    values, weights = [value for value, _ in weighed], [w for _, w in weighed]
    centre, scale = located_by_weight(values, weights)
    scaled, spread = located_by_weight([times * each for each in values], weights)
    assert scaled == pytest.approx(times * centre, rel=1e-6)
    assert spread == pytest.approx(times * scale, rel=1e-6)


def test_who_is_counted_on_and_who_is_asked() -> None:
    assert likely(4, 51)
    assert not likely(4, 50)
    assert not likely(3, 100)
    assert always_answers(10, 8)
    assert not always_answers(10, 7)
    assert not always_answers(3, 3)


def test_times_are_those_of_the_wall_clock_also_when_clocks_change() -> None:
    zone = ZoneInfo("Europe/London")
    day = date(2026, 10, 25)  # 25 hours long
    assert minute_of(datetime(2026, 10, 25, 16, 0, tzinfo=UTC), day, zone) == 16 * 60
    assert minute_of(datetime(2026, 10, 24, 17, 30, tzinfo=UTC), day, zone) == -5 * 60 - 30
