"""Verbs on partnerships: propose, change, accept, decline, suspend, resume, end, and read."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.domain import lifecycle
from app.domain import partnerships as rules
from app.domain.service_date import service_date_of
from app.kit import audit
from app.kit.auth import Principal
from app.kit.db import ROW_LOCK
from app.kit.errors import FieldError, conflict, forbidden, invalid_request, not_found, refused, stale
from app.kit.outbox import announce
from app.kit.paging import Order, Page, page
from app.models.partners import Organisation, Partnership, Site
from app.partners.partnership_schemas import (
    NewOrganisation,
    OrganisationChange,
    PartnershipChange,
    PartnershipIn,
    SignedDocument,
    Terms,
)
from app.partners.service import get_organisation, network_of, zone_of


def add_organisation(
    session: Session, principal: Principal, wish: NewOrganisation, now: datetime
) -> tuple[Organisation, Partnership]:
    """Enter a partner with the partnership that the network proposes; agreed on paper, it is active at once."""
    principal.require("partners.edit")
    network = network_of(session, principal)
    organisation = Organisation(
        kind=wish.kind,
        name=wish.name,
        registration_number=wish.registration_number,
        home_network_id=network.id,
    )
    session.add(organisation)
    session.flush()
    audit.record(
        session,
        principal,
        "partners.add",
        ("organisation", organisation.id),
        now,
        owner=organisation.id,
        name=wish.name,
    )
    row = _proposed(session, principal, organisation.id, "network", wish, now)
    if wish.signed_document is not None:
        _accept(session, principal, row, wish.signed_document, now)
    return organisation, row


def change_organisation(
    session: Session,
    principal: Principal,
    organisation_id: UUID,
    wish: OrganisationChange,
    version: int,
    now: datetime,
) -> Organisation:
    """Give a partner another name or registration number, from the version that was read; plans made before keep the
    old name."""
    principal.require("partners.edit")
    organisation = get_organisation(session, organisation_id)
    if organisation.version != version:
        raise stale()
    said = wish.model_dump(exclude_none=True)
    for name, value in said.items():
        setattr(organisation, name, value)
    audit.record(
        session,
        principal,
        "partners.change",
        ("organisation", organisation.id),
        now,
        owner=organisation.id,
        **said,
    )
    session.flush()
    return organisation


def propose(session: Session, principal: Principal, wish: PartnershipIn, now: datetime) -> Partnership:
    """Propose a partnership: the network to an organisation, or an organisation a renewal or new terms for itself.

    Raises `partnership_proposed_already` (409) where one waits for an answer.
    """
    principal.require("partnerships.edit")
    organisation_id = wish.organisation_id or principal.organisation_id
    if principal.may("partners.edit"):
        organisation_id = get_organisation(session, organisation_id).id
        side = "network"
    elif organisation_id == principal.organisation_id:
        side = "organisation"
    else:
        raise not_found("organisation")
    return _proposed(session, principal, organisation_id, side, wish, now)


def _proposed(
    session: Session,
    principal: Principal,
    organisation_id: UUID,
    side: str,
    wish: NewOrganisation | PartnershipIn,
    now: datetime,
) -> Partnership:
    today = service_date_of(now, zone_of(network_of(session, principal)))
    row = Partnership(
        network_id=principal.network_id,
        organisation_id=organisation_id,
        state="proposed",
        proposed_by=side,
        valid_from=wish.valid_from or today,
        valid_until=wish.valid_until,
        terms=_stored(session, organisation_id, wish.terms),
        created_at=now,
    )
    _refuse_inverted(row.valid_from, row.valid_until)
    session.add(row)
    try:
        session.flush()
    except IntegrityError as error:
        raise conflict(
            "partnership_proposed_already", "A proposal is waiting for an answer. Change or decline that one first."
        ) from error
    _told(session, principal, row, "propose", "proposed", now, proposed_by=side)
    return row


def _stored(session: Session, organisation_id: UUID, terms: Terms) -> dict[str, Any]:
    """The terms as kept, once the stores that they name are the organisation's own."""
    known = set(session.scalars(select(Site.id).where(Site.organisation_id == organisation_id)))
    if not known.issuperset(terms.site_ids):
        raise not_found("site")
    kept = terms.model_dump(mode="json")
    for name in ("categories", "weekdays", "site_ids"):
        kept[name] = sorted(set(kept[name]))
    return kept


def _refuse_inverted(valid_from: date, valid_until: date | None) -> None:
    if valid_until is not None and valid_until < valid_from:
        sentence = "The last day is before the first one: swap the two."
        raise invalid_request([FieldError("/valid_until", sentence)])


def list_partnerships(
    session: Session,
    principal: Principal,
    *,
    organisation_id: UUID | None = None,
    state: str | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[Partnership]:
    """The partnerships that the caller sees, oldest first."""
    principal.require("partnerships.read")
    query = select(Partnership)
    if organisation_id is not None:
        query = query.where(Partnership.organisation_id == organisation_id)
    if state is not None:
        query = query.where(Partnership.state == state)
    return page(session, query, Order(Partnership.created_at, Partnership.id), cursor, limit)


def get_partnership(session: Session, principal: Principal, partnership_id: UUID) -> Partnership:
    """One partnership; raises `not_found`."""
    principal.require("partnerships.read")
    found = session.get(Partnership, partnership_id)
    if found is None:
        raise not_found("partnership")
    return found


def sides_of(principal: Principal, row: Partnership) -> frozenset[str]:
    """For which sides of this partnership the caller may speak; the coordinator's office for both of its own."""
    network = principal.may("partners.edit") and principal.network_id == row.network_id
    organisation = principal.may("partnerships.edit") and principal.organisation_id == row.organisation_id
    spoken = zip(rules.SIDES, (network, organisation), strict=True)
    return frozenset(side for side, speaks in spoken if speaks)


def to_change(session: Session, principal: Principal, partnership_id: UUID, version: int | None) -> Partnership:
    """The partnership, locked, for somebody who speaks for one of its sides, if the version fits."""
    principal.require("partnerships.edit")
    row = get_partnership(session, principal, partnership_id)
    session.refresh(row, with_for_update=ROW_LOCK)
    if not sides_of(principal, row):
        raise forbidden()
    if version is not None and row.version != version:
        raise stale()
    return row


def change(
    session: Session, principal: Principal, partnership_id: UUID, wish: PartnershipChange, version: int, now: datetime
) -> Partnership:
    """Change a proposal from the version that was read; only the side that made it does."""
    row = to_change(session, principal, partnership_id, version)
    if row.state != "proposed":
        raise _moved_on()
    if row.proposed_by not in sides_of(principal, row):
        raise forbidden("Only the side that made the proposal changes it. Decline it, and propose your own.")
    named = wish.model_fields_set
    valid_from = wish.valid_from or row.valid_from
    valid_until = wish.valid_until if "valid_until" in named else row.valid_until
    _refuse_inverted(valid_from, valid_until)
    row.valid_from, row.valid_until = valid_from, valid_until
    if wish.terms is not None:
        row.terms = _stored(session, row.organisation_id, wish.terms)
    audit.record(
        session,
        principal,
        "partnerships.change",
        ("partnership", row.id),
        now,
        owner=row.organisation_id,
        fields=sorted(named),
    )
    session.flush()
    return row


def accept(
    session: Session,
    principal: Principal,
    partnership_id: UUID,
    signed: SignedDocument | None,
    version: int | None,
    now: datetime,
) -> Partnership:
    """Accept what the other side proposed. A renewal ends the partnership before it.

    Raises `other_side_accepts` (422) for the side that proposed, unless the network names a signed document.
    """
    row = to_change(session, principal, partnership_id, version)
    if row.state != "proposed":
        raise _moved_on()
    on_paper = signed is not None or row.signed_document is not None
    if not rules.may_accept(row.proposed_by, sides_of(principal, row), signed=on_paper):
        raise refused(
            "other_side_accepts",
            "The other side has to accept this, or the network names the document that was signed.",
        )
    _accept(session, principal, row, signed, now)
    return row


def _accept(
    session: Session, principal: Principal, row: Partnership, signed: SignedDocument | None, now: datetime
) -> None:
    other = "organisation" if row.proposed_by == "network" else "network"
    _end_the_one_before(session, principal, row, now)
    row.state, row.accepted_at = "active", now
    if signed is not None and row.signed_document is None:
        row.signed_document = {"name": signed.name, "signed_on": signed.signed_on.isoformat(), "sha256": None}
    paper = row.signed_document if other not in sides_of(principal, row) else None
    _told(session, principal, row, "accept", "accepted", now, **({"signed_document": paper} if paper else {}))


def _end_the_one_before(session: Session, principal: Principal, renewal: Partnership, now: datetime) -> None:
    """The partnership that stands ends with the day before the renewal; one that is suspended ends as it is."""
    query = select(Partnership).where(
        Partnership.network_id == renewal.network_id,
        Partnership.organisation_id == renewal.organisation_id,
        Partnership.state.in_(("active", "suspended")),
    )
    before = session.scalars(query.with_for_update(key_share=True)).first()
    if before is None:
        return
    if before.state == "active" and before.valid_from < renewal.valid_from:
        last = renewal.valid_from - timedelta(days=1)
        before.valid_until = last if before.valid_until is None else min(last, before.valid_until)
        before.renewed_by_id = renewal.id
    before.state, before.suspended_by, before.ended_at = "ended", None, now
    _told(session, principal, before, "end", "ended", now, renewed_by=str(renewal.id))


def decline(
    session: Session, principal: Principal, partnership_id: UUID, reason: str, version: int | None, now: datetime
) -> Partnership:
    """Answer a proposal with no; the side that made it takes it back the same way."""
    row = to_change(session, principal, partnership_id, version)
    if row.state != "proposed":
        raise _moved_on()
    row.state, row.reason, row.ended_at = "ended", reason, now
    _told(session, principal, row, "decline", "ended", now, reason=reason)
    return row


def suspend(
    session: Session, principal: Principal, partnership_id: UUID, reason: str, version: int | None, now: datetime
) -> Partnership:
    """Let a partnership rest: nothing new is posted, and the days to come are planned without the organisation."""
    row = to_change(session, principal, partnership_id, version)
    _move(row, "suspended")
    sides = sides_of(principal, row)
    row.suspended_by, row.reason = "network" if "network" in sides else "organisation", reason
    _told(session, principal, row, "suspend", "suspended", now, by=row.suspended_by, reason=reason)
    return row


def resume(
    session: Session, principal: Principal, partnership_id: UUID, version: int | None, now: datetime
) -> Partnership:
    """Take a suspension back; the side that suspended it does."""
    row = to_change(session, principal, partnership_id, version)
    if row.state != "suspended":
        raise _moved_on()
    if not rules.may_resume(row.suspended_by, sides_of(principal, row)):
        raise forbidden("The other side suspended this partnership, and takes that back. Ask them.")
    _move(row, "active")
    row.suspended_by, row.reason = None, None
    _told(session, principal, row, "resume", "resumed", now)
    return row


def end(
    session: Session, principal: Principal, partnership_id: UUID, reason: str, version: int | None, now: datetime
) -> Partnership:
    """End a partnership for good; what was promised on published plans stays."""
    row = to_change(session, principal, partnership_id, version)
    _move(row, "ended")
    row.suspended_by, row.reason, row.ended_at = None, reason, now
    _told(session, principal, row, "end", "ended", now, reason=reason)
    return row


def _move(row: Partnership, state: str) -> None:
    if not lifecycle.may_become(lifecycle.PARTNERSHIP_MOVES, row.state, state):
        raise _moved_on()
    row.state = state


def _moved_on() -> Exception:
    return conflict("partnership_moved_on", "This partnership is no longer where that is possible. Read it again.")


def _told(
    session: Session, principal: Principal, row: Partnership, verb: str, happened: str, now: datetime, **detail: Any
) -> None:
    """Write the change, its audit entry and its message."""
    session.flush()
    audit.record(
        session, principal, f"partnerships.{verb}", ("partnership", row.id), now, owner=row.organisation_id, **detail
    )
    told: dict[str, Any] = {
        "organisation_id": str(row.organisation_id),
        "valid_from": row.valid_from.isoformat(),
        "valid_until": None if row.valid_until is None else row.valid_until.isoformat(),
        **detail,
    }
    hears: Iterable[UUID] = (row.organisation_id,)
    announce(session, row.network_id, hears, f"partnership.{happened}", ("partnership", row.id), now, **told)
