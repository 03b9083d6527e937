"""Verbs: learn from what drivers reported lately, say how true the planned arrival times were."""

from collections import defaultdict
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.domain.pace import Factor, Pace, learn_pace
from app.domain.service_times import Visit, learn_service_time
from app.domain.travel_truth import ArrivalReport, arrival_report, arrivals_of, legs_of, visits_of
from app.kit import audit
from app.kit.auth import Principal
from app.kit.db import ROW_LOCK
from app.kit.errors import refused
from app.learning.expected import keep_expected
from app.learning.queries import driven_routes
from app.learning.reliability import keep_reliability
from app.models.partners import Network, Site
from app.models.roads import LearntPace, LearntServiceTime
from app.partners.service import network_of, zone_of

WINDOW = timedelta(weeks=12)
LONGEST_REPORT = timedelta(days=366)


def learn_now(session: Session, principal: Principal, now: datetime) -> None:
    """Learn from the last twelve weeks, at somebody's wish."""
    principal.require("plans.request")
    network = network_of(session, principal)
    legs = learn(session, network.id, now)
    audit.record(session, principal, "learning.learn", ("network", network.id), now, legs=legs)


def learn(session: Session, network_id: UUID, now: datetime) -> int:
    """Replace what was learnt of a network by what its last twelve weeks say; the number of legs."""
    network = session.get_one(Network, network_id, with_for_update=ROW_LOCK)  # one learns at a time
    zone = zone_of(network)
    today = now.astimezone(zone).date()
    driven = driven_routes(session, network.id, today - WINDOW, today)
    legs = [leg for each in driven if each.comparable for leg in legs_of(each.route, zone)]
    session.merge(_pace_row(network.id, learn_pace(legs), now))
    visits: defaultdict[UUID, list[Visit]] = defaultdict(list)
    for each in driven:
        for site, visit in visits_of(each.route):
            visits[UUID(site)].append(visit)
    _keep_service_times(session, network.id, visits, now)
    keep_expected(session, network, WINDOW, today, now)
    keep_reliability(session, network, WINDOW, today, now)
    session.flush()
    return len(legs)


def _pace_row(network_id: UUID, pace: Pace, now: datetime) -> LearntPace:
    rows = [(None, hour, factor) for hour, factor in enumerate(pace.hours)]
    cells = [(day, hour, factor) for (day, hour), factor in sorted(pace.cells.items())]
    return LearntPace(
        network_id=network_id,
        legs=pace.overall.legs,
        overall=_plain(pace.overall),
        hours=[{"weekday": day, "hour": hour, **_plain(factor)} for day, hour, factor in [*rows, *cells]],
        learnt_at=now,
    )


def _plain(factor: Factor) -> dict[str, int]:
    return {"percent": factor.percent, "error": factor.error, "legs": factor.legs}


def _keep_service_times(
    session: Session, network_id: UUID, visits: defaultdict[UUID, list[Visit]], now: datetime
) -> None:
    session.execute(
        delete(LearntServiceTime).where(
            LearntServiceTime.network_id == network_id, LearntServiceTime.site_id.not_in(visits)
        )
    )
    for site in session.scalars(select(Site).where(Site.network_id == network_id, Site.id.in_(visits))):
        found = learn_service_time(visits[site.id], site.setup_seconds, site.service_seconds)
        session.merge(
            LearntServiceTime(
                site_id=site.id,
                network_id=network_id,
                organisation_id=site.organisation_id,
                stops=found.stops,
                setup_seconds=found.setup_seconds,
                service_seconds=found.service_seconds,
                error_seconds=found.error_seconds,
                learnt_at=now,
            )
        )


def arrivals(session: Session, principal: Principal, first: date, last: date) -> ArrivalReport:
    """Planned against real arrivals of these days, both included.

    Raises `range_inverted` and `range_too_long` (422).
    """
    principal.require("reports.read")
    if last < first:
        raise refused("range_inverted", "The last day is before the first. Swap the two.")
    if last - first > LONGEST_REPORT:
        raise refused("range_too_long", "A report covers at most a year. Choose fewer days.")
    network = network_of(session, principal)
    zone = zone_of(network)
    driven = driven_routes(session, network.id, first, last)
    return arrival_report([arrival for each in driven for arrival in arrivals_of(each.route, each.day, zone)])
