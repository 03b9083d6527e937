"""Safe temperatures per class, each limit with its source, and the verdict on a reading."""

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal

Verdict = Literal["ok", "out_of_range"]


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
        None, Decimal(8), Decimal(5), "UK law: at or below 8 °C; the Food Standards Agency advises 5 °C"
    ),
    "frozen": TemperatureLimits(
        None,
        Decimal(-15),
        Decimal(-18),
        "Directive 89/108/EEC: -18 °C, during transport and local distribution at most 3 °C above it",
    ),
    "hot": TemperatureLimits(
        Decimal(63),
        None,
        Decimal(63),
        "UK law: at or above 63 °C, below it for one period of at most 2 hours",
    ),
}


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


def tightened(
    temperature_class: str, *, lowest: Decimal | None = None, highest: Decimal | None = None
) -> dict[str, TemperatureLimits]:
    """The limits of a network that is stricter about one class; a laxer limit is a ValueError."""
    law = LIMITS[temperature_class]
    if lowest is not None and law.lowest is not None and lowest < law.lowest:
        raise ValueError(f"{temperature_class} food may not be handed over below {law.lowest} °C")
    if highest is not None and law.highest is not None and highest > law.highest:
        raise ValueError(f"{temperature_class} food may not be handed over above {law.highest} °C")
    stricter = replace(
        law,
        lowest=law.lowest if lowest is None else lowest,
        highest=law.highest if highest is None else highest,
        source=f"{law.source}; stricter by the network",
    )
    return {**LIMITS, temperature_class: stricter}
