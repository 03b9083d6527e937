"""Verbs on needs: state one or many, change, read."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.kit import audit
from app.kit.auth import Principal
from app.kit.errors import FieldError, WaslError, conflict, not_found, stale
from app.kit.paging import Order, Page, page
from app.models.needs import Need
from app.needs.announcing import announce_need
from app.needs.schemas import NeedChange, NeedIn
from app.partners.membership import require_active
from app.partners.service import own_site


def state_need(session: Session, principal: Principal, wish: NeedIn, now: datetime) -> Need:
    """Say what one site takes of one category on one day; what stands for that day, or was withdrawn, gives way to it.

    Raises `need_already_stated` (409) when that was said before: change that need instead.
    """
    principal.require("needs.state")
    site = own_site(session, principal, wish.site_id)
    require_active(session, site.network_id, site.organisation_id, wish.service_date)
    need = _taken_over(session, wish)
    if need is None:
        need = Need(
            network_id=principal.network_id,
            organisation_id=site.organisation_id,
            grams=wish.kg,
            created_at=now,
            **wish.model_dump(exclude={"kg"}),
        )
        try:
            with session.begin_nested():
                session.add(need)
        except IntegrityError as error:
            # Stated before; or the day was filled from what stands just between the look and the deed.
            need = _taken_over(session, wish)
            if need is None:
                raise conflict(
                    "need_already_stated", "This site has already stated its need of this category for that day."
                ) from error
    audit.record(
        session, principal, "needs.state", ("need", need.id), now, owner=need.organisation_id, category=need.category
    )
    announce_need(session, "need.stated", need, now)
    return need


def _taken_over(session: Session, wish: NeedIn) -> Need | None:
    """The need of that site, date and category that only followed a standing one, or was withdrawn, as it is stated."""
    need = session.scalars(
        select(Need)
        .where(
            Need.site_id == wish.site_id,
            Need.service_date == wish.service_date,
            Need.category == wish.category,
            Need.offer_line_id.is_(None),
            or_(Need.standing_need_id.is_not(None), Need.state == "withdrawn"),
        )
        .with_for_update(key_share=True)
    ).first()
    if need is not None:
        for name, value in wish.model_dump(exclude={"kg", "site_id", "service_date", "category"}).items():
            setattr(need, name, value)
        need.grams, need.standing_need_id, need.state = wish.kg, None, "open"
        session.flush()
    return need


def state_needs(session: Session, principal: Principal, wishes: Sequence[NeedIn], now: datetime) -> list[Need]:
    """State many at once, all or none; a refusal names the need that it is about.

    Raises what `state_need` raises, with a pointer.
    """
    needs = []
    for position, wish in enumerate(wishes):
        try:
            needs.append(state_need(session, principal, wish, now))
        except WaslError as error:
            error.errors = [FieldError(f"/needs/{position}", error.detail, error.code, error.words, error.template)]
            raise
    return needs


def get_need(session: Session, principal: Principal, need_id: UUID) -> Need:
    """One need; raises `not_found`."""
    principal.require("needs.read")
    found = session.get(Need, need_id)
    if found is None:
        raise not_found("need")
    return found


def list_needs(
    session: Session,
    principal: Principal,
    *,
    service_date: date | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[Need]:
    """The needs that the caller sees, oldest first."""
    principal.require("needs.read")
    query = select(Need)
    if service_date is not None:
        query = query.where(Need.service_date == service_date)
    return page(session, query, Order(Need.created_at, Need.id), cursor, limit)


def change_need(
    session: Session, principal: Principal, need_id: UUID, change: NeedChange, version: int, now: datetime
) -> Need:
    """Change a need from the version that was read; plans made before keep what they promised.

    One that was filled from a standing need follows it no longer: what is said for a date wins.
    """
    principal.require("needs.state")
    need = get_need(session, principal, need_id)
    if need.version != version:
        raise stale()
    if change.state != "withdrawn":
        require_active(session, need.network_id, need.organisation_id, need.service_date)
    wished = {"grams" if name == "kg" else name: value for name, value in change.model_dump(exclude_unset=True).items()}
    before = audit.values_of(need, wished)
    for name, value in wished.items():
        if value is not None:
            setattr(need, name, value)
    need.standing_need_id = None
    changes = audit.between(before, audit.values_of(need, wished))
    audit.record(
        session, principal, "needs.change", ("need", need.id), now, owner=need.organisation_id, changes=changes
    )
    session.flush()
    announce_need(session, "need.changed", need, now)
    return need
