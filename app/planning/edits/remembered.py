"""What edits of one plan read again and again and what never changes: its problem, and what it was after each edit.

A large day's problem takes longer to read than an edit may take. Kept in this process, the least used goes first; what
is not here is read from the row. Whoever asks has read the plan's own row, so tenants see no more than they did.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import routing
from app.kit.shelf import Shelf
from app.models.plans import Plan
from app.planning import agreed
from routing.retime import tour_of

MOST_PLANS = 8
MOST_STATES = 12
MOST_TRIALS = 24
MOST_ROUTES = 1000

type Key = tuple[UUID, UUID | None]  # a plan, and its last edit
type Trial = tuple[UUID, UUID | None, str]  # the same, and a command


@dataclass(frozen=True)
class State:
    """What a plan is after an edit: its document, the same as a value with its tours by shift, in the order of the
    problem's, and the shifts whose routes stay."""

    document: dict[str, Any]
    drawn: routing.Plan
    tours: Mapping[str, routing.Tour]
    locked: frozenset[str]

    @classmethod
    def read(cls, problem: routing.Problem, document: dict[str, Any], locked: Iterable[str]) -> "State":
        """From what is stored. Raises ProblemError for a document that cannot be read any more."""
        drawn = routing.plan_from_json(document)
        tours = routing.tours_of_plan(problem, drawn)
        by_shift = {shift.id: tour for shift, tour in zip(problem.shifts, tours, strict=True)}
        return cls(document, drawn, by_shift, frozenset(locked))

    def becomes(self, problem: routing.Problem, drawn: routing.Plan, locked: frozenset[str]) -> "State":
        """What it is once the plan is this; most routes are the same ones."""
        if drawn is self.drawn:
            return replace(self, locked=locked)
        before, now = ({route.shift: route for route in plan.routes} for plan in (self.drawn, drawn))
        tours = {
            shift.id: self.tours[shift.id]
            if now.get(shift.id) is before.get(shift.id)
            else tour_of(drawn, now[shift.id], shift)
            if shift.id in now
            else ()
            for shift in problem.shifts
        }
        document = routing.plan_to_json(drawn, like=(self.drawn, self.document))
        return State(document, drawn, tours, locked)


@dataclass(frozen=True)
class _Judged[Broken]:
    """A route, and what somebody has found that it breaks."""

    route: routing.Route
    broken: Sequence[Broken]


_problems: Shelf[str, routing.Problem] = Shelf(MOST_PLANS)
_freed: Shelf[UUID, routing.Problem] = Shelf(MOST_PLANS)
_tried: Shelf[Trial, tuple[State, dict[str, str]]] = Shelf(MOST_TRIALS)
_states: Shelf[Key, State] = Shelf(MOST_STATES)
_broken: Shelf[tuple[str, int], _Judged[Any]] = Shelf(MOST_ROUTES)


def problem_of(plan: Plan) -> routing.Problem:
    """The problem that a plan was made for. Raises ProblemError for one that cannot be read any more."""
    found = _problems.get(plan.problem_digest)
    if found is None:
        found = routing.problem_from_json(plan.problem)
        if found.digest() == plan.problem_digest:  # a problem of an older format has another digest now
            _problems.put(plan.problem_digest, found)
    return found


def freed_problem_of(plan: Plan, problem: routing.Problem) -> routing.Problem:
    """The problem as it would be without what a plan was made to obey, which stays as it is; and without the locks that
    it was made with: a dispatcher may have unlocked since."""
    found = _freed.get(plan.id)
    if found is None:
        found = agreed.freed(problem, plan.obeyed)
        found = replace(found, locked=()) if found.locked else found
        _freed.put(plan.id, found)
    return found


def state_of(plan: Plan, last: UUID | None) -> State | None:
    """What a plan is after its last edit, if it is here."""
    return _states.get((plan.id, last))


def remember(plan: Plan, last: UUID | None, state: State) -> None:
    """Keep what a plan has become. An edit whose transaction fails has an id that nobody asks for."""
    _states.put((plan.id, last), state)


def tried_of(trial: Trial) -> tuple[State, dict[str, str]] | None:
    """What a plan would be by a command that somebody has tried, and the words that say what it did."""
    return _tried.get(trial)


def remember_tried(trial: Trial, found: tuple[State, dict[str, str]]) -> None:
    """Keep what a trial has found: whoever lets go of what they dragged asks for the same."""
    _tried.put(trial, found)


def broken_on[Broken](
    problem: routing.Problem,
    routes: Sequence[routing.Route],
    look: Callable[[Collection[str]], Mapping[str, Sequence[Broken]]],
) -> dict[str, Sequence[Broken]]:
    """The rules that each of these routes breaks by itself, by its shift: an edit leaves most routes as they were, and
    the same ones. look: finds those of the shifts' routes that nobody has looked at, of none where there are none."""
    digest, found = problem.digest(), dict[str, Sequence[Broken]]()
    for route in routes:
        judged = _broken.get((digest, id(route)))
        if judged is not None and judged.route is route:  # another may have had its place in memory
            found[route.shift] = judged.broken
    fresh = {route.shift: route for route in routes if route.shift not in found}
    for shift, broken in look(fresh.keys()).items():
        found[shift] = broken
        _broken.put((digest, id(fresh[shift])), _Judged(fresh[shift], broken))
    return found
