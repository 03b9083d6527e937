"""Plans, routes and runs as they are read."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from app.domain import reasons
from app.kit.auth import Principal
from app.kit.errors import not_found
from app.kit.paging import Order, Page, page
from app.models.offers import Offer, OfferLine
from app.models.partners import Site
from app.models.plans import Allocation, Plan, PlanRun, Route, Stop, UnservedOffer
from app.planning.edits.draft_rows import read_and_keep
from app.planning.schemas import (
    ChangeOut,
    PlanHeadOut,
    PlanOut,
    RouteOut,
    StopAllocationOut,
    StopOut,
    UnservedOut,
    ViolationOut,
)
from app.planning.store import Drawn, allocations_by_stop


def get_run(session: Session, principal: Principal, run_id: UUID) -> PlanRun:
    """One planning run; raises `not_found`."""
    principal.require("plans.read")
    found = session.get(PlanRun, run_id)
    if found is None:
        raise not_found("planning run")
    return found


def latest_run(session: Session, principal: Principal, service_date: date) -> PlanRun | None:
    """The newest planning run of a day that was to make a plan."""
    principal.require("plans.read")
    query = select(PlanRun).where(PlanRun.service_date == service_date, PlanRun.outlook.is_(False))
    return session.scalars(query.order_by(PlanRun.requested_at.desc(), PlanRun.id)).first()


def list_plans(session: Session, principal: Principal, service_date: date | None) -> list[PlanHeadOut]:
    """The plans that the caller sees, newest first."""
    principal.require("plans.read")
    query = select(Plan).order_by(Plan.service_date.desc(), Plan.number.desc()).limit(200)
    if service_date is not None:
        query = query.where(Plan.service_date == service_date)
    return [PlanHeadOut.model_validate(plan) for plan in session.scalars(query)]


def page_of_plans(
    session: Session, principal: Principal, service_date: date | None, cursor: str | None, limit: int
) -> Page[Plan]:
    """Plans that the caller sees, newest first."""
    principal.require("plans.read")
    query = select(Plan)
    if service_date is not None:
        query = query.where(Plan.service_date == service_date)
    return page(session, query, Order(Plan.service_date, Plan.number, Plan.id, newest_first=True), cursor, limit)


def current_plan(
    session: Session, principal: Principal, service_date: date, plan_id: UUID | None = None
) -> PlanOut | None:
    """The published plan of a day, or else its newest draft; the one that is asked for, if it is of that day."""
    heads = list_plans(session, principal, service_date)
    asked = [head for head in heads if head.id == plan_id]
    chosen = next((head for head in [*asked, *heads] if head.state == "published" or head in asked), None)
    chosen = chosen or (heads[0] if heads else None)
    return None if chosen is None else get_plan(session, principal, chosen.id)


def driven_plan(session: Session, network_id: UUID, service_date: date, *, lock: bool = False) -> Plan | None:
    """The plan of a day that is driven, if there is one; locked until the transaction ends, where that is asked for."""
    query = select(Plan).where(
        Plan.network_id == network_id, Plan.service_date == service_date, Plan.state == "published"
    )
    return session.scalars(query.with_for_update(key_share=True) if lock else query).first()


def driven_route(session: Session, shift_id: UUID) -> Route | None:
    """The route of a shift that is driven, if there is one."""
    query = select(Route).join(Plan, Plan.id == Route.plan_id)
    return session.scalars(query.where(Route.shift_id == shift_id, Plan.state == "published")).first()


def proposed_change(session: Session, principal: Principal, plan: PlanOut | None) -> PlanHeadOut | None:
    """The newest change of a published plan that nobody has published yet."""
    principal.require("plans.read")
    if plan is None or plan.state != "published":
        return None
    query = select(Plan).where(Plan.changes_plan_id == plan.id, Plan.state.in_(("draft", "ready")))
    found = session.scalars(query.order_by(Plan.number.desc()).limit(1)).first()
    return None if found is None else PlanHeadOut.model_validate(found)


def find_plan(session: Session, principal: Principal, plan_id: UUID) -> Plan:
    """One plan's row; raises `not_found`."""
    principal.require("plans.read")
    found = session.get(Plan, plan_id)
    if found is None:
        raise not_found("plan")
    return found


def get_plan(session: Session, principal: Principal, plan_id: UUID) -> PlanOut:
    """One plan, whole."""
    plan = find_plan(session, principal, plan_id)
    head = PlanHeadOut.model_validate(plan)
    return PlanOut.model_validate(
        {
            **{name: getattr(head, name) for name in PlanHeadOut.model_fields if name != "kg_allocated"},
            "grams_allocated": plan.grams_allocated,
            "problem_digest": plan.problem_digest,
            "travel": plan.travel,
            "figures": plan.figures,
            "routes": routes_out(session, plan),
            "unserved": _unserved(session, plan),
            "violations": violations_out(plan),
        }
    )


def violations_out(plan: Plan) -> list[ViolationOut]:
    """What a plan breaks since it was edited."""
    return told_violations(plan.violations)


def told_violations(
    violations: Sequence[dict[str, Any]], say: Callable[[str, dict[str, Any]], str] = reasons.sentence
) -> list[ViolationOut]:
    """Broken rules, as a plan's row keeps them, with their sentences."""
    return [
        ViolationOut(
            code=each["code"],
            details=each["details"],
            sentence=say(each["code"], each["details"]),
            shift_id=each["shift"],
            stop=each["stop"],
        )
        for each in violations
    ]


def routes_out(session: Session, plan: Plan) -> list[RouteOut]:
    """The routes of a plan with what happens at their stops."""
    return routes_out_of(read_and_keep(session, plan))


def routes_out_of(drawn: Drawn) -> list[RouteOut]:
    """These routes with what happens at their stops."""
    carried, stops = defaultdict[UUID, list[Allocation]](list), defaultdict[UUID, list[Stop]](list)
    for each in drawn.allocations:
        carried[each.route_id].append(each)
    for stop in drawn.stops:
        stops[stop.route_id].append(stop)
    return [route_out(route, stops[route.id], carried[route.id]) for route in drawn.routes]


def _unserved(session: Session, plan: Plan) -> list[UnservedOut]:
    lines = {
        line.id: (line, name)
        for line, name in session.execute(
            select(OfferLine, Site.name)
            .join(Offer, Offer.id == OfferLine.offer_id)
            .join(Site, Site.id == Offer.site_id)
            .where(OfferLine.id.in_([each.offer_line_id for each in plan.unserved]))
        )
    }
    return [
        UnservedOut(
            offer_id=each.offer_id,
            line_id=each.offer_line_id,
            site_name=lines[each.offer_line_id][1],
            description=lines[each.offer_line_id][0].description,
            kg=each.grams,
            reason=each.reason,
            details=each.details,
            sentence=reasons.sentence(each.reason, each.details),
            change=_change(each),
        )
        for each in plan.unserved
    ]


def _change(unserved: UnservedOffer) -> ChangeOut | None:
    if unserved.change is None:
        return None
    details = unserved.change_details
    return ChangeOut(code=unserved.change, details=details, sentence=reasons.sentence(unserved.change, details))


def route_out(route: Route, stops: Sequence[Stop], allocations: Sequence[Allocation]) -> RouteOut:
    """A route with its stops in their order, and with what happens at each of them."""
    mine = [each for each in allocations if each.route_id == route.id]
    by_stop = allocations_by_stop(sorted(mine, key=lambda each: (each.pickup_at, each.drop_off_at, each.id)))
    shown = [
        StopOut.model_validate(stop).model_copy(
            update={"allocations": [StopAllocationOut.model_validate(each) for each in by_stop.get(stop.id, [])]}
        )
        for stop in stops
    ]
    values = {name: getattr(route, name) for name in RouteOut.model_fields if name != "stops"}
    return RouteOut.model_validate({**values, "stops": shown})


def get_route(session: Session, principal: Principal, route_id: UUID) -> RouteOut:
    """One route; raises `not_found`."""
    principal.require("routes.read")
    found = session.get(Route, route_id)
    if found is None:
        raise not_found("route")
    return route_out(
        found, found.stops, session.scalars(select(Allocation).where(Allocation.route_id == found.id)).all()
    )


def plan_documents(session: Session, principal: Principal, plan_id: UUID) -> dict[str, Any]:
    """The problem and the plan as `python -m routing check` reads them."""
    principal.require("plans.read")
    plan = session.get(Plan, plan_id, options=[undefer(Plan.problem), undefer(Plan.document)])
    if plan is None:
        raise not_found("plan")
    return {"problem": plan.problem, "plan": plan.document}
