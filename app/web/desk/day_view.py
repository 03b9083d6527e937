"""All that the page of one day shows: offers, needs, the plan, what stays and why, what came of it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from app.alarms.service import standing_alarms
from app.domain.plan_edits import may_be_edited
from app.driving.photos import photos_by_stop
from app.driving.position import shared_positions
from app.fleet.service import list_shifts, list_vehicles
from app.kit.auth import Principal
from app.kit.paging import every_row
from app.models.fleet import Shift, VanPosition
from app.models.needs import Need
from app.models.offers import Offer
from app.models.partners import Network, Site
from app.models.plans import PlanRun
from app.needs.service import list_needs
from app.offers.service import list_offers
from app.partners.service import list_sites, network_of, zone_of
from app.planning import queries
from app.planning.price_list import PricesOut, get_prices
from app.planning.schemas import PlanHeadOut, PlanOut
from app.receiving.queries import Statement, differences
from app.reports.schemas import DayReportOut
from app.reports.service import day_report
from app.web.desk.standing_alarms import StandingAlarm
from app.web.desk.under_way import LiveStop, live_stops, troubles

# Figures of the comparison: label, key, kind of number, whether less is better.
COMPARED = (
    ("Food delivered", "kg_delivered", "kg"),
    ("Distance driven", "metres", "km"),
    ("Distance per tonne", "metres_per_tonne", "km"),
    ("Driver hours", "driver_seconds", "hours"),
    ("Driver hours per tonne", "seconds_per_tonne", "hours"),
    ("Vehicles", "vehicles", "count"),
    ("CO₂e of driving", "kg_co2e_driving", "kg"),
    ("Duplicate visits", "duplicate_visits", "count"),
    ("People served", "people_served", "count"),
    ("Lowest fill rate", "lowest_fill_rate", "percent"),
)
WEEK = timedelta(days=7)
# What is being done just now: the first word of a run's phase, and what people read.
PHASES = {
    "reading": "Reading the day…",
    "compiling": "Preparing the solver, once on this machine…",
    "choosing": "Choosing food banks…",
    "building": "Building routes…",
    "improving": "Improving routes…",
    "explaining": "Explaining what stays…",
    "comparing": "Comparing with the day alone…",
    "other": "Planning…",
}


@dataclass(frozen=True)
class SiteNeed:
    """What one place asks for and what the plan brings it, in grams."""

    name: str
    wanted: int
    planned: int

    @property
    def percent(self) -> int:
        """The fill."""
        return min(100, round(100 * self.planned / self.wanted)) if self.wanted else 100


@dataclass(frozen=True)
class DayView:
    """All that the page shows of one day."""

    network: Network
    zone: ZoneInfo
    day: date
    offers: Sequence[tuple[Offer, str]]  # with the store's name
    needs: Sequence[SiteNeed]
    plan: PlanOut | None
    run: PlanRun | None
    report: DayReportOut
    proposed: PlanHeadOut | None  # a change of the plan that is driven, which nobody has published yet
    shifts: Sequence[Shift]
    vehicles: Mapping[UUID, str]
    alarms: Sequence[StandingAlarm]
    counted: Sequence[Statement]  # what food banks say they received that is not what drivers reported
    prices: PricesOut | None  # of what the plan obeys
    like_date: date | None  # the same weekday of the week before, where a plan was published for it
    versions: int  # plans of the day
    sites: Mapping[UUID, str]
    positions: Mapping[UUID, VanPosition]  # by shift, where its driver shares where the van is
    live: Mapping[UUID, LiveStop]  # by stop, where each stands; empty but for the plan that is driven
    photos: Mapping[UUID, int]  # how many were taken at a stop of the plan, where there are any

    @property
    def drivers(self) -> Mapping[UUID, str]:
        """By shift, as they are named now: a published route keeps who was named then."""
        return {shift.id: shift.driver_name for shift in self.shifts}

    @property
    def shifts_shown(self) -> list[dict[str, str]]:
        """Whose lanes are shown: the shifts of the day, and those that have a route and are open no more."""
        found = {
            shift.id: _lane(
                shift.id, self.vehicles.get(shift.vehicle_id, ""), shift.driver_name, shift.starts_at, shift.ends_at
            )
            for shift in self.shifts
        }
        for route in self.plan.routes if self.plan else []:
            begin, end = route.stops[0].leave_at, route.stops[-1].arrive_at
            found.setdefault(route.shift_id, _lane(route.shift_id, route.vehicle_name, route.driver_name, begin, end))
        return list(found.values())

    @property
    def is_editable(self) -> bool:
        """Whether the plan is a draft that is edited by hand."""
        plan = self.plan
        return plan is not None and may_be_edited(plan.state) and plan.changes_plan_id is None

    @property
    def troubles(self) -> list[LiveStop]:
        """Stops that need somebody and that no alarm speaks of."""
        return troubles(self.live.values(), [alarm.row for alarm in self.alarms])

    @property
    def differences(self) -> list[Statement]:
        """Of what was counted otherwise, what nobody has seen to yet."""
        return [each for each in self.counted if each.seen_at is None]

    @property
    def differences_seen(self) -> list[Statement]:
        """What somebody has seen to; it stays in the record."""
        return [each for each in self.counted if each.seen_at is not None]

    @property
    def offered_grams(self) -> int:
        """Everything open on that day."""
        return sum(line.grams for offer, _ in self.offers for line in offer.lines)

    @property
    def planning(self) -> bool:
        """Whether a plan is being made just now."""
        return self.run is not None and self.run.state in ("queued", "running")

    @property
    def phase(self) -> str:
        """What is being done just now."""
        words = str(self.run.progress.get("phase", "")).split() if self.run else []
        return PHASES.get(words[0] if words else "", PHASES["other"])

    @property
    def progress(self) -> tuple[int, int, int] | None:
        """Grams that the best plan so far delivers, the most that any plan could, and its metres."""
        found = self.run.progress if self.run else {}
        most = found.get("bound_grams")
        return None if most is None else (found.get("grams_allocated", 0), most, found.get("metres", 0))

    @property
    def may_end_search(self) -> bool:
        """Whether somebody may take the best plan so far: a plan of the whole day is searched for, and not stored."""
        return self.run is not None and self.run.changes_plan_id is None and self.run.plan_id is None

    @property
    def travel_failures(self) -> list[str]:
        """What the chosen source of travel times failed with, a sentence each; empty where it did not."""
        travel = self.plan.travel if self.plan else {}
        told = [sentence for each in travel.values() for sentence in (each or {}).get("failures", [])]
        return list(dict.fromkeys(told))

    @property
    def estimate_error(self) -> tuple[int, int] | None:
        """Mean and worst-of-twenty error of the estimate in per cent, where it was ever compared with streets."""
        travel = self.plan.travel if self.plan else {}
        for each in travel.values():
            estimate = (each or {}).get("estimate", {})
            if "mean_error" in estimate:
                return round(100 * estimate["mean_error"]), round(100 * estimate["p95_error"])
        return None

    @property
    def compared(self) -> list[tuple[str, str, float | None, float | None]]:
        """Label, kind of number, coordinated, alone."""
        together, alone = self.report.coordinated, self.report.alone
        if not together or not alone:
            return []
        return [(label, kind, _figure(together, key), _figure(alone, key)) for label, key, kind in COMPARED]


def _figure(figures: dict[str, float], key: str) -> float | None:
    if not key.endswith("_per_tonne"):
        return figures[key]
    tonnes = figures["kg_delivered"] / 1000
    amount = figures["metres" if key == "metres_per_tonne" else "driver_seconds"]
    return amount / tonnes if tonnes else None


def _lane(shift_id: UUID, vehicle: str, driver: str, begins: datetime, ends: datetime) -> dict[str, str]:
    """A shift as the lanes need it."""
    return {
        "id": str(shift_id),
        "vehicle": vehicle,
        "driver": driver,
        "starts_at": begins.isoformat(),
        "ends_at": ends.isoformat(),
    }


def load_day(session: Session, visitor: Principal, day: date, now: datetime, plan_id: UUID | None = None) -> DayView:
    """Everything of one day, in one transaction; with the plan that is driven or else the newest draft, unless another
    one of the day is asked for."""
    network = network_of(session, visitor)
    sites = {site.id: site for site in list_sites(session)}
    plan = queries.current_plan(session, visitor, day, plan_id)
    open_offers = every_row(lambda **at: list_offers(session, visitor, service_date=day, state="open", **at))
    needs = every_row(lambda **at: list_needs(session, visitor, service_date=day, **at))
    return DayView(
        network=network,
        zone=zone_of(network),
        day=day,
        offers=[(offer, sites[offer.site_id].name) for offer in open_offers],
        needs=_needs([need for need in needs if need.state == "open"], sites, plan),
        plan=plan,
        run=queries.latest_run(session, visitor, day),
        report=day_report(session, visitor, day),
        proposed=queries.proposed_change(session, visitor, plan),
        shifts=list_shifts(session, visitor, day),
        vehicles={vehicle.id: vehicle.name for vehicle in list_vehicles(session, visitor)},
        counted=differences(session, visitor, day) if visitor.may("ledger.settle") else (),
        alarms=[StandingAlarm(row) for row in standing_alarms(session, visitor, day)],
        prices=None if plan is None else get_prices(session, visitor, plan.id),
        versions=len(queries.list_plans(session, visitor, day)),
        sites={site.id: site.name for site in sites.values()},
        live=live_stops(session, visitor, plan, now),
        positions={row.shift_id: row for row in shared_positions(session, visitor, day, now)},
        photos={} if plan is None else {stop: len(each) for stop, each in photos_by_stop(session, plan.id).items()},
        like_date=None if queries.driven_plan(session, network.id, day - WEEK) is None else day - WEEK,
    )


def _needs(needs: Sequence[Need], sites: dict[UUID, Site], plan: PlanOut | None) -> list[SiteNeed]:
    wanted: defaultdict[str, int] = defaultdict(int)
    planned: defaultdict[str, int] = defaultdict(int)
    for need in needs:
        wanted[sites[need.site_id].name] += need.grams
    for route in plan.routes if plan else []:
        for stop in route.stops:
            if stop.kind == "drop_off":
                planned[stop.site_name] += sum(each.kg for each in stop.allocations)
    found = [SiteNeed(name, grams, planned[name]) for name, grams in wanted.items()]
    return sorted(found, key=lambda need: (need.percent, need.name))
