"""An area's totals: what adds up, what is withheld, and that nobody's own figure follows from comparing ranges."""

from calendar import monthrange
from collections.abc import Mapping
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.area_totals import (
    FEWEST,
    AreaDay,
    AreaPlan,
    Part,
    enough,
    months_of,
    none_or_enough,
    totals_of,
)
from app.domain.impact_factors import MEALS, Choice
from app.domain.impact_report import RecordedDay, VanDay
from app.domain.ledger import MassBalance

FIRST, LAST = date(2026, 9, 1), date(2026, 11, 30)
PARTNERS = ("Aldi", "Lidl", "Spar", "Tesco", "Waitrose")
by_partner = st.dictionaries(st.sampled_from(PARTNERS), st.integers(0, 90_000), max_size=5)
a_day = st.dates(FIRST, LAST)


def day_of(
    day: date,
    offered: Mapping[str, int] | None = None,
    rescued: Mapping[str, int] | None = None,
    received: Mapping[str, int] | None = None,
    elsewhere: Part | None = None,
    people: Mapping[str, int] | None = None,
    vans: tuple[VanDay, ...] = (),
) -> AreaDay:
    within, other = Part(offered or {}, rescued or {}, received or {}), elsewhere or Part()
    whole = sum(within.received.values()) + sum(other.received.values())
    network = RecordedDay(day, MassBalance(delivered=whole), vans=vans)
    stores = frozenset(f"store of {name}" for name, grams in within.offered.items() if grams)
    return AreaDay(day, within, other, stores, people or {}, network)


@st.composite
def days(draw: st.DrawFn) -> list[AreaDay]:
    found = []
    for day in draw(st.lists(a_day, unique=True, max_size=12)):
        offered = draw(by_partner)
        rescued = {partner: draw(st.integers(0, grams)) for partner, grams in offered.items()}
        received, other = draw(by_partner), Part(draw(by_partner), {}, draw(by_partner))
        people = {bank: 40 for bank, grams in received.items() if grams}
        found.append(day_of(day, offered, rescued, received, other, people))
    return found


def in_month(found: list[AreaDay], month: date) -> list[AreaDay]:
    return [each for each in found if (each.day.year, each.day.month) == (month.year, month.month)]


@given(found=days())
def test_a_figure_is_shown_where_three_partners_have_a_part_and_the_rest_gives_nobody_away(
    found: list[AreaDay],
) -> None:
    for month in totals_of(FIRST, LAST, found).months:
        own = in_month(found, month.first)
        for name, shown in (("offered", month.offered), ("received", month.received)):
            within, elsewhere = (
                {partner for each in own for partner, grams in getattr(side(each), name).items() if grams}
                for side in (lambda each: each.within, lambda each: each.elsewhere)
            )
            fits = len(within) >= FEWEST and len(elsewhere) not in range(1, FEWEST)
            assert (shown is not None) == fits
            if shown is not None:
                assert shown == sum(sum(getattr(each.within, name).values()) for each in own)


@given(found=days())
def test_waste_avoided_is_shown_where_neither_it_nor_what_is_left_of_the_offered_gives_anybody_away(
    found: list[AreaDay],
) -> None:
    for month in totals_of(FIRST, LAST, found).months:
        if month.rescued is None:
            continue
        own = in_month(found, month.first)
        left = {
            partner: sum(each.within.offered.get(partner, 0) - each.within.rescued.get(partner, 0) for each in own)
            for partner in PARTNERS
        }
        assert sum(grams > 0 for grams in left.values()) not in range(1, FEWEST)
        rescued = {partner: sum(each.within.rescued.get(partner, 0) for each in own) for partner in PARTNERS}
        assert sum(grams > 0 for grams in rescued.values()) >= FEWEST


@given(found=days())
def test_a_range_says_the_sum_of_what_its_months_say_alone(found: list[AreaDay]) -> None:
    """So whoever compares two ranges has the sum of months that they could read anyway."""
    alone = []
    for month in months_of(FIRST, LAST) or []:
        last = month.replace(day=monthrange(month.year, month.month)[1])
        alone.append(totals_of(month, last, found))
    together = totals_of(FIRST, LAST, found)
    for name in ("offered", "rescued", "received"):
        said = [getattr(each, name) for each in alone if getattr(each, name) is not None]
        assert getattr(together, name) == (sum(said) if said else None)
    assert together.received == (None if together.figures is None else together.figures.grams)


@given(found=days())
def test_nothing_of_a_single_partner_is_in_what_leaves(found: list[AreaDay]) -> None:
    figures = totals_of(FIRST, LAST, found).figures
    if figures is not None:
        assert (figures.banks, figures.points, figures.cost.left_out) == ((), (), ())


@given(first=a_day, last=a_day)
def test_only_whole_months_are_whole_months(first: date, last: date) -> None:
    whole = first.day == 1 and first <= last and (last + timedelta(days=1)).day == 1
    found = months_of(first, last)
    assert (found is not None) == whole
    if found is not None:
        covered = [month + timedelta(days=n) for month in found for n in range(monthrange(month.year, month.month)[1])]
        assert (covered[0], covered[-1], len(covered)) == (first, last, (last - first).days + 1)


@pytest.mark.parametrize(
    ("grams", "is_enough", "is_safe"),
    [([], False, True), ([0, 0], False, True), ([5], False, False), ([5, 0, 0], False, False), ([5, 5, 5], True, True)],
)
def test_three_are_enough_and_nobody_gives_nobody_away(grams: list[int], is_enough: bool, is_safe: bool) -> None:
    parts = {str(number): each for number, each in enumerate(grams)}
    assert (enough(parts), none_or_enough(parts)) == (is_enough, is_safe)


def test_food_counts_with_its_share_of_the_days_driving() -> None:
    van = VanDay("Duffryn", 100_000, 3600, 200, 5_000, 90_000)
    received = {"A": 10_000, "B": 20_000, "C": 30_000}
    elsewhere = Part(received={"D": 20_000, "E": 20_000, "F": 20_000})
    found = totals_of(
        FIRST, LAST, [day_of(date(2026, 9, 7), received=received, elsewhere=elsewhere, vans=(van,))]
    ).figures
    assert found is not None
    assert (found.grams, found.metres, found.driving_co2e_grams) == (60_000, 50_000, 10_000)
    assert found.co2e_grams == 60 * 1600 - 10_000
    assert (found.meals, found.cost.routes) == (60_000 // 420, 0)


def test_a_factor_counts_from_its_first_whole_month_on_so_that_no_month_is_parted_in_two() -> None:
    three = {"A": 10_000, "B": 10_000, "C": 10_000}
    found = [day_of(date(2026, month, day), received=three) for month in (9, 10, 11) for day in (7, 25)]
    own = Choice("meals", 1, "feba", MEALS["feba"], date(2026, 10, 15))
    figures = totals_of(FIRST, LAST, found, choices=[own]).figures
    assert figures is not None
    used = [
        (each.number, each.first.month, each.last.month, each.grams) for each in figures.factors if each.use == "meals"
    ]
    assert used == [(0, 9, 10, 120_000), (1, 11, 11, 60_000)]


def test_people_are_of_the_fullest_day_on_which_three_food_banks_received() -> None:
    three = {"A": 10, "B": 10, "C": 10}
    found = totals_of(
        FIRST,
        LAST,
        [
            day_of(date(2026, 9, 7), received=three, people={"A": 40, "B": 30, "C": 20}),
            day_of(date(2026, 9, 8), received={"A": 10}, people={"A": 500}),
        ],
    )
    assert found.people == 90
    one_day_each = [
        day_of(date(2026, 9, number), received={bank: 10}, people={bank: 40})
        for number, bank in enumerate("ABC", start=7)
    ]
    apart = totals_of(FIRST, LAST, one_day_each)
    assert (apart.received, apart.people) == (30, None)


def test_stores_and_partners_are_counted_once_however_many_days_they_gave() -> None:
    gave = {"Aldi": 10, "Lidl": 10}
    found = totals_of(FIRST, LAST, [day_of(date(2026, 9, 7), gave), day_of(date(2026, 10, 7), gave)])
    assert (found.stores, found.givers, found.banks, found.days) == (2, 2, 0, 2)
    assert (found.offered, found.left_out) == (None, (date(2026, 9, 1), date(2026, 10, 1)))


def test_what_was_only_planned_stands_apart_and_is_withheld_by_the_same_rule() -> None:
    day = date(2026, 9, 7)
    three = totals_of(FIRST, LAST, [], [AreaPlan(day, {"A": 10, "B": 10, "C": 10}, {})])
    assert (three.planned_days, three.planned, three.received, three.figures) == (1, 30, None, None)
    assert totals_of(FIRST, LAST, [], [AreaPlan(day, {"A": 10, "B": 10}, {})]).planned is None
    assert totals_of(FIRST, LAST, [], [AreaPlan(day, {"A": 10, "B": 10, "C": 10}, {"D": 10})]).planned is None
