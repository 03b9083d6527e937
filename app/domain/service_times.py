"""How long stops at a site really take, learnt from what drivers report: setup seconds, and seconds for each line.

A stop takes setup + lines x service. Both are fitted by Huber-weighted least squares with the entered values as a prior
that is worth a few stops (ridge towards the prior: Hoerl and Kennard, 1970), so few stops leave a site near what its
people said, and no single stop moves it far.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from app.domain.robust import STEPS, Z_90, spread, weight

PRIOR_WORTH = 3  # stops
SPREAD_SECONDS, SPREAD_SHARE = 60, 0.3  # what is believed of one stop's straying before any is seen
FEWEST_STOPS = 5  # below this the entered times are planned with


@dataclass(frozen=True)
class Visit:
    """One stop as it really went: lines handled, seconds from arrival (or the opening) to its end."""

    lines: int
    seconds: int


@dataclass(frozen=True)
class ServiceTime:
    """Seconds of a site's stops; `error_seconds` is half of the 90 % interval of its usual stop's mean length."""

    setup_seconds: int
    service_seconds: int
    error_seconds: int
    stops: int

    @property
    def usable(self) -> bool:
        """Whether enough stops stand behind it to plan with."""
        return self.stops >= FEWEST_STOPS


def learn_service_time(visits: Iterable[Visit], setup_seconds: int, service_seconds: int) -> ServiceTime:
    """What the visits show of a site whose people entered these seconds; without visits the entered values."""
    seen = sorted((visit.lines, visit.seconds) for visit in visits)
    usual = sum(lines for lines, _ in seen) / len(seen) if seen else 1.0
    entered = setup_seconds + usual * service_seconds
    believed = math.hypot(SPREAD_SECONDS, SPREAD_SHARE * entered)
    setup, service = float(setup_seconds), float(service_seconds)
    residuals = [seconds - setup - service * lines for lines, seconds in seen]
    for _ in range(STEPS):
        variance = spread(_centred(residuals), believed, PRIOR_WORTH)
        weights = [weight(residual, math.sqrt(variance)) for residual in residuals]
        before = setup, service
        setup, service = _fitted(seen, weights, (setup_seconds, service_seconds), usual)
        residuals = [seconds - setup - service * lines for lines, seconds in seen]
        if abs(before[0] - setup) + abs(before[1] - service) * usual < 0.5:
            break
    variance = spread(_centred(residuals), believed, PRIOR_WORTH)
    error = Z_90 * math.sqrt(variance / (PRIOR_WORTH + len(seen)))
    return ServiceTime(round(setup), round(service), math.ceil(error), len(seen))


def _centred(residuals: list[float]) -> list[float]:
    """Residuals about their own middle: a site that is slower than entered does not thereby look erratic."""
    if not residuals:
        return []
    middle = sorted(residuals)[len(residuals) // 2]
    return [each - middle for each in residuals]


def _fitted(
    seen: list[tuple[int, int]], weights: list[float], entered: tuple[int, int], usual: float
) -> tuple[float, float]:
    """Setup and service seconds by weighted normal equations with the prior's rows; neither below zero."""
    setup_0, service_0 = entered
    # Twice its worth for each of the two, because a usual stop's length, which is to be worth it, adds them up.
    fixed, per_line = 2 * PRIOR_WORTH, 2 * PRIOR_WORTH * max(usual, 1.0) ** 2
    a = sum(weights) + fixed
    b = sum(w * lines for w, (lines, _) in zip(weights, seen, strict=True))
    c = sum(w * lines * lines for w, (lines, _) in zip(weights, seen, strict=True)) + per_line
    p = sum(w * seconds for w, (_, seconds) in zip(weights, seen, strict=True)) + fixed * setup_0
    q = sum(w * lines * seconds for w, (lines, seconds) in zip(weights, seen, strict=True)) + per_line * service_0
    determinant = a * c - b * b
    setup, service = (p * c - q * b) / determinant, (a * q - b * p) / determinant
    if setup < 0:
        return 0.0, max(0.0, q / c)
    if service < 0:
        return max(0.0, p / a), 0.0
    return setup, service
