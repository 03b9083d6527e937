"""What a food bank got of what it asked for: one definition of the fill rate for plans and reports."""

from collections.abc import Iterable, Sequence


def fill_rate(delivered_grams: int, wanted_grams: int) -> float:
    """The share of a need that was met, from 0 to 1; a need of nothing is met, more than wanted is 1."""
    if delivered_grams < 0 or wanted_grams < 0:
        raise ValueError("grams cannot be negative")
    return 1.0 if wanted_grams == 0 else min(1.0, delivered_grams / wanted_grams)


def lowest_fill_rate(delivered_and_wanted: Iterable[tuple[int, int]]) -> float | None:
    """The fill rate of the organisation that is worst off; None where nobody asks for anything."""
    rates = [fill_rate(delivered, wanted) for delivered, wanted in delivered_and_wanted if wanted > 0]
    return min(rates, default=None)


def gini(rates: Sequence[float]) -> float | None:
    """How unlike some rates are: 0 where all are equal, near 1 where one has everything; None where there are none.

    The mean difference of all pairs as a part of twice the mean (Gini 1912). To be shown: plans steer by the lowest.
    """
    if any(rate < 0 for rate in rates):
        raise ValueError("rates cannot be negative")
    total = sum(rates)
    if not rates:
        return None
    if total == 0:
        return 0.0
    ordered = sorted(rates)
    weighted = sum((2 * place - len(ordered) - 1) * rate for place, rate in enumerate(ordered, 1))
    return max(0.0, weighted / (len(ordered) * total))
