"""What one thing more rescues is added up by day and ranked by what a kilogram more costs; noise is no gain."""

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.domain.additions import ANYWHERE, KINDS, Gain, Prices, expected_seconds, ranked, spread_of

FIRST = date(2026, 11, 24)


def a_gain(kind: str = "vehicle", grams: int = 30_000, **fields: object) -> Gain:
    base = Gain(FIRST, kind, "depot", grams, 10_000, 3600, 2_000, 1_000)
    return replace(base, **fields)  # type: ignore[arg-type]


@st.composite
def gains(draw: st.DrawFn) -> tuple[list[Gain], int]:
    """Some additions tried on some of up to six days, each at most once a day."""
    days = draw(st.integers(1, 6))
    amount = st.integers(-50_000, 50_000)
    found = []
    for kind in draw(st.lists(st.sampled_from(KINDS), unique=True)):
        for subject in ("",) if kind in ANYWHERE else draw(st.sampled_from((("a",), ("a", "b")))):
            for day in draw(st.sets(st.integers(0, days - 1), min_size=1)):
                numbers = (draw(amount), draw(amount), draw(amount), draw(amount), draw(st.integers(0, 20_000)))
                found.append(Gain(FIRST + timedelta(days=day), kind, subject, *numbers))
    return found, days


@given(gains(), st.builds(Prices, *[st.integers(0, 5_000)] * 5), st.randoms())
def test_nothing_is_lost_or_counted_twice_and_the_order_of_the_days_does_not_matter(
    found: tuple[list[Gain], int], prices: Prices, random: object
) -> None:
    rows, days = found
    ranking = ranked(rows, prices, days)
    for name in ("grams", "metres", "seconds", "spread"):
        assert sum(getattr(each, name) for each in ranking) == sum(getattr(each, name) for each in rows)
    assert sum(each.driving_cents for each in ranking) == sum(each.cents for each in rows)
    shuffled = list(rows)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert ranked(shuffled, prices, days) == ranking
    for each in ranking:
        assert 0 <= each.helped <= each.tried <= each.days == days
        assert each.least <= each.grams_a_day <= each.most
        assert each.stated_cents == prices.of(each.kind) * days
        assert (each.cents_per_kg is None) == (each.standing != "helps")
        assert (each.standing == "helps") == (each.grams > each.spread and each.grams > 0)


@given(gains())
def test_the_cheapest_kilogram_is_first_and_what_helps_stands_before_what_does_not(
    found: tuple[list[Gain], int],
) -> None:
    ranking = ranked(found[0], Prices(), found[1])
    costs = [each.cents_per_kg for each in ranking]
    helping = [each for each in costs if each is not None]
    assert helping == sorted(helping)
    assert costs[: len(helping)] == helping


def test_a_gain_within_what_the_search_varies_by_is_no_gain() -> None:
    [within] = ranked([a_gain(grams=1_000)], Prices(), 1)
    assert (within.standing, within.cents_per_kg, within.helped) == ("within_noise", None, 0)
    [more] = ranked([a_gain(grams=1_001)], Prices(), 1)
    assert (more.standing, more.helped) == ("helps", 1)


def test_no_kilogram_more_has_no_cost_instead_of_an_endless_one() -> None:
    [nothing] = ranked([a_gain(grams=0, spread=0)], Prices(vehicle=5_000), 1)
    assert (nothing.standing, nothing.cents_per_kg, nothing.cents) == ("nothing", None, 7_000)
    [less] = ranked([a_gain(grams=-500, spread=0)], Prices(), 1)
    assert (less.standing, less.cents_per_kg) == ("nothing", None)
    assert ranked([], Prices(), 0) == []


def test_what_is_stated_costs_on_every_day_and_what_is_driven_on_the_days_that_it_drives() -> None:
    rows = [a_gain(), a_gain(service_date=FIRST + timedelta(days=1), grams=10_000)]
    [found] = ranked(rows, Prices(vehicle=1_000), 4)
    assert (found.tried, found.helped, found.days) == (2, 2, 4)
    assert (found.driving_cents, found.stated_cents, found.cents_per_kg) == (4_000, 4_000, 200.0)
    assert (found.least, found.most, found.grams_a_day) == (0, 30_000, 10_000)


def test_a_food_bank_elsewhere_on_each_day_is_one_addition() -> None:
    [found] = ranked([a_gain("food_bank", subject="here"), a_gain("food_bank", subject="there")], Prices(), 2)
    assert (found.subject, found.tried) == ("", 2)


def test_a_spread_is_from_the_least_to_the_most() -> None:
    assert (spread_of([]), spread_of([7]), spread_of([7, 4, 9])) == (0, 0, 5)


def test_what_was_measured_is_expected_again() -> None:
    assert expected_seconds(10, 2, 3.5) == 35
    assert expected_seconds(10, 2, None) == 130
    assert expected_seconds(0, 0, None) == 0
