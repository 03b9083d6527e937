"""The account of the events alone: what each kind of event does to a line, in whatever order reports come, and that one
gram more or one event less is found."""

from collections.abc import Sequence
from random import Random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from app.simulation.account import Account, differences

SHIFT, LINE = "shift", "line"


def an_offer(kg: str = "20") -> dict[str, Any]:
    return {"lines": [{"id": LINE, "kg": kg}]}


def a_food(parcel: str = "parcel", kg: str = "20", parent: str | None = None) -> dict[str, Any]:
    return {"id": f"of {parcel}", "parcel_id": parcel, "from_parcel_id": parent, "offer_line_id": LINE, "kg": kg}


def a_plan(*foods: dict[str, Any]) -> dict[str, Any]:
    stops = [
        {"id": f"stop {name}", "visit_id": f"visit {name}", "kind": kind, "allocations": list(foods)}
        for name, kind in (("store", "pickup"), ("bank", "drop_off"))
    ]
    return {"service_date": "2026-06-01", "routes": [{"shift_id": SHIFT, "stops": stops if foods else []}]}


def a_report(kind: str, kg: str | None = None, *, parcel: str = "parcel", **fields: Any) -> dict[str, Any]:
    where = "store" if kind == "collected" or fields.pop("at_store", False) else "bank"
    lines = [] if kg is None else [{"allocation_id": f"of {parcel}", "kg": kg}]
    body = {"id": f"{kind} {parcel} {kg}", "stop_id": f"stop {where}", "kind": kind, "lines": lines, "reason": None}
    return {**body, **fields}


def account(reports: Sequence[dict[str, Any]] = (), *plans: dict[str, Any], kg: str = "20") -> Account:
    found = Account()
    found.offer_posted(an_offer(kg))
    for plan in plans or (a_plan(a_food()),):
        found.plan_published(plan)
    for report in reports:
        found.reported(SHIFT, [report])
    return found


def places(*reports: dict[str, Any]) -> dict[str, int]:
    return account(reports).places()[LINE]


def test_what_is_collected_and_delivered_is_delivered() -> None:
    assert places(a_report("collected", "20"), a_report("delivered", "20")) == {"delivered": 20_000}


def test_what_was_loaded_after_somebody_else_was_promised_it_came_in_beside_what_was_posted() -> None:
    found = account((), a_plan(a_food()), a_plan(a_food("another")))
    found.reported(SHIFT, [a_report("collected", "20")])
    assert found.places() == {LINE: {"collected": 20_000, "expired": 20_000}}


def test_what_somebody_else_did_not_find_is_what_was_loaded_before() -> None:
    found = account((), a_plan(a_food()), a_plan(a_food("another")))
    found.reported(SHIFT, [a_report("failed", parcel="another", at_store=True, reason="nothing_there")])
    assert found.places() == {LINE: {"withdrawn": 20_000}}
    found.reported(SHIFT, [a_report("collected", "20")])
    assert found.places() == {LINE: {"collected": 20_000}}


def test_of_reports_that_come_together_what_one_promise_did_not_find_is_what_was_loaded_under_the_one_before() -> None:
    together = [
        a_report("collected", "20"),
        a_report("failed", parcel="another", at_store=True, reason="nothing_there"),
    ]
    for reports in (together, together[::-1]):
        found = account((), a_plan(a_food()), a_plan(a_food("another")))
        found.reported(SHIFT, reports)
        assert found.places() == {LINE: {"collected": 20_000}}


def test_what_came_in_beside_what_was_posted_stays_so_when_it_is_delivered() -> None:
    found = account((), a_plan(a_food()), a_plan(a_food("another")))
    found.reported(SHIFT, [a_report("collected", "20")])
    found.reported(SHIFT, [a_report("failed", parcel="another", at_store=True, reason="nothing_there")])
    found.reported(SHIFT, [a_report("delivered", "20")])
    assert found.places() == {LINE: {"delivered": 20_000, "withdrawn": 20_000}}


def test_what_nobody_planned_is_expired_and_what_the_store_took_back_is_withdrawn() -> None:
    found = Account()
    found.offer_posted(an_offer())
    assert found.places() == {LINE: {"expired": 20_000}}
    found.offer_withdrawn(an_offer())
    assert found.places() == {LINE: {"withdrawn": 20_000}}


def test_what_is_missing_without_a_reason_was_never_there_and_what_did_not_fit_is_still_at_the_store() -> None:
    brought = a_report("delivered", "15")
    assert places(a_report("collected", "15"), brought) == {"delivered": 15_000, "withdrawn": 5_000}
    full = a_report("collected", "15", reason="van_full")
    assert places(full, brought) == {"delivered": 15_000, "expired": 5_000}


def test_a_pickup_that_failed_leaves_the_food_at_a_closed_store_and_none_where_nothing_was_there() -> None:
    assert places(a_report("failed", at_store=True, reason="closed")) == {"expired": 20_000}
    assert places(a_report("failed", at_store=True, reason="nothing_there")) == {"withdrawn": 20_000}


def test_what_nobody_reported_is_given_back_in_the_end_and_what_is_on_the_van_still_there() -> None:
    assert places() == {"expired": 20_000}
    assert places(a_report("collected", "20")) == {"collected": 20_000}


def test_more_than_was_promised_came_in_beside_it() -> None:
    assert places(a_report("collected", "22"), a_report("delivered", "22")) == {"delivered": 22_000}


def test_what_was_refused_and_settled_and_what_was_discarded_is_where_people_said() -> None:
    found = account([a_report("collected", "20"), a_report("delivered", "12"), a_report("refused", "8")])
    found.settled("of parcel", 3_000, 5_000)
    assert found.places()[LINE] == {"delivered": 12_000, "returned": 3_000, "wasted": 5_000}
    thrown = account([a_report("collected", "20"), a_report("delivered", "20")])
    thrown.decided({"allocation_id": "of parcel", "state": "discarded"})
    assert thrown.places()[LINE] == {"wasted": 20_000}


def test_a_promise_that_a_change_drops_is_on_offer_again_and_what_is_collected_all_the_same_is_that_food() -> None:
    dropped = account([], a_plan(a_food()), a_plan())
    assert dropped.places()[LINE] == {"expired": 20_000}
    dropped.reported(SHIFT, [a_report("collected", "20")])
    dropped.reported(SHIFT, [a_report("delivered", "20")])
    assert dropped.places()[LINE] == {"delivered": 20_000}


def test_where_a_change_has_a_promise_fetched_at_another_stop_that_stop_says_what_was_there() -> None:
    """It was to be fetched at one stop of the store, then at the other: nothing was there."""
    moved = a_plan(a_food())
    for stop in moved["routes"][0]["stops"]:
        stop["id"], stop["visit_id"] = f"later {stop['id']}", f"later {stop['visit_id']}"
    failed = a_report("failed", at_store=True, reason="nothing_there")
    found = account([{**failed, "stop_id": "later stop store"}], a_plan(a_food()), moved)
    assert found.places() == {LINE: {"withdrawn": 20_000}}
    assert account([failed], a_plan(a_food()), moved).places() == {LINE: {"expired": 20_000}}


def test_a_door_where_the_van_was_before_the_pickup_says_nothing_of_what_was_fetched() -> None:
    later = a_plan(a_food())
    later["routes"][0]["stops"].reverse()
    nothing = a_report("failed", at_store=True, reason="nothing_there")
    assert account([nothing], a_plan(a_food()), later).places() == {LINE: {"withdrawn": 20_000}}
    assert account((), a_plan(a_food()), later).places() == {LINE: {"expired": 20_000}}


def test_what_is_reported_at_two_stops_of_a_store_adds_up_to_no_more_than_was_promised() -> None:
    moved = a_plan(a_food())
    for stop in moved["routes"][0]["stops"]:
        stop["id"], stop["visit_id"] = f"later {stop['id']}", f"later {stop['visit_id']}"
    for first, second, loaded in (("20", "20", 20_000), ("20", "0", 20_000), ("8", "12", 20_000), ("8", "5", 13_000)):
        reports = [
            a_report("collected", first),
            a_report("collected", second, id="again", stop_id="later stop store"),
        ]
        assert account(reports, a_plan(a_food()), moved).places()[LINE]["collected"] == loaded
        assert account(reports[::-1], a_plan(a_food()), moved).places()[LINE]["collected"] == loaded


def test_food_that_is_handed_on_counts_once() -> None:
    reports = [a_report("collected", "20"), a_report("refused", "20"), a_report("delivered", "20", parcel="next")]
    found = account(reports, a_plan(a_food()), a_plan(a_food("next", parent="parcel"), a_food()))
    assert found.places()[LINE] == {"delivered": 20_000}
    assert found.refused() == (20_000, 0)


@given(
    collected=st.integers(0, 30),
    share=st.floats(0, 1),
    order=st.integers(0, 999),
)
def test_neither_order_nor_repetition_of_reports_changes_anything_and_no_gram_is_lost(
    collected: int, share: float, order: int
) -> None:
    refused = int(collected * share)
    reports = [
        a_report("collected", str(collected)),
        a_report("delivered", str(collected - refused)),
        a_report("refused", str(refused)),
    ]
    shuffled = reports * 2
    Random(order).shuffle(shuffled)
    assert places(*shuffled) == places(*reports)
    assert sum(places(*reports).values()) == max(20, collected) * 1000


def test_food_that_is_thrown_away_counts_once_however_often_it_was_handed_on() -> None:
    """It was refused at one door and handed on, and somebody gave up what was brought to either."""
    reports = [
        a_report("collected", "20"),
        a_report("delivered", "16", parcel="next"),
        a_report("refused", "4", parcel="next"),
        a_report("delivered", "4", parcel="last"),
    ]
    foods = [a_food(), a_food("next", parent="parcel"), a_food("last", "4", parent="next")]
    plans = [a_plan(*foods[:1]), a_plan(*foods[:2]), a_plan(*foods)]
    thrown: dict[tuple[str, ...], dict[str, int]] = {
        ("next",): {"wasted": 20_000},
        ("last",): {"delivered": 16_000, "wasted": 4_000},
        ("next", "last"): {"wasted": 20_000},
        ("last", "next"): {"wasted": 20_000},
        ("parcel", "last"): {"wasted": 20_000},
    }
    for parcels, where in thrown.items():
        found = account(reports, *plans)
        for parcel in parcels:
            found.decided({"allocation_id": f"of {parcel}", "state": "discarded"})
        assert found.places()[LINE] == where, parcels


def test_what_was_settled_of_food_that_is_thrown_away_afterwards_counts_once() -> None:
    reports = [a_report("collected", "20"), a_report("delivered", "16", parcel="next")]
    found = account(reports, a_plan(a_food()), a_plan(a_food(), a_food("next", "16", parent="parcel")))
    found.settled("of parcel", 1_000, 3_000)
    found.decided({"allocation_id": "of next", "state": "discarded"})
    assert found.places()[LINE] == {"returned": 1_000, "wasted": 19_000}


def test_of_food_that_is_thrown_away_all_that_was_promised_is_and_not_what_is_back_at_a_store() -> None:
    plans = a_plan(a_food()), a_plan(a_food(), a_food("next", "16", parent="parcel"))
    some = account([a_report("collected", "20"), a_report("delivered", "10", parcel="next")], *plans)
    some.decided({"allocation_id": "of next", "state": "discarded"})
    assert some.places()[LINE] == {"wasted": 16_000, "collected": 4_000}
    back = account([a_report("collected", "20"), a_report("delivered", "5", parcel="next")], *plans)
    back.settled("of next", 10_000, 0)
    back.decided({"allocation_id": "of next", "state": "discarded"})
    assert back.places()[LINE] == {"wasted": 6_000, "returned": 10_000, "collected": 4_000}


def test_what_was_settled_while_the_van_was_out_and_then_delivered_was_delivered() -> None:
    plans = a_plan(a_food()), a_plan(a_food(), a_food("next", "16", parent="parcel"))
    late = account([a_report("collected", "20")], *plans)
    late.settled("of next", 4_000, 12_000)
    late.reported("shift", [a_report("delivered", "10", parcel="next")])
    assert late.places()[LINE] == {"delivered": 10_000, "returned": 4_000, "wasted": 2_000, "collected": 4_000}
    whole = account([a_report("collected", "20")])
    whole.settled("of parcel", 0, 20_000)
    whole.reported("shift", [a_report("delivered", "20")])
    assert whole.places()[LINE] == {"delivered": 20_000}


def test_two_accounts_that_say_the_same_do_not_differ_and_one_gram_is_found() -> None:
    ours = account([a_report("collected", "20"), a_report("delivered", "20")])
    assert differences(ours, {LINE: {"delivered": 20_000}}) == []
    [found] = differences(ours, {LINE: {"delivered": 19_999, "wasted": 1}})
    assert found.sentence == (
        "Offer line line: delivered 20000 g by the events, 19999 g by the ledger; wasted 0 g by the events, 1 g by the"
        " ledger. Promise parcel of 20000 g: released 0 g, fetched 0 g, collected 20000 g, delivered 20000 g, refused 0"
        " g, returned 0 g, wasted 0 g."
    )
    assert differences(ours, {}) != []
