"""Takes the steps of a line that are due, once; begins its ladder anew where food came back, ends it where it went."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain import escalation as rules
from app.domain.escalation import Step
from app.domain.outlets import KINDS
from app.escalation import telling
from app.escalation.facts import Case, open_lines, read_cases
from app.models.escalations import Ask, Escalation
from app.models.offers import OfferLine
from app.models.partners import Network, Site

_ON_A_PLAN = ("allocated", "collected", "delivered", "refused", "returned")


def networks_with_food_left(session: Session, since: datetime) -> list[UUID]:
    """The networks that have food left over, or ladders; the only thing that the job may ask across networks."""
    return list(session.scalars(select(func.wasl_networks_with_food_left(since))))


def lines_to_climb(session: Session, network_id: UUID, now: datetime) -> list[UUID]:
    """The lines of a network with something to do."""
    network = session.get_one(Network, network_id)
    cases = read_cases(session, network, open_lines(session, network, now), now)
    return [case.line.id for case in cases if _has_something_to_do(case)]


def _has_something_to_do(case: Case) -> bool:
    row = case.row
    if row is not None and row.state != "over" and (not case.there or case.now >= case.left.ends_at):
        return True
    return bool(_to_take(case))


def _to_take(case: Case) -> tuple[Step, ...]:
    """The steps that are due; the plan's own is no reason to begin."""
    row = case.row
    rests = row is not None and (row.state == "stopped" or (row.state == "over" and not case.returns))
    if rests or not case.policy.on or not case.climbing or case.now >= case.left.ends_at:
        return ()
    steps = case.due()
    begun = row is not None and not case.returns
    return steps if begun or case.returns or any(step.kind != "plan" for step in steps) else ()


def climb(session: Session, network_id: UUID, line_id: UUID, now: datetime) -> int:
    """Take what is due of one line: how many steps that were, or 1 where its ladder has ended.

    The line is locked, as by whoever publishes a plan, hands over or says yes: one of them comes after the other.
    """
    session.scalars(select(OfferLine.id).where(OfferLine.id == line_id).with_for_update(key_share=True)).one()
    [case] = read_cases(session, session.get_one(Network, network_id), [line_id], now)
    row = case.row
    if row is not None and row.state != "over":
        ended = ended_as(case)
        if ended is not None:
            row.state, row.ended_as, row.ended_at = "over", ended, now
            session.flush()
            return 1
    steps = _to_take(case)
    if not steps:
        return 0
    row = row or begin(session, case)
    if row.state == "over":
        row.state, row.ended_as, row.ended_at = "climbing", None, None
        row.past, row.taken, row.opened_at = [*row.past, *row.taken], [], case.left.opened_at
    for step in steps:
        _take(session, case, row, step)
    session.flush()
    return len(steps)


def ended_as(case: Case) -> str | None:
    """What has become of food that is open no more; None while it is."""
    if case.there:
        return "past_its_end" if case.now >= case.left.ends_at else None
    if any(case.balances.get(kind, 0) for kind in KINDS):
        return "handed_over"
    if any(case.balances.get(account, 0) for account in _ON_A_PLAN):
        return "planned"
    return "withdrawn" if case.balances.get("withdrawn", 0) else "gone"


def begin(session: Session, case: Case) -> Escalation:
    """The row of a line whose ladder begins; it is open since it was offered."""
    row = Escalation(
        id=uuid4(),
        network_id=case.line.network_id,
        organisation_id=case.line.organisation_id,
        offer_line_id=case.line.id,
        service_date=case.offer.service_date,
        state="climbing",
        opened_at=case.left.opened_at,
        taken=[],
        past=[],
        created_at=case.now,
    )
    session.add(row)
    session.flush()
    return row


def _take(session: Session, case: Case, row: Escalation, step: Step) -> None:
    grams = case.open_to_ask if step.kind in rules.ASKS else case.climbing
    told: list[str] = []
    asked = 0
    if step.kind in rules.ASKS:
        asked = _ask(session, case, row, step, grams)
    elif step.kind == "next_day":
        told = telling.mail_of(session, telling.people_of_store(session, case), case, "keep", grams, step.kind)
    elif step.kind in KINDS:
        people = telling.people_of_network(session, row.network_id)
        told = telling.mail_of(session, people, case, "left", grams, step.kind)
    row.taken = [
        *row.taken,
        {
            "step": step.kind,
            "due_at": step.at.isoformat(),
            "at": (step.at if step.kind == "plan" else case.now).isoformat(),
            "grams": grams,
            "people": told,
            "asked": asked,
        },
    ]
    if step.kind != "plan":
        telling.announce_step(session, case, row, step.kind, grams)


def _ask(session: Session, case: Case, row: Escalation, step: Step, grams: int) -> int:
    """Ask everybody whom the step asks: how many."""
    banks = case.to_ask(step.kind)
    for bank in banks:
        site = session.get_one(Site, UUID(bank.id))
        ask = Ask(
            id=uuid4(),
            network_id=row.network_id,
            organisation_id=site.organisation_id,
            site_id=site.id,
            escalation_id=row.id,
            offer_line_id=row.offer_line_id,
            service_date=row.service_date,
            step=step.kind,
            grams=grams,
            metres=bank.metres,
            food=_food(case, site.name),
            asked_at=case.now,
            closes_at=case.left.fetched_until,
        )
        people = telling.people_of_food_bank(session, site.organisation_id)
        ask.told = telling.mail_of(session, people, case, "asked", grams, step.kind)
        session.add(ask)
        session.flush()
        telling.announce_asked(session, case, ask)
    return len(banks)


def _food(case: Case, site_name: str) -> dict[str, object]:
    """What a food bank has to know: its people do not see the offer."""
    line = case.line
    return {
        "description": line.description,
        "category": line.category,
        "temperature_class": line.temperature_class,
        "date_mark": line.date_mark,
        "mark_date": None if line.mark_date is None else line.mark_date.isoformat(),
        "allergens": list(line.allergens),
        "dietary_flags": list(line.dietary_flags),
        "donor": case.donor,
        "site": site_name,
    }
