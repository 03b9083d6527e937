"""A report's figures: a fold of the books, to the gram."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.impact_factors import CATALOGUES, Choice
from app.domain.impact_report import (
    BankDay,
    Figures,
    PlannedDay,
    RecordedDay,
    VanDay,
    difference,
    figures_of,
    reads_from,
)
from app.domain.ledger import ACCOUNTS, MOVES, Entry, entries_along, mass_balance
from app.reports.impact.frozen import frozen, thawed

FIRST = date(2026, 11, 1)
ENDS = [each for each in ACCOUNTS if each not in ("supply", "offered")]


def day(number: int) -> date:
    return FIRST + timedelta(days=number)


@st.composite
def books(draw: st.DrawFn) -> dict[date, list[Entry]]:
    """The entries of some days: lines that are posted, go some way along the accounts, and partly back."""
    found: dict[date, list[Entry]] = defaultdict(list)
    for number in range(draw(st.integers(0, 6))):
        on, name = day(draw(st.integers(0, 9))), f"line {number}"
        grams = draw(st.integers(1, 900_000))
        found[on] += entries_along(name, grams, "supply", "offered")
        there = {"offered": grams}
        for _ in range(draw(st.integers(0, 5))):
            source = draw(st.sampled_from(sorted(there)))
            onward = [each for each in (*MOVES.get(source, ()), *_back(source)) if each != "supply"]
            if not onward:
                continue
            target, moved = draw(st.sampled_from(onward)), draw(st.integers(1, there[source]))
            found[on].append(Entry(name, source, target, moved))
            there[source] -= moved
            there[target] = there.get(target, 0) + moved
            there = {account: left for account, left in there.items() if left}
    return found


def _back(account: str) -> list[str]:
    return [origin for origin, targets in MOVES.items() if account in targets]


def reported(entries: Mapping[date, list[Entry]], choices: list[Choice] | None = None) -> Figures:
    days = [RecordedDay(on, mass_balance(of)) for on, of in entries.items()]
    return figures_of(FIRST, day(9), days, choices=choices or [])


def held(entries: Mapping[date, list[Entry]], *accounts: str) -> int:
    """Grams that ended in these accounts, from the entries one by one."""
    every = [entry for of in entries.values() for entry in of]
    return sum(each.grams * ((each.to_account in accounts) - (each.from_account in accounts)) for each in every)


@given(books())
def test_the_report_is_what_the_ledgers_entries_alone_come_to_to_the_gram(entries: dict[date, list[Entry]]) -> None:
    found = reported(entries)
    people = held(entries, "delivered", "community_fridge")
    assert found.grams == people
    assert found.balance.offered == -held(entries, "supply")
    for account in ENDS:
        if account not in ("allocated", "collected"):
            assert getattr(found.balance, account) == held(entries, account)
    assert found.balance.unaccounted == 0
    assert found.meals == people // 420
    assert found.co2e_grams == round(people * 1600 / 1000)
    assert (found.meals_least, found.meals_most) == (people // 626, people // 420)
    assert found.rescued is None if not entries else found.rescued == people / found.balance.offered


@given(books(), st.integers(0, 10))
def test_whatever_factors_counted_on_which_days_each_gram_is_counted_once_with_one_of_them(
    entries: dict[date, list[Entry]], changed: int
) -> None:
    choices = [
        Choice("meals", 1, "feba", CATALOGUES["meals"]["feba"], day(changed)),
        Choice("co2e", 1, "feba", CATALOGUES["co2e"]["feba"], day(changed)),
    ]
    found = reported(entries, choices)
    for use in ("meals", "co2e"):
        of_use = [each for each in found.factors if each.use == use]
        assert sum(each.grams for each in of_use) == found.grams
        assert [each.number for each in of_use] == sorted(each.number for each in of_use)
    by_version = Counter[int]()
    for on, of in entries.items():
        by_version[500 if on >= day(changed) else 420] += held({on: of}, "delivered", "community_fridge")
    assert found.meals == sum(grams // factor for factor, grams in by_version.items())


@given(books())
def test_what_is_kept_of_a_report_is_the_same_report(entries: dict[date, list[Entry]]) -> None:
    found = reported(entries)
    kept, digest = frozen(found)
    assert thawed(kept) == found
    assert frozen(thawed(kept)) == (kept, digest)


def driven(*vans: VanDay, grams: int = 42_000, **more: object) -> RecordedDay:
    entries = entries_along("line", grams, "supply", "delivered") if grams else ()
    return RecordedDay(FIRST, mass_balance(entries), vans=vans, **more)  # type: ignore[arg-type]


def a_van(cents: int | None = 900, grams: int = 42_000, organisation: str = "bank", metres: int = 10_000) -> VanDay:
    return VanDay(organisation, metres, 3600, 279, cents, grams)


def test_co2e_is_net_of_each_vans_own_driving() -> None:
    found = figures_of(FIRST, FIRST, [driven(a_van(metres=10_000), a_van(metres=5_000))])
    assert found.driving_co2e_grams == 4_185
    assert found.co2e_grams == 67_200 - 4_185
    assert (found.co2e_least, found.co2e_most) == (21_420 - 4_185, 153_720 - 4_185)


def test_a_partner_whose_vans_have_no_rate_is_left_out_of_the_cost_with_what_they_brought() -> None:
    vans = (a_van(900, 21_000), a_van(None, 21_000, "church"))
    found = figures_of(FIRST, FIRST, [driven(*vans)], names={"church": "Church"})
    assert (found.cost.cents, found.cost.meals, found.cost.left_out) == (900, 50, ("Church",))
    assert found.cost.cents_per_meal == 18


def test_no_food_and_no_rates_are_no_division_by_nothing() -> None:
    empty = figures_of(FIRST, FIRST, [])
    assert (empty.rescued, empty.cost.cents_per_meal, empty.people, empty.gini, empty.lowest) == (None,) * 5
    idle = figures_of(FIRST, FIRST, [driven(a_van(grams=0), grams=0)])
    assert (idle.grams, idle.meals, idle.cost.cents, idle.cost.cents_per_meal) == (0, 0, 900, None)
    assert idle.co2e_grams == -2_790


def test_a_day_that_nobody_reported_is_in_no_figure() -> None:
    planned = [PlannedDay(day(1), 70_000, 9_000), PlannedDay(day(20), 1, 1)]
    found = figures_of(FIRST, day(6), [driven()], planned=planned, under_way=[day(6), day(7)])
    assert found.grams == 42_000
    assert (found.recorded, found.under_way) == ((FIRST,), (day(6),))
    assert [each.day for each in found.planned] == [day(1)]


def test_fairness_is_of_four_weeks_and_looks_back_before_the_report() -> None:
    def of(on: date, bread: int) -> RecordedDay:
        banks = {"a": BankDay(100, bread, 10), "b": BankDay(100, 100, 20)}
        return RecordedDay(on, mass_balance(()), banks=banks)

    first, last = day(30), day(37)
    days = [of(reads_from(first), 100), of(first, 50), of(last, 0)]
    found = figures_of(first, last, days, names={"a": "A", "b": "B"})
    assert [(each.until, each.days) for each in found.points] == [(first, 2), (last, 2)]
    assert [each.lowest for each in found.points] == [0.75, 0.25]
    assert [(each.name, each.wanted, each.delivered, each.people) for each in found.banks] == [
        ("A", 200, 50, 10), ("B", 200, 200, 20),
    ]  # fmt: skip
    assert found.lowest == 0.25
    assert found.people == 30
    assert found.banks[0].grams_per_person == 5


def test_the_difference_to_what_was_published_is_in_what_people_read() -> None:
    then = figures_of(FIRST, FIRST, [driven(a_van())])
    now = figures_of(FIRST, FIRST, [driven(a_van(), grams=84_000)])
    found = difference(then, now)
    assert (found.grams, found.meals, found.co2e_grams, found.cents) == (42_000, 100, 67_200, 0)
    assert found
    assert not difference(then, then)
    other_need = figures_of(FIRST, FIRST, [driven(a_van(), banks={"a": BankDay(100, 50, 1)})])
    assert difference(then, other_need).elsewhere
    assert difference(then, other_need)


@pytest.mark.parametrize(("last", "points"), [(day(0), 1), (day(6), 1), (day(7), 2), (day(29), 5)])
def test_the_curve_has_a_point_a_week_and_ends_with_the_last_day(last: date, points: int) -> None:
    found = figures_of(FIRST, last, [])
    assert len(found.points) == points
    assert found.points[-1].until == last
    assert found.points[0].until >= FIRST
