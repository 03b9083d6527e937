"""What a network's food came to, for everybody: sums of the whole network from the ledger, nothing of any partner."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from threading import Lock
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain import impact
from app.domain.impact import Reach
from app.kit.shelf import Shelf
from app.models.events import LedgerEntry, StopEvent
from app.models.fleet import Shift, Vehicle
from app.models.needs import Need
from app.models.offers import Offer, OfferLine
from app.models.plans import Allocation, Plan, Route

REACHED_PEOPLE = ("delivered", "community_fridge")
WORKED_OUT_AGAIN = timedelta(minutes=10)
_kept: Shelf[UUID, "Figures"] = Shelf(most=100)
_working_out = Lock()


@dataclass(frozen=True)
class Figures:
    """All that has been recorded, and the part of the running month; worked out at an instant."""

    month: date
    this_month: Reach
    all_time: Reach
    worked_out_at: datetime


def figures_of(session: Session, network_id: UUID, today: date, now: datetime) -> Figures:
    """The network's figures, within its scope; ten minutes old at most, since whoever likes may ask."""
    kept = _still_good(network_id, today, now)
    if kept is not None:
        return kept
    with _working_out:  # many may ask in the moment in which they grow old
        found = _still_good(network_id, today, now) or _worked_out(session, network_id, today, now)
        _kept.put(network_id, found)
        return found


def _still_good(network_id: UUID, today: date, now: datetime) -> Figures | None:
    kept = _kept.get(network_id)
    if kept is None or kept.month != today.replace(day=1):
        return None
    return kept if timedelta() <= now - kept.worked_out_at < WORKED_OUT_AGAIN else None


def _worked_out(session: Session, network_id: UUID, today: date, now: datetime) -> Figures:
    month, people = today.replace(day=1), _people(session, network_id)
    return Figures(
        month=month,
        this_month=_reach(session, network_id, month, today, people),
        all_time=_reach(session, network_id, date.min, today, people),
        worked_out_at=now,
    )


def _reach(
    session: Session, network_id: UUID, first: date, last: date, people: Mapping[tuple[date, object], int]
) -> Reach:
    return Reach(
        grams=_grams(session, network_id, first, last),
        driving_co2e_grams=_driving(session, network_id, first, last),
        people=impact.people_on_the_fullest_day({at: each for at, each in people.items() if first <= at[0] <= last}),
    )


def _grams(session: Session, network_id: UUID, first: date, last: date) -> int:
    """What people got of the food that was to be fetched on these days."""
    total = 0
    for column, sign in ((LedgerEntry.to_account, 1), (LedgerEntry.from_account, -1)):
        query = (
            select(func.coalesce(func.sum(LedgerEntry.grams), 0))
            .join(OfferLine, OfferLine.id == LedgerEntry.offer_line_id)
            .join(Offer, Offer.id == OfferLine.offer_id)
            .where(
                LedgerEntry.network_id == network_id,
                column.in_(REACHED_PEOPLE),
                Offer.service_date >= first,
                Offer.service_date <= last,
            )
        )
        total += sign * int(session.scalars(query).one())
    return total


def _driving(session: Session, network_id: UUID, first: date, last: date) -> int:
    """Grams of CO2e of the driving that was planned for these days, as each vehicle causes it."""
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
        )
        .group_by(Vehicle.grams_co2e_per_km)
    )
    return sum(impact.driving_co2e_grams(int(metres), per_km) for per_km, metres in session.execute(query))


def _people(session: Session, network_id: UUID) -> dict[tuple[date, object], int]:
    """By day and place that got food, the people whom the place's need says it serves."""
    query = (
        select(Need.service_date, Need.site_id, func.max(Need.people_served))
        .join(Allocation, Allocation.need_id == Need.id)
        .join(StopEvent, StopEvent.stop_id == Allocation.drop_off_stop_id)
        .where(Need.network_id == network_id, StopEvent.kind == "delivered", Need.people_served > 0)
        .group_by(Need.service_date, Need.site_id)
    )
    return {(day, site): people for day, site, people in session.execute(query)}
