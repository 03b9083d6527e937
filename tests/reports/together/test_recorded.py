"""What a route brought by the books: between which of its stops, also food that was handed on, and of stops that the
route has no more."""

from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID

from app.ledger.settlement import Known
from app.models.plans import Route
from app.reports.together.recorded import Brought, brought_on

BREAD, NEED, OTHER = UUID(int=1), UUID(int=2), UUID(int=3)
SHIFT = UUID(int=4)
STORE, BANK, FAR, GONE = (UUID(int=number) for number in (11, 12, 13, 14))


def a_route() -> Route:
    """From home to the store, the bank and the far bank, and home."""
    visits = [UUID(int=20), STORE, BANK, FAR, UUID(int=21)]
    return cast(Route, SimpleNamespace(shift_id=SHIFT, stops=[SimpleNamespace(visit_id=each) for each in visits]))


def known(*promises: tuple[UUID, UUID, UUID, UUID, UUID | None, int]) -> Known:
    """Each: its identity, its need, its stops (named as their visits), what it was handed on from, grams delivered."""
    rows: dict[UUID, Any] = {
        parcel: SimpleNamespace(
            offer_line_id=BREAD, need_id=need, pickup_stop_id=pickup, drop_off_stop_id=drop_off, from_parcel_id=first
        )
        for parcel, need, pickup, drop_off, first, _ in promises
    }  # fmt: skip
    outcomes = {parcel: SimpleNamespace(booked_as_delivered=grams) for parcel, *_, grams in promises}
    visits = {each: each for each in (STORE, BANK, FAR, GONE)}
    return cast(Known, SimpleNamespace(promises=SimpleNamespace(rows=rows, visits=visits), outcomes=outcomes))


def brought(need: UUID, grams: int, pickup: int, drop_off: int) -> Brought:
    return Brought(str(BREAD), str(need), str(SHIFT), grams, pickup, drop_off)


def test_what_was_delivered_is_brought_between_its_two_stops_and_what_was_not_is_not() -> None:
    found = brought_on(
        a_route(),
        known((UUID(int=31), NEED, STORE, BANK, None, 5_000), (UUID(int=32), OTHER, STORE, FAR, None, 0)),
    )
    assert found == [brought(NEED, 5_000, 1, 2)]


def test_food_that_was_handed_on_was_collected_for_whom_it_was_loaded() -> None:
    first, second = UUID(int=31), UUID(int=32)
    handed = known((first, NEED, STORE, BANK, None, 1_000), (second, OTHER, GONE, FAR, first, 4_000))
    assert brought_on(a_route(), handed) == [brought(NEED, 1_000, 1, 2), brought(OTHER, 4_000, 1, 3)]


def test_a_stop_that_the_route_has_no_more_is_none_of_its_stops() -> None:
    assert brought_on(a_route(), known((UUID(int=31), NEED, GONE, BANK, None, 7))) == [brought(NEED, 7, 0, 2)]
