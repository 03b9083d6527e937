"""openrouteservice as its documentation has it: limits, quotas, keys, and streets with or without its snapping."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from app.roads.embedded import EmbeddedRoads
from app.roads.provider import NO_ROAD, NoRoad, Point, PointOffRoads, Profile, RoadsUnavailable, Snap
from app.roads.servers import OpenRouteService
from tests.roads.servers.documented import KEY, DocumentedServer, running_documented
from tests.roads.servers.running import PATIENT

PARIS = Point(2.35, 48.85, "Paris")
LEAVING_THE_MAP = Point(-3.021495, 51.594904, "Motorway")
TESCO_SPYTTY = Point(-2.9466, 51.5775, "Tesco Spytty")


@pytest.fixture
def server(newport_roads: EmbeddedRoads) -> Iterator[DocumentedServer]:
    with running_documented(newport_roads) as started:
        yield started


def service(server: DocumentedServer, profile: Profile = "car", **options: Any) -> OpenRouteService:
    return OpenRouteService(server.url, profile, KEY, limits=PATIENT, **options)


@pytest.mark.parametrize("offers_snaps", [True, False])
def test_snaps_and_matrix_are_what_the_server_knows(
    server: DocumentedServer, newport_roads: EmbeddedRoads, newport_points: list[Point], offers_snaps: bool
) -> None:
    server.offers_snaps = offers_snaps
    expected = newport_roads.matrix(newport_points)
    with service(server) as roads:
        found = roads.matrix(newport_points)
    assert [snap.point for snap in found.snaps] == [snap.point for snap in expected.snaps]
    assert [snap.metres for snap in found.snaps] == pytest.approx([snap.metres for snap in expected.snaps], abs=0.01)
    np.testing.assert_array_equal(found.seconds, expected.seconds)
    np.testing.assert_array_equal(found.metres, expected.metres)
    assert sum(path.startswith("/v2/snap/") for path, _ in server.asked) <= 2


def test_a_smaller_limit_of_routes_is_found_out(server: DocumentedServer, joined_points: list[Point]) -> None:
    server.maximum_routes = 400
    with service(server) as roads:
        snaps = roads.snap(joined_points[:40])
        seconds, _ = roads.table(snaps, snaps)
    assert (seconds >= 0).all()
    accepted = [
        len(body["sources"]) * len(body["destinations"]) for path, body in server.asked if path.startswith("/v2/matrix")
    ]
    assert sum(size for size in accepted if size <= 400) == 1600


@pytest.mark.parametrize(
    ("profile", "served_as"),
    [("car", "driving-car"), ("van", "driving-car"), ("truck", "driving-hgv"), ("cargo_bike", "cycling-regular")],
)
def test_each_profile_is_asked_under_the_servers_name(
    server: DocumentedServer, profile: Profile, served_as: str, joined_points: list[Point]
) -> None:
    with service(server, profile) as roads:
        line = roads.route(joined_points[:3])
    assert len(line.legs) == 2
    assert [path for path, _ in server.asked] == [f"/v2/snap/{served_as}/json", f"/v2/directions/{served_as}/geojson"]


def test_the_legs_of_a_long_line_are_those_of_the_table(server: DocumentedServer, joined_points: list[Point]) -> None:
    with service(server) as roads:
        snaps = roads.snap([*joined_points, *joined_points[:10]])
        line = roads.route(snaps)
        matrix = roads.matrix(snaps)
    assert len(line.legs) == len(snaps) - 1
    for index, leg in enumerate(line.legs):
        assert leg.seconds == pytest.approx(int(matrix.seconds[index, index + 1]), abs=1)


@pytest.mark.parametrize("offers_snaps", [True, False])
def test_a_point_off_the_map_is_refused_by_name(server: DocumentedServer, offers_snaps: bool) -> None:
    server.offers_snaps = offers_snaps
    with service(server) as roads:
        with pytest.raises(PointOffRoads, match=r"^Paris is not near any street") as refused:
            roads.matrix([TESCO_SPYTTY, TESCO_SPYTTY, PARIS])
        assert refused.value.index == 2
        good = roads.snap([TESCO_SPYTTY])[0]
        foreign = Snap(PARIS, PARIS, 0.0, "")
        with pytest.raises(PointOffRoads, match=r"^Paris") as refused:
            roads.table([good, good], [foreign, good])
        assert refused.value.index == 0
        with pytest.raises(PointOffRoads, match=r"^Paris") as refused:
            roads.route([good, foreign])
        assert refused.value.index == 1


def test_places_that_are_not_joined_are_marked_and_have_no_line(server: DocumentedServer) -> None:
    with service(server) as roads:
        places = roads.snap([TESCO_SPYTTY, LEAVING_THE_MAP])
        assert roads.matrix(places).seconds[1, 0] == NO_ROAD
        with pytest.raises(NoRoad, match="No street leads from Motorway to Tesco Spytty"):
            roads.route([places[1], places[0]])


@pytest.mark.parametrize(
    ("refusal", "sentence"),
    [
        ((403, {"error": "Quota exceeded"}), "says that the quota of its key is used up (HTTP 403)"),
        (
            (403, {"error": "Access to this API has been disallowed"}),
            "refuses us (HTTP 403); look whether its key is right",
        ),
        ((401, {}), "refuses us (HTTP 401); look whether its key is right"),
        ((429, {"error": "Rate limit exceeded"}), "takes no more requests for now (HTTP 429)"),
        ((404, {}), "knows no such service (HTTP 404); look whether its address is right"),
        ((400, {"error": {"code": 2003, "message": "secret plans"}}), "refused the question (HTTP 400)"),
        (
            (404, {"error": {"code": 6020, "message": ""}}),
            "knows no such service (HTTP 404); look whether its address is right",
        ),
    ],
)
def test_refusals_have_their_own_sentences(
    server: DocumentedServer, refusal: tuple[int, dict[str, Any]], sentence: str
) -> None:
    with service(server) as roads:
        snaps = roads.snap([TESCO_SPYTTY, TESCO_SPYTTY])
        server.plain_refusal = refusal
        with pytest.raises(RoadsUnavailable) as refused:
            roads.table(snaps, snaps)
    assert refused.value.sentence == f"The routing server at {server.host} {sentence}."
    assert KEY not in repr(refused.value)


def test_health_and_fingerprint_tell_the_version_of_the_streets(server: DocumentedServer) -> None:
    with service(server) as roads:
        assert roads.health().ok
        assert "(9.1.0, streets of 2026-11-01T00:00:00Z)" in roads.health().sentence
        before = roads.fingerprint()
        asked = len(server.asked)
        assert roads.fingerprint() == before
        assert len(server.asked) == asked
        assert "openrouteservice.org" in roads.attribution()
        assert "OpenStreetMap contributors" in roads.attribution()
    server.graph_date = "2026-12-01T00:00:00Z"
    with service(server) as roads:
        assert roads.fingerprint() != before
    with OpenRouteService(server.url, "car", "another key", limits=PATIENT) as roads:
        assert roads.health().sentence.endswith("refuses us (HTTP 403); look whether its key is right.")
        assert not roads.health().ok
    server.plain_refusal = (200, {"hello": "world"})
    with service(server) as roads:
        assert roads.health().sentence.endswith("does not answer as openrouteservice does.")
