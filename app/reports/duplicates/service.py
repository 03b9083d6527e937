"""The verb of duplicate effort: say that an entry is dealt with."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.domain.duplicate_entries import entries_of
from app.domain.duplicates import MOST_METRES, found_on
from app.kit import audit
from app.kit.auth import Principal
from app.kit.errors import not_found
from app.models.duplicates import DuplicateMark
from app.reports.duplicates.reading import read_days


def mark_duplicate(
    session: Session, principal: Principal, entry: str, seen_until: date, outcome: str, note: str, now: datetime
) -> DuplicateMark:
    """Somebody has dealt with an entry as it was until that day, its last one: it stays away until it happens again.

    Raises `not_found` where there was no such entry on that day.
    """
    principal.require("plans.edit")
    days = read_days(session, principal.network_id, seen_until, seen_until).days
    there = {each.key: each for each in entries_of(found for day in days for found in found_on(day, MOST_METRES))}
    if entry not in there:
        raise not_found("entry")
    mark = DuplicateMark(
        network_id=principal.network_id,
        entry=entry,
        outcome=outcome,
        note=note,
        seen_until=seen_until,
        marked_by=principal.name,
        marked_at=now,
    )
    session.add(mark)
    session.flush()
    place = UUID(there[entry].sides[0].place)
    audit.record(session, principal, "duplicates.mark", ("site", place), now, outcome=outcome)
    return mark
