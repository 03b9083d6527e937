"""Weekdays, 1 to 7 from Monday on, as few runs of days that follow each other. Pure."""

from collections.abc import Iterable


def runs_of(weekdays: Iterable[int]) -> list[tuple[int, int]]:
    """The first and the last day of each run, in order; a day by itself is both."""
    runs: list[tuple[int, int]] = []
    for day in sorted(set(weekdays)):
        if runs and runs[-1][1] == day - 1:
            runs[-1] = (runs[-1][0], day)
        else:
            runs.append((day, day))
    return runs
