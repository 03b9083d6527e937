"""The joint engine: food bank, vehicle and place in the route decided in one search.

CP-SAT's assignment gives a second start beside the greedy one; the better is searched on, with all food banks free. In
the end the emptiest food banks are lifted, and CP-SAT chooses from all routes seen. The control, two-phase, is the same
search with CP-SAT's food banks fixed, and nothing after it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from routing.engine.nearness import needs_worth_trying
from routing.engine.pace import Pace
from routing.engine.pieces import Piece, pieces_in, pieces_of
from routing.engine.prepare import Candidates, Prepared, prepare
from routing.engine.search import Found, Heat, begin, fill, improve
from routing.engine.tours import load_tours, tours_of
from routing.large import is_large, solve_large
from routing.lift import TRIES, lift
from routing.pool import Pool, Watch
from routing.problem import Problem
from routing.retime import Tour
from routing.score import Left, worth_of
from routing.select import select

FEW_LOOK_UPS = 400_000  # as many places to look at need no choice of food banks beforehand
MOST_NEEDS = 24
ROUNDS = (0.45, 0.3, 0.25)  # parts of the time; what is left of split lots is cut anew between them
ASSIGN_PART, FIXED_PART, LIFT_PART, SELECT_PART = 0.1, 0.15, 0.1, 0.05  # of the time
SELECT_WORK = 0.5  # of CP-SAT, in its own measure, for each of its steps where iterations stand for time
WORK_SECONDS = 30.0  # that this takes at most on a slow machine
FINEST = 8  # times as many parts as the search has, of what it left
LIFT_HEAT = 0.1  # of a search from the beginning

Amounts = Mapping[tuple[str, str], int]
Assign = Callable[[Problem, Candidates, float], Amounts]


@dataclass(frozen=True)
class Budget:
    """What a search may use, and whom it tells."""

    seconds: float
    iterations: int | None
    seed: int
    stopped: Callable[[], bool]
    report: Callable[[str, Sequence[Tour]], None]
    found: Callable[[Found], None]

    def pace(self, part: float) -> Pace:
        """A part of the time, or of the iterations."""
        return Pace(self.seconds * part, None if self.iterations is None else max(1, int(self.iterations * part)))


def candidates_of(problem: Problem) -> Candidates:
    """All needs where a day is small, else the nearest and the emptiest."""
    most = max((len(problem.needs_for(lot.id)) for lot in problem.lots), default=0)
    if most <= MOST_NEEDS and len(problem.lots) * most * len(problem.shifts) <= FEW_LOOK_UPS:
        return needs_worth_trying(problem, nearest=most, emptiest=0)
    return needs_worth_trying(problem)


def solve_joint(
    problem: Problem, budget: Budget, assign: Assign, start: Sequence[Tour] | None = None, workers: int = 1
) -> tuple[Tour, ...]:
    """Tours for all shifts, from `start` where given."""
    candidates = candidates_of(problem)
    if is_large(problem):
        pool = Pool()

        def fill_up(tours: Sequence[Tour]) -> tuple[Tour, ...]:
            return finish(problem, tours, budget.seed, finest=1)

        part = 1.0 - SELECT_PART if start is None else 1.0
        tours = solve_large(problem, candidates, budget, workers, start, fill_up=fill_up, part=part, pool=pool)
        return chosen(problem, tours, (), budget, pool) if start is None else tours
    if start is not None:
        return improve_tours(problem, start, candidates, budget, 1.0, Pool())
    first = first_tours(problem, candidates, budget.seed)
    budget.report("building routes", first)
    budget.report("choosing food banks", first)
    amounts = assign(problem, candidates, budget.seconds * ASSIGN_PART)
    fixed = with_fixed_needs(problem, candidates, amounts, budget, FIXED_PART)
    best = max(first, fixed, key=lambda tours: worth_of(problem, tours))
    budget.report("improving routes", best)
    pool = Pool()
    for tours in (first, fixed):
        pool.add(tours)
    rest = 1.0 - ASSIGN_PART - FIXED_PART - LIFT_PART - SELECT_PART
    best = improve_tours(problem, best, candidates, budget, rest, pool)
    return last_step(problem, best, candidates, budget, pool)


def last_step(
    problem: Problem, tours: tuple[Tour, ...], candidates: Candidates, budget: Budget, pool: Pool
) -> tuple[Tour, ...]:
    """Lift the emptiest food banks, and choose from all routes seen."""

    def search(day: Problem, begin_with: Sequence[Tour], number: int) -> tuple[Tour, ...]:
        prepared = loaded(day, begin_with, candidates, budget.seed + len(ROUNDS) + number)
        heat = Heat().cooled(LIFT_HEAT)
        improve(prepared, budget.pace(LIFT_PART / TRIES), stopped=budget.stopped, heat=heat)
        return tours_of(prepared)

    lifted = [] if budget.stopped() else list(lift(problem, tours, search))
    return chosen(problem, tours, lifted, budget, pool)


def chosen(
    problem: Problem, tours: Sequence[Tour], others: Sequence[Sequence[Tour]], budget: Budget, pool: Pool
) -> tuple[Tour, ...]:
    """CP-SAT's choice from all routes seen, filled up where it changes anything."""
    timed = budget.iterations is None
    found = select(
        problem,
        pool,
        tours,
        others,
        seconds=budget.seconds * SELECT_PART if timed else WORK_SECONDS,
        seed=budget.seed,
        stopped=budget.stopped,
        work=None if timed else SELECT_WORK,
    )
    return found if found == tuple(tours) else finish(problem, found, budget.seed)


def solve_two_phase(problem: Problem, budget: Budget, assign: Assign) -> tuple[Tour, ...]:
    """The control: who gets what is decided by CP-SAT alone, before any routing."""
    candidates = candidates_of(problem)
    amounts = assign(problem, candidates, budget.seconds * 2 * ASSIGN_PART)
    return with_fixed_needs(problem, candidates, amounts, budget, 1.0 - 2 * ASSIGN_PART)


def first_tours(problem: Problem, candidates: Candidates, seed: int) -> tuple[Tour, ...]:
    """Everything put in greedily: a plan at once."""
    prepared = _begun(problem, pieces_of(problem), candidates, seed)
    fill(prepared)
    return tours_of(prepared)


def with_fixed_needs(
    problem: Problem, candidates: Candidates, amounts: Amounts, budget: Budget, part: float
) -> tuple[Tour, ...]:
    """Routes for what is allotted already."""
    prepared = _begun(problem, pieces_of(problem, amounts), candidates, budget.seed)
    fill(prepared)
    improve(prepared, budget.pace(part), stopped=budget.stopped)
    return tours_of(prepared)


def improve_tours(
    problem: Problem,
    tours: Sequence[Tour],
    candidates: Candidates,
    budget: Budget,
    part: float,
    pool: Pool,
) -> tuple[Tour, ...]:
    """Search on from these tours, in rounds, and end with every place used that is worth its detour. The pool is given
    the routes of all plans that were the best."""
    for number, share in enumerate(ROUNDS):
        prepared = loaded(problem, tours, candidates, budget.seed + number)
        watch = pool.watch(prepared)

        def better(found: Found, watch: Watch = watch) -> None:
            watch.look()
            budget.found(found)

        improve(prepared, budget.pace(part * share), stopped=budget.stopped, better=better)
        tours = tours_of(prepared)
    return finish(problem, tours, budget.seed)


def loaded(problem: Problem, tours: Sequence[Tour], candidates: Candidates, seed: int) -> Prepared:
    """A search that begins with these tours, and with the rest put in greedily."""
    prepared = _begun(problem, pieces_in(problem, tours), candidates, seed)
    load_tours(prepared, tours)
    fill(prepared)
    return prepared


def finish(problem: Problem, tours: Sequence[Tour], seed: int, *, finest: int = FINEST) -> tuple[Tour, ...]:
    """Put in what is left wherever it is worth its detour, whatever the food bank, until nothing changes: first as it
    is cut for the search, then in parts that fit where vehicles are nearly full."""
    finer = 1
    while finer <= finest:
        left = Left(problem, tours)
        open_lots = {
            number: problem.needs_for(lot.id) for number, lot in enumerate(problem.lots) if left.lots[lot.id] > 0
        }
        if not open_lots:
            break
        prepared = _begun(problem, pieces_in(problem, tours, finer), open_lots, seed, remember=not is_large(problem))
        load_tours(prepared, tours)
        fill(prepared)
        found = tours_of(prepared)
        if sum(Left(problem, found).lots.values()) < sum(left.lots.values()):
            tours = found
        else:
            finer *= 2
    return tuple(tours)


def _begun(
    problem: Problem, pieces: Sequence[Piece], candidates: Candidates, seed: int, *, remember: bool = True
) -> Prepared:
    prepared = prepare(problem, pieces, candidates, seed=seed, remember=remember)
    begin(prepared)
    return prepared
