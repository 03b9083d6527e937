"""A day that is to be compared with the same day alone, with all that its figures follow from."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from uuid import UUID

import routing

COUNTED_WITH = "joint"  # the engine of the days alone, whatever planned the day together


@dataclass(frozen=True)
class Asked:
    """One question. plan: the document of the day together, where that is planned; together: its figures, where it was
    driven. there: by line, grams that were really there. early: the lines that were known when the day was first
    planned. facts: what of this day a reader has to know."""

    kind: str
    plan_id: UUID
    problem: routing.Problem
    agreed: Mapping[str, list[str]]
    seed: int
    plan: dict[str, Any] | None = None
    together: routing.DayFigures | None = None
    there: Mapping[str, int] | None = None
    early: frozenset[str] | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def variants(self) -> list[routing.Variant]:
        """The sets of assumptions that make sense of it: what was driven cannot be planned again, what was planned was
        all known by then, and where nobody has an agreement, nothing hangs on them."""
        found = [each for each in routing.VARIANTS if self.plan is not None or not each.same_food]
        found = [each for each in found if self.early is not None or not each.early]
        return found if self.agreed else [each for each in found if each.stores not in ("agreed", "nearest")]

    @cached_property
    def digest(self) -> str:
        """SHA-256 of everything that the figures follow from, but for the time of the search."""
        driven = None if self.plan is None else [self.plan.get("routes"), self.plan.get("allocations")]
        said = [
            self.kind,
            routing.COMPARISON_VERSION,
            self.problem.digest(),
            driven,
            figures_out(self.together),
            {bank: sorted(sites) for bank, sites in self.agreed.items()},
            self.there,
            None if self.early is None else sorted(self.early),
            dict(self.facts),
            [vars(each) for each in self.variants],
        ]
        return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def figures_out(day: routing.DayFigures | None) -> dict[str, Any] | None:
    """As the solver's process writes them."""
    if day is None:
        return None
    return {"figures": vars(day.figures), "partners": {each: vars(found) for each, found in day.partners.items()}}
