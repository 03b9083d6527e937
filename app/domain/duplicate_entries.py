"""Duplicate effort over many days as the list that a coordinator works through: the same partners at the same places
are one entry, the one that saves most kilometres first; what was dealt with stays away until it happens again. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from math import ceil

from app.domain.duplicates import Detour, Found, Kind, Side, summed_detours


@dataclass(frozen=True)
class Entry:
    """The same partners at the same places, on some days. recorded: all of these days are; planned days have entries of
    their own, never added to what was done.

    saved_*: summed over the days, each with the way that saves most of it; metres None where no day's table tells,
    cents None where on any day that saves something a van has no rates. saving_days: those that save something.
    fitting_days: of these, those on which it could have been driven so; misfits: what stood against it on the others.
    detour: of visits that carried too little, what they took; break_even_grams: food that avoids as much CO2e as that
    puts out, by the factors in force on these days.
    """

    kind: Kind
    sides: tuple[Side, ...]
    recorded: bool
    days: tuple[date, ...]
    visits: int
    grams: int
    unweighed: int
    metres_apart: int
    saved_metres: int | None
    saved_seconds: int | None
    saved_cents: int | None
    fitting_days: int
    saving_days: int
    misfits: frozenset[str]
    agreed: bool
    detour: Detour | None = None
    break_even_grams: int | None = None

    @property
    def key(self) -> str:
        """What it is called: the same for the same partners and places, on whatever days."""
        return ":".join([self.kind, *(f"{side.partner}@{side.place}" for side in self.sides)])

    @property
    def weekdays(self) -> tuple[int, ...]:
        """The ISO weekdays that it falls on, the one that has it most first."""
        days = [day.isoweekday() for day in self.days]
        return tuple(sorted(set(days), key=lambda each: (-days.count(each), each)))

    @property
    def grams_per_visit(self) -> int | None:
        """Of the visits that were weighed; None where none was."""
        weighed = self.visits - self.unweighed
        return round(self.grams / weighed) if weighed else None

    @property
    def cents_per_kg(self) -> float | None:
        """What the detours cost for each kilogram; None where no food moved, or the cost is not known."""
        if self.detour is None or self.detour.cents is None or not self.grams:
            return None
        return self.detour.cents * 1000 / self.grams


def entries_of(found: Iterable[Found]) -> list[Entry]:
    """The entries of many days, what was recorded and what was planned each by itself; most kilometres first."""
    groups: defaultdict[tuple[bool, Kind, tuple[Side, ...]], list[Found]] = defaultdict(list)
    for each in found:
        groups[each.recorded, each.kind, each.sides].append(each)
    entries = [_entry(each) for each in groups.values()]
    return sorted(entries, key=lambda each: (-(each.saved_metres or 0), -each.visits, not each.recorded, each.key))


def to_work_through(entry: Entry, seen_until: date | None) -> bool:
    """Whether it has happened since somebody dealt with it, who saw it until that day; None: nobody has."""
    return seen_until is None or entry.days[-1] > seen_until


def _entry(found: Sequence[Found]) -> Entry:
    savings = [each.saving for each in found if each.saving is not None]
    saving = [each for each in savings if each.metres]
    evens = [each.break_even_grams for each in found if each.break_even_grams is not None]
    priced = [each.cents for each in saving if each.cents is not None]
    return Entry(
        kind=found[0].kind,
        sides=found[0].sides,
        recorded=found[0].recorded,
        days=tuple(sorted({each.day for each in found})),
        visits=sum(len(each.visits) for each in found),
        grams=sum(each.grams for each in found),
        unweighed=sum(each.unweighed for each in found),
        metres_apart=max(each.metres_apart for each in found),
        saved_metres=sum(each.metres for each in savings) if savings else None,
        saved_seconds=sum(each.seconds for each in savings) if savings else None,
        saved_cents=_cost(saving, priced, savings),
        fitting_days=sum(not each.misfits for each in saving),
        saving_days=len(saving),
        misfits=frozenset().union(*(each.misfits for each in saving)),
        agreed=any(each.agreed for each in found),
        detour=summed_detours(each.detour for each in found),
        break_even_grams=ceil(sum(evens)) if evens else None,
    )


def _cost(saving: Sequence[object], priced: Sequence[int], known: Sequence[object]) -> int | None:
    """None where a van of a day that saves something has no rates, or nothing is known of any day."""
    return sum(priced) if known and len(priced) == len(saving) else None
