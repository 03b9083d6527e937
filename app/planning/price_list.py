"""What a plan obeys, with what each of it costs, as people read it."""

from datetime import date
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field
from sqlalchemy.orm import Session, undefer

from app.domain import reasons
from app.domain.units import kg_display, km_display
from app.kit.auth import Principal
from app.kit.errors import not_found
from app.kit.wire import KgOut
from app.models.plans import Plan
from app.planning import agreed, prices


class PriceOut(BaseModel):
    """One thing that the plan obeys, and about what it costs beside the best plan that was found without it."""

    kind: Literal["agreement", "locked_route", "order"]
    agreement_id: UUID | None
    shift_id: UUID | None
    donor_name: str | None
    receiver_name: str | None
    valid_until: date | None
    vehicle_name: str | None
    like_date: date | None
    kg_held: KgOut | None = Field(description="What the agreement holds of the day's food; null for anything else")
    metres: int | None = Field(description="Driven more; null while it is not worked out")
    seconds: int | None = Field(description="Longer on the road")
    cents: int | None = Field(description="More for driving")
    kg_left_behind: KgOut | None = Field(description="Left behind more")
    sentence: str
    code: Literal["price_pending", "price_unknown", "price_nothing", "price_about"]
    details: dict[str, str]


class PricesOut(BaseModel):
    """What a plan obeys. `done` is false while prices are worked out."""

    plan_id: UUID
    done: bool
    items: list[PriceOut]


def get_prices(session: Session, principal: Principal, plan_id: UUID) -> PricesOut:
    """What a plan obeys and what that costs; raises `not_found`."""
    principal.require("plans.read")
    options = [undefer(getattr(Plan, name)) for name in ("obeyed", "prices")]
    plan = session.get(Plan, plan_id, options=options, populate_existing=True)
    if plan is None:
        raise not_found("plan")
    if not prices.subjects_of(plan.obeyed, prices.locked_shifts(plan)):
        return PricesOut(plan_id=plan.id, done=True, items=[])
    done = prices.is_current(plan) or plan.changes_plan_id is not None or bool(plan.violations)
    items = [_out(plan, subject, found, done=done) for subject, found in prices.items_of(plan)]
    return PricesOut(plan_id=plan.id, done=done, items=items)


def _out(plan: Plan, subject: prices.Subject, found: dict[str, int] | None, *, done: bool) -> PriceOut:
    code, details = _said(found, done=done)
    known = found or {}
    return PriceOut(
        kind=subject.kind,
        metres=known.get("metres"),
        seconds=known.get("seconds"),
        cents=known.get("cents"),
        kg_left_behind=known.get("grams_left"),
        code=code,
        details=details,
        sentence=reasons.sentence(code, details),
        **_about(plan, subject),
    )


def _about(plan: Plan, subject: prices.Subject) -> dict[str, Any]:
    named = dict.fromkeys(
        (
            "agreement_id",
            "shift_id",
            "donor_name",
            "receiver_name",
            "valid_until",
            "vehicle_name",
            "like_date",
            "kg_held",
        )
    )
    if subject.kind == "agreement":
        by_id = {each.rule.id: each for each in agreed.agreements_of(plan.obeyed)}
        about = by_id[subject.id]
        found: dict[str, Any] = {
            "agreement_id": subject.id,
            "donor_name": about.donor_name,
            "receiver_name": about.receiver_name,
            "valid_until": about.until,
            "kg_held": (plan.obeyed or {}).get("grams", {}).get(subject.id, 0),
        }
    elif subject.kind == "locked_route":
        vehicles = {str(route.shift_id): route.vehicle_name for route in plan.routes}
        found = {"shift_id": subject.id, "vehicle_name": vehicles.get(subject.id)}
    else:
        found = {"like_date": subject.id}
    return {**named, **found}


def _said(found: dict[str, int] | None, *, done: bool) -> tuple[Any, dict[str, str]]:
    if found is None:
        return ("price_unknown" if done else "price_pending"), {}
    if not any(found[name] for name in ("metres", "seconds", "cents", "grams_left")):
        return "price_nothing", {}
    km, kg = km_display(found["metres"]), kg_display(found["grams_left"])
    return "price_about", {"km": km if found["metres"] else "0", "kg": kg if found["grams_left"] else "0"}
