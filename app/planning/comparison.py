"""Two versions of a day's plan beside each other: what their figures are, what moves between shifts and along them, and
which food only one of them brings. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal
from uuid import UUID

from app.planning.schemas import PlanHeadOut, PlanOut, RouteOut, StopOut, UnservedOut

Mark = Literal["same", "other_order", "other_shift", "only_here"]

type Name = tuple[str, str, float, float]  # what a stop is for, and where: ids are other ones in each version
type Turn = tuple[Name, int]  # the same with its number among those of its route: a vehicle may come twice
type Made = tuple[UUID, Turn]  # by a shift
type Other = tuple[StopOut, str]  # a stop of the other version, and its vehicle


@dataclass(frozen=True)
class Figures:
    """What is counted of a plan; grams, metres, seconds."""

    grams: int
    metres: int
    seconds: int
    routes: int
    grams_left: int
    violations: int


@dataclass(frozen=True)
class ComparedVisit:
    """A stop of one version, and what the other one has in its place: the same stop, and by which vehicle where it is
    another one's."""

    stop: StopOut
    mark: Mark
    other: StopOut | None = None
    other_vehicle: str = ""

    @property
    def grams(self) -> int:
        """What is handled there."""
        return sum(each.kg for each in self.stop.allocations)

    @property
    def other_grams(self) -> int | None:
        """What the other version handles there, where that is not as much."""
        found = None if self.other is None else sum(each.kg for each in self.other.allocations)
        return None if found == self.grams else found


@dataclass(frozen=True)
class ComparedShift:
    """What one shift drives in the one version and in the other; nothing where it stays at home."""

    shift_id: UUID
    vehicle_name: str
    before: Sequence[ComparedVisit]
    after: Sequence[ComparedVisit]

    @property
    def differs(self) -> bool:
        """Whether a stop came, went or moved, or handles more or less."""
        return any(each.mark != "same" or each.other_grams is not None for each in (*self.before, *self.after))


@dataclass(frozen=True)
class ComparedLine:
    """An offer line of which one version brings more than the other: grams of each, and why not more, where the version
    that brings less knows of it."""

    line_id: UUID
    site_name: str
    description: str
    before: int
    after: int
    why: UnservedOut | None


@dataclass(frozen=True)
class Comparison:
    """All that is different, and the figures."""

    before: Figures
    after: Figures
    shifts: Sequence[ComparedShift]
    lines: Sequence[ComparedLine]


def usual_pair(heads: Sequence[PlanHeadOut]) -> tuple[UUID, UUID] | None:
    """Of a day's versions, the newest first, those that people want beside each other: what is published and the newest
    draft, or else the newest two; None where there are no two."""
    published = next((head.id for head in heads if head.state == "published"), None)
    draft = next((head.id for head in heads if head.state in ("draft", "ready")), None)
    if published is not None and draft is not None:
        return published, draft
    return (heads[1].id, heads[0].id) if len(heads) > 1 else None


def compared(before: PlanOut, after: PlanOut) -> Comparison:
    """The two versions beside each other."""
    return Comparison(_figures(before), _figures(after), _shifts(before, after), _lines(before, after))


def _figures(plan: PlanOut) -> Figures:
    left = sum(each.kg for each in plan.unserved)
    return Figures(plan.kg_allocated, plan.metres, plan.seconds, len(plan.routes), left, len(plan.violations))


# ---- shifts --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Way:
    """The stops of a route by their turns, in their order."""

    vehicle_name: str
    stops: Mapping[Turn, StopOut]


def _ways(plan: PlanOut) -> dict[UUID, _Way]:
    return {route.shift_id: _Way(route.vehicle_name, _turns(route)) for route in plan.routes}


def _turns(route: RouteOut) -> dict[Turn, StopOut]:
    seen: Counter[Name] = Counter()
    found: dict[Turn, StopOut] = {}
    for stop in route.stops:
        if stop.kind in ("pickup", "drop_off"):
            name = _name(stop)
            found[name, seen[name]] = stop
            seen[name] += 1
    return found


def _name(stop: StopOut) -> Name:
    return stop.kind, stop.site_name, stop.latitude, stop.longitude


def _shifts(before: PlanOut, after: PlanOut) -> list[ComparedShift]:
    old, new = _ways(before), _ways(after)
    gone_to, come_from = _elsewhere(old, new), _elsewhere(new, old)
    nowhere = _Way("", {})
    return [
        ComparedShift(
            shift,
            (new.get(shift) or old[shift]).vehicle_name,
            _visits(shift, old.get(shift, nowhere), new.get(shift, nowhere), gone_to),
            _visits(shift, new.get(shift, nowhere), old.get(shift, nowhere), come_from),
        )
        for shift in dict.fromkeys([*old, *new])
    ]


def _elsewhere(ways: Mapping[UUID, _Way], others: Mapping[UUID, _Way]) -> dict[Made, Other]:
    """The stops that another shift makes in the other version, with that stop; each of them once."""
    waiting: defaultdict[Name, list[Other]] = defaultdict(list)
    for shift, turn in _alone(others, ways):
        waiting[turn[0]].append((others[shift].stops[turn], others[shift].vehicle_name))
    found: dict[Made, Other] = {}
    for shift, turn in _alone(ways, others):
        if waiting[turn[0]]:
            found[shift, turn] = waiting[turn[0]].pop(0)
    return found


def _alone(ways: Mapping[UUID, _Way], others: Mapping[UUID, _Way]) -> Iterator[Made]:
    """The stops that their shift makes in this version and not in the other one."""
    for shift, way in ways.items():
        for turn in way.stops:
            if shift not in others or turn not in others[shift].stops:
                yield shift, turn


def _visits(shift: UUID, way: _Way, other: _Way, elsewhere: Mapping[Made, Other]) -> list[ComparedVisit]:
    kept = _in_the_same_order(way.stops, other.stops)
    found = []
    for turn, stop in way.stops.items():
        if turn in other.stops:
            found.append(ComparedVisit(stop, "same" if turn in kept else "other_order", other.stops[turn]))
        elif (shift, turn) in elsewhere:
            found.append(ComparedVisit(stop, "other_shift", *elsewhere[shift, turn]))
        else:
            found.append(ComparedVisit(stop, "only_here"))
    return found


def _in_the_same_order(way: Iterable[Turn], other: Iterable[Turn]) -> set[Turn]:
    """The stops of both that keep their order; those are named that have moved, and not all that they have passed."""
    turns, others = list(way), list(other)
    here, there = [turn for turn in turns if turn in others], [turn for turn in others if turn in turns]
    here, there = sorted((here, there))  # whichever of the two is asked for, the same ones have moved
    blocks = SequenceMatcher(None, here, there, autojunk=False).get_matching_blocks()
    return {turn for block in blocks for turn in here[block.a : block.a + block.size]}


# ---- lines ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Food:
    site_name: str
    description: str
    grams: int


def _brought(plan: PlanOut) -> dict[UUID, _Food]:
    """What a plan fetches of each line."""
    grams: defaultdict[UUID, int] = defaultdict(int)
    words: dict[UUID, tuple[str, str]] = {}
    for route in plan.routes:
        for stop in route.stops:
            if stop.kind == "pickup":
                for each in stop.allocations:
                    grams[each.offer_line_id] += each.kg
                    words[each.offer_line_id] = stop.site_name, each.description
    return {line: _Food(*words[line], grams[line]) for line in grams}


def _lines(before: PlanOut, after: PlanOut) -> list[ComparedLine]:
    old, new = _brought(before), _brought(after)
    found = []
    for line in dict.fromkeys([*old, *new]):
        food, was, becomes = old.get(line) or new[line], _grams(old, line), _grams(new, line)
        if was != becomes:
            less = before if was < becomes else after
            why = next((each for each in less.unserved if each.line_id == line), None)
            found.append(ComparedLine(line, food.site_name, food.description, was, becomes, why))
    return sorted(found, key=lambda each: (each.after - each.before, each.site_name, each.description))


def _grams(brought: Mapping[UUID, _Food], line: UUID) -> int:
    return brought[line].grams if line in brought else 0
