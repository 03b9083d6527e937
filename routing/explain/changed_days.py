"""The same day with one thing changed: what `routing.explain.changes` proves its changes on."""

from collections.abc import Sequence
from dataclasses import replace

from routing.limits import LATEST_SECOND
from routing.problem import Lot, Need, Problem, Shift, TimeWindow


def moved(window: TimeWindow, amount: int, later: bool) -> TimeWindow:
    """The window open so many seconds longer: at its end, or at its begin."""
    if later:
        return TimeWindow(window.earliest, min(LATEST_SECOND, window.latest + amount))
    return TimeWindow(max(0, window.earliest - amount), window.latest)


def one_moved(windows: Sequence[TimeWindow], number: int, amount: int, later: bool) -> tuple[TimeWindow, ...]:
    """The windows with one of them open longer; those that it then reaches are one with it."""
    changed = moved(windows[number], amount, later)
    found: list[TimeWindow] = []
    for window in sorted((*windows[:number], changed, *windows[number + 1 :]), key=lambda each: each.earliest):
        if found and window.earliest <= found[-1].latest:
            found[-1] = TimeWindow(found[-1].earliest, max(found[-1].latest, window.latest))
        else:
            found.append(window)
    return tuple(found)


def with_lot(problem: Problem, lot: Lot) -> Problem:
    return replace(problem, lots=tuple(lot if each.id == lot.id else each for each in problem.lots))


def with_need(problem: Problem, need: Need) -> Problem:
    return replace(problem, needs=tuple(need if each.id == need.id else each for each in problem.needs))


def with_shift(problem: Problem, shift: Shift) -> Problem:
    """The shift in the place of the one of its id, or added. Raises ProblemError where its vehicle is out already."""
    if shift.id not in problem.shifts_by_id:
        return replace(problem, shifts=(*problem.shifts, shift))
    return replace(problem, shifts=tuple(shift if each.id == shift.id else each for each in problem.shifts))


def with_storage(problem: Problem, site_id: str, temperature_class: str, grams: int) -> Problem:
    """So many grams more room for this class at the site, which has a limit for it."""
    site = problem.sites_by_id[site_id]
    name = f"{temperature_class}_grams"
    storage = replace(site.storage, **{name: getattr(site.storage, name) + grams})
    larger = replace(site, storage=storage)
    return replace(problem, sites=tuple(larger if each.id == site_id else each for each in problem.sites))
