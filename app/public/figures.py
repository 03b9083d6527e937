"""What a network's food came to, for everybody: sums of the whole network from the ledger, nothing of any partner.

They are worked out by one reader of a network at a time, in a transaction of its own. Meanwhile the others are shown
the figures of before; only where there are none yet do they wait, and none of them holds a connection while waiting.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from threading import Lock
from uuid import UUID

from sqlalchemy import Select, and_, case, exists, func, or_, select
from sqlalchemy.orm import Session

from app.domain import impact
from app.domain.counting import Reach, counted_food
from app.domain.impact_factors import Choice
from app.kit.db import Database
from app.kit.shelf import Shelf
from app.kit.tenancy import Scope
from app.models.events import LedgerEntry, StopEvent
from app.models.fleet import Shift, Vehicle
from app.models.needs import Need
from app.models.offers import Offer, OfferLine
from app.models.plans import Allocation, Plan, Route, Stop
from app.reports.impact.choices import choices_of

REACHED_PEOPLE = ("delivered", "community_fridge")
VISITS = ("pickup", "drop_off")
WORKED_OUT_AGAIN = timedelta(minutes=10)
_kept: Shelf[UUID, "Figures"] = Shelf(most=100)
_locks: Shelf[UUID, Lock] = Shelf(most=1000)
_making_locks = Lock()


@dataclass(frozen=True)
class Figures:
    """All that has been recorded, and the part of the running month; worked out at an instant. choices: the versions of
    the network's factors."""

    month: date
    this_month: Reach
    all_time: Reach
    worked_out_at: datetime
    choices: Sequence[Choice] = ()


def figures_of(database: Database, network_id: UUID, today: date, now: datetime) -> Figures:
    """The network's figures, ten minutes old, and a moment more while somebody works them out anew: whoever likes may
    ask. Not to be called within a transaction: it may wait, and opens one."""
    kept = _still_good(network_id, today, now)
    if kept is not None:
        return kept
    before = _kept.get(network_id)
    with _only_one(network_id, wait=before is None) as mine:
        if not mine and before is not None:
            return before
        found = _still_good(network_id, today, now)
        if found is None:
            with database.transaction(Scope(network=network_id)) as session:
                found = _worked_out(session, network_id, today, now)
            _kept.put(network_id, found)
        return found


@contextmanager
def _only_one(network_id: UUID, *, wait: bool) -> Iterator[bool]:
    """Whether this thread is the one that works the network's figures out; with `wait`, as soon as it is."""
    with _making_locks:
        lock = _locks.get(network_id)
        if lock is None:
            lock = Lock()
            _locks.put(network_id, lock)
    mine = lock.acquire(blocking=wait)
    try:
        yield mine
    finally:
        if mine:
            lock.release()


def _still_good(network_id: UUID, today: date, now: datetime) -> Figures | None:
    kept = _kept.get(network_id)
    if kept is None or kept.month != today.replace(day=1):
        return None
    return kept if timedelta() <= now - kept.worked_out_at < WORKED_OUT_AGAIN else None


def _worked_out(session: Session, network_id: UUID, today: date, now: datetime) -> Figures:
    month, people = today.replace(day=1), _people(session, network_id)
    choices, grams = choices_of(session, network_id), _grams_by_day(session, network_id, today)
    return Figures(
        month=month,
        this_month=_reach(session, network_id, month, today, now, people, grams, choices),
        all_time=_reach(session, network_id, date.min, today, now, people, grams, choices),
        worked_out_at=now,
        choices=choices,
    )


def _reach(
    session: Session,
    network_id: UUID,
    first: date,
    last: date,
    now: datetime,
    people: Mapping[tuple[date, object], int],
    grams: Mapping[date, int],
    choices: Sequence[Choice],
) -> Reach:
    return Reach(
        food=counted_food({day: each for day, each in grams.items() if first <= day <= last}, choices),
        driving_co2e_grams=_driving(session, network_id, first, last, now),
        people=impact.people_on_the_fullest_day({at: each for at, each in people.items() if first <= at[0] <= last}),
    )


def _grams_by_day(session: Session, network_id: UUID, last: date) -> Counter[date]:
    """What people got of the food that was to be fetched until then, by that day."""
    found: Counter[date] = Counter()
    for column, sign in ((LedgerEntry.to_account, 1), (LedgerEntry.from_account, -1)):
        query = (
            select(Offer.service_date, func.sum(LedgerEntry.grams))
            .join(OfferLine, OfferLine.id == LedgerEntry.offer_line_id)
            .join(Offer, Offer.id == OfferLine.offer_id)
            .where(LedgerEntry.network_id == network_id, column.in_(REACHED_PEOPLE), Offer.service_date <= last)
            .group_by(Offer.service_date)
        )
        for day, grams in session.execute(query):
            found[day] += sign * int(grams)
    return found


def _driving(session: Session, network_id: UUID, first: date, last: date, now: datetime) -> int:
    """Grams of CO2e of the driving of these days as it was planned and as each vehicle causes it: of today the
    routes whose visits are over, since what lies ahead has neither driven nor brought anything yet."""
    goes_on = exists().where(Stop.route_id == Route.id, Stop.kind.in_(VISITS), Stop.leave_at > now)
    query = (
        select(Vehicle.grams_co2e_per_km, func.sum(Route.metres))
        .select_from(Plan)
        .join(Route, Route.plan_id == Plan.id)
        .join(Shift, Shift.id == Route.shift_id)
        .join(Vehicle, Vehicle.id == Shift.vehicle_id)
        .where(
            Plan.network_id == network_id,
            Plan.state == "published",
            Plan.service_date >= first,
            Plan.service_date <= last,
            or_(Plan.service_date < last, ~goes_on),
        )
        .group_by(Vehicle.grams_co2e_per_km)
    )
    return sum(impact.driving_co2e_grams(int(metres), per_km) for per_km, metres in session.execute(query))


def _people(session: Session, network_id: UUID) -> dict[tuple[date, object], int]:
    """By day and place that got food, the people whom the place's need says it serves.

    A report alone is not enough: what was handed over may be nothing, or held back, thrown away or corrected since.
    """
    booked = _handed_over(network_id).subquery()
    same_promise = or_(
        booked.c.parcel_id == Allocation.parcel_id,
        # Handed on while it was on the vehicle: it is booked with the promise that it was collected for.
        and_(Allocation.from_parcel_id.is_not(None), booked.c.shift_id == Allocation.shift_id),
    )
    query = (
        select(Need.service_date, Need.site_id, func.max(Need.people_served))
        .join(Allocation, Allocation.need_id == Need.id)
        .join(StopEvent, StopEvent.stop_id == Allocation.drop_off_stop_id)
        .join(booked, and_(booked.c.offer_line_id == Allocation.offer_line_id, same_promise))
        .where(Need.network_id == network_id, StopEvent.kind == "delivered", Need.people_served > 0)
        .group_by(Need.service_date, Need.site_id)
    )
    return {(day, site): people for day, site, people in session.execute(query)}


def _handed_over(network_id: UUID) -> Select[UUID, UUID, UUID]:
    """The promises of which food is in the books as delivered, after all corrections: parcel, line and shift."""
    delivered = case((LedgerEntry.to_account == "delivered", LedgerEntry.grams), else_=-LedgerEntry.grams)
    of = (Allocation.parcel_id, Allocation.offer_line_id, Allocation.shift_id)
    return (
        select(*of)
        .join(LedgerEntry, LedgerEntry.cause_id == Allocation.id)
        .where(
            LedgerEntry.network_id == network_id,
            or_(LedgerEntry.to_account == "delivered", LedgerEntry.from_account == "delivered"),
        )
        .group_by(*of)
        .having(func.sum(delivered) > 0)
    )
