"""Pairs that wait: a search does without them, and only what it leaves over goes to them."""

from collections.abc import Collection
from dataclasses import replace

from routing.problem import Eligibility, Problem

Pairs = Collection[tuple[str, str]]  # of a lot and a need, by name


def without_pairs(problem: Problem, later: Pairs) -> Problem:
    """The problem in which these lots may not go to these needs."""
    if not later:
        return problem
    waiting = frozenset(later)
    kept = (
        Eligibility(lot, need, deadline)
        for lot, need in problem.pairs()
        if (lot, need) not in waiting and (deadline := problem.deadline(lot, need)) is not None
    )
    return replace(problem, eligibilities=tuple(kept))
