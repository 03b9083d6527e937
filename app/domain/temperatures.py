"""Safe temperatures per class, each limit with its source, and the verdict on a reading."""

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal

from app.domain.safety_limits import BY_NAME, LAW, Policy

Verdict = Literal["ok", "out_of_range"]
Fault = Literal["too_warm", "too_cold"]


@dataclass(frozen=True)
class TemperatureLimits:
    """Between what temperatures food of a class may be handed over, in °C; None is no limit on that side."""

    lowest: Decimal | None
    highest: Decimal | None
    aim: Decimal | None
    source: str


LIMITS: dict[str, TemperatureLimits] = {
    "ambient": TemperatureLimits(None, None, None, "no legal limit"),
    "chilled": TemperatureLimits(
        None, LAW.chilled_highest_celsius, Decimal(5), BY_NAME["chilled_highest_celsius"].source
    ),
    "frozen": TemperatureLimits(
        None, LAW.frozen_highest_celsius, Decimal(-18), BY_NAME["frozen_highest_celsius"].source
    ),
    "hot": TemperatureLimits(LAW.hot_lowest_celsius, None, Decimal(63), BY_NAME["hot_lowest_celsius"].source),
}


def limits_under(policy: Policy) -> dict[str, TemperatureLimits]:
    """The temperatures that hold in a network."""
    return {
        **LIMITS,
        "chilled": replace(LIMITS["chilled"], highest=policy.chilled_highest_celsius),
        "frozen": replace(LIMITS["frozen"], highest=policy.frozen_highest_celsius),
        "hot": replace(LIMITS["hot"], lowest=policy.hot_lowest_celsius),
    }


def fault_of(temperature_class: str, celsius: float | Decimal, policy: Policy = LAW) -> Fault | None:
    """What is wrong with a reading at a handover; a reading that is no number is out of range."""
    reading = Decimal(str(celsius))
    bounds = limits_under(policy)[temperature_class]
    if bounds.lowest is not None and (not reading.is_finite() or reading < bounds.lowest):
        return "too_cold"
    if bounds.highest is not None and (not reading.is_finite() or reading > bounds.highest):
        return "too_warm"
    return None


def temperature_verdict(
    temperature_class: str, celsius: float | Decimal, limits: dict[str, TemperatureLimits] = LIMITS
) -> Verdict:
    """Whether a reading at a handover is safe for the class; a reading that is no number is not."""
    reading = Decimal(str(celsius))
    if not reading.is_finite():
        return "out_of_range"
    bounds = limits[temperature_class]
    too_cold = bounds.lowest is not None and reading < bounds.lowest
    too_warm = bounds.highest is not None and reading > bounds.highest
    return "out_of_range" if too_cold or too_warm else "ok"
