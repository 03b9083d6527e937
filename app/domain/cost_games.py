"""Cost games: what every group of partners would pay by itself, and the Shapley value of it, in exact fractions.

Sources: Shapley, A Value for n-Person Games (1953), for the value; Castro, Gomez and Tejada, Polynomial Calculation of
the Shapley Value Based on Sampling (2009), for sampling it by orders in which partners join; Mitchell, Cooper, Frank
and Holmes, Sampling Permutations for Shapley Value Estimation (2022), for taking each order with its reverse.
"""

import math
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from itertools import combinations

MOST_EXACT = 8  # partners: 255 groups; with more, groups are asked only as far as orders drawn at random need them

Group = frozenset[str]
Order = tuple[str, ...]


@dataclass(frozen=True)
class CostGame:
    """What each group of partners would pay by itself, in cents. All groups of one and the whole are there always, all
    others where the game is exact. Raises ValueError for a partner twice, a group of strangers, or costs that miss."""

    partners: tuple[str, ...]
    costs: Mapping[Group, int]

    def __post_init__(self) -> None:
        everybody = frozenset(self.partners)
        if not self.partners or len(everybody) != len(self.partners):
            raise ValueError("a game has partners, each once")
        if any(not group or not group <= everybody for group in self.costs):
            raise ValueError("a group has partners of the game")
        missing = [group for group in (everybody, *self.alone_groups) if group not in self.costs]
        if missing:
            raise ValueError("what each partner pays alone, and all together, has to be known")

    @property
    def everybody(self) -> Group:
        return frozenset(self.partners)

    @property
    def alone_groups(self) -> tuple[Group, ...]:
        return tuple(frozenset((partner,)) for partner in self.partners)

    @property
    def whole(self) -> int:
        """What all of them together pay: what is to be shared."""
        return self.costs[self.everybody]

    def alone(self, partner: str) -> int:
        return self.costs[frozenset((partner,))]

    @cached_property
    def groups(self) -> tuple[Group, ...]:
        """The groups of two or more who could leave, of those whose costs are known, in an order of their own."""
        known = [group for group in self.costs if 1 < len(group) < len(self.partners)]
        return tuple(sorted(known, key=lambda group: (len(group), sorted(group))))

    @property
    def is_exact(self) -> bool:
        """Whether the costs of all groups are known."""
        return len(self.costs) + 1 == 1 << len(self.partners)


def all_groups(partners: Sequence[str]) -> list[Group]:
    """Every group of them but the empty one, small ones first."""
    return [frozenset(found) for size in range(1, len(partners) + 1) for found in combinations(partners, size)]


def drawn_orders(partners: Sequence[str], pairs: int, seed: int) -> tuple[Order, ...]:
    """Orders in which the partners join, drawn from the seed, each followed by its reverse: who comes early in the one
    comes late in the other, so that the two together err less than two drawn apart."""
    chance = random.Random(seed)  # noqa: S311 - a statement has to come out the same again
    orders: list[Order] = []
    for _ in range(pairs):
        order = tuple(chance.sample(sorted(partners), len(partners)))
        orders += [order, order[::-1]]
    return tuple(orders)


def groups_of_orders(orders: Iterable[Order]) -> list[Group]:
    """The groups whose costs are needed: everybody alone, and all who have joined after each step of each order. Since
    with an order goes its reverse, the rest of each group is there too."""
    found: dict[Group, None] = {}
    for order in orders:
        for place in range(len(order)):
            found.setdefault(frozenset((order[place],)))
            found.setdefault(frozenset(order[: place + 1]))
    return list(found)


def best_split(game: CostGame) -> CostGame:
    """The game in which a group pays at most what two parts of it pay, who may part again: a group can always do what
    its parts would do. What all pay together stays, since that is what was driven."""
    costs = dict(game.costs)
    for group in game.groups:
        parts = [part for part in costs if len(part) < len(group) and part <= group and group - part in costs]
        costs[group] = min([costs[group], *(costs[part] + costs[group - part] for part in parts)])
    return replace(game, costs=costs)


def shapley(game: CostGame) -> dict[str, Fraction]:
    """What each partner adds to the cost, on average over all orders of joining; raises ValueError where not all groups
    are known."""
    if not game.is_exact:
        raise ValueError("the exact value needs the cost of every group")
    count = len(game.partners)
    orders = math.factorial(count)
    found = {}
    for partner in game.partners:
        total = game.alone(partner) * math.factorial(count - 1)
        for group, cost in game.costs.items():
            if partner not in group:
                before, after = len(group), count - len(group) - 1
                added = game.costs[group | {partner}] - cost
                total += math.factorial(before) * math.factorial(after) * added
        found[partner] = Fraction(total, orders)
    return found


@dataclass(frozen=True)
class Sampled:
    """The value as some orders have it. `standard_errors`: of each partner's number, in cents, by how much the pairs of
    an order and its reverse differ; none where there are less than two pairs."""

    values: dict[str, Fraction]
    standard_errors: dict[str, float]


def sampled_shapley(game: CostGame, orders: Sequence[Order]) -> Sampled:
    """What each partner adds to the cost, on average over these orders, as `drawn_orders` gives them. The numbers add
    up to the whole cost exactly, whichever orders were drawn. Raises ValueError for a group that is not known."""
    if not orders or len(orders) % 2:
        raise ValueError("orders come in pairs, at least one")
    added = [_added(game, order) for order in orders]
    pairs = list(zip(added[::2], added[1::2], strict=True))
    values, errors = {}, {}
    for partner in game.partners:
        means = [Fraction(first[partner] + second[partner], 2) for first, second in pairs]
        mean = sum(means, Fraction()) / len(means)
        values[partner] = mean
        if len(means) > 1:
            variance = sum(((each - mean) ** 2 for each in means), Fraction()) / (len(means) - 1)
            errors[partner] = math.sqrt(variance / len(means))
    return Sampled(values, errors)


def _added(game: CostGame, order: Order) -> dict[str, int]:
    """What each adds to the cost of those before."""
    found, before = {}, 0
    for place, partner in enumerate(order):
        cost = game.costs.get(frozenset(order[: place + 1]))
        if cost is None:
            raise ValueError("the cost of a group on the way is not known")
        found[partner], before = cost - before, cost
    return found
