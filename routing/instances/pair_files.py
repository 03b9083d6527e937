"""What the readers of both public sets share: lines with their numbers, numbers out of words, and the list of nodes."""

import gzip
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from routing.instances.pairs import PairInstance
from routing.plain import ProblemError

MOST_NODES = 20_000  # a matrix of more would fill 3 GB
MOST = 10**9  # of any number in a file: sums stay exact
NODE_FIELDS = 9

type Line = tuple[int, list[str]]
"""The number of a line, from 1, and its words."""


def text_of(path: Path) -> str:
    """The text of a file, unpacked if it is packed. Raises ProblemError for a file that cannot be read."""
    try:
        content = path.read_bytes()
        if content[:2] == b"\x1f\x8b":
            content = gzip.decompress(content)
        return content.decode("utf-8")
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise ProblemError(str(path), "This gzip file is damaged.", "unreadable_file") from error
    except OSError as error:
        raise ProblemError(str(path), f"This file cannot be read: {error.strerror}.", "unreadable_file") from error
    except UnicodeDecodeError as error:
        raise ProblemError(str(path), "This file is not text.", "unreadable_file") from error


def lines_of(text: str) -> Iterator[Line]:
    """The lines that hold something."""
    for number, line in enumerate(text.splitlines(), start=1):
        words = line.split()
        if words:
            yield number, words


def wrong(number: int, sentence: str) -> ProblemError:
    """The error for one line of a file."""
    return ProblemError(f"line {number}", sentence, "wrong_line")


def in_file(path: Path, error: ProblemError) -> ProblemError:
    """The same error with its file in front, for whoever reads several."""
    where = str(path) if error.path in ("", str(path)) else f"{path}: {error.path}"
    return ProblemError(where, error.sentence, error.code)


def whole(number: int, word: str, least: int = 0) -> int:
    """A whole number from `least`."""
    try:
        value = int(word)
    except ValueError:
        raise wrong(number, f"{shown(word)} should be a whole number.") from None
    if not least <= value <= MOST:
        raise wrong(number, f"{value} should be from {least} to {MOST}.")
    return value


def decimal(number: int, word: str, least: float = 0.0) -> float:
    """A number from `least`."""
    try:
        value = float(word)
    except ValueError:
        raise wrong(number, f"{shown(word)} should be a number.") from None
    if not least <= value <= MOST:  # neither is true of nan
        raise wrong(number, f"{value:g} should be from {least:g} to {MOST}.")
    return value


def shown(word: str) -> str:
    """A word as an error shows it, however long it is."""
    return repr(word if len(word) <= 30 else word[:30] + "...")


class Nodes:
    """The list of nodes that both sets have: `id x y demand tw_start tw_end service pickup_of delivery_of`."""

    def __init__(self) -> None:
        self.lines: list[int] = []
        self.places: list[tuple[float, float]] = []
        self.demand: list[int] = []
        self.windows: list[tuple[float, float]] = []
        self.service: list[float] = []
        self.partners: list[tuple[int, int]] = []

    def __len__(self) -> int:
        return len(self.lines)

    def add(self, number: int, words: Sequence[str]) -> None:
        """Read one line of the list."""
        if len(words) != NODE_FIELDS:
            raise wrong(number, f"A node has {NODE_FIELDS} numbers, and here are {len(words)}.")
        if whole(number, words[0]) != len(self):
            raise wrong(number, f"Node {len(self)} should be next, and here is {shown(words[0])}.")
        if len(self) == MOST_NODES:
            raise wrong(number, f"There are more than {MOST_NODES} nodes.")
        earliest, latest = decimal(number, words[4]), decimal(number, words[5])
        if latest < earliest:
            raise wrong(number, f"The window ends at {latest:g}, before it begins at {earliest:g}.")
        self.lines.append(number)
        self.places.append((decimal(number, words[1], -MOST), decimal(number, words[2], -MOST)))
        self.demand.append(whole(number, words[3], -MOST))
        self.windows.append((earliest, latest))
        self.service.append(decimal(number, words[6]))
        self.partners.append((whole(number, words[7]), whole(number, words[8])))

    def pairs(self) -> list[tuple[int, int]]:
        """(pickup, delivery) of each pair, in the order of pickups. Raises ProblemError where the two do not fit."""
        if self.demand[0] != 0 or self.partners[0] != (0, 0):
            raise wrong(self.lines[0], "Node 0 is the depot and should have neither a demand nor a partner.")
        found = []
        for node in range(1, len(self)):
            pickup, delivery = self.partners[node]
            line, partner = self.lines[node], pickup or delivery
            if (pickup == 0) == (delivery == 0):
                raise wrong(line, f"Node {node} should have either a pickup or a delivery.")
            if partner >= len(self):
                raise wrong(line, f"The partner of node {node} is {partner}, and there is no such node.")
            if self.partners[partner] != ((node, 0) if delivery else (0, node)):
                raise wrong(line, f"Node {node} names node {partner} as its partner, but not the other way round.")
            if delivery:
                if self.demand[node] < 0 or self.demand[partner] != -self.demand[node]:
                    raise wrong(line, f"Node {partner} should deliver what node {node} has picked up.")
                found.append((node, partner))
        return found

    def instance(
        self, name: str, vehicles: int | None, capacity: int, distance: NDArray[np.float64], time: NDArray[np.float64]
    ) -> PairInstance:
        """The instance with these nodes."""
        pairs = np.array(self.pairs(), dtype=np.int64).reshape(-1, 2)
        windows = np.array(self.windows, dtype=np.float64)
        return PairInstance(
            name=name,
            vehicles=vehicles,
            capacity=capacity,
            distance=distance,
            time=time,
            demand=np.array(self.demand, dtype=np.int64),
            earliest=windows[:, 0].copy(),
            latest=windows[:, 1].copy(),
            service=np.array(self.service, dtype=np.float64),
            pickups=pairs[:, 0].copy(),
            deliveries=pairs[:, 1].copy(),
        )
