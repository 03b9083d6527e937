"""Markdown tables of a comparison on public instances: medians over the seeds, and what was worst."""

import math
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from statistics import fmean, geometric_mean, median_low

from routing.bench.pairs import Run
from routing.bench.peers import ENGINES, OURS

NONE = "none"
ALIKE = 1e-6  # relative: costs that differ by less are the same answer

type Column = dict[str, list[Run]]
"""The runs of one engine by instance, seeds in order."""


def table(runs: Sequence[Run]) -> str:
    """Both tables: every instance, then the figures over all of them."""
    columns = _columns(runs)
    instances = list(dict.fromkeys(run.instance for run in runs))
    return "\n".join([*_instance_rows(columns, instances), "", *_summary_rows(columns, instances)]) + "\n"


def _columns(runs: Sequence[Run]) -> dict[str, Column]:
    """By engine, in the order of ENGINES."""
    names = sorted({run.engine for run in runs}, key=lambda name: [*ENGINES, name].index(name))
    found: dict[str, Column] = {name: defaultdict(list) for name in names}
    for run in runs:
        found[run.engine][run.instance].append(run)
    return found


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _head(cells: Sequence[str]) -> list[str]:
    return [_row(cells), _row(["---"] * len(cells))]


def _title(engine: str) -> str:
    return ENGINES[engine].title if engine in ENGINES else engine


def _cost(run: Run) -> float:
    return math.inf if run.cost is None else run.cost


def middle(runs: Sequence[Run]) -> Run:
    """The run with the median cost, the lower one of two; a run without an answer costs more than any."""
    cost = median_low(_cost(run) for run in runs)
    return next(run for run in runs if _cost(run) == cost)


def worst(runs: Sequence[Run]) -> Run:
    """The run that costs most."""
    return max(runs, key=_cost)


def gap(run: Run) -> float | None:
    """Cost above the best known one, in %; None without an answer, or without a best known value."""
    if run.cost is None or not run.best_cost:
        return None
    return 100 * (run.cost / run.best_cost - 1)


def _cell(run: Run) -> str:
    """Vehicles above best-known / distance gap %, or the bare figures where nothing is known."""
    if run.vehicles is None or run.distance is None:
        return NONE
    if run.best_vehicles is None or not run.best_distance:
        return f"{run.vehicles} / {run.distance:.2f}"
    return f"{run.vehicles - run.best_vehicles:+d} / {100 * (run.distance / run.best_distance - 1):+.1f}"


def _cells(runs: Sequence[Run]) -> str:
    if not runs:
        return ""
    usual, bad = _cell(middle(runs)), _cell(worst(runs))
    return usual if usual == bad else f"{usual} ({bad})"


def _instance_rows(columns: Mapping[str, Column], instances: Sequence[str]) -> list[str]:
    rows = _head(["instance", "best known", *map(_title, columns)])
    for name in instances:
        any_run = next(run for column in columns.values() for run in column.get(name, ()))
        best = "" if any_run.best_vehicles is None else f"{any_run.best_vehicles} / {any_run.best_distance:.2f}"
        rows.append(_row([name, best, *(_cells(column.get(name, ())) for column in columns.values())]))
    return rows


def _summary_rows(columns: Mapping[str, Column], instances: Sequence[str]) -> list[str]:
    rows = _head(["over all instances", *map(_title, columns)])
    figures: list[tuple[str, Callable[[Column], str]]] = [
        ("runs with a checked answer", _answered),
    ]
    if any(run.best_cost is not None for column in columns.values() for run in _all(column)):
        figures += [
            ("mean cost gap %, medians", lambda column: _mean_gap(column, middle)),
            ("mean cost gap %, worst seeds", lambda column: _mean_gap(column, worst)),
            ("mean cost gap %, medians, where all answer", lambda column: _common_gap(column, columns, instances)),
        ]
    if OURS in columns:
        ours = columns[OURS]
        figures += [
            (f"cost {_title(OURS)} / this, geometric mean, medians", lambda column: _ratio(ours, column)),
            (f"the same, worst seed of {_title(OURS)}", lambda column: _worst_ratio(ours, column)),
            (f"{_title(OURS)} better, the same, worse", lambda column: _wins(ours, column)),
        ]
    figures += [
        ("seconds, mean and longest", _seconds),
        ("first plan, s, longest", _first),
        ("memory, MiB, most", _memory),
    ]
    return [*rows, *(_row([name, *(figure(column) for column in columns.values())]) for name, figure in figures)]


def _all(column: Column) -> list[Run]:
    return [run for runs in column.values() for run in runs]


def _answered(column: Column) -> str:
    runs = _all(column)
    return f"{sum(run.cost is not None for run in runs)} of {len(runs)}"


def _mean_gap(column: Column, choose: Callable[[Sequence[Run]], Run]) -> str:
    gaps = [value for runs in column.values() if (value := gap(choose(runs))) is not None]
    return f"{fmean(gaps):.1f} ({len(gaps)})" if gaps else NONE


def _common_gap(column: Column, columns: Mapping[str, Column], instances: Sequence[str]) -> str:
    common = [
        name
        for name in instances
        if all(other.get(name) and gap(middle(other[name])) is not None for other in columns.values())
    ]
    gaps = [value for name in common if (value := gap(middle(column[name]))) is not None]
    return f"{fmean(gaps):.1f} ({len(gaps)})" if gaps else NONE


def _ratios(ours: Column, theirs: Column, choose: Callable[[Sequence[Run]], Run]) -> list[float]:
    """Our cost / theirs on each instance where both have an answer; `choose` is for ours, theirs is the median."""
    pairs = [(_cost(choose(ours[name])), _cost(middle(theirs[name]))) for name in ours if theirs.get(name)]
    return [mine / other for mine, other in pairs if math.isfinite(mine) and math.isfinite(other)]


def _ratio(ours: Column, theirs: Column) -> str:
    ratios = _ratios(ours, theirs, middle)
    return f"{geometric_mean(ratios):.3f} ({len(ratios)})" if ratios else NONE


def _worst_ratio(ours: Column, theirs: Column) -> str:
    if ours is theirs:
        return ""
    ratios = _ratios(ours, theirs, worst)
    return f"{geometric_mean(ratios):.3f}" if ratios else NONE


def _wins(ours: Column, theirs: Column) -> str:
    """At the medians. An answer is better than none."""
    if ours is theirs:
        return ""
    better = same = worse = 0
    for name, runs in ours.items():
        if not theirs.get(name):
            continue
        mine, other = _cost(middle(runs)), _cost(middle(theirs[name]))
        if mine == other or math.isclose(mine, other, rel_tol=ALIKE):
            same += 1
        elif mine < other:
            better += 1
        else:
            worse += 1
    return f"{better}, {same}, {worse}"


def _seconds(column: Column) -> str:
    seconds = [run.seconds for run in _all(column) if run.seconds is not None]
    return f"{fmean(seconds):.1f}, {max(seconds):.1f}" if seconds else NONE


def _first(column: Column) -> str:
    seconds = [run.first_seconds for run in _all(column) if run.first_seconds is not None]
    return f"{max(seconds):.2f}" if seconds else ""


def _memory(column: Column) -> str:
    peaks = [run.peak_mib for run in _all(column) if run.peak_mib is not None]
    return f"{max(peaks):.0f}" if peaks else NONE


def faults(runs: Sequence[Run]) -> list[str]:
    """Every run without an answer, in one line each."""
    return [f"{run.instance}, {_title(run.engine)}, seed {run.seed}: {run.fault}." for run in runs if run.fault]
