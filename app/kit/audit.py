"""Who did what: written in the transaction of the deed, never changed."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.kit.auth import Principal
from app.models.system import AuditEntry


def record(
    session: Session,
    principal: Principal,
    action: str,
    subject: tuple[str, UUID],
    now: datetime,
    **detail: Any,
) -> None:
    """Add one entry; `subject` is the noun and the id of what was acted on."""
    session.add(
        AuditEntry(
            network_id=principal.network_id,
            organisation_id=principal.organisation_id,
            actor=f"{principal.kind}:{principal.name}",
            action=action,
            subject_kind=subject[0],
            subject_id=subject[1],
            detail=detail,
            at=now,
        )
    )
