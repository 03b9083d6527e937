"""Ladders of a day and questions to food banks, as they are read."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.outlets import KINDS
from app.escalation.facts import Case, lines_of_day, read_cases
from app.escalation.schemas import AskedOut, AskOut, LadderOut, StepOut
from app.kit.auth import Principal
from app.kit.paging import Order, Page, page
from app.kit.tenancy import Scope, within
from app.models.escalations import Ask
from app.models.partners import Network
from app.outlets.schemas import OutletChoiceOut
from app.partners.service import network_of


def ladders_of_day(session: Session, principal: Principal, service_date: date, now: datetime) -> list[LadderOut]:
    """The ladders of the lines that the caller sees, those whose pickup ends first first."""
    principal.require("plans.read")
    lines = lines_of_day(session, network_of(session, principal), service_date)
    everything = Scope(network=principal.network_id)
    with within(session, everything, principal.scope):
        network = session.get_one(Network, principal.network_id)
        cases = read_cases(session, network, lines, now)
        return [_ladder(case, whole=principal.sees_network) for case in cases]


def _ladder(case: Case, *, whole: bool) -> LadderOut:
    """whole: with the food banks that were asked, which a donor does not see."""
    state, ended_as = _state(case)
    steps = _steps(case, over=state == "over")
    coming = next((each for each in steps if each.taken_at is None), None)
    if state in ("over", "stopped"):
        coming = None
    outlets = [outlet for kind in KINDS for outlet in case.fitting(kind, case.now)] if case.there else []
    return LadderOut(
        offer_id=case.offer.id,
        offer_line_id=case.line.id,
        site_id=case.store.id,
        site_name=case.store.name,
        description=case.line.description,
        category=case.line.category,
        kg=case.there,
        kg_wanted=case.wanted,
        pickup_until=case.offer.pickup_until,
        ends_at=case.left.ends_at,
        state=state,
        ended_as=ended_as,
        next_step=None if coming is None else coming.step,
        next_step_at=None if coming is None else max(coming.at, case.now),
        steps=steps,
        asks=[_asked(ask) for ask in case.asks] if whole else [],
        outlets=[OutletChoiceOut.model_validate(each) for each in outlets],
    )


def _state(case: Case) -> tuple[Any, Any]:
    row = case.row
    if row is not None and row.state == "over" and not case.returns:
        return "over", row.ended_as
    if not case.there:
        return "over", "planned"  # gone since the job looked last
    if row is not None and row.state == "stopped":
        return "stopped", None
    if not case.climbing:
        return "planned", None
    return ("waiting" if row is None or case.returns else "climbing"), None


def _steps(case: Case, *, over: bool) -> list[StepOut]:
    """What was taken, and what is to come unless it is over. The plan's own step is taken when the food is open."""
    begun = case.row is not None and not case.returns
    taken = {each["step"]: each for each in case.row.taken} if case.row is not None and begun else {}
    found = [
        StepOut(
            step=each["step"],
            at=each["due_at"],
            taken_at=each["at"],
            kg=each["grams"],
            asked=each["asked"],
            people=each["people"],
        )
        for each in taken.values()
    ]
    if over or not case.policy.on:
        return found
    return found + [
        StepOut(
            step=step.kind, at=step.at, taken_at=step.at if step.kind == "plan" else None, kg=None, asked=0, people=[]
        )
        for step in case.steps
        if step.kind not in taken
    ]


def _asked(ask: Ask) -> AskedOut:
    return AskedOut(
        id=ask.id,
        site_id=ask.site_id,
        site_name=ask.food["site"],
        organisation_id=ask.organisation_id,
        step=ask.step,
        metres=ask.metres,
        asked_at=ask.asked_at,
        answer=ask.answer,
        kg=ask.taken_grams,
        answered_at=ask.answered_at,
    )


def list_asks(
    session: Session, principal: Principal, service_date: date | None, cursor: str | None, limit: int, now: datetime
) -> Page[AskOut]:
    """What the caller's food bank is asked, or all of the network's for its staff; newest first."""
    principal.require("needs.read")
    query = select(Ask)
    if service_date is not None:
        query = query.where(Ask.service_date == service_date)
    found = page(session, query, Order(Ask.asked_at, Ask.id, newest_first=True), cursor, limit)
    return Page(shown(session, principal, found.items, now), found.next_cursor)


def shown(session: Session, principal: Principal, asks: Iterable[Ask], now: datetime) -> list[AskOut]:
    """Questions with what is still left to take."""
    rows = list(asks)
    open_lines = {ask.offer_line_id for ask in rows if ask.answer is None and now < ask.closes_at}
    left: dict[UUID, int] = {}
    if open_lines:
        with within(session, Scope(network=principal.network_id), principal.scope):
            network = session.get_one(Network, principal.network_id)
            left = {case.line.id: case.open_to_ask for case in read_cases(session, network, open_lines, now)}
    return [_ask(ask, left.get(ask.offer_line_id, 0), now) for ask in rows]


def _ask(ask: Ask, left: int, now: datetime) -> AskOut:
    state: Any = ask.answer or ("closed" if now >= ask.closes_at else "open" if left else "taken")
    food = {name: value for name, value in ask.food.items() if name != "site"}
    return AskOut(
        id=ask.id,
        service_date=ask.service_date,
        site_id=ask.site_id,
        site_name=ask.food["site"],
        organisation_id=ask.organisation_id,
        kg=ask.grams,
        kg_left=left if state == "open" else 0,
        metres=ask.metres,
        asked_at=ask.asked_at,
        closes_at=ask.closes_at,
        state=state,
        taken_kg=ask.taken_grams,
        answered_at=ask.answered_at,
        need_id=ask.need_id,
        **food,
    )
