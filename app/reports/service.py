"""Reports are folds: of the ledger for what happened, of the published plan for what coordination is worth."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain import ledger
from app.domain.counting import counted_food
from app.kit.auth import Principal
from app.ledger.service import entries_of
from app.models.offers import Offer, OfferLine
from app.models.plans import Plan
from app.partners.service import network_of
from app.reports.impact.choices import choices_for
from app.reports.schemas import DayReportOut, MassBalanceOut


def day_report(session: Session, principal: Principal, service_date: date) -> DayReportOut:
    """What became of the day's food so far."""
    principal.require("reports.read")
    offers = session.scalars(select(Offer).where(Offer.service_date == service_date)).all()
    rows = session.scalars(select(OfferLine).where(OfferLine.offer_id.in_([offer.id for offer in offers]))).all()
    entries = entries_of(session, [row.id for row in rows])
    balance = ledger.mass_balance(entries, {str(row.id): row.grams for row in rows if row.position >= 0})
    plan = _compared_plan(session, service_date)
    figures = plan.figures if plan else None
    food = counted_food({service_date: balance.for_people}, choices_for(session, principal))
    [factor] = food.used("meals")
    return DayReportOut(
        service_date=service_date,
        demonstration=network_of(session, principal).demonstration,
        offers=len([offer for offer in offers if offer.state == "open"]),
        actuals=MassBalanceOut.of(balance),
        meals=food.meals,
        meals_factor=factor.source,
        meals_factor_of=factor.name,
        grams_per_meal=factor.value,
        estimated_travel=plan is not None and plan.estimated_travel,
        coordinated=(figures or {}).get("coordinated"),
        alone=(figures or {}).get("alone"),
    )


def _compared_plan(session: Session, service_date: date) -> Plan | None:
    """The published plan, else the newest one."""
    plans = session.scalars(select(Plan).where(Plan.service_date == service_date).order_by(Plan.number.desc())).all()
    published = [plan for plan in plans if plan.state == "published"]
    return next(iter(published or plans), None)
