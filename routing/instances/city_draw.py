"""Random numbers for published instances: the same for everybody, whichever Python, numpy or processor they have."""

import random
from collections.abc import Sequence
from statistics import NormalDist

_NORMAL = NormalDist()


class Draw:
    """One stream of numbers for one purpose. Only `random()` of a seeded generator is promised never to change, so
    everything is made from it, and each purpose has a stream of its own: another fleet leaves the offers as they are.
    """

    def __init__(self, key: str) -> None:
        self._random = random.Random(key)  # noqa: S311 - an instance has to come out the same again

    def between(self, low: float, high: float) -> float:
        """Uniform from `low` up to, but without, `high`."""
        return low + (high - low) * self._random.random()

    def chance(self, share: float) -> bool:
        return self._random.random() < share

    def normal(self, mean: float, deviation: float) -> float:
        return mean + deviation * _NORMAL.inv_cdf(self._random.random() or 0.5)  # exactly 0 has no place on the curve

    def one_of[T](self, things: Sequence[T]) -> T:
        return things[int(self._random.random() * len(things))]

    def weighted[T](self, weights: Sequence[tuple[T, float]]) -> T:
        """One of the things, as often as its weight says; the weights need not add up to 1."""
        rest = self._random.random() * sum(weight for _, weight in weights)
        for thing, weight in weights:
            rest -= weight
            if rest < 0:
                return thing
        return weights[-1][0]

    def shuffled[T](self, things: Sequence[T]) -> list[T]:
        keyed = [(self._random.random(), number) for number in range(len(things))]
        return [things[number] for _, number in sorted(keyed)]
