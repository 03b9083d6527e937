"""Whether an organisation takes part on a day, and what its terms cover: asked by offers, needs, fleet and planning."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain import partnerships as rules
from app.domain.categories import WORDS
from app.domain.partnerships import Covered, Membership, Outside
from app.kit.errors import FieldError, refused
from app.models.partners import Organisation, Partnership, Site


def membership_of(row: Partnership) -> Membership:
    """A partnership as the rules read it."""
    terms = row.terms
    covered = Covered(
        frozenset(terms.get("categories", ())),
        frozenset(terms.get("weekdays", ())),
        frozenset(terms.get("site_ids", ())),
    )
    return Membership(row.state, row.valid_from, row.valid_until, row.renewed_by_id is not None, covered)


def memberships_of(session: Session, network_id: UUID, organisation_id: UUID) -> list[Membership]:
    """All that an organisation has or had with a network."""
    query = select(Partnership).where(
        Partnership.network_id == network_id, Partnership.organisation_id == organisation_id
    )
    return [membership_of(row) for row in session.scalars(query)]


def active_organisations(session: Session, network_id: UUID, day: date) -> frozenset[UUID]:
    """Those whose partnership with the network is in force on the day."""
    found: dict[UUID, list[Membership]] = defaultdict(list)
    for row in session.scalars(select(Partnership).where(Partnership.network_id == network_id)):
        found[row.organisation_id].append(membership_of(row))
    return frozenset(each for each, all_of_it in found.items() if rules.in_force(all_of_it, day) is not None)


def require_active(session: Session, network_id: UUID, organisation_id: UUID, day: date) -> None:
    """Raise `partnership_not_active` (422) where no partnership is in force on the day."""
    fault = _not_active(session, memberships_of(session, network_id, organisation_id), organisation_id, day)
    if fault is not None:
        raise refused(fault.code, fault.template, **fault.words)


def _not_active(
    session: Session, known: list[Membership], organisation_id: UUID, day: date, pointer: str = ""
) -> FieldError | None:
    why = rules.why_not_active(known, day)
    if why is None and rules.in_force(known, day) is not None:
        return None
    sentence = rules.NOT_ACTIVE[why or "ended"]
    words = {"name": session.get_one(Organisation, organisation_id).name, "day": day.isoformat()}
    return FieldError(pointer, sentence.format_map(words), "partnership_not_active", words, sentence)


def uncovered(session: Session, site: Site, day: date, categories: Iterable[str]) -> list[FieldError]:
    """Everything of an offer that no partnership in force on the day covers, each at its field."""
    known = memberships_of(session, site.network_id, site.organisation_id)
    membership = rules.in_force(known, day)
    if membership is None:
        fault = _not_active(session, known, site.organisation_id, day, "/site_id")
        return [] if fault is None else [fault]
    asked = list(categories)
    sentence = "The partnership of {name} does not cover {what}: agree new terms first."
    errors = []
    for part in rules.outside(membership.covered, str(site.id), day, asked):
        name = session.get_one(Organisation, site.organisation_id).name
        words = {"name": name, "what": _told(part, site)}
        text = sentence.format_map(words)
        errors += [
            FieldError(pointer, text, "outside_partnership", words, sentence) for pointer in _pointers(part, asked)
        ]
    return errors


def _told(part: Outside, site: Site) -> str:
    if part.part == "site":
        return site.name
    return rules.WEEKDAY_NAMES[int(part.what) - 1] if part.part == "weekday" else WORDS[part.what]


def _pointers(part: Outside, categories: list[str]) -> list[str]:
    if part.part == "site":
        return ["/site_id"]
    if part.part == "weekday":
        return ["/pickup_from"]
    return [f"/lines/{number}/category" for number, each in enumerate(categories) if each == part.what]
