"""A store's word that it keeps what found no van today: the rest of a line is taken back, and offered next day."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain import ledger
from app.domain.units import kg_text
from app.escalation.climbing import begin
from app.escalation.facts import Case, read_cases
from app.kit import audit
from app.kit.auth import Principal
from app.kit.errors import conflict, forbidden, not_found
from app.kit.tenancy import Scope, within
from app.ledger.service import write_entries
from app.models.escalations import Escalation
from app.models.offers import Offer, OfferLine
from app.models.partners import Network
from app.offers.schemas import OfferIn
from app.offers.service import as_wish, post_offer
from app.planning.asking import plan_anew_later

Window = tuple[datetime, datetime]


def offer_on_next_day(session: Session, principal: Principal, line_id: UUID, now: datetime) -> Offer:
    """Take back what is left of a line at its store, and post it for the next day, at the same hours as far as the
    store is open: whoever posts for it says so, or the network's staff in its name. The rule book looks at it anew.

    Raises `not_on_the_next_day` (409) where the store is closed then or the food does not last, `still_wanted` (409)
    while a van can fetch what a food bank said yes to, `ladder_over` (409) where nothing is left, and what `post_offer`
    raises.
    """
    principal.require("offers.post")
    line = session.get(OfferLine, line_id)
    if line is None:
        raise not_found("offer line")
    if line.organisation_id != principal.organisation_id and not principal.may_across_network("offers.post"):
        raise forbidden()
    with within(session, Scope(network=line.network_id, organisation=line.organisation_id), principal.scope):
        session.scalars(select(OfferLine.id).where(OfferLine.id == line_id).with_for_update(key_share=True)).one()
        [case] = read_cases(session, session.get_one(Network, line.network_id), [line_id], now)
        window = _window(case)
        _take_back(session, case, now)
        plan_anew_later(session, line.network_id, case.offer.service_date)
    posted = post_offer(session, principal, _again(case, window), now)
    audit.record(
        session, principal, "escalations.offer_next_day", ("offer", posted.id), now, owner=line.organisation_id,
        kg=kg_text(case.at_store),
    )  # fmt: skip
    return posted


def to_keep(session: Session, principal: Principal, now: datetime) -> Mapping[UUID, Window]:
    """The lines that the caller's stores were asked to keep and can still say yes to; when they would be fetched."""
    if not principal.may("offers.post"):
        return {}
    rows = session.scalars(
        select(Escalation.offer_line_id).where(
            Escalation.state == "climbing", Escalation.taken.contains([{"step": "next_day"}])
        )
    ).all()
    if not rows:
        return {}
    with within(session, Scope(network=principal.network_id), principal.scope):
        network = session.get_one(Network, principal.network_id)
        cases = read_cases(session, network, rows, now)
        return {
            case.line.id: case.next_pickup
            for case in cases
            if case.at_store and case.next_pickup is not None and now < case.next_pickup[1]
        }


def _window(case: Case) -> Window:
    if not case.at_store:
        raise conflict("ladder_over", "This food is open no more. There is nothing to stop.")
    if case.wanted and case.can_be_fetched:
        raise conflict("still_wanted", "A food bank takes this food today, and a van can still fetch it.")
    if case.next_pickup is None or case.now >= case.next_pickup[1]:
        raise conflict(
            "not_on_the_next_day", "The store is closed on the next day, or the food does not last until then."
        )
    return case.next_pickup


def _take_back(session: Session, case: Case, now: datetime) -> None:
    """What is left at the store is offered no more on this day."""
    for account in ("offered", "expired"):
        grams = case.balances.get(account, 0)
        if grams:
            entries = ledger.entries_along(str(case.line.id), grams, account, "withdrawn")
            write_entries(session, case.line, entries, ("offer", case.offer.id), now)
    row = case.row or begin(session, case)
    if case.there == case.at_store:
        row.state, row.ended_as, row.ended_at = "over", "next_day", now
    session.flush()


def _again(case: Case, window: Window) -> OfferIn:
    line = case.line
    crates = -(-line.crates * case.at_store // line.grams)
    again = as_wish(line).model_copy(update={"kg": case.at_store, "crates": crates})
    return OfferIn(
        site_id=case.store.id, pickup_from=window[0], pickup_until=window[1], note=case.offer.note, lines=[again]
    )
