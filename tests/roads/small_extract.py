"""Writes small extracts: streets given as lines of (longitude, latitude), joined where they share a point."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import osmium
from osmium.osm.mutable import Node, Way

Line = tuple[Sequence[tuple[float, float]], Mapping[str, str]]


def write_extract(target: Path, lines: Sequence[Line], *, left_out: int = 0) -> Path:
    """An .osm.pbf of these ways; the last `left_out` nodes are named by their ways and missing in the file."""
    numbers: dict[tuple[float, float], int] = {}
    for points, _ in lines:
        for point in points:
            numbers.setdefault(point, len(numbers) + 1)
    target.unlink(missing_ok=True)
    with osmium.SimpleWriter(str(target)) as writer:
        for point, number in list(numbers.items())[: len(numbers) - left_out]:
            writer.add_node(Node(id=number, location=point, version=1))
        for number, (points, tags) in enumerate(lines, start=1):
            writer.add_way(Way(id=number, nodes=[numbers[point] for point in points], tags=dict(tags), version=1))
    return target
