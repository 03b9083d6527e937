"""A driver hears of a route that is another one: of what is done where, in which order, and of when it begins."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.domain.route_news import WORTH_TELLING, Visit, drives_as_before

NIGHT = datetime(2026, 11, 25, 5, tzinfo=UTC)
visits = st.builds(
    Visit,
    site=st.sampled_from(["lidl", "tesco", "bank"]),
    kind=st.sampled_from(["pickup", "drop_off"]),
    at=st.integers(60, 600).map(lambda minutes: NIGHT + timedelta(minutes=minutes)),
    food=st.dictionaries(st.sampled_from(["bread", "milk"]), st.integers(1, 99), max_size=2),
)
routes = st.lists(visits, min_size=1, max_size=5)


@given(routes)
def test_the_same_route_is_no_news(route: list[Visit]) -> None:
    assert drives_as_before(route, [replace(each) for each in route], NIGHT)


@given(routes, routes)
def test_it_is_news_for_whoever_had_the_other_one_too(one: list[Visit], other: list[Visit]) -> None:
    assert drives_as_before(one, other, NIGHT) == drives_as_before(other, one, NIGHT)


@given(routes, st.data())
def test_a_stop_more_or_less_or_other_food_is_always_news(route: list[Visit], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(route) - 1))
    assert not drives_as_before(route, route[:place] + route[place + 1 :], NIGHT)
    other = replace(route[place], food={**route[place].food, "fish": 1})
    assert not drives_as_before(route, [*route[:place], other, *route[place + 1 :]], NIGHT)


@given(routes, st.integers(-60, 60))
def test_when_it_begins_is_news_by_more_than_minutes_and_until_it_has_begun(route: list[Visit], minutes: int) -> None:
    moved = [replace(each, at=each.at + timedelta(minutes=minutes)) for each in route]
    soon = abs(timedelta(minutes=minutes)) <= WORTH_TELLING
    assert drives_as_before(route, moved, NIGHT) == soon
    assert drives_as_before(route, moved, route[0].at)  # the page of whoever is there has the rest
