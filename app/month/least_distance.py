"""The point nearest to another one within limits, by non-negative least squares: a check on how shares are split.

Source: Lawson and Hanson, Solving Least Squares Problems (1974), chapter 23: algorithm NNLS, and least distance
programming, which is NNLS of the limits' normals and bounds.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Vector = npt.NDArray[np.float64]
SMALL = 1e-11
MOST_TURNS = 20  # for each limit


def nearest_point(wished: Sequence[float], limits: Sequence[tuple[int, int]]) -> list[float] | None:
    """The point of the same sum nearest to the wished one for which the amounts of each limit's bits add up to its
    number at most; None where there is none, as far as numbers with a point can say."""
    count = len(wished)
    if not limits:
        return list(wished)
    member = np.array([[float(bits >> place & 1) for place in range(count)] for bits, _ in limits])
    beyond = member @ np.array(wished) - np.array([float(bound) for _, bound in limits])
    along = member - member.mean(axis=1, keepdims=True)  # within the plane of that sum
    size = float(max(1.0, np.abs(beyond).max()))
    system = np.vstack([-along.T, beyond / size])
    target = np.zeros(count + 1)
    target[-1] = 1.0
    left = system @ _least_squares(system, target) - target
    if abs(left[-1]) < SMALL:
        return None
    return [float(each) for each in np.array(wished) - left[:-1] / left[-1] * size]


def _least_squares(system: Vector, target: Vector) -> Vector:
    """The numbers, none below zero, that bring the system nearest to the target."""
    width = system.shape[1]
    found, free = np.zeros(width), np.zeros(width, dtype=bool)
    slope = system.T @ (target - system @ found)
    for _ in range(MOST_TURNS * width):
        if free.all() or slope[~free].max() <= SMALL:
            return found
        free[np.flatnonzero(~free)[np.argmax(slope[~free])]] = True
        wish = _unbound(system, target, free)
        while wish[free].min() <= 0:
            held = free & (wish <= 0)
            step = float((found[held] / (found[held] - wish[held])).min())
            found = found + step * (wish - found)
            free &= found > SMALL
            found[~free] = 0.0
            wish = _unbound(system, target, free)
            if not free.any():
                break
        found = wish
        slope = system.T @ (target - system @ found)
    raise ArithmeticError("the least squares do not come to an end")


def _unbound(system: Vector, target: Vector, free: npt.NDArray[np.bool_]) -> Vector:
    found = np.zeros(system.shape[1])
    if free.any():
        found[free] = np.linalg.lstsq(system[:, free], target, rcond=None)[0]
    return found
