"""The dispatcher's day: offers, needs, the plan on the map, what stays and why, publish, what came of it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Form, Request, Response
from sqlalchemy.orm import Session

from app.alarms.service import acknowledge_alarm, standing_alarms
from app.domain.plan_edits import may_be_edited
from app.domain.receiving import SAYS_CRATES
from app.driving.photos import photos_by_stop
from app.driving.position import shared_positions
from app.fleet.service import give_driver_link, list_shifts, list_vehicles
from app.kit.auth import Principal
from app.kit.errors import WaslError
from app.kit.paging import LARGEST_PAGE
from app.kit.web import database_of, now_of
from app.models.fleet import Shift, VanPosition
from app.models.needs import Need
from app.models.offers import Offer
from app.models.partners import Network, Site
from app.models.plans import PlanRun
from app.needs.service import list_needs
from app.needs.standing import fill_day
from app.offers.service import list_offers
from app.partners.service import list_sites, network_of, zone_of
from app.planning import asking, queries, service
from app.planning.edits.service import copy_plan
from app.planning.price_list import PricesOut, get_prices
from app.planning.schemas import ChangeWishIn, PlanHeadOut, PlanOut
from app.receiving.queries import Statement, differences
from app.receiving.service import see_difference
from app.reports.schemas import DayReportOut
from app.reports.service import day_report
from app.web.ahead import instant, load_ahead
from app.web.language import language_of
from app.web.rendering import render, see_other
from app.web.standing_alarms import StandingAlarm
from app.web.trying import may_try, site_of_change
from app.web.under_way import LiveStop, live_stops, troubles
from app.web.visitor import Visitor

router = APIRouter(include_in_schema=False)
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
    return DayView(
        network=network,
        zone=zone_of(network),
        day=day,
        offers=[(offer, sites[offer.site_id].name) for offer in _all_offers(session, visitor, day)],
        needs=_needs(_all_needs(session, visitor, day), sites, plan),
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


def _all_offers(session: Session, visitor: Principal, day: date) -> list[Offer]:
    found: list[Offer] = []
    cursor = None
    while True:
        page = list_offers(session, visitor, service_date=day, state="open", cursor=cursor, limit=LARGEST_PAGE)
        found += page.items
        cursor = page.next_cursor
        if cursor is None:
            return found


def _all_needs(session: Session, visitor: Principal, day: date) -> list[Need]:
    found: list[Need] = []
    cursor = None
    while True:
        page = list_needs(session, visitor, service_date=day, cursor=cursor, limit=LARGEST_PAGE)
        found += [need for need in page.items if need.state == "open"]
        cursor = page.next_cursor
        if cursor is None:
            return found


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


@router.get("/day")
def show(request: Request, visitor: Visitor, date: str = "", plan: str = "", differs: str = "") -> Response:
    """The day that was asked for, or today; with the plan that was asked for. differs: a difference is another one than
    somebody wanted to say was seen to."""
    return _show(request, visitor, date, plan_id=_uuid_or_none(plan), differs_again=bool(differs))


def _uuid_or_none(wished: str) -> UUID | None:
    try:
        return UUID(wished)
    except ValueError:
        return None


def _show(
    request: Request,
    visitor: Principal,
    wished: str,
    link: str | None = None,
    plan_id: UUID | None = None,
    *,
    differs_again: bool = False,
) -> Response:
    visitor.require("plans.read")
    with database_of(request).transaction(visitor.scope) as session:
        today = now_of(request).astimezone(zone_of(network_of(session, visitor))).date()
        day = _date_or(wished, today)
        fill_day(session, visitor.network_id, day, now_of(request))
        view = load_day(session, visitor, day, now_of(request), plan_id)
        driven = view.plan is not None and view.plan.published_at is not None
        ahead = load_ahead(session, visitor, day, today, driven=driven)
    language, may_edit = language_of(request), visitor.may("plans.edit")
    return render(
        request,
        "day.html",
        signed_in=visitor.name,
        demonstration=view.network.demonstration,
        view=view,
        ahead=ahead,
        clock_of=lambda text: language.clock(instant(text), view.zone),
        before=view.day - timedelta(days=1),
        after=view.day + timedelta(days=1),
        link=link,
        says_crates=SAYS_CRATES,
        differs_again=differs_again,
        may_plan=visitor.may("plans.request"),
        may_edit=may_edit,
        may_import=visitor.may("regions.import"),
        may_try=lambda line: view.plan is not None and may_edit and view.is_editable and may_try(view.plan, line),
        site_of_change=lambda change: site_of_change(change, view.sites) if visitor.may("sites.edit") else None,
        phases=PHASES,
    )


def _date_or(wished: str, otherwise: date) -> date:
    try:
        return date.fromisoformat(wished)
    except ValueError:
        return otherwise


@router.post("/day/plan")
def plan(
    request: Request, visitor: Visitor, day: Annotated[str, Form()], like_date: Annotated[str, Form()] = ""
) -> Response:
    """Ask for a plan of the day, perhaps in the order of another one."""
    wished = _date_or(day, now_of(request).date())
    like = _date_or(like_date, wished) if like_date else None
    with database_of(request).transaction(visitor.scope) as session:
        asking.request_plan(session, visitor, wished, now_of(request), like)
    return see_other("/day", date=wished.isoformat())


@router.post("/day/end-search")
def end_search(
    request: Request, visitor: Visitor, day: Annotated[str, Form()], run_id: Annotated[UUID, Form()]
) -> Response:
    """Take the best plan so far; a search that has ended meanwhile shows its plan."""
    try:
        with database_of(request).transaction(visitor.scope) as session:
            asking.end_search(session, visitor, run_id, now_of(request))
    except WaslError as error:
        if error.code != asking.RUN_HAS_ENDED:
            raise
    return see_other("/day", date=_date_or(day, now_of(request).date()).isoformat())


@router.post("/day/publish")
def publish(
    request: Request,
    visitor: Visitor,
    day: Annotated[str, Form()],
    plan_id: Annotated[UUID, Form()],
    version: Annotated[int, Form()],
) -> Response:
    """Publish the plan as it was shown."""
    with database_of(request).transaction(visitor.scope) as session:
        service.publish_plan(session, visitor, plan_id, version, now_of(request))
    return see_other("/day", date=day)


@router.post("/day/copy")
def copy(request: Request, visitor: Visitor, day: Annotated[str, Form()], plan_id: Annotated[UUID, Form()]) -> Response:
    """A draft with the same routes, to edit and publish in place of the plan."""
    with database_of(request).transaction(visitor.scope) as session:
        made = copy_plan(session, visitor, plan_id, now_of(request)).id
    return see_other("/day", date=day, plan=str(made))


@router.post("/day/change")
def change(
    request: Request, visitor: Visitor, day: Annotated[str, Form()], plan_id: Annotated[UUID, Form()]
) -> Response:
    """Ask for the smallest change of the plan that is driven."""
    with database_of(request).transaction(visitor.scope) as session:
        asking.request_change(session, visitor, plan_id, ChangeWishIn(), now_of(request))
    return see_other("/day", date=day)


@router.post("/day/acknowledge")
def acknowledge(
    request: Request,
    visitor: Visitor,
    day: Annotated[str, Form()],
    alarm_id: Annotated[UUID, Form()],
    version: Annotated[int, Form()],
) -> Response:
    """Take an alarm on, as it was shown."""
    with database_of(request).transaction(visitor.scope) as session:
        acknowledge_alarm(session, visitor, alarm_id, version, now_of(request))
    return see_other("/day", date=day)


@router.post("/day/seen")
def see(
    request: Request,
    visitor: Visitor,
    day: Annotated[str, Form()],
    confirmation_id: Annotated[UUID, Form()],
    delivered_grams: Annotated[int | None, Form(ge=0)] = None,
) -> Response:
    """Say that a difference is seen to, as it was shown; where it is another one meanwhile, that one is shown."""
    try:
        with database_of(request).transaction(visitor.scope) as session:
            see_difference(session, visitor, confirmation_id, delivered_grams, now_of(request))
    except WaslError as error:
        if error.code != "difference_changed":
            raise
        return see_other("/day", date=day, differs="again")
    return see_other("/day", date=day)


@router.post("/day/driver-link")
def driver_link(
    request: Request, visitor: Visitor, day: Annotated[str, Form()], shift_id: Annotated[UUID, Form()]
) -> Response:
    """A fresh link for the driver of a route, shown this once."""
    with database_of(request).transaction(visitor.scope) as session:
        _, secret = give_driver_link(session, visitor, shift_id, now_of(request))
    base = request.app.state.settings.base_url or str(request.base_url).rstrip("/")
    return _show(request, visitor, day, f"{base}/drive/{secret}")
