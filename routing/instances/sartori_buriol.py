"""Read instances of Sartori and Buriol (2020): header lines, NODES, and EDGES with the minutes of real streets.

Carlo S. Sartori, Luciana S. Buriol: A study on the pickup and delivery problem with time windows: Matheuristics and new
instances, Computers & Operations Research 124, 2020.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from routing.instances.li_lim import name_of
from routing.instances.pair_files import Line, Nodes, decimal, lines_of, shown, text_of, whole, wrong
from routing.instances.pairs import PairInstance


def read_sartori_buriol(path: Path) -> PairInstance:
    """The instance of a file, plain or packed with gzip. The set limits no fleet. Raises ProblemError with the line."""
    return sartori_buriol_from_text(text_of(path), name_of(path))


def sartori_buriol_from_text(text: str, name: str = "") -> PairInstance:
    """The instance in this text, called as its header says, or else `name`."""
    lines = lines_of(text)
    header, number = _header(lines)
    size = whole(*_field(header, "SIZE", number), 1)
    capacity = whole(*_field(header, "CAPACITY", number), 1)
    nodes = _nodes(lines, size, number)
    minutes = _edges(lines, size, nodes.lines[-1])
    return nodes.instance(header.get("NAME", (0, name))[1] or name, None, capacity, minutes, minutes)


def _header(lines: Iterator[Line]) -> tuple[dict[str, tuple[int, str]], int]:
    """`NAME: value` lines up to NODES: value and line number by name, and the line of NODES."""
    header: dict[str, tuple[int, str]] = {}
    last = 1
    for last, words in lines:
        if words == ["NODES"]:
            return header, last
        name, colon, value = " ".join(words).partition(":")
        if not colon:
            raise wrong(last, f"A header line is NAME: VALUE, and here is {shown(name)}.")
        header[name.strip()] = (last, value.strip())
    raise wrong(last, "There is no line NODES.")


def _field(header: dict[str, tuple[int, str]], name: str, number: int) -> tuple[int, str]:
    if name not in header:
        raise wrong(number, f"The header has no {name}.")
    return header[name]


def _nodes(lines: Iterator[Line], size: int, number: int) -> Nodes:
    nodes = Nodes()
    while len(nodes) < size:
        number, words = next(lines, (number, []))
        if not words or words == ["EDGES"]:
            raise wrong(number, f"There are {len(nodes)} nodes, and SIZE says {size}.")
        nodes.add(number, words)
    return nodes


def _edges(lines: Iterator[Line], size: int, number: int) -> NDArray[np.float64]:
    """Minutes from row to column."""
    number, words = next(lines, (number, []))
    if words != ["EDGES"]:
        raise wrong(number, "EDGES should follow the nodes.")
    minutes = np.empty((size, size))
    known = _Known()
    for row in range(size):
        number, words = next(lines, (number, []))
        if len(words) != size or words == ["EOF"]:
            raise wrong(number, f"Row {row} of the matrix should have {size} numbers.")
        minutes[row] = known.row(number, words)
    number, words = next(lines, (number, ["EOF"]))
    if words != ["EOF"]:
        raise wrong(number, f"The matrix has more than {size} rows.")
    return minutes


class _Known(dict[str, float]):
    """The value of every word that was read before: a matrix of 25 million numbers has some hundred different ones."""

    def __init__(self) -> None:
        self.number = 0

    def row(self, number: int, words: list[str]) -> list[float]:
        """The values of one line. Raises ProblemError for a word that is no number."""
        self.number = number
        return [self[word] for word in words]

    def __missing__(self, word: str) -> float:
        value = self[word] = decimal(self.number, word)
        return value
