"""Travel times from an OSRM server: https://project-osrm.org/docs, service version v1."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from app.roads.provider import (
    OFF_ROADS_METRES,
    Point,
    PointOffRoads,
    Profile,
    RoadError,
    RoadLeg,
    RoadLine,
    Snap,
    Table,
)
from app.roads.servers import answers
from app.roads.servers.blocks import Block, BlockLimits
from app.roads.servers.connection import Asking, ConnectionLimits, MalformedAnswer, Refused, ServerConnection
from app.roads.servers.server_roads import NO_SNAPS, NotOnStreet, ServerRoads, TooLarge

# A point that is already on its street may move this far, and no farther, when it is asked about again.
SNAPPED_RADIUS_METRES = 5
# Between neighbours on one stretch of street OSRM's lengths may come out a little below 0: -0.6 m was seen.
SLACK_METRES = 2
# Proxies commonly stop at 8 KB of address. A place takes its position, its radius and its number in a list.
ADDRESS_BYTES = 8000
BYTES_A_PLACE = len("-179.123456,-89.123456;") + len("500;") + len("999;")
TABLE_PLACES = 100
LINE_PLACES = 100
TOO_LARGE_STATUS = (413, 414, 431)
PLACE_IN_MESSAGE = re.compile(r"coordinate (\d+)")


class OsrmServer(ServerRoads):
    """A RoadProvider over `osrm-routed`. The server has one graph: whether its times are those of a car or of a cargo
    bike was decided when it was built, and `profile` says which of them was.

    OSRM prefers streets of the main network when it snaps the points of a table, by looking at all of them. With
    `anchor`, a place on the main network, each point is snapped beside it, and tables are asked beside it, so that
    the answer for two places never depends on who else was asked about, and is the embedded graph's. Without, points
    are snapped by /nearest, which knows no main network: a point may then come to lie on a street that leads nowhere.
    """

    kind: ClassVar[str] = "OSRM"

    def __init__(
        self,
        url: str,
        profile: Profile = "car",
        *,
        served_as: str = "driving",
        anchor: Point | None = None,
        table_places: int = TABLE_PLACES,
        limits: ConnectionLimits | None = None,
    ) -> None:
        """`served_as` is the profile's name in the server's addresses; `table_places` its --max-table-size.

        Raises RoadError for an address that is none.
        """
        if not re.fullmatch(r"[A-Za-z0-9_-]{1,60}", served_as):
            raise RoadError("The profile's name in an OSRM server's addresses is made of letters, digits and hyphens.")
        connection = ServerConnection(url, limits)
        most = (ADDRESS_BYTES - len(url) - 200) // BYTES_A_PLACE
        # OSRM counts pairs: --max-table-size 100 means 10,000 of them, in whatever shape.
        pairs = BlockLimits(cells=table_places**2, coordinates=max(2, min(most, 2 * table_places) - 1))
        super().__init__(connection, profile, pairs, most_stops=max(2, min(most, LINE_PLACES)))
        self._served_as = served_as
        self._anchor = None if anchor is None else Point(*_pair(anchor))

    def snap(self, points: Sequence[Point]) -> tuple[Snap, ...]:
        """Where each point meets the street: beside the anchor, else its /nearest. Raises PointOffRoads for the first
        that is over 500 m from a street, RoadsUnavailable."""
        if self._anchor is None:
            found = self._connection.all([self._nearest(index, point) for index, point in enumerate(points)])
            return tuple(found)
        size = max(1, min(self._limits.coordinates - 1, self._limits.cells))
        runs = [range(first, min(first + size, len(points))) for first in range(0, len(points), size)]
        batches = self._connection.all([self._beside_anchor(run, points) for run in runs])
        return tuple(snap for batch in batches for snap in batch)

    def _nearest(self, index: int, point: Point) -> Callable[[Asking], Snap]:
        def ask(asking: Asking) -> Snap:
            try:
                answer = self._ask(asking, self._path("nearest", [point], number="1"))
                snap = _snap(point, answers.field(answer, "waypoints", list)[:1])
            except MalformedAnswer as error:
                raise self._connection.unavailable(NO_SNAPS) from error
            except NotOnStreet as error:
                raise PointOffRoads(index, point, None) from error
            if snap.metres > OFF_ROADS_METRES:
                raise PointOffRoads(index, point, snap.metres)
            return snap

        return ask

    def _beside_anchor(self, run: range, points: Sequence[Point]) -> Callable[[Asking], list[Snap]]:
        """One row of a table, from the anchor to each point: it prefers streets of the main network."""
        part = [points[index] for index in run]

        def ask(asking: Asking) -> list[Snap]:
            path = self._path(
                "table",
                [*part, *self._anchors()],
                radiuses=_repeated(OFF_ROADS_METRES, len(part) + 1),
                sources=str(len(part)),
                destinations=_numbers(0, len(part)),
            )
            try:
                found = answers.field(self._ask(asking, path), "destinations", list)
                if len(found) != len(part):
                    raise MalformedAnswer("not as many positions as were asked for")
                return [_snap(point, [each]) for point, each in zip(part, found, strict=True)]
            except TooLarge:
                self._limits = self._limits.below(Block(0, 1, 0, len(part)))
                middle = (run.start + run.stop) // 2
                if len(run) == 1:
                    raise self._connection.unavailable("takes not even a table of one pair") from None
                halves = range(run.start, middle), range(middle, run.stop)
                return [snap for half in halves for snap in self._beside_anchor(half, points)(asking)]
            except MalformedAnswer as error:
                raise self._connection.unavailable(NO_SNAPS) from error
            except NotOnStreet as error:
                if error.place is None or error.place >= len(part):
                    raise self._foreign() from error
                index = run[error.place]
                self._nearest(index, points[index])(asking)  # knows how far it is, and raises
                raise PointOffRoads(index, points[index], None) from error

        return ask

    def _ask_table(self, asking: Asking, origins: Sequence[Snap], destinations: Sequence[Snap]) -> tuple[Table, Table]:
        places = [snap.point for snap in (*origins, *destinations)]
        path = self._path(
            "table",
            [*places, *self._anchors()],
            annotations="duration,distance",
            # The server's streets may be of another day than the anchor: it is looked for as far as any new point.
            radiuses=";".join(
                [_repeated(SNAPPED_RADIUS_METRES, len(places)), *(str(OFF_ROADS_METRES) for _ in self._anchors())]
            ),
            sources=_numbers(0, len(origins)),
            destinations=_numbers(len(origins), len(places)),
        )
        try:
            answer = self._ask(asking, path)
        except NotOnStreet as error:
            if error.place == len(places):
                raise self._foreign() from error
            raise
        shape = len(origins), len(destinations)
        return answers.both(
            answers.table(answers.field(answer, "durations", list), shape),
            answers.table(answers.field(answer, "distances", list), shape, slack=SLACK_METRES),
        )

    def _ask_line(self, asking: Asking, snaps: Sequence[Snap]) -> RoadLine | None:
        path = self._path(
            "route",
            [snap.point for snap in snaps],
            overview="full",
            geometries="geojson",
            radiuses=_repeated(SNAPPED_RADIUS_METRES, len(snaps)),
            # A vehicle may turn round where it has stopped; only so are the legs those of the table.
            continue_straight="false",
        )
        try:
            answer = self._ask(asking, path)
        except _NoRoute:
            return None
        routes = answers.field(answer, "routes", list)
        if not routes:
            raise MalformedAnswer("no route")
        geometry = answers.field(routes[0], "geometry", dict)
        return RoadLine(
            answers.positions(geometry.get("coordinates")),
            tuple(
                RoadLeg(
                    metres=round(answers.number(answers.field(leg, "distance", object), SLACK_METRES)),
                    seconds=round(answers.number(answers.field(leg, "duration", object))),
                )
                for leg in answers.field(routes[0], "legs", list)
            ),
        )

    def _ask_version(self, asking: Asking) -> str:
        place = self._anchor or Point(0.0, 0.0)
        answer = self._ask(asking, self._path("nearest", [place], number="1"))
        return answers.text(answers.field(answer, "code", str) and answer.get("data_version"))

    def _options(self) -> Mapping[str, Any]:
        return {"served_as": self._served_as, "anchor": None if self._anchor is None else _pair(self._anchor)}

    def _place_off_street(self, snaps: Sequence[Snap]) -> int | None:
        try:
            self._connection.all([self._nearest(index, snap.point) for index, snap in enumerate(snaps)])
        except PointOffRoads as error:
            return error.index
        return None

    def _anchors(self) -> list[Point]:
        return [] if self._anchor is None else [self._anchor]

    def _foreign(self) -> RoadError:
        return self._connection.unavailable("has no street at the middle of this region; it may serve another one")

    def _path(self, service: str, places: Sequence[Point], **options: str) -> str:
        positions = ";".join(f"{longitude:.6f},{latitude:.6f}" for longitude, latitude in map(_pair, places))
        asked = "&".join(f"{name}={value}" for name, value in options.items())
        return f"/{service}/v1/{self._served_as}/{positions}?generate_hints=false&{asked}"

    def _ask(self, asking: Asking, path: str) -> Any:
        """The answer where OSRM says Ok. Raises TooLarge, NotOnStreet, _NoRoute, MalformedAnswer, RoadsUnavailable."""
        try:
            answer = asking.ask(path)
        except Refused as refused:
            raise self._refusal(refused) from refused
        if answers.field(answer, "code", str) != "Ok":
            raise MalformedAnswer("not Ok")
        return answer

    def _refusal(self, refused: Refused) -> Exception:
        code = refused.field("code")
        if code == "TooBig" or refused.status in TOO_LARGE_STATUS:
            return TooLarge()
        if code == "NoSegment":
            place = PLACE_IN_MESSAGE.search(answers.text(refused.field("message")))
            return NotOnStreet(int(place.group(1)) if place else None)
        if code == "NoRoute":
            return _NoRoute()
        return self._connection.refusal(refused)


class _NoRoute(Exception):
    """Two places of a line are not joined."""


def _snap(asked: Point, waypoints: Sequence[Any]) -> Snap:
    if not waypoints:
        raise MalformedAnswer("no waypoint")
    found = waypoints[0]
    return Snap(
        asked,
        answers.point(answers.field(found, "location", list)),
        answers.number(answers.field(found, "distance", object)),
        answers.text(found.get("name")),
    )


def _pair(point: Point) -> tuple[float, float]:
    # OSRM keeps six digits; what differs beyond them is the same place.
    return round(point.longitude, 6), round(point.latitude, 6)


def _repeated(radius: int, count: int) -> str:
    return ";".join([str(radius)] * count)


def _numbers(first: int, last: int) -> str:
    return ";".join(map(str, range(first, last)))
