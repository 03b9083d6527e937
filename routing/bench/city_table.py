"""Results of city days as Markdown: medians and worst of each family and engine, and ratios run against run."""

import math
import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from routing.bench.city_run import Result
from routing.instances.city import parsed

Read = Callable[[Result], float | None]


@dataclass(frozen=True)
class Measure:
    """A figure of a result: how to read and to print it, and whether less of it is better."""

    title: str
    read: Read
    digits: int
    less: bool = False

    def worst(self, values: Iterable[float]) -> float:
        return max(values) if self.less else min(values)


def _figure(name: str) -> Read:
    def read(result: Result) -> float | None:
        value = None if result.figures is None else getattr(result.figures, name)
        return None if value is None else float(value)

    return read


WORTH = Measure("worth", _figure("worth"), 0)
KG = Measure("kg", _figure("kg"), 0)
KM = Measure("km", _figure("km"), 0, less=True)
KG_PER_KM = Measure("kg/km", _figure("kg_per_km"), 1)
VEHICLES = Measure("vehicles", _figure("vehicles"), 0, less=True)
LOWEST_FILL = Measure("lowest fill", _figure("lowest_fill"), 2)
OFFERED = Measure("kg % of offered", _figure("percent_of_offered"), 1)
FIRST_PLAN = Measure("first plan, s", lambda result: result.first_plan_seconds, 2, less=True)
SECONDS = Measure("took, s", lambda result: result.elapsed_seconds, 1, less=True)
MEMORY = Measure("MiB", lambda result: result.peak_mib, 0, less=True)

RATIOS = (WORTH, KG, KM, KG_PER_KM, VEHICLES, LOWEST_FILL)
TIME = Measure("time to its worth", lambda _: None, 0, less=True)


def figures_table(results: Sequence[Result]) -> str:
    """One row for each family and engine; a cell is the median, then the worst where runs differ."""
    bounds = bounds_of(results)
    of_bound = Measure("kg % of bound", lambda result: _percent_of_bound(result, bounds), 1)
    measures = (WORTH, KG, OFFERED, of_bound, KM, KG_PER_KM, VEHICLES, LOWEST_FILL, FIRST_PLAN, SECONDS, MEMORY)
    rows = []
    for (family, engine), runs in _grouped(results).items():
        good = [run for run in runs if not run.fault]
        cells = [_cell(measure, [measure.read(run) for run in good]) for measure in measures]
        rows.append([family, engine, f"{len(good)}/{len(runs)}", *cells])
    return markdown(["family", "engine", "good", *(measure.title for measure in measures)], rows)


def ratios_table(results: Sequence[Result], baseline: str) -> str:
    """Each engine against the baseline on the same day with the same seed: geometric mean, median and worst."""
    rows = []
    for (family, engine), runs in _grouped(results).items():
        if engine != baseline:
            both = pairs(runs, results, baseline)
            cells = [ratio_cell(ratios(both, measure), measure) for measure in RATIOS]
            rows.append([family, f"{engine} / {baseline}", *cells, ratio_cell(times(both), TIME)])
    return markdown(["family", "ratio", *(measure.title for measure in (*RATIOS, TIME))], rows)


def pairs(runs: Sequence[Result], results: Sequence[Result], baseline: str) -> list[tuple[Result, Result]]:
    """Each good run with the baseline's good run on the same day with the same seed."""
    partners = {_setting(result): result for result in results if result.run.label == baseline and not result.fault}
    return [(run, partners[_setting(run)]) for run in runs if not run.fault and _setting(run) in partners]


def ratios(both: Iterable[tuple[Result, Result]], measure: Measure) -> list[float]:
    """Of those pairs in which neither figure is zero or unknown."""
    read = [(measure.read(ours), measure.read(theirs)) for ours, theirs in both]
    return [ours / theirs for ours, theirs in read if ours and theirs and ours > 0 and theirs > 0]


def times(both: Iterable[tuple[Result, Result]]) -> list[float]:
    """How long a run took to what the baseline's was worth at its end, over how long that took itself; pairs in which
    it never got there are left out."""
    found = []
    for ours, theirs in both:
        goal = theirs.steps[-1][1] if theirs.steps else None
        if goal is not None:
            mine, its = seconds_to(ours, goal), seconds_to(theirs, goal)
            if mine and its:
                found.append(mine / its)
    return found


def seconds_to(result: Result, worth: int) -> float | None:
    """When a plan of at least this worth was there first."""
    return next((step[0] for step in result.steps if step[1] >= worth), None)


def ratio_cell(found: Sequence[float], measure: Measure) -> str:
    if not found:
        return "-"
    if len(found) == 1:
        return f"{found[0]:.3f} (1)"
    mean, median, worst = geometric_mean(found), statistics.median(found), measure.worst(found)
    return f"{mean:.3f}, {median:.3f} ({worst:.3f}; {len(found)})"


def geometric_mean(values: Sequence[float]) -> float:
    return math.exp(statistics.fmean(math.log(value) for value in values))


def faults(results: Sequence[Result]) -> str:
    """What went wrong, run by run; empty if nothing did."""
    lines = [
        f"- {result.run.instance}, {result.run.label}, seed {result.run.seed}: {result.fault}"
        for result in results
        if result.fault
    ]
    return "\n".join(lines)


def bounds_of(results: Iterable[Result]) -> dict[str, float]:
    """For each instance the tightest bound that any plan of it states, for all engines alike."""
    found: dict[str, float] = {}
    for result in results:
        if result.figures is not None and result.figures.bound_kg is not None:
            bound = result.figures.bound_kg
            found[result.run.instance] = min(bound, found.get(result.run.instance, bound))
    return found


def _percent_of_bound(result: Result, bounds: dict[str, float]) -> float | None:
    bound = bounds.get(result.run.instance)
    return None if not bound or result.figures is None else 100 * result.figures.kg / bound


def _cell(measure: Measure, values: Sequence[float | None]) -> str:
    known = [value for value in values if value is not None]
    if not known:
        return "-"
    median, worst = (f"{value:,.{measure.digits}f}" for value in (statistics.median(known), measure.worst(known)))
    return median if median == worst else f"{median} ({worst})"


def _setting(result: Result) -> tuple[str, int]:
    return result.run.instance, result.run.seed


def _grouped(results: Sequence[Result]) -> dict[tuple[str, str], list[Result]]:
    """By family and engine, each in the order of its first run, whoever's turn it was."""
    families = dict.fromkeys(parsed(result.run.instance).family for result in results)
    engines = dict.fromkeys(result.run.label for result in results)
    found: dict[tuple[str, str], list[Result]] = {(family, engine): [] for family in families for engine in engines}
    for result in results:
        found[parsed(result.run.instance).family, result.run.label].append(result)
    return {key: runs for key, runs in found.items() if runs}


def markdown(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
