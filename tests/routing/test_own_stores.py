"""Which stores a food bank would go to by itself."""

import pytest

from routing import Problem, own_stores
from tests.routing.builders import a_lot, a_need, a_problem, a_shift

PLACES = {"near": (1000, 0), "middle": (4000, 0), "far": (9000, 0), "bank": (0, 0)}


def a_town(wanted: int = 50_000) -> Problem:
    """Forty kilograms of bread at each of three stores."""
    lots = [a_lot(f"bread {site}", site=site) for site in ("far", "middle", "near")]
    return a_problem(lots, [a_need(grams=wanted)], [a_shift()], places=PLACES)


@pytest.mark.parametrize(
    ("wanted", "percent", "stores"),
    [
        (40_000, 100, {"near"}),
        (50_000, 100, {"near", "middle"}),
        (50_000, 200, {"near", "middle", "far"}),
        (0, 100, set()),
        (900_000, 100, {"near", "middle", "far"}),
    ],
)
def test_the_nearest_stores_are_asked_until_they_have_what_is_wanted(
    wanted: int, percent: int, stores: set[str]
) -> None:
    assert own_stores(a_town(wanted), "nearest", reach_percent=percent) == {"bank": stores}


def test_an_agreement_takes_the_place_of_the_nearest_and_nothing_more() -> None:
    agreed = {"bank": ["far"]}
    assert own_stores(a_town(), agreed=agreed) == {"bank": {"far"}}
    assert own_stores(a_town(), "agreed", agreed) == {"bank": {"far"}}
    assert own_stores(a_town(), "nearest", agreed) == {"bank": {"near", "middle"}}
    assert own_stores(a_town(), "agreed") == {"bank": frozenset()}
    assert own_stores(a_town(), "all") is None


def test_only_food_that_it_may_have_and_of_a_category_that_it_wants_makes_a_store_worth_asking() -> None:
    milk = a_lot("milk", site="near", category="dairy", temperature_class="chilled")
    problem = a_problem([milk, a_lot(site="far")], [a_need()], [a_shift()], places=PLACES)
    assert own_stores(problem) == {"bank": {"far"}}


def test_a_food_bank_without_a_vehicle_goes_nowhere_and_a_carrier_is_none() -> None:
    problem = a_problem([a_lot(site="near")], [a_need()], [a_shift(organisation="carrier")], places=PLACES)
    assert own_stores(problem) == {}


def test_no_other_rule_is_known() -> None:
    with pytest.raises(ValueError, match="choose one of agreed_or_nearest, agreed, nearest, all"):
        own_stores(a_town(), "luckiest")
