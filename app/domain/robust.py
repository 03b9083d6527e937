"""Statistics that a few wild values do not move: a location with a prior, a scale, quantiles. Pure arithmetic.

Sources: Huber, Robust Estimation of a Location Parameter (1964), for the weights; Hampel, The Influence Curve (1974),
for the median absolute deviation; Hyndman and Fan, Sample Quantiles in Statistical Packages (1996), type 7, for
quantiles; DerSimonian and Laird, Meta-analysis in Clinical Trials (1986), for how much groups differ.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

HUBER_K = 1.345  # 95 % as efficient as the mean where nothing is wild
MAD_TO_SIGMA = 1.4826  # the median absolute deviation of a normal law, inverted
Z_90 = 1.6449  # half of a 90 % interval in standard deviations
STEPS = 60
CLOSE = 1e-9


@dataclass(frozen=True)
class Belief:
    """What is known of one number: its most likely value and the variance of the error."""

    value: float
    variance: float

    @property
    def half_interval(self) -> float:
        """Half of the 90 % interval."""
        return Z_90 * math.sqrt(self.variance)


@dataclass(frozen=True)
class Group:
    """The location of one group by itself, the variance of its error, how many values it stands on."""

    value: float
    variance: float
    count: int


def quantile(values: Sequence[float], share: float) -> float:
    """The value below which `share` of the values lie (Hyndman and Fan, type 7); raises ValueError for no values."""
    if not values:
        raise ValueError("no values, no quantile")
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    below = math.floor(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (place - below) * (ordered[above] - ordered[below])


def median(values: Sequence[float]) -> float:
    """The middle value; raises ValueError for no values."""
    return quantile(values, 0.5)


def spread(residuals: Sequence[float], prior: float, worth: float) -> float:
    """The variance of one value about its centre: by the median absolute residual, drawn towards `prior`, a standard
    deviation that counts as `worth` values."""
    if not residuals:
        return prior**2
    found = MAD_TO_SIGMA * median([abs(each) for each in residuals])
    return (worth * prior**2 + len(residuals) * found**2) / (worth + len(residuals))


def weight(residual: float, scale: float) -> float:
    """Huber's weight: 1 near the centre, falling as 1/distance beyond, so that no value's pull is above a bound."""
    distance = abs(residual) / scale
    return 1.0 if distance <= HUBER_K else HUBER_K / distance


def located(values: Sequence[float], variance: float, prior: Belief) -> Belief:
    """The centre of the values given a prior: the mode under Huber's loss, by reweighted means.

    `variance` is that of one value. Without values the prior itself; each value pulls by at most HUBER_K standard
    deviations, weighed against the prior's precision.
    """
    scale, strength = math.sqrt(variance), 1 / prior.variance
    ordered = sorted(values)  # the same sum whatever order they came in
    centre = prior.value
    weights: list[float] = []
    for _ in range(STEPS):
        weights = [weight(each - centre, scale) for each in ordered]
        precision = sum(weights) / variance + strength
        pull = sum(w * each for w, each in zip(weights, ordered, strict=True)) / variance
        moved = (pull + strength * prior.value) / precision
        near, centre = abs(moved - centre) < CLOSE, moved
        if near:
            break
    return Belief(centre, 1 / (sum(weights) / variance + strength))


def between(groups: Sequence[Group], prior: float, worth: float) -> float:
    """The variance of the groups' true values about their common centre, beyond what chance makes of it (DerSimonian
    and Laird), drawn towards `prior`, a standard deviation that counts as `worth` groups."""
    if len(groups) < 2:
        return prior**2
    weights = [1 / group.variance for group in groups]
    total = sum(weights)
    centre = sum(w * group.value for w, group in zip(weights, groups, strict=True)) / total
    excess = sum(w * (group.value - centre) ** 2 for w, group in zip(weights, groups, strict=True)) - (len(groups) - 1)
    found = max(0.0, excess / (total - sum(w * w for w in weights) / total))
    free = len(groups) - 1
    return (worth * prior**2 + free * found) / (worth + free)
