"""The list of duplicate effort that those who plan work through, worked out when it is read."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.duplicate_entries import Entry, entries_of, to_work_through
from app.domain.duplicates import MOST_METRES, USUAL_METRES, found_on
from app.kit.auth import Principal
from app.kit.errors import refused
from app.kit.many_rows import among
from app.models.duplicates import DuplicateMark
from app.models.partners import Organisation, Site
from app.reports.duplicates.reading import read_days

USUAL_DAYS = 28
MOST_DAYS = 92


@dataclass(frozen=True)
class Line:
    """An entry with the names of its sides, and what was said of it last."""

    entry: Entry
    partners: Sequence[str]
    places: Sequence[str]
    mark: DuplicateMark | None

    @property
    def to_work_through(self) -> bool:
        """Whether it is to be dealt with."""
        return to_work_through(self.entry, None if self.mark is None else self.mark.seen_until)


@dataclass(frozen=True)
class DuplicateEffort:
    """The lines of some days, most kilometres first. recorded, planned: the published days that it was looked for on.
    unread: published days whose plan cannot be read any more."""

    lines: Sequence[Line]
    recorded: Sequence[date]
    planned: Sequence[date]
    unread: Sequence[date]


def usual_days(today: date) -> tuple[date, date]:
    """The first and the last of the four weeks that are over."""
    return today - timedelta(days=USUAL_DAYS), today - timedelta(days=1)


def duplicate_effort(
    session: Session, principal: Principal, first: date, last: date, within_metres: int = USUAL_METRES
) -> DuplicateEffort:
    """What was done twice, or for little, from the first to the last day, both included.

    Raises `range_inverted`, `too_many_days_to_look_at` or `too_far_to_be_near` (422).
    """
    principal.require("plans.edit")
    if last < first:
        raise refused("range_inverted", "The last day is before the first. Swap the two.")
    if last - first >= timedelta(days=MOST_DAYS):
        raise refused("too_many_days_to_look_at", "At most {days} days are looked at. Choose fewer.", days=MOST_DAYS)
    if not 0 <= within_metres <= MOST_METRES:
        raise refused("too_far_to_be_near", "Choose a distance from 0 to {metres} m.", metres=MOST_METRES)
    read = read_days(session, principal.network_id, first, last)
    entries = entries_of(found for day in read.days for found in found_on(day, within_metres))
    return DuplicateEffort(
        lines=_lines(session, principal, entries),
        recorded=[day.day for day in read.days if day.recorded],
        planned=[day.day for day in read.days if not day.recorded],
        unread=read.unread,
    )


def _lines(session: Session, principal: Principal, entries: Sequence[Entry]) -> list[Line]:
    sides = {side for entry in entries for side in entry.sides}
    partners = _names(session, Organisation, {UUID(side.partner) for side in sides})
    places = _names(session, Site, {UUID(side.place) for side in sides})
    marks = select(DuplicateMark).where(
        DuplicateMark.network_id == principal.network_id, DuplicateMark.entry.in_({each.key for each in entries})
    )
    said = session.scalars(marks.order_by(DuplicateMark.marked_at, DuplicateMark.id))
    newest = {mark.entry: mark for mark in said}
    return [
        Line(
            entry,
            [partners.get(UUID(side.partner), "") for side in entry.sides],
            [places.get(UUID(side.place), "") for side in entry.sides],
            newest.get(entry.key),
        )
        for entry in entries
    ]


def _names(session: Session, model: type[Organisation] | type[Site], ids: Collection[UUID]) -> dict[UUID, str]:
    found = session.execute(select(model.id, model.name).where(among(model.id, ids)))
    return {row.id: row.name for row in found}
