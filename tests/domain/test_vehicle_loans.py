"""The rule of loans: on which days a lent vehicle is the borrower's."""

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.domain.vehicle_loans import Loan, agrees_by_offering

MONDAY = date(2026, 11, 23)
FRIDAY = MONDAY + timedelta(days=4)
LOAN = Loan(MONDAY, FRIDAY, accepted=True)
days = st.dates(MONDAY - timedelta(days=9), FRIDAY + timedelta(days=9))


def test_a_loan_is_in_force_from_its_first_day_until_its_last() -> None:
    assert [LOAN.in_force(MONDAY + timedelta(days=each)) for each in (-1, 0, 4, 5)] == [False, True, True, False]
    assert not replace(LOAN, accepted=False).in_force(MONDAY)


def test_the_day_on_which_it_is_ended_is_still_the_borrowers() -> None:
    ended = replace(LOAN, ended_on=MONDAY)
    assert (ended.in_force(MONDAY), ended.in_force(MONDAY + timedelta(days=1))) == (True, False)
    assert (ended.is_over(MONDAY), ended.is_over(FRIDAY)) == (False, True)


def test_what_is_ended_before_it_begins_never_was_in_force() -> None:
    never = replace(LOAN, ended_on=MONDAY - timedelta(days=1))
    assert not never.in_force(MONDAY)
    assert not never.overlaps(MONDAY, FRIDAY)


@given(first=days, length=st.integers(0, 9), ended_on=st.none() | days, accepted=st.booleans())
def test_two_spans_overlap_where_a_day_is_in_both(
    first: date, length: int, ended_on: date | None, accepted: bool
) -> None:
    loan = Loan(MONDAY, FRIDAY, accepted, ended_on)
    span = [first + timedelta(days=each) for each in range(length + 1)]
    assert loan.overlaps(span[0], span[-1]) == any(loan.in_force(day) for day in span)


def test_the_networks_office_speaks_for_neither_side_unless_one_is_its_own() -> None:
    assert agrees_by_offering(frozenset({"network"})) == frozenset()
    assert agrees_by_offering(frozenset({"network", "borrower"})) == {"borrower"}
