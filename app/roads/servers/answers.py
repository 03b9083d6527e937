"""Reading what a server answers: numbers that are numbers, tables of the right shape, or MalformedAnswer."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from app.roads.provider import NO_ROAD, Point, Table
from app.roads.servers.connection import MalformedAnswer

LARGEST = 2**31 - 1


def number(value: Any, slack: float = 0) -> float:
    """A number from 0 to the largest that a table holds; one below 0 by no more than `slack` is 0. Raises
    MalformedAnswer."""
    if type(value) not in (int, float) or not -slack <= value <= LARGEST:  # NaN is not
        raise MalformedAnswer(f"not a length or a duration: {value!r:.40}")
    return max(float(value), 0.0)


def field(document: Any, name: str, kind: type) -> Any:
    """A field that must be there, of that type. Raises MalformedAnswer."""
    found = document.get(name) if isinstance(document, dict) else None
    if not isinstance(found, kind):
        raise MalformedAnswer(f"no {name}")
    return found


def table(rows: Any, shape: tuple[int, int], *, factor: float = 1, slack: float = 0) -> Table:
    """The rows times the factor, rounded: int32 of that shape, -1 for null. Raises MalformedAnswer."""
    if not isinstance(rows, list) or len(rows) != shape[0]:
        raise MalformedAnswer("not as many rows as were asked for")
    found = np.full(shape, NO_ROAD, dtype=np.float64)
    for index, row in enumerate(rows):
        if not isinstance(row, list) or len(row) != shape[1]:
            raise MalformedAnswer("not as many columns as were asked for")
        found[index] = [NO_ROAD if value is None else number(value, slack) * factor for value in row]
    if found.max(initial=0) > LARGEST:
        raise MalformedAnswer("a number that no table holds")
    return np.rint(found).astype(np.int32)


def both(seconds: Table, metres: Table) -> tuple[Table, Table]:
    """The two tables, with no road where either of them knows none."""
    missing = (seconds == NO_ROAD) | (metres == NO_ROAD)
    seconds[missing] = NO_ROAD
    metres[missing] = NO_ROAD
    return seconds, metres


def position(pair: Any) -> tuple[float, float]:
    """A (longitude, latitude) pair, with a height behind it or not. Raises MalformedAnswer."""
    if not isinstance(pair, list) or len(pair) < 2:
        raise MalformedAnswer("no position")
    longitude, latitude = pair[0], pair[1]
    for value, most in ((longitude, 180), (latitude, 90)):
        if type(value) not in (int, float) or not abs(value) <= most:
            raise MalformedAnswer(f"not a position: {value!r:.40}")
    return float(longitude), float(latitude)


def positions(pairs: Any) -> tuple[tuple[float, float], ...]:
    """A line of at least one position. Raises MalformedAnswer."""
    if not isinstance(pairs, list) or not pairs:
        raise MalformedAnswer("no line")
    return tuple(position(pair) for pair in pairs)


def point(pair: Any) -> Point:
    """A position as a point. Raises MalformedAnswer."""
    return Point(*position(pair))


def text(value: Any) -> str:
    """A name, or nothing where there is none."""
    return value[:200] if isinstance(value, str) else ""


def joined(lines: Iterable[tuple[tuple[float, float], ...]]) -> tuple[tuple[float, float], ...]:
    """Lines that follow each other as one, without the points at which they meet twice."""
    whole: list[tuple[float, float]] = []
    for line in lines:
        whole.extend(line[1:] if whole and whole[-1] == line[0] else line)
    return tuple(whole)
