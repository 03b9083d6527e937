"""Travel times from a Valhalla server: https://valhalla.github.io/valhalla/api."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from app.roads.provider import (
    OFF_ROADS_METRES,
    Point,
    PointOffRoads,
    Profile,
    RoadLeg,
    RoadLine,
    Snap,
    Table,
)
from app.roads.servers import answers
from app.roads.servers.blocks import BlockLimits
from app.roads.servers.connection import Asking, ConnectionLimits, MalformedAnswer, Refused, ServerConnection
from app.roads.servers.polyline import decoded
from app.roads.servers.server_roads import NotJoined, NotOnStreet, ServerRoads, TooLarge

TABLE_PAIRS = 2500  # service_limits.*.max_matrix_location_pairs
LINE_PLACES = 20  # service_limits.auto.max_locations
SNAP_PLACES = 50
# A point that is already on its street is not looked for farther away than this; Valhalla's own limit is 35 km.
SNAPPED_CUTOFF_METRES = 35

# Valhalla's error codes: valhalla/exceptions.h.
TOO_MANY_PLACES = (150, 153, 157)
TOO_FAR_APART = 154
NOT_JOINED = 170
NO_STREET = 171
NO_PATH = (441, 442, 443)


@dataclass(frozen=True, slots=True)
class VehicleSize:
    """What a vehicle must fit under, between and on."""

    height_metres: float
    width_metres: float
    length_metres: float
    weight_tonnes: float
    axle_load_tonnes: float


# The largest that Directive 96/53/EC lets a rigid truck of two axles be.
TRUCK = VehicleSize(height_metres=4.0, width_metres=2.55, length_metres=12, weight_tonnes=18, axle_load_tonnes=11.5)
# A tall panel van; its weight is a car's as far as signs are concerned.
VAN = VehicleSize(height_metres=2.8, width_metres=2.1, length_metres=6.5, weight_tonnes=3.5, axle_load_tonnes=2)
# A loaded cargo bike rides on streets, slower than Valhalla's 18 km/h, and takes no ferry.
CARGO_BIKE = {"bicycle_type": "City", "cycling_speed": 16, "use_ferry": 0}


class ValhallaServer(ServerRoads):
    """A RoadProvider over `valhalla_service`, whose times and ways depend on the vehicle's size.

    Each point is snapped by /locate, which looks at no other point and prefers streets from which others are reached;
    tables and lines start from there.
    """

    kind: ClassVar[str] = "Valhalla"

    def __init__(
        self,
        url: str,
        profile: Profile = "car",
        *,
        size: VehicleSize | None = None,
        table_pairs: int = TABLE_PAIRS,
        limits: ConnectionLimits | None = None,
    ) -> None:
        """`size` is the van's or truck's; `table_pairs` the server's max_matrix_location_pairs.

        Raises RoadError for an address that is none.
        """
        connection = ServerConnection(url, limits)
        pairs = BlockLimits(cells=table_pairs, coordinates=table_pairs + 1)
        super().__init__(connection, profile, pairs, most_stops=LINE_PLACES)
        self._costing = _costing(profile, size)

    def snap(self, points: Sequence[Point]) -> tuple[Snap, ...]:
        """Where each point meets the street. Raises PointOffRoads for the first that is over 500 m from one that the
        vehicle may use, RoadsUnavailable."""
        return self._snap_all(points, SNAP_PLACES, self._locate)

    def _locate(self, asking: Asking, points: Sequence[Point]) -> list[Snap | None]:
        places = [_place(point, OFF_ROADS_METRES) for point in points]
        found = self._ask(asking, "/locate", locations=places, verbose=True)
        if not isinstance(found, list) or len(found) != len(points):
            raise MalformedAnswer("not as many positions as were asked for")
        return [_snap(point, each) for point, each in zip(points, found, strict=True)]

    def _ask_table(self, asking: Asking, origins: Sequence[Snap], destinations: Sequence[Snap]) -> tuple[Table, Table]:
        try:
            answer = self._ask(
                asking,
                "/sources_to_targets",
                sources=[_place(snap.point, SNAPPED_CUTOFF_METRES) for snap in origins],
                targets=[_place(snap.point, SNAPPED_CUTOFF_METRES) for snap in destinations],
                verbose=False,
            )
        except (_NoPath, NotJoined) as error:
            # Also the answer where a place is on no street at all.
            if len(origins) == len(destinations) == 1:
                place = self._place_off_street([*origins, *destinations])
                if place is not None:
                    raise NotOnStreet(place) from error
            raise NotJoined from error
        found = answers.field(answer, "sources_to_targets", dict)
        shape = len(origins), len(destinations)
        return answers.both(
            answers.table(found.get("durations"), shape), answers.table(found.get("distances"), shape, factor=1000)
        )

    def _ask_line(self, asking: Asking, snaps: Sequence[Snap]) -> RoadLine | None:
        try:
            answer = self._ask(
                asking,
                "/route",
                # At a "break" a vehicle stops and may turn round, as between the pairs of a table.
                locations=[{**_place(snap.point, SNAPPED_CUTOFF_METRES), "type": "break"} for snap in snaps],
                directions_type="none",
                shape_format="polyline6",
            )
        except (_NoPath, NotJoined):
            return None
        legs = answers.field(answers.field(answer, "trip", dict), "legs", list)
        summaries = [answers.field(leg, "summary", dict) for leg in legs]
        lines = [decoded(answers.field(leg, "shape", str)) for leg in legs]
        if not all(lines):
            raise MalformedAnswer("a leg without a line")
        return RoadLine(
            answers.joined(lines),
            tuple(
                RoadLeg(
                    metres=round(answers.number(summary.get("length")) * 1000),
                    seconds=round(answers.number(summary.get("time"))),
                )
                for summary in summaries
            ),
        )

    def _ask_version(self, asking: Asking) -> str:
        try:
            status = asking.ask("/status")
        except Refused as refused:
            raise self._connection.refusal(refused) from refused
        version = answers.field(status, "version", str)[:40]
        built = status.get("tileset_last_modified")
        return f"version {version}, tiles of {built}" if type(built) is int else f"version {version}"

    def _options(self) -> Mapping[str, Any]:
        return self._costing

    def _place_off_street(self, snaps: Sequence[Snap]) -> int | None:
        try:
            found = self.snap([snap.point for snap in snaps])
        except PointOffRoads as error:
            return error.index
        return next((index for index, snap in enumerate(found) if snap.metres > SNAPPED_CUTOFF_METRES), None)

    def _ask(self, asking: Asking, path: str, **question: Any) -> Any:
        """The answer. Raises NotJoined, NotOnStreet, TooLarge, _NoPath, RoadsUnavailable."""
        try:
            return asking.ask(path, {**question, **self._costing, "units": "kilometers"})
        except Refused as refused:
            raise self._refusal(refused) from refused

    def _refusal(self, refused: Refused) -> Exception:
        code = refused.field("error_code")
        if code in TOO_MANY_PLACES or refused.status == 413:
            return TooLarge()
        if code == NOT_JOINED:
            return NotJoined()
        if code == NO_STREET:
            return NotOnStreet()
        if code in NO_PATH:
            return _NoPath()
        if code == TOO_FAR_APART:
            return self._connection.unavailable("takes no places that are so far apart")
        return self._connection.refusal(refused)


class _NoPath(Exception):
    """Two places are not joined."""


def _costing(profile: Profile, size: VehicleSize | None) -> dict[str, Any]:
    """The vehicle, in Valhalla's words."""
    if profile == "cargo_bike":
        return {"costing": "bicycle", "costing_options": {"bicycle": CARGO_BIKE}}
    if profile == "car":
        return {"costing": "auto"}
    if profile == "van":
        van = size or VAN
        return {
            "costing": "auto",
            "costing_options": {"auto": {"height": van.height_metres, "width": van.width_metres}},
        }
    truck = size or TRUCK
    options = {
        "height": truck.height_metres,
        "width": truck.width_metres,
        "length": truck.length_metres,
        "weight": truck.weight_tonnes,
        "axle_load": truck.axle_load_tonnes,
    }
    return {"costing": "truck", "costing_options": {"truck": options}}


def _place(point: Point, cutoff_metres: int) -> dict[str, Any]:
    # The nearest street, and neither another one that happens to be quicker nor the next junction: asked again, a
    # snapped point stays where it is.
    return {
        "lat": round(point.latitude, 6),
        "lon": round(point.longitude, 6),
        "radius": 0,
        "node_snap_tolerance": 0,
        "search_cutoff": cutoff_metres,
    }


def _snap(asked: Point, found: Any) -> Snap | None:
    """Where the point meets the best of the streets that /locate names; None where it names none."""
    edges = found.get("edges") if isinstance(found, dict) else None
    if not edges:
        return None
    if not isinstance(edges, list) or not all(isinstance(edge, dict) for edge in edges):
        raise MalformedAnswer("no streets")
    edge = max(edges, key=_reach)  # the first of them, where several are alike
    about = edge.get("edge_info")
    names = about.get("names") if isinstance(about, dict) else None
    return Snap(
        asked,
        answers.point([edge.get("correlated_lon"), edge.get("correlated_lat")]),
        answers.number(edge.get("distance")),
        answers.text(names[0]) if isinstance(names, list) and names else "",
    )


def _reach(edge: dict[str, Any]) -> float:
    """How many junctions can be reached from a street and reach it, as far as Valhalla counts (50): the smaller. A
    street that leads off the map, or onto a yard from which nothing leads, has few."""
    return min(answers.number(edge.get(name, 0)) for name in ("outbound_reach", "inbound_reach"))
