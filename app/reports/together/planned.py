"""The day as it was planned: the plan that was published before anything was driven, and the problem it answers."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

import routing
from app.domain.funding import Rates
from app.models.plans import Plan
from app.planning.agreed import agreed_stores, read_agreements
from app.planning.queries import driven_plan
from app.reports.together.asked import Asked


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


@dataclass(frozen=True)
class PlannedRates:
    """What a shift's van costs and emits, as the plan has it."""

    rates: Rates
    grams_co2e_per_km: int


def planned_rates(session: Session, plan: Plan) -> dict[str, PlannedRates]:
    """By shift, what driving cost as the day was planned; of shifts that came while the day was under way, as they
    came."""
    session.refresh(plan, ["problem"])
    plans = [plan] if plan.changes_plan_id is None else [plan, before_all_changes(session, plan)]
    return {
        shift["id"]: PlannedRates(
            Rates(shift.get("cents_per_km", 0), shift.get("cents_per_hour", 0), shift.get("cents_per_use", 0)),
            shift.get("grams_co2e_per_km", 0),
        )
        for each in plans  # the day as it began has the last word
        for shift in each.problem["shifts"]
    }


def before_all_changes(session: Session, plan: Plan) -> Plan:
    """The plan that this one, if it is a change, goes back to, whatever lies between."""
    origin = plan
    while origin.changes_plan_id is not None:
        origin = session.get_one(Plan, origin.changes_plan_id)
    query = select(Plan).where(Plan.id == origin.id).options(undefer(Plan.problem), undefer(Plan.document))
    return session.scalars(query.execution_options(populate_existing=True)).one()
