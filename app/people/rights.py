"""Whose people and keys somebody may touch: the own organisation's, or all of the network for who runs it."""

from uuid import UUID

from sqlalchemy.orm import Session

from app.domain.permissions import Role, administers_as
from app.kit.auth import Principal
from app.kit.errors import not_found
from app.partners.service import get_organisation


def administrator_of(principal: Principal) -> Role | None:
    """The administrator as whom the caller acts."""
    return administers_as(principal.role, principal.scopes)


def reaches(principal: Principal, organisation_id: UUID) -> bool:
    """Whether people and keys of that organisation are the caller's business.

    Seeing the network's rows is not enough: a key that plans sees them all, and runs nobody else's office.
    """
    return organisation_id == principal.organisation_id or administrator_of(principal) == Role.NETWORK_ADMIN


def organisation_reached(session: Session, principal: Principal, organisation_id: UUID) -> UUID:
    """The organisation; raises `not_found` for one that is none of the caller's business."""
    if not reaches(principal, organisation_id):
        raise not_found("organisation")
    return get_organisation(session, organisation_id).id
