"""Random numbers of the search: xorshift64* (Vigna 2016), so that a seed means the same everywhere."""

import math
from typing import Any

import numpy as np

from routing.engine.compiled import compiled


@compiled
def chance(state: Any) -> Any:
    """A number from 0 (included) to 1 (not included)."""
    x = state[0]
    x ^= x >> np.uint64(12)
    x ^= x << np.uint64(25)
    x ^= x >> np.uint64(27)
    state[0] = x
    return float((x * np.uint64(2685821657736338717)) >> np.uint64(11)) * (1.0 / 9007199254740992.0)


@compiled
def below(state: Any, count: Any) -> Any:
    """A whole number from 0 to count - 1."""
    return int(chance(state) * count)


@compiled
def countdown(state: Any, rate: Any) -> Any:
    """How many trials until one happens that happens at this rate (geometric)."""
    return 1 + int(math.log(1.0 - chance(state)) / math.log(1.0 - rate))
