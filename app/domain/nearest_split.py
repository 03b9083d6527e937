"""The split nearest to a wished one, of all splits of a cost that keep to limits on what groups pay, in fractions.

The method is the dual active-set method of Goldfarb and Idnani, A Numerically Stable Dual Method for Solving Strictly
Convex Quadratic Programs (1983), for the plainest of its programs: a point is projected on a polytope. It begins at the
wished point, and moves it for one broken limit at a time as far as that limit and those that it leans on ask for. Each
move makes the distance larger, so it ends; where a broken limit leans on limits that give no way, there is no split
that keeps them all, and that is a proof: in fractions there is no tolerance in any of it.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

Row = tuple[int, ...]


@dataclass(frozen=True)
class Limit:
    """These partners together pay at most so many cents."""

    group: frozenset[str]
    cents: int


def nearest_split(wished: Mapping[str, Fraction], limits: Sequence[Limit]) -> dict[str, Fraction] | None:
    """The split of the same sum that keeps all limits and is nearest to the wished one (sum of squares); None where no
    split keeps them all."""
    names = list(wished)
    members = [tuple(place for place, name in enumerate(names) if name in limit.group) for limit in limits]
    found = _Projection(list(wished.values()), members, [limit.cents for limit in limits]).found()
    return None if found is None else dict(zip(names, found, strict=True))


class _Projection:
    """The point, the limits that hold it, and how hard each of them pulls. The sum holds it always, first of all, and
    may pull either way."""

    def __init__(self, point: list[Fraction], members: Sequence[tuple[int, ...]], bounds: Sequence[int]) -> None:
        self.point, self.members, self.bounds = point, members, bounds
        self.rows: list[Row] = [tuple(int(place in each) for place in range(len(point))) for each in members]
        self.holding: list[int] = []  # numbers of limits
        self.pulls: list[Fraction] = [Fraction()]  # of the sum, then of those

    def found(self) -> list[Fraction] | None:
        while (broken := self._most_broken()) is not None:
            if not self._mend(broken):
                return None
        return self.point

    def _most_broken(self) -> int | None:
        """The limit that the point is farthest beyond. Whole numbers over one denominator, which are quickly added."""
        below = math.lcm(*(each.denominator for each in self.point))
        above = [each.numerator * (below // each.denominator) for each in self.point]
        worst, most = None, 0
        for limit, members in enumerate(self.members):
            excess = sum([above[place] for place in members]) - self.bounds[limit] * below
            if excess > most:
                worst, most = limit, excess
        return worst

    def _mend(self, limit: int) -> bool:
        """Move until this limit holds; False if nothing can keep it beside the limits that it leans on."""
        row, pull = self.rows[limit], Fraction()
        while True:
            normals: list[Row] = [(1,) * len(row), *(self.rows[each] for each in self.holding)]
            leans = _solved([[_dot(a, b) for b in normals] for a in normals], [_dot(a, row) for a in normals])
            way = [
                at - sum((lean * normal[place] for lean, normal in zip(leans, normals, strict=True)), Fraction())
                for place, at in enumerate(row)
            ]
            steps = [(self.pulls[k] / leans[k], k) for k in range(1, len(normals)) if leans[k] > 0]
            steep = sum((way[place] for place in self.members[limit]), Fraction())
            if steep:
                beyond = sum((self.point[place] for place in self.members[limit]), Fraction()) - self.bounds[limit]
                steps.append((beyond / steep, 0))
            if not steps:
                return False
            step, who = min(steps)  # with a tie, that the limit holds comes first
            self.pulls = [held - step * lean for held, lean in zip(self.pulls, leans, strict=True)]
            self.point = [at - step * each for at, each in zip(self.point, way, strict=True)]
            pull += step
            if who == 0:
                self.holding.append(limit)
                self.pulls.append(pull)
                return True
            del self.pulls[who], self.holding[who - 1]  # it pulls no more


def _dot(row: Row, other: Row) -> int:
    return sum(map(int.__mul__, row, other))


def _solved(rows: list[list[int]], right: list[int]) -> list[Fraction]:
    """The solution of a square system of whole numbers that has one, by Bareiss's elimination, which stays whole."""
    size, before = len(rows), 1
    table = [[*row, value] for row, value in zip(rows, right, strict=True)]
    for column in range(size):
        pivot = next(row for row in range(column, size) if table[row][column])
        table[column], table[pivot] = table[pivot], table[column]
        lead = table[column]
        for row in range(size):
            if row != column:
                at, factor = table[row], table[row][column]
                table[row] = [(lead[column] * a - factor * b) // before for a, b in zip(at, lead, strict=True)]
        before = lead[column]
    return [Fraction(table[row][size], table[row][row]) for row in range(size)]
