"""How partners share what a day cost: nobody pays more than alone, where it can be no group would pay less by leaving,
and within that as near as can be to what each adds to the cost (Shapley). Whole cents that add up.

Sources: Gillies, Solutions to General Non-Zero-Sum Games (1959), for the core; Shapley and Shubik, Quasi-Cores in a
Monetary Economy (1966), for the least core; Balinski and Young, Fair Representation (1982), for largest remainders.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from typing import Literal

from app.domain.cost_games import MOST_EXACT, CostGame, Group
from app.domain.nearest_split import Limit, nearest_split

Standing = Literal["core", "least_core", "dearer"]


@dataclass(frozen=True)
class Leaving:
    """Of a partner's groups, itself alone among them, the one that would leave first: what it saves by staying, in
    cents; below 0, what it would save by leaving."""

    group: Group
    saves_by_staying: int


@dataclass(frozen=True)
class Split:
    """Who pays how many cents.

    standing: `core` (no group that was looked at would pay less by itself), `least_core` (there is no such split; this
        one leaves the unhappiest group as little to gain as can be, to the cent), or `dearer` (together it costs more
        than everybody alone: each pays what it would alone, and the network the rest).
    shares: of each partner; with what the network carries they add up to the whole cost.
    most_to_gain: what the unhappiest group would save by leaving; with `core` nothing, but for cents of rounding.
    groups: how many groups of two or more were looked at.
    nearest: of each partner, the group that would leave first.
    """

    standing: Standing
    shares: Mapping[str, int]
    network_carries: int
    most_to_gain: int
    groups: int
    nearest: Mapping[str, Leaving]


def split(game: CostGame, fair: Mapping[str, Fraction]) -> Split:
    """Share the whole cost of the game, near to the `fair` numbers, which add up to it: the Shapley value, or what was
    sampled of it. Raises ValueError for fair numbers of other partners or of another sum."""
    if set(fair) != set(game.partners) or sum(fair.values()) != game.whole:
        raise ValueError("the fair numbers are those of the game's partners and add up to its cost")
    beyond = game.whole - sum(game.alone(partner) for partner in game.partners)
    if beyond > 0:
        return _told(game, "dearer", {partner: game.alone(partner) for partner in game.partners}, beyond)
    nearest = nearest_split(fair, limits(game, 0))
    standing: Standing = "core"
    gain = 0
    if nearest is None:
        standing = "least_core"
        gain = least_gain(game, fair)
        nearest = nearest_split(fair, limits(game, gain))
    if nearest is None:
        raise ArithmeticError("no split keeps limits that all keep who pay at most what they pay alone")
    return _told(game, standing, in_cents(game, nearest, gain), 0)


def limits(game: CostGame, gain: int) -> list[Limit]:
    """Nobody pays more than alone, and no group would save more than `gain` cents by leaving."""
    alone = [Limit(group, game.costs[group]) for group in game.alone_groups if len(game.partners) > 1]
    return alone + [Limit(group, game.costs[group] + gain) for group in game.groups]


def least_gain(game: CostGame, fair: Mapping[str, Fraction]) -> int:
    """The fewest cents that the unhappiest group has to gain by leaving, when nobody pays more than alone: the least
    core, rounded up to whole cents."""
    high = max((sum(game.alone(each) for each in group) - game.costs[group] for group in game.groups), default=0)
    low, high = 0, max(0, high)
    while low < high:
        middle = (low + high) // 2
        if nearest_split(fair, limits(game, middle)) is None:
            low = middle + 1
        else:
            high = middle
    return low


def in_cents(game: CostGame, exact: Mapping[str, Fraction], gain: int) -> dict[str, int]:
    """The split in whole cents that add up. Everybody's share is rounded to a neighbouring cent, so nobody gets beyond
    what is paid alone; who is rounded up is chosen so that groups stay within their limits, and, where groups do not
    decide, by the largest remainder. With more partners than can be tried, the largest remainder alone decides."""
    down = {partner: math.floor(cents) for partner, cents in exact.items()}
    left = {partner: exact[partner] - down[partner] for partner in exact}
    ups = game.whole - sum(down.values())
    by_remainder = sorted((each for each in left if left[each]), key=lambda each: (-left[each], each))
    tried: Sequence[tuple[str, ...]] = [tuple(by_remainder[:ups])]
    if len(by_remainder) <= MOST_EXACT:
        tried = list(combinations(by_remainder, ups))  # the largest remainders first, so that they win a tie

    def strain(ups: tuple[str, ...]) -> tuple[int, Fraction]:
        shares = {partner: cents + (partner in ups) for partner, cents in down.items()}
        return max(0, _most_to_gain(game, shares) - gain), -sum((left[each] for each in ups), Fraction())

    chosen = min(tried, key=strain)
    return {partner: cents + (partner in chosen) for partner, cents in down.items()}


def _most_to_gain(game: CostGame, shares: Mapping[str, int]) -> int:
    return max((sum(shares[each] for each in group) - game.costs[group] for group in game.groups), default=0)


def _told(game: CostGame, standing: Standing, shares: Mapping[str, int], network_carries: int) -> Split:
    nearest = {}
    leaving = (*game.alone_groups, *game.groups) if len(game.partners) > 1 else ()
    for partner in game.partners:
        own = [group for group in leaving if partner in group]
        if own:
            first = min(own, key=lambda group: game.costs[group] - sum(shares[each] for each in group))
            nearest[partner] = Leaving(first, game.costs[first] - sum(shares[each] for each in first))
    most = max(0, _most_to_gain(game, shares))
    return Split(standing, dict(shares), network_carries, most, len(game.groups), nearest)
