"""From reports to what is known of an allocation."""

from datetime import UTC, datetime

from app.domain.ledger import Outcome
from app.domain.lifecycle import EventLine, StopEvent, fold
from app.domain.outcomes import outcome_of

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


def test_weights_pass_on_as_reported() -> None:
    told = (
        StopEvent("1", "shop", "collected", NOON, (EventLine("bread", 90),)),
        StopEvent("2", "bank", "delivered", NOON, (EventLine("bread", 80),)),
        StopEvent("3", "bank", "refused", NOON, (EventLine("bread", 10),), "too_warm"),
    )
    assert known(*told) == Outcome(100, 90, 80, 10)
