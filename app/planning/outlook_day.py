"""The day of an outlook: what is posted, and beside it, as if it were, what is expected of stores that have not posted.

Rows in, rows out; what is expected are rows that no session ever holds.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy.orm import Session

import routing
from app.domain.service_date import instant_from_seconds
from app.learning.expected import ExpectedStore, expected_on
from app.models.expected import ExpectedFoodRow, Outlook
from app.models.offers import Offer, OfferLine
from app.partners.membership import active_organisations
from app.planning.snapshot import Day

FEWEST_GRAMS = 1_000  # less of a food is no reason to go anywhere

type Expected = Mapping[UUID, tuple[Offer, OfferLine]]


@dataclass(frozen=True)
class OutlookDay(Day):
    """A day with lines that nobody has posted."""

    expected: Expected
    stores: Sequence[ExpectedStore]  # those that are counted on

    @property
    def lines(self) -> Mapping[UUID, tuple[Offer, OfferLine]]:
        """Each line with its offer, posted or expected."""
        return {**super().lines, **self.expected}


def with_expected(session: Session, day: Day) -> OutlookDay:
    """The day with what is expected of the stores that are counted on, take part and have said nothing yet."""
    taking_part = active_organisations(session, day.network.id, day.service_date)
    stores = [
        store
        for store in expected_on(session, day.network, day.service_date)
        if store.counted_on and store.site.organisation_id in taking_part
    ]
    lines: dict[UUID, tuple[Offer, OfferLine]] = {}
    for store in stores:
        foods = [food for food in store.foods if food.grams >= FEWEST_GRAMS]
        offer = _offer(day, store)
        lines.update({line.id: (offer, line) for line in (_line(offer, food) for food in foods)})
    offers = {offer.id: offer for offer, _ in lines.values()}
    values = {each.name: getattr(day, each.name) for each in fields(day)}
    values["offers"] = [*day.offers, *offers.values()]
    values["available"] = {**day.available, **{id: line.grams for id, (_, line) in lines.items()}}
    return OutlookDay(**values, expected=lines, stores=stores)


def _offer(day: Day, store: ExpectedStore) -> Offer:
    first, last = store.window
    return Offer(
        id=uuid5(store.site.id, day.service_date.isoformat()),
        network_id=day.network.id,
        organisation_id=store.site.organisation_id,
        site_id=store.site.id,
        service_date=day.service_date,
        pickup_from=first,
        pickup_until=last,
    )


def _line(offer: Offer, food: ExpectedFoodRow) -> OfferLine:
    """Without a date and without allergens, of which nothing is known before the food is there."""
    return OfferLine(
        id=uuid5(offer.id, f"{food.category} {food.temperature_class}"),
        offer_id=offer.id,
        position=0,
        category=food.category,
        description="",
        grams=food.grams,
        crates=food.crates,
        temperature_class=food.temperature_class,
        date_mark="none",
        mark_date=None,
        allergens=[],
        dietary_flags=[],
        splittable=True,
    )


def to_outlook(day: OutlookDay, problem: routing.Problem, plan: routing.Plan, run_id: UUID, now: datetime) -> Outlook:
    """The row of an outlook from the plan that its day would have."""
    expected = {str(line) for line in day.expected}
    return Outlook(
        id=run_id,
        network_id=day.network.id,
        service_date=day.service_date,
        problem_digest=problem.digest(),
        estimated_travel=problem.estimated_travel,
        grams_expected=sum(lot.grams for lot in problem.lots if lot.id in expected),
        grams_posted=sum(lot.grams for lot in problem.lots if lot.id not in expected),
        grams_brought=plan.grams_allocated,
        stores=[_store(store) for store in day.stores],
        routes=_routes(day, plan, expected),
        created_at=now,
    )


def _store(store: ExpectedStore) -> dict[str, Any]:
    return {
        "site_id": str(store.site.id),
        "site_name": store.site.name,
        "grams": store.grams,
        "days": store.habit.days,
        "usually_posted_by": store.posts_by.isoformat(),
    }


def _routes(day: OutlookDay, plan: routing.Plan, expected: set[str]) -> list[dict[str, Any]]:
    shifts = {str(shift.id): shift for shift in day.shifts}
    found = []
    for route in plan.routes:
        if not any(stop.kind == "pickup" for stop in route.stops):
            continue
        shift = shifts[route.shift]
        handled = _handled(plan, route.shift, expected)
        found.append(
            {
                "shift_id": route.shift,
                "vehicle_name": day.vehicles[shift.vehicle_id].name,
                "metres": route.metres,
                "seconds": route.seconds,
                "stops": [_stop(day, stop, handled[index]) for index, stop in enumerate(route.stops)],
            }
        )
    return found


def _handled(plan: routing.Plan, shift: str, expected: set[str]) -> defaultdict[int, list[int]]:
    """Grams handled at each stop of a shift's route: all of them, and those that are only expected."""
    found: defaultdict[int, list[int]] = defaultdict(lambda: [0, 0])
    for each in plan.allocations:
        if each.shift == shift:
            for stop in (each.pickup_stop, each.drop_off_stop):
                found[stop][0] += each.grams
                found[stop][1] += each.grams if each.lot in expected else 0
    return found


def _stop(day: OutlookDay, stop: routing.Stop, handled: Sequence[int]) -> dict[str, Any]:
    def instant(seconds: int) -> str:
        return instant_from_seconds(seconds, day.service_date, day.zone).isoformat()

    site = day.sites[UUID(stop.site)]
    return {
        "kind": stop.kind,
        "site_id": stop.site,
        "site_name": site.name,
        "arrive_at": instant(stop.arrive),
        "begin_at": instant(stop.begin),
        "leave_at": instant(stop.leave),
        "grams": handled[0],
        "grams_expected": handled[1],
    }
