"""A real valhalla_service: plausible beside OSRM, sized vehicles, blocks under its limits, no silent snap."""

import json
from pathlib import Path

import numpy as np
import pytest

from app.roads.embedded import EmbeddedRoads
from app.roads.provider import NO_ROAD, NoRoad, Point, PointOffRoads, Profile, RoadsUnavailable, Snap
from app.roads.servers import ValhallaServer, VehicleSize
from tests.roads.servers.running import PATIENT, RunningServer, relay_to, saying

PARIS = Point(2.35, 48.85, "Paris")
IN_THE_CHANNEL = Point(-2.99, 51.50, "Boat")
LEAVING_THE_MAP = Point(-3.021495, 51.594904, "Motorway")
TESCO_SPYTTY = Point(-2.9466, 51.5775, "Tesco Spytty")
# Caerleon Road passes under a railway bridge of 4.8 m.
BEFORE_THE_BRIDGE = Point(-2.98589, 51.59239, "East of the bridge")
BEHIND_THE_BRIDGE = Point(-2.98925, 51.59158, "West of the bridge")


def valhalla(url: str, profile: Profile = "car", **options: int) -> ValhallaServer:
    return ValhallaServer(url, profile, limits=PATIENT, **options)


def test_the_matrix_is_plausible_beside_osrms(
    newport_valhalla: RunningServer, newport_roads: EmbeddedRoads, joined_points: list[Point]
) -> None:
    with valhalla(newport_valhalla.url) as roads:
        found = roads.matrix(joined_points)
    expected = newport_roads.matrix(joined_points)
    near = [index for index, snap in enumerate(found.snaps) if snap.metres < 50 and expected.snaps[index].metres < 50]
    assert len(near) > len(joined_points) / 2
    pairs = ~np.eye(len(near), dtype=bool)
    part = np.ix_(near, near)
    assert (found.seconds[part][pairs] >= 0).all()
    times = expected.seconds[part][pairs] / found.seconds[part][pairs].clip(1)
    lengths = found.metres[part][pairs] / expected.metres[part][pairs].clip(1)
    assert 0.7 < np.median(times) < 1.6
    assert 0.97 < np.median(lengths) < 1.03
    assert np.mean(np.abs(lengths - 1) < 0.1) > 0.6


def test_points_keep_away_from_streets_that_lead_nowhere(
    monaco_valhalla: RunningServer, monaco_points: list[Point]
) -> None:
    with valhalla(monaco_valhalla.url) as roads:
        matrix = roads.matrix(monaco_points)
    assert (matrix.seconds >= 0).all()
    assert (matrix.metres >= 0).all()


def test_a_snapped_point_stays_where_it_is_and_does_not_depend_on_others(
    monaco_valhalla: RunningServer, monaco_points: list[Point]
) -> None:
    with valhalla(monaco_valhalla.url) as roads:
        snaps = roads.snap(monaco_points)
        again = roads.snap([snap.point for snap in snaps])
        assert roads.snap(monaco_points[3:4])[0] == snaps[3]
    assert max(snap.metres for snap in again) < 0.5
    assert any(snap.street for snap in snaps)


def test_blocks_give_the_same_table_as_one_request(monaco_valhalla: RunningServer, monaco_points: list[Point]) -> None:
    with relay_to(monaco_valhalla.url) as relay, valhalla(relay.url, table_pairs=60) as in_blocks:
        snaps = in_blocks.snap(monaco_points)
        parts = in_blocks.table(snaps[:12], snaps[:30])
        asked = [json.loads(body) for _, path, _, body in relay.requests if path == "/sources_to_targets"]
        with valhalla(monaco_valhalla.url) as whole:
            expected = whole.table(snaps[:12], snaps[:30])
    assert sorted(len(each["sources"]) * len(each["targets"]) for each in asked) == [60] * 6
    np.testing.assert_allclose(parts[0], expected[0], atol=2)
    np.testing.assert_allclose(parts[1], expected[1], atol=20)


def test_a_limit_that_is_too_large_is_lowered(monaco_valhalla: RunningServer, monaco_points: list[Point]) -> None:
    points = monaco_points + monaco_points[:20]
    with relay_to(monaco_valhalla.url) as relay, valhalla(relay.url, table_pairs=5000) as roads:
        snaps = roads.snap(points)
        seconds, _ = roads.table(snaps, snaps)  # 3,600 pairs, where the server takes 2,500
        assert (seconds >= 0).all()
        tables = [path for _, path, _, _ in relay.requests].count("/sources_to_targets")
        assert tables == 3


def test_the_legs_of_a_line_are_those_of_the_table(monaco_valhalla: RunningServer, monaco_points: list[Point]) -> None:
    with valhalla(monaco_valhalla.url) as roads:
        snaps = roads.snap(monaco_points)
        line = roads.route(snaps)  # more than the 20 places that one request takes
        matrix = roads.matrix(snaps)
    assert len(line.legs) == len(snaps) - 1
    for index, leg in enumerate(line.legs):
        assert leg.seconds == pytest.approx(int(matrix.seconds[index, index + 1]), abs=2)
        assert leg.metres == pytest.approx(int(matrix.metres[index, index + 1]), abs=3)
    first, last = snaps[0].point, snaps[-1].point
    assert line.coordinates[0] == pytest.approx((first.longitude, first.latitude), abs=1e-5)
    assert line.coordinates[-1] == pytest.approx((last.longitude, last.latitude), abs=1e-5)


def test_a_high_truck_goes_round_a_low_bridge(newport_valhalla: RunningServer) -> None:
    places = [BEFORE_THE_BRIDGE, BEHIND_THE_BRIDGE]

    def metres(profile: Profile, size: VehicleSize | None = None) -> int:
        with ValhallaServer(newport_valhalla.url, profile, size=size, limits=PATIENT) as roads:
            line = roads.route(places)
            assert line.metres == pytest.approx(int(roads.matrix(places).metres[0, 1]), abs=3)
            return line.metres

    too_high = VehicleSize(height_metres=4.9, width_metres=2.5, length_metres=10, weight_tonnes=12, axle_load_tonnes=8)
    assert metres("car") < 300
    assert metres("van") < 300
    assert metres("truck") < 300
    assert metres("truck", too_high) > 600
    assert metres("van", too_high) > 600


def test_cargo_bikes_are_slower_than_vans_and_take_other_ways(
    newport_valhalla: RunningServer, joined_points: list[Point]
) -> None:
    with valhalla(newport_valhalla.url, "cargo_bike") as bike, valhalla(newport_valhalla.url, "van") as van:
        by_bike, by_van = bike.matrix(joined_points[:10]), van.matrix(joined_points[:10])
    longer = by_van.metres > 1000
    speeds = by_bike.metres[longer] / by_bike.seconds[longer] * 3.6
    assert 8 < np.median(speeds) < 20
    assert np.median(by_bike.seconds[longer] / by_van.seconds[longer]) > 1.3


def test_a_point_off_the_map_is_refused_by_name(newport_valhalla: RunningServer) -> None:
    with valhalla(newport_valhalla.url) as roads:
        with pytest.raises(PointOffRoads, match=r"^Boat is not near any street; move its pin") as refused:
            roads.matrix([TESCO_SPYTTY, IN_THE_CHANNEL, PARIS])
        assert refused.value.index == 1
        with pytest.raises(PointOffRoads, match=r"^Paris"):
            roads.route([TESCO_SPYTTY, PARIS])


def test_a_snap_that_the_server_does_not_know_is_named(newport_valhalla: RunningServer) -> None:
    with valhalla(newport_valhalla.url) as roads:
        good = roads.snap([TESCO_SPYTTY])[0]
        foreign = Snap(IN_THE_CHANNEL, IN_THE_CHANNEL, 0.0, "")
        with pytest.raises(PointOffRoads, match=r"^Boat") as refused:
            roads.route([good, good, foreign])
        assert refused.value.index == 2
        with pytest.raises(PointOffRoads, match=r"^Boat") as refused:
            roads.table([good], [good, foreign])
        assert refused.value.index == 1


def test_a_place_that_no_other_reaches_does_not_spoil_the_table(newport_valhalla: RunningServer) -> None:
    leaving = Snap(LEAVING_THE_MAP, LEAVING_THE_MAP, 0.0, "")
    with valhalla(newport_valhalla.url) as roads:
        good = roads.snap([TESCO_SPYTTY, BEFORE_THE_BRIDGE])
        seconds, metres = roads.table([*good, leaving], [*good, leaving])
        assert (seconds[:2, :2] >= 0).all()
        assert seconds[2, 0] == metres[2, 0] == seconds[2, 1] == NO_ROAD
        with pytest.raises(NoRoad, match=r"^No street leads from Motorway to Tesco Spytty\.$") as refused:
            roads.route([good[1], leaving, good[0]])
        assert (refused.value.from_index, refused.value.to_index) == (1, 2)


def test_a_table_that_is_refused_for_one_island_is_asked_in_parts(
    monaco_valhalla: RunningServer, monaco_points: list[Point]
) -> None:
    """The server refuses a whole table when its places lie in regions that are not connected."""
    refusal = saying({"error_code": 170, "error": "Locations are in unconnected regions."}, status=400)
    with relay_to(monaco_valhalla.url) as relay, valhalla(relay.url) as roads:
        snaps = roads.snap(monaco_points[:4])
        expected = roads.table(snaps, snaps)
        relay.script = [refusal, refusal]
        seconds, _ = roads.table(snaps, snaps)
        np.testing.assert_allclose(seconds, expected[0], atol=2)
        relay.script = [refusal]
        assert roads.table(snaps[:1], snaps[1:2])[0].tolist() == [[NO_ROAD]]


def test_places_beyond_the_servers_range_are_its_own_failure(newport_valhalla: RunningServer) -> None:
    with valhalla(newport_valhalla.url) as roads:
        good = roads.snap([TESCO_SPYTTY])[0]
        rome = Point(12.5, 41.9)
        with pytest.raises(RoadsUnavailable, match="takes no places that are so far apart"):
            roads.table([good], [Snap(rome, rome, 0.0, "")])


def test_health_tells_the_version_and_the_fingerprint_the_tiles(
    monaco_valhalla: RunningServer, newport_valhalla: RunningServer, tmp_path: Path
) -> None:
    with valhalla(monaco_valhalla.url) as roads, relay_to(monaco_valhalla.url) as relay:
        health = roads.health()
        assert health.ok
        assert f"The Valhalla server at {monaco_valhalla.host} answers (version 3." in health.sentence
        with valhalla(relay.url) as first:
            before = first.fingerprint()
            assert first.fingerprint() == before
            assert len(relay.requests) == 1
        relay.script = [saying({"version": "3.9.1", "tileset_last_modified": 1})]
        with valhalla(relay.url) as other:
            assert other.fingerprint() != before
        with valhalla(relay.url, "truck") as truck:
            assert truck.fingerprint() != before


@pytest.mark.parametrize(
    "spoilt",
    [
        {"sources_to_targets": {"durations": [[0, 1]], "distances": [[0, 1]]}},
        {"sources_to_targets": {"durations": [[0, 1], [1, "0"]], "distances": [[0, 1], [1, 0]]}},
        {"sources_to_targets": {"durations": [[0, 1], [1, 0]], "distances": [[0, 1e9], [1, 0]]}},
        {"sources_to_targets": [[{"time": 1, "distance": 1}]]},
        {},
    ],
)
def test_an_answer_that_is_no_table_is_refused(monaco_valhalla: RunningServer, spoilt: dict[str, object]) -> None:
    with relay_to(monaco_valhalla.url) as relay, valhalla(relay.url) as roads:
        snaps = roads.snap([Point(7.4246, 43.7384), Point(7.4197, 43.7314)])
        relay.script = [saying(spoilt)]
        with pytest.raises(RoadsUnavailable, match=r"^The routing server at \S+ answered with something that is no tr"):
            roads.table(snaps, snaps)
        relay.script = [saying({"trip": {"legs": [{"summary": {"time": 1, "length": 1}, "shape": "\u0001"}]}})]
        with pytest.raises(RoadsUnavailable, match="answered with something that is no route"):
            roads.route(snaps)
        relay.script = [saying("[{}]")]
        with pytest.raises(RoadsUnavailable, match="no position on a street"):
            roads.snap([snap.asked for snap in snaps])
