"""What money paid for, as it is read: all of it for the network, a sponsor's own part for the sponsor.

Who paid for what hangs on every grant and route of the network, so it is always worked out over all of them; what is
not the reader's own is left out afterwards.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import cast
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain import funding
from app.domain.funding import Assigned, Bought, Diversity, DrivenRoute, Payment, Purpose
from app.domain.funding_ahead import Ahead, Lasting, ahead
from app.domain.impact_factors import Choice
from app.domain.service_date import service_date_of
from app.kit.auth import Principal
from app.kit.tenancy import Scope, within
from app.models.funding import Grant, RouteCost
from app.models.partners import Network, Site
from app.models.public_pages import DistributionPoint
from app.partners.service import network_of, zone_of
from app.reports.impact.choices import choices_of


@dataclass(frozen=True)
class Books:
    """All money and routes of a network, and who paid for what. named: places that say in public where they are.
    choices: the versions of the factors that its food is counted with."""

    network: Network
    today: date
    grants: Sequence[Grant]
    routes: Mapping[UUID, RouteCost]
    found: Assigned
    ahead: Ahead | None
    named: Mapping[str, str] = field(default_factory=dict)
    choices: Sequence[Choice] = ()

    def bought(self, payments: Iterable[Payment]) -> Bought:
        """What these payments paid for, as the network counts."""
        return funding.bought(payments, self.choices)


@dataclass(frozen=True)
class GrantFigures:
    """One grant with what it paid for. lasting: None where there is no pace."""

    grant: Grant
    left: int
    bought: Bought
    lasting: Lasting | None


@dataclass(frozen=True)
class NetworkFigures:
    """The network's money in cents."""

    given: int
    spent: int
    left: int
    lapsed: int
    uncovered: int
    routes: int
    routes_without_rates: int
    ahead: Ahead | None
    diversity: Diversity | None
    bought: Bought


@dataclass(frozen=True)
class Paid:
    """A payment with its route, and the places that may be named."""

    payment: Payment
    route: RouteCost
    places: Sequence[str]
    other_places: int


def read_books(session: Session, principal: Principal, now: datetime) -> Books:
    """The network's books. What is read across the network leaves here only as one's own, or to the network's staff."""
    principal.require("funding.read")
    with within(session, Scope(network=principal.network_id), principal.scope):
        network = network_of(session, principal)
        today = service_date_of(now, zone_of(network))
        grants = session.scalars(select(Grant).order_by(Grant.created_at, Grant.id)).all()
        routes = session.scalars(select(RouteCost).order_by(RouteCost.service_date, RouteCost.number)).all()
        points = select(Site.id, Site.name).join(DistributionPoint, DistributionPoint.site_id == Site.id)
        choices = choices_of(session, network.id)
        named = {str(site): name for site, name in session.execute(points.where(DistributionPoint.is_public))}
    money, driven = [as_rule(each) for each in grants], [_as_driven(each) for each in routes]
    found = funding.assigned(money, driven)
    coming = ahead(money, found.left, driven, today)
    return Books(network, today, grants, {each.id: each for each in routes}, found, coming, named, choices)


def as_rule(row: Grant) -> funding.Grant:
    """A grant as the rule book reads it."""
    giver = str(row.organisation_id) if row.organisation_id else f"name {row.giver.casefold()}"
    return funding.Grant(
        row.id, giver, row.cents, row.valid_from, row.valid_until, row.entered_on, row.restricted,
        cast(Purpose, row.purpose), frozenset(row.chosen), row.ended_on,
    )  # fmt: skip


def _as_driven(row: RouteCost) -> DrivenRoute:
    return DrivenRoute(
        row.id, row.service_date, row.number, row.cents, row.grams, row.metres, row.grams_co2e_driving,
        str(row.vehicle_id), row.cooled, frozenset(row.places),
    )  # fmt: skip


def is_seen(principal: Principal, grant: Grant) -> bool:
    """Whether the reader may know of a grant: the network's staff of all, a sponsor of its own."""
    return principal.may_across_network("funding.read") or grant.organisation_id == principal.organisation_id


def figures(principal: Principal, books: Books) -> list[GrantFigures]:
    """The grants that the reader may know of, with their figures, in the order in which they were entered."""
    return [
        GrantFigures(
            each,
            books.found.left[each.id],
            books.bought(books.found.of_grant(each.id)),
            None if books.ahead is None else books.ahead.grants[each.id],
        )
        for each in books.grants
        if is_seen(principal, each)
    ]


def network_figures(principal: Principal, books: Books) -> NetworkFigures | None:
    """The sums; None for whoever does not see the network."""
    if not principal.may_across_network("funding.read"):
        return None
    rules = [as_rule(each) for each in books.grants]
    over = [each for each in rules if each.ends < books.today]
    now = [each for each in rules if each.first <= books.today <= each.ends]
    left = books.found.left
    spent = books.bought(books.found.payments)
    return NetworkFigures(
        given=sum(each.cents for each in rules),
        spent=spent.cents,
        left=sum(left[each.id] for each in rules if each not in over),
        lapsed=sum(left[each.id] for each in over),
        uncovered=sum(books.found.uncovered.values()),
        routes=len(books.routes),
        routes_without_rates=sum(not each.has_rates for each in books.routes.values()),
        ahead=books.ahead,
        diversity=funding.diversity(funding.by_giver(now)),
        bought=spent,
    )


def paid_by(books: Books, grant_id: UUID) -> list[Paid]:
    """What a grant paid for, the newest first, without the names of places that do not name themselves in public."""
    found = []
    for payment in reversed(books.found.of_grant(grant_id)):
        route = books.routes[payment.route]
        places = sorted(books.named[each] for each in route.places if each in books.named)
        found.append(Paid(payment, route, places, len(route.places) - len(places)))
    return found


def payments_of(session: Session, principal: Principal, grant_id: UUID, now: datetime) -> list[Payment]:
    """What one grant paid so far."""
    return read_books(session, principal, now).found.of_grant(grant_id)


def of_same_giver(books: Books, grant: Grant) -> list[Grant]:
    """All grants of the one who gave this one."""
    giver = as_rule(grant).giver
    return [each for each in books.grants if as_rule(each).giver == giver]
