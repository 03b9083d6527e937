"""A server on loopback that behaves as openrouteservice's documentation says, on the embedded streets of a region."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from app.roads.embedded import EmbeddedRoads
from app.roads.provider import NoRoad, Point, PointOffRoads, Snap

KEY = "5b3ce3597851110001cf6248-secret"


class Refusal(Exception):
    """An HTTP status and openrouteservice's own code."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status, self.code = status, code


class DocumentedServer(ThreadingHTTPServer):
    """POST /v2/matrix, /v2/directions/.../geojson and, where `offers_snaps`, /v2/snap; each with the key."""

    daemon_threads = True

    def __init__(self, roads: EmbeddedRoads) -> None:
        super().__init__(("127.0.0.1", 0), DocumentedHandler)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self.host = self.url.removeprefix("http://")
        self.roads = roads
        self.given: dict[tuple[float, float], Snap] = {}
        self.offers_snaps = True
        self.maximum_routes = 2500
        self.graph_date = "2026-11-01T00:00:00Z"
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.plain_refusal: tuple[int, dict[str, Any]] | None = None

    def about(self) -> dict[str, Any]:
        return {"engine": {"version": "9.1.0", "graph_date": self.graph_date}}

    def answer(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        _, _, service, profile, *_ = path.split("/")
        assert profile in ("driving-car", "driving-hgv", "cycling-regular")
        return {"matrix": self.matrix, "directions": self.directions, "snap": self.snap}[service](body)

    def matrix(self, body: dict[str, Any]) -> dict[str, Any]:
        places = body["locations"]
        everything = [str(number) for number in range(len(places))]
        sources, destinations = body.get("sources", everything), body.get("destinations", everything)
        if len(sources) * len(destinations) > self.maximum_routes:
            raise Refusal(400, 6004, "Search exceeds the limit of routes.")
        snaps = [self.found(places[int(number)], 2000) for number in (*sources, *destinations)]
        if None in snaps:
            raise Refusal(404, 6010, "Point not found.")
        found = [snap for snap in snaps if snap is not None]
        rows, columns = found[: len(sources)], found[len(sources) :]
        seconds, metres = self.roads.table(rows, columns)
        tables = {"duration": ("durations", seconds), "distance": ("distances", metres)}
        answer: dict[str, Any] = {
            "destinations": [self.described(snap) for snap in columns],
            "sources": [self.described(snap) for snap in rows],
            "metadata": self.about(),
        }
        for metric in body.get("metrics", ["duration"]):
            name, table = tables[metric]
            answer[name] = [[None if value < 0 else float(value) for value in row] for row in table.tolist()]
        return answer

    def directions(self, body: dict[str, Any]) -> dict[str, Any]:
        snaps = []
        for index, (pair, radius) in enumerate(zip(body["coordinates"], body["radiuses"], strict=True)):
            snap = self.found(pair, radius)
            if snap is None:
                raise Refusal(
                    404, 2010, f"Could not find routable point within a radius of coordinate {index}: {pair}."
                )
            snaps.append(snap)
        try:
            line = self.roads.route(snaps)
        except NoRoad as error:
            raise Refusal(404, 2009, "Route could not be found.") from error
        segments = [{"distance": float(leg.metres), "duration": float(leg.seconds), "steps": []} for leg in line.legs]
        feature = {
            "type": "Feature",
            "properties": {"segments": segments} if body["instructions"] else {},
            "geometry": {"type": "LineString", "coordinates": [list(pair) for pair in line.coordinates]},
        }
        return {"type": "FeatureCollection", "features": [feature], "metadata": self.about()}

    def snap(self, body: dict[str, Any]) -> dict[str, Any]:
        snaps = [self.found(pair, body["radius"]) for pair in body["locations"]]
        return {
            "locations": [None if snap is None else self.described(snap) for snap in snaps],
            "metadata": self.about(),
        }

    def found(self, pair: list[float], radius: float) -> Snap | None:
        longitude, latitude = pair
        if (longitude, latitude) in self.given:
            return self.given[longitude, latitude]  # what lies on a street stays on it
        try:
            snap = self.roads.nearest(Point(longitude, latitude))
        except PointOffRoads:
            return None
        return snap if snap.metres <= radius else None

    def described(self, snap: Snap) -> dict[str, Any]:
        self.given[snap.point.longitude, snap.point.latitude] = snap
        place = {"location": [snap.point.longitude, snap.point.latitude], "snapped_distance": round(snap.metres, 2)}
        return {**place, "name": snap.street} if snap.street else place


class DocumentedHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: DocumentedServer

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append((self.path, body))
        status, document = self.outcome(body)
        content = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def outcome(self, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        if self.server.plain_refusal is not None:
            return self.server.plain_refusal
        if self.headers["Authorization"] != KEY:
            return 403, {"error": "Access to this API has been disallowed"}
        if "/snap/" in self.path and not self.server.offers_snaps:
            return 404, {"error": "Not Found", "path": self.path}
        try:
            return 200, self.server.answer(self.path, body)
        except Refusal as refusal:
            return refusal.status, {
                "error": {"code": refusal.code, "message": str(refusal)},
                "info": self.server.about(),
            }

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing on the terminal."""


@contextmanager
def running_documented(roads: EmbeddedRoads) -> Iterator[DocumentedServer]:
    server = DocumentedServer(roads)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
