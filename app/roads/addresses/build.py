"""The address index of a region: the extract, read once at import into one SQLite file."""

import json
import os
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import osmium

from app.roads.addresses.features import POSTCODE, Entry, entry_of
from app.roads.addresses.folding import fold, indexed
from app.roads.basemap import ExtractError
from app.roads.coast import Bounds
from app.roads.places import Place, address_text, place_kind

ADDRESS_FORMAT = 1
# Pieces of one name that lie within about 300 m of each other are one street; further off it is another village's.
SAME_STREET_DEGREES = 0.003
# How far a settlement lends its name to what has no addr:city, in degrees of latitude.
REACH_DEGREES = {"city": 0.1, "town": 0.06, "village": 0.025, "suburb": 0.02, "hamlet": 0.01}

# What a position can be named after, beside streets.
SPOTS = ("address", "place", "locality")
# A town is known to people who ask in these languages; all its other names would stand in every entry around it.
TOWN_LANGUAGES = ("en", "ar")

SCHEMA = f"""
PRAGMA user_version = {ADDRESS_FORMAT};
CREATE TABLE entry (id INTEGER PRIMARY KEY, kind TEXT, category TEXT, name TEXT, names TEXT, number TEXT, street TEXT,
  postcode TEXT, city TEXT, town INTEGER, longitude REAL, latitude REAL, osm_id TEXT, importance REAL, folded TEXT);
CREATE VIRTUAL TABLE words USING fts5(name, address, called, content='', prefix='2 3',
  tokenize="unicode61 remove_diacritics 2");
CREATE VIRTUAL TABLE spot USING rtree(id, west, east, south, north);
CREATE TABLE piece (id INTEGER PRIMARY KEY, entry INTEGER, line BLOB);
CREATE VIRTUAL TABLE piece_box USING rtree(id, west, east, south, north);
CREATE TABLE place (osm_id TEXT PRIMARY KEY, kind TEXT, name TEXT, names TEXT, address TEXT, longitude REAL,
  latitude REAL, opening_hours TEXT);
"""

Position = tuple[float, float]
Line = np.ndarray


@dataclass(frozen=True, slots=True)
class AddressSummary:
    """What an import may say of the index that was written: how many of each kind can be found."""

    addresses: int
    places: int
    streets: int
    localities: int
    postcodes: int
    proposals: int


@dataclass(slots=True)
class Found:
    """One entry with its point (longitude, latitude), its id, the town around it, and for a street its pieces."""

    entry: Entry
    point: Position
    osm_id: str
    lines: list[Line] = field(default_factory=list)
    town: "Found | None" = None


@dataclass(slots=True)
class Reading:
    """What is taken from an extract while it is read."""

    found: list[Found] = field(default_factory=list)
    streets: list[Found] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    relations: dict[int, "OpenRelation"] = field(default_factory=dict)
    ways_of: defaultdict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    nodes_of: defaultdict[int, list[int]] = field(default_factory=lambda: defaultdict(list))

    def take(self, tags: Mapping[str, str], point: Position, osm_id: str) -> None:
        """Keep an object that is a point, or is found at one."""
        entry = entry_of(tags)
        if entry is not None:
            self.found.append(Found(entry, point, osm_id))
        kind = place_kind(tags)
        if kind is not None:
            self.places.append(_place(tags, kind, point, osm_id))


@dataclass(slots=True)
class OpenRelation:
    """A relation whose place is only known when its members have been read; a cut extract lacks some of them."""

    tags: dict[str, str]
    members: int
    label: Position | None = None
    boxes: list[Bounds] = field(default_factory=list)

    @property
    def point(self) -> Position | None:
        """Its label, else the middle of its members. A border of which a part is missing has no middle."""
        if self.label is not None:
            return self.label
        is_border = self.tags.get("type") == "boundary" or "admin_level" in self.tags
        if not self.boxes or (is_border and len(self.boxes) < self.members):
            return None
        boxes = np.array(self.boxes)
        west, south = boxes[:, :2].min(axis=0)
        east, north = boxes[:, 2:].max(axis=0)
        return float(west + east) / 2, float(south + north) / 2


def build_address_index(pbf: Path, target: Path) -> AddressSummary:
    """Write the addresses, streets, localities and places of the extract to `target`, whole or not at all.

    Raises ExtractError when the file ends too early or is no OpenStreetMap PBF.
    """
    reading = read_extract(pbf)
    found = [*reading.found, *merged_streets(reading.streets)]
    find_towns(found)
    found += postcodes(reading.found)
    found.sort(key=lambda each: -each.entry.importance)
    draft = target.with_name(target.name + ".new")
    draft.unlink(missing_ok=True)
    with closing(sqlite3.connect(draft)) as index, index:
        _write(index, found, reading.places)
    os.replace(draft, target)
    kinds = Counter(each.entry.kind for each in found)
    return AddressSummary(
        addresses=kinds["address"],
        places=kinds["place"],
        streets=kinds["street"],
        localities=kinds["locality"],
        postcodes=kinds["postcode"],
        proposals=len(reading.places),
    )


def read_extract(pbf: Path) -> Reading:
    """Everything that can be searched for. Raises ExtractError for a file that cannot be read to its end."""
    reading = Reading()
    try:
        for item in osmium.FileProcessor(osmium.io.File(str(pbf), "pbf"), osmium.osm.RELATION):
            _announce(reading, item)
        for item in osmium.FileProcessor(
            osmium.io.File(str(pbf), "pbf"), osmium.osm.NODE | osmium.osm.WAY
        ).with_locations():
            _take_node(reading, item) if item.is_node() else _take_way(reading, item)
    except RuntimeError as error:
        raise ExtractError("it is cut short or is not an OpenStreetMap PBF file") from error
    for number, relation in reading.relations.items():
        point = relation.point
        if point is not None:
            reading.take(relation.tags, point, f"relation/{number}")
    return reading


def _tags(item: Any) -> dict[str, str]:
    return {tag.k: tag.v for tag in item.tags}


def _announce(reading: Reading, item: Any) -> None:
    """Remember a relation that can be searched for and whom it waits for."""
    tags = _tags(item)
    if tags.get("type") not in ("multipolygon", "boundary", "site") or not (entry_of(tags) or place_kind(tags)):
        return
    outline = [member for member in item.members if member.type == "w" and member.role != "inner"]
    reading.relations[item.id] = OpenRelation(tags, len(outline))
    for member in outline:
        reading.ways_of[member.ref].append(item.id)
    for member in item.members:
        if member.type == "n" and member.role in ("label", "admin_centre"):
            reading.nodes_of[member.ref].append(item.id)


def _take_node(reading: Reading, item: Any) -> None:
    waiting = reading.nodes_of.get(item.id, ())
    if not waiting and len(item.tags) == 0:
        return
    point = (item.location.lon, item.location.lat)
    for number in waiting:
        reading.relations[number].label = point
    reading.take(_tags(item), point, f"node/{item.id}")


def _take_way(reading: Reading, item: Any) -> None:
    waiting = reading.ways_of.get(item.id, ())
    if not waiting and len(item.tags) == 0:
        return
    tags = _tags(item)
    is_line = "highway" in tags and tags.get("area") != "yes"
    entry = entry_of(tags, is_line=is_line)
    if not waiting and entry is None and place_kind(tags) is None:
        return
    line = np.array([(node.lon, node.lat) for node in item.nodes if node.location.valid()], dtype=float)
    if len(line) == 0:
        return
    (west, south), (east, north) = line.min(axis=0), line.max(axis=0)
    for number in waiting:
        reading.relations[number].boxes.append((west, south, east, north))
    if not is_line:
        reading.take(tags, (float(west + east) / 2, float(south + north) / 2), f"way/{item.id}")
    elif entry is not None and len(line) > 1:
        reading.streets.append(Found(entry, _middle(line), f"way/{item.id}", [line]))


def _middle(line: Line) -> Position:
    longitude, latitude = line[len(line) // 2].tolist()
    return longitude, latitude


def _place(tags: Mapping[str, str], kind: str, point: Position, osm_id: str) -> Place:
    return Place(
        osm_id=osm_id,
        kind=kind,
        name=tags.get("name", ""),
        address=address_text(tags),
        longitude=point[0],
        latitude=point[1],
        opening_hours=tags.get("opening_hours"),
        names=tuple((key.removeprefix("name:"), value) for key, value in tags.items() if key.startswith("name:")),
    )


def merged_streets(pieces: Iterable[Found]) -> Iterator[Found]:
    """The ways of each street as one entry: same folded name, pieces that follow or nearly touch each other."""
    by_name: defaultdict[str, list[Found]] = defaultdict(list)
    for piece in pieces:
        by_name[fold(piece.entry.name)].append(piece)
    for namesakes in by_name.values():
        for group in _neighbours(namesakes):
            chief = max(group, key=lambda piece: piece.entry.importance)
            lines = [line for piece in group for line in piece.lines]
            longest = max(lines, key=lambda line: float(np.abs(np.diff(line, axis=0)).sum()))
            names = {key: name for piece in reversed(group) for key, name in piece.entry.names}
            entry = replace(chief.entry, names=tuple(names.items()))
            yield Found(entry, _middle(longest), chief.osm_id, lines)


def _neighbours(pieces: Sequence[Found]) -> Iterator[list[Found]]:
    """Groups of pieces whose boxes come near each other, directly or over others."""
    boxes = [(*piece.lines[0].min(axis=0), *piece.lines[0].max(axis=0)) for piece in pieces]
    open_pieces = sorted(range(len(pieces)), key=lambda index: float(boxes[index][0]))
    while open_pieces:
        group, fresh = [], [open_pieces.pop(0)]
        while fresh:
            here = fresh.pop()
            group.append(here)
            near = [other for other in open_pieces if _is_near(boxes[here], boxes[other])]
            fresh += near
            open_pieces = [other for other in open_pieces if other not in near] if near else open_pieces
        yield [pieces[index] for index in sorted(group)]


def _is_near(one: Sequence[float], other: Sequence[float]) -> bool:
    gap = SAME_STREET_DEGREES
    return bool(
        one[0] - gap <= other[2] and other[0] - gap <= one[2] and one[1] - gap <= other[3] and other[1] - gap <= one[3]
    )


def find_towns(found: Sequence[Found]) -> None:
    """Give each entry the town that it lies in, where the extract does not say one."""
    towns = [each for each in found if each.entry.kind == "locality" and each.entry.category in REACH_DEGREES]
    if not towns:
        return
    points = np.array([town.point for town in towns])
    reach = np.array([REACH_DEGREES[town.entry.category] for town in towns])
    for each in found:
        if each.entry.city or each.entry.kind == "locality":
            continue
        away = points - each.point
        away[:, 0] *= np.cos(np.radians(each.point[1]))
        share = np.hypot(away[:, 0], away[:, 1]) / reach
        nearest = int(share.argmin())
        each.town = towns[nearest] if share[nearest] < 1 else None


def postcodes(found: Iterable[Found]) -> Iterator[Found]:
    """One entry a postcode, in the middle of what has it."""
    members: defaultdict[str, list[Found]] = defaultdict(list)
    for each in found:
        if each.entry.postcode:
            members[each.entry.postcode].append(each)
    for code, group in members.items():
        longitude, latitude = np.median(np.array([each.point for each in group]), axis=0).tolist()
        cities = Counter(each.entry.city for each in group if each.entry.city)
        city = cities.most_common(1)[0][0] if cities else ""
        yield Found(Entry("postcode", "", code, (), "", "", code, city, POSTCODE), (longitude, latitude), "")


def _write(index: sqlite3.Connection, found: Sequence[Found], places: Sequence[Place]) -> None:
    """The more looked for, the smaller the id: a search that has to stop early has seen what matters."""
    index.executescript(SCHEMA)
    index.executemany("INSERT INTO entry VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)", _entry_rows(found))
    index.executemany("INSERT INTO words (rowid, name, address, called) VALUES (?,?,?,?)", _word_rows(found))
    spots = ((number, *each.point) for number, each in enumerate(found, 1) if each.entry.kind in SPOTS)
    index.executemany("INSERT INTO spot VALUES (?1, ?2, ?2, ?3, ?3)", spots)
    pieces = [(number, line) for number, each in enumerate(found, 1) for line in each.lines]
    index.executemany(
        "INSERT INTO piece VALUES (?,?,?)",
        ((key, number, line.astype("<f8").tobytes()) for key, (number, line) in enumerate(pieces, 1)),
    )
    boxes = ((key, line.min(axis=0), line.max(axis=0)) for key, (_, line) in enumerate(pieces, 1))
    index.executemany(
        "INSERT INTO piece_box VALUES (?,?,?,?,?)",
        ((key, float(low[0]), float(high[0]), float(low[1]), float(high[1])) for key, low, high in boxes),
    )
    index.executemany(
        "INSERT OR REPLACE INTO place VALUES (?,?,?,?,?,?,?,?)",
        (
            (p.osm_id, p.kind, p.name, _json(dict(p.names)), p.address, p.longitude, p.latitude, p.opening_hours)
            for p in places
        ),
    )
    index.execute("INSERT INTO words (words) VALUES ('optimize')")


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _entry_rows(found: Sequence[Found]) -> Iterator[tuple[Any, ...]]:
    numbers = {id(each): number for number, each in enumerate(found, 1)}
    for number, each in enumerate(found, 1):
        e = each.entry
        names = _json(dict(e.names))
        town = numbers[id(each.town)] if each.town is not None else None
        yield (number, e.kind, e.category, e.name, names, e.number, e.street, e.postcode, e.city, town, *each.point,
               each.osm_id, e.importance, "\n".join(_folded_names(e)))  # fmt: skip


def _folded_names(entry: Entry) -> list[str]:
    return list(dict.fromkeys(filter(None, map(fold, (entry.name, *(name for _, name in entry.names))))))


def _word_rows(found: Sequence[Found]) -> Iterator[tuple[int, str, str, str]]:
    for number, each in enumerate(found, 1):
        e = each.entry
        town = _town_names(each.town.entry) if each.town is not None else ()
        parts = (e.number, e.street, e.city, *town, e.postcode if e.kind != "postcode" else "")
        names = " ".join(indexed(name) for name in _folded_names(e))
        yield number, names, " ".join(indexed(part) for part in parts if part), indexed(e.called)


def _town_names(town: Entry) -> list[str]:
    names = dict(town.names)
    return list(dict.fromkeys([town.name, *(names[code] for code in TOWN_LANGUAGES if code in names)]))
