"""The best plans known for the published city days: a value enters only with a plan that the checker accepts."""

import csv
import gzip
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from routing.bench.city_figures import BadPlan, checked_figures
from routing.bench.city_run import Result
from routing.files import plan_from_json
from routing.instances.city import instance
from routing.instances.city_places import FOLDER
from routing.plan import Plan

BEST_KNOWN = FOLDER / "best_known.csv"
PLANS = FOLDER / "plans"


@dataclass(frozen=True)
class Record:
    """The best plan known for one day. worth in the currency of the policy; `digest` is that of the day."""

    instance: str
    worth: float
    kg: float
    km: float
    vehicles: int
    lowest_fill: float
    engine: str
    seconds: float
    workers: int
    seed: int
    date: str
    digest: str


def read_best_known(path: Path = BEST_KNOWN) -> dict[str, Record]:
    """By instance; nothing if there is no list yet."""
    if not path.exists():
        return {}
    with path.open(encoding="utf-8", newline="") as file:
        return {row["instance"]: _record(row) for row in csv.DictReader(file)}


def _record(row: dict[str, str]) -> Record:
    return Record(
        instance=row["instance"],
        worth=float(row["worth"]),
        kg=float(row["kg"]),
        km=float(row["km"]),
        vehicles=int(row["vehicles"]),
        lowest_fill=float(row["lowest_fill"]),
        engine=row["engine"],
        seconds=float(row["seconds"]),
        workers=int(row["workers"]),
        seed=int(row["seed"]),
        date=row["date"],
        digest=row["digest"],
    )


def publish(results: Iterable[Result], date: str, best_known: Path = BEST_KNOWN, plans: Path = PLANS) -> list[Record]:
    """Let the results with a written plan enter the list where they are better, or where the day has changed.

    Nothing that a result says is believed: the day is made again, its plan read and checked, its figures recomputed.
    Gives the records that are new. Raises BadPlan for the first plan that does not stand.
    """
    records = read_best_known(best_known)
    new = []
    for result in _best_first(results):
        problem = instance(result.run.instance)
        plan = read_plan(Path(result.run.plan or ""))
        record = _recorded(result, plan, date)
        before = records.get(record.instance)
        if before is None or before.digest != problem.digest() or record.worth > before.worth:
            plans.mkdir(parents=True, exist_ok=True)
            plan_path(record.instance, plans).write_bytes(Path(result.run.plan or "").read_bytes())
            records[record.instance] = record
            new.append(record)
    _write(sorted(records.values(), key=lambda record: record.instance), best_known)
    return new


def _best_first(results: Iterable[Result]) -> list[Result]:
    """For each day the one result that claims most, so that only that is made and checked again."""
    found: dict[str, Result] = {}
    for result in results:
        if result.fault or result.run.plan is None or result.figures is None or result.figures.worth is None:
            continue
        before = found.get(result.run.instance)
        if before is None or before.figures is None or result.figures.worth > (before.figures.worth or 0):
            found[result.run.instance] = result
    return list(found.values())


def _recorded(result: Result, plan: Plan, date: str) -> Record:
    problem = instance(result.run.instance)
    figures = checked_figures(problem, plan)
    if figures.worth is None:
        raise BadPlan("The plan does not say what it is worth.")
    return Record(
        instance=result.run.instance,
        worth=round(figures.worth, 2),
        kg=round(figures.kg, 3),
        km=round(figures.km, 3),
        vehicles=figures.vehicles,
        lowest_fill=round(figures.lowest_fill, 4),
        engine=plan.engine,
        seconds=result.run.seconds,
        workers=result.run.workers,
        seed=plan.seed,
        date=date,
        digest=problem.digest(),
    )


def plan_path(name: str, plans: Path = PLANS) -> Path:
    return plans / f"{name}.json.gz"


def read_plan(path: Path) -> Plan:
    """A plan as a run or `publish` writes it. Raises OSError, and ProblemError for what is no plan."""
    return plan_from_json(json.loads(gzip.decompress(path.read_bytes())))


def _write(records: Sequence[Record], path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [field.name for field in fields(Record)], lineterminator="\n")
        writer.writeheader()
        writer.writerows(asdict(record) for record in records)
