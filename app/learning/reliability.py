"""Who can be relied on: kept after each route, read worst first, and followed up by a dispatcher."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.domain.reliability import Happening, SiteVisit, reliability_of, wilson_lower
from app.kit import audit
from app.kit.auth import Principal
from app.kit.errors import conflict, not_found
from app.learning.visits import visits_of_sites
from app.models.expected import FollowUp, SiteReliability
from app.models.partners import Network, Organisation, Site


def keep_reliability(session: Session, network: Network, window: timedelta, today: date, now: datetime) -> None:
    """Replace what is known of a network's sites by what the visits of the window say."""
    session.execute(delete(SiteReliability).where(SiteReliability.network_id == network.id))
    found = visits_of_sites(session, network.id, today - window, today)
    wanted = {site for site, _ in found}
    owners = {site.id: site.organisation_id for site in session.scalars(select(Site).where(Site.id.in_(wanted)))}
    session.add_all(
        _row(network.id, owners[site], site, side, visits, now) for (site, side), visits in sorted(found.items())
    )
    session.flush()


def _row(
    network_id: UUID, organisation_id: UUID, site_id: UUID, side: str, visits: Sequence[SiteVisit], now: datetime
) -> SiteReliability:
    known = reliability_of(visits)
    return SiteReliability(
        site_id=site_id,
        side=side,
        network_id=network_id,
        organisation_id=organisation_id,
        visits=known.visits,
        troubled=known.troubled,
        counts=dict(known.counts),
        reasons=dict(known.reasons),
        happenings=[_plain(each) for each in known.happenings],
        last_happened_at=known.last_happened_at,
        learnt_at=now,
    )


def _plain(happening: Happening) -> dict[str, object]:
    return {
        "service_date": happening.day.isoformat(),
        "trouble": happening.trouble,
        "heard_at": happening.heard_at.isoformat(),
        "words": dict(happening.words),
    }


@dataclass(frozen=True)
class ReliabilityLine:
    """A site with what became of its visits, and the last time that somebody spoke with it about that."""

    row: SiteReliability
    site_name: str
    organisation_name: str
    followed: FollowUp | None

    @property
    def worst_share(self) -> float:
        """The share of visits at which something goes wrong, at least, as far as the visits tell."""
        return wilson_lower(self.row.troubled, self.row.visits)

    @property
    def to_follow_up(self) -> bool:
        """Whether something happened of which nobody has spoken with them."""
        last = self.row.last_happened_at
        return last is not None and (self.followed is None or self.followed.heard_until < last)


def reliability(session: Session, principal: Principal) -> list[ReliabilityLine]:
    """The sites that were visited in the last twelve weeks, the worst first: all of them for those who plan, with who
    followed up; their own for partners, without."""
    principal.require("allocations.read")
    rows = session.execute(
        select(SiteReliability, Site.name, Organisation.name)
        .join(Site, Site.id == SiteReliability.site_id)
        .join(Organisation, Organisation.id == SiteReliability.organisation_id)
        .where(SiteReliability.network_id == principal.network_id)
    ).all()
    followed = {
        (each.site_id, each.side): each
        for each in session.scalars(
            select(FollowUp).where(FollowUp.network_id == principal.network_id).order_by(FollowUp.followed_at)
        )
    }
    lines = [
        ReliabilityLine(row, site, organisation, followed.get((row.site_id, row.side)))
        for row, site, organisation in rows
    ]
    return sorted(lines, key=lambda each: (-each.worst_share, -each.row.visits, each.site_name, each.row.side))


def follow_up(
    session: Session, principal: Principal, site_id: UUID, side: str, seen_until: datetime, note: str, now: datetime
) -> FollowUp:
    """Somebody has spoken with a site about all that had happened there until `seen_until`: it is off the list until
    something new happens.

    Raises `not_found`, and `something_new_happened` (409) where more has happened than was seen.
    """
    principal.require("plans.edit")
    row = session.get(SiteReliability, (site_id, side))
    if row is None or row.last_happened_at is None:
        raise not_found("site")
    if row.last_happened_at.replace(microsecond=0) > seen_until:
        raise conflict("something_new_happened", "Something else has happened there since you looked. Read it first.")
    found = FollowUp(
        network_id=row.network_id,
        site_id=site_id,
        side=side,
        heard_until=row.last_happened_at,
        note=note,
        followed_by=principal.name,
        followed_at=now,
    )
    session.add(found)
    session.flush()
    audit.record(
        session, principal, "reliability.follow_up", ("site", site_id), now, owner=row.organisation_id, side=side
    )
    return found
