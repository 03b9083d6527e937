"""Whether a plan leaves a stated need so far from met that its food bank should hear of it, and whether it has. Pure.

Needs are the most that a place takes, so few are met to the gram: what is worth telling is that less than half comes.
"""

WORTH_HALF = 2  # a need is unmet where it gets less than one part in so many


def is_unmet(asked: int, planned: int) -> bool:
    """Whether a plan brings nothing of a need, or less than half. Both in grams."""
    return planned * WORTH_HALF < asked


def has_to_be_told(asked: int, planned: int, told: int | None) -> bool:
    """Whether the food bank has to hear that a need is unmet: not again for a plan that brings as much as was told.

    told: the grams that were said to come when it was told last; None where it was not, or was met since.
    """
    return is_unmet(asked, planned) and (told is None or planned < told)


def told_afterwards(asked: int, planned: int, told: int | None) -> int | None:
    """What counts as told once a plan is published."""
    if not is_unmet(asked, planned):
        return None
    return planned if told is None else min(told, planned)
