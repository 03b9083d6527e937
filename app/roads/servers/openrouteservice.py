"""Travel times from an openrouteservice server: https://giscience.github.io/openrouteservice/api-reference."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from app.roads.provider import (
    ATTRIBUTION,
    OFF_ROADS_METRES,
    Point,
    PointOffRoads,
    Profile,
    RoadLeg,
    RoadLine,
    RoadsUnavailable,
    Snap,
    Table,
)
from app.roads.servers import answers
from app.roads.servers.blocks import BlockLimits
from app.roads.servers.connection import Asking, ConnectionLimits, MalformedAnswer, Refused, ServerConnection
from app.roads.servers.server_roads import NotOnStreet, ServerRoads, TooLarge

TABLE_PAIRS = 2500  # endpoints.matrix.maximum_routes
LINE_PLACES = 50  # maximum_waypoints
SNAP_PLACES = 50
# A point that is already on its street is not looked for farther away than this.
SNAPPED_RADIUS_METRES = 30

PROFILES: Mapping[Profile, str] = {
    "car": "driving-car",
    "van": "driving-car",
    "truck": "driving-hgv",
    "cargo_bike": "cycling-regular",
}

# Codes of the documentation's page of errors: directions, matrix, snapping.
TOO_LARGE = (2004, 6004)
NOT_JOINED = (2009,)
NO_STREET = (2010, 6010, 8010)
SPEAKS = range(2000, 9000)
PLACE_IN_MESSAGE = re.compile(r"coordinate (\d+)")


class OpenRouteService(ServerRoads):
    """A RoadProvider over openrouteservice, one's own or the public one with a key.

    Points are snapped by /v2/snap where the server offers it, else (as the public one) by what /v2/matrix says of its
    destinations. Its tables know no size of a vehicle, so lines are asked without one too: they must agree.
    """

    kind: ClassVar[str] = "openrouteservice"
    # Every question counts towards a quota.
    version_seconds: ClassVar[float] = 3600.0

    def __init__(
        self,
        url: str,
        profile: Profile = "car",
        key: str | None = None,
        *,
        table_pairs: int = TABLE_PAIRS,
        limits: ConnectionLimits | None = None,
    ) -> None:
        """`key` goes with every question as a header; `table_pairs` is the server's maximum_routes.

        Raises RoadError for an address that is none, or a key that no header can hold.
        """
        connection = ServerConnection(url, limits, {"Authorization": key} if key else None)
        pairs = BlockLimits(cells=table_pairs, coordinates=table_pairs + 1)
        super().__init__(connection, profile, pairs, most_stops=LINE_PLACES)
        self._served_as = PROFILES[profile]
        self._offers_snaps = True

    def snap(self, points: Sequence[Point]) -> tuple[Snap, ...]:
        """Where each point meets the street. Raises PointOffRoads for the first that is over 500 m from one,
        RoadsUnavailable."""
        return self._snap_all(points, SNAP_PLACES, self._found)

    def attribution(self) -> str:
        return f"© openrouteservice.org by HeiGIT, {ATTRIBUTION}"

    def _found(self, asking: Asking, points: Sequence[Point]) -> list[Snap | None]:
        found = self._snapped(asking, points)
        return [None if each is None else _snap(point, each) for point, each in zip(points, found, strict=True)]

    def _snapped(self, asking: Asking, points: Sequence[Point]) -> list[Any]:
        """What the server says of each point's place on the street, null where it knows none."""
        if self._offers_snaps:
            places = [_pair(point) for point in points]
            try:
                answer = self._ask(
                    asking, f"/v2/snap/{self._served_as}/json", locations=places, radius=OFF_ROADS_METRES
                )
                return _as_many(answers.field(answer, "locations", list), len(points))
            except _NoService:
                self._offers_snaps = False
        answer = self._matrix(asking, [points[0]], points, ["duration"])
        return _as_many(answers.field(answer, "destinations", list), len(points))

    def _ask_table(self, asking: Asking, origins: Sequence[Snap], destinations: Sequence[Snap]) -> tuple[Table, Table]:
        answer = self._matrix(
            asking, [snap.point for snap in origins], [snap.point for snap in destinations], ["duration", "distance"]
        )
        shape = len(origins), len(destinations)
        return answers.both(
            answers.table(answers.field(answer, "durations", list), shape),
            answers.table(answers.field(answer, "distances", list), shape),
        )

    def _matrix(
        self, asking: Asking, origins: Sequence[Point], destinations: Sequence[Point], metrics: Sequence[str]
    ) -> Any:
        count = len(origins) + len(destinations)
        return self._offered(
            asking,
            f"/v2/matrix/{self._served_as}",
            locations=[_pair(point) for point in (*origins, *destinations)],
            # Numbers as text: so the documentation has them.
            sources=[str(number) for number in range(len(origins))],
            destinations=[str(number) for number in range(len(origins), count)],
            metrics=metrics,
            units="m",
        )

    def _ask_line(self, asking: Asking, snaps: Sequence[Snap]) -> RoadLine | None:
        try:
            answer = self._offered(
                asking,
                f"/v2/directions/{self._served_as}/geojson",
                coordinates=[_pair(snap.point) for snap in snaps],
                radiuses=[SNAPPED_RADIUS_METRES] * len(snaps),
                units="m",
                # Instructions are of no use here, but only with them does the answer have the legs.
                instructions=True,
                # A vehicle may turn round where it has stopped.
                continue_straight=False,
            )
        except _NoRoute:
            return None
        features = answers.field(answer, "features", list)
        if not features:
            raise MalformedAnswer("no route")
        geometry = answers.field(features[0], "geometry", dict)
        segments = answers.field(answers.field(features[0], "properties", dict), "segments", list)
        return RoadLine(
            answers.positions(geometry.get("coordinates")),
            tuple(
                RoadLeg(
                    metres=round(answers.number(answers.field(segment, "distance", object))),
                    seconds=round(answers.number(answers.field(segment, "duration", object))),
                )
                for segment in segments
            ),
        )

    def _ask_version(self, asking: Asking) -> str:
        """Asked by the smallest table there is, somewhere in Heidelberg: the public server has no status, and one's
        own answers in its own words that this is off its map."""
        body = {"locations": [[8.681495, 49.41461]] * 2, "metrics": ["duration"]}
        try:
            answer = asking.ask(f"/v2/matrix/{self._served_as}", body)
        except Refused as refused:
            code = _code(refused)
            if code is None or refused.status not in (400, 404, 413):
                raise self._refusal(refused) from refused
            answer = refused.document
        else:
            answers.field(answer, "durations", list)
        return _version(answer)

    def _options(self) -> Mapping[str, Any]:
        return {"served_as": self._served_as}

    def _place_off_street(self, snaps: Sequence[Snap]) -> int | None:
        try:
            self.snap([snap.point for snap in snaps])
        except PointOffRoads as error:
            return error.index
        return None

    def _offered(self, asking: Asking, path: str, **question: Any) -> Any:
        """The answer of a service that every server has."""
        try:
            return self._ask(asking, path, **question)
        except _NoService as error:
            raise error.otherwise from error

    def _ask(self, asking: Asking, path: str, **question: Any) -> Any:
        """The answer. Raises NotOnStreet, TooLarge, _NoRoute, _NoService, MalformedAnswer, RoadsUnavailable."""
        try:
            return asking.ask(path, question)
        except Refused as refused:
            raise self._refusal(refused) from refused

    def _refusal(self, refused: Refused) -> Exception:
        code = _code(refused)
        if code in TOO_LARGE or refused.status == 413:
            return TooLarge()
        if code in NO_STREET:
            place = PLACE_IN_MESSAGE.search(_message(refused))
            return NotOnStreet(int(place.group(1)) if place else None)
        if code in NOT_JOINED:
            return _NoRoute()
        if refused.status == 403 and "quota" in _message(refused).lower():
            return self._connection.unavailable("says that the quota of its key is used up (HTTP 403)")
        otherwise = self._connection.refusal(refused)
        return _NoService(otherwise) if code is None and refused.status in (404, 405) else otherwise


class _NoRoute(Exception):
    """Two places of a line are not joined."""


class _NoService(Exception):
    """The server has no such service; `otherwise` is the error where it ought to."""

    def __init__(self, otherwise: RoadsUnavailable) -> None:
        super().__init__("no such service")
        self.otherwise = otherwise


def _pair(point: Point) -> list[float]:
    return [round(point.longitude, 6), round(point.latitude, 6)]


def _as_many(found: list[Any], count: int) -> list[Any]:
    if len(found) != count:
        raise MalformedAnswer("not as many positions as were asked for")
    return found


def _snap(asked: Point, found: Any) -> Snap:
    return Snap(
        asked,
        answers.point(answers.field(found, "location", list)),
        answers.number(answers.field(found, "snapped_distance", object)),
        answers.text(found.get("name")),
    )


def _code(refused: Refused) -> int | None:
    """The server's own code; None where the refusal has none, as a proxy's before it."""
    error = refused.field("error")
    code = error.get("code") if isinstance(error, dict) else None
    return code if type(code) is int and code in SPEAKS else None


def _message(refused: Refused) -> str:
    error = refused.field("error")
    return answers.text(error.get("message") if isinstance(error, dict) else error)


def _version(document: Any) -> str:
    """Version and date of the graph, as every answer and every refusal tells them; empty where they are missing."""
    about = document if isinstance(document, dict) else {}
    for name in ("metadata", "info"):
        block = about.get(name)
        engine = block.get("engine") if isinstance(block, dict) else None
        if isinstance(engine, dict):
            told = [answers.text(engine.get(part))[:40] for part in ("version", "graph_date")]
            return ", streets of ".join(part for part in told if part)
    return ""
