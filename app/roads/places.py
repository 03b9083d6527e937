"""The extract's shops, food banks and community places, as proposals for partners' sites."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from opening_hours import OpeningHours, ParserError, State  # type: ignore[attr-defined]  # stub lacks the error

DONOR_KINDS = ("supermarket",)
RECEIVER_KINDS = ("food_bank", "social_facility", "community_centre", "charity")
# Proposed as well, on wish: they may give or hand out food, but the demonstration does not count on them.
OTHER_KINDS = ("food_shop", "place_of_worship")
PLACE_KINDS = (*DONOR_KINDS, *RECEIVER_KINDS, *OTHER_KINDS)
FOOD_BANKS = frozenset({"food_bank", "soup_kitchen", "food_sharing"})
FOOD_SHOPS = frozenset({"wholesale", "greengrocer", "bakery", "convenience", "butcher", "farm"})
# The last minute of a day stands for midnight, which a local time cannot say.
END_OF_DAY = time(23, 59)
WORKING_DAYS = (1, 2, 3, 4, 5)
EVERY_DAY = (1, 2, 3, 4, 5, 6, 7)

Hours = tuple[time, time]


class PlacesError(Exception):
    """A file of places could not be read; `sentence` says why in one sentence."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class Place:
    """A real place as OpenStreetMap has it; nothing in it is a promise that it takes part."""

    osm_id: str
    kind: str
    name: str
    address: str
    longitude: float
    latitude: float
    opening_hours: str | None
    names: tuple[tuple[str, str], ...]

    def name_in(self, language: str) -> str:
        """The name that the extract has in a language, else the name on the sign."""
        return dict(self.names).get(language, self.name)


@dataclass(frozen=True, slots=True)
class WeeklyWindow:
    """Weekdays (1 is Monday) on which a site opens and closes at the same local times."""

    weekdays: tuple[int, ...]
    opens: time
    closes: time


@dataclass(frozen=True, slots=True)
class WindowProposal:
    """Windows for a site, and whether they are the place's own hours or our stated default."""

    windows: tuple[WeeklyWindow, ...]
    from_extract: bool


# Where the extract has no hours: shops every day, everybody else in office hours.
DONOR_DEFAULT = (WeeklyWindow(EVERY_DAY, time(8), time(20)),)
RECEIVER_DEFAULT = (WeeklyWindow(WORKING_DAYS, time(9), time(17)),)


def read_places(path: Path) -> tuple[Place, ...]:
    """Every place of a places.geojson, in the order of their OpenStreetMap ids. Raises PlacesError."""
    try:
        features = json.loads(path.read_text(encoding="utf-8"))["features"]
        places = [_place(feature) for feature in features]
    except FileNotFoundError as error:
        raise PlacesError(f"There is no file of places {path}.") from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise PlacesError(f"The file of places {path.name} cannot be read as GeoJSON.") from error
    return tuple(sorted(places, key=lambda place: place.osm_id))


def donors(places: Iterable[Place]) -> tuple[Place, ...]:
    """The supermarkets that have a name."""
    return tuple(place for place in places if place.kind in DONOR_KINDS and place.name)


def receivers(places: Iterable[Place]) -> tuple[Place, ...]:
    """Those that have a name: food banks first, then social facilities, community centres and charities."""
    chosen = [place for place in places if place.kind in RECEIVER_KINDS and place.name]
    return tuple(sorted(chosen, key=lambda place: (RECEIVER_KINDS.index(place.kind), place.osm_id)))


def is_donor(kind: str) -> bool:
    """Whether places of this kind have food to give; all others could receive it."""
    return kind in DONOR_KINDS or kind == "food_shop"


def opening_windows(opening_hours: str, day: date, zone: ZoneInfo) -> tuple[Hours, ...] | None:
    """The local hours of one day; empty when closed, None when the text cannot be read.

    Hours that run past midnight are cut there: the rest belongs to the next day.
    """
    try:
        rules = OpeningHours(opening_hours, timezone=zone, auto_country=False, auto_timezone=False)
        start = datetime.combine(day, time(), zone)
        end = datetime.combine(day + timedelta(days=1), time(), zone)
        spans = list(rules.intervals(start, end))
    except (ParserError, ValueError):
        return None
    windows: list[Hours] = []
    for opens, closes, state, _ in spans:
        if state != State.OPEN:
            continue
        last = END_OF_DAY if closes is None or closes >= end else closes.time()
        windows.append((opens.time(), last))
    return tuple(windows)


def propose_windows(place: Place, week_of: date, zone: ZoneInfo) -> WindowProposal:
    """Weekly windows from the hours that the place has in the week of a date, or the default for its kind."""
    default = DONOR_DEFAULT if is_donor(place.kind) else RECEIVER_DEFAULT
    monday = week_of - timedelta(days=week_of.weekday())
    by_hours: dict[Hours, list[int]] = {}
    for weekday in EVERY_DAY:
        day = monday + timedelta(days=weekday - 1)
        hours = opening_windows(place.opening_hours, day, zone) if place.opening_hours else None
        if hours is None:
            return WindowProposal(default, from_extract=False)
        for window in hours:
            by_hours.setdefault(window, []).append(weekday)
    if not by_hours:
        return WindowProposal(default, from_extract=False)
    windows = (WeeklyWindow(tuple(days), *hours) for hours, days in by_hours.items())
    return WindowProposal(tuple(sorted(windows, key=lambda w: (w.weekdays, w.opens))), from_extract=True)


def _place(feature: Mapping[str, Any]) -> Place:
    tags = feature["properties"]
    longitude, latitude = feature["geometry"]["coordinates"]
    return Place(
        osm_id=tags["osm_id"],
        kind=tags["kind"],
        name=tags.get("name", ""),
        address=address_text(tags),
        longitude=float(longitude),
        latitude=float(latitude),
        opening_hours=tags.get("opening_hours"),
        names=tuple((key.removeprefix("name:"), value) for key, value in tags.items() if key.startswith("name:")),
    )


def address_text(tags: Mapping[str, str]) -> str:
    """As much of the address as the extract knows; often only a part."""
    house = tags.get("addr:housenumber") or tags.get("addr:housename", "")
    street = street_line(house, tags.get("addr:street") or tags.get("addr:place", ""))
    town = " ".join(filter(None, (tags.get("addr:city", ""), tags.get("addr:postcode", ""))))
    return in_one_line(street, town)


def in_one_line(*parts: str) -> str:
    """The parts that there are, each once, with the comma of their script."""
    comma = "، " if any("\u0600" <= letter <= "\u06ff" for letter in "".join(parts)) else ", "
    return comma.join(dict.fromkeys(filter(None, parts)))


def street_line(house: str, street: str) -> str:
    """A number goes straight before its street, a house's name with a comma."""
    return (" " if any(map(str.isdigit, house)) else ", ").join(filter(None, (house, street)))


def place_kind(tags: Mapping[str, str]) -> str | None:
    """Which kind of place an object of OpenStreetMap is; the first that fits, None when it could neither give nor get.

    Food banks, then supermarkets, other social facilities, community centres, charities. Smaller food shops may have
    surplus too, and places of worship stand in where a town has nothing else that could hand food out.
    """
    if tags.get("social_facility") in FOOD_BANKS or tags.get("amenity") in FOOD_BANKS:
        return "food_bank"
    if tags.get("shop") == "supermarket":
        return "supermarket"
    if tags.get("amenity") == "social_facility":
        return "social_facility"
    if tags.get("amenity") in ("community_centre", "social_centre"):
        return "community_centre"
    if tags.get("office") in ("charity", "ngo", "association") or tags.get("shop") == "charity":
        return "charity"
    if tags.get("shop") in FOOD_SHOPS:
        return "food_shop"
    return "place_of_worship" if tags.get("amenity") == "place_of_worship" else None
