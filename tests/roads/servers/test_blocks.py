"""Cutting tables and lines: every cell once, every leg once, never beyond a server's limits."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.roads.servers.blocks import Block, BlockLimits, blocks, quarters, stretches

limits = st.builds(BlockLimits, cells=st.integers(1, 400), coordinates=st.integers(2, 60))
tables = st.builds(
    lambda top, rows, left, columns: Block(top, top + rows, left, left + columns),
    st.integers(0, 20),
    st.integers(0, 70),
    st.integers(0, 20),
    st.integers(0, 70),
)


def covered(whole: Block, parts: list[Block]) -> np.ndarray:
    """How often each cell of the whole table is asked for."""
    count = np.zeros((whole.bottom, whole.right), dtype=int)
    for part in parts:
        count[part.top : part.bottom, part.left : part.right] += 1
    return count


@given(tables, limits)
def test_blocks_cover_every_cell_once_and_keep_to_the_limits(whole: Block, limits: BlockLimits) -> None:
    parts = blocks(whole, limits)
    count = covered(whole, parts)
    assert (count[whole.top :, whole.left :] == 1).all()
    assert count.sum() == whole.rows * whole.columns
    assert all(limits.allow(part) for part in parts)
    assert all(part.rows > 0 and part.columns > 0 for part in parts)


@given(tables)
def test_quarters_cover_the_block_and_are_smaller(whole: Block) -> None:
    if whole.rows * whole.columns < 2:
        return
    parts = quarters(whole)
    assert covered(whole, parts)[whole.top :, whole.left :].all()
    assert sum(part.rows * part.columns for part in parts) == whole.rows * whole.columns
    assert all(part.rows * part.columns < whole.rows * whole.columns for part in parts)


@given(st.integers(0, 300), st.integers(2, 60))
def test_stretches_hold_every_leg_once(count: int, most: int) -> None:
    runs = stretches(count, most)
    legs = [(place, place + 1) for run in runs for place in run[:-1]]
    assert legs == [(place, place + 1) for place in range(count - 1)]
    assert all(2 <= len(run) <= most for run in runs)


@given(tables, limits)
def test_limits_below_a_refused_block_no_longer_allow_it_and_end_at_single_pairs(
    whole: Block, limits: BlockLimits
) -> None:
    for _ in range(20):
        parts = [part for part in blocks(whole, limits) if part.rows * part.columns > 1]
        if not parts:
            return
        limits = limits.below(parts[0])
        assert not limits.allow(parts[0])
    raise AssertionError("never down to single pairs")


def test_a_square_table_is_cut_into_the_fewest_requests_and_nearly_square_blocks() -> None:
    parts = blocks(Block(0, 500, 0, 500), BlockLimits(cells=2500, coordinates=100))
    assert len(parts) == 100
    assert {(part.rows, part.columns) for part in parts} == {(50, 50)}


def test_a_single_row_is_one_long_block() -> None:
    assert blocks(Block(7, 8, 0, 90), BlockLimits(2500, 100)) == [Block(7, 8, 0, 90)]


@pytest.mark.parametrize("whole", [Block(0, 0, 0, 5), Block(0, 5, 0, 0)])
def test_an_empty_table_asks_nothing(whole: Block) -> None:
    assert blocks(whole, BlockLimits(2500, 100)) == []
