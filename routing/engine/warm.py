"""Compile the engine before it is needed: the first search on a machine would otherwise wait for half a minute."""

import numpy as np

from routing.engine.compiled import is_compiled
from routing.engine.meter import Meter
from routing.engine.pieces import pieces_of
from routing.engine.prepare import prepare
from routing.engine.search import begin, fill, improve
from routing.explain.what_if import Routes, WhatIf
from routing.problem import Load, Lot, Need, Problem, Shift, Site, TimeWindow
from routing.travel import TravelMatrix

DAY = TimeWindow(0, 86_400)


def compile_engine() -> bool:
    """Make sure that the machine code is there; whether it had to be compiled. Takes some 40 s where it had to."""
    missing = not is_compiled()
    problem = smallest_day()
    needs = dict.fromkeys(range(len(problem.lots)), ("bread",))
    prepared = prepare(problem, pieces_of(problem), needs, seed=1)
    begin(prepared)
    fill(prepared)
    improve(prepared, Meter(1.0, iterations=2), stopped=lambda: False)
    Routes(problem, tuple(() for _ in problem.shifts)).fit(problem.lots[0], 1000, WhatIf(back_later=1))
    return missing


def smallest_day() -> Problem:
    """A day of one store, one food bank and one van."""
    tables = np.full((2, 2), 100)
    np.fill_diagonal(tables, 0)
    return Problem(
        service_date="2026-01-01",
        time_zone="UTC",
        sites=(Site("store"), Site("bank")),
        lots=tuple(Lot(f"lot {n}", "offer", "store", "bread", 1000, 0, "ambient", DAY) for n in range(3)),
        needs=(Need("bread", "bank", "bank", "bread", 5000, (DAY,)),),
        eligibilities=None,
        shifts=(Shift("van", "van", "bank", "bank", "bank", DAY, Load(10_000)),),
        travel={"car": TravelMatrix(tables, tables)},
    )
