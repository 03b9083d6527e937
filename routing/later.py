"""Pairs that wait: a search does without them, and only what it leaves over goes to them."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from routing.problem import Eligibility, Problem
from routing.retime import Tour, retime, with_breaks_in_place

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


def tours_without_pairs(problem: Problem, tours: Sequence[Tour], later: Pairs) -> tuple[Tour, ...]:
    """The tours without the food of these pairs; a shift that cannot drive what is left of its tour drives nothing."""
    waiting = frozenset(later)
    found = []
    for shift, tour in zip(problem.shifts, tours, strict=True):
        kept = [
            replace(visit, cargo=tuple(each for each in visit.cargo if (each.lot, each.need) not in waiting))
            for visit in tour
        ]
        left = with_breaks_in_place([each for each in kept if each.cargo or each.kind == "break"], shift.start_site)
        drives = any(visit.cargo for visit in left) and retime(problem, shift, left) is not None
        found.append(left if drives else ())
    return tuple(found)
