"""The estimate is plain, symmetric, fitted to real streets where there are some, and always says that it is one."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.roads.embedded import EmbeddedRoads
from app.roads.estimate import DEFAULT_KM_PER_HOUR, EstimatedRoads, Fit, fit_to, great_circle_metres
from app.roads.places import Place, donors, receivers
from app.roads.provider import NO_ROAD, Point, RoadMatrix, Snap

LONDON, PARIS = Point(-0.1276, 51.5072), Point(2.3522, 48.8566)


def grid(count: int) -> tuple[Snap, ...]:
    """Places a kilometre or more apart."""
    points = [Point(0.02 * (i % 5), 0.015 * (i // 5)) for i in range(count)]
    return tuple(Snap(point, point, 0.0, "") for point in points)


def on_streets(km_per_hour: float, detour: float, noise: np.ndarray) -> RoadMatrix:
    """A city where every street has this detour, and its speed but for the noise (a factor for each pair)."""
    snaps = grid(len(noise))
    straight = EstimatedRoads(Fit(km_per_hour, detour)).matrix([snap.point for snap in snaps])
    return RoadMatrix(np.rint(straight.seconds * noise).astype(np.int32), straight.metres, snaps)


def test_the_great_circle_from_london_to_paris() -> None:
    assert great_circle_metres(LONDON, PARIS) == pytest.approx(343_500, rel=0.002)
    assert great_circle_metres(LONDON, LONDON) == 0
    assert great_circle_metres(Point(0, 0), Point(180, 0)) == pytest.approx(20_015_115, rel=0.001)


def test_an_estimate_is_flagged_and_uses_detour_and_speed() -> None:
    matrix = EstimatedRoads(Fit(km_per_hour=36, detour=1.4)).matrix([Point(0, 0), Point(0, 0.1)])
    assert matrix.estimated
    assert matrix.metres[0, 1] == pytest.approx(11_119.5 * 1.4, abs=2)
    assert matrix.seconds[0, 1] == pytest.approx(11_119.5 * 1.4 / 10, abs=2)
    assert matrix.seconds[0, 1] == matrix.seconds[1, 0]
    assert matrix.seconds[0, 0] == 0


def test_an_estimated_line_goes_straight_and_is_flagged() -> None:
    line = EstimatedRoads().route([LONDON, PARIS, LONDON])
    assert line.estimated
    assert line.coordinates == ((-0.1276, 51.5072), (2.3522, 48.8566), (-0.1276, 51.5072))
    assert line.legs[0] == line.legs[1]
    assert line.metres == 2 * line.legs[0].metres


def test_the_fingerprint_changes_with_the_speed() -> None:
    assert EstimatedRoads(Fit(30)).fingerprint() != EstimatedRoads(Fit(31)).fingerprint()


@pytest.mark.parametrize("km_per_hour", [0, -1])
def test_a_speed_that_arrives_nowhere_is_refused(km_per_hour: float) -> None:
    with pytest.raises(ValueError, match="above 0"):
        EstimatedRoads(Fit(km_per_hour=km_per_hour))


@given(st.floats(8, 110), st.floats(1, 2.5), st.integers(0, 2**31))
def test_the_fit_finds_the_speed_and_the_detour_behind_noise(km_per_hour: float, detour: float, seed: int) -> None:
    noise = np.exp(np.random.default_rng(seed).normal(0, 0.2, (15, 15)))
    found = fit_to(on_streets(km_per_hour, detour, noise))
    assert found is not None
    assert found.detour == pytest.approx(detour, rel=0.01)
    assert found.km_per_hour == pytest.approx(km_per_hour, rel=0.2)
    assert 0.05 < found.mean_error < 0.3 < found.p95_error < 1


@given(st.integers(0, 2**31))
def test_a_tenth_of_wild_pairs_hardly_moves_the_fit(seed: int) -> None:
    chance = np.random.default_rng(seed)
    noise = np.exp(chance.normal(0, 0.1, (15, 15)))
    calm = fit_to(on_streets(40, 1.4, noise))
    wild = fit_to(on_streets(40, 1.4, np.where(chance.random((15, 15)) < 0.1, 12.0, noise)))
    assert calm is not None
    assert wild is not None
    assert wild.km_per_hour == pytest.approx(calm.km_per_hour, rel=0.1)


def test_pairs_without_a_road_teach_nothing_and_few_pairs_are_too_few() -> None:
    matrix = on_streets(40, 1.4, np.ones((15, 15)))
    cut = matrix.seconds.copy()
    cut[:5] = NO_ROAD
    found = fit_to(RoadMatrix(cut, np.where(cut == NO_ROAD, NO_ROAD, matrix.metres), matrix.snaps))
    assert found is not None
    assert found.pairs == 10 * 14
    assert found.km_per_hour == pytest.approx(40, rel=0.02)
    assert fit_to(on_streets(40, 1.4, np.ones((4, 4)))) is None


def test_the_speed_fitted_to_newport_beats_the_default(
    newport_roads: EmbeddedRoads, newport_places: tuple[Place, ...]
) -> None:
    points = [Point(place.longitude, place.latitude) for place in (*donors(newport_places), *receivers(newport_places))]
    matrix = newport_roads.matrix(points)
    found = fit_to(matrix)
    assert found is not None
    assert 20 < found.km_per_hour < 50
    assert 1.2 < found.detour < 2
    usable = matrix.seconds > 0

    def error(fit: Fit) -> float:
        guessed = EstimatedRoads(fit).matrix(list(matrix.snaps)).seconds[usable]
        return float(np.abs(guessed / matrix.seconds[usable] - 1).mean())

    assert error(found) < error(Fit(km_per_hour=DEFAULT_KM_PER_HOUR * 2))
    guessed = EstimatedRoads(found).matrix(list(matrix.snaps)).seconds[usable]
    assert np.median(guessed / matrix.seconds[usable]) == pytest.approx(1, abs=0.05)
    assert not math.isnan(found.mean_error)
