"""A draft as the product stores it, its one route drawn by hand: for tests of what is done to drafts."""

from pathlib import Path
from uuid import UUID

import numpy as np

import routing
from app.kit.db import Database
from app.kit.tenancy import Scope
from app.planning import snapshot, store
from app.roads.estimate import EstimatedRoads, Fit
from app.roads.provider import Point
from app.roads.streets import Streets
from app.roads.travel import Travel
from routing import Cargo, Unserved, Visit
from tests.conftest import MORNING


def drawn_draft(database: Database, network_id: UUID, line: str, shift: str) -> UUID:
    """The next draft of the line's day: the shift brings the line to the first need that may have it."""
    day = MORNING.date()
    with database.transaction(Scope(network=network_id)) as session:
        found = snapshot.read_day(session, network_id, day)
    travel = _estimated(found)
    problem = snapshot.to_problem(found, {"car": travel})
    document = routing.plan_to_json(_drawn(problem, line, shift))
    plan = routing.plan_from_json(document)
    assert routing.check(problem, plan) == ()
    way = store.Way(Streets(Path("nowhere")), {"car": travel})
    with database.transaction(Scope(network=network_id)) as session:
        return store.save(session, store.to_rows(found, store.CheckedPlan(problem, plan, document), way, MORNING))


def _estimated(day: snapshot.Day) -> Travel:
    roads, sites = EstimatedRoads(Fit()), list(day.sites.values())
    matrix = roads.matrix([Point(site.longitude, site.latitude, site.name) for site in sites])
    tables = np.stack([matrix.seconds, matrix.metres])
    ids = tuple(site.id for site in sites)
    return Travel("car", ids, matrix.snaps, tables, "estimate", roads.fingerprint(), estimated=True)


def _drawn(problem: routing.Problem, line: str, shift: str) -> routing.Plan:
    lot = problem.lots_by_id[line]
    need = problem.needs_by_id[problem.needs_for(line)[0]]
    cargo = (Cargo(line, need.id, min(lot.grams, need.grams)),)
    tour = (Visit("pickup", lot.site, cargo), Visit("drop_off", need.site, cargo))
    tours = [tour if each.id == shift else () for each in problem.shifts]
    left = {each.id: each.grams for each in problem.lots} | {line: lot.grams - cargo[0].grams}
    stays = [Unserved(each, grams, "no_time_on_any_route", {}) for each, grams in left.items() if grams > 0]
    nothing = routing.Plan(problem.digest(), (), (), (), "by hand", 1)
    return routing.plan_by_hand(problem, nothing, tours, stays)
