"""What coordination is worth: a day together beside the same day alone, under one set of assumptions after the other.

The first variant is the figure that is shown; each of the others changes one assumption of it, so that whoever reads
the figure sees how much hangs on that one.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from routing.alone import AloneDay, alone
from routing.figures import DayFigures, day_as_planned
from routing.own_stores import AGREED, AGREED_OR_NEAREST, ALL, NEAREST, Agreed, own_stores
from routing.plan import Plan
from routing.problem import Problem
from routing.solve import solve
from routing.travel import MOST, TravelMatrix

VERSION = "1"  # of what is compared how: a figure of another version is another figure


@dataclass(frozen=True)
class Variant:
    """A set of assumptions.

    stores: which stores each food bank goes to by itself, one of `routing.own_stores.RULES`; reach_percent: how much of
        what it wants its nearest stores are to have.
    aware: each knows what those before it have claimed; last_first: in the reverse order.
    time_percent: drives and stops take so much of their time, for both sides; the day together is planned again.
    same_food: the day together is planned again to bring each place what it would get alone, and no more.
    early: each plans with the lots that were known when the day was first planned, and hears of no other.
    """

    name: str
    stores: str = AGREED_OR_NEAREST
    reach_percent: int = 100
    aware: bool = False
    last_first: bool = False
    time_percent: int = 100
    same_food: bool = False
    early: bool = False

    @property
    def plans_together_again(self) -> bool:
        """Whether the day together is another one than was planned."""
        return self.same_food or self.time_percent != 100


USUAL = Variant("usual")
VARIANTS: tuple[Variant, ...] = (
    USUAL,
    Variant("agreed_stores", stores=AGREED),
    Variant("nearest_stores", stores=NEAREST),
    Variant("twice_the_reach", reach_percent=200),
    Variant("all_stores", stores=ALL),
    Variant("known_early", early=True),
    Variant("aware", stores=ALL, aware=True),
    Variant("aware_last_first", stores=ALL, aware=True, last_first=True),
    Variant("slower", time_percent=120),
    Variant("quicker", time_percent=80),
    Variant("same_food", same_food=True),
)
BY_NAME = {variant.name: variant for variant in VARIANTS}


@dataclass(frozen=True)
class Compared:
    """Both days under one variant. together: None where it is what the first variant's is, or known from elsewhere."""

    variant: Variant
    together: DayFigures | None
    alone: DayFigures


def compared(
    problem: Problem,
    plan: Plan | None,
    variants: Sequence[Variant] = VARIANTS,
    *,
    agreed: Agreed | None = None,
    there: Mapping[str, int] | None = None,
    early: Collection[str] | None = None,
    seconds: float = 10.0,
    iterations: int | None = None,
    seed: int = 1,
    stop: Callable[[], bool] | None = None,
) -> Iterator[Compared]:
    """Both days under each of the variants, in their order; each day that is planned is searched for about `seconds`.

    plan: of the problem; None for a day that was driven, whose figures come from what was recorded: variants that plan
    the day together again are then left out or, where they change the day alone too, change that alone.
    agreed, there: as `own_stores` and `alone` have them. early: the lots that were known when the day was first
    planned; without them, the variants that ask for them are left out. iterations: steps of each search, and no
    seconds: the same figures on every machine.
    """
    usual: AloneDay | None = None
    for variant in variants:
        if (plan is None and variant.same_food) or (variant.early and early is None):
            continue
        day = at_pace(problem, variant.time_percent)
        if variant.early and early is not None:
            day = known_early(day, early)
        apart = usual
        if apart is None or replace(variant, name="", same_food=False) != replace(USUAL, name=""):
            apart = alone(
                day,
                seconds=seconds,
                seed=seed,
                iterations=iterations,
                stop=stop,
                aware=variant.aware,
                last_first=variant.last_first,
                stores=own_stores(day, variant.stores, agreed, variant.reach_percent),
                there=there,
            )
        usual = apart if variant == USUAL else usual
        joined = day_as_planned(problem, plan) if plan is not None and variant == USUAL else None
        if plan is not None and variant.plans_together_again:
            wish = replace(day, locked=(), promises=())
            wish = bringing(wish, apart.delivered) if variant.same_food else wish
            again = solve(wish, seconds=seconds, seed=seed, iterations=iterations, stop=stop, figures_alone=True)
            joined = day_as_planned(day, again)
        yield Compared(variant, joined, DayFigures(apart.figures, apart.partners))


def at_pace(problem: Problem, percent: int) -> Problem:
    """The day on which every drive and every stop takes so much of its time; the same one at 100."""
    if percent == 100:
        return problem

    def scaled(table: TravelMatrix) -> TravelMatrix:
        seconds = table.seconds.astype(np.int64)
        longer = np.where(seconds < 0, seconds, np.minimum(MOST, (seconds * percent + 50) // 100))
        return TravelMatrix(longer.astype(np.int32), table.metres)

    sites = tuple(
        replace(
            site,
            setup_seconds=round(site.setup_seconds * percent / 100),
            service_seconds=round(site.service_seconds * percent / 100),
        )
        for site in problem.sites
    )
    return replace(
        problem, sites=sites, travel={name: scaled(table) for name, table in problem.travel.items()}, locked=()
    )


def known_early(problem: Problem, lots: Collection[str]) -> Problem:
    """The day with these lots alone."""
    pairs = problem.eligibilities
    return replace(
        problem,
        lots=tuple(lot for lot in problem.lots if lot.id in lots),
        eligibilities=None if pairs is None else tuple(pair for pair in pairs if pair.lot in lots),
        locked=(),
        promises=(),
    )


def bringing(problem: Problem, delivered: Mapping[str, int]) -> Problem:
    """The day on which each need is for what was `delivered` (grams by need), and nothing more is wanted."""
    needs = tuple(
        replace(need, grams=min(need.grams, delivered[need.id])) for need in problem.needs if delivered.get(need.id, 0)
    )
    kept = {need.id for need in needs}
    pairs = problem.eligibilities
    return replace(
        problem, needs=needs, eligibilities=None if pairs is None else tuple(p for p in pairs if p.need in kept)
    )
