"""Rows beyond the caller's own scope: entered for a moment, by verbs that have decided already that they may."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.kit.tenancy import Scope, enter_scope
from app.models.partners import Organisation, Partnership


@contextmanager
def within(session: Session, scope: Scope, back: Scope) -> Iterator[None]:
    """Run the block in `scope`, then go `back`; what waits to be written is written on its own side of the border."""
    session.flush()
    enter_scope(session, scope)
    yield
    session.flush()
    enter_scope(session, back)


def organisations_of(session: Session, network_id: UUID) -> list[UUID]:
    """All organisations that ever belonged to a network; the session is in its scope."""
    home = select(Organisation.id).where(Organisation.home_network_id == network_id)
    partners = select(Partnership.organisation_id).where(Partnership.network_id == network_id)
    return sorted(session.scalars(home.union(partners)))
