"""Who paid for what, by hand and for any grants and routes: to the cent, never more than was given, never twice."""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from app.domain.funding import (
    STANDS_AFTER,
    DrivenRoute,
    Grant,
    Rates,
    assigned,
    bought,
    diversity,
    diversity_sentence,
    fits,
    route_cents,
)
from app.domain.funding_ahead import ahead

FIRST = date(2026, 10, 1)
COOLED, PLAIN = frozenset({"north"}), frozenset({"south"})


def grant(number: int, cents: int, first: int = 0, last: int = 90, **said: object) -> Grant:
    """Money from so many days after the first until so many."""
    values = {"entered_on": FIRST, **said}
    return Grant(
        UUID(int=number), f"giver {number}", cents, FIRST + timedelta(first), FIRST + timedelta(last),
        **values,  # type: ignore[arg-type]
    )  # fmt: skip


def route(number: int, cents: int, day: int = 0, **said: object) -> DrivenRoute:
    return DrivenRoute(UUID(int=1000 + number), FIRST + timedelta(day), number, cents, **said)  # type: ignore[arg-type]


any_grants = st.lists(
    st.builds(
        grant,
        st.integers(1, 8),
        st.integers(1, 5000),
        st.integers(0, 60),
        st.integers(60, 120),
        restricted=st.booleans(),
        purpose=st.sampled_from(["running", "vehicles", "cooling", "places", "weekdays"]),
        chosen=st.sampled_from([frozenset({"van"}), frozenset({"north"}), frozenset({"1", "5"})]),
        entered_on=st.integers(0, 120).map(lambda days: FIRST + timedelta(days)),
        ended_on=st.none() | st.integers(60, 90).map(lambda days: FIRST + timedelta(days)),
    ),
    unique_by=lambda each: each.id,
    max_size=6,
)
any_routes = st.lists(
    st.builds(
        route,
        st.integers(1, 60),
        st.integers(0, 2500),
        st.integers(0, 100),
        grams=st.integers(0, 900_000),
        metres=st.integers(0, 90_000),
        grams_co2e_driving=st.integers(0, 30_000),
        vehicle=st.sampled_from(["van", "lorry"]),
        cooled=st.booleans(),
        places=st.sampled_from([COOLED, PLAIN, COOLED | PLAIN]),
    ),
    unique_by=lambda each: each.id,
    max_size=40,
)


@given(any_grants, any_routes)
def test_money_is_shared_to_the_cent_and_no_route_is_paid_for_twice(
    grants: list[Grant], routes: list[DrivenRoute]
) -> None:
    found = assigned(grants, routes)
    for each in routes:
        paid = sum(payment.cents for payment in found.payments if payment.route == each.id)
        assert paid + found.uncovered.get(each.id, 0) == each.cents
    twice = Counter((each.grant, each.route) for each in found.payments)
    assert set(twice.values()) <= {1}


@given(any_grants, any_routes)
def test_nobody_pays_more_than_was_given(grants: list[Grant], routes: list[DrivenRoute]) -> None:
    found = assigned(grants, routes)
    for each in grants:
        spent = bought(found.of_grant(each.id)).cents
        assert 0 <= spent == each.cents - found.left[each.id]
        assert found.left[each.id] >= 0


@given(any_grants, any_routes)
def test_money_pays_for_its_purpose_and_its_days_alone(grants: list[Grant], routes: list[DrivenRoute]) -> None:
    money, driven = {each.id: each for each in grants}, {each.id: each for each in routes}
    for payment in assigned(grants, routes).payments:
        assert payment.cents > 0
        assert fits(money[payment.grant], driven[payment.route])


@given(any_grants, any_routes)
def test_food_and_kilometres_are_told_once_whoever_paid(grants: list[Grant], routes: list[DrivenRoute]) -> None:
    found = assigned(grants, routes)
    for each in routes:
        of_route = [payment for payment in found.payments if payment.route == each.id]
        for name in ("grams", "metres", "grams_co2e_driving"):
            told = sum(getattr(payment, name) for payment in of_route)
            is_paid = bool(each.cents) and each.id not in found.uncovered
            assert told == getattr(each, name) if is_paid else told <= getattr(each, name)


@given(any_grants, any_routes, st.randoms(use_true_random=False))
def test_the_same_comes_out_in_whatever_order_it_is_told(
    grants: list[Grant], routes: list[DrivenRoute], random
) -> None:  # type: ignore[no-untyped-def]
    again, driven = list(grants), list(routes)
    random.shuffle(again)
    random.shuffle(driven)
    assert assigned(grants, routes).payments == assigned(again, driven).payments


@given(any_grants, any_routes, st.integers(1, 9000))
def test_a_grant_that_is_entered_later_changes_nothing_that_was_told_a_month_before(
    grants: list[Grant], routes: list[DrivenRoute], cents: int
) -> None:
    entered = FIRST + timedelta(121)  # after all others
    late = grant(99, cents, restricted=True, entered_on=entered)
    stands = entered - STANDS_AFTER

    def told(money: list[Grant]) -> list[object]:
        payments = assigned(money, routes).payments
        return [each for each in payments if each.day < stands and each.grant != late.id]

    assert told([*grants, late]) == told(grants)


def test_restricted_money_comes_first_then_what_ends_first_and_the_rest_is_uncovered() -> None:
    cooling = grant(1, 300, restricted=True, purpose="cooling")
    short, long = grant(2, 400, last=20), grant(3, 250, last=80)
    routes = [route(1, 500, cooled=True), route(2, 600)]
    found = assigned([long, short, cooling], routes)
    assert [(each.grant.int, each.route.int, each.cents, each.why) for each in found.payments] == [
        (1, 1001, 300, "restricted"),
        (2, 1001, 200, "ends_first"),
        (2, 1002, 200, "ends_first"),
        (3, 1002, 250, "ends_first"),
    ]
    assert found.uncovered == {UUID(int=1002): 150}
    assert set(found.left.values()) == {0}


def test_what_nothing_was_carried_for_is_no_price_of_a_meal() -> None:
    found = bought(assigned([grant(1, 900)], [route(1, 500)]).payments)
    assert (found.cents, found.grams, found.meals, found.cents_per_meal) == (500, 0, 0, None)
    fed = bought(assigned([grant(1, 900)], [route(1, 500, grams=42_000)]).payments)
    assert (fed.meals, fed.cents_per_meal) == (100, 5.0)


def test_a_route_that_cost_nothing_is_nobodys_to_tell_of() -> None:
    found = assigned([grant(1, 900)], [route(1, 0, grams=42_000)])
    assert found.payments == ()
    assert found.uncovered == {}


def test_a_route_costs_its_kilometres_its_hours_and_its_use() -> None:
    assert route_cents(12_340, 5_400, Rates(per_km=45, per_hour=1200, per_use=1500)) == 555 + 1800 + 1500
    assert not Rates(0, 0, 0).known


def test_how_money_is_spread_is_said_in_plain_words() -> None:
    assert diversity({}) is None
    half = diversity({"a": 500, "b": 300, "c": 200})
    assert half is not None
    assert (half.largest, round(half.index, 2), half.givers) == (0.5, 0.38, 3)
    assert diversity_sentence(half) == "Half of the money comes from one giver."
    one = diversity({"a": 5})
    assert one is not None
    assert (one.index, one.as_if, diversity_sentence(one)) == (1, 1, "All of the money comes from one giver.")
    even = diversity(dict.fromkeys("abcd", 25))
    assert even is not None
    assert (even.as_if, diversity_sentence(even)) == (4, "No giver gives as much as a third of the money.")


TODAY = FIRST + timedelta(28)
DAILY = [route(day, 100, day, grams=42_000) for day in range(28)]


def test_money_lasts_as_long_as_the_last_four_weeks_repeat() -> None:
    money = [grant(1, 2800 + 5050, last=3000)]
    coming = ahead(money, assigned(money, DAILY).left, DAILY, TODAY)
    assert coming is not None
    assert coming.covered_until == TODAY + timedelta(49)  # 50 days are paid, the 51st only in half
    assert coming.grants[money[0].id].last_day == TODAY + timedelta(50)
    assert coming.grants[money[0].id].unspent == 0
    assert coming.months is not None
    assert round(coming.months, 2) == round(50 / 30.44, 2)


def test_money_that_ends_unspent_says_so_and_money_for_long_says_no_day() -> None:
    short = grant(1, 100_000, last=40)
    coming = ahead([short], assigned([short], DAILY).left, DAILY, TODAY)
    assert coming is not None
    assert coming.grants[short.id].last_day == short.last
    assert coming.grants[short.id].unspent == 100_000 - 41 * 100
    rich = grant(2, 100_000_000, last=3000)
    coming = ahead([rich], assigned([rich], DAILY).left, DAILY, TODAY)
    assert coming is not None
    assert (coming.covered_until, coming.months, coming.grants[rich.id].beyond) == (None, None, True)


def test_without_a_driven_route_in_four_weeks_there_is_no_pace() -> None:
    money = [grant(1, 5000)]
    old = [replace(each, day=each.day - timedelta(100)) for each in DAILY]
    assert ahead(money, assigned(money, old).left, old, TODAY) is None
    free = [replace(each, cents=0) for each in DAILY]
    assert ahead(money, assigned(money, free).left, free, TODAY) is None
