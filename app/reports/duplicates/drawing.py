"""One day's rows as the routes and visits that the rules of duplicate effort know."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from uuid import UUID

import routing
from app.domain.duplicates import Savings, Visit, VisitedDay
from app.domain.impact import Factor
from app.domain.van_routes import Halt, Parcel, Place, Room, Table, Van, VanRoute, Window
from app.ledger.settlement import Known
from app.models.plans import Allocation, Route, Stop
from app.planning.agreed import VANS_OF

ALL_DAY: Window = (0, routing.END_OF_PLANNING)


def drawn_day(
    service_date: date,
    problems: Sequence[routing.Problem],
    routes: Sequence[Route],
    promised: Mapping[UUID, Sequence[Allocation]],
    known: Mapping[UUID, Known] | None,
    savings: Savings,
    food: Factor,
) -> VisitedDay:
    """A day of these routes. problems: what its plans answer, the first one whole. promised: what each route carries.
    known: what was reported of each shift; None for a day that was only planned.
    savings: what was worked out of the same plan before. food: what a kilogram of it avoids, on that day."""
    asked = _Asked(problems)
    drawn, visits = {}, []
    for route in routes:
        rows = promised[route.id]
        found = _route(asked, route, rows)
        if found is None:
            continue
        drawn[found.id] = found
        told = None if known is None else known[route.shift_id]
        visits += list(_visits(asked, route, found, rows, told))
    return VisitedDay(service_date, known is not None, drawn, visits, asked.table, savings, food)


class _Asked:
    """What the plans of a day were asked, each thing as the first of them has it."""

    def __init__(self, problems: Sequence[routing.Problem]) -> None:
        self._problems = problems
        self._legs: dict[tuple[str, str, str], tuple[int, int] | None] = {}
        places = {
            site.id: Place(site.setup_seconds, site.service_seconds, frozenset(site.skills))
            for problem in reversed(problems)
            for site in problem.sites
        }
        slowest = max((step.percent for problem in problems for step in problem.pace), default=100)
        self.table = Table(self._leg, places, slowest)

    def _leg(self, profile: str, origin: str, destination: str) -> tuple[int, int] | None:
        asked = (profile, origin, destination)
        if asked not in self._legs:
            self._legs[asked] = self._looked_up(*asked)
        return self._legs[asked]

    def _looked_up(self, profile: str, origin: str, destination: str) -> tuple[int, int] | None:
        for problem in self._problems:
            numbers = problem.site_numbers
            if profile in problem.travel and origin in numbers and destination in numbers:
                return problem.travel[profile].leg(numbers[origin], numbers[destination])
        return None

    def shift(self, name: str) -> routing.Shift | None:
        """A shift, where a problem has it."""
        return next((found for each in self._problems if (found := each.shifts_by_id.get(name))), None)

    def lot(self, name: str) -> tuple[routing.Problem, routing.Lot] | None:
        """A line with the problem that has it."""
        return next(((each, found) for each in self._problems if (found := each.lots_by_id.get(name))), None)

    def parcel(self, row: Allocation) -> Parcel:
        """A promise; of food that was on the van before, no more than that it is brought."""
        handed_on = row.from_parcel_id is not None
        found = self.lot(str(row.offer_line_id))
        return Parcel(
            id=str(row.id),
            line=str(row.offer_line_id),
            grams=0 if handed_on else row.grams,
            crates=0 if handed_on else row.crates,
            temperature_class=row.temperature_class,
            pickup=ALL_DAY if found is None else (found[1].window.earliest, found[1].window.latest),
            unload=(ALL_DAY,) if found is None else _unloading(found[0], str(row.offer_line_id), str(row.need_id)),
            skills=frozenset() if found is None else frozenset(found[1].skills),
        )

    def cents(self, row: Allocation, grams: int) -> int | None:
        """What so much of the food is worth on the scale that plans are made by; None where no problem has it."""
        found = self.lot(str(row.offer_line_id))
        if found is None:
            return None
        problem, lot = found
        return round(grams * (lot.value_per_kg or problem.policy.value_per_kg) / 1000)


def _unloading(problem: routing.Problem, lot: str, need: str) -> tuple[Window, ...]:
    """When it may be unloaded: within the need's windows, before the food's own deadline."""
    if need not in problem.needs_by_id:
        return (ALL_DAY,)
    deadline = problem.deadline(lot, need)
    latest = ALL_DAY[1] if deadline is None else deadline
    windows = problem.needs_by_id[need].windows
    return tuple((each.earliest, min(each.latest, latest)) for each in windows if each.earliest <= latest) or (ALL_DAY,)


def _route(asked: _Asked, route: Route, rows: Sequence[Allocation]) -> VanRoute | None:
    """None where no problem knows the shift: nothing can be said of its van."""
    shift = asked.shift(str(route.shift_id))
    if shift is None:
        return None
    breaks = iter(shift.breaks)
    halts = tuple(_halt(asked, stop, rows, breaks) for stop in route.stops[1:-1])
    start, end = str(route.stops[0].site_id), str(route.stops[-1].site_id)
    return VanRoute(str(route.shift_id), _van(shift), start, end, halts)


def _halt(asked: _Asked, stop: Stop, rows: Sequence[Allocation], breaks: Iterator[routing.Break]) -> Halt:
    place = str(stop.site_id)
    if stop.kind == "break":
        planned = next(breaks, None)
        if planned is None:
            return Halt("break", place, seconds=round((stop.leave_at - stop.begin_at).total_seconds()))
        return Halt("break", place, (), planned.seconds, (planned.window.earliest, planned.window.latest))
    handled = [
        row for row in rows if stop.id == (row.pickup_stop_id if stop.kind == "pickup" else row.drop_off_stop_id)
    ]
    if stop.kind == "pickup":
        handled = [row for row in handled if row.from_parcel_id is None]
    return Halt(stop.kind, place, tuple(asked.parcel(row) for row in handled))


def _van(shift: routing.Shift) -> Van:
    room = shift.capacity
    return Van(
        vehicle=shift.vehicle,
        partner=shift.organisation,
        room=Room(room.grams, room.crates, room.chilled_grams, room.frozen_grams, room.hot_grams),
        window=(shift.window.earliest, shift.window.latest),
        profile=shift.profile,
        skills=frozenset(shift.skills),
        cents_per_km=shift.cents_per_km,
        cents_per_hour=shift.cents_per_hour,
        cents_per_use=shift.cents_per_use,
        grams_co2e_per_km=shift.grams_co2e_per_km,
        most_metres=shift.maximum_metres,
        most_stops=shift.maximum_stops,
    )


def _visits(
    asked: _Asked, route: Route, drawn: VanRoute, rows: Sequence[Allocation], known: Known | None
) -> Iterator[Visit]:
    """The stores that the van came to or, where nothing is known, is to come to."""
    for number, stop in enumerate(route.stops[1:-1]):
        if stop.kind != "pickup" or (known is not None and known.stop(stop).state == "waiting"):
            continue
        taken = _promised(rows, stop) if known is None else _taken(known, stop)
        weighed = [(row, grams) for row, grams in taken if grams is not None]
        worth = [asked.cents(row, grams) for row, grams in weighed]
        yield Visit(
            route=drawn.id,
            halt=number,
            place=str(stop.site_id),
            partner=drawn.van.partner,
            vehicle=drawn.van.vehicle,
            grams=sum(grams for _, grams in weighed) if taken and len(weighed) == len(taken) else None,
            worth_cents=None if None in worth else sum(filter(None, worth)),
            agreed=any(skill.startswith(VANS_OF) for parcel in drawn.halts[number].parcels for skill in parcel.skills),
        )


def _promised(rows: Sequence[Allocation], stop: Stop) -> list[tuple[Allocation, int | None]]:
    """What is to be loaded."""
    return [(row, row.grams) for row in rows if row.pickup_stop_id == stop.id and row.from_parcel_id is None]


def _taken(known: Known, stop: Stop) -> list[tuple[Allocation, int | None]]:
    """What was loaded of each promise, None where nobody said; nothing where the stop failed."""
    state = known.stop(stop)
    failed = state.state == "failed" and not state.partial
    promises = known.promises
    return [
        (row, 0 if failed else known.outcomes[parcel].collected_grams)
        for parcel, row in promises.rows.items()
        if row.from_parcel_id is None
        and parcel in promises.in_force
        and promises.visits[row.pickup_stop_id] == stop.visit_id
    ]
