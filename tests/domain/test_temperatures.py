"""Safe temperatures."""

from decimal import Decimal

import pytest

from app.domain.foods import TEMPERATURE_CLASSES
from app.domain.temperatures import LIMITS, temperature_verdict, tightened


@pytest.mark.parametrize(
    ("temperature_class", "celsius", "verdict"),
    [
        ("chilled", 8, "ok"),
        ("chilled", 8.1, "out_of_range"),
        ("frozen", -18, "ok"),
        ("frozen", -15, "ok"),
        ("frozen", -14.9, "out_of_range"),
        ("hot", 63, "ok"),
        ("hot", 62.9, "out_of_range"),
        ("ambient", 30, "ok"),
        ("ambient", float("nan"), "out_of_range"),
        ("hot", float("inf"), "out_of_range"),
    ],
)
def test_a_reading_is_judged_at_the_limit(temperature_class: str, celsius: float, verdict: str) -> None:
    assert temperature_verdict(temperature_class, celsius) == verdict


def test_every_class_has_limits_with_a_source() -> None:
    assert set(LIMITS) == set(TEMPERATURE_CLASSES)
    assert all(limits.source for limits in LIMITS.values())


def test_a_network_may_be_stricter() -> None:
    limits = tightened("chilled", highest=Decimal(5))
    assert temperature_verdict("chilled", 6, limits) == "out_of_range"
    assert temperature_verdict("chilled", 6) == "ok"


def test_a_network_may_never_be_laxer() -> None:
    with pytest.raises(ValueError, match="chilled"):
        tightened("chilled", highest=Decimal(9))
    with pytest.raises(ValueError, match="hot"):
        tightened("hot", lowest=Decimal(60))
