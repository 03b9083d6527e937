"""Safe temperatures."""

from decimal import Decimal

import pytest

from app.domain.foods import TEMPERATURE_CLASSES
from app.domain.safety_limits import Policy
from app.domain.temperatures import LIMITS, fault_of, limits_under, temperature_verdict


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
    strict = Policy(chilled_highest_celsius=Decimal(5))
    assert temperature_verdict("chilled", 6, limits_under(strict)) == "out_of_range"
    assert temperature_verdict("chilled", 6) == "ok"
    assert (fault_of("chilled", 6, strict), fault_of("chilled", 6)) == ("too_warm", None)


@pytest.mark.parametrize(
    ("temperature_class", "celsius", "fault"),
    [
        ("chilled", 12, "too_warm"),
        ("frozen", -3, "too_warm"),
        ("hot", 40, "too_cold"),
        ("hot", 70, None),
        ("ambient", 40, None),
    ],
)
def test_what_is_wrong_with_a_reading(temperature_class: str, celsius: float, fault: str | None) -> None:
    assert fault_of(temperature_class, celsius) == fault


def test_a_network_may_never_be_laxer() -> None:
    with pytest.raises(ValueError, match="chilled"):
        Policy(chilled_highest_celsius=Decimal(9))
    with pytest.raises(ValueError, match="hot"):
        Policy(hot_lowest_celsius=Decimal(60))
