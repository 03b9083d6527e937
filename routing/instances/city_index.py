"""The list of published city days, with what is in each and the digest that says it came out right.

`python -m routing.instances.city_index` makes every published day again, the largest too, and says which digests
differ from the list; `--write` writes the list anew (after a change of the generator or of the problem format).
"""

import argparse
import csv
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from routing.instances.city import instance, parsed
from routing.instances.city_places import FOLDER
from routing.problem import Problem

INDEX = FOLDER / "index.csv"
LARGE = ("XL", "XXL")  # seconds each, so that tests leave them to the command


@dataclass(frozen=True)
class Entry:
    """One published day; kg are rounded."""

    instance: str
    offers: int
    food_banks: int
    vehicles: int
    places: int
    kg_offered: int
    kg_needed: int
    digest: str


def published() -> Iterator[str]:
    """The names of all published days: in every family seeds from 1 on."""
    for family, seeds in _families():
        head, _, tail = family.partition(" ")
        for seed in range(1, seeds + 1):
            yield f"{head}-{seed}{tail}"


def _families() -> Iterator[tuple[str, int]]:
    """Name before and after the seed, and how many seeds there are."""
    for fleet in ("plentiful", "scarce"):
        for size, seeds in (("S", 5), ("M", 5), ("L", 5), ("XL", 3), ("XXL", 2)):
            yield f"city-{size}-{fleet}", seeds
        for tail in ("-split", "-km300"):
            for size in ("M", "L"):
                yield f"city-{size}-{fleet} {tail}", 3
        for place in ("newport", "pittsburgh"):
            yield f"{place}-{fleet}", 3
            yield f"{place}-{fleet} -split", 3


def named(words: Sequence[str]) -> list[str]:
    """The days that these names mean: a day, or a family (a name without its seed) for all its published days.
    Raises ProblemError for what is neither."""
    found: list[str] = []
    for word in words:
        family = [name for name in published() if parsed(name).family == word]
        found.extend(family or [parsed(word).name])
    return found


def is_large(name: str) -> bool:
    return parsed(name).size in LARGE


def entry_of(name: str, problem: Problem) -> Entry:
    """What the list says of this day."""
    return Entry(
        instance=name,
        offers=len({lot.offer for lot in problem.lots}),
        food_banks=len({need.organisation for need in problem.needs}),
        vehicles=len(problem.shifts),
        places=len(problem.sites),
        kg_offered=round(sum(lot.grams for lot in problem.lots) / 1000),
        kg_needed=round(sum(need.grams for need in problem.needs) / 1000),
        digest=problem.digest(),
    )


def read_index(path: Path = INDEX) -> dict[str, Entry]:
    """The list, by name."""
    with path.open(encoding="utf-8", newline="") as file:
        return {row["instance"]: _entry(row) for row in csv.DictReader(file)}


def _entry(row: dict[str, str]) -> Entry:
    numbers = {field.name: int(row[field.name]) for field in fields(Entry) if field.type is int}
    return Entry(instance=row["instance"], digest=row["digest"], **numbers)


def write_index(entries: Sequence[Entry], path: Path = INDEX) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [field.name for field in fields(Entry)], lineterminator="\n")
        writer.writeheader()
        writer.writerows(asdict(entry) for entry in entries)


def main() -> int:
    """Make every published day; 1 if one differs from the list."""
    parser = argparse.ArgumentParser(prog="python -m routing.instances.city_index", description=__doc__)
    parser.add_argument("--write", action="store_true", help="write the list anew instead of comparing with it")
    entries = [entry_of(name, instance(name)) for name in published()]
    if parser.parse_args().write:
        write_index(entries)
        return 0
    listed = read_index()
    different = [entry.instance for entry in entries if listed.get(entry.instance) != entry]
    print("\n".join(different) or f"All {len(entries)} days are as published.")
    return 1 if different or len(listed) != len(entries) else 0


if __name__ == "__main__":
    sys.exit(main())
