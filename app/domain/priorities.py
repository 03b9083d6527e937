"""How urgent a need is, as people say it and as a plan weighs it."""

USUAL = 3
# What fairness towards a need is worth, in per cent of the usual, by its priority: 1 can wait, 5 is most urgent.
FAIRNESS_PERCENT: dict[int, int] = {1: 50, 2: 75, USUAL: 100, 4: 150, 5: 200}


def fairness_percent(priority: int) -> int:
    """The weight of a need in a plan."""
    return FAIRNESS_PERCENT[priority]
