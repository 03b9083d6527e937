"""The least that the unhappiest group has to gain by leaving, by OR-Tools' linear solver: a check on the least core."""

from collections.abc import Mapping, Sequence

from ortools.linear_solver import pywraplp


def least_gain(whole: int, alone: Sequence[int], groups: Mapping[int, int]) -> float:
    """In cents, when the whole is paid, nobody pays more than alone, and each group's bits add up to what it would pay
    and that gain at most; 0 where there is a core. Raises ValueError where no split is possible at all."""
    solver = pywraplp.Solver.CreateSolver("GLOP")
    pays = [solver.NumVar(-solver.infinity(), float(cents), "") for cents in alone]
    gain = solver.NumVar(0.0, solver.infinity(), "")
    solver.Add(sum(pays) == float(whole))
    for bits, cost in groups.items():
        solver.Add(sum(each for place, each in enumerate(pays) if bits >> place & 1) <= float(cost) + gain)
    solver.Minimize(gain)
    if solver.Solve() != pywraplp.Solver.OPTIMAL:
        raise ValueError("no split keeps everybody at what it pays alone")
    return float(gain.solution_value())
