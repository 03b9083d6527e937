"""What a store is offered to post again."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.domain.usual_food import MOST, most_usual

WEDNESDAY = date(2026, 11, 25)
days_back = st.integers(1, 28).map(lambda days: WEDNESDAY - timedelta(days=days))
postings = st.lists(st.tuples(st.sampled_from("abcdefghijkl"), days_back), max_size=60)


def test_what_was_posted_on_this_weekday_comes_before_what_is_posted_more_often() -> None:
    last_wednesday, other_days = WEDNESDAY - timedelta(days=7), [WEDNESDAY - timedelta(days=back) for back in (1, 2, 3)]
    told = [("yoghurt", last_wednesday, "yoghurt")] + [("bread", day, "bread") for day in other_days]
    assert most_usual(told, WEDNESDAY) == ["yoghurt", "bread"]


def test_of_equals_the_one_that_was_posted_last_comes_first() -> None:
    told = [("bread", WEDNESDAY - timedelta(days=3), 1), ("milk", WEDNESDAY - timedelta(days=2), 2)]
    assert most_usual(told, WEDNESDAY) == [2, 1]


def test_a_food_is_offered_as_it_was_posted_last() -> None:
    told = [("bread", WEDNESDAY - timedelta(days=back), f"{back} days ago") for back in (9, 5, 2)]
    assert most_usual(told, WEDNESDAY) == ["2 days ago"]


@given(postings)
def test_each_food_is_offered_once_and_no_more_than_fit(told: list[tuple[str, date]]) -> None:
    found = most_usual(((food, day, food) for food, day in told), WEDNESDAY)
    assert len(found) == len(set(found)) == min(MOST, len({food for food, _ in told}))


@given(postings)
def test_what_is_left_out_was_posted_on_no_more_days_of_this_weekday(told: list[tuple[str, date]]) -> None:
    found = most_usual(((food, day, food) for food, day in told), WEDNESDAY)
    days = {food: {day for each, day in told if each == food and day.isoweekday() == 3} for food, _ in told}
    left = [len(on) for food, on in days.items() if food not in found]
    assert not left or max(left) <= min(len(days[food]) for food in found)
