"""Stores keep their habits: the same for a seed, on their weekdays alone, in words that the service takes."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from app.demo import city
from app.offers.schemas import OfferIn
from app.simulation.chance import chance, happens
from app.simulation.habits import habits_of, store_day

ZONE = ZoneInfo("Europe/London")
STORES = city.stores()
SEEDS = st.integers(0, 2**31 - 1)
DAYS = st.dates(date(2026, 1, 1), date(2030, 12, 31))


@given(SEEDS, DAYS)
def test_the_same_seed_gives_the_same_habits_and_the_same_day(seed: int, day: date) -> None:
    first, second = (habits_of(STORES[:3], seed) for _ in range(2))
    assert first == second
    assert [store_day(each, day, ZONE, seed) for each in first] == [store_day(each, day, ZONE, seed) for each in second]


@given(SEEDS, DAYS)
def test_a_store_posts_on_its_weekdays_alone_and_food_that_it_usually_has(seed: int, day: date) -> None:
    [habit] = habits_of(STORES[:1], seed)
    found = store_day(habit, day, ZONE, seed)
    if day.isoweekday() not in habit.weekdays:
        assert found.posts == ()
        assert not found.silent
    usual = {food.description for food, _ in habit.usual}
    assert {line["description"] for post in found.posts for line in post.offer["lines"]} <= usual


@given(SEEDS, DAYS)
def test_every_post_can_be_sent_and_comes_before_its_pickup_is_over(seed: int, day: date) -> None:
    for habit in habits_of(STORES[:3], seed):
        for post in store_day(habit, day, ZONE, seed).posts:
            wish = OfferIn.model_validate({**post.offer, "site_id": "00000000-0000-4000-8000-000000000000"})
            assert post.posted_at < wish.pickup_until
            assert wish.pickup_from.astimezone(ZONE).date() == day
            assert post.amended_at is None or post.amended_at > post.posted_at


def test_a_week_has_late_silent_amended_and_withdrawn_offers() -> None:
    habits = habits_of(STORES, 1)
    week = [store_day(each, date(2026, 6, 1) + timedelta(days=n), ZONE, 1) for each in habits for n in range(7)]
    posts = [post for each in week for post in each.posts]
    assert any(each.silent for each in week)
    for kind in ("late", "amended_at", "withdrawn_at"):
        assert 0 < sum(bool(getattr(post, kind)) for post in posts) < len(posts) / 3


@given(SEEDS, st.text(max_size=9))
def test_chance_depends_on_what_it_is_about_and_on_nothing_else(seed: int, name: str) -> None:
    before = chance(seed, name, 1).random()
    chance(seed, "something else").random()
    assert chance(seed, name, 1).random() == before
    assert not happens(seed, 0.0, name)
    assert happens(seed, 1.0, name)
