"""The day as it was recorded: kilograms from the ledger, visits and hours from what drivers reported, kilometres of the
routes that were driven.

What is assumed, because nobody measured it: whoever reported a stop drove the whole route as it was last published, by
the street table's metres. The hours are those between the first and the last report, with the planned way there and
home; where a phone's clock makes no sense of them, they are the planned ones.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

import routing
from app.domain.service_date import seconds_since_midnight, service_date_of
from app.kit.many_rows import among
from app.ledger.settlement import Known, known_of_shifts
from app.models.events import LedgerEntry, StopEvent
from app.models.fleet import Shift
from app.models.partners import Network
from app.models.plans import Plan, Route
from app.partners.service import zone_of
from app.planning.queries import driven_plan
from app.planning.snapshot import Day

LEAST_TIMES, MOST_TIMES = 0.2, 3.0  # of the planned hours: beyond, a clock was wrong or a phone lay in a drawer


class BooksDisagree(RuntimeError):
    """The ledger and the reports do not say the same of what was delivered: no figure is made of that."""


@dataclass(frozen=True)
class Brought:
    """Food that is in the books as delivered: grams of a line for a need, carried by a shift between two stops of its
    route, by their numbers; 0 for a stop that the route as last published has no more."""

    line: str
    need: str
    shift: str
    grams: int
    pickup: int
    drop_off: int


@dataclass(frozen=True)
class RecordedDay:
    """What was driven and brought. delivered: grams by need. measured: routes whose hours the reports tell. brought:
    what the routes carried. without_figures: shifts whose driving nobody knows: of the plan that is driven, and not
    reported, or reported, and not in it any more."""

    plan: Plan
    routes: Sequence[routing.DrivenRoute]
    visits: Sequence[routing.StoreVisit]
    delivered: Mapping[str, int]
    measured: int
    brought: Sequence[Brought] = ()
    without_figures: Sequence[UUID] = ()


def last_shift_ends(session: Session, network_id: UUID, service_date: date) -> datetime | None:
    """When the day is over; None where nobody drives."""
    query = select(func.max(Shift.ends_at)).where(
        Shift.network_id == network_id, Shift.service_date == service_date, Shift.state == "open"
    )
    return session.scalar(query)


def first_day_not_over(session: Session, network: Network, now: datetime) -> date:
    """The local day behind the last one on which nobody drives any more: tomorrow once today's last shift is over."""
    today = service_date_of(now, zone_of(network))
    ended = last_shift_ends(session, network.id, today)
    return today + timedelta(days=1) if ended is not None and ended <= now else today


def recorded_day(session: Session, day: Day, organisation_of: Mapping[UUID, UUID]) -> RecordedDay | None:
    """What drivers reported of a day, and what the ledger says became of its food; None where nobody reported anything:
    such a day was planned, and nothing else. organisation_of: by shift, whose it is.

    Raises BooksDisagree.
    """
    plan = driven_plan(session, day.network.id, day.service_date)
    if plan is None:
        return None
    reported = session.scalars(
        select(StopEvent.shift_id).where(among(StopEvent.shift_id, list(organisation_of))).distinct()
    ).all()
    if not reported:
        return None
    known = known_of_shifts(session, reported)
    delivered = _delivered(known.values())
    _same_as_the_ledger(session, day, known.values(), sum(delivered.values()))
    routes, visits, measured = [], [], 0
    brought: list[Brought] = []
    for route in plan.routes:
        if route.shift_id in known:
            seconds = reported_seconds(route, known[route.shift_id])
            measured += seconds is not None
            routes.append(routing.DrivenRoute(str(route.shift_id), route.metres, seconds or route.seconds))
            visits += _visits(day, route, known[route.shift_id], str(organisation_of[route.shift_id]))
            brought += brought_on(route, known[route.shift_id])
    unknown = {route.shift_id for route in plan.routes} ^ set(known)
    return RecordedDay(plan, routes, visits, delivered, measured, brought, sorted(unknown))


def _delivered(known: Collection[Known]) -> dict[str, int]:
    found: defaultdict[str, int] = defaultdict(int)
    for each in known:
        for parcel, row in each.promises.rows.items():
            found[str(row.need_id)] += each.outcomes[parcel].booked_as_delivered
    return {need: grams for need, grams in found.items() if grams}


def brought_on(route: Route, known: Known) -> list[Brought]:
    """What is in the books as delivered of a route's promises; food that was handed on was collected where the promise
    was that it was loaded for."""
    numbers = {stop.visit_id: number for number, stop in enumerate(route.stops)}
    found = []
    for parcel, row in known.promises.rows.items():
        grams = known.outcomes[parcel].booked_as_delivered
        if not grams:
            continue
        first = row
        while first.from_parcel_id is not None and first.from_parcel_id in known.promises.rows:
            first = known.promises.rows[first.from_parcel_id]
        pickup, drop_off = (
            numbers.get(known.promises.visits[stop], 0) for stop in (first.pickup_stop_id, row.drop_off_stop_id)
        )
        line, need, shift = (str(id) for id in (row.offer_line_id, row.need_id, route.shift_id))
        found.append(Brought(line, need, shift, grams, pickup, drop_off))
    return found


def _same_as_the_ledger(session: Session, day: Day, known: Collection[Known], reported: int) -> None:
    lines = {row.offer_line_id for each in known for row in each.promises.rows.values()}
    booked = delivered_of_lines(session, lines)
    if booked != reported:
        raise BooksDisagree(f"{day.service_date}: {booked} g are booked as delivered, {reported} g were reported.")


def delivered_of_lines(session: Session, lines: Collection[UUID]) -> int:
    """Grams of these lines that are in the books as delivered, after all corrections."""
    total = 0
    for column, sign in ((LedgerEntry.to_account, 1), (LedgerEntry.from_account, -1)):
        query = select(func.coalesce(func.sum(LedgerEntry.grams), 0))
        query = query.where(among(LedgerEntry.offer_line_id, list(lines)), column == "delivered")
        total += sign * int(session.scalars(query).one())
    return total


def _visits(day: Day, route: Route, known: Known, organisation: str) -> list[routing.StoreVisit]:
    """The stores of the route that somebody came to, by the clock of the day; what is left with is what was loaded."""
    loaded: defaultdict[UUID, int] = defaultdict(int)
    for parcel, row in known.promises.rows.items():
        if row.from_parcel_id is None:
            loaded[known.promises.visits[row.pickup_stop_id]] += known.outcomes[parcel].collected_grams or 0
    found = []
    for stop in route.stops:
        state = known.stop(stop)
        if stop.kind != "pickup" or state.state == "waiting":
            continue
        at = state.arrived_at or state.ended_at or stop.begin_at
        begin = seconds_since_midnight(at, day.service_date, day.zone)
        found.append(routing.StoreVisit(str(stop.site_id), begin, organisation, loaded[stop.visit_id]))
    return found


def reported_seconds(route: Route, known: Known) -> int | None:
    """From leaving to being back, by the reports; None where they do not tell."""
    begins, ends = [], []
    out, back = route.stops[0].leave_at, route.stops[-1].arrive_at
    for stop in route.stops:
        state = known.stop(stop)
        if stop.kind not in ("pickup", "drop_off") or state.state == "waiting":
            continue
        if state.arrived_at is not None:
            begins.append(state.arrived_at - (stop.arrive_at - out))
        if state.ended_at is not None:
            begins.append(state.ended_at - (stop.leave_at - out))
            ends.append(state.ended_at + (back - stop.leave_at))
    return _believed(route, min(begins, default=None), max(ends, default=None))


def _believed(route: Route, first: datetime | None, last: datetime | None) -> int | None:
    if first is None or last is None:
        return None
    lasted = (last - first) / timedelta(seconds=1)
    return round(lasted) if LEAST_TIMES * route.seconds <= lasted <= MOST_TIMES * route.seconds else None


def really_there(balances: Mapping[UUID, Mapping[str, int]]) -> dict[str, int]:
    """By line the grams that a van could find at the store: all that ever came in, but for what was never there."""
    return {
        str(line): max(0, -accounts.get("supply", 0) - accounts.get("withdrawn", 0))
        for line, accounts in balances.items()
    }
