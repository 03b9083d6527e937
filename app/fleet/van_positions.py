"""Forget where a van was last: for whoever ends its links, and for the driver who stops or is done."""

from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.orm import Session

from app.models.fleet import VanPosition


def forget_position(session: Session, shift_id: UUID) -> None:
    """Forget the place of a shift's van; also where none is known. The session is in a scope that opens the shift."""
    session.execute(delete(VanPosition).where(VanPosition.shift_id == shift_id))
