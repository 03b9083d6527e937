"""What partners see of each other: functions of the database show what is permitted, the field table filters it."""

from datetime import date, datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Date, Integer, Uuid, column, func, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session
from sqlalchemy.types import Double, Text

from app.domain.permissions import Relation, visible
from app.domain.service_date import service_date_of
from app.kit.auth import Principal
from app.kit.db import UtcDateTime
from app.kit.errors import not_found
from app.kit.paging import Order, Page, page_of
from app.models.partners import Site
from app.partners.directory_schemas import AllocationOut, PartnerOut
from app.partners.schemas import SiteOut
from app.partners.service import network_of, zone_of

_TEXTS = ("kind", "name", "address", "access", "relation", "category", "description", "temperature_class")
_PARTY = ("id", "relation", "kind", "name", "site_id", "site_kind", "site_name", "site_address")


def _column(name: str) -> Any:
    kinds: dict[str, Any] = {
        **dict.fromkeys(("latitude", "longitude"), Double()),
        **dict.fromkeys(("contact", "windows", "receiving_windows", "exceptions"), JSONB()),
        **dict.fromkeys(("created_at", "pickup_at", "drop_off_at"), UtcDateTime()),
        **dict.fromkeys(("grams", "crates"), Integer()),
        "service_date": Date(),
    }
    if name in kinds:
        return column(name, kinds[name])
    return column(name, Uuid() if name == "id" or name.endswith("_id") else Text())


def _partners(today: date) -> Any:
    names = ("id", "relation", "kind", "name", "contact", "created_at")
    return func.wasl_partners(today).table_valued(*map(_column, names), name="partners")


def _partner_sites(organisation_id: UUID) -> Any:
    names = (
        "id", "organisation_id", "kind", "name", "address", "latitude", "longitude", "windows", "receiving_windows",
        "exceptions", "access",
    )  # fmt: skip
    return func.wasl_partner_sites(organisation_id).table_valued(*map(_column, names), name="partner_sites")


def _allocations() -> Any:
    names = (
        "id", "service_date", "category", "description", "temperature_class", "grams", "crates", "pickup_at",
        "drop_off_at", "offer_line_id", "need_id", *(f"{side}_{name}" for side in ("donor", "receiver")
        for name in _PARTY),
    )  # fmt: skip
    return func.wasl_allocations().table_valued(*map(_column, names), name="allocations")


def _today(session: Session, principal: Principal, now: datetime) -> date:
    return service_date_of(now, zone_of(network_of(session, principal)))


def list_partners(
    session: Session, principal: Principal, now: datetime, *, cursor: str | None = None, limit: int = 50
) -> Page[PartnerOut]:
    """The organisations that take part today, those first that came first."""
    principal.require("partners.read")
    table = _partners(_today(session, principal, now))
    order = Order(table.c.created_at, table.c.id)
    page = page_of(list(session.execute(order.cut(cast(Any, select(table)), cursor, limit))), order, limit)
    return Page([_partner(row) for row in page.items], page.next_cursor)


def get_partner(session: Session, principal: Principal, organisation_id: UUID, now: datetime) -> PartnerOut:
    """One organisation that takes part, with its places; raises `not_found`."""
    principal.require("partners.read")
    table = _partners(_today(session, principal, now))
    row = session.execute(select(table).where(table.c.id == organisation_id)).first()
    if row is None:
        raise not_found("partner")
    return _partner(row, sites=_sites(session, organisation_id, row.relation))


def _partner(row: Any, **more: Any) -> PartnerOut:
    found = {"id": row.id, "kind": row.kind, "name": row.name, "contact": row.contact, **more}
    return PartnerOut.model_validate({"relation": row.relation, **visible("organisation", row.relation, found)})


def _sites(session: Session, organisation_id: UUID, relation: str) -> list[dict[str, Any]]:
    """All places for those whose rows they are; for a partner, those between which food of its own goes."""
    if relation in (Relation.OWN, Relation.NETWORK):
        rows = session.scalars(select(Site).where(Site.organisation_id == organisation_id).order_by(Site.name, Site.id))
        found = [SiteOut.model_validate(each).model_dump() for each in rows]
    else:
        table = _partner_sites(organisation_id)
        query = select(table).order_by(table.c.name, table.c.id)
        found = [dict(each) for each in session.execute(query).mappings()]
    return [visible("site", relation, each) for each in found]


def list_allocations(
    session: Session,
    principal: Principal,
    *,
    service_date: date | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[AllocationOut]:
    """What published plans give or bring to the caller's organisation; all of the network's for its staff."""
    principal.require("allocations.read")
    table = _allocations()
    query = select(table)
    if service_date is not None:
        query = query.where(table.c.service_date == service_date)
    order = Order(table.c.pickup_at, table.c.id)
    rows = session.execute(order.cut(cast(Any, query), cursor, limit)).mappings()
    page = page_of(list(rows), order, limit)
    return Page([_allocation(dict(row)) for row in page.items], page.next_cursor)


def _allocation(row: dict[str, Any]) -> AllocationOut:
    parties = {side: _party(row, side) for side in ("donor", "receiver")}
    own = Relation.OWN in (row["donor_relation"], row["receiver_relation"])
    found = {**row, "kg": row["grams"], **parties}
    return AllocationOut.model_validate(visible("allocation", Relation.OWN if own else Relation.NETWORK, found))


def _party(row: dict[str, Any], side: str) -> dict[str, Any]:
    """One side, by its own relation to the caller."""
    relation = row[f"{side}_relation"]
    organisation = {name: row[f"{side}_{name}"] for name in ("id", "kind", "name")}
    site = {name: row[f"{side}_site_{name}"] for name in ("id", "kind", "name", "address")}
    return {
        "organisation": {"relation": relation, **visible("organisation", relation, organisation)},
        "site": visible("site", relation, site),
    }
