"""Verbs on areas: name a public body's, and read what its food came to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.domain import partnerships
from app.domain.area_totals import MOST_MONTHS, AreaTotals, months_of, totals_of
from app.domain.areas import boundary_of, geojson_of
from app.domain.service_date import service_date_of
from app.kit import audit
from app.kit.auth import Principal
from app.kit.db import ROW_LOCK
from app.kit.errors import FieldError, invalid_request, not_found, refused, stale, version_required
from app.kit.tenancy import Scope, within
from app.models.areas import Area
from app.models.partners import Organisation, Site
from app.partners.membership import active_organisations, memberships_of
from app.partners.service import network_of, zone_of
from app.reports.area.reading import days_of_area, sites_of
from app.reports.area.schemas import AreaIn
from app.reports.impact.choices import choices_of

FIELDS = ("site_ids", "boundary")


@dataclass(frozen=True)
class BodyArea:
    """A public body that takes part in the network, with its area; None: nobody has named one."""

    organisation: Organisation
    area: Area | None


def set_area(
    session: Session, principal: Principal, organisation_id: UUID, wish: AreaIn, version: int | None, now: datetime
) -> Area:
    """Name a public body's area, or change it from the version that was read.

    Raises `not_found`, `no_public_body` (422), and an error at the field of a site that is none of the network's.
    """
    principal.require("partners.edit")
    organisation = session.get(Organisation, organisation_id)
    if organisation is None:
        raise not_found("organisation")
    if organisation.kind != "public_body":
        raise refused("no_public_body", "An area is named for a public body. Choose a partner of that kind.")
    _require_known(session, principal, wish.site_ids)
    area = session.get(Area, (organisation_id, principal.network_id), with_for_update=ROW_LOCK)
    if area is not None:
        _require_version(area, version)
    before = audit.values_of(area, FIELDS) if area is not None else dict.fromkeys(FIELDS)
    area = area or Area(organisation_id=organisation_id, network_id=principal.network_id)
    try:
        with session.begin_nested():
            area.site_ids = sorted(set(wish.site_ids))
            area.boundary = None if wish.boundary is None else geojson_of(boundary_of(wish.boundary))
            session.add(area)
            session.flush()
    except IntegrityError as error:  # somebody else named it first, at this moment
        raise stale() from error
    changes = audit.between(before, audit.values_of(area, FIELDS))
    audit.record(
        session, principal, "area.set", ("organisation", organisation_id), now, owner=organisation_id, changes=changes
    )
    return area


def _require_version(area: Area, version: int | None) -> None:
    if version is None:
        raise version_required()
    if area.version != version:
        raise stale()


def _require_known(session: Session, principal: Principal, wished: Sequence[UUID]) -> None:
    known = set(session.scalars(select(Site.id).where(Site.network_id == principal.network_id)))
    if not known.issuperset(wished):
        sentence = "One of these places is none of the network's. Choose again."
        raise invalid_request([FieldError("/site_ids", sentence, "unknown_site")])


def get_area(session: Session, principal: Principal, organisation_id: UUID | None, now: datetime) -> Area:
    """The area of a public body: one's own, or for the network's staff that of any. Raises `not_found` for another's,
    where there is none, and for whom no partnership is in force."""
    principal.require("area.read")
    wished = organisation_id or principal.organisation_id
    across = principal.may_across_network("area.read")
    if not across and (wished != principal.organisation_id or not _takes_part(session, principal, now)):
        raise not_found("area")
    found = session.get(Area, (wished, principal.network_id))
    if found is None:
        raise not_found("area")
    return found


def has_area_page(session: Session, principal: Principal, now: datetime) -> bool:
    """Whether somebody may open the page of areas: the network's staff, and the people of a public body."""
    return principal.may("area.read") and (
        principal.may_across_network("area.read") or _takes_part(session, principal, now)
    )


def _takes_part(session: Session, principal: Principal, now: datetime) -> bool:
    """Whether the caller's organisation is a public body whose partnership is in force."""
    own = session.get(Organisation, principal.organisation_id)
    if own is None or own.kind != "public_body":
        return False
    today = service_date_of(now, zone_of(network_of(session, principal)))
    known = memberships_of(session, principal.network_id, principal.organisation_id)
    return partnerships.in_force(known, today) is not None


def public_bodies(session: Session, principal: Principal, now: datetime) -> list[BodyArea]:
    """The public bodies of which the caller may read totals, by name: all that take part in the network for its staff,
    the own one for its people. Raises `not_found` for everybody else."""
    principal.require("area.read")
    if not has_area_page(session, principal, now):
        raise not_found("area")
    query = select(Organisation).where(Organisation.kind == "public_body")
    if principal.may_across_network("area.read"):
        today = service_date_of(now, zone_of(network_of(session, principal)))
        query = query.where(Organisation.id.in_(active_organisations(session, principal.network_id, today)))
    else:
        query = query.where(Organisation.id == principal.organisation_id)
    rows = session.scalars(query.order_by(Organisation.name, Organisation.id)).all()
    named = session.scalars(select(Area).where(Area.network_id == principal.network_id))
    areas = {row.organisation_id: row for row in named}
    return [BodyArea(row, areas.get(row.id)) for row in rows]


def totals(
    session: Session, principal: Principal, organisation_id: UUID | None, first: date, last: date, now: datetime
) -> AreaTotals:
    """What the food of a public body's area came to in whole months that are over.

    Raises `not_found`, and `range_inverted`, `not_whole_months`, `too_many_months` and `months_not_over` (422).
    """
    area = get_area(session, principal, organisation_id, now)
    today = service_date_of(now, zone_of(network_of(session, principal)))
    _require_months(first, last, today)
    network_id = area.network_id
    with within(session, Scope(network=network_id), principal.scope):  # totals alone leave this block
        sites = sites_of(session, area)
        days, planned = days_of_area(session, network_id, sites, first, last, now, today)
        choices = choices_of(session, network_id)
    return totals_of(first, last, days, planned, choices)


def _require_months(first: date, last: date, today: date) -> None:
    if last < first:
        raise refused("range_inverted", "The last day is before the first. Swap the two.")
    months = months_of(first, last)
    if months is None:
        raise refused(
            "not_whole_months", "Totals are of whole months: from the first day of one to the last of another."
        )
    if len(months) > MOST_MONTHS:
        raise refused("too_many_months", "Totals cover at most 12 months. Choose fewer.")
    if last >= today:
        raise refused("months_not_over", "Totals are of months that are over. Choose an earlier one.")
