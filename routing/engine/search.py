"""The search on a day: a first plan at once, then ruin and recreate until the time or the iterations are over."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from routing.engine.anneal import insert_all, open_all, remember_best, return_to_best, search
from routing.engine.layout import (
    BEST_WORTH,
    BLINKS,
    BY_ABSENT,
    BY_BANK,
    BY_ROUTE,
    COLD,
    FLEET,
    HOT,
    LONGEST_STRING,
    MAKE_WAY,
    MEAN_OUT,
    MOST_ABSENT,
    SITE,
    STEPS_TO_DO,
)
from routing.engine.meter import Meter
from routing.engine.prepare import Prepared


@dataclass(frozen=True)
class Found:
    """The best plan so far, in numbers."""

    worth: float  # thousandths of a cent
    grams: int
    metres: int


@dataclass(frozen=True)
class Heat:
    """Temperatures in thousandths of a cent, from the begin to the end of a search."""

    hot: float = 2_000_000.0
    cold: float = 20_000.0

    def cooled(self, part: float) -> "Heat":
        """The same from a cooler begin on, never below the end."""
        return Heat(max(self.cold, self.hot * part), self.cold)


@dataclass(frozen=True)
class Habits:
    """How the search takes out and puts back; found by trial on city days, see docs/benchmarks.md."""

    mean_out: float = 10.0
    longest_string: float = 10.0
    blinks: float = 0.01
    by_bank: float = 0.05
    by_route: float = 0.02
    by_absent: float = 0.1
    most_absent: int = 20
    make_way: float = 0.05

    def row(self, steps: int, hot: float, cold: float) -> NDArray[np.float64]:
        found = np.zeros(12)
        found[MEAN_OUT], found[LONGEST_STRING], found[BLINKS] = self.mean_out, self.longest_string, self.blinks
        found[BY_BANK], found[BY_ROUTE], found[MOST_ABSENT] = self.by_bank, self.by_route, self.most_absent
        found[BY_ABSENT], found[MAKE_WAY] = self.by_absent, self.make_way
        found[HOT], found[COLD], found[STEPS_TO_DO], found[FLEET] = hot, cold, steps, 0.0
        return found


def begin(prepared: Prepared) -> None:
    """Every vehicle on its empty route; to be called before anything is put in."""
    closed = np.flatnonzero(prepared.state.enabled == 0)
    open_all(prepared.day, prepared.state, prepared.scratch)
    prepared.state.enabled[closed] = 0


def fill(prepared: Prepared) -> None:
    """Put in greedily whatever is on no route, and keep the result as the best."""
    insert_all(prepared.day, prepared.state, prepared.scratch)
    remember_best(prepared.state, prepared.scratch)


def improve(
    prepared: Prepared,
    meter: Meter,
    *,
    stopped: Callable[[], bool],
    better: Callable[[Found], None] | None = None,
    habits: Habits | None = None,
    heat: Heat | None = None,
) -> None:
    """Search while the meter allows, and end with the best plan found. `better` is called after a chunk that has
    found a better one."""
    habits, heat = habits or Habits(), heat or Heat()
    state, scratch = prepared.state, prepared.scratch
    cooling = heat.cold / heat.hot
    best = float(state.totals[BEST_WORTH])
    while len(prepared.pieces) and (steps := meter.next_steps()) and not stopped():
        part = meter.part()
        later = min(1.0, part + meter.share_of(steps))
        row = habits.row(steps, heat.hot * cooling**part, heat.hot * cooling**later)
        before = time.monotonic()
        done = search(prepared.day, state, scratch, row)
        meter.count(int(done), time.monotonic() - before)
        if state.totals[BEST_WORTH] > best:
            best = float(state.totals[BEST_WORTH])
            if better is not None:
                better(best_found(prepared))
    return_to_best(prepared.day, state, scratch)


def best_found(prepared: Prepared) -> Found:
    """The best plan of the search in numbers."""
    day, scratch, metres = prepared.day, prepared.scratch, 0.0
    for vehicle in np.flatnonzero(scratch.best_node_count):
        sites = scratch.best_stops[vehicle, : scratch.best_stop_count[vehicle], SITE]
        metres += float(day.metres[day.vehicle_profile[vehicle], sites[:-1], sites[1:]].sum())
    return Found(float(prepared.state.totals[BEST_WORTH]), int(scratch.best_piece[:, 2].sum()), round(metres))
