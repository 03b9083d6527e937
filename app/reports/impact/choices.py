"""The versions of its factors that a network has chosen: what every figure of meals or CO2e is counted with."""

from typing import cast
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.impact import Factor
from app.domain.impact_factors import Choice, Use
from app.kit.auth import Principal
from app.kit.tenancy import Scope, within
from app.models.impact import ImpactFactor


def choices_of(session: Session, network_id: UUID) -> list[Choice]:
    """All versions of both factors that a network has chosen."""
    rows = session.scalars(
        select(ImpactFactor).where(ImpactFactor.network_id == network_id).order_by(ImpactFactor.number)
    )
    return [choice_of(row) for row in rows]


def choices_for(session: Session, principal: Principal) -> list[Choice]:
    """The same of the reader's network, for whoever is shown a figure: what it is counted with is no secret."""
    with within(session, Scope(network=principal.network_id), principal.scope):
        return choices_of(session, principal.network_id)


def choice_of(row: ImpactFactor) -> Choice:
    """A version, as figures are counted with it."""
    factor = Factor(row.label, row.value, row.unit, row.source)
    return Choice(cast(Use, row.use), row.number, row.code, factor, row.counts_from)
