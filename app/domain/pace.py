"""How long driving really takes against the street table, by hour and weekday, learnt from the legs that drivers drove.

Pace is percent of the table's seconds: 100 as the table says, 130 slower. Each leg gives the logarithm of real over
table seconds. Three levels, each drawn towards the one above as far as its own legs do not carry it (Efron and Morris,
Data Analysis Using Stein's Estimator, 1975): the network, the hour on all days, the hour on one weekday. Locations are
Huber's, scales the median absolute deviation's (app.domain.robust), so wild legs move little.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from app.domain.robust import Belief, Group, between, located, median, spread

AS_THE_TABLE = 100
LEAST_PERCENT, MOST_PERCENT = 40, 300
HOURS, WEEKDAYS = range(24), range(1, 8)
# Standard deviations of log ratios that are believed before anything is known, and how many values they are worth.
NETWORK_PRIOR = 0.25
LEG_PRIOR, LEG_PRIOR_WORTH = 0.3, 5
HOUR_PRIOR, WEEKDAY_PRIOR, GROUPS_PRIOR_WORTH = 0.15, 0.1, 5
FEWEST_OF_A_GROUP = 3  # fewer legs say nothing about how much hours differ
FEWEST_LEGS = 30  # below this a network's pace is shown, and not driven by
FEWEST_OF_A_CELL = 5  # below this a cell is shown as too little data


@dataclass(frozen=True)
class Leg:
    """One drive between two stops: when it was under way (local hour, ISO weekday), what the table says of it, and how
    long it took, in seconds."""

    weekday: int
    hour: int
    table_seconds: int
    real_seconds: int

    @property
    def log_ratio(self) -> float:
        """The logarithm of real over table seconds."""
        return math.log(self.real_seconds / self.table_seconds)


@dataclass(frozen=True)
class Factor:
    """Percent of the table's seconds, half of its 90 % interval in percent points, and the legs it stands on."""

    percent: int
    error: int
    legs: int

    @property
    def too_little(self) -> bool:
        """Whether so few legs stand behind it that a page has to say so."""
        return self.legs < FEWEST_OF_A_CELL


@dataclass(frozen=True)
class Pace:
    """A network's factors: overall, by hour on all days (24), and by ISO weekday (1 to 7) and hour."""

    overall: Factor
    hours: tuple[Factor, ...]
    cells: Mapping[tuple[int, int], Factor]

    @property
    def usable(self) -> bool:
        """Whether enough legs stand behind it to plan with."""
        return self.overall.legs >= FEWEST_LEGS


def learn_pace(legs: Iterable[Leg]) -> Pace:
    """The pace that the legs show, in whatever order they come; without legs 100 everywhere, with a wide error."""
    ratios: defaultdict[tuple[int, int], list[float]] = defaultdict(list)
    for leg in legs:
        ratios[leg.weekday, leg.hour].append(leg.log_ratio)
    by_hour = {hour: [r for day in WEEKDAYS for r in ratios.get((day, hour), ())] for hour in HOURS}
    everything = [ratio for values in by_hour.values() for ratio in values]
    one_leg = _leg_variance(everything, by_hour)

    overall = _overall(everything, one_leg)
    differing = between(_groups(by_hour.values(), one_leg), HOUR_PRIOR, GROUPS_PRIOR_WORTH)
    hours = [_below(overall, by_hour[hour], one_leg, differing) for hour in HOURS]
    differing = between(_about_their_hours(ratios, hours, one_leg), WEEKDAY_PRIOR, GROUPS_PRIOR_WORTH)
    cells = {
        (day, hour): _below(hours[hour], ratios.get((day, hour), []), one_leg, differing)
        for day in WEEKDAYS
        for hour in HOURS
    }
    return Pace(
        _factor(overall, len(everything)),
        tuple(_factor(belief, len(by_hour[hour])) for hour, belief in enumerate(hours)),
        {cell: _factor(belief, len(ratios.get(cell, ()))) for cell, belief in cells.items()},
    )


def _leg_variance(everything: Sequence[float], by_hour: Mapping[int, Sequence[float]]) -> float:
    """How much one leg strays from its hour; a lone leg of an hour says nothing of that, so it is left out."""
    residuals = [
        ratio - median(values) for values in by_hour.values() if len(values) >= FEWEST_OF_A_GROUP for ratio in values
    ]
    if not residuals and everything:
        centre = median(everything)
        residuals = [ratio - centre for ratio in everything]
    return spread(residuals, LEG_PRIOR, LEG_PRIOR_WORTH)


def _overall(everything: Sequence[float], one_leg: float) -> Belief:
    """The network's own location, weighed by how legs stray from their hour, which keeps wild ones out; its error by
    how they stray from the network, which is more, since hours differ."""
    prior = Belief(0.0, NETWORK_PRIOR**2)
    centre = located(everything, one_leg, prior).value
    straying = spread([ratio - centre for ratio in everything], LEG_PRIOR, LEG_PRIOR_WORTH)
    return Belief(centre, located(everything, straying, prior).variance)


def _groups(values: Iterable[Sequence[float]], one_leg: float) -> list[Group]:
    """The groups with legs enough to say where they lie."""
    vague = 100.0  # a prior that says nothing
    found = []
    for each in values:
        if len(each) >= FEWEST_OF_A_GROUP:
            centre = located(each, one_leg, Belief(median(each), vague))
            found.append(Group(centre.value, centre.variance, len(each)))
    return found


def _about_their_hours(
    ratios: Mapping[tuple[int, int], Sequence[float]], hours: Sequence[Belief], one_leg: float
) -> list[Group]:
    """The cells as they differ from their hours."""
    moved = ([ratio - hours[hour].value for ratio in values] for (_, hour), values in sorted(ratios.items()))
    return _groups(moved, one_leg)


def _below(parent: Belief, values: Sequence[float], one_leg: float, differing: float) -> Belief:
    """What the values say, drawn towards the level above, whose own error counts too."""
    return located(values, one_leg, Belief(parent.value, parent.variance + differing))


def _factor(belief: Belief, legs: int) -> Factor:
    percent = min(MOST_PERCENT, max(LEAST_PERCENT, 100 * math.exp(belief.value)))
    low, high = (100 * math.exp(belief.value + side * belief.half_interval) for side in (-1, 1))
    return Factor(round(percent), max(1, math.ceil((high - low) / 2)), legs)
