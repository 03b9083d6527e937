"""From a planned day to its shares: which groups have to be asked, and what comes of their costs. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import routing
from app.domain.cost_games import (
    MOST_EXACT,
    CostGame,
    Group,
    Order,
    all_groups,
    best_split,
    drawn_orders,
    groups_of_orders,
    sampled_shapley,
    shapley,
)
from app.domain.shares import Leaving, Standing, split

GROUPS_ASKED = 400  # about, where there are too many for all
FEWEST_PAIRS = 5  # of orders, so that an error can be told

LeftOut = Literal["nothing_brought", "no_rates"]


@dataclass(frozen=True)
class Asked:
    """A day whose groups are to be asked. Without partners, or where the day cost nothing, there are no groups."""

    problem: routing.Problem
    plan: routing.Plan
    partners: tuple[str, ...]
    orders: tuple[Order, ...]
    groups: tuple[Group, ...]

    @property
    def cents(self) -> int:
        """What the day cost."""
        return sum(routing.driven_cents(self.problem, self.plan).values())


@dataclass(frozen=True)
class PartnerShare:
    """What one partner pays and why, in cents. fair: its Shapley value, with the standard error where it was sampled.
    own_vans: what its own vans cost that day, which it has paid for already."""

    organisation: str
    cents: int
    alone: int
    alone_vans: str
    fair: int
    standard_error: float | None
    own_vans: int
    nearest: Leaving | None


@dataclass(frozen=True)
class DayShares:
    """A day's cost, shared; `standing` is None where there is nothing to share, and `left_out` says of whom why."""

    standing: Standing | None
    cents: int
    network_carries: int
    most_to_gain: int
    groups: int
    exact: bool
    shares: tuple[PartnerShare, ...]
    left_out: Mapping[str, LeftOut]
    driven: Mapping[str, int]
    vans_without_rates: int


def asked(problem: routing.Problem, plan: routing.Plan, seed: int) -> Asked:
    """Which groups have to be asked: all up to eight partners, else those that orders drawn from the seed come by."""
    partners = tuple(sorted(routing.who_shares(problem, plan)))
    if not partners or not sum(routing.driven_cents(problem, plan).values()):
        return Asked(problem, plan, partners, (), ())
    if len(partners) <= MOST_EXACT:
        return Asked(problem, plan, partners, (), tuple(all_groups(partners)))
    orders = drawn_orders(partners, max(FEWEST_PAIRS, GROUPS_ASKED // (2 * len(partners))), seed)
    return Asked(problem, plan, partners, orders, tuple(groups_of_orders(orders)))


def shared(asked: Asked, days: Sequence[routing.GroupDay]) -> DayShares:
    """The shares, from the day of every group that was asked for."""
    driven = routing.driven_cents(asked.problem, asked.plan)
    unpriced = len(routing.without_rates(asked.problem, asked.plan))
    wanting = {need.organisation for need in asked.problem.needs}
    left_out: dict[str, LeftOut] = dict.fromkeys(wanting - set(asked.partners), "nothing_brought")
    if not days:
        left_out |= dict.fromkeys(asked.partners, "no_rates")
        return DayShares(None, asked.cents, 0, 0, 0, True, (), left_out, driven, unpriced)
    game = best_split(CostGame(asked.partners, {day.group: day.cents for day in days}))
    sampled = sampled_shapley(game, asked.orders) if asked.orders else None
    fair = shapley(game) if sampled is None else sampled.values
    found = split(game, fair)
    alone = {next(iter(day.group)): day for day in days if len(day.group) == 1}
    shares = tuple(
        PartnerShare(
            each,
            found.shares[each],
            game.alone(each),
            alone[each].vans,
            round(fair[each]),
            sampled.standard_errors.get(each) if sampled is not None else None,
            driven.get(each, 0),
            found.nearest.get(each),
        )
        for each in asked.partners
    )
    return DayShares(
        found.standing,
        game.whole,
        found.network_carries,
        found.most_to_gain,
        found.groups,
        sampled is None,
        shares,
        left_out,
        driven,
        unpriced,
    )
