"""Best known values of public instances, from CSV files: `instance,vehicles,distance,source`."""

import csv
import io
from collections.abc import Iterable
from pathlib import Path

from routing.instances.pair_files import decimal, in_file, text_of, whole, wrong
from routing.instances.pairs import Cost
from routing.plain import ProblemError

DISTANCE_NAMES = ("distance", "cost")  # Sartori and Buriol call it cost
OWN_FILES = tuple(
    Path(__file__).parents[2] / "benchmarks" / f"best_known_{name}.csv" for name in ("li_lim", "sartori_buriol")
)


def read_best_known(paths: Iterable[Path]) -> dict[str, Cost]:
    """By the instance's name in small letters. A later file replaces an earlier one's values. Raises ProblemError with
    file and line."""
    found: dict[str, Cost] = {}
    for path in paths:
        try:
            found |= best_known_from_text(text_of(path))
        except ProblemError as error:
            raise in_file(path, error) from error
    return found


def best_known_from_text(text: str) -> dict[str, Cost]:
    """The values in this text, whose first line names the columns."""
    rows = csv.DictReader(io.StringIO(text))
    names = rows.fieldnames or []
    distance = next((name for name in DISTANCE_NAMES if name in names), None)
    if "instance" not in names or "vehicles" not in names or distance is None:
        raise wrong(1, "The columns should be instance, vehicles and distance.")
    found = {}
    for row in rows:
        number = rows.line_num
        vehicles = whole(number, row["vehicles"] or "", 1)
        found[(row["instance"] or "").lower()] = Cost(vehicles, decimal(number, row[distance] or ""))
    return found
