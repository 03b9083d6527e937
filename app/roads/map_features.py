"""Which objects of the extract the base map draws, as which class, and from which zoom."""

from collections.abc import Mapping
from dataclasses import dataclass

ROAD_ZOOM = {
    "motorway": 10,
    "trunk": 10,
    "primary": 10,
    "secondary": 11,
    "tertiary": 12,
    "street": 12,
    "service": 14,
    "path": 15,
}
ROAD_CLASS = {
    "motorway": "motorway",
    "trunk": "trunk",
    "primary": "primary",
    "secondary": "secondary",
    "tertiary": "tertiary",
    "residential": "street",
    "unclassified": "street",
    "living_street": "street",
    "road": "street",
    "service": "service",
    "busway": "service",
    "pedestrian": "path",
    "footway": "path",
    "cycleway": "path",
    "path": "path",
    "track": "path",
    "bridleway": "path",
    "steps": "path",
}
WATERWAY_ZOOM = {"river": 11, "canal": 12, "stream": 13, "drain": 16, "ditch": 16}
PLACE_ZOOM = {
    "city": 10,
    "town": 10,
    "suburb": 12,
    "village": 12,
    "hamlet": 14,
    "neighbourhood": 14,
    "quarter": 13,
}
WATER_TAGS = {"natural": {"water"}, "waterway": {"riverbank", "dock"}, "landuse": {"reservoir", "basin"}}
WOOD_TAGS = {"natural": {"wood", "scrub"}, "landuse": {"forest"}}
GREEN_TAGS = {
    "leisure": {
        "park",
        "garden",
        "pitch",
        "golf_course",
        "nature_reserve",
        "recreation_ground",
        "common",
        "playground",
    },
    "landuse": {
        "grass",
        "recreation_ground",
        "village_green",
        "cemetery",
        "allotments",
        "meadow",
        "orchard",
        "flowerbed",
    },
    "natural": {"grassland", "heath"},
}
# Names are kept in these languages beside the one on the sign; the page shows the reader's, where the extract has it.
LABEL_LANGUAGES = ("ar", "en", "fr", "es", "pt", "de", "tr", "ku", "fa", "ur", "uk")
# Only what these keys may say is drawn; everything else in the extract is skipped before Python sees it.
DRAWN_KEYS = ("highway", "railway", "waterway", "natural", "landuse", "leisure", "building", "place")


@dataclass(frozen=True, slots=True)
class Drawing:
    """How one object is drawn: its layer, its class there, the first zoom that shows it, and its label.

    `translations` are language code and name, where that differs from the label.
    """

    layer: str
    kind: str
    zoom: int
    label: str = ""
    translations: tuple[tuple[str, str], ...] = ()


def line_drawing(tags: Mapping[str, str]) -> Drawing | None:
    """How a way is drawn as a line; None when it is not."""
    if "highway" in tags:
        return _road(tags)
    if tags.get("railway") == "rail" and tags.get("tunnel") is None:
        return Drawing("line", "rail", 14 if "service" in tags else 11)
    zoom = WATERWAY_ZOOM.get(tags.get("waterway", ""))
    if zoom is not None and tags.get("tunnel") is None:
        return Drawing("line", "river" if zoom <= 12 else "stream", zoom)
    return None


def _road(tags: Mapping[str, str]) -> Drawing | None:
    value = tags["highway"].removesuffix("_link")
    kind = ROAD_CLASS.get(value)
    if kind is None or tags.get("area") == "yes":
        return None
    zoom = ROAD_ZOOM[kind]
    if kind == "service" and tags.get("service") in {"parking_aisle", "driveway", "drive-through"}:
        zoom = 16
    elif kind == "path" and tags.get("footway") in {"sidewalk", "crossing"}:
        zoom = 17
    if value != tags["highway"]:  # a slip road is called by the roads that it joins
        return Drawing("road", kind, zoom)
    # Motorways and main roads are known by their number, every other street by its name.
    if kind in {"motorway", "trunk"} and tags.get("ref"):
        return Drawing("road", kind, zoom, tags["ref"].split(";")[0].strip())
    return Drawing("road", kind, zoom, tags.get("name", ""), _translations(tags))


def area_drawing(tags: Mapping[str, str]) -> Drawing | None:
    """How an area is drawn; None when it is not."""
    if tags.get("building", "no") != "no":
        return Drawing("area", "building", 14)
    if _has(tags, WATER_TAGS):
        return Drawing("area", "water", 10)
    if _has(tags, WOOD_TAGS):
        return Drawing("area", "wood", 10)
    if _has(tags, GREEN_TAGS):
        return Drawing("area", "green", 11)
    return None


def place_drawing(tags: Mapping[str, str]) -> Drawing | None:
    """How a named place is drawn as a label; None when it is not."""
    zoom = PLACE_ZOOM.get(tags.get("place", ""))
    if zoom is None or not tags.get("name"):
        return None
    return Drawing("place", tags["place"], zoom, tags["name"], _translations(tags))


def _translations(tags: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    name = tags.get("name", "")
    found = ((language, tags.get(f"name:{language}", "")) for language in LABEL_LANGUAGES)
    return tuple((language, text) for language, text in found if name and text and text != name)


def _has(tags: Mapping[str, str], wanted: Mapping[str, set[str]]) -> bool:
    return any(tags.get(key) in values for key, values in wanted.items())
