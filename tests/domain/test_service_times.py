"""A site's seconds are found again from its stops; few stops leave them near what was entered."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.service_times import FEWEST_STOPS, Visit, learn_service_time

VISITS = st.lists(st.builds(Visit, lines=st.integers(1, 12), seconds=st.integers(20, 14_400)), max_size=30)


def seen(rng: random.Random, count: int, setup: int = 480, service: int = 120) -> list[Visit]:
    lines = [rng.randint(1, 6) for _ in range(count)]
    return [Visit(each, max(20, round((setup + service * each) * rng.lognormvariate(0, 0.2)))) for each in lines]


def test_without_stops_what_was_entered_stands() -> None:
    found = learn_service_time([], 300, 90)
    assert (found.setup_seconds, found.service_seconds, found.stops, found.usable) == (300, 90, 0, False)
    assert found.error_seconds > 60


def test_many_stops_find_the_truth_within_the_stated_error() -> None:
    within = 0
    for seed in range(40):
        found = learn_service_time(seen(random.Random(seed), 60), 300, 60)
        usual = 480 + 120 * 3.5
        within += abs(found.setup_seconds + found.service_seconds * 3.5 - usual) <= found.error_seconds + 0.1 * usual
    assert within >= 36


def test_two_stops_leave_a_site_nearer_to_what_was_entered_than_to_what_was_seen() -> None:
    found = learn_service_time([Visit(2, 1500), Visit(2, 1500)], 300, 60)
    assert 420 < found.setup_seconds + 2 * found.service_seconds < 960
    assert not found.usable


def test_one_wild_stop_moves_a_site_little() -> None:
    visits = seen(random.Random(2), 20)
    usual, spoilt = learn_service_time(visits, 300, 90), learn_service_time([*visits, Visit(3, 14_000)], 300, 90)
    assert spoilt.stops == usual.stops + 1
    moved = (spoilt.setup_seconds + 3 * spoilt.service_seconds) - (usual.setup_seconds + 3 * usual.service_seconds)
    assert abs(moved) < 60


def test_more_stops_shrink_the_error() -> None:
    few, many = (learn_service_time(seen(random.Random(3), count), 480, 120) for count in (FEWEST_STOPS, 80))
    assert many.error_seconds < few.error_seconds / 2
    assert few.usable


@given(VISITS, st.integers(0, 3600), st.integers(0, 900), st.randoms(use_true_random=False))
@settings(max_examples=60)
def test_seconds_are_never_negative_and_the_order_of_stops_does_not_matter(
    visits: list[Visit], setup: int, service: int, shuffler: random.Random
) -> None:
    found = learn_service_time(visits, setup, service)
    assert min(found.setup_seconds, found.service_seconds) >= 0
    assert found.error_seconds > 0
    shuffled = list(visits)
    shuffler.shuffle(shuffled)
    assert learn_service_time(shuffled, setup, service) == found
