"""The shares of a day's cost, done again by other means: no line of code in common with what made them.

What is told of a day (who paid what, and what each group would have paid) is taken as it is read over HTTP. From that:
Shapley by walking through the orders of joining one by one, the core and the least core by OR-Tools' linear solver, the
nearest split by non-negative least squares (Lawson and Hanson, Solving Least Squares Problems, 1974, chapter 23), the
cents by trying who is rounded up. Whatever differs by more than a rounding of the last digit is a sentence.
"""

import math
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import combinations, permutations
from typing import Any

import numpy as np

from app.month.least_distance import nearest_point
from app.month.least_gain import least_gain

NEAR = 1e-5  # cents: what numbers with a point may stray by
ALL_ORDERS_UP_TO = ALL_ROUNDINGS_UP_TO = 8


@dataclass(frozen=True)
class TypedDay:
    """A day as it is told, money in cents. partners: ids in their order. costs: by the bits of a group."""

    day: str
    partners: tuple[str, ...]
    costs: Mapping[int, int]
    shares: Sequence[int]
    alone: Sequence[int]
    adds: Sequence[int]
    errors: Sequence[float | None]
    nearest: Sequence[int | None]
    whole: int
    vans: int
    carried: int
    most_to_gain: int
    standing: str | None
    exact: bool
    groups: int
    seed: int

    @property
    def everybody(self) -> int:
        return (1 << len(self.partners)) - 1

    @cached_property
    def best(self) -> dict[int, int]:
        """What groups count with: no more than two known parts of it, parted again; the whole as it was driven."""
        found: dict[int, int] = {}
        for bits in sorted(self.costs, key=int.bit_count):
            parted = [
                found[part] + found[bits ^ part] for part in found if part & bits == part and bits ^ part in found
            ]
            found[bits] = self.costs[bits] if bits == self.everybody else min([self.costs[bits], *parted])
        return found

    @cached_property
    def leaving(self) -> dict[int, int]:
        """The groups of two or more that could leave, and what they would pay."""
        return {bits: cost for bits, cost in self.best.items() if 1 < bits.bit_count() < len(self.partners)}


def typed_day(told: Mapping[str, Any]) -> TypedDay | None:
    """One day of `GET /cost-shares` with `groups=true`; None where nothing was shared.

    Raises ValueError where what each group would pay is not told.
    """
    [day] = told["days"]
    paying = sorted((row for row in told["shares"] if row["share"] is not None), key=lambda row: row["organisation_id"])
    if not paying:
        return None
    if not day["group_costs"]:
        raise ValueError(f"{day['service_date']}: what each group would pay is not told.")
    partners = tuple(row["organisation_id"] for row in paying)
    place = {each: number for number, each in enumerate(partners)}
    costs = {sum(1 << place[each] for each in row["partners"]): _cents(row["cost"]) for row in day["group_costs"]}
    return TypedDay(
        day["service_date"],
        partners,
        costs,
        [_cents(row["share"]) for row in paying],
        [_cents(row["alone"]) for row in paying],
        [_cents(row["adds"]) for row in paying],
        [row["adds_error"] for row in paying],
        [None if row["nearest"] is None else _cents(row["nearest"]["saves_by_staying"]) for row in paying],
        _cents(day["cost"]),
        sum(_cents(row["cost"]) for row in day["vans"]),
        _cents(day["network_carries"]),
        _cents(day["most_to_gain"]),
        day["standing"],
        day["exact"],
        day["groups"],
        day["seed"],
    )


def _cents(money: str) -> int:
    return round(Fraction(money) * 100)


def faults_of(day: TypedDay) -> Iterator[str]:
    """What is not as it has to be, a sentence each."""
    for sentence in _sums(day):
        yield f"{day.day}: {sentence}"
    if len(day.partners) == 1:  # there is nobody to share with: what it pays is in the sums
        return
    fair, errors = shapley_again(day)
    for sentence in (*_adds(day, fair, errors), *_split(day, fair)):
        yield f"{day.day}: {sentence}"


def _sums(day: TypedDay) -> Iterator[str]:
    """To the cent, and nobody above its cost alone."""
    paid = sum(day.shares) + day.carried
    known = day.whole if len(day.partners) == 1 else day.costs[day.everybody]  # one alone may be driven dearer
    if not paid == day.whole == day.vans == known:
        yield f"{paid} cents are paid, {day.vans} were driven, and the day cost {day.whole}."
    for place, (share, alone) in enumerate(zip(day.shares, day.alone, strict=True)):
        if alone != day.best[1 << place]:
            yield f"{day.partners[place]} alone is {alone} cents, and its own day cost {day.best[1 << place]}."
        if share > alone:
            yield f"{day.partners[place]} pays {share} cents, and {alone} alone."
        own = [cost - _of(day.shares, bits) for bits, cost in _groups_with(day, place)]
        if own and day.nearest[place] != min(own):
            yield f"{day.partners[place]} saves {min(own)} cents by staying, and {day.nearest[place]} are told."
    if day.groups != len(day.leaving) or day.exact != (len(day.costs) == day.everybody):
        yield f"{day.groups} groups are told, and {len(day.leaving)} are there."
    gain = max([0, *(_of(day.shares, bits) - cost for bits, cost in day.leaving.items())])
    if gain != day.most_to_gain:
        yield f"the unhappiest group gains {gain} cents by leaving, and {day.most_to_gain} are told."


def _groups_with(day: TypedDay, place: int) -> Iterator[tuple[int, int]]:
    if len(day.partners) > 1:
        yield 1 << place, day.best[1 << place]
        yield from ((bits, cost) for bits, cost in day.leaving.items() if bits >> place & 1)


def _of(amounts: Sequence[Any], bits: int) -> Any:
    return sum(amount for place, amount in enumerate(amounts) if bits >> place & 1)


def shapley_again(day: TypedDay) -> tuple[list[Fraction], list[float | None]]:
    """What each adds on average: over all orders, or over the very orders that were drawn, with the standard error.

    Raises ValueError where the groups told are not those of any number of orders drawn from the seed.
    """
    count = len(day.partners)
    if day.exact and count <= ALL_ORDERS_UP_TO:
        added = [0] * count
        for order in permutations(range(count)):
            for place, more in _walk(day, order):
                added[place] += more
        return [Fraction(each, math.factorial(count)) for each in added], [None] * count
    orders = _orders_drawn(day)
    walks = [dict(_walk(day, order)) for order in orders]
    pairs = [(first, second) for first, second in zip(walks[::2], walks[1::2], strict=True)]
    means = [[Fraction(one[place] + two[place], 2) for one, two in pairs] for place in range(count)]
    fair = [sum(each, Fraction()) / len(pairs) for each in means]
    errors: list[float | None] = [
        float(np.std([float(value) for value in each], ddof=1) / math.sqrt(len(pairs))) if len(pairs) > 1 else None
        for each in means
    ]
    return fair, errors


def _walk(day: TypedDay, order: Sequence[int]) -> Iterator[tuple[int, int]]:
    there, before = 0, 0
    for place in order:
        there |= 1 << place
        yield place, day.best[there] - before
        before = day.best[there]


def _orders_drawn(day: TypedDay) -> list[tuple[int, ...]]:
    """As docs/decisions/0036 has it: drawn from the seed, each followed by its reverse, until they come by just the
    groups that are told."""
    rng, count = random.Random(day.seed), len(day.partners)  # noqa: S311 - the same orders again
    orders: list[tuple[int, ...]] = []
    met: set[int] = {1 << place for place in range(count)}
    while met < set(day.costs):
        order = tuple(day.partners.index(each) for each in rng.sample(sorted(day.partners), count))
        for each in (order, order[::-1]):
            orders.append(each)
            met |= {sum(1 << place for place in each[:joined]) for joined in range(1, count + 1)}
    if met != set(day.costs):
        raise ValueError(f"{day.day}: the groups are not those of orders drawn from the seed {day.seed}.")
    return orders


def _adds(day: TypedDay, fair: Sequence[Fraction], errors: Sequence[float | None]) -> Iterator[str]:
    for partner, told, ours, error, again in zip(day.partners, day.adds, fair, day.errors, errors, strict=True):
        if abs(told - ours) > Fraction(1, 2):
            yield f"{partner} adds {float(ours):.3f} cents on average, and {told} are told."
        if (error is None) != (again is None) or (error is not None and again and abs(error / again - 1) > NEAR):
            yield f"the standard error of {partner} is {again}, and {error} is told."


def _split(day: TypedDay, fair: Sequence[Fraction]) -> Iterator[str]:
    """The core, the least core, and of all splits that are allowed the nearest to what each adds."""
    if day.whole > sum(day.alone):
        if day.standing != "dearer" or list(day.shares) != list(day.alone):
            yield "together it was dearer than alone, and not everybody pays what it would alone."
        return
    gain = least_gain(day.whole, day.alone, day.leaving)
    cents = math.ceil(gain - NEAR)
    if day.standing != ("least_core" if cents else "core"):
        yield f"the unhappiest group has to gain {gain:.4f} cents, and the day stands as {day.standing}."
    limits = [(1 << place, cost) for place, cost in enumerate(day.alone) if len(day.partners) > 1]
    limits += [(bits, cost + cents) for bits, cost in day.leaving.items()]
    point = nearest_point([float(each) for each in fair], limits)
    if point is None:
        yield "there is no split that keeps the limits."
        return
    yield from _rounded(day, point, cents)


def _rounded(day: TypedDay, point: Sequence[float], gain: int) -> Iterator[str]:
    """Whether the cents are those of the nearest split: a neighbouring cent each, groups within their limits as far as
    can be, and then the largest remainders."""
    down = [math.floor(each + NEAR) for each in point]
    rest = [max(0.0, each - low) for each, low in zip(point, down, strict=True)]
    ups = [share - low for share, low in zip(day.shares, down, strict=True)]
    for partner, up, left, exact in zip(day.partners, ups, rest, point, strict=True):
        if up not in (0, 1) or (up and left < NEAR):
            yield f"the nearest split has {exact:.4f} cents for {partner}, and it pays {exact - left + up:.0f}."
            return
    wanting = [place for place, left in enumerate(rest) if left >= NEAR]
    if len(wanting) > ALL_ROUNDINGS_UP_TO:
        best = sum(sorted((rest[place] for place in wanting), reverse=True)[: sum(ups)])
        if best - sum(left for left, up in zip(rest, ups, strict=True) if up) > NEAR * len(ups):
            yield "others have a larger remainder than those who are rounded up."
        return

    def strain(chosen: Sequence[int]) -> tuple[int, float]:
        shares = [low + (place in chosen) for place, low in enumerate(down)]
        beyond = max([0, *(_of(shares, bits) - cost - gain for bits, cost in day.leaving.items())])
        return beyond, -sum(rest[place] for place in chosen)

    paid = strain([place for place, up in enumerate(ups) if up])
    least = min(strain(chosen) for chosen in combinations(wanting, sum(ups)))
    if paid[0] != least[0] or paid[1] - least[1] > NEAR * len(ups):
        yield "rounded otherwise, groups would be nearer to their limits, or larger remainders be rounded up."
