"""The estimate is plain, symmetric and always says that it is one."""

import pytest

from app.roads.estimate import EstimatedRoads, great_circle_metres
from app.roads.provider import Point

LONDON, PARIS = Point(-0.1276, 51.5072), Point(2.3522, 48.8566)


def test_the_great_circle_from_london_to_paris() -> None:
    assert great_circle_metres(LONDON, PARIS) == pytest.approx(343_500, rel=0.002)
    assert great_circle_metres(LONDON, LONDON) == 0
    assert great_circle_metres(Point(0, 0), Point(180, 0)) == pytest.approx(20_015_115, rel=0.001)


def test_an_estimate_is_flagged_and_uses_detour_and_speed() -> None:
    roads = EstimatedRoads(km_per_hour=36)
    matrix = roads.matrix([Point(0, 0), Point(0, 0.1)])
    assert matrix.estimated
    assert matrix.metres[0][1] == pytest.approx(11_119.5 * 1.4, abs=2)
    assert matrix.seconds[0][1] == pytest.approx(11_119.5 * 1.4 / 10, abs=2)
    assert matrix.seconds[0][1] == matrix.seconds[1][0]
    assert matrix.seconds[0][0] == 0


def test_an_estimated_line_goes_straight_and_is_flagged() -> None:
    line = EstimatedRoads().route([LONDON, PARIS, LONDON])
    assert line.estimated
    assert line.coordinates == ((-0.1276, 51.5072), (2.3522, 48.8566), (-0.1276, 51.5072))
    assert line.legs[0] == line.legs[1]
    assert line.metres == 2 * line.legs[0].metres


def test_the_fingerprint_changes_with_the_speed() -> None:
    assert EstimatedRoads(km_per_hour=30).fingerprint() != EstimatedRoads(km_per_hour=31).fingerprint()


@pytest.mark.parametrize("km_per_hour", [0, -1])
def test_a_speed_that_arrives_nowhere_is_refused(km_per_hour: float) -> None:
    with pytest.raises(ValueError, match="above 0"):
        EstimatedRoads(km_per_hour=km_per_hour)
