"""What edits of one plan read again and again and what never changes: its problem, and what it was after each edit.

A large day's problem takes longer to read than an edit may take. Kept in this process, the least used goes first; what
is not here is read from the row. Whoever asks has read the plan's own row, so tenants see no more than they did.
"""

from collections import OrderedDict
from threading import Lock
from typing import Any
from uuid import UUID

import routing
from app.models.plans import Plan, PlanEdit

MOST_PLANS = 8
MOST_ROUTES = 1000

type State = tuple[dict[str, Any], routing.Plan]  # the document, and the same as a value


class _Shelf[Key, Value]:
    """A few things by their key, for all threads."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._things: OrderedDict[Key, Value] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Key) -> Value | None:
        with self._lock:
            if key in self._things:
                self._things.move_to_end(key)
            return self._things.get(key)

    def put(self, key: Key, value: Value) -> None:
        with self._lock:
            self._things[key] = value
            self._things.move_to_end(key)
            while len(self._things) > self._most:
                self._things.popitem(last=False)


_problems: _Shelf[str, routing.Problem] = _Shelf(MOST_PLANS)
_states: _Shelf[tuple[UUID, UUID | None], State] = _Shelf(MOST_PLANS)
_broken: _Shelf[tuple[str, routing.Route, routing.Tour], tuple[routing.TourViolation, ...]] = _Shelf(MOST_ROUTES)


def problem_of(plan: Plan) -> routing.Problem:
    """The problem that a plan was made for. Raises ProblemError for one that cannot be read any more."""
    found = _problems.get(plan.problem_digest)
    if found is None:
        found = routing.problem_from_json(plan.problem)
        if found.digest() == plan.problem_digest:  # a problem of an older format has another digest now
            _problems.put(plan.problem_digest, found)
    return found


def state_of(plan: Plan, last: PlanEdit | None) -> State:
    """What a plan is after its last edit. Raises ProblemError for one that cannot be read any more."""
    found = _states.get((plan.id, None if last is None else last.id))
    if found is None:
        found = plan.document, routing.plan_from_json(plan.document)
        _states.put((plan.id, None if last is None else last.id), found)
    return found


def remember(plan: Plan, last: PlanEdit, state: State) -> None:
    """Keep what a plan has become. An edit whose transaction fails has an id that nobody asks for."""
    _states.put((plan.id, last.id), state)


def broken_on(problem: routing.Problem, route: routing.Route, tour: routing.Tour) -> tuple[routing.TourViolation, ...]:
    """The rules that a route breaks by itself: an edit leaves most routes as they were."""
    key = (problem.digest(), route, tour)
    found = _broken.get(key)
    if found is None:
        found = routing.violations_of_tour(problem, problem.shifts_by_id[route.shift], tour)[1]
        _broken.put(key, found)
    return found
