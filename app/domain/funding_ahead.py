"""How long money lasts: the last four weeks' routes driven again and again, paid by the same rule. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import product
from uuid import UUID

from app.domain.funding import Assigned, DrivenRoute, Grant, assigned

PACE = timedelta(days=28)
MOST_PACES = 26  # two years: further than anybody's costs stay as they are
DAYS_A_MONTH = 30.44


@dataclass(frozen=True)
class Lasting:
    """How long one grant lasts at this pace: the last day on which it pays, None where it pays nothing more.
    unspent: cents that nothing is left to spend on when it ends. beyond: it lasts longer than was looked."""

    last_day: date | None
    unspent: int
    beyond: bool


@dataclass(frozen=True)
class Ahead:
    """covered_until: the last day before the first one that is not paid in full, none of the coming ones where that is
    today; None where the money lasts longer than was looked. pace: cents a month."""

    covered_until: date | None
    months: float | None
    pace: float
    grants: Mapping[UUID, Lasting]


def ahead(
    grants: Sequence[Grant], left: Mapping[UUID, int], routes: Iterable[DrivenRoute], today: date
) -> Ahead | None:
    """What comes of what is left if the coming weeks are as the last four; None where nothing that cost anything was
    driven in these: there is no pace then, and nothing is said."""
    lately = [each for each in routes if today - PACE <= each.day < today and each.cents]
    if not lately:
        return None
    driven = product(range(1, MOST_PACES + 1), lately)
    coming = [_again(each, later, place) for place, (later, each) in enumerate(driven)]
    standing = [replace(each, cents=left[each.id]) for each in grants]
    found = assigned(standing, coming)
    days = {each.id: each.day for each in coming}
    first_gap = min((days[each] for each in found.uncovered), default=None)
    pace = sum(each.cents for each in lately) * DAYS_A_MONTH / PACE.days
    return Ahead(
        covered_until=None if first_gap is None else first_gap - timedelta(days=1),
        months=None if first_gap is None else (first_gap - today).days / DAYS_A_MONTH,
        pace=pace,
        grants={each.id: _lasting(each, found, today) for each in standing},
    )


def _again(route: DrivenRoute, later: int, place: int) -> DrivenRoute:
    """The route so many times four weeks later. What it brings is not asked."""
    return DrivenRoute(
        UUID(int=place), route.day + PACE * later, route.number, route.cents, vehicle=route.vehicle,
        cooled=route.cooled, places=route.places,
    )  # fmt: skip


def _lasting(grant: Grant, found: Assigned, today: date) -> Lasting:
    last = max((each.day for each in found.payments if each.grant == grant.id), default=None)
    unspent, horizon = found.left[grant.id], today + PACE * MOST_PACES
    beyond = bool(unspent) and last is not None and grant.ends >= horizon
    return Lasting(last, 0 if beyond else unspent, beyond)
