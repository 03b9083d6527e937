"""Who hears of a step: by mail where they have an address, and everybody who listens."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.units import kg_display, kg_text
from app.escalation.facts import Case
from app.kit.outbox import announce
from app.models.escalations import Ask, Escalation
from app.models.offers import Offer, OfferLine
from app.models.partners import Person
from app.partners.service import zone_of
from app.people.mail import mail_escalation

IS_NEWS = timedelta(hours=6)
OF_FOOD_BANK = ("dispatcher", "organisation_admin", "network_admin")
OF_NETWORK = ("dispatcher", "network_admin")


def people_of_food_bank(session: Session, organisation_id: UUID) -> Sequence[Person]:
    """Those who may say yes or no for a food bank."""
    query = select(Person).where(Person.organisation_id == organisation_id, Person.role.in_(OF_FOOD_BANK))
    return session.scalars(query.where(Person.state == "active").order_by(Person.id)).all()


def people_of_network(session: Session, network_id: UUID) -> Sequence[Person]:
    """Those who hand food over."""
    query = select(Person).where(Person.network_id == network_id, Person.role.in_(OF_NETWORK))
    return session.scalars(query.where(Person.state == "active").order_by(Person.id)).all()


def people_of_store(session: Session, case: Case) -> Sequence[Person]:
    """Those who post for the store, not everybody of a chain; its administrators where nobody does."""
    query = select(Person).where(Person.organisation_id == case.store.organisation_id, Person.state == "active")
    own = session.scalars(
        query.where(Person.role == "donor_staff", Person.site_id == case.store.id).order_by(Person.id)
    ).all()
    return own or session.scalars(query.where(Person.role == "organisation_admin").order_by(Person.id)).all()


def mail_of(session: Session, people: Sequence[Person], case: Case, letter: str, grams: int, step: str) -> list[str]:
    """Mail them; their ids, so that a name can be erased."""
    until = case.left.fetched_until if letter == "asked" else case.left.ends_at
    for person in people:
        words = {
            "day": str(case.offer.service_date),
            "food": case.line.description or case.line.category,
            "kg": kg_display(grams),
            # Before anything is promised, a food bank sees of a partner what the partner is called.
            "store": case.donor if letter == "asked" else case.store.name,
            "step": step,
            "until": f"{until.astimezone(zone_of(case.network)):%H:%M}",
        }
        expires = case.left.fetched_until if letter == "asked" else case.now + IS_NEWS
        mail_escalation(session, person, letter, words, expires, case.now)
    return [str(person.id) for person in people]


def food_of(offer: Offer, line: OfferLine) -> dict[str, Any]:
    """What is said of food in a message."""
    return {
        "offer_line_id": str(line.id),
        "description": line.description,
        "category": line.category,
        "service_date": offer.service_date.isoformat(),
    }


def announce_asked(session: Session, case: Case, ask: Ask) -> None:
    """Tell the food bank that it is asked."""
    announce(
        session, ask.network_id, [ask.organisation_id], "food.asked", ("ask", ask.id), case.now,
        **food_of(case.offer, case.line), kg=kg_text(ask.grams), site_id=str(ask.site_id),
        donor=ask.food["donor"], until=ask.closes_at.isoformat(),
    )  # fmt: skip


def announce_answered(session: Session, ask: Ask, now: datetime) -> None:
    """Tell the network's staff and the food bank what it said."""
    announce(
        session, ask.network_id, [ask.organisation_id], "food.answered", ("ask", ask.id), now,
        offer_line_id=str(ask.offer_line_id), description=ask.food["description"], category=ask.food["category"],
        service_date=ask.service_date.isoformat(), site_id=str(ask.site_id), answer=ask.answer,
        kg=None if ask.taken_grams is None else kg_text(ask.taken_grams),
    )  # fmt: skip


def announce_step(session: Session, case: Case, row: Escalation, step: str, grams: int) -> None:
    """Tell the network's staff and the donor that a step was taken."""
    announce(
        session, row.network_id, [row.organisation_id], "food.escalated", ("escalation", row.id), case.now,
        **food_of(case.offer, case.line), kg=kg_text(grams), step=step, site_id=str(case.store.id),
        ends_at=case.left.ends_at.isoformat(),
    )  # fmt: skip
