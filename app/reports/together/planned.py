"""The day as it was planned: the plan that was published before anything was driven, and the problem it answers."""

from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

import routing
from app.models.plans import Plan
from app.planning.agreed import read_agreements
from app.planning.queries import driven_plan
from app.reports.together.asked import Asked, agreed_stores


def planned_day(session: Session, network_id: UUID, service_date: date) -> Asked | None:
    """The question of a published day; None where nothing is published.

    A change of a day under way answers the rest of a day alone: what was planned is what it was changed from.
    """
    published = driven_plan(session, network_id, service_date)
    if published is None:
        return None
    whole = before_all_changes(session, published)
    problem = routing.problem_from_json(whole.problem)
    document = whole.document
    agreements = read_agreements(session, network_id, service_date)
    return Asked(
        kind="planned",
        plan_id=whole.id,
        problem=problem,
        agreed=agreed_stores(agreements),
        seed=whole.seed,
        plan=document,
        facts={"plan_number": whole.number, "changed_later": whole.id != published.id},
    )


def before_all_changes(session: Session, plan: Plan) -> Plan:
    """The plan that this one, if it is a change, goes back to, whatever lies between."""
    origin = plan
    while origin.changes_plan_id is not None:
        origin = session.get_one(Plan, origin.changes_plan_id)
    query = select(Plan).where(Plan.id == origin.id).options(undefer(Plan.problem), undefer(Plan.document))
    return session.scalars(query.execution_options(populate_existing=True)).one()
