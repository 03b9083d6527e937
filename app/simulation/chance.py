"""Chance that is the same for the same seed and the same names, whatever else was asked before.

Two weeks with the same seed meet the same troubles at the same doors, though their plans, and so the order in which
their drivers ask, differ.
"""

import random


def chance(seed: int, *names: object) -> random.Random:
    """Chance about one thing, such as a store on a day."""
    return random.Random("|".join(str(name) for name in (seed, *names)))


def happens(seed: int, share: float, *names: object) -> bool:
    """Whether something happens that happens in that share of cases."""
    return chance(seed, *names).random() < share
