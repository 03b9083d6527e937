"""When a drive ends that begins at a given second, and the other way round: by the table of a day's pace
(`routing.pace.ClockTable`, to the second as `routing.pace.Pace`), or by plain sums where a day has none.

The clock is `Day.clock`, which has no rows without a pace; or None, for which numba makes machine code that knows no
pace: the innermost loops are a fifth faster by that.
"""

from typing import Any

from routing.engine.compiled import compiled
from routing.engine.layout import (
    CLOCK_FIRST,
    CLOCK_MARKS,
    CLOCK_ROWS,
    FIRST_ROW,
    NEVER,
    ONE,
    PERCENT,
    RANK,
    WHOLE,
    ZERO,
)


@compiled
def paced_arrival(clock: Any, leave: Any, seconds: Any) -> Any:
    """`arrival` where there is a pace; NEVER after the end of the table."""
    at = leave - clock[0, CLOCK_FIRST]
    if seconds >= NEVER or at < 0.0 or at >= clock[0, CLOCK_ROWS]:
        return NEVER
    row = int(at) + ONE
    mark = clock[row, WHOLE] + int(seconds)
    if mark >= clock[0, CLOCK_MARKS]:
        return NEVER
    found, rank = clock[mark + ONE, FIRST_ROW], clock[row, RANK]
    while found <= clock[0, CLOCK_ROWS] and clock[found, WHOLE] == mark and clock[found, RANK] < rank:
        found += 1
    if found > clock[0, CLOCK_ROWS]:
        return NEVER
    return float(found - ONE + clock[0, CLOCK_FIRST])


@compiled
def arrival(clock: Any, leave: Any, seconds: Any) -> Any:
    """When a stretch of so many seconds of the travel tables is behind a vehicle that leaves then."""
    if clock is None:
        return leave + seconds
    return leave + seconds if len(clock) == 0 else paced_arrival(clock, leave, seconds)


@compiled
def paced_leaving(clock: Any, arrive: Any, seconds: Any) -> Any:
    """`leaving` where there is a pace; -NEVER before the begin of the table."""
    at = arrive - clock[0, CLOCK_FIRST]
    if seconds >= NEVER or at < 0.0 or at >= clock[0, CLOCK_ROWS]:
        return -NEVER
    row = int(at) + ONE
    mark = clock[row, WHOLE] - int(seconds)
    if mark < 0:
        return -NEVER
    found = (clock[mark + 2, FIRST_ROW] if mark + 1 < clock[0, CLOCK_MARKS] else clock[0, CLOCK_ROWS] + ONE) - ONE
    rank = clock[row, RANK]
    while found > 0 and clock[found, WHOLE] == mark and clock[found, RANK] > rank:
        found -= 1
    if found == ZERO:
        return -NEVER
    return float(found - ONE + clock[0, CLOCK_FIRST])


@compiled
def leaving(clock: Any, arrive: Any, seconds: Any) -> Any:
    """The latest second to leave for a stretch of so many seconds of the travel tables and arrive by then."""
    if clock is None:
        return arrive - seconds
    return arrive - seconds if len(clock) == 0 else paced_leaving(clock, arrive, seconds)


@compiled
def paced_slowness(clock: Any, second: Any) -> Any:
    """`slowness` where there is a pace; outside the table as the travel tables have it."""
    at = second - clock[0, CLOCK_FIRST]
    if at < 0.0 or at >= clock[0, CLOCK_ROWS]:
        return 1.0
    return clock[int(at) + ONE, PERCENT] / 100.0


@compiled
def slowness(clock: Any, second: Any) -> Any:
    """What drives take at this second, as a multiple of the travel tables' seconds: good enough to compare places."""
    if clock is None:
        return 1.0
    return 1.0 if len(clock) == 0 else paced_slowness(clock, second)
