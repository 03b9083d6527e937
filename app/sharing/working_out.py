"""From a day, planned or recorded, to its shares: which groups are asked, and what comes of their costs. Pure."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal
from uuid import UUID

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
Kind = Literal["planned", "recorded"]


@dataclass(frozen=True)
class Asked:
    """A day whose groups are to be asked. Without partners, or where the day cost nothing, there are no groups.
    as_planned: where that is so, one partner alone is who it was driven for, and pays it; on a recorded day, the vans
    may have come for others too, who were brought nothing, and it pays at most what it would by itself."""

    problem: routing.Problem
    plan: routing.Plan
    partners: tuple[str, ...]
    orders: tuple[Order, ...]
    groups: tuple[Group, ...]
    as_planned: bool = True

    @property
    def whole_as_driven(self) -> bool:
        """Whether all together are said to cost what was driven: they do, but for one who stands for itself too."""
        return self.as_planned or len(self.partners) > 1

    @property
    def cents(self) -> int:
        """What the day cost."""
        return sum(routing.driven_cents(self.problem, self.plan).values())


@dataclass(frozen=True)
class DayRead:
    """A day whose shares are to be worked out: as it was planned, whole, or as it was recorded.

    digest: the SHA-256 of all that the shares come of. facts: what a reader has to know of the day. planned_grams: of a
    recorded day, what had been planned for each partner. not_reported: vans of whose driving nothing is recorded.
    """

    kind: Kind
    plan_id: UUID
    asked: Asked
    digest: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    planned_grams: Mapping[str, int] = field(default_factory=dict)
    not_reported: int = 0


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
    """A day's cost, shared; `standing` is None where there is nothing to share, and `left_out` says of whom why. Where
    vans were driven and brought nobody anything, all alone would have paid nothing: it is `dearer`, and the network's.
    grams: what was brought to each partner. group_costs: what each group would have paid, as it was searched."""

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
    grams: Mapping[str, int] = field(default_factory=dict)
    group_costs: Mapping[Group, int] = field(default_factory=dict)


def asked(
    problem: routing.Problem,
    plan: routing.Plan,
    seed: int,
    *,
    as_planned: bool = True,
    most_groups: int = GROUPS_ASKED,
) -> Asked:
    """Which groups have to be asked: all up to eight partners, else those that orders drawn from the seed come by,
    about `most_groups`."""
    partners = tuple(sorted(routing.who_shares(problem, plan)))
    if not partners or not sum(routing.driven_cents(problem, plan).values()):
        return Asked(problem, plan, partners, (), (), as_planned)
    if len(partners) <= MOST_EXACT:
        return Asked(problem, plan, partners, (), tuple(all_groups(partners)), as_planned)
    orders = drawn_orders(partners, max(FEWEST_PAIRS, most_groups // (2 * len(partners))), seed)
    return Asked(problem, plan, partners, orders, tuple(groups_of_orders(orders)), as_planned)


def grams_by_partner(problem: routing.Problem, plan: routing.Plan) -> dict[str, int]:
    """What the plan brings to each partner."""
    found: defaultdict[str, int] = defaultdict(int)
    for each in plan.allocations:
        found[problem.needs_by_id[each.need].organisation] += each.grams
    return dict(found)


def shared(asked: Asked, days: Sequence[routing.GroupDay]) -> DayShares:
    """The shares, from the day of every group that was asked for."""
    driven = routing.driven_cents(asked.problem, asked.plan)
    unpriced = len(routing.without_rates(asked.problem, asked.plan))
    wanting = {need.organisation for need in asked.problem.needs}
    left_out: dict[str, LeftOut] = dict.fromkeys(wanting - set(asked.partners), "nothing_brought")
    grams = grams_by_partner(asked.problem, asked.plan)
    if not days:
        left_out |= dict.fromkeys(asked.partners, "no_rates")
        in_vain = 0 if asked.partners else asked.cents
        standing: Standing | None = "dearer" if in_vain else None
        return DayShares(standing, asked.cents, in_vain, 0, 0, True, (), left_out, driven, unpriced, grams)
    game = best_split(CostGame(asked.partners, {day.group: day.cents for day in days}))
    # One alone has no others: what was driven beyond what it would have paid by itself is the network's.
    beyond = max(0, asked.cents - game.whole) if len(asked.partners) == 1 else 0
    if len(asked.partners) == 1:
        game = CostGame(asked.partners, {frozenset(asked.partners): asked.cents - beyond})
    sampled = sampled_shapley(game, asked.orders) if asked.orders else None
    fair = shapley(game) if sampled is None else sampled.values
    found = split(game, fair)
    alone = {next(iter(day.group)): day for day in days if len(day.group) == 1}
    shares = tuple(
        PartnerShare(
            each,
            found.shares[each],
            game.alone(each) if len(asked.partners) > 1 else alone[each].cents,
            alone[each].vans,
            round(fair[each]),
            sampled.standard_errors.get(each) if sampled is not None else None,
            driven.get(each, 0),
            found.nearest.get(each),
        )
        for each in asked.partners
    )
    return DayShares(
        "dearer" if beyond else found.standing,
        asked.cents,
        found.network_carries + beyond,
        found.most_to_gain,
        found.groups,
        sampled is None,
        shares,
        left_out,
        driven,
        unpriced,
        grams,
        {day.group: day.cents for day in days},
    )
