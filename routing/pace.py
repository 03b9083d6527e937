"""How long drives take by the time of day: from each step on, a stretch takes so many per cent of the seconds that the
travel tables give it. Whoever leaves later never arrives earlier, since it is the speed that changes in steps and not
the time of a whole drive (Ichoua, Gendreau and Potvin 2003).

All of it is counted exactly, in whole numbers: the free-flow clock C(t), the table's seconds that can be driven until
second t, is held in units of which a second has as many as every step divides.
"""

from bisect import bisect_right
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from math import gcd, lcm
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from routing.problem import PaceStep, Problem

AS_THE_TABLES = 100  # per cent
Numbers = NDArray[np.int64]


class Pace:
    """The steps of a network's pace, put to use. Seconds are those of `Problem`, and may lie before 0; a stretch of so
    many `seconds` is one of the travel tables, at 100 per cent."""

    def __init__(self, steps: Sequence["PaceStep"]) -> None:
        """steps: with `from_second` rising; 100 per cent before the first."""
        self.steps = tuple(steps)
        self._begins = [step.from_second for step in self.steps]
        self.unit = lcm(*(step.percent for step in self.steps))
        self._rates = [AS_THE_TABLES * self.unit // step.percent for step in self.steps]
        self._done: list[int] = []  # C at each begin
        for number, begin in enumerate(self._begins):
            if not number:
                self._done.append(begin * self.unit)
                continue
            lasted = begin - self._begins[number - 1]
            self._done.append(self._done[-1] + lasted * self._rates[number - 1])

    def arrive(self, leave: int, seconds: int) -> int:
        """The first whole second at which the stretch is driven by whoever leaves then: never before it really is. It
        rises with both, and nothing to drive takes no time."""
        if not self.steps or not seconds:
            return leave + seconds
        target = self.clock(leave) + seconds * self.unit
        step = bisect_right(self._done, target) - 1
        if step < 0:
            return -(-target // self.unit)
        return self._begins[step] - (self._done[step] - target) // self._rates[step]

    def latest_leave(self, arrive: int, seconds: int) -> int:
        """The latest second at which to leave and still arrive by then: the greatest `t` with
        `arrive(t, seconds) <= arrive`."""
        if not self.steps or not seconds:
            return arrive - seconds
        target = self.clock(arrive) - seconds * self.unit
        step = bisect_right(self._done, target) - 1
        if step < 0:
            return target // self.unit
        return self._begins[step] + (target - self._done[step]) // self._rates[step]

    def clock(self, second: int) -> int:
        """C of this second, in units of which a second of the tables has `unit`."""
        step = bisect_right(self._begins, second) - 1
        if step < 0:
            return second * self.unit
        return self._done[step] + (second - self._begins[step]) * self._rates[step]

    def percent_at(self, second: int) -> int:
        """What a stretch takes at this second, in per cent of the table."""
        step = bisect_right(self._begins, second) - 1
        return self.steps[step].percent if step >= 0 else AS_THE_TABLES

    def _percents(self, first: int, last: int) -> list[int]:
        """Of all that holds at some time from the first to the last second."""
        later = [step.percent for step in self.steps if first < step.from_second <= last]
        return [self.percent_at(first), *later]

    def fastest(self, first: int, last: int) -> int:
        """The least per cent between these seconds: no drive there takes less of its table."""
        return min(self._percents(first, last))

    def slowest(self, first: int, last: int) -> int:
        """The most per cent between these seconds: no drive there takes more of its table."""
        return max(self._percents(first, last))


@lru_cache(maxsize=32)
def _of_steps(steps: tuple["PaceStep", ...]) -> Pace:
    return Pace(steps)


def pace_of(problem: "Problem") -> Pace:
    """The pace of a problem, by which all its drives are timed."""
    return _of_steps(problem.pace)


class ClockTable:
    """The same for many drives at once: C(t) for every second from `first` to `last`, still exact. Of each second it
    has the whole of C and the rank of its fraction among all fractions that occur, since two of them are only ever
    compared; and for each whole, the first second at which C is as much."""

    def __init__(self, pace: Pace, first: int, last: int) -> None:
        """pace: with at least one step."""
        self.first, self.last = first, last
        self.percents = np.empty(last - first + 1, dtype=np.int64)
        self.wholes = np.empty(last - first + 1, dtype=np.int64)
        self.ranks = np.empty(last - first + 1, dtype=np.int64)
        parts = list(_parts(pace, first, last))
        ranks = {rest: rank for rank, rest in enumerate(sorted({rest for part in parts for rest in part.rests}))}
        for part in parts:
            here = slice(part.begin - first, part.end - first)
            cycles, places = np.divmod(np.arange(part.end - part.begin), len(part.rests))
            self.percents[here] = part.percent
            self.wholes[here] = np.array(part.wholes)[places] + cycles * part.cycle
            self.ranks[here] = np.array([ranks[rest] for rest in part.rests])[places]
        self.lowest, highest = int(self.wholes[0]), int(self.wholes[-1])
        self.firsts = np.searchsorted(self.wholes, np.arange(self.lowest, highest + 1))

    def arrive(self, leave: Numbers, seconds: Numbers, late: int) -> Numbers:
        """`Pace.arrive` of each drive; `late` for those that end after the table's last second or begin outside it."""
        known = (leave >= self.first) & (leave <= self.last)
        rows = np.where(known, leave - self.first, 0)
        marks = self.wholes[rows] - self.lowest + seconds
        known &= marks < len(self.firsts)
        marks[~known] = 0
        ranks = self.ranks[rows]
        found = self.firsts[marks]
        while True:
            short = known & (self.wholes[found] == marks + self.lowest) & (self.ranks[found] < ranks)
            ended = short & (found == len(self.wholes) - 1)
            known &= ~ended
            if not (short & ~ended).any():
                break
            found = found + (short & ~ended)
        return np.where(known, found + self.first, late)


class _Part:
    """The seconds of one step from `begin` up to `end`, not included. C at the second begin + i is wholes[w] + rests[w]
    (in units) + cycle x (i // len(wholes)) with w = i % len(wholes)."""

    def __init__(self, begin: int, end: int, percent: int, clock: int, unit: int) -> None:
        self.begin, self.end, self.percent = begin, end, percent
        common = gcd(percent, AS_THE_TABLES)
        count, self.cycle = min(percent // common, end - begin), AS_THE_TABLES // common
        rate = AS_THE_TABLES * unit // percent
        found = [divmod(clock + number * rate, unit) for number in range(count)]
        self.wholes, self.rests = [whole for whole, _ in found], [rest for _, rest in found]


def _parts(pace: Pace, first: int, last: int) -> list[_Part]:
    edges = [first, *(step.from_second for step in pace.steps if first < step.from_second <= last), last + 1]
    return [_Part(begin, end, pace.percent_at(begin), pace.clock(begin), pace.unit) for begin, end in pairwise(edges)]


@lru_cache(maxsize=8)
def _table(steps: tuple["PaceStep", ...], first: int, last: int) -> ClockTable:
    return ClockTable(_of_steps(steps), first, last)


def clock_table(problem: "Problem", first: int, last: int) -> ClockTable | None:
    """The table of a problem's pace between these seconds; None where it has none, and drives take the tables' time."""
    return _table(problem.pace, first, last) if problem.pace else None
