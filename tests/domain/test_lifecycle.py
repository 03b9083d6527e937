"""States and what a driver's reports add up to."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.lifecycle import (
    OFFER_MOVES,
    PLAN_MOVES,
    RUN_MOVES,
    AllocationState,
    EventLine,
    Promise,
    StopEvent,
    StopState,
    fold,
    may_become,
)

NINE = datetime(2027, 6, 1, 9, tzinfo=UTC)


def at(minutes: int) -> datetime:
    """Minutes after nine."""
    return NINE + timedelta(minutes=minutes)


events = st.builds(
    StopEvent,
    id=st.sampled_from("abcdefgh"),
    stop=st.sampled_from(["shop", "bank"]),
    kind=st.sampled_from(["arrived", "collected", "delivered", "refused", "failed"]),
    occurred_at=st.integers(0, 5).map(at),
    lines=st.lists(
        st.builds(EventLine, st.sampled_from("xy"), st.integers(0, 3), st.none() | st.just(4.0)), max_size=2
    ).map(tuple),
    reason=st.none() | st.sampled_from(["closed", "van_full"]),
)
DAY = (
    StopEvent("1", "shop", "arrived", at(0)),
    StopEvent("2", "shop", "collected", at(5), (EventLine("bread", 9_000), EventLine("milk", 4_000, 4.5))),
    StopEvent("3", "bank", "arrived", at(30)),
    StopEvent("4", "bank", "delivered", at(35), (EventLine("bread", 9_000), EventLine("milk", 3_000))),
    StopEvent("5", "bank", "refused", at(36), (EventLine("milk", 1_000, 9.5),), "too_warm"),
)


PROMISED = {"x": Promise(4, "shop", "bank"), "y": Promise(3, "other shop", "bank")}


@given(st.lists(events, max_size=8), st.randoms(), st.integers(0, 3))
def test_neither_order_nor_repetition_changes_what_reports_add_up_to(
    told: list[StopEvent], random: object, repeats: int
) -> None:
    shuffled = told + told[:repeats]
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert fold(shuffled) == fold(told)
    assert fold(shuffled, PROMISED) == fold(told, PROMISED)


@given(st.lists(events, max_size=8), st.sampled_from("xy"))
def test_several_stops_come_to_no_less_than_one_and_to_no_more_than_was_promised_or_one_had(
    told: list[StopEvent], food: str
) -> None:
    state = fold(told, PROMISED).allocations.get(food, AllocationState())
    first_of_id: dict[str, StopEvent] = {}
    for event in sorted(told, key=lambda each: (each.occurred_at, each.id, repr(each))):
        first_of_id.setdefault(event.id, event)
    for kind, known in (
        ("collected", state.collected_grams),
        ("delivered", state.delivered_grams),
        ("refused", state.refused_grams),
    ):
        latest = {
            event.stop: line.grams
            for event in first_of_id.values()
            for line in event.lines
            if event.kind == kind and line.allocation == food
        }
        if not latest:
            assert known is None
            continue
        assert known is not None
        most, together = max(latest.values()), sum(latest.values())
        assert most <= known <= max(most, PROMISED[food].grams)
        assert known == together or known in (most, PROMISED[food].grams)


def collected_at(stop: str, minutes: int, grams: int, reason: str | None = None) -> StopEvent:
    """Bread that is loaded at a stop."""
    return StopEvent(f"{stop} {minutes}", stop, "collected", at(minutes), (EventLine("bread", grams),), reason)


@pytest.mark.parametrize(
    ("second", "grams", "found"),
    [(0, 9_000, []), (9_000, 9_000, []), (2_000, 9_000, ["collected_twice"])],
)
def test_who_reports_at_a_second_stop_what_was_loaded_at_the_first_has_loaded_it_once(
    second: int, grams: int, found: list[str]
) -> None:
    promised = {"bread": Promise(9_000, "again", "bank")}
    day = fold([collected_at("shop", 5, 9_000), collected_at("again", 20, second)], promised)
    assert day.allocations["bread"].collected_grams == grams
    assert [each.code for each in day.contradictions] == found


def test_what_is_loaded_in_two_parts_at_two_stops_adds_up() -> None:
    promised = {"bread": Promise(9_000, "again", "bank")}
    day = fold([collected_at("again", 20, 5_000), collected_at("shop", 5, 4_000, "van_full")], promised)
    assert day.allocations["bread"].collected_grams == 9_000
    assert day.allocations["bread"].collected_at == "again"
    assert day.contradictions == ()


def test_a_stop_whose_food_is_all_on_the_vehicle_or_brought_already_is_done() -> None:
    promised = {"bread": Promise(9_000, "again", "bank again"), "milk": Promise(4_000, "again", "bank again")}
    assert "again" not in fold([collected_at("shop", 5, 9_000)], promised).stops
    day = fold(DAY, promised)
    assert day.stops["again"] == StopState("done", None, at(5))
    assert day.stops["bank again"] == StopState("done", None, at(36))


def test_what_is_reported_of_a_stop_itself_counts_more_than_what_is_known_of_its_food() -> None:
    promised = {"bread": Promise(9_000, "again", "bank")}
    here = StopEvent("3", "again", "arrived", at(30))
    assert fold([collected_at("shop", 5, 9_000), here], promised).stops["again"] == StopState("arrived", at(30))


def test_food_of_which_nothing_was_handed_over_is_still_to_be_brought() -> None:
    promised = {"bread": Promise(9_000, "shop", "bank again")}
    nothing = StopEvent("3", "bank", "delivered", at(30), (EventLine("bread", 0),))
    assert "bank again" not in fold([nothing], promised).stops


def test_a_day_is_told_by_its_reports() -> None:
    day = fold(DAY)
    assert day.stops["shop"] == StopState("done", at(0), at(5), None)
    assert day.stops["bank"] == StopState("done", at(30), at(36), "too_warm")
    assert day.allocations["bread"] == AllocationState(9_000, 9_000, delivered_at=at(35), collected_at="shop")
    assert day.allocations["milk"] == AllocationState(
        4_000,
        3_000,
        1_000,
        reasons=(("bank", "too_warm"),),
        celsius=(4.5, 9.5),
        delivered_at=at(35),
        collected_at="shop",
    )
    assert day.contradictions == ()


def test_a_stop_that_was_only_reached_has_arrived() -> None:
    assert fold(DAY[:1]).stops == {"shop": StopState("arrived", at(0))}


def test_a_stop_that_failed_says_why() -> None:
    day = fold([StopEvent("1", "shop", "failed", at(3), (), "closed")])
    assert day.stops["shop"] == StopState("failed", None, at(3), "closed")


def test_a_problem_with_one_line_does_not_make_the_whole_stop_fail() -> None:
    left = StopEvent("6", "shop", "failed", at(6), (EventLine("cheese", 0),), "van_full")
    day = fold([*DAY, left])
    assert day.stops["shop"].state == "done"
    assert day.allocations["cheese"] == AllocationState(reasons=(("shop", "van_full"),), failed_at=("shop",))
    assert day.contradictions == ()


def codes(*told: StopEvent) -> list[str]:
    """The contradictions in what was told."""
    return [each.code for each in fold(told).contradictions]


@pytest.mark.parametrize(
    ("extra", "code"),
    [
        (StopEvent("2", "shop", "collected", at(5), (EventLine("bread", 8_000),)), "same_id_differs"),
        (StopEvent("9", "shop", "failed", at(9), (), "closed"), "failed_and_done"),
        (StopEvent("9", "shop", "collected", at(4), (EventLine("bread", 8_000),)), "collected_twice"),
        (StopEvent("9", "bank", "refused", at(40), (EventLine("bread", 1),)), "more_than_collected"),
        (StopEvent("9", "bank", "delivered", at(40), (EventLine("soup", 1),)), "not_collected"),
        (StopEvent("9", "bank", "delivered", at(1), (EventLine("bread", 9_000),)), "handed_over_first"),
    ],
)
def test_reports_that_cannot_both_be_true_are_listed(extra: StopEvent, code: str) -> None:
    assert code in codes(*DAY, extra)


def test_the_later_of_two_weights_counts() -> None:
    corrected = StopEvent("9", "shop", "collected", at(6), (EventLine("bread", 8_500),))
    assert fold([corrected, *DAY]).allocations["bread"].collected_grams == 8_500


def test_only_the_steps_of_the_tables_are_allowed() -> None:
    assert may_become(OFFER_MOVES, "open", "withdrawn")
    assert not may_become(OFFER_MOVES, "withdrawn", "open")
    assert may_become(PLAN_MOVES, "draft", "published")
    assert not may_become(PLAN_MOVES, "superseded", "published")
    assert may_become(RUN_MOVES, "running", "queued")
    assert not may_become(RUN_MOVES, "done", "running")
    assert not may_become(RUN_MOVES, "unheard of", "done")


@pytest.mark.parametrize("moves", [OFFER_MOVES, PLAN_MOVES, RUN_MOVES])
def test_every_state_that_can_follow_is_itself_in_the_table(moves: dict[str, frozenset[str]]) -> None:
    assert set().union(*moves.values()) <= set(moves)
