"""From rows to a routing.Problem: everything that a plan of one network and day depends on, read in one transaction."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from functools import cached_property, partial
from typing import Any, cast
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session, lazyload

import routing
from app.declines.queries import declined_pairs, reluctant_places
from app.domain import food_safety, opening
from app.domain.categories import value_cents_per_kg
from app.domain.declines import Wanted, left_to_others
from app.domain.pace import AS_THE_TABLE, HOURS, Pace
from app.domain.priorities import fairness_percent
from app.domain.safety_limits import Policy, policy_of
from app.domain.service_date import local_instant, seconds_since_midnight
from app.domain.service_times import ServiceTime
from app.kit.identities import identity
from app.kit.many_rows import among
from app.learning import queries as learnt
from app.ledger.service import balances_of
from app.models.fleet import Shift, Vehicle
from app.models.needs import Need
from app.models.offers import Offer, OfferLine
from app.models.partners import Network, Organisation, Site
from app.partners.membership import active_organisations
from app.roads.provider import Profile
from app.roads.travel import Travel


@dataclass(frozen=True)
class Day:
    """The rows of one network and service date, detached from the database."""

    network: Network
    service_date: date
    offers: Sequence[Offer]
    available: Mapping[UUID, int]  # grams of each line that a plan may use
    needs: Sequence[Need]
    shifts: Sequence[Shift]
    vehicles: Mapping[UUID, Vehicle]
    sites: Mapping[UUID, Site]
    organisations: Mapping[UUID, Organisation]
    pace: Pace | None  # None: too little is learnt to plan with
    service_times: Mapping[UUID, ServiceTime]  # of the sites of which enough is learnt
    on_offer: Mapping[UUID, int] = field(default_factory=dict, kw_only=True)  # of these, grams that nobody is promised
    # Lines and needs that do not meet, since the food bank declined; and places that usually turn a category down.
    declined: frozenset[tuple[UUID, UUID]] = field(default=frozenset(), kw_only=True)
    reluctant: frozenset[tuple[UUID, str]] = field(default=frozenset(), kw_only=True)

    @property
    def zone(self) -> ZoneInfo:
        """The network's local time."""
        return ZoneInfo(self.network.time_zone)

    @property
    def lines(self) -> Mapping[UUID, tuple[Offer, OfferLine]]:
        """Each line with its offer."""
        return self._lines

    @cached_property
    def _lines(self) -> Mapping[UUID, tuple[Offer, OfferLine]]:
        return {line.id: (offer, line) for offer in self.offers for line in offer.lines}

    @cached_property
    def needs_by_id(self) -> Mapping[UUID, Need]:
        """Each need by its id."""
        return {need.id: need for need in self.needs}


def read_day(session: Session, network_id: UUID, service_date: date) -> Day:
    """Everything that the plan of this day depends on.

    Left out: what organisations have whose partnership is not in force that day, and offers of stores closed by date.
    """
    network = session.get_one(Network, network_id)
    taking_part = active_organisations(session, network_id, service_date)
    sites = {row.id: row for row in session.scalars(select(Site))}
    offers = session.scalars(
        select(Offer)
        .where(Offer.network_id == network_id, Offer.service_date == service_date, Offer.state == "open")
        .order_by(Offer.created_at, Offer.id)
    ).all()
    needs = session.scalars(
        select(Need)
        .where(Need.network_id == network_id, Need.service_date == service_date, Need.state == "open")
        .order_by(Need.created_at, Need.id)
    ).all()
    shifts = session.scalars(
        select(Shift)
        .where(Shift.network_id == network_id, Shift.service_date == service_date, Shift.state == "open")
        .order_by(Shift.starts_at, Shift.id)
    ).all()
    offers = [
        each
        for each in offers
        if each.organisation_id in taking_part and not opening.closed_on(service_date, sites[each.site_id].exceptions)
    ]
    balances = balances_of(session, [line.id for offer in offers for line in offer.lines])
    return Day(
        network=network,
        service_date=service_date,
        offers=offers,
        available={
            line: accounts.get("offered", 0) + accounts.get("allocated", 0) for line, accounts in balances.items()
        },
        on_offer={line: accounts.get("offered", 0) for line, accounts in balances.items()},
        needs=[each for each in needs if each.organisation_id in taking_part],
        shifts=[each for each in shifts if each.organisation_id in taking_part],
        vehicles={row.id: row for row in session.scalars(select(Vehicle))},
        sites=sites,
        organisations={row.id: row for row in session.scalars(select(Organisation))},
        pace=learnt.usable_pace(session, network_id),
        service_times=learnt.usable_service_times(session, network_id),
        declined=declined_pairs(session, network_id, service_date),
        reluctant=reluctant_places(session, network_id, service_date),
    )


class OnDemand[Row](Mapping[UUID, Row]):
    """Rows by their id, each read when it is first asked for: an edit of a large plan needs few of its day's. For the
    transaction in which it was made. ids: None where any id may be asked for; found: reads those of them that there
    are."""

    def __init__(self, ids: Iterable[UUID] | None, found: Callable[[Sequence[UUID]], Mapping[UUID, Row]]) -> None:
        self._ids, self._reading = None if ids is None else dict.fromkeys(ids), found
        self._rows: dict[UUID, Row] = {}

    def read(self, ids: Iterable[UUID] | None = None) -> None:
        """Read these at once; None: all whose ids are known."""
        wanted = self._known if ids is None else dict.fromkeys(ids)
        missing = [each for each in wanted if (self._ids is None or each in self._ids) and each not in self._rows]
        if missing:
            self._rows |= self._reading(missing)

    def __getitem__(self, id: UUID) -> Row:
        self.read([id])
        return self._rows[id]

    @property
    def _known(self) -> Mapping[UUID, Any]:
        return self._rows if self._ids is None else self._ids

    def __iter__(self) -> Iterator[UUID]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)


@dataclass(frozen=True)
class PlannedDay(Day):
    """The rows that a plan was made of, whatever has become of them: also lines that an amendment has replaced. Its
    lines, with their offers, its needs, its sites and their organisations are read on demand, and it has no lists of
    them."""

    sites: OnDemand[Site]
    organisations: OnDemand[Organisation]
    planned_lines: OnDemand[tuple[Offer, OfferLine]]
    planned_needs: OnDemand[Need]

    def read_places(self, ids: Iterable[UUID] | None = None) -> None:
        """Read these sites at once, or all, with whose they are."""
        wanted = list(self.sites if ids is None else dict.fromkeys(ids))
        self.sites.read(wanted)
        self.organisations.read(self.sites[each].organisation_id for each in wanted)

    @property
    def lines(self) -> Mapping[UUID, tuple[Offer, OfferLine]]:
        """Each line of the plan with its offer."""
        return self.planned_lines

    @property
    def needs_by_id(self) -> Mapping[UUID, Need]:
        """Each need of the plan."""
        return self.planned_needs


def read_planned(session: Session, network_id: UUID, service_date: date, problem: routing.Problem) -> PlannedDay:
    """The rows behind everything that a plan's problem names."""
    shifts = select(Shift, Vehicle).join(Vehicle, Vehicle.id == Shift.vehicle_id)
    found = session.execute(shifts.where(among(Shift.id, [identity(shift.id) for shift in problem.shifts]))).all()
    return PlannedDay(
        network=session.get_one(Network, network_id),
        service_date=service_date,
        offers=(),
        available={identity(lot.id): lot.grams for lot in problem.lots},
        needs=(),
        shifts=[shift for shift, _ in found],
        vehicles={vehicle.id: vehicle for _, vehicle in found},
        sites=OnDemand([identity(site.id) for site in problem.sites], partial(_by_id, session, Site)),
        organisations=OnDemand(None, partial(_by_id, session, Organisation)),
        pace=None,
        service_times={},
        planned_lines=OnDemand([identity(lot.id) for lot in problem.lots], partial(_lines_of, session)),
        planned_needs=OnDemand([identity(need.id) for need in problem.needs], partial(_by_id, session, Need)),
    )


def _by_id[Row: (Need, Site, Organisation)](session: Session, model: type[Row], ids: Sequence[UUID]) -> dict[UUID, Row]:
    return {row.id: row for row in session.scalars(select(model).where(among(model.id, ids)))}


def _lines_of(session: Session, ids: Sequence[UUID]) -> dict[UUID, tuple[Offer, OfferLine]]:
    query = select(Offer, OfferLine).join(OfferLine, OfferLine.offer_id == Offer.id).where(OfferLine.id.in_(ids))
    return {line.id: (offer, line) for offer, line in session.execute(query.options(lazyload(Offer.lines)))}


def sites_of(day: Day) -> list[Site]:
    """The places that the day touches, in a stable order: the rows and columns of the travel matrix."""
    used = (
        [offer.site_id for offer in day.offers]
        + [need.site_id for need in day.needs]
        + [site for shift in day.shifts for site in (shift.start_site_id, shift.end_site_id)]
    )
    return [day.sites[site_id] for site_id in dict.fromkeys(used)]


def profiles_of(day: Day) -> list[Profile]:
    """The road profiles of the day's vehicles; cars where nobody drives."""
    found = {cast(Profile, day.vehicles[shift.vehicle_id].profile) for shift in day.shifts}
    return sorted(found) or ["car"]


def to_problem(day: Day, travel: Mapping[Profile, Travel]) -> routing.Problem:
    """The day as the solver reads it. Pure: rows in, Problem out."""
    used = [site.id for site in sites_of(day)]
    return routing.Problem(
        service_date=day.service_date.isoformat(),
        time_zone=day.network.time_zone,
        sites=tuple(site_as_solved(day, site) for site in sites_of(day)),
        lots=tuple(lots_of(day)),
        needs=tuple(needs_of(day)),
        eligibilities=tuple(_pairs_planned(day)),
        shifts=tuple(
            shift_as_solved(shift, day.vehicles[shift.vehicle_id], day.service_date, day.zone) for shift in day.shifts
        ),
        travel={profile: routing.TravelMatrix(*found.between(used)) for profile, found in travel.items()},
        estimated_travel=any(found.estimated for found in travel.values()),
        pace=pace_steps(day),
    )


def site_as_solved(day: Day, site: Site) -> routing.Site:
    """The seconds of its stops as they are learnt, else as its people entered them."""
    times = day.service_times.get(site.id, site)
    return routing.Site(
        id=str(site.id),
        setup_seconds=times.setup_seconds,
        service_seconds=times.service_seconds,
        storage=routing.Storage(**{f"{name}_grams": grams for name, grams in site.storage_grams.items()}),
    )


def pace_steps(day: Day) -> tuple[routing.PaceStep, ...]:
    """The learnt pace of the day's weekday, hour by hour of its clock, where it changes; none if too little is known.

    An hour that the clock change skips has no seconds; one that happens twice keeps its pace.
    """
    if day.pace is None:
        return ()
    starts = {
        _seconds(day, local_instant(day.service_date, time(hour), day.zone)): hour for hour in HOURS
    }  # of two hours that begin together, the later one is the one there is
    steps: list[routing.PaceStep] = []
    for from_second, hour in sorted(starts.items()):
        percent = day.pace.cells[day.service_date.isoweekday(), hour].percent
        if percent != (steps[-1].percent if steps else AS_THE_TABLE):
            steps.append(routing.PaceStep(from_second, percent))
    return tuple(steps)


def learnt_told(day: Day) -> dict[str, Any]:
    """What of the learnt went into the plan, to be kept with it."""
    return {
        "pace": None
        if day.pace is None
        else {
            "percent": day.pace.overall.percent,
            "error": day.pace.overall.error,
            "legs": day.pace.overall.legs,
            "steps": [[step.from_second, step.percent] for step in pace_steps(day)],
        },
        "service_times": sum(site.id in day.service_times for site in sites_of(day)),
    }


def _seconds(day: Day, instant: datetime) -> int:
    return seconds_since_midnight(instant, day.service_date, day.zone)


def lots_of(day: Day) -> list[routing.Lot]:
    """What can be collected."""
    lots = []
    for offer, line in day.lines.values():
        grams = day.available.get(line.id, 0)
        if grams <= 0:
            continue
        left = food_safety.days_left(safety_line(line), day.service_date)
        lots.append(
            routing.Lot(
                id=str(line.id),
                offer=str(offer.id),
                site=str(offer.site_id),
                category=line.category,
                grams=grams,
                crates=line.crates,
                temperature_class=line.temperature_class,
                window=routing.TimeWindow(_seconds(day, offer.pickup_from), _seconds(day, offer.pickup_until)),
                splittable=line.splittable,
                value_per_kg=value_cents_per_kg(line.category, left),
            )
        )
    return lots


def receiving_windows(day: Day, site: Site) -> tuple[routing.TimeWindow, ...]:
    """The hours at which a site receives on the service date, merged where they touch."""
    weekly = opening.receiving(site.windows, site.receiving_windows)
    found = opening.windows_on(day.service_date, day.zone, weekly, site.exceptions)
    return tuple(routing.TimeWindow(_seconds(day, first), _seconds(day, last)) for first, last in found)


def needs_of(day: Day) -> list[routing.Need]:
    """What is asked for."""
    return [
        routing.Need(
            id=str(need.id),
            organisation=str(need.organisation_id),
            site=str(need.site_id),
            category=need.category,
            grams=need.grams,
            windows=receiving_windows(day, day.sites[need.site_id]),
            people_served=need.people_served,
            priority_percent=fairness_percent(need.priority),
        )
        for need in day.needs
    ]


def safety_line(line: OfferLine) -> food_safety.Line:
    """The line as the rule book reads it."""
    return food_safety.Line(
        category=line.category,
        grams=line.grams,
        temperature_class=line.temperature_class,
        date_mark=line.date_mark,
        mark_date=line.mark_date,
        allergens=frozenset(line.allergens),
        dietary_flags=frozenset(line.dietary_flags),
    )


def _receiver(need: Need, site: Site) -> food_safety.Receiver:
    return food_safety.Receiver(
        category=need.category,
        minimum_shelf_life_days=need.minimum_shelf_life_days,
        excluded_allergens=frozenset(need.excluded_allergens),
        required_dietary_flags=frozenset(need.required_dietary_flags),
        accepted_temperature_classes=frozenset(site.temperature_classes),
        accepts_past_best_before=need.accepts_past_best_before,
    )


def pairs_of(day: Day, lots: Iterable[tuple[str, Offer, OfferLine]]) -> list[routing.Eligibility]:
    """The pairs of lot and need that food safety allows and nobody has declined, each with its latest arrival; a need
    of one line meets that alone. A lot is its name, and the line that it is of. The rule book is asked once for all
    needs that want the same of their food: a large day has very many pairs, and few kinds of receivers."""
    kinds: dict[str, dict[food_safety.Receiver, int]] = defaultdict(dict)  # of receivers by category, numbered
    wanting: dict[str, list[tuple[str, UUID, UUID | None, int]]] = defaultdict(list)  # name, ids, which kind it is
    for need in day.needs:
        alike = kinds[need.category]
        kind = alike.setdefault(_receiver(need, day.sites[need.site_id]), len(alike))
        wanting[need.category].append((str(need.id), need.id, need.offer_line_id, kind))
    declined: dict[UUID, set[UUID]] = defaultdict(set)
    for line_id, need_id in day.declined:
        declined[line_id].add(need_id)
    for_one_line = {need.category for need in day.needs if need.offer_line_id is not None}
    pairs, policy = [], policy_of(day.network.food_safety)
    for name, offer, line in lots:
        until = [_until(day, offer, line, receiver, policy) for receiver in kinds[line.category]]
        refused = declined.get(line.id, ())
        if not refused and line.category not in for_one_line:  # nearly all
            pairs += [
                routing.Eligibility(name, need_name, deliver_by)
                for need_name, _, _, kind in wanting[line.category]
                if (deliver_by := until[kind]) is not None
            ]
            continue
        pairs += [
            routing.Eligibility(name, need_name, deliver_by)
            for need_name, need_id, line_wanted, kind in wanting[line.category]
            if (deliver_by := until[kind]) is not None
            and (line_wanted is None or line_wanted == line.id)
            and not (refused and need_id in refused)
        ]
    return pairs


def _until(day: Day, offer: Offer, line: OfferLine, receiver: food_safety.Receiver, policy: Policy) -> int | None:
    """By when it has to be with such a receiver, in seconds; None where they do not meet."""
    latest = _latest_for(day, offer, line, receiver, policy)
    return None if isinstance(latest, food_safety.Refusal) else _seconds(day, latest)


def _pairs_planned(day: Day) -> list[routing.Eligibility]:
    """The pairs that a plan from the beginning has: without those of places that usually turn such food down, where
    others ask for as much."""
    pairs = pairs_of(day, [(str(id), *found) for id, found in day.lines.items() if day.available.get(id, 0) > 0])
    if not day.reluctant:
        return pairs
    reluctant = {
        str(need.id): need.offer_line_id is None and (need.site_id, need.category) in day.reluctant
        for need in day.needs
    }  # who said yes to this very food is not reluctant
    needs: dict[str, dict[str, bool]] = defaultdict(dict)
    for pair in pairs:
        needs[pair.lot][pair.need] = reluctant[pair.need]
    lines = [Wanted(lot, day.available[UUID(lot)], found) for lot, found in needs.items()]
    without = left_to_others(lines, {str(need.id): need.grams for need in day.needs})
    return [pair for pair in pairs if (pair.lot, pair.need) not in without]


def why_not(day: Day, offer: Offer, line: OfferLine, need: Need) -> food_safety.Refusal | None:
    """Why the rule book, as it is now, keeps this food from this need; None where it does not."""
    if need.offer_line_id not in (None, line.id):
        return food_safety.Refusal("need_of_one_line", "They said yes to other food, and to that alone.")
    receiver = _receiver(need, day.sites[need.site_id])
    latest = _latest_for(day, offer, line, receiver, policy_of(day.network.food_safety))
    return latest if isinstance(latest, food_safety.Refusal) else None


def _latest_for(
    day: Day, offer: Offer, line: OfferLine, receiver: food_safety.Receiver, policy: Policy
) -> datetime | food_safety.Refusal:
    return food_safety.latest_arrival(
        safety_line(line),
        receiver,
        day.service_date,
        day.zone,
        ready_at=offer.pickup_from,
        policy=policy,
    )


def shift_as_solved(shift: Shift, vehicle: Vehicle, service_date: date, zone: ZoneInfo) -> routing.Shift:
    """The shift with its vehicle as the solver reads them."""
    from_second, until_second = (
        seconds_since_midnight(moment, service_date, zone) for moment in (shift.starts_at, shift.ends_at)
    )
    return routing.Shift(
        id=str(shift.id),
        vehicle=str(vehicle.id),
        organisation=str(shift.organisation_id),
        start_site=str(shift.start_site_id),
        end_site=str(shift.end_site_id),
        window=routing.TimeWindow(from_second, until_second),
        capacity=routing.Load(
            grams=vehicle.capacity_grams,
            crates=vehicle.capacity_crates,
            chilled_grams=vehicle.chilled_grams,
            frozen_grams=vehicle.frozen_grams,
            hot_grams=vehicle.hot_grams,
        ),
        profile=vehicle.profile,
        cents_per_km=vehicle.cents_per_km,
        cents_per_hour=vehicle.cents_per_hour,
        cents_per_use=vehicle.cents_per_use,
        grams_co2e_per_km=vehicle.grams_co2e_per_km,
        maximum_metres=None,
        maximum_stops=None,
    )
