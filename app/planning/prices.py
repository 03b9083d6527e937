"""What each thing that a plan obeys costs: an agreement, a locked route, the order of another day.

The day is planned again without it, beginning with the plan itself, in the solver's process and after the plan is
stored: nobody waits for it. The search is no proof, so that every price is "about": where it finds nothing better, the
thing costs nothing measurable.
"""

import hashlib
import json
from collections.abc import Awaitable, Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

import routing
from app.kit.db import Database
from app.kit.jobs import defer
from app.kit.tenancy import Scope
from app.models.plans import Plan, Route
from app.planning import agreed
from app.planning.kept import Kept, keeping

PRICE_PLAN = "planning:price_plan"
MOST_SECONDS = 5.0  # of one search
MOST_PRICED = 6  # of one plan: each is a search
SECONDS_TO_GATHER = 3.0  # a dispatcher who edits goes on editing


@dataclass(frozen=True)
class Without:
    """A day to be planned without something. orders: of places, by shift, that are kept all the same."""

    problem: routing.Problem
    later: list[list[str]]
    orders: dict[str, list[list[str]]] | None
    start: dict[str, Any] | None


SolveAgain = Callable[[Without], Awaitable[dict[str, Any]]]


@dataclass(frozen=True)
class Subject:
    """What is priced: an agreement by its id, a locked route by its shift, or the order of a day by its date."""

    kind: str
    id: str


@dataclass(frozen=True)
class Asked:
    """A plan whose prices are wanted."""

    problem: routing.Problem
    plan: routing.Plan
    obeyed: agreed.Obeyed
    locked: frozenset[str]
    edited: bool
    seed: int
    fingerprint: str


def subjects_of(obeyed: agreed.Obeyed | None, locked: Collection[str]) -> list[Subject]:
    """All that a plan obeys and that has a price; agreements only where they hold something of it."""
    known = obeyed or {}
    holding = {each for agreements in known.get("held", {}).values() for each in agreements}
    agreements = [each["rule"]["id"] for each in known.get("agreements", ())]
    found = [Subject("agreement", each) for each in agreements if each in holding]
    found += [Subject("locked_route", each) for each in sorted(locked)]
    return found + ([Subject("order", known["like"]["service_date"])] if known.get("like") else [])


def fingerprint_of(document: dict[str, Any], locked: Sequence[str]) -> str:
    """Of what is driven and what is locked: prices are those of one such plan."""
    said = json.dumps([document.get("routes"), document.get("allocations"), sorted(locked)], sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()


def locked_shifts(plan: Plan) -> list[str]:
    """The shifts whose routes are locked."""
    return [str(route.shift_id) for route in plan.routes if route.locked]


def ask_for_prices(session: Session, plan: Plan, locked: Collection[str] | None = None) -> None:
    """Have a plan's prices worked out in a moment, where it obeys anything. A change of a driven plan has none: its
    problem is the rest of a day. locked: the shifts whose routes are, for whoever knows them."""
    if plan.changes_plan_id is not None:
        return
    if locked is None:  # a large plan has many that are not
        of_plan = select(Route.shift_id).where(Route.plan_id == plan.id, Route.locked)
        locked = [*map(str, session.scalars(of_plan))]
    if not subjects_of(plan.obeyed, locked):
        return
    defer(
        session,
        PRICE_PLAN,
        lock=f"{plan.id}:prices",
        seconds=SECONDS_TO_GATHER,
        plan_id=str(plan.id),
        network_id=str(plan.network_id),
    )


def read_asked(database: Database, scope: Scope, plan_id: UUID) -> Asked | None:
    """The plan as it is now; None where it is gone, breaks rules, or was priced as it is already."""
    with database.transaction(scope) as session:
        plan = session.get(Plan, plan_id)
        if plan is None or plan.violations:
            return None
        session.refresh(plan, ["problem", "document", "obeyed", "prices"])
        locked = locked_shifts(plan)
        fingerprint = fingerprint_of(plan.document, locked)
        if (plan.prices or {}).get("of") == fingerprint:
            return None
        problem, drawn = routing.problem_from_json(plan.problem), routing.plan_from_json(plan.document)
        return Asked(problem, drawn, plan.obeyed or {}, frozenset(locked), plan.edits > 0, plan.seed, fingerprint)


async def price(asked: Asked, solve_again: SolveAgain) -> dict[str, Any]:
    """The prices as a plan's row keeps them."""
    base = replace(asked.problem, locked=())
    whole = keeping(base, Kept(asked.plan, asked.locked))
    beside = asked.plan
    if asked.edited:  # by hand: what is not locked may be searched on, with the thing as without it
        beside = await _solved(_without(asked, whole, asked.obeyed, like=True), solve_again) or asked.plan
    items = []
    for subject in subjects_of(asked.obeyed, sorted(asked.locked))[:MOST_PRICED]:
        question = _question(asked, subject, base)
        other = await _solved(question, solve_again)
        if other is not None:
            items.append({"kind": subject.kind, "id": subject.id, **difference(question.problem, beside, other)})
    return {"of": asked.fingerprint, "items": items}


def _question(asked: Asked, subject: Subject, base: routing.Problem) -> Without:
    if subject.kind == "agreement":
        left = [each for each in agreed.agreements_of(asked.obeyed) if each.rule.id != subject.id]
        obeying = agreed.obeying(agreed.freed(base, asked.obeyed), left)
        told = {**(obeying.told() or {}), **({"like": asked.obeyed["like"]} if "like" in asked.obeyed else {})}
        return _without(asked, keeping(obeying.problem, Kept(asked.plan, asked.locked)), told, like=True)
    if subject.kind == "locked_route":
        others = Kept(asked.plan, asked.locked - {subject.id})
        return _without(asked, keeping(base, others), asked.obeyed, like=True)
    return _without(asked, keeping(base, Kept(asked.plan, asked.locked)), asked.obeyed, like=False)


def _without(asked: Asked, problem: routing.Problem, obeyed: agreed.Obeyed, *, like: bool) -> Without:
    orders = obeyed.get("like", {}).get("orders") if like else None
    begin = replace(asked.plan, problem_digest=problem.digest())
    fits = orders is None and not routing.check(problem, begin)
    return Without(problem, obeyed.get("later", []), orders, routing.plan_to_json(begin) if fits else None)


async def _solved(question: Without, solve_again: SolveAgain) -> routing.Plan | None:
    """None for an answer that the checker objects to."""
    plan = routing.plan_from_json(await solve_again(question))
    return None if routing.check(question.problem, plan) else plan


def difference(problem: routing.Problem, plan: routing.Plan, other: routing.Plan) -> dict[str, int]:
    """What the plan drives more, takes longer, costs more and leaves more behind than the other, which has the thing
    not; all of it nothing where the other plan is worth no more, since it was then found no better one."""
    fits = not routing.check(problem, replace(plan, problem_digest=problem.digest()))
    better = not fits or routing.worth_of_plan(problem, other) > routing.worth_of_plan(problem, plan)
    more = {
        "metres": plan.metres - other.metres,
        "seconds": plan.seconds - other.seconds,
        "cents": routing.driving_cents(problem, plan) - routing.driving_cents(problem, other),
        "grams_left": other.grams_allocated - plan.grams_allocated,
    }
    return {name: max(0, amount) if better else 0 for name, amount in more.items()}


def keep(database: Database, scope: Scope, plan_id: UUID, found: dict[str, Any]) -> None:
    """Keep the prices with the plan. Its version stays: nothing of what is driven has changed."""
    with database.transaction(scope) as session:
        session.execute(update(Plan).where(Plan.id == plan_id).values(prices=found))


def items_of(plan: Plan) -> Iterator[tuple[Subject, dict[str, int] | None]]:
    """Everything that the plan obeys with what it costs; None where that is not worked out for the plan as it is."""
    locked = locked_shifts(plan)
    known = plan.prices or {}
    current = known.get("of") == fingerprint_of(plan.document, locked)
    priced = {(each["kind"], each["id"]): each for each in known.get("items", ())} if current else {}
    for subject in subjects_of(plan.obeyed, locked):
        yield subject, priced.get((subject.kind, subject.id))


def is_current(plan: Plan) -> bool:
    """Whether the prices are those of the plan as it is."""
    return (plan.prices or {}).get("of") == fingerprint_of(plan.document, locked_shifts(plan))
