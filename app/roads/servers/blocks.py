"""Cutting a large table into rectangles, and a long line into stretches, that a server's limits allow."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from math import ceil


@dataclass(frozen=True, slots=True)
class Block:
    """The rows [top, bottom) and columns [left, right) of a table."""

    top: int
    bottom: int
    left: int
    right: int

    @property
    def rows(self) -> int:
        return self.bottom - self.top

    @property
    def columns(self) -> int:
        return self.right - self.left


@dataclass(frozen=True, slots=True)
class BlockLimits:
    """The most that one request may ask: pairs, and coordinates where rows and columns count together."""

    cells: int
    coordinates: int

    def allow(self, block: Block) -> bool:
        """Whether one request may ask for the block; a single pair always may."""
        single = block.rows == block.columns == 1
        fits = block.rows * block.columns <= self.cells and block.rows + block.columns <= self.coordinates
        return single or fits

    def below(self, refused: Block) -> "BlockLimits":
        """What to try when a server finds the block too large: half as many pairs, and with them fewer coordinates."""
        return BlockLimits(max(1, refused.rows * refused.columns // 2), self.coordinates)


def blocks(whole: Block, limits: BlockLimits) -> list[Block]:
    """Blocks that the limits allow and that cover every cell of `whole` exactly once: as few as possible, of nearly
    the same size, and where there is a choice nearly square."""
    if whole.rows == 0 or whole.columns == 0:
        return []
    down, across = _pieces(whole.rows, whole.columns, limits)
    return [
        Block(top, bottom, left, right)
        for top, bottom in _cuts(whole.top, whole.bottom, down)
        for left, right in _cuts(whole.left, whole.right, across)
    ]


def quarters(block: Block) -> list[Block]:
    """The block cut in two each way it can be."""
    return [
        Block(top, bottom, left, right)
        for top, bottom in _cuts(block.top, block.bottom, min(2, block.rows))
        for left, right in _cuts(block.left, block.right, min(2, block.columns))
    ]


def stretches(count: int, most: int) -> list[range]:
    """Positions 0 to count - 1 in runs of at most `most` (2 or more), each beginning where the one before ends."""
    if count < 2:
        return []
    pieces = ceil((count - 1) / (most - 1))
    return [range(first, last + 1) for first, last in _cuts(0, count - 1, pieces)]


def _pieces(rows: int, columns: int, limits: BlockLimits) -> tuple[int, int]:
    """How many pieces down and across: the fewest requests, then the squarest blocks."""

    def across(height: int) -> int:
        widest = max(1, min(limits.cells // height, limits.coordinates - height))
        return ceil(columns / widest)

    tallest = max(1, min(rows, limits.cells, limits.coordinates - 1))
    choices = {(ceil(rows / height), across(height)) for height in range(1, tallest + 1)}
    return min(choices, key=lambda each: (each[0] * each[1], abs(ceil(rows / each[0]) - ceil(columns / each[1]))))


def _cuts(first: int, last: int, pieces: int) -> Iterator[tuple[int, int]]:
    """The range [first, last) in that many pieces, whose lengths differ by one at most."""
    bounds = [first + (last - first) * number // pieces for number in range(pieces + 1)]
    yield from pairwise(bounds)
