"""Searching a region's address index, by words and by position. Reads only; share one between threads."""

import json
import math
import re
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np

from app.roads.addresses.build import ADDRESS_FORMAT
from app.roads.addresses.coordinates import is_swapped, typed_position
from app.roads.addresses.folding import asked, forms, words
from app.roads.coast import Bounds
from app.roads.places import Place, in_one_line, street_line

Match = Literal["whole", "partly", "street_only", "point", "swapped_point"]
MOST_HITS = 50
# A search reads at most so many entries, those that people look for most; nobody types more words than so many.
MOST_CANDIDATES = 2000
MOST_WORDS = 12
LONGEST_QUESTION = 200
NEAREST_ADDRESS_METRES = 150
NEAREST_STREET_METRES = 2000
NEAREST_LOCALITY_METRES = 20_000
METRES_A_DEGREE = 111_195.0
# Closeness to the network's centre counts as much as importance, and has faded to a third after so many kilometres.
FADING_KM = 8.0

HOUSE_NUMBER = re.compile(r"\d+\w?")

ENTRY = """
SELECT e.kind, e.category, e.name, e.names, e.number, e.street, e.postcode, e.city, town.name, town.names,
  e.longitude, e.latitude, e.osm_id, e.importance, e.folded
FROM entry AS e LEFT JOIN entry AS town ON town.id = e.town
"""


class IndexMissing(Exception):
    """The region has no address index that this version can read; importing the region again makes one."""


@dataclass(frozen=True, slots=True)
class AddressHit:
    """One answer. `match` says how far it is what was asked: a street without the house number is `street_only`.

    `metres` is the distance to the position asked for, by a search backwards alone.
    """

    kind: str
    name: str
    address: str
    longitude: float
    latitude: float
    osm_id: str
    category: str = ""
    match: Match = "whole"
    metres: int | None = None

    @property
    def label(self) -> str:
        """Name and address in one line, what both say once."""
        return in_one_line(self.name, self.address)


class AddressIndex:
    """What can be found in one region. `bounds` (west, south, east, north) tell swapped coordinates from right ones."""

    def __init__(self, path: Path, bounds: Bounds | None = None) -> None:
        self._path = path
        self._bounds = bounds

    def search(
        self, text: str, *, near: tuple[float, float] | None = None, limit: int = 10, language: str = "en"
    ) -> list[AddressHit]:
        """The best answers first; the last word may be a beginning. `near` is (longitude, latitude).

        Any text is safe. Raises IndexMissing.
        """
        limit = max(1, min(limit, MOST_HITS))
        position = typed_position(text)
        if position is not None:
            return [self._at(*position, language)]
        question = asked(text[:LONGEST_QUESTION])[:MOST_WORDS]
        if not question:
            return []
        with self._open() as index:
            return _ranked(index, question, near, language)[:limit]

    def reverse(self, longitude: float, latitude: float, language: str = "en") -> AddressHit | None:
        """What is at a position: an address within 150 m, else the nearest street, else the town; None far from all.

        Raises IndexMissing.
        """
        with self._open() as index:
            return (
                _nearest_spot(index, (longitude, latitude), "'address', 'place'", NEAREST_ADDRESS_METRES, language)
                or _nearest_street(index, (longitude, latitude), language)
                or _nearest_spot(index, (longitude, latitude), "'locality'", NEAREST_LOCALITY_METRES, language)
            )

    def places(self, kinds: Sequence[str] = ()) -> list[Place]:
        """The places of the extract that could give or receive food, by kind, name and id. Raises IndexMissing."""
        marks = ",".join("?" * len(kinds))
        where = f" WHERE kind IN ({marks})" if kinds else ""
        with self._open() as index:
            rows = index.execute(f"SELECT * FROM place{where} ORDER BY kind, name, osm_id", tuple(kinds)).fetchall()  # noqa: S608
        return [
            Place(osm_id, kind, name, address, longitude, latitude, hours, tuple(json.loads(names).items()))
            for osm_id, kind, name, names, address, longitude, latitude, hours in rows
        ]

    def place(self, osm_id: str) -> Place | None:
        """One of them by its OpenStreetMap id. Raises IndexMissing."""
        return next((place for place in self.places() if place.osm_id == osm_id), None)

    def _at(self, latitude: float, longitude: float, language: str) -> AddressHit:
        """The typed point itself, with what is there as its address; turned round where only so it is in the region."""
        swapped = self._bounds is not None and is_swapped(self._bounds, latitude, longitude)
        if swapped or abs(latitude) > 90:
            latitude, longitude = longitude, latitude
        there = self.reverse(longitude, latitude, language)
        name = f"{latitude:.6f}, {longitude:.6f}"
        match: Match = "swapped_point" if swapped else "point"
        return AddressHit("point", name, there.label if there else "", longitude, latitude, "", match=match)

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        try:
            connection = sqlite3.connect(f"{self._path.resolve().as_uri()}?mode=ro", uri=True)
        except sqlite3.DatabaseError as error:
            raise IndexMissing from error
        with closing(connection):
            if _format(connection) != ADDRESS_FORMAT:
                raise IndexMissing
            yield connection


def _format(index: sqlite3.Connection) -> int | None:
    """The format that an index was written in; None for a file that is none."""
    try:
        return int(index.execute("PRAGMA user_version").fetchone()[0])
    except sqlite3.DatabaseError:
        return None


# ---- by words ------------------------------------------------------------------------------------------------------

Question = Sequence[tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class _Candidate:
    hit: AddressHit
    folded_names: tuple[str, ...]
    numbers: tuple[str, ...]
    importance: float


def _ranked(
    index: sqlite3.Connection, question: Question, near: tuple[float, float] | None, language: str
) -> list[AddressHit]:
    """All words, the last as a beginning; then the street without its number; then what has at least some words."""
    numbers = {wanted[0] for wanted in question if HOUSE_NUMBER.fullmatch(wanted[0])}
    found = _in_order(_candidates(index, _match(question, " AND "), language), question, numbers, near)
    has_number = any(numbers.intersection(each.numbers) for each in found)
    hits = [each.hit for each in found]
    if numbers and not has_number:
        hits += _streets_only(index, question, numbers, near, language)
    if not hits and len(question) > 1:
        some = _candidates(index, _match(question, " OR ", by_rank=True), language)
        hits = [replace(each.hit, match="partly") for each in _in_order(some, question, set(), near)]
    return _once_each(hits)


def _streets_only(
    index: sqlite3.Connection,
    question: Question,
    numbers: set[str],
    near: tuple[float, float] | None,
    language: str,
) -> list[AddressHit]:
    """The house is not in the extract: its street is."""
    street = [wanted for wanted in question if wanted[0] not in numbers]
    if not street:
        return []
    found = _in_order(_candidates(index, _match(street, " AND "), language), street, set(), near)
    return [replace(each.hit, match="street_only") for each in found if each.hit.kind == "street"]


def _match(question: Question, joint: str, *, by_rank: bool = False) -> tuple[str, bool]:
    """The question as FTS5 reads it: every form quoted, the last word as a beginning."""
    parts = []
    for position, wanted in enumerate(question):
        is_last = position == len(question) - 1
        # A lone digit begins too many numbers; everything else is being typed.
        star = "*" if is_last and not (len(question) > 1 and wanted[0].isdigit()) else ""
        parts.append("(" + " OR ".join(f'"{form}"{star}' for form in wanted) + ")")
    return joint.join(parts), by_rank


def _candidates(index: sqlite3.Connection, match: tuple[str, bool], language: str) -> list[_Candidate]:
    asked_for, by_rank = match
    order = "ORDER BY rank" if by_rank else ""
    hits = f"SELECT rowid FROM words WHERE words MATCH ? {order} LIMIT {MOST_CANDIDATES}"  # noqa: S608
    rows = index.execute(f"{ENTRY} WHERE e.id IN ({hits})", (asked_for,))
    return [_candidate(row, language) for row in rows]


def _candidate(row: Sequence[Any], language: str) -> _Candidate:
    return _Candidate(_hit(row, language), tuple(row[-1].split("\n")), tuple(words(row[4])), row[-2])


def _in_order(
    found: Iterable[_Candidate], question: Question, numbers: set[str], near: tuple[float, float] | None
) -> list[_Candidate]:
    return sorted(found, key=lambda each: (-_worth(each, question, numbers, near), each.hit.label, each.hit.osm_id))


def _worth(each: _Candidate, question: Question, numbers: set[str], near: tuple[float, float] | None) -> float:
    """House number first, then how much of the name was asked for, then importance and closeness."""
    worth = each.importance
    if numbers.intersection(each.numbers):
        worth += 8 + (each.hit.kind == "address") * 0.25
    worth += max(_name_worth(name.split() or [""], each.hit.kind, question) for name in each.folded_names)
    if near is not None:
        worth += math.exp(-_metres(near, (each.hit.longitude, each.hit.latitude)) / 1000 / FADING_KM)
    return worth


def _name_worth(name: Sequence[str], kind: str, question: Question) -> float:
    """4 for the whole name, 3 for a name that begins so, 2 for a name with all words, less for some of them.

    A place that is called just so counts little more than one whose name goes on: all are of the same chain.
    """
    said = [any(not forms(word).isdisjoint(wanted) for word in name) for wanted in question]
    begun = said[-1] or any(word.startswith(question[-1]) for word in name)
    if not all(said[:-1]) or not begun:
        return sum(said) / len(question)
    if said[-1] and len(name) == len(question):
        return 3.6 if kind == "place" else 4.0
    begins = not forms(name[0]).isdisjoint(question[0]) or (len(question) == 1 and name[0].startswith(question[0]))
    return (3.0 if begins else 2.0) + (0.5 if said[-1] else 0.0)


def _once_each(hits: Iterable[AddressHit]) -> list[AddressHit]:
    """The same words at the same corner once: a shop and its building often share an address."""
    kept: dict[tuple[str, float, float], AddressHit] = {}
    for hit in hits:
        kept.setdefault((hit.label, round(hit.longitude, 3), round(hit.latitude, 3)), hit)
    return list(kept.values())


# ---- by position ---------------------------------------------------------------------------------------------------


def _box(point: tuple[float, float], metres: float) -> tuple[float, float, float, float]:
    """West, east, south, north around a point (longitude, latitude)."""
    tall = metres / METRES_A_DEGREE
    wide = tall / max(0.01, math.cos(math.radians(point[1])))
    return point[0] - wide, point[0] + wide, point[1] - tall, point[1] + tall


def _metres(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Between two (longitude, latitude), on a plane: right to a part in a thousand within a region."""
    east = (one[0] - other[0]) * math.cos(math.radians((one[1] + other[1]) / 2))
    return math.hypot(east, one[1] - other[1]) * METRES_A_DEGREE


def _nearest_spot(
    index: sqlite3.Connection, point: tuple[float, float], kinds: str, within: float, language: str
) -> AddressHit | None:
    west, east, south, north = _box(point, within)
    inside = "SELECT id FROM spot WHERE west >= ? AND east <= ? AND south >= ? AND north <= ?"
    rows = index.execute(
        f"{ENTRY} WHERE e.id IN ({inside}) AND e.kind IN ({kinds}) AND (e.kind = 'locality' OR e.street <> '')",
        (west, east, south, north),
    )
    hits = [_hit(row, language) for row in rows]
    apart = [(_metres(point, (hit.longitude, hit.latitude)), hit.kind != "address", hit) for hit in hits]
    nearest = min(apart, key=lambda each: each[:2], default=None)
    if nearest is None or nearest[0] > within:
        return None
    return replace(nearest[2], metres=round(nearest[0]))


def _nearest_street(index: sqlite3.Connection, point: tuple[float, float], language: str) -> AddressHit | None:
    """Looked for in growing boxes, so that a city's streets are not all measured."""
    for within in (100.0, 500.0, NEAREST_STREET_METRES):
        west, east, south, north = _box(point, within)
        pieces = index.execute(
            "SELECT entry, line FROM piece_box JOIN piece USING (id)"
            " WHERE west <= ? AND east >= ? AND south <= ? AND north >= ?",
            (east, west, north, south),
        ).fetchall()
        near = [(*_to_line(point, np.frombuffer(line, "<f8").reshape(-1, 2)), entry) for entry, line in pieces]
        nearest = min(near, default=None)
        if nearest is not None and nearest[0] <= within:
            metres, longitude, latitude, entry = nearest
            row = index.execute(f"{ENTRY} WHERE e.id = ?", (entry,)).fetchone()
            hit = _hit(row, language)
            return replace(hit, longitude=longitude, latitude=latitude, metres=round(metres), match="street_only")
    return None


def _to_line(point: tuple[float, float], line: np.ndarray) -> tuple[float, float, float]:
    """Metres from a point to a line, and the longitude and latitude where it is nearest."""
    scale = np.array([math.cos(math.radians(point[1])), 1.0]) * METRES_A_DEGREE
    flat = (line - point) * scale
    start, step = flat[:-1], np.diff(flat, axis=0)
    length = np.maximum((step**2).sum(axis=1), 1e-12)
    share = np.clip(-(start * step).sum(axis=1) / length, 0, 1)[:, None]
    feet = start + share * step
    away = np.hypot(feet[:, 0], feet[:, 1])
    nearest = int(away.argmin())
    longitude, latitude = (feet[nearest] / scale + point).tolist()
    return float(away[nearest]), longitude, latitude


def _hit(row: Sequence[Any], language: str) -> AddressHit:
    kind, category, name, names, number, street, postcode, city, town, town_names, longitude, latitude, osm_id = row[
        :13
    ]
    shown = _in_language(name, names, language)
    city = city or (_in_language(town, town_names, language) if town else "")
    return AddressHit(
        kind, shown, _address(kind, number, street, city, postcode), longitude, latitude, osm_id, category
    )


def _in_language(name: str, names: str, language: str) -> str:
    return str(json.loads(names).get(language) or name)


def _address(kind: str, number: str, street: str, city: str, postcode: str) -> str:
    if kind == "postcode":
        return city
    return in_one_line(street_line(number, street), " ".join(filter(None, (city, postcode))))
