"""From reports to what is known of an allocation."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from app.domain.ledger import Outcome
from app.domain.lifecycle import EventLine, StopEvent, fold
from app.domain.outcomes import Promised, handed_on, outcome_of

NOON = datetime(2027, 6, 1, 12, tzinfo=UTC)


def known(*events: StopEvent) -> Outcome:
    """What is known of 100 g that the route fetches at the shop."""
    return outcome_of(fold(events), "bread", 100, "shop")


def test_nothing_is_known_before_the_first_report() -> None:
    assert known() == Outcome(100)


def test_where_the_pickup_failed_nothing_was_collected() -> None:
    assert known(StopEvent("1", "shop", "failed", NOON, (), "closed")) == Outcome(100, 0, shortfall_reason="closed")


def test_where_the_line_was_left_behind_nothing_of_it_was_collected() -> None:
    left = StopEvent("1", "shop", "failed", NOON, (EventLine("bread", 0),), "van_full")
    assert known(left) == Outcome(100, 0, shortfall_reason="van_full")


def test_where_the_pickup_failed_nothing_was_collected_whatever_was_said_of_nothing_at_the_receiver() -> None:
    failed = StopEvent("1", "shop", "failed", NOON, (), "closed")
    nothing = StopEvent("2", "bank", "delivered", NOON, (EventLine("bread", 0),))
    assert known(failed, nothing).places() == known(nothing, failed).places() == {"offered": 100}
    brought = StopEvent("2", "bank", "delivered", NOON, (EventLine("bread", 100),))
    assert known(failed, brought).places() == {"delivered": 100}


def test_a_reason_at_the_receiver_or_for_other_food_does_not_explain_a_shortfall() -> None:
    short = StopEvent("1", "shop", "collected", NOON, (EventLine("bread", 90),))
    closed = StopEvent("2", "bank", "failed", NOON, (EventLine("bread", 0),), "closed")
    left = StopEvent("3", "shop", "failed", NOON, (EventLine("cheese", 0),), "van_full")
    assert known(short, closed, left) == Outcome(100, 90)
    assert known(left) == Outcome(100)


def test_a_problem_at_the_receiver_says_nothing_about_the_pickup() -> None:
    assert known(StopEvent("1", "bank", "failed", NOON, (EventLine("bread", 0),), "closed")).collected_grams is None
    assert known(StopEvent("1", "bank", "failed", NOON, (), "closed")) == Outcome(100)


def test_what_was_left_at_an_earlier_stop_of_the_same_store_was_left_for_the_reason_given_there() -> None:
    full = StopEvent("1", "shop before", "collected", NOON, (EventLine("bread", 90),), "van_full")
    closed = StopEvent("2", "shop", "failed", NOON, (), "closed")
    assert known(full) == known(full, closed) == Outcome(100, 90, shortfall_reason="van_full")


def test_weights_pass_on_as_reported() -> None:
    told = (
        StopEvent("1", "shop", "collected", NOON, (EventLine("bread", 90),)),
        StopEvent("2", "bank", "delivered", NOON, (EventLine("bread", 80),)),
        StopEvent("3", "bank", "refused", NOON, (EventLine("bread", 10),), "too_warm"),
    )
    assert known(*told) == Outcome(100, 90, 80, 10)


def test_what_is_handed_on_twice_stands_under_the_promise_that_is_in_force() -> None:
    source, of = Outcome(100, 100), Outcome(0)
    mine, theirs = handed_on(source, [Promised(of, 100, in_force=False), Promised(of, 100)])
    assert (mine.at_hand, [each.on_board_grams for each in theirs]) == (0, [0, 100])


def test_what_was_brought_by_the_route_of_before_is_not_there_for_the_promise_that_is_in_force() -> None:
    brought = Outcome(0, delivered_grams=70, refused_grams=10)
    _, theirs = handed_on(Outcome(100, 100), [Promised(brought, 100, in_force=False), Promised(Outcome(0), 100)])
    assert [each.on_board_grams for each in theirs] == [80, 20]


def test_food_that_is_handed_on_to_nobody_any_more_stays_where_it_was_handed_on_to() -> None:
    _, theirs = handed_on(Outcome(100, 100), [Promised(Outcome(0), 60, in_force=False)])
    assert [each.on_board_grams for each in theirs] == [60]


def test_what_is_held_back_of_a_promise_is_not_there_for_another() -> None:
    held = Promised(Outcome(0, held=True), 100, in_force=False)
    _, theirs = handed_on(Outcome(100, 100), [held, Promised(Outcome(0), 100)])
    assert [each.on_board_grams for each in theirs] == [100, 0]


def test_more_than_was_promised_of_what_is_on_board_is_not_new_food() -> None:
    brought = Outcome(0, delivered_grams=90)
    mine, [theirs] = handed_on(Outcome(90, 90), [Promised(brought, 50)])
    assert (mine.places(), theirs.places()) == ({}, {"delivered": 90})


def dealt_with(said: Outcome) -> int:
    return (said.delivered_grams or 0) + (said.refused_grams or 0) + said.returned_grams + said.wasted_grams


grams = st.integers(0, 200)
said = st.builds(
    Outcome,
    st.just(0),
    delivered_grams=st.none() | grams,
    refused_grams=st.none() | grams,
    returned_grams=grams,
    wasted_grams=grams,
    held=st.booleans(),
    discarded=st.booleans(),
)


@given(st.builds(Outcome, grams, grams, grams, grams), st.lists(st.builds(Promised, said, grams, st.booleans())))
def test_handing_on_gives_no_more_than_is_there_nor_than_was_promised_or_dealt_with(
    source: Outcome, promised: list[Promised]
) -> None:
    mine, theirs = handed_on(source, promised)
    there = [each.on_board_grams for each in theirs]
    assert sum(there) == mine.handed_on_grams <= source.at_hand
    assert all(0 <= got <= max(each.grams, dealt_with(each.said)) for got, each in zip(there, promised, strict=True))
    # Nobody in force lacks anything that another has without having dealt with it.
    lacks = any(got < each.grams for got, each in zip(there, promised, strict=True) if each.in_force)
    idle = [each for each in promised if not each.in_force and each.said == Outcome(0)]
    assert not lacks or not any(got for got, each in zip(there, promised, strict=True) if each in idle)
