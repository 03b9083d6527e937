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


def require_active(session: Session, network_id: UUID, organisation_id: UUID, day: date) -> Membership:
    """The partnership in force; raises `partnership_not_active` (422) where there is none on the day."""
    known = memberships_of(session, network_id, organisation_id)
    found = rules.in_force(known, day)
    if found is None:
        sentence = rules.NOT_ACTIVE[rules.why_not_active(known, day) or "ended"]
        name = session.get_one(Organisation, organisation_id).name
        raise refused("partnership_not_active", sentence, name=name, day=day.isoformat())
    return found


def require_covered(session: Session, site: Site, day: date, categories: Iterable[str]) -> None:
    """Raise `partnership_not_active` or `outside_partnership` (422), which names all that the terms do not cover."""
    membership = require_active(session, site.network_id, site.organisation_id, day)
    asked = list(categories)
    found = rules.outside(membership.covered, str(site.id), day, asked)
    if not found:
        return
    name = session.get_one(Organisation, site.organisation_id).name
    sentence = "The partnership of {name} does not cover {what}: agree new terms first."
    errors = []
    for part in found:
        words = {"name": name, "what": _told(part, site)}
        text = sentence.format_map(words)
        errors += [FieldError(pointer, text, "outside_partnership", words) for pointer in _pointers(part, asked)]
    raise refused("outside_partnership", sentence, errors, name=name, what=_told(found[0], site))


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
