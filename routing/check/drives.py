"""How long a drive takes by the pace of a day, worked out step by step with fractions."""

from collections.abc import Sequence
from fractions import Fraction
from math import ceil

from routing.problem import PaceStep


def arrival(pace: Sequence[PaceStep], leave: int, seconds: int) -> int:
    """The whole second, rounded up, at which a stretch of so many seconds of the travel tables is behind whoever leaves
    then."""
    if not pace:  # for most days, and fractions are slow
        return leave + seconds
    now, left, percent = Fraction(leave), Fraction(seconds), 100
    for step in pace:
        if step.from_second > leave:
            driven = (step.from_second - now) * 100 / percent
            if driven >= left:
                break
            now, left = Fraction(step.from_second), left - driven
        percent = step.percent
    return ceil(now + left * percent / 100)
