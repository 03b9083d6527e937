"""The days of a report, read from the books: what became of the food, which routes were driven, who got what."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain.impact_report import BankDay, PlannedDay, RecordedDay, VanDay
from app.domain.ledger import Entry, mass_balance
from app.models.events import LedgerEntry, StopEvent
from app.models.fleet import Shift, Vehicle
from app.models.needs import Need
from app.models.offers import Offer, OfferLine
from app.models.partners import Organisation
from app.models.plans import Plan, Route
from app.reports.impact.brought import delivered_by_need, delivered_by_shift
from app.reports.impact.wasted import losses_by_day


@dataclass(frozen=True)
class Days:
    """What is known of a range of days. names: of the organisations in them."""

    recorded: Sequence[RecordedDay]
    planned: Sequence[PlannedDay]
    under_way: Sequence[date]
    names: Mapping[str, str]


@dataclass(frozen=True)
class DrivenRoute:
    """A route of a published plan, with what its vehicle costs and causes."""

    day: date
    shift: UUID
    ends_at: datetime
    van: VanDay


def days_between(session: Session, network_id: UUID, first: date, last: date, now: datetime, today: date) -> Days:
    """The days from `first` to `last`, both included; today: the network's."""
    food = _food(session, network_id, first, last)
    plans = _plans(session, network_id, first, last)
    reported = _reported(session, network_id, first, last)
    routes = _routes(session, network_id, first, last, delivered_by_shift(session, network_id, first, last))
    ends = {day: max(each.ends_at for each in of) for day, of in routes.items()}
    recorded, planned, under_way = [], [], []
    for day in sorted({*food, *plans}):
        told = day in reported
        over = ends[day] <= now if day in ends else day < today
        if day in ends and not told:
            planned.append(plans[day])
        elif over:
            recorded.append(day)
        elif told or day == today:
            under_way.append(day)
    banks = _banks(session, network_id, first, last)
    losses = losses_by_day(session, network_id, first, last)
    found = []
    for day in recorded:
        vans = [each.van for each in routes.get(day, ()) if each.shift in reported[day]]
        found.append(
            RecordedDay(
                day,
                mass_balance(food.get(day, ())),
                routes_planned=len(routes.get(day, ())),
                vans=vans,
                banks=banks.get(day, {}),
                losses=losses.get(day, {}),
            )
        )
    return Days(found, planned, under_way, _names(session, found))


def _food(session: Session, network_id: UUID, first: date, last: date) -> dict[date, list[Entry]]:
    """By day the entries of its offers, those of one kind added up over all lines: no account of a line is below zero,
    the database sees to that, so that a day's food is one fold however many lines it has."""
    of = (Offer.service_date, LedgerEntry.from_account, LedgerEntry.to_account)
    booked = (
        select(*of, func.sum(LedgerEntry.grams))
        .join(OfferLine, OfferLine.id == LedgerEntry.offer_line_id)
        .join(Offer, Offer.id == OfferLine.offer_id)
        .where(Offer.network_id == network_id, Offer.service_date.between(first, last))
        .group_by(*of)
        .order_by(*of)
    )
    found: dict[date, list[Entry]] = defaultdict(list)
    for day, source, target, grams in session.execute(booked):
        found[day].append(Entry(str(day), source, target, int(grams)))
    return found


def _plans(session: Session, network_id: UUID, first: date, last: date) -> dict[date, PlannedDay]:
    query = select(Plan.service_date, Plan.grams_allocated, Plan.metres).where(
        Plan.network_id == network_id, Plan.state == "published", Plan.service_date.between(first, last)
    )
    return {day: PlannedDay(day, grams, metres) for day, grams, metres in session.execute(query)}


def _reported(session: Session, network_id: UUID, first: date, last: date) -> defaultdict[date, set[UUID]]:
    """By day the shifts of which anything was reported."""
    query = (
        select(Shift.service_date, Shift.id)
        .where(Shift.network_id == network_id, Shift.service_date.between(first, last))
        .where(select(StopEvent.id).where(StopEvent.shift_id == Shift.id).exists())
    )
    found: defaultdict[date, set[UUID]] = defaultdict(set)
    for day, shift in session.execute(query):
        found[day].add(shift)
    return found


def _routes(
    session: Session, network_id: UUID, first: date, last: date, brought: Mapping[UUID, int]
) -> dict[date, list[DrivenRoute]]:
    """By day the routes as they were last published."""
    query = (
        select(Plan.service_date, Route.metres, Route.seconds, Shift, Vehicle)
        .join(Route, Route.plan_id == Plan.id)
        .join(Shift, Shift.id == Route.shift_id)
        .join(Vehicle, Vehicle.id == Shift.vehicle_id)
        .where(Plan.network_id == network_id, Plan.state == "published", Plan.service_date.between(first, last))
        .order_by(Plan.service_date, Route.number)
    )
    found: dict[date, list[DrivenRoute]] = defaultdict(list)
    for day, metres, seconds, shift, vehicle in session.execute(query):
        van = VanDay(
            organisation=str(shift.organisation_id),
            metres=metres,
            seconds=seconds,
            grams_co2e_per_km=vehicle.grams_co2e_per_km,
            cents=_cents(vehicle, metres, seconds),
            grams=brought.get(shift.id, 0),
        )
        found[day].append(DrivenRoute(day, shift.id, shift.ends_at, van))
    return dict(found)


def _cents(vehicle: Vehicle, metres: int, seconds: int) -> int | None:
    """At the vehicle's rates, to the nearest cent; None where it has none, since nobody knows what it costs."""
    if not (vehicle.cents_per_km or vehicle.cents_per_hour or vehicle.cents_per_use):
        return None
    return vehicle.cents_per_use + round(vehicle.cents_per_km * metres / 1000 + vehicle.cents_per_hour * seconds / 3600)


def _banks(session: Session, network_id: UUID, first: date, last: date) -> dict[date, dict[str, BankDay]]:
    """By day and food bank what it asked for and got. People are those of its places that got something, each place
    with the most that one of its needs names."""
    brought = delivered_by_need(session, network_id, first, last)
    of = (Need.service_date, Need.organisation_id, Need.site_id, Need.id, Need.grams, Need.people_served, Need.state)
    query = select(*of).where(Need.network_id == network_id, Need.service_date.between(first, last))
    found: dict[date, dict[str, BankDay]] = defaultdict(dict)
    served: dict[tuple[date, str], dict[UUID, int]] = defaultdict(dict)
    for day, organisation, site, need, grams, people, state in session.execute(query):
        came, is_open = brought.get(need, 0), state == "open"
        if not (came or is_open):
            continue
        bank = str(organisation)
        if came:
            places = served[day, bank]
            places[site] = max(places.get(site, 0), people)
        before = found[day].get(bank, BankDay())
        found[day][bank] = BankDay(
            wanted=before.wanted + (grams if is_open else 0),
            delivered=before.delivered + came,
            people=sum(served[day, bank].values()),
        )
    return found


def _names(session: Session, days: Collection[RecordedDay]) -> dict[str, str]:
    counted = Counter(bank for each in days for bank in each.banks)
    counted.update(van.organisation for each in days for van in each.vans)
    rows = session.execute(
        select(Organisation.id, Organisation.name).where(Organisation.id.in_([UUID(each) for each in counted]))
    )
    return {str(row.id): row.name for row in rows}
