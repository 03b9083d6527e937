"""Which organisations a network reaches: those whose rows are looked at in its name."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models.partners import Organisation, Partnership


def organisations_of(session: Session, network_id: UUID) -> list[UUID]:
    """All organisations that ever belonged to a network; the session is in its scope."""
    home = select(Organisation.id).where(Organisation.home_network_id == network_id)
    partners = select(Partnership.organisation_id).where(Partnership.network_id == network_id)
    return sorted(session.scalars(home.union(partners)))
