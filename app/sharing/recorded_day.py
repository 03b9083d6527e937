"""A day that was driven, read for its shares once nothing can be reported of it any more: the same fold of the books
and the reports that days together are recorded by (app.reports.together.recorded)."""

import hashlib
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

import routing
from app.domain.driver_link import STORED_REPORTS
from app.domain.funding import Rates
from app.domain.service_date import seconds_since_midnight
from app.kit.many_rows import among
from app.models.offers import Offer, OfferLine
from app.models.plans import Route
from app.planning import snapshot
from app.planning.queries import driven_plan
from app.planning.snapshot import Day
from app.reports.together.planned import before_all_changes, planned_rates
from app.reports.together.reading import as_it_was, with_needs
from app.reports.together.recorded import RecordedDay, last_shift_ends, recorded_day
from app.roads.travel import TravelTables
from app.sharing.as_driven import brought_problem, driven_plan_of
from app.sharing.working_out import GROUPS_ASKED, DayRead, asked, grams_by_partner


@dataclass(frozen=True)
class Driven:
    """A day that was driven, apart from the database: its rows, what is recorded, and the plan that is driven with its
    stops by shift; `planned` and `plan` are the day as it began."""

    day: Day
    recorded: RecordedDay
    plan_id: UUID
    plan_number: int
    stops: Mapping[str, tuple[routing.Stop, ...]]
    planned: routing.Problem
    plan: routing.Plan
    rates: Mapping[str, Rates]
    changed_later: bool


def reports_until(session: Session, network_id: UUID, service_date: date) -> datetime | None:
    """Until when a day can still be reported; None where nobody drives."""
    ended = last_shift_ends(session, network_id, service_date)
    return None if ended is None else ended + STORED_REPORTS


def read_driven(session: Session, network_id: UUID, service_date: date, now: datetime) -> Driven | None:
    """The day's rows; None while it can still be reported, and where nobody reported it or it was not published.

    Raises BooksDisagree, and routing.ProblemError for a plan that cannot be read any more.
    """
    published = driven_plan(session, network_id, service_date)
    until = reports_until(session, network_id, service_date)
    if published is None or until is None or now < until:
        return None
    day = as_it_was(session, snapshot.read_day(session, network_id, service_date))
    recorded = recorded_day(session, day, {shift.id: shift.organisation_id for shift in day.shifts})
    if recorded is None or not recorded.routes:
        return None
    day = _with_lines(session, with_needs(session, day, recorded), recorded)
    stops = {str(route.shift_id): _stops(day, route) for route in recorded.plan.routes}
    whole = before_all_changes(session, published)
    planned, plan = routing.problem_from_json(whole.problem), routing.plan_from_json(whole.document)
    rates = {shift: each.rates for shift, each in planned_rates(session, published).items()}
    found = Driven(
        day, recorded, published.id, published.number, stops, planned, plan, rates, changed_later=whole != published
    )
    session.expunge_all()
    return found


def _with_lines(session: Session, day: Day, recorded: RecordedDay) -> Day:
    """With all food that was brought, whatever became of its offer since: at least as much as was brought."""
    brought: defaultdict[UUID, int] = defaultdict(int)
    for each in recorded.brought:
        brought[UUID(each.line)] += each.grams
    offers = {offer.id for offer in day.offers}
    missing = select(Offer).join(OfferLine, OfferLine.offer_id == Offer.id)
    missing = missing.where(among(OfferLine.id, list(set(brought) - set(day.lines)))).distinct()
    others = [row for row in session.scalars(missing.order_by(Offer.id)) if row.id not in offers]
    grams = {line: max(day.available.get(line, 0), found) for line, found in brought.items()}
    return replace(day, offers=[*day.offers, *others], available={**day.available, **grams})


def recorded_question(
    driven: Driven, tables: TravelTables, now: datetime, seed: int, most_groups: int = GROUPS_ASKED
) -> DayRead:
    """Whose groups, about `most_groups`, have to be asked what they would pay for the very food that was brought.
    Outside of a transaction: tables of travel may have to be made."""
    day, recorded = driven.day, driven.recorded
    needed = {site.id for site in snapshot.sites_of(day)}
    sites = list(day.sites.values())
    travel = {profile: tables.of(day.network, sites, profile, now, needed) for profile in snapshot.profiles_of(day)}
    problem = brought_problem(snapshot.to_problem(day, travel), driven.planned, recorded.brought, driven.rates)
    plan = driven_plan_of(
        problem,
        recorded.routes,
        driven.stops,
        recorded.brought,
        engine=driven.plan.engine,
        seed=driven.plan.seed,
    )
    facts = {
        "plan_number": driven.plan_number,
        "changed_later": driven.changed_later,
        "routes_reported": len(recorded.routes),
        "routes_measured": recorded.measured,
        "metres": plan.metres,
        "seconds": plan.seconds,
        "grams": plan.grams_allocated,
        "planned_grams": driven.plan.grams_allocated,
    }
    wanted = grams_by_partner(driven.planned, driven.plan)
    said = [routing.plan_to_json(plan), facts, wanted, recorded.without_figures]  # the plan has the problem's digest
    return DayRead(
        kind="recorded",
        plan_id=driven.plan_id,
        asked=asked(problem, plan, seed, as_planned=False, most_groups=most_groups),
        digest=hashlib.sha256(orjson.dumps(said, option=orjson.OPT_SORT_KEYS)).hexdigest(),
        facts=facts,
        planned_grams=wanted,
        not_reported=len(recorded.without_figures),
    )


def _stops(day: Day, route: Route) -> tuple[routing.Stop, ...]:
    """The stops as they were published last; what is on board after each is asked by nobody."""
    return tuple(
        routing.Stop(
            stop.kind,
            str(stop.site_id),
            arrive=_second(day, stop.arrive_at),
            begin=_second(day, stop.begin_at),
            leave=_second(day, stop.leave_at),
            metres_from_previous=stop.metres_from_previous,
            seconds_from_previous=stop.seconds_from_previous or 0,
            load_after=routing.Load(),
        )
        for stop in route.stops
    )


def _second(day: Day, moment: datetime) -> int:
    return seconds_since_midnight(moment, day.service_date, day.zone)
