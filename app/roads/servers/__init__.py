"""Travel times from an existing routing server over HTTP: OSRM, Valhalla, openrouteservice."""

from app.roads.provider import Point, Profile, RoadError
from app.roads.servers.connection import ConnectionLimits
from app.roads.servers.openrouteservice import OpenRouteService
from app.roads.servers.osrm_server import OsrmServer
from app.roads.servers.server_roads import ServerRoads
from app.roads.servers.valhalla_server import ValhallaServer, VehicleSize


def routing_server(
    name: str,
    url: str,
    profile: Profile,
    key: str | None = None,
    *,
    anchor: Point | None = None,
    limits: ConnectionLimits | None = None,
) -> ServerRoads:
    """The provider for a server by the name of its kind: osrm, valhalla, openrouteservice.

    `key` is openrouteservice's; `anchor`, a place on the main network, is of use to OSRM. Raises RoadError for an
    address that is none, or a kind that is unknown.
    """
    if key is not None and name != "openrouteservice":
        raise RoadError(f"A key is for openrouteservice, not for {name}.")
    if name == "osrm":
        return OsrmServer(url, profile, anchor=anchor, limits=limits)
    if name == "valhalla":
        return ValhallaServer(url, profile, limits=limits)
    if name == "openrouteservice":
        return OpenRouteService(url, profile, key, limits=limits)
    raise RoadError(f"There is no kind of routing server called {name}.")


__all__ = [
    "ConnectionLimits",
    "OpenRouteService",
    "OsrmServer",
    "ServerRoads",
    "ValhallaServer",
    "VehicleSize",
    "routing_server",
]
