"""Travel times from real street graphs: the same whoever else is asked about, never silently far off."""

import os
import random
import signal
import subprocess
import sys
import textwrap
import threading
import time
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from app.roads.embedded import EmbeddedRoads
from app.roads.estimate import great_circle_metres
from app.roads.places import Place, donors, receivers
from app.roads.provider import NO_ROAD, NoRoad, Point, PointOffRoads, RoadError
from app.roads.region import Region

TESCO_SPYTTY = Point(-2.9466, 51.5775)
PARIS = Point(2.35, 48.85)
IN_THE_CHANNEL = Point(-2.99, 51.50)


def site_points(places: tuple[Place, ...]) -> list[Point]:
    return [Point(place.longitude, place.latitude) for place in (*donors(places), *receivers(places))]


def test_the_matrix_of_newports_sites_is_sane(newport_roads: EmbeddedRoads, newport_places: tuple[Place, ...]) -> None:
    points = site_points(newport_places)
    matrix = newport_roads.matrix(points)
    count = len(points)
    assert count > 60
    assert matrix.seconds.shape == matrix.metres.shape == (count, count)
    assert all(matrix.seconds[i, i] == 0 and matrix.metres[i, i] == 0 for i in range(count))
    assert (matrix.seconds >= 0).all()
    assert not matrix.estimated
    differing = int((matrix.seconds != matrix.seconds.T).sum()) // 2
    assert differing > count  # one-way streets: there and back are two journeys
    for i in range(0, count, 7):
        for j in range(0, count, 5):
            metres, seconds = matrix.metres[i][j], matrix.seconds[i][j]
            straight = great_circle_metres(matrix.snaps[i].point, matrix.snaps[j].point)
            assert metres >= straight * 0.99 - 2
            assert metres <= seconds * 35 + 50  # nobody drives over 126 km/h


def test_each_site_is_snapped_to_a_named_street_nearby(
    newport_roads: EmbeddedRoads, newport_places: tuple[Place, ...]
) -> None:
    matrix = newport_roads.matrix(site_points(newport_places))
    assert all(snap.metres < 100 and not snap.is_far for snap in matrix.snaps)
    soup_kitchen = next(place for place in newport_places if place.name == "Feed Newport Soup Kitchen")
    snap = newport_roads.nearest(Point(soup_kitchen.longitude, soup_kitchen.latitude))
    assert snap.street == "Commercial Road"
    assert great_circle_metres(snap.asked, snap.point) == pytest.approx(snap.metres, abs=1)


def test_a_route_follows_the_streets_and_its_legs_are_the_matrix(
    newport_roads: EmbeddedRoads, newport_places: tuple[Place, ...]
) -> None:
    points = site_points(newport_places)[:12]
    matrix = newport_roads.matrix(points)
    line = newport_roads.route(points)
    assert [leg.seconds for leg in line.legs] == [matrix.seconds[i][i + 1] for i in range(11)]
    assert [leg.metres for leg in line.legs] == [matrix.metres[i][i + 1] for i in range(11)]
    corners = [Point(*pair) for pair in line.coordinates]
    drawn = sum(great_circle_metres(a, b) for a, b in pairwise(corners))
    assert drawn == pytest.approx(line.metres, rel=0.01)
    assert len(corners) > 200


def test_an_answer_does_not_depend_on_who_else_was_asked_about(monaco_roads: EmbeddedRoads) -> None:
    chance = random.Random(4)
    points: list[Point] = []
    while len(points) < 60:
        point = Point(7.412 + chance.random() * 0.03, 43.727 + chance.random() * 0.02)
        try:
            points.append(monaco_roads.nearest(point).asked)
        except PointOffRoads:
            continue  # the sea
    together = monaco_roads.matrix(points)
    for _ in range(80):
        i, j = chance.sample(range(len(points)), 2)
        alone = monaco_roads.matrix([points[i], points[j]])
        assert alone.seconds[0][1] == together.seconds[i][j]
        if together.seconds[i][j] == NO_ROAD:
            with pytest.raises(NoRoad):
                monaco_roads.route([points[i], points[j]])
        else:
            assert monaco_roads.route([points[i], points[j]]).seconds == together.seconds[i][j]


@pytest.mark.parametrize(("point", "far"), [(PARIS, "481.3 km"), (IN_THE_CHANNEL, "3.4 km")])
def test_a_point_off_the_map_is_refused_with_its_number_and_distance(
    newport_roads: EmbeddedRoads, point: Point, far: str
) -> None:
    with pytest.raises(PointOffRoads, match=r"^Point 2 ") as caught:
        newport_roads.matrix([TESCO_SPYTTY, point])
    assert caught.value.index == 1
    assert far in caught.value.sentence
    with pytest.raises(PointOffRoads):
        newport_roads.route([TESCO_SPYTTY, point])
    with pytest.raises(PointOffRoads):
        newport_roads.nearest(point)


def test_a_point_over_100_metres_from_a_street_is_snapped_with_a_warning(
    newport_roads: EmbeddedRoads,
) -> None:
    snap = newport_roads.nearest(Point(-2.9972, 51.5606))  # between the docks and the river
    assert 100 < snap.metres < 500
    assert snap.is_far


def test_nothing_and_one_point_have_answers(newport_roads: EmbeddedRoads) -> None:
    assert newport_roads.matrix([]).seconds.shape == (0, 0)
    assert newport_roads.matrix([TESCO_SPYTTY]).seconds.tolist() == [[0]]
    assert newport_roads.route([]).metres == 0
    assert newport_roads.route([TESCO_SPYTTY]).legs == ()
    assert newport_roads.route([TESCO_SPYTTY, TESCO_SPYTTY]).metres == 0


def test_a_killed_engine_is_replaced_at_the_next_call(newport_roads: EmbeddedRoads) -> None:
    before = newport_roads.matrix([TESCO_SPYTTY, Point(-2.9918, 51.5815)])
    killed = newport_roads.process_id
    assert killed is not None
    os.kill(killed, signal.SIGKILL)
    after = newport_roads.matrix([TESCO_SPYTTY, Point(-2.9918, 51.5815)])
    assert np.array_equal(after.seconds, before.seconds)
    assert newport_roads.process_id not in (None, killed)


def test_an_engine_killed_while_it_works_is_asked_again(newport_roads: EmbeddedRoads) -> None:
    chance = random.Random(1)
    points = [
        newport_roads.nearest(Point(-3.01 + chance.random() * 0.03, 51.575 + chance.random() * 0.015)).asked
        for _ in range(150)
    ]
    victim = newport_roads.process_id
    assert victim is not None
    killer = threading.Timer(0.02, os.kill, (victim, signal.SIGKILL))
    killer.start()
    matrix = newport_roads.matrix(points)
    killer.join()
    assert len(matrix.seconds) == 150


def test_threads_share_one_engine(newport_roads: EmbeddedRoads) -> None:
    points = [TESCO_SPYTTY, Point(-2.9918, 51.5815), Point(-2.9950, 51.5880)]
    found: list[bytes] = []

    def ask() -> None:
        found.extend(newport_roads.matrix(points).seconds.tobytes() for _ in range(10))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 40
    assert len(set(found)) == 1


def test_the_engine_starts_when_first_asked_and_ends_with_close(newport: Region) -> None:
    roads = EmbeddedRoads(newport)
    assert roads.process_id is None
    assert roads.health().ok
    running = roads.process_id
    assert running is not None
    roads.close()
    assert roads.process_id is None
    assert not Path(f"/proc/{running}").exists()


def test_the_engine_dies_with_its_parent(newport: Region) -> None:
    program = textwrap.dedent(
        f"""
        import os
        from pathlib import Path
        from app.roads.embedded import EmbeddedRoads
        from app.roads.region import open_region
        roads = EmbeddedRoads(open_region("newport", Path({str(newport.build.parents[2])!r})))
        roads.health()
        print(roads.process_id, flush=True)
        os.kill(os.getpid(), 9)
        """
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    orphan = Path(f"/proc/{int(done.stdout)}")
    deadline = time.monotonic() + 5
    while orphan.exists() and "Z" not in (orphan / "stat").read_text() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not orphan.exists() or "Z" in (orphan / "stat").read_text()


def test_a_region_whose_graph_is_gone_says_so_in_one_sentence(tmp_path: Path, monaco: Region) -> None:
    (tmp_path / "in-use.lock").touch()
    with EmbeddedRoads(replace(monaco, build=tmp_path)) as roads:
        with pytest.raises(RoadError, match="cannot be opened; import the region again"):
            roads.matrix([Point(7.42, 43.73)])
        assert not roads.health().ok


def test_a_pair_without_a_street_between_them_has_no_time_and_no_route(newport_roads: EmbeddedRoads) -> None:
    motorway_that_leaves_the_map = Point(-3.021495, 51.594904)
    matrix = newport_roads.matrix([motorway_that_leaves_the_map, TESCO_SPYTTY])
    assert matrix.seconds[0][1] == matrix.metres[0][1] == NO_ROAD
    with pytest.raises(NoRoad, match="No street leads from point 1 to point 2"):
        newport_roads.route([motorway_that_leaves_the_map, TESCO_SPYTTY])


def test_a_refusal_names_the_site(newport_roads: EmbeddedRoads) -> None:
    with pytest.raises(PointOffRoads, match=r"^Canteen on the pier is 3\.4 km from the nearest street"):
        newport_roads.matrix([TESCO_SPYTTY, replace(IN_THE_CHANNEL, name="Canteen on the pier")])
    leaving = Point(-3.021495, 51.594904, "Lay-by")
    with pytest.raises(NoRoad, match="No street leads from Lay-by to point 2"):
        newport_roads.route([leaving, TESCO_SPYTTY])


def test_a_place_on_a_way_that_leads_nowhere_is_not_joined(newport_roads: EmbeddedRoads) -> None:
    assert newport_roads.is_joined(TESCO_SPYTTY)
    assert not newport_roads.is_joined(Point(-3.021495, 51.594904))  # a motorway that leaves the map


def test_a_table_in_blocks_is_the_table(newport_roads: EmbeddedRoads, monkeypatch: pytest.MonkeyPatch) -> None:
    chance = random.Random(7)
    points = [Point(-3.01 + chance.random() * 0.03, 51.575 + chance.random() * 0.015) for _ in range(40)]
    whole = newport_roads.matrix(points)
    monkeypatch.setattr("app.roads.embedded.BLOCK_PLACES", 7)
    in_blocks = newport_roads.matrix(points)
    assert np.array_equal(whole.seconds, in_blocks.seconds)
    assert np.array_equal(whole.metres, in_blocks.metres)


def test_neighbours_on_one_stretch_of_street_are_nothing_apart_and_not_cut_off(newport_roads: EmbeddedRoads) -> None:
    chance = random.Random(2)
    points = [Point(-3.01 + chance.random() * 0.03, 51.575 + chance.random() * 0.015) for _ in range(150)]
    matrix = newport_roads.matrix([each for point in points for each in (point, replace(point, name="next door"))])
    assert np.array_equal(matrix.seconds == NO_ROAD, matrix.metres == NO_ROAD)
