"""A route as files that other programs read: GeoJSON (RFC 7946) and GPX 1.1."""

from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

from app.planning.schemas import RouteOut

ATTRIBUTION = "© OpenStreetMap contributors, ODbL 1.0"
ESTIMATED = "Times, distances or the line are estimated from straight lines, not from streets."


def geojson(route: RouteOut) -> dict[str, Any]:
    """The line and the stops."""
    line = {
        "type": "Feature",
        "geometry": {"type": "LineString", "coordinates": route.line},
        "properties": {
            "route": route.number,
            "metres": route.metres,
            "seconds": route.seconds,
            "estimated": route.estimated,
        },
    }
    stops = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [stop.longitude, stop.latitude]},
            "properties": {
                "sequence": stop.sequence,
                "kind": stop.kind,
                "name": stop.site_name,
                "arrive_at": stop.arrive_at.isoformat(),
            },
        }
        for stop in route.stops
    ]
    return {"type": "FeatureCollection", "attribution": ATTRIBUTION, "features": [line, *stops]}


def gpx(route: RouteOut) -> bytes:
    """Stops as a route, the street line as a track."""
    root = Element("gpx", version="1.1", creator="Wasl", xmlns="http://www.topografix.com/GPX/1/1")
    note = f"{ATTRIBUTION}. {ESTIMATED}" if route.estimated else ATTRIBUTION
    SubElement(SubElement(root, "metadata"), "desc").text = note
    planned = SubElement(root, "rte")
    SubElement(planned, "name").text = ", ".join(filter(None, (route.vehicle_name, route.driver_name)))
    for stop in route.stops:
        point = SubElement(planned, "rtept", lat=f"{stop.latitude:.6f}", lon=f"{stop.longitude:.6f}")
        SubElement(point, "time").text = stop.arrive_at.strftime("%Y-%m-%dT%H:%M:%SZ")
        SubElement(point, "name").text = f"{stop.sequence}. {stop.site_name}"
    segment = SubElement(SubElement(root, "trk"), "trkseg")
    for longitude, latitude in route.line:
        SubElement(segment, "trkpt", lat=f"{latitude:.6f}", lon=f"{longitude:.6f}")
    text: bytes = tostring(root, encoding="utf-8")
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + text
