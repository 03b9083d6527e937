"""What is told of needs: to the food bank itself and the network's staff."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.domain.units import kg_text
from app.kit.outbox import announce
from app.models.needs import Need


def announce_need(session: Session, kind: str, need: Need, now: datetime) -> None:
    """`kind` is need.stated or need.changed."""
    announce(
        session,
        need.network_id,
        [need.organisation_id],
        kind,
        ("need", need.id),
        now,
        site_id=str(need.site_id),
        service_date=need.service_date.isoformat(),
        category=need.category,
        kg=kg_text(need.grams),
        state=need.state,
        from_standing=need.standing_need_id is not None,
    )
