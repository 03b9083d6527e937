"""What a driver hears when a route has taken another's place."""

from hypothesis import given
from hypothesis import strategies as st

from app.domain.route_changes import CODES, ComparedStop, route_changes

SHOP, BANK, HALL = (ComparedStop(name, name.title(), {"bread": 10}) for name in ("shop", "bank", "hall"))
ROUTES = st.lists(st.sampled_from((SHOP, BANK, HALL)), unique_by=lambda stop: stop.visit)


def told(before: list[ComparedStop], after: list[ComparedStop]) -> list[tuple[str, str]]:
    return [(change.code, change.site_name) for change in route_changes(before, after)]


def test_stops_that_came_and_went_are_named() -> None:
    assert told([SHOP, BANK], [SHOP, HALL]) == [("added", "Hall"), ("gone", "Bank")]


def test_other_food_at_the_same_stop_is_told() -> None:
    assert told([SHOP, BANK], [SHOP, ComparedStop("bank", "Bank", {"bread": 4})]) == [("other_food", "Bank")]


def test_another_order_of_what_stayed_is_told_and_a_new_stop_between_is_none() -> None:
    assert told([SHOP, BANK, HALL], [SHOP, HALL, BANK]) == [("other_order", "")]
    assert told([SHOP, BANK], [SHOP, HALL, BANK]) == [("added", "Hall")]


@given(ROUTES, ROUTES)
def test_nothing_is_told_if_and_only_if_the_route_is_the_same(
    before: list[ComparedStop], after: list[ComparedStop]
) -> None:
    changes = route_changes(before, after)
    assert (not changes) == (before == after)
    assert {change.code for change in changes} <= set(CODES)
