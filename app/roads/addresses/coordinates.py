"""Latitude and longitude that somebody typed into a search field. Pure."""

import re

from app.roads.coast import Bounds

LONGEST = 80
_NUMBER = r"([+-]?\d{1,3}\.\d{1,15})\s*°?\s*([NSEW])?"
_DOTTED = re.compile(rf"(?:GEO:)?{_NUMBER}(?:\s*[,;/]\s*|\s+){_NUMBER}")
_COMMA_DECIMALS = re.compile(r"([+-]?\d{1,3}),(\d{1,15})(?:\s*;\s*|\s+)([+-]?\d{1,3}),(\d{1,15})")
_SIGNS = str.maketrans({"−": "-", "–": "-", "٫": ".", "،": ",", "؛": ";", "\u200e": "", "\u200f": "", "\u061c": ""})

Position = tuple[float, float]


def typed_position(text: str) -> Position | None:
    """(latitude, longitude) in degrees where the whole text says one, both with decimals; else None.

    Digits of every script, the Arabic comma and decimal mark, N, S, E and W are understood.
    """
    if len(text) > LONGEST:
        return None
    plain = "".join(str(int(sign)) if sign.isdecimal() else sign for sign in text.translate(_SIGNS)).strip().upper()
    if found := _COMMA_DECIMALS.fullmatch(plain):
        plain = "{}.{} {}.{}".format(*found.groups())
    found = _DOTTED.fullmatch(plain)
    if found is None:
        return None
    first, second = (_signed(found[1], found[2]), _signed(found[3], found[4]))
    if (found[2] or "") in ("E", "W") or (found[4] or "") in ("N", "S"):
        first, second = second, first
    return (first, second) if abs(first) <= 180 and abs(second) <= 180 else None


def _signed(number: str, side: str | None) -> float:
    value = float(number)
    return -abs(value) if side in ("S", "W") else value


def inside(bounds: Bounds, latitude: float, longitude: float) -> bool:
    """Whether a position lies in west, south, east, north."""
    west, south, east, north = bounds
    return west <= longitude <= east and south <= latitude <= north


def is_swapped(bounds: Bounds, latitude: float, longitude: float) -> bool:
    """Whether only the pair the other way round lies in the region."""
    return not inside(bounds, latitude, longitude) and inside(bounds, longitude, latitude)
