"""A year's certificate: its months, and its kinds of food, add up to the year to the gram."""

from dataclasses import fields
from datetime import date
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from app.domain.categories import CATEGORIES
from app.domain.ledger import ACCOUNTS, Entry, MassBalance, entries_along, entries_for_posting
from app.models.offers import OfferLine
from app.offers.certificates import by_month
from app.offers.receipts import Balances, figures_of

PLACES = [account for account in ACCOUNTS if account not in ("supply", "offered")]


@st.composite
def booked_lines(draw: st.DrawFn) -> tuple[list[tuple[OfferLine, date]], Balances]:
    """Lines of a year with what was posted of each moved on anywhere, in parts."""
    found, entries = [], dict[str, list[Entry]]()
    for number in range(draw(st.integers(0, 12))):
        grams = draw(st.integers(1, 100_000))
        row = OfferLine(id=UUID(int=number), category=draw(st.sampled_from(CATEGORIES)), grams=grams)
        day = draw(st.dates(date(2026, 1, 1), date(2026, 12, 31)))
        own = list(entries_for_posting(str(row.id), grams))
        left = grams
        for place in draw(st.lists(st.sampled_from(PLACES), max_size=3)):
            moved = draw(st.integers(0, left))
            if moved:
                own += entries_along(str(row.id), moved, "offered", place)
                left -= moved
        found.append((row, day))
        entries[str(row.id)] = own
    return found, Balances(entries)


def added(balances: list[MassBalance]) -> dict[str, int]:
    names = [each.name for each in fields(MassBalance)]
    return {name: sum(getattr(each, name) for each in balances) for name in names}


@given(booked_lines())
def test_months_and_foods_add_up_to_the_year_to_the_gram(year: tuple[list[tuple[OfferLine, date]], Balances]) -> None:
    found, balances = year
    rows = [row for row, _ in found]
    total = added([balances.of_lines(rows)])
    assert added(list(by_month(found, balances, 2026).values())) == total
    assert added(list(balances.by_category(rows).values())) == total
    figures = figures_of(balances.of_lines(rows))
    places = sum(grams for name, grams in figures.items() if name not in ("posted", "collected"))
    assert places == figures["posted"] == sum(row.grams for row in rows)
