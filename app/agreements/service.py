"""Verbs on agreements: propose, accept, end, read. What is agreed never changes: another agreement takes its place."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.agreements.schemas import AgreementIn
from app.domain import agreements as rules
from app.domain.service_date import service_date_of
from app.kit import audit
from app.kit.auth import Principal
from app.kit.db import ROW_LOCK
from app.kit.errors import FieldError, conflict, forbidden, invalid_request, not_found, refused, stale
from app.kit.paging import Order, Page, page
from app.models.agreements import Agreement
from app.partners.partnership_schemas import SignedDocument
from app.partners.service import network_of, zone_of


def propose_agreement(session: Session, principal: Principal, wish: AgreementIn, now: datetime) -> Agreement:
    """Propose an agreement: one of its two sides, whose word that is, or the network's dispatchers to both.

    Raises `not_found` for who is no partner, for a store that is not the donor's, and for whoever is no side of it.
    """
    principal.require("agreements.edit")
    sides = _sides(principal, principal.network_id, wish.donor_organisation_id, wish.receiver_organisation_id)
    if not sides:
        raise not_found("organisation")
    _require_there(session, principal, wish)
    proposed_by = next(side for side in rules.SIDES if side in sides)
    today = service_date_of(now, zone_of(network_of(session, principal)))
    row = Agreement(
        network_id=principal.network_id,
        **wish.model_dump(exclude={"valid_from", "store_ids", "categories", "weekdays"}),
        store_ids=sorted(set(wish.store_ids)),
        categories=sorted(set(wish.categories)),
        weekdays=sorted(set(wish.weekdays)),
        valid_from=wish.valid_from or today,
        state="proposed",
        proposed_by=proposed_by,
        created_at=now,
    )
    _refuse_inverted(row.valid_from, row.valid_until)
    if wish.replaces_id is not None:
        _require_replaceable(session, row, wish.replaces_id)
    session.add(row)
    _agree(row, rules.sides_that_agree(proposed_by), now)
    session.flush()
    _record(session, principal, row, "propose", now, proposed_by=proposed_by, **_terms(row))
    _end_the_one_before(session, principal, row, now)
    return row


def _terms(row: Agreement) -> dict[str, Any]:
    told = ("store_ids", "receiver_site_id", "categories", "weekdays", "kind", "exclusive", "driver_organisation_id",
            "paid_by", "valid_from", "valid_until", "replaces_id", "receiver_organisation_id")  # fmt: skip
    return audit.values_of(row, told)


def _sides(principal: Principal, network_id: UUID, donor: UUID, receiver: UUID) -> frozenset[str]:
    """For whom the caller speaks; who plans for the network speaks for it, and for the own organisation as well."""
    own = principal.may("agreements.edit")
    spoken = (
        own and principal.organisation_id == donor,
        own and principal.organisation_id == receiver,
        principal.may_across_network("agreements.edit") and principal.network_id == network_id,
    )
    return frozenset(side for side, speaks in zip(rules.SIDES, spoken, strict=True) if speaks)


def _require_there(session: Session, principal: Principal, wish: AgreementIn) -> None:
    """Raise `not_found`; a function of the database looks, since who proposes does not see the other side's rows."""
    misfit = session.scalar(
        select(
            func.wasl_agreement_misfit(
                principal.network_id,
                wish.donor_organisation_id,
                wish.store_ids,
                wish.receiver_organisation_id,
                wish.receiver_site_id,
                wish.driver_organisation_id,
            )
        )
    )
    if misfit == "organisation":
        raise not_found("organisation")
    if misfit == "site":
        raise not_found("site")


def _refuse_inverted(valid_from: date, valid_until: date | None) -> None:
    if valid_until is not None and valid_until < valid_from:
        raise invalid_request([FieldError("/valid_until", "The last day is before the first one: swap the two.")])


def _require_replaceable(session: Session, row: Agreement, replaces_id: UUID) -> None:
    before = session.get(Agreement, replaces_id)
    same = before is not None and (before.donor_organisation_id, before.receiver_organisation_id) == (
        row.donor_organisation_id, row.receiver_organisation_id
    )  # fmt: skip
    if before is None or not same:
        raise not_found("agreement")
    if before.state != "active":
        raise _moved_on()


def _agree(row: Agreement, sides: frozenset[str], now: datetime) -> bool:
    """Note the word of these sides; whether any of it is new. One organisation can be both."""
    if "donor" in sides or "receiver" in sides:
        same = row.donor_organisation_id == row.receiver_organisation_id
        sides = frozenset({"donor", "receiver"}) if same else sides
    new = False
    if "donor" in sides and row.donor_agreed_at is None:
        row.donor_agreed_at, new = now, True
    if "receiver" in sides and row.receiver_agreed_at is None:
        row.receiver_agreed_at, new = now, True
    if row.donor_agreed_at is not None and row.receiver_agreed_at is not None:
        row.state = "active"
    return new


def accept_agreement(
    session: Session,
    principal: Principal,
    agreement_id: UUID,
    signed: SignedDocument | None,
    version: int | None,
    now: datetime,
) -> Agreement:
    """Give the word of one's side; with that of both it is in force, and the one whose place it takes has ended.

    Raises `other_side_accepts` (422) for whoever has nothing left to accept, unless the network names what was signed.
    """
    row, sides = _to_answer(session, principal, agreement_id, version)
    if row.state != "proposed":
        raise _moved_on()
    speaks_for = sides
    if signed is not None and "network" in sides:
        row.signed_document = {"name": signed.name, "signed_on": signed.signed_on.isoformat(), "sha256": None}
        speaks_for = frozenset({"donor", "receiver"})
    if not _agree(row, speaks_for, now):
        raise refused(
            "other_side_accepts",
            "The other side has to accept this, or the network names the document that was signed.",
        )
    session.flush()
    _record(session, principal, row, "accept", now, sides=sorted(speaks_for), signed_document=row.signed_document)
    _end_the_one_before(session, principal, row, now)
    return row


def _end_the_one_before(session: Session, principal: Principal, row: Agreement, now: datetime) -> None:
    if row.state != "active" or row.replaces_id is None:
        return
    before = session.get(Agreement, row.replaces_id, with_for_update=ROW_LOCK)
    if before is not None and before.state == "active":
        _replace(before, row, now)
        session.flush()
        _record(session, principal, before, "end", now, replaced_by=row.id)


def _replace(before: Agreement, after: Agreement, now: datetime) -> None:
    """It ends with the day before the other one, or now where it would have begun no earlier."""
    before.state, before.ended_at = "ended", now
    if before.valid_from < after.valid_from:
        last = after.valid_from - timedelta(days=1)
        before.valid_until = last if before.valid_until is None else min(last, before.valid_until)
        before.replaced_by_id = after.id


def end_agreement(
    session: Session, principal: Principal, agreement_id: UUID, reason: str, version: int | None, now: datetime
) -> Agreement:
    """End an agreement, decline one that is proposed, or take one's own proposal back. What is published
    stays as it is."""
    row, _ = _to_answer(session, principal, agreement_id, version)
    if row.state == "ended":
        raise _moved_on()
    before = row.state
    row.state, row.reason, row.ended_at = "ended", reason, now
    session.flush()
    _record(session, principal, row, "end" if before == "active" else "decline", now, reason=reason)
    return row


def _to_answer(
    session: Session, principal: Principal, agreement_id: UUID, version: int | None
) -> tuple[Agreement, frozenset[str]]:
    """The agreement, locked, and the sides of it that the caller speaks for."""
    principal.require("agreements.edit")
    row = get_agreement(session, principal, agreement_id)
    session.refresh(row, with_for_update=ROW_LOCK)
    sides = _sides(principal, row.network_id, row.donor_organisation_id, row.receiver_organisation_id)
    if not sides:
        raise forbidden()
    if version is not None and row.version != version:
        raise stale()
    return row, sides


def get_agreement(session: Session, principal: Principal, agreement_id: UUID) -> Agreement:
    """One agreement; raises `not_found`."""
    principal.require("agreements.read")
    found = session.get(Agreement, agreement_id)
    if found is None:
        raise not_found("agreement")
    return found


def list_agreements(
    session: Session,
    principal: Principal,
    *,
    state: str | None = None,
    organisation_id: UUID | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[Agreement]:
    """The agreements that the caller sees, oldest first."""
    principal.require("agreements.read")
    query = select(Agreement)
    if state is not None:
        query = query.where(Agreement.state == state)
    if organisation_id is not None:
        sides = (Agreement.donor_organisation_id, Agreement.receiver_organisation_id)
        query = query.where((sides[0] == organisation_id) | (sides[1] == organisation_id))
    return page(session, query, Order(Agreement.created_at, Agreement.id), cursor, limit)


def _moved_on() -> Exception:
    return conflict("agreement_moved_on", "This agreement is no longer where that is possible. Read it again.")


def _record(session: Session, principal: Principal, row: Agreement, verb: str, now: datetime, **detail: Any) -> None:
    audit.record(
        session, principal, f"agreements.{verb}", ("agreement", row.id), now, owner=row.donor_organisation_id, **detail
    )
