"""Servers that are slow, wrong or gone: one sentence that names the server, and never a table that is half there."""

import logging
import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from app.roads.provider import Point, RoadError, RoadsUnavailable, Snap
from app.roads.region import Region
from app.roads.servers import ConnectionLimits, OpenRouteService, OsrmServer
from tests.roads.servers.running import (
    HASTY,
    PATIENT,
    Behaviour,
    Relay,
    RunningServer,
    dripping,
    dripping_headers,
    endless,
    failing,
    half_an_answer,
    hanging_up,
    relay_to,
    running_osrm,
    saying,
    silence,
)

Snaps = tuple[Snap, ...]


@pytest.fixture(scope="session")
def snaps(monaco_osrm: RunningServer, monaco_points: list[Point]) -> Snaps:
    with OsrmServer(monaco_osrm.url, limits=PATIENT) as roads:
        return roads.snap(monaco_points)


@pytest.fixture
def own_osrm(monaco: Region, tmp_path: Path) -> Iterator[RunningServer]:
    """A server that a test may kill."""
    with running_osrm(monaco.graph_of("car"), tmp_path / "log") as server:
        yield server


def host(relay: Relay) -> str:
    return relay.url.removeprefix("http://")


def test_a_server_killed_in_the_middle_of_a_matrix_gives_no_half_table(own_osrm: RunningServer, snaps: Snaps) -> None:
    with relay_to(own_osrm.url) as relay, OsrmServer(relay.url, table_places=2, limits=PATIENT) as roads:
        killed = threading.Event()

        def kill_after_some() -> None:
            while len(relay.requests) < 30:
                time.sleep(0.001)
            os.kill(own_osrm.process.pid, signal.SIGKILL)
            killed.set()

        killer = threading.Thread(target=kill_after_some)
        killer.start()
        with pytest.raises(RoadsUnavailable, match=r"^The routing server at 127\.0\.0\.1:\d+ [^.]+\.$"):
            roads.table(snaps, snaps)
        killer.join()
        assert killed.is_set()
        assert 30 <= len(relay.requests) < 400  # the blocks that were still to come were not asked for


def test_a_server_killed_without_a_relay_between_cannot_be_reached(own_osrm: RunningServer, snaps: Snaps) -> None:
    with OsrmServer(own_osrm.url, table_places=4, limits=PATIENT) as roads:
        roads.table(snaps[:2], snaps[:2])
        killer = threading.Timer(0.05, os.kill, (own_osrm.process.pid, signal.SIGKILL))
        killer.start()
        with pytest.raises(RoadsUnavailable) as refused:
            roads.matrix(snaps * 20)
        killer.join()
    assert refused.value.sentence.startswith(f"The routing server at {own_osrm.host} ")
    assert refused.value.sentence.endswith(
        ("cannot be reached.", "closed the connection without an answer.", "broke off in the middle of its answer.")
    )


def test_a_server_that_is_stopped_runs_into_the_time_out(own_osrm: RunningServer, snaps: Snaps) -> None:
    with OsrmServer(own_osrm.url, limits=HASTY) as roads:
        roads.table(snaps, snaps)
        os.kill(own_osrm.process.pid, signal.SIGSTOP)
        try:
            before = time.monotonic()
            with pytest.raises(RoadsUnavailable) as refused:
                roads.table(snaps, snaps)
            assert time.monotonic() - before < 3
        finally:
            os.kill(own_osrm.process.pid, signal.SIGCONT)
        assert refused.value.sentence == f"The routing server at {own_osrm.host} did not answer within 0.5 s."
        assert roads.table(snaps, snaps)[0].shape == (len(snaps), len(snaps))


@pytest.mark.parametrize("spoilt", [failing(500), failing(503), hanging_up])
def test_failures_that_pass_are_tried_again(relay: Relay, snaps: Snaps, spoilt: Behaviour) -> None:
    relay.script = [spoilt, spoilt]
    with OsrmServer(relay.url, limits=PATIENT) as roads:
        seconds, _ = roads.table(snaps, snaps)
    assert (seconds >= -1).all()
    assert len(relay.requests) == 3


@pytest.mark.parametrize(
    ("always", "requests", "sentence"),
    [
        (failing(500), 3, "failed (HTTP 500)"),
        (failing(504), 3, "failed (HTTP 504)"),
        (hanging_up, 3, "closed the connection without an answer"),
        (failing(400), 1, "refused the question (HTTP 400)"),
        (failing(401), 1, "refuses us (HTTP 401); look whether its key is right"),
        (failing(404), 1, "knows no such service (HTTP 404); look whether its address is right"),
        (failing(429, Retry_After="3600"), 1, "takes no more requests for now (HTTP 429)"),
        (failing(429, Retry_After="0"), 3, "takes no more requests for now (HTTP 429)"),
        (failing(429, Retry_After="Wed, 21 Oct 2026 07:28:00 GMT"), 3, "takes no more requests for now (HTTP 429)"),
        (saying("<html>Welcome</html>"), 1, "answered with something that is not JSON"),
        (saying(b"\xff\xfe\x00"), 1, "answered with something that is not JSON"),
        (saying("[" * 100_000), 1, "answered with something that is not JSON"),
        (saying('{"code":"Ok"'), 1, "answered with something that is not JSON"),
        (saying(""), 1, "answered with something that is not JSON"),
        (half_an_answer, 1, "broke off in the middle of its answer"),
        (silence, 1, "did not answer within 0.5 s"),
        (dripping, 1, "did not answer within 0.5 s"),
        (endless, 1, "answered with more than 1 MB"),
        (saying('{"code":"Ok"}'), 1, "answered with something that is no travel table"),
        (saying("[]"), 1, "answered with something that is no travel table"),
        (saying("null"), 1, "answered with something that is no travel table"),
        (
            saying('{"code":"Fine","durations":[[0]],"distances":[[0]]}'),
            1,
            "answered with something that is no travel table",
        ),
    ],
)
def test_every_failure_has_its_sentence_and_is_not_asked_too_often(
    relay: Relay, snaps: Snaps, always: Behaviour, requests: int, sentence: str
) -> None:
    relay.always = always
    limits = ConnectionLimits(
        connect_seconds=1, answer_seconds=0.5, total_seconds=5, backoff_seconds=0.01, answer_bytes=1_000_000
    )
    with OsrmServer(relay.url, limits=limits) as roads, pytest.raises(RoadsUnavailable) as refused:
        roads.table(snaps[:1], snaps[:1])
    assert refused.value.sentence == f"The routing server at {host(relay)} {sentence}."
    assert len(relay.requests) == requests


@pytest.mark.parametrize(
    "cell", ["NaN", "Infinity", "-7", "-2.5", '"12"', "true", "1e300", "1" * 400, "[1]", "{}", "3e9"]
)
def test_numbers_that_are_none_make_no_table(relay: Relay, snaps: Snaps, cell: str) -> None:
    for durations, distances in ((cell, "1"), ("1", cell)):
        relay.script = [saying(f'{{"code":"Ok","durations":[[{durations}]],"distances":[[{distances}]]}}')]
        with OsrmServer(relay.url, limits=PATIENT) as roads, pytest.raises(RoadsUnavailable, match="no travel table"):
            roads.table(snaps[:1], snaps[:1])


@pytest.mark.parametrize("rows", ["[]", "[[]]", "[[1,2]]", "[[1],[2]]", "[1]", "[null]", '"11"', "null", '{"0":[1]}'])
def test_tables_of_another_shape_are_refused(relay: Relay, snaps: Snaps, rows: str) -> None:
    relay.script = [saying(f'{{"code":"Ok","durations":{rows},"distances":[[1]]}}')]
    with OsrmServer(relay.url, limits=PATIENT) as roads, pytest.raises(RoadsUnavailable, match="no travel table"):
        roads.table(snaps[:1], snaps[:1])


def test_a_pair_with_a_time_and_no_length_has_no_road(relay: Relay, snaps: Snaps) -> None:
    relay.script = [saying('{"code":"Ok","durations":[[5]],"distances":[[null]]}')]
    with OsrmServer(relay.url, limits=PATIENT) as roads:
        seconds, metres = roads.table(snaps[:1], snaps[:1])
    assert seconds.tolist() == metres.tolist() == [[-1]]


def test_lines_and_snaps_of_the_wrong_shape_are_refused(relay: Relay, snaps: Snaps) -> None:
    with OsrmServer(relay.url, limits=PATIENT) as roads:
        for answer in (
            '{"code":"Ok","routes":[]}',
            '{"code":"Ok","routes":[{"geometry":{"coordinates":[[7,43],[7,44]]},"legs":[]}]}',
            '{"code":"Ok","routes":[{"geometry":{"coordinates":[[7,"x"]]},"legs":[{"distance":1,"duration":1}]}]}',
            '{"code":"Ok","routes":[{"geometry":{"coordinates":[]},"legs":[{"distance":1,"duration":1}]}]}',
            '{"code":"Ok","routes":[{"geometry":{"coordinates":[[7,43]]},"legs":[{"distance":-7,"duration":1}]}]}',
        ):
            relay.script = [saying(answer)]
            with pytest.raises(RoadsUnavailable, match="answered with something that is no route"):
                roads.route(snaps[:2])
        for answer in (
            '{"code":"Ok","waypoints":[]}',
            '{"code":"Ok","waypoints":[{"location":[7,430],"distance":1}]}',
            '{"code":"Ok","waypoints":[{"location":[7,43],"distance":"1"}]}',
        ):
            relay.script = [saying(answer)]
            with pytest.raises(RoadsUnavailable, match="no position on a street"):
                roads.snap([snaps[0].asked])


def test_a_whole_matrix_has_a_deadline_however_the_server_dawdles(relay: Relay, snaps: Snaps) -> None:
    relay.always = dripping_headers
    limits = ConnectionLimits(answer_seconds=30, total_seconds=0.7)
    with OsrmServer(relay.url, table_places=5, limits=limits) as roads:
        before = time.monotonic()
        with pytest.raises(RoadsUnavailable) as refused:
            roads.table(snaps, snaps)
        assert time.monotonic() - before < 3
    assert refused.value.sentence == f"The routing server at {host(relay)} did not answer everything within 0.7 s."
    assert len(relay.requests) <= limits.requests_at_once


def test_no_more_requests_are_under_way_at_once_than_allowed(relay: Relay, snaps: Snaps) -> None:
    under_way: list[int] = [0]
    most: list[int] = [0]

    def counted(handler: object) -> None:
        with relay.lock:
            under_way[0] += 1
            most[0] = max(most[0], under_way[0])
        time.sleep(0.01)
        with relay.lock:
            under_way[0] -= 1
        failing(400)(handler)  # type: ignore[arg-type]

    relay.always = counted
    with OsrmServer(relay.url, limits=ConnectionLimits(requests_at_once=3)) as roads:

        def ask() -> None:
            for _ in range(5):
                with pytest.raises(RoadsUnavailable):
                    roads.table(snaps, snaps)

        threads = [threading.Thread(target=ask) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert 1 <= most[0] <= 3


def test_redirects_are_not_followed(relay: Relay, snaps: Snaps) -> None:
    with relay_to("http://127.0.0.1:9") as elsewhere:
        relay.always = failing(302, Location=f"{elsewhere.url}/table")
        with OsrmServer(relay.url, limits=PATIENT) as roads, pytest.raises(RoadsUnavailable) as refused:
            roads.table(snaps[:1], snaps[:1])
        assert "sent us to another address, which is not followed" in refused.value.sentence
        assert elsewhere.requests == []
    assert len(relay.requests) == 1


def test_proxies_and_passwords_of_the_environment_are_not_used(
    relay: Relay, snaps: Snaps, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login me password secret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with OsrmServer(relay.url, limits=PATIENT) as roads:
        roads.table(snaps[:1], snaps[:1])
    assert "Authorization" not in relay.requests[0][2]


def test_the_base_address_may_have_a_path(monaco_osrm: RunningServer, snaps: Snaps) -> None:
    with relay_to("http://127.0.0.1:9") as relay, OsrmServer(f"{relay.url}/maps/osrm/", limits=PATIENT) as roads:
        relay.always = failing(400)
        with pytest.raises(RoadsUnavailable):
            roads.table(snaps[:1], snaps[:1])
        assert relay.requests[0][1].startswith("/maps/osrm/table/v1/driving/")


def test_the_key_is_sent_and_said_nowhere(relay: Relay, caplog: pytest.LogCaptureFixture) -> None:
    key = "d3adb33f-key"
    relay.always = failing(403)
    with caplog.at_level(logging.DEBUG), OpenRouteService(relay.url, "car", key, limits=PATIENT) as roads:
        said = [repr(roads), repr(roads._connection), str(roads.health()), roads.health().sentence]
        with pytest.raises(RoadsUnavailable) as refused:
            roads.snap([Point(7.42, 43.73)])
        error: BaseException | None = refused.value
        while error is not None:
            said += [str(error), repr(error)]
            error = error.__cause__ or error.__context__
    assert relay.requests[0][2]["Authorization"] == key
    assert not [text for text in [*said, caplog.text] if key in text]
    with pytest.raises(RoadError) as refused_key:
        OpenRouteService(relay.url, "car", "bad\nkey")
    assert "bad" not in refused_key.value.sentence
    assert refused_key.value.__context__ is None


def test_a_name_that_nobody_has_cannot_be_reached() -> None:
    with OsrmServer("http://routes.invalid", limits=HASTY) as roads:
        assert roads.health().sentence == "The routing server at routes.invalid cannot be reached."


def test_a_closed_provider_opens_its_connections_again(relay: Relay, snaps: Snaps) -> None:
    roads = OsrmServer(relay.url, limits=PATIENT)
    first = roads.table(snaps, snaps)
    roads.close()
    again = roads.table(snaps, snaps)
    np.testing.assert_array_equal(first[0], again[0])
    roads.close()


def test_threads_share_one_provider(monaco_osrm: RunningServer, snaps: Snaps) -> None:
    found: list[bytes] = []
    with OsrmServer(monaco_osrm.url, table_places=9, limits=PATIENT) as roads:

        def ask() -> None:
            found.extend(roads.table(snaps, snaps)[0].tobytes() for _ in range(3))

        threads = [threading.Thread(target=ask) for _ in range(5)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(found) == 15
    assert len(set(found)) == 1
