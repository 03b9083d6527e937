"""A real osrm-routed: the answers of the embedded graph, blocks under its limits, a sentence for each refusal."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from app.roads.embedded import EmbeddedRoads
from app.roads.provider import NO_ROAD, NoRoad, Point, PointOffRoads, RoadError, RoadsUnavailable, Snap
from app.roads.region import Region
from app.roads.servers import OsrmServer
from tests.roads.servers.running import (
    PATIENT,
    Relay,
    RunningServer,
    failing,
    relay_to,
    running_osrm,
    saying,
)

PARIS = Point(2.35, 48.85, "Paris")
IN_THE_CHANNEL = Point(-2.99, 51.50, "Boat")
MOTORWAY_THAT_LEAVES_THE_MAP = Point(-3.021495, 51.594904, "Motorway")
TESCO_SPYTTY = Point(-2.9466, 51.5775, "Tesco Spytty")


def anchored(server: RunningServer | Relay, region: Region, **options: int) -> OsrmServer:
    anchor = Point(*region.anchor_of("car"))
    return OsrmServer(server.url, anchor=anchor, limits=PATIENT, **options)


def test_snaps_and_matrix_are_those_of_the_embedded_graph(
    newport_osrm: RunningServer, newport: Region, newport_roads: EmbeddedRoads, newport_points: list[Point]
) -> None:
    expected = newport_roads.matrix(newport_points)
    with anchored(newport_osrm, newport) as roads:
        found = roads.matrix(newport_points)
    assert [snap.point for snap in found.snaps] == [snap.point for snap in expected.snaps]
    assert [snap.street for snap in found.snaps] == [snap.street for snap in expected.snaps]
    assert [snap.metres for snap in found.snaps] == pytest.approx([snap.metres for snap in expected.snaps])
    np.testing.assert_array_equal(found.seconds, expected.seconds)
    np.testing.assert_array_equal(found.metres, expected.metres)
    assert not found.estimated


def test_many_small_blocks_give_the_same_table_as_one_request(
    newport_osrm: RunningServer, newport: Region, newport_roads: EmbeddedRoads, newport_points: list[Point]
) -> None:
    snaps = newport_roads.snap(newport_points)
    seconds, metres = newport_roads.table(snaps[:31], snaps)
    with anchored(newport_osrm, newport, table_places=7) as roads:
        found = roads.table(snaps[:31], snaps)
    np.testing.assert_array_equal(found[0], seconds)
    np.testing.assert_array_equal(found[1], metres)


def test_without_an_anchor_points_meet_their_nearest_street(
    monaco_osrm: RunningServer, monaco_roads: EmbeddedRoads, monaco_points: list[Point]
) -> None:
    with OsrmServer(monaco_osrm.url, limits=PATIENT) as roads:
        snaps = roads.snap(monaco_points)
        alone = roads.snap(monaco_points[5:6])
        found = roads.matrix(snaps)
    assert alone[0] == snaps[5]
    expected = monaco_roads.snap(monaco_points)
    assert all(snap.metres <= other.metres + 0.01 for snap, other in zip(snaps, expected, strict=True))
    same = [index for index, snap in enumerate(snaps) if snap.point == expected[index].point]
    assert len(same) > len(snaps) / 2
    seconds, _ = monaco_roads.table([snaps[index] for index in same], [snaps[index] for index in same])
    np.testing.assert_array_equal(found.seconds[np.ix_(same, same)], np.where(np.eye(len(same)), 0, seconds))


def test_a_limit_that_is_too_large_is_halved_and_remembered(
    monaco: Region, monaco_roads: EmbeddedRoads, monaco_points: list[Point], tmp_path: Path
) -> None:
    graph = monaco.graph_of("car")
    with (
        running_osrm(graph, tmp_path / "log", "--max-table-size", "10") as server,
        relay_to(server.url) as relay,
        anchored(relay, monaco) as roads,
    ):
        found = roads.matrix(monaco_points)
        first = len(relay.requests)
        roads.table(found.snaps, found.snaps)
        again = len(relay.requests) - first
    expected = monaco_roads.matrix(monaco_points)
    np.testing.assert_array_equal(found.seconds, expected.seconds)
    assert len(monaco_points) ** 2 / 10**2 <= again < first
    assert len({path for _, path, _, _ in relay.requests[first:]}) == again


def test_addresses_stay_under_eight_kilobytes(
    newport_osrm: RunningServer, newport: Region, joined_points: list[Point]
) -> None:
    with relay_to(newport_osrm.url) as relay, anchored(relay, newport, table_places=1000) as roads:
        roads.matrix(joined_points * 5)
    longest = max(len(path) for _, path, _, _ in relay.requests)
    assert 4000 < longest < 8192


def test_the_legs_of_a_line_are_those_of_the_table(
    newport_osrm: RunningServer, newport: Region, newport_roads: EmbeddedRoads, joined_points: list[Point]
) -> None:
    with anchored(newport_osrm, newport) as roads:
        snaps = roads.snap(joined_points[:12])
        line = roads.route(snaps)
        matrix = roads.matrix(snaps)
    assert line == newport_roads.route(snaps)
    for index, leg in enumerate(line.legs):
        assert leg.seconds == pytest.approx(int(matrix.seconds[index, index + 1]), abs=1)
        assert leg.metres == pytest.approx(int(matrix.metres[index, index + 1]), abs=1)


def test_a_line_of_more_stops_than_one_request_takes_is_asked_in_stretches(
    newport_osrm: RunningServer, newport: Region, joined_points: list[Point]
) -> None:
    points = joined_points * 3
    with relay_to(newport_osrm.url) as relay, anchored(relay, newport) as roads:
        line = roads.route(roads.snap(points))
        assert sum("/route/" in path for _, path, _, _ in relay.requests) == 2
        matrix = roads.matrix(roads.snap(points))
    assert len(line.legs) == len(points) - 1
    assert line.seconds == pytest.approx(
        sum(int(matrix.seconds[one, other]) for one, other in pairwise(range(len(points)))), abs=len(points)
    )
    assert all(one != other for one, other in pairwise(line.coordinates))


def test_lines_of_no_or_one_place_ask_nothing(relay: Relay, monaco_points: list[Point]) -> None:
    with OsrmServer(relay.url, limits=PATIENT) as roads:
        snap = roads.snap(monaco_points[:1])[0]
        before = len(relay.requests)
        assert roads.route([]).legs == ()
        assert roads.route([snap]).coordinates == ((snap.point.longitude, snap.point.latitude),)
        assert roads.matrix([]).seconds.shape == (0, 0)
        assert len(relay.requests) == before


@pytest.mark.parametrize("beside_anchor", [True, False])
def test_a_point_off_the_map_is_refused_by_name_and_distance(
    newport_osrm: RunningServer, newport: Region, beside_anchor: bool
) -> None:
    anchor = Point(*newport.anchor_of("car")) if beside_anchor else None
    with OsrmServer(newport_osrm.url, anchor=anchor, limits=PATIENT) as roads:
        with pytest.raises(PointOffRoads, match=r"^Paris is 4\d\d\.\d km from the nearest street; move") as refused:
            roads.matrix([TESCO_SPYTTY, PARIS])
        assert refused.value.index == 1
        with pytest.raises(PointOffRoads, match=r"^Boat is \d\.\d km from the nearest street"):
            roads.route([IN_THE_CHANNEL, TESCO_SPYTTY])


def test_a_snap_that_the_server_does_not_know_is_named(newport_osrm: RunningServer, newport: Region) -> None:
    with anchored(newport_osrm, newport) as roads:
        good = roads.snap([TESCO_SPYTTY])[0]
        foreign = Snap(PARIS, PARIS, 0.0, "")
        with pytest.raises(PointOffRoads, match=r"^Paris is not near any street") as refused:
            roads.table([good, good], [good, foreign])
        assert refused.value.index == 1
        with pytest.raises(PointOffRoads) as refused:
            roads.route([good] * 3 + [foreign])
        assert refused.value.index == 3


def test_an_anchor_whose_street_has_moved_still_serves(
    newport_osrm: RunningServer, newport: Region, newport_roads: EmbeddedRoads, newport_points: list[Point]
) -> None:
    longitude, latitude = newport.anchor_of("car")
    with OsrmServer(newport_osrm.url, anchor=Point(longitude + 0.001, latitude), limits=PATIENT) as roads:
        found = roads.matrix(newport_points)
    np.testing.assert_array_equal(found.seconds, newport_roads.matrix(newport_points).seconds)


def test_the_anchor_of_another_region_is_noticed(newport_osrm: RunningServer, monaco: Region) -> None:
    with (
        anchored(newport_osrm, monaco) as roads,
        pytest.raises(RoadsUnavailable, match="no street at the middle of this region; it may serve another one"),
    ):
        roads.matrix([TESCO_SPYTTY, TESCO_SPYTTY])


def test_a_pair_without_a_street_between_them_is_marked_and_has_no_line(
    newport_osrm: RunningServer, newport: Region
) -> None:
    with anchored(newport_osrm, newport) as roads:
        matrix = roads.matrix([TESCO_SPYTTY, MOTORWAY_THAT_LEAVES_THE_MAP])
        assert matrix.seconds[1, 0] == matrix.metres[1, 0] == NO_ROAD
        with pytest.raises(NoRoad, match=r"^No street leads from Motorway to Tesco Spytty\.$") as refused:
            roads.route([TESCO_SPYTTY, TESCO_SPYTTY, MOTORWAY_THAT_LEAVES_THE_MAP, TESCO_SPYTTY])
        assert (refused.value.from_index, refused.value.to_index) == (2, 3)


def test_neighbours_on_one_stretch_of_street_are_not_taken_for_unjoined(
    newport_osrm: RunningServer, relay: Relay
) -> None:
    """OSRM itself gives these two, a foot apart, a length below nothing: -0.2 m."""
    neighbours = [Point(-2.962101, 51.594037), Point(-2.962098, 51.594036)]
    snaps = [Snap(point, point, 0.0, "") for point in neighbours]
    with OsrmServer(newport_osrm.url, limits=PATIENT) as roads:
        seconds, metres = roads.table(snaps, snaps)
    assert seconds.tolist() == metres.tolist() == [[0, 0], [0, 0]]
    relay.script = [saying('{"code":"Ok","durations":[[0,0]],"distances":[[-0.6,-0.4]]}')]
    with OsrmServer(relay.url, limits=PATIENT) as roads:
        assert roads.table(snaps[:1], snaps)[1].tolist() == [[0, 0]]


def test_the_fingerprint_tells_servers_profiles_and_options_apart(monaco_osrm: RunningServer) -> None:
    url = monaco_osrm.url
    servers = [
        OsrmServer(url),
        OsrmServer(url, "van"),
        OsrmServer(url, served_as="truck"),
        OsrmServer(url, anchor=Point(7.42, 43.73)),
        OsrmServer(f"{url}/"),
    ]
    prints = [server.fingerprint() for server in servers]
    assert len(set(prints)) == 4
    assert prints[0] == prints[4]
    for server in servers:
        server.close()


def test_the_fingerprint_changes_with_the_data_and_outlives_the_server(relay: Relay) -> None:
    def told(version: str) -> str:
        return f'{{"code":"Ok","waypoints":[],"data_version":"{version}"}}'

    with OsrmServer(relay.url, limits=PATIENT) as roads:
        roads.version_seconds = 0.0  # type: ignore[misc]
        relay.script = [saying(told("monday")), saying(told("monday")), saying(told("tuesday"))]
        first, same, other = roads.fingerprint(), roads.fingerprint(), roads.fingerprint()
        assert first == same != other
        relay.always = failing(503)
        assert roads.fingerprint() == other
        asked = len(relay.requests)
        roads.version_seconds = 300.0  # type: ignore[misc]
        assert roads.fingerprint() == other
        assert len(relay.requests) == asked


def test_health_says_what_answers_and_what_does_not(monaco_osrm: RunningServer, relay: Relay) -> None:
    with OsrmServer(monaco_osrm.url) as roads:
        assert roads.health().ok
        assert roads.health().sentence == f"The OSRM server at {monaco_osrm.host} answers."
        assert roads.extends_cheaply
        assert "OpenStreetMap" in roads.attribution()
    with OsrmServer("http://127.0.0.1:9", limits=PATIENT) as roads:
        assert not roads.health().ok
        assert roads.health().sentence == "The routing server at 127.0.0.1:9 cannot be reached."


@pytest.mark.parametrize(
    "url",
    ["", "routes.example.org", "ftp://routes.example.org", "https://me:secret@routes.example.org", "https://a?b=c"],
)
def test_an_address_that_is_none_is_refused_in_one_sentence(url: str) -> None:
    with pytest.raises(RoadError, match="The address of a routing server is like https") as refused:
        OsrmServer(url)
    assert "secret" not in refused.value.sentence


def test_a_profile_name_that_would_change_the_address_is_refused(monaco_osrm: RunningServer) -> None:
    with pytest.raises(RoadError, match="letters, digits and hyphens"):
        OsrmServer(monaco_osrm.url, served_as="../driving?")
