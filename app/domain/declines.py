"""What food banks decline, and what is learnt from it: which food is planned for a place only if nobody else takes it.

A case is one promise of a published plan to a place that came to an end: the food was handed over, or it was turned
down, beforehand (a decline with a reason of not wanting) or at the door. Of the last twelve weeks each case weighs half
as much for every four weeks that it is old. With the weights of what was turned down and of what was taken as successes
and failures, and Jeffreys' prior Beta(1/2, 1/2), the share that is turned down is more than a half with a probability
that the incomplete beta function gives (Brown, Cai and DasGupta, "Interval estimation for a binomial proportion",
Statistical Science 16, 2001, recommend this prior for few cases). A place is reluctant where it turned food of the
category down at least three times and that probability is at least 0.8: three of four recent times, or four of five,
are enough, three of five are not.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

# Why a food bank declines; whether that says anything of the next time.
REASONS: dict[str, tuple[str, bool]] = {
    "not_wanted": ("People here do not take it.", True),
    "too_much": ("It is more than we can use.", True),
    "short_dated": ("There is too little time left to use it.", True),
    "no_room": ("There is no room to store it today.", False),
    "nobody_there": ("Nobody is here to receive it.", False),
    "other": ("Another reason.", False),
}
NOT_WANTED = frozenset(code for code, (_, tells) in REASONS.items() if tells)
REFUSED_FOR_NOT_WANTING = frozenset({"refused_at_the_door"})  # of a driver's reasons

LOOKS_BACK = timedelta(weeks=12)
HALF_LIFE = timedelta(weeks=4)
FEWEST = 3  # times turned down
SURE = 0.8  # that more than a half is turned down
_PRIOR = 0.5


@dataclass(frozen=True)
class Case:
    """One promise to a place that came to an end, and when."""

    site: str
    category: str
    at: datetime
    turned_down: bool


@dataclass(frozen=True)
class Lesson:
    """What is known of one place and category: how often food was turned down and in how many cases, and how sure it
    is that it is more than half of them."""

    site: str
    category: str
    turned_down: int
    cases: int
    sureness: float

    @property
    def reluctant(self) -> bool:
        """Whether such food is planned for the place only when nobody else takes it."""
        return self.turned_down >= FEWEST and self.sureness >= SURE


def lessons(
    cases: Iterable[Case], now: datetime, forgotten: Mapping[tuple[str, str], datetime] | None = None
) -> list[Lesson]:
    """What the cases of the last weeks say, by place and category; what lies before it was `forgotten` is out."""
    found: defaultdict[tuple[str, str], list[Case]] = defaultdict(list)
    for case in cases:
        since = (forgotten or {}).get((case.site, case.category))
        if now - LOOKS_BACK <= case.at and (since is None or case.at > since):
            found[case.site, case.category].append(case)
    return [_lesson(key, mine, now) for key, mine in sorted(found.items())]


def _lesson(key: tuple[str, str], cases: Sequence[Case], now: datetime) -> Lesson:
    down, taken = (
        sum(0.5 ** (max(timedelta(), now - case.at) / HALF_LIFE) for case in cases if case.turned_down is wanted)
        for wanted in (True, False)
    )
    return Lesson(
        site=key[0],
        category=key[1],
        turned_down=sum(case.turned_down for case in cases),
        cases=len(cases),
        sureness=round(more_than_half(down, taken), 4),
    )


def more_than_half(turned_down: float, taken: float) -> float:
    """How probable it is that more than a half is turned down, after so many (weighted) cases of each."""
    return 1.0 - incomplete_beta(turned_down + _PRIOR, taken + _PRIOR, 0.5)


def incomplete_beta(a: float, b: float, x: float) -> float:
    """The regularised incomplete beta function I_x(a, b) for 0 < x < 1, by its series in x: each term is the one before
    times x (a + b + n) / (a + n + 1)."""
    front = a * math.log(x) + b * math.log1p(-x) - math.log(a) - math.lgamma(a) - math.lgamma(b) + math.lgamma(a + b)
    term = total = 1.0
    for n in range(10_000):
        term *= x * (a + b + n) / (a + n + 1)
        total += term
        if term < 1e-12 * total:
            break
    return min(1.0, math.exp(front) * total)


@dataclass(frozen=True)
class Wanted:
    """Grams of one line, and the needs that it may go to: with whether their place is reluctant."""

    line: str
    grams: int
    needs: Mapping[str, bool]


def left_to_others(lines: Iterable[Wanted], room: Mapping[str, int]) -> set[tuple[str, str]]:
    """The pairs of line and need that a plan does without, since others can take the whole line: `room` is the grams
    that each need asks for. Food that the reluctant alone are left for goes to them.

    The others' room is given out line by line, those first that only they may have, so that no room counts twice.
    """
    left, found = dict(room), set[tuple[str, str]]()
    for line in sorted(lines, key=lambda each: (any(each.needs.values()), each.line)):
        willing = [need for need, reluctant in sorted(line.needs.items()) if not reluctant]
        if sum(left.get(need, 0) for need in willing) < line.grams and any(line.needs.values()):
            continue
        rest = line.grams
        for need in willing:
            taken = min(rest, left.get(need, 0))
            left[need] = left.get(need, 0) - taken
            rest -= taken
        found |= {(line.line, need) for need, reluctant in line.needs.items() if reluctant}
    return found
