"""Every gram is in exactly one place, whatever happens and in whatever order it is heard of."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain import ledger
from app.domain.ledger import (
    ACCOUNTS,
    MOVES,
    SHORTFALL_ACCOUNT,
    Entry,
    LedgerError,
    MassBalance,
    Outcome,
    balances,
    entries_along,
    entries_between,
    entries_for_allocation,
    entries_for_collection,
    entries_for_delivery,
    entries_for_expiry,
    entries_for_posting,
    entries_for_refusal,
    entries_for_release,
    entries_for_return,
    entries_for_waste,
    entries_for_withdrawal,
    is_balanced,
    mass_balance,
)

grams = st.integers(0, 50_000)
reasons = st.sampled_from(sorted(SHORTFALL_ACCOUNT, key=str))
outcomes = st.builds(
    Outcome,
    allocated_grams=st.just(20_000),
    collected_grams=st.none() | grams,
    delivered_grams=st.none() | grams,
    refused_grams=st.none() | grams,
    shortfall_reason=reasons,
)


def whole(balance: MassBalance) -> int:
    """All places where food can be."""
    kept = balance.delivered + balance.refused + balance.returned + balance.still_open
    return (
        kept
        + balance.wasted
        + balance.expired
        + balance.withdrawn
        + balance.community_fridge
        + balance.animal_feed
        + balance.compost
    )


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(1, 9_000)), max_size=40))
def test_no_gram_is_lost_by_any_sequence_of_what_can_happen(steps: list[tuple[int, int]]) -> None:
    booked = list(entries_for_posting("a", 10_000))
    ways = [(here, there) for here, targets in MOVES.items() for there in targets]
    for way, most in steps:
        here, there = ways[way % len(ways)]
        available = most if here == "supply" else min(most, balances(booked)["a"][here])
        if available:
            booked += entries_along("a", available, here, there)
    result = mass_balance(booked)
    assert is_balanced(booked)
    assert whole(result) == result.offered
    assert result.unaccounted == 0


@given(st.lists(outcomes, max_size=5))
def test_whatever_is_heard_on_the_way_the_books_end_where_the_last_word_says(heard: list[Outcome]) -> None:
    booked = [*entries_for_posting("a", 30_000), *entries_for_allocation("a", 20_000)]
    known = Outcome(20_000)
    for outcome in heard:
        booked += entries_between("a", known, outcome)
        known = outcome
        assert is_balanced(booked)
    straight = [*entries_for_posting("a", 30_000), *entries_for_allocation("a", 20_000)]
    straight += entries_between("a", Outcome(20_000), known)
    assert balances(booked) == balances(straight)
    assert mass_balance(booked).unaccounted == 0
    assert mass_balance(booked).collected == mass_balance(straight).collected
    assert mass_balance(booked).refused_at_the_door == (known.refused_grams or 0)


@given(outcomes)
def test_an_outcome_places_exactly_what_was_allocated_or_found(outcome: Outcome) -> None:
    assert sum(outcome.places().values()) == outcome.allocated_grams


def test_a_day_with_everything_in_it_adds_up() -> None:
    booked = [
        *entries_for_posting("a", 10_000),
        *entries_for_posting("b", 5_000),
        *entries_for_allocation("a", 8_000),
        *entries_for_collection("a", 8_000, 7_000),
        *entries_for_delivery("a", 4_500),
        *entries_for_refusal("a", 2_000),
        *entries_for_return("a", 1_500),
        *entries_for_waste("a", 500),
        *entries_for_withdrawal("b", 2_000),
        *entries_for_expiry("b", 1_000),
        *entries_for_allocation("b", 2_000),
        *entries_for_release("b", 500),
    ]
    assert mass_balance(booked) == MassBalance(
        offered=15_000,
        collected=7_000,
        delivered=4_500,
        refused_at_the_door=2_000,
        refused=0,
        returned=1_500,
        wasted=500,
        expired=1_000,
        withdrawn=3_000,
        still_open=4_500,
        unaccounted=0,
    )


@pytest.mark.parametrize(
    ("reason", "account"),
    [(None, "withdrawn"), ("nothing_there", "withdrawn"), ("van_full", "offered"), ("closed", "offered")],
)
def test_what_was_not_collected_is_where_the_driver_says(reason: str | None, account: str) -> None:
    booked = [*entries_for_posting("a", 100), *entries_for_allocation("a", 100)]
    booked += entries_for_collection("a", 100, 70, reason)
    assert balances(booked)["a"][account] == 30
    assert balances(booked)["a"]["collected"] == 70


def test_more_than_was_allocated_comes_in_as_extra_supply() -> None:
    booked = [*entries_for_posting("a", 100), *entries_for_allocation("a", 100)]
    booked += entries_for_collection("a", 100, 130)
    assert Entry("a", "supply", "offered", 30) in booked
    assert mass_balance(booked).offered == 130
    assert mass_balance(booked).unaccounted == 0


def test_what_could_not_be_delivered_may_go_back_or_be_wasted() -> None:
    booked = [*entries_for_posting("a", 100), *entries_for_allocation("a", 100)]
    booked += entries_for_collection("a", 100, 100)
    booked += [*entries_for_return("a", 60, "collected"), *entries_for_waste("a", 40, "collected")]
    assert mass_balance(booked) == MassBalance(offered=100, collected=100, returned=60, wasted=40)


@pytest.mark.parametrize(
    ("here", "there", "moved"),
    [
        ("offered", "delivered", 5),
        ("delivered", "expired", 5),
        ("offered", "allocated", 0),
        ("offered", "offered", 5),
    ],
)
def test_food_neither_jumps_nor_moves_by_nothing(here: str, there: str, moved: int) -> None:
    with pytest.raises(LedgerError):
        Entry("a", here, there, moved)


def test_an_allocation_keeps_its_grams() -> None:
    with pytest.raises(LedgerError):
        entries_between("a", Outcome(5), Outcome(6))


def test_an_overdrawn_account_is_unaccounted_for() -> None:
    booked = [*entries_for_posting("a", 100), Entry("a", "collected", "delivered", 40)]
    assert not is_balanced(booked)
    assert mass_balance(booked).unaccounted == -40


def test_a_posted_line_that_is_not_booked_is_unaccounted_for() -> None:
    booked = entries_for_posting("a", 100)
    assert mass_balance(booked, {"a": 100}).unaccounted == 0
    assert mass_balance(booked, {"a": 100, "b": 7}).unaccounted == 7


def test_the_twin_that_forgets_the_way_back_loses_food(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger, "entries_along", lambda line, *_: (Entry(line, "allocated", "collected", 1),))
    booked = [*entries_for_posting("a", 100), *entries_for_allocation("a", 100)]
    booked += entries_between("a", Outcome(100, 100, 90), Outcome(100, 100, 80))
    assert balances(booked)["a"]["delivered"] != 80


def test_every_account_can_be_reached_from_supply() -> None:
    for account in ACCOUNTS[1:]:
        assert entries_along("a", 1, "supply", account)[-1].to_account == account


def test_no_way_leads_through_an_outlet_and_what_came_back_may_go_there() -> None:
    for start in ACCOUNTS:
        for goal in ACCOUNTS:
            if start == goal:
                continue
            way = [entry.to_account for entry in entries_along("bread", 1, start, goal)][:-1]
            assert not ledger.OUTLETS & set(way), (start, goal, way)
    booked = [*entries_for_posting("bread", 10), *entries_along("bread", 10, "offered", "returned")]
    gone = [*booked, *entries_along("bread", 10, "returned", "compost")]
    assert mass_balance(gone).collected == mass_balance(booked).collected == 10
    assert mass_balance(gone).compost == 10
