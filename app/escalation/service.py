"""Verbs of escalation: a food bank's yes or no; a dispatcher stops a ladder and lets it go on."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.units import kg_text
from app.escalation.climbing import begin, ended_as
from app.escalation.facts import Case, read_cases
from app.escalation.schemas import AnswerIn
from app.escalation.telling import announce_answered
from app.kit import audit
from app.kit.auth import Principal
from app.kit.errors import conflict, forbidden, not_found, refused
from app.kit.tenancy import Scope, within
from app.models.escalations import Ask, Escalation
from app.models.needs import Need
from app.models.offers import OfferLine
from app.models.partners import Network
from app.needs.announcing import announce_need
from app.partners.membership import require_active
from app.planning.asking import ask_later


def get_ask(session: Session, principal: Principal, ask_id: UUID) -> Ask:
    """One question; raises `not_found`."""
    principal.require("needs.read")
    found = session.get(Ask, ask_id)
    if found is None:
        raise not_found("ask")
    return found


def answer(session: Session, principal: Principal, ask_id: UUID, wish: AnswerIn, now: datetime) -> Ask:
    """Say for a food bank's place whether it takes the food: its own staff, or the network's in its name.

    A yes states a need of this line alone, as much as is said or all that is left, and the day is planned or changed
    with it. The first yes has the food. The same answer again changes nothing.
    Raises `already_answered`, `food_taken`, `too_late_to_take`, `not_so_much_left` (409), `goes_as_a_whole` (422), and
    `forbidden` for everybody else.
    """
    principal.require("needs.state")
    ask = get_ask(session, principal, ask_id)
    if ask.organisation_id != principal.organisation_id and not principal.may_across_network("needs.state"):
        raise forbidden()
    said = "yes" if wish.takes else "no"
    everything = Scope(network=ask.network_id, organisation=ask.organisation_id)
    with within(session, everything, principal.scope):  # the offer is its donor's
        case = _locked(session, ask.network_id, ask.offer_line_id, now)
        session.refresh(ask)
        if ask.answer == said:
            return ask
        if ask.answer is not None:
            raise conflict("already_answered", "This was answered already.")
        need = _need(session, case, ask, _grams(case, ask, wish.kg), now) if wish.takes else None
        ask.answer, ask.answered_at, ask.answered_by = said, now, principal.name
        if need is not None:
            ask.need_id, ask.taken_grams = need.id, need.grams
            ask_later(session, ask.network_id, ask.service_date)
        session.flush()
        announce_answered(session, ask, now)
    kg = None if ask.taken_grams is None else kg_text(ask.taken_grams)
    audit.record(session, principal, "asks.answer", ("ask", ask.id), now, owner=ask.organisation_id, answer=said, kg=kg)
    return ask


def _locked(session: Session, network_id: UUID, line_id: UUID, now: datetime) -> Case:
    """What is known of a line, while nobody else takes a step, says yes, hands over or publishes."""
    locked = select(OfferLine.id).where(OfferLine.id == line_id).with_for_update(key_share=True)
    if session.scalars(locked).one_or_none() is None:
        raise not_found("offer line")
    [case] = read_cases(session, session.get_one(Network, network_id), [line_id], now)
    return case


def _grams(case: Case, ask: Ask, wished: int | None) -> int:
    """What a yes is for."""
    if case.now >= ask.closes_at:
        raise conflict("too_late_to_take", "No van can fetch this food any more.")
    left = case.open_to_ask
    if not left:
        raise conflict("food_taken", "Somebody else has taken this food. Thank you all the same.")
    grams = left if wished is None else wished
    if grams > left:
        raise conflict("not_so_much_left", "Only {kg} kg of this food is left.", kg=kg_text(left))
    if not case.line.splittable and grams < left:
        raise refused("goes_as_a_whole", "This food goes as a whole: take all {kg} kg, or none.", kg=kg_text(left))
    return grams


def _need(session: Session, case: Case, ask: Ask, grams: int, now: datetime) -> Need:
    """A need of this line alone. The terms are open: the food bank knows which food it is."""
    require_active(session, ask.network_id, ask.organisation_id, ask.service_date)
    need = Need(
        id=uuid4(),
        network_id=ask.network_id,
        organisation_id=ask.organisation_id,
        site_id=ask.site_id,
        service_date=ask.service_date,
        category=case.line.category,
        grams=grams,
        accepts_past_best_before=True,
        offer_line_id=case.line.id,
        created_at=now,
    )
    session.add(need)
    session.flush()
    announce_need(session, "need.stated", need, now)
    return need


def stop(session: Session, principal: Principal, line_id: UUID, now: datetime) -> Escalation:
    """Let nothing more be done by itself for a line's food, until somebody lets it go on.

    Raises `ladder_over` (409) where the food is open no more.
    """
    return _set(session, principal, line_id, "stopped", now)


def resume(session: Session, principal: Principal, line_id: UUID, now: datetime) -> Escalation:
    """Let a ladder that was stopped go on: what was due meanwhile is done within a minute."""
    return _set(session, principal, line_id, "climbing", now)


def _set(session: Session, principal: Principal, line_id: UUID, state: str, now: datetime) -> Escalation:
    principal.require("plans.edit")
    case = _locked(session, principal.network_id, line_id, now)
    row = case.row
    if ended_as(case) is not None or (row is not None and row.state == "over" and not case.returns):
        raise conflict("ladder_over", "This food is open no more. There is nothing to stop.")
    row = row or begin(session, case)
    if row.state == "over":
        row.past, row.taken, row.opened_at = [*row.past, *row.taken], [], case.left.opened_at
        row.ended_as, row.ended_at = None, None
    if row.state != state:
        row.state = state
        session.flush()
        audit.record(
            session, principal, "escalations.stop" if state == "stopped" else "escalations.resume",
            ("escalation", row.id), now, owner=row.organisation_id,
        )  # fmt: skip
    return row
