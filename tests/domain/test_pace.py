"""The pace is found again in simulated days, within the error that it states, and wild legs do not move it."""

import math
import random

from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.pace import FEWEST_LEGS, LEAST_PERCENT, MOST_PERCENT, Leg, Pace, learn_pace

LEGS = st.builds(
    Leg,
    weekday=st.integers(1, 7),
    hour=st.integers(6, 19),
    table_seconds=st.integers(60, 3600),
    real_seconds=st.integers(20, 9000),
)
RUSH = {8: 0.45, 9: 0.3, 16: 0.3, 17: 0.4}  # logarithms: about 57 % slower at eight


def truth(overall: float, hour: int, weekday: int) -> float:
    """Percent that is true in the simulated network."""
    quieter = -0.15 if weekday >= 6 else 0.0
    return 100 * math.exp(overall + RUSH.get(hour, 0.0) + quieter)


def simulated(rng: random.Random, overall: float, legs: int, noise: float = 0.22) -> list[Leg]:
    found = []
    for _ in range(legs):
        weekday, hour, table = rng.randint(1, 7), rng.randint(7, 18), rng.randint(120, 1500)
        real = table * truth(overall, hour, weekday) / 100 * math.exp(rng.gauss(0, noise))
        found.append(Leg(weekday, hour, table, max(1, round(real))))
    return found


def test_without_legs_driving_takes_what_the_table_says() -> None:
    pace = learn_pace([])
    assert {pace.overall.percent} == {f.percent for f in (*pace.hours, *pace.cells.values())} == {100}
    assert pace.overall.legs == 0
    assert not pace.usable
    assert pace.overall.too_little
    assert len(pace.cells) == 7 * 24


@given(st.lists(LEGS, max_size=60), st.randoms(use_true_random=False))
@settings(max_examples=40)
def test_the_order_of_the_legs_does_not_matter(legs: list[Leg], shuffler: random.Random) -> None:
    shuffled = list(legs)
    shuffler.shuffle(shuffled)
    assert learn_pace(shuffled) == learn_pace(legs)


@given(st.lists(LEGS, max_size=60))
@settings(max_examples=40)
def test_every_factor_stays_within_the_limits_and_every_leg_is_counted(legs: list[Leg]) -> None:
    pace = learn_pace(legs)
    everything = (pace.overall, *pace.hours, *pace.cells.values())
    assert all(LEAST_PERCENT <= factor.percent <= MOST_PERCENT and factor.error > 0 for factor in everything)
    assert pace.overall.legs == sum(f.legs for f in pace.hours) == sum(f.legs for f in pace.cells.values()) == len(legs)


@given(st.integers(0, 10_000), st.sampled_from([0.05, 0.2]), st.sampled_from([0.25, 4.5]))
@settings(max_examples=25)
def test_a_fifth_of_wild_legs_does_not_move_a_factor_far(seed: int, share: float, wild: float) -> None:
    rng = random.Random(seed)
    good = simulated(rng, 0.1, 600)
    chosen = set(rng.sample(range(len(good)), round(share * len(good))))
    spoilt = [
        Leg(leg.weekday, leg.hour, leg.table_seconds, round(leg.table_seconds * wild)) if number in chosen else leg
        for number, leg in enumerate(good)
    ]
    before, after = learn_pace(good), learn_pace(spoilt)
    assert abs(math.log(after.overall.percent / before.overall.percent)) < 0.2
    moved = [
        abs(math.log(a.percent / b.percent)) for a, b in zip(after.hours, before.hours, strict=True) if b.legs >= 20
    ]
    assert moved
    assert max(moved) < 0.45


def test_one_wild_leg_in_a_quiet_cell_leaves_the_cell_near_its_hour() -> None:
    usual = [Leg(weekday, 10, 600, 600 + 10 * step) for weekday in range(1, 6) for step in range(-5, 6)]
    pace = learn_pace([*usual, Leg(7, 10, 600, 3000)])
    assert abs(pace.cells[7, 10].percent - pace.hours[10].percent) <= 8
    assert pace.cells[7, 10].too_little


def test_more_legs_shrink_the_error() -> None:
    rng = random.Random(5)
    legs = simulated(rng, 0.1, 4000)
    errors = [learn_pace(legs[:count]) for count in (40, 400, 4000)]
    assert errors[0].overall.error > errors[1].overall.error > errors[2].overall.error
    assert errors[0].hours[8].error > errors[1].hours[8].error > errors[2].hours[8].error


def test_an_hour_without_legs_is_the_network_s_with_a_wider_error() -> None:
    pace = learn_pace(simulated(random.Random(3), 0.2, 500))
    assert abs(pace.hours[3].percent - pace.overall.percent) <= 1
    assert pace.hours[3].error > pace.hours[12].error
    assert pace.usable
    assert pace.overall.legs >= FEWEST_LEGS


def covered(pace: Pace, overall: float) -> tuple[int, int, int, int]:
    """Cells whose truth is within their error, cells; the same for hours of working days."""
    cells = [
        (abs(pace.cells[day, hour].percent - truth(overall, hour, day)) <= pace.cells[day, hour].error)
        for day in range(1, 8)
        for hour in range(7, 19)
    ]
    weekend = math.log(5 / 7 + 2 / 7 * math.exp(-0.15))  # legs fall on all days alike
    hours = [
        abs(pace.hours[hour].percent - truth(overall, hour, 1) * math.exp(weekend)) <= pace.hours[hour].error
        for hour in range(7, 19)
    ]
    return sum(cells), len(cells), sum(hours), len(hours)


def test_the_truth_is_within_the_stated_error_in_at_least_four_of_five_cells() -> None:
    for legs in (150, 900, 5000):
        counts = [0, 0, 0, 0]
        for seed in range(12):
            overall = random.Random(seed).uniform(-0.2, 0.3)
            found = covered(learn_pace(simulated(random.Random(100 + seed), overall, legs)), overall)
            counts = [a + b for a, b in zip(counts, found, strict=True)]
        assert counts[0] >= 0.8 * counts[1], legs
        assert counts[2] >= 0.8 * counts[3], legs


def test_with_much_data_the_rush_hour_is_found() -> None:
    pace = learn_pace(simulated(random.Random(11), 0.0, 6000))
    assert abs(pace.cells[2, 8].percent - truth(0.0, 8, 2)) < 12
    assert abs(pace.cells[2, 12].percent - 100) < 8
    assert pace.cells[7, 12].percent < pace.cells[2, 12].percent
