"""Verbs on needs: state, change, read."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.kit import audit
from app.kit.auth import Principal
from app.kit.errors import conflict, not_found, stale
from app.kit.paging import Order, Page, page
from app.models.needs import Need
from app.needs.schemas import NeedChange, NeedIn
from app.partners.service import own_site


def state_need(session: Session, principal: Principal, wish: NeedIn, now: datetime) -> Need:
    """Say what one site takes of one category on one day.

    Raises `need_already_stated` (409) when that was said before: change that need instead.
    """
    principal.require("needs.state")
    site = own_site(session, principal, wish.site_id)
    need = Need(
        network_id=principal.network_id,
        organisation_id=site.organisation_id,
        grams=wish.kg,
        created_at=now,
        **wish.model_dump(exclude={"kg"}),
    )
    session.add(need)
    try:
        session.flush()
    except IntegrityError as error:
        raise conflict(
            "need_already_stated", "This site has already stated its need of this category for that day."
        ) from error
    audit.record(session, principal, "needs.state", ("need", need.id), now, category=need.category)
    return need


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
    """Change a need from the version that was read; plans made before keep what they promised."""
    principal.require("needs.state")
    need = get_need(session, principal, need_id)
    if need.version != version:
        raise stale()
    for name, value in change.model_dump(exclude_unset=True).items():
        if value is not None:
            setattr(need, "grams" if name == "kg" else name, value)
    audit.record(session, principal, "needs.change", ("need", need.id), now, fields=sorted(change.model_fields_set))
    session.flush()
    return need
