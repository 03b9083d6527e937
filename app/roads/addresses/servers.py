"""Nominatim or Photon by their address, for installations that have one: better answers where house numbers are sparse.

Asked when somebody submits a search, never while they type. Whatever fails here is one sentence; the region's own index
answers then.
"""

import math
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Protocol
from urllib.parse import urlencode

from app.roads.addresses.coordinates import inside
from app.roads.addresses.folding import words
from app.roads.addresses.index import HOUSE_NUMBER, AddressHit, Match
from app.roads.coast import Bounds
from app.roads.places import in_one_line, street_line
from app.roads.provider import RoadsUnavailable
from app.roads.servers.connection import ConnectionLimits, MalformedAnswer, Refused, ServerConnection

LIMITS = ConnectionLimits(
    connect_seconds=2, answer_seconds=4, total_seconds=6, requests_at_once=2, retries=1, answer_bytes=1_000_000
)
USER_AGENT = "Wasl (surplus food coordination; self-hosted)"
# Its usage policy: at most one request a second, from everybody together.
PUBLIC_NOMINATIM = "nominatim.openstreetmap.org"
SECONDS_APART = 1.0
LONGEST_WAIT_SECONDS = 3.0
LONGEST_TEXT = 300
LANGUAGES_OF_PHOTON = ("en", "de", "fr")
OSM_TYPES = {"node": "node", "way": "way", "relation": "relation", "N": "node", "W": "way", "R": "relation"}


class AddressServer(Protocol):
    """A server that finds addresses; every method raises RoadsUnavailable where it fails."""

    def search(self, text: str, bounds: Bounds, limit: int, language: str) -> list[AddressHit]:
        """The best answers first, those inside west, south, east, north alone."""
        ...

    def reverse(self, longitude: float, latitude: float, language: str) -> AddressHit | None:
        """What is at a position."""
        ...


def address_server(name: str | None, url: str | None, limits: ConnectionLimits = LIMITS) -> "Nominatim | Photon | None":
    """The server that the settings name; None without one. Raises RoadError for an address that is none."""
    if name is None or url is None:
        return None
    connection = _Connection(url, limits, {"User-Agent": USER_AGENT})
    return Nominatim(connection) if name == "nominatim" else Photon(connection)


class _Connection(ServerConnection):
    """Says whose failure it was, and keeps the pace that the public server asks for."""

    def __init__(self, url: str, limits: ConnectionLimits, headers: Mapping[str, str]) -> None:
        super().__init__(url, limits, headers)
        self._apart = SECONDS_APART if self.host.partition(":")[0] == PUBLIC_NOMINATIM else 0.0
        self._next = 0.0
        self._turn = threading.Lock()

    def unavailable(self, what: str) -> RoadsUnavailable:
        return RoadsUnavailable(f"The address server at {self.host} {what}.")

    def get(self, path: str, **query: object) -> Any:
        """The JSON answer to a GET."""
        self._wait_for_turn()
        asked = f"{path}?{urlencode({name: value for name, value in query.items() if value is not None})}"
        try:
            return self.one(lambda asking: asking.ask(asked))
        except Refused as error:
            raise self.unavailable(f"refused the question (HTTP {error.status})") from error

    def _wait_for_turn(self) -> None:
        with self._turn:
            wait = self._next - time.monotonic()
            if wait > LONGEST_WAIT_SECONDS:
                raise self.unavailable("is asked too often just now")
            self._next = max(self._next, time.monotonic()) + self._apart
        if wait > 0:
            time.sleep(wait)


class Nominatim:
    """Nominatim's /search and /reverse."""

    name = "nominatim"

    def __init__(self, connection: _Connection) -> None:
        self._connection = connection

    def search(self, text: str, bounds: Bounds, limit: int, language: str) -> list[AddressHit]:
        """See AddressServer."""
        west, south, east, north = bounds
        found = self._connection.get(
            "/search",
            q=text[:LONGEST_TEXT],
            format="jsonv2",
            addressdetails=1,
            limit=limit,
            viewbox=f"{west},{north},{east},{south}",
            bounded=1,
            **{"accept-language": language},
        )
        return list(_fitting(self._connection, found, self._hit, text, bounds))[:limit]

    def reverse(self, longitude: float, latitude: float, language: str) -> AddressHit | None:
        """See AddressServer."""
        found = self._connection.get(
            "/reverse",
            lat=latitude,
            lon=longitude,
            format="jsonv2",
            addressdetails=1,
            **{"accept-language": language},
        )
        if isinstance(found, dict) and "error" in found:
            return None
        return next(iter(_fitting(self._connection, [found], self._hit, "", None)), None)

    def _hit(self, item: Mapping[str, Any]) -> AddressHit:
        parts = item.get("address") or {}
        city = next((parts[key] for key in ("city", "town", "village", "suburb") if parts.get(key)), "")
        number = _text(parts.get("house_number"))
        street = _text(parts.get("road") or parts.get("pedestrian"))
        return AddressHit(
            kind=_kind(number, _text(item.get("addresstype") or item.get("type"))),
            name=_text(item.get("name")),
            address=_address(number, street, _text(city), _text(parts.get("postcode"))),
            longitude=float(item["lon"]),
            latitude=float(item["lat"]),
            osm_id=_osm_id(item.get("osm_type"), item.get("osm_id")),
            category=_text(item.get("type")),
        )


class Photon:
    """Photon's /api and /reverse, GeoJSON."""

    name = "photon"

    def __init__(self, connection: _Connection) -> None:
        self._connection = connection

    def search(self, text: str, bounds: Bounds, limit: int, language: str) -> list[AddressHit]:
        """See AddressServer."""
        west, south, east, north = bounds
        found = self._connection.get(
            "/api",
            q=text[:LONGEST_TEXT],
            limit=limit,
            bbox=f"{west},{south},{east},{north}",
            lang=_photon_language(language),
        )
        return list(_fitting(self._connection, self._features(found), self._hit, text, bounds))[:limit]

    def reverse(self, longitude: float, latitude: float, language: str) -> AddressHit | None:
        """See AddressServer."""
        found = self._connection.get("/reverse", lat=latitude, lon=longitude, lang=_photon_language(language))
        return next(iter(_fitting(self._connection, self._features(found), self._hit, "", None)), None)

    def _features(self, found: Any) -> Any:
        return found.get("features") if isinstance(found, dict) else None

    def _hit(self, item: Mapping[str, Any]) -> AddressHit:
        said = item["properties"]
        longitude, latitude = item["geometry"]["coordinates"][:2]
        number, street = _text(said.get("housenumber")), _text(said.get("street"))
        return AddressHit(
            kind=_kind(number, _text(said.get("type"))),
            name=_text(said.get("name")),
            address=_address(number, street, _text(said.get("city")), _text(said.get("postcode"))),
            longitude=float(longitude),
            latitude=float(latitude),
            osm_id=_osm_id(said.get("osm_type"), said.get("osm_id")),
            category=_text(said.get("osm_value")),
        )


def _fitting(
    connection: ServerConnection, found: Any, read: Any, text: str, bounds: Bounds | None
) -> Iterator[AddressHit]:
    """Every answer that can be read and lies in the region; a street for a house is said to be one.

    Raises RoadsUnavailable when the answer has another shape.
    """
    if not isinstance(found, list):
        raise connection.unavailable("answered with something that is no list of addresses")
    asks_number = any(HOUSE_NUMBER.fullmatch(word) for word in words(text))
    for item in found:
        try:
            hit: AddressHit = read(item)
        except (KeyError, TypeError, ValueError, AttributeError, MalformedAnswer) as error:
            raise connection.unavailable("answered with something that is no list of addresses") from error
        if not (math.isfinite(hit.latitude) and math.isfinite(hit.longitude)):
            raise connection.unavailable("answered with something that is no list of addresses")
        if bounds is not None and not inside(bounds, hit.latitude, hit.longitude):
            continue
        match: Match = "street_only" if asks_number and hit.kind == "street" else "whole"
        yield replace(hit, match=match)


def _kind(number: str, said: str) -> str:
    if number:
        return "address"
    if said in ("road", "street"):
        return "street"
    if said in ("city", "town", "village", "suburb", "hamlet", "locality", "district", "neighbourhood"):
        return "locality"
    return "postcode" if said == "postcode" else "place"


def _address(number: str, street: str, city: str, postcode: str) -> str:
    return in_one_line(street_line(number, street), " ".join(filter(None, (city, postcode))))


def _osm_id(kind: object, number: object) -> str:
    return f"{OSM_TYPES[str(kind)]}/{number}" if str(kind) in OSM_TYPES and isinstance(number, int) else ""


def _text(value: object) -> str:
    return value[:LONGEST_TEXT] if isinstance(value, str) else ""


def _photon_language(language: str) -> str | None:
    return language if language in LANGUAGES_OF_PHOTON else None
