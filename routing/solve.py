"""The pipeline on one screen: set locked routes aside, search, put together, explain what stays."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from routing.bounds.grams import Bounds
from routing.cp_sat import WORK_SECONDS
from routing.explain.reasons import MOST_LOOKS, explain
from routing.insert import can_look_everywhere, fill_up
from routing.later import Pairs, tours_without_pairs, without_pairs
from routing.locked import free_tours, with_locked, without_locked
from routing.or_tools.allocate import allocate
from routing.plan import Allocation, Plan, Route
from routing.problem import Problem
from routing.retime import Tour, allocations_of, retime, tours_of_plan
from routing.score import Left, tiers_of
from routing.stay_at_home import worth_driving

if TYPE_CHECKING:
    from routing.engine.prepare import Candidates
    from routing.engine.search import Found

ENGINES = ("joint", "two-phase", "or-tools")
FEW_BANKS = 60
ASSIGN_WORK = 2.0  # of CP-SAT, in its own measure, where iterations stand for time
CHANGES_SECONDS = 2.0  # after the search, for naming smallest changes on large days
OVERLOOKED = 2**50  # the first number for the pieces that the engine did not see a place for
GRACE_SECONDS = 1.0  # of filling up after a stop, less than whoever asks is patient


@dataclass(frozen=True)
class Progress:
    """How far the search is; figures are those of the best plan so far, `worth` in thousandths of a cent.

    lots_unserved: None where only grams were counted.
    bound_grams: no plan can deliver more; None before there is a first plan.
    """

    phase: str
    elapsed_seconds: float
    grams_allocated: int
    metres: int
    lots_unserved: int | None
    worth: int = 0
    bound_grams: int | None = None


def solve(
    problem: Problem,
    *,
    seconds: float = 10.0,
    seed: int = 1,
    engine: str = "joint",
    iterations: int | None = None,
    workers: int = 1,
    progress: Callable[[Progress], None] | None = None,
    stop: Callable[[], bool] | None = None,
    start: Plan | None = None,
    figures_alone: bool = False,
    later: Pairs = (),
) -> Plan:
    """Decide the day within about `seconds`; with `stop` the best plan so far is given at once.

    engine: "joint" (one search for food bank, vehicle and place), "two-phase" (the same search with CP-SAT's food
        banks) or "or-tools" (CP-SAT, then OR-Tools' routing library).
    iterations: steps of the search instead of seconds; the same seed then gives the same plan on every machine, but for
        OR-Tools' routing library, which goes by time alone.
    workers: processes; on days of more than some hundred lots they share the search, on small days OR-Tools gives a
        second opinion from two on, unless there are `iterations` or a `start`.
    start: a plan of this problem to begin with.
    figures_alone: spare the seconds that bounds and smallest changes take, for whoever wants only what is driven.
    later: pairs of a lot and a need that wait: only what the search leaves over goes to these.

    The plan always passes `routing.check`. An empty problem has an empty plan. Raises ValueError for an engine that
    does not exist, and ProblemError, before the search, for a locked route that cannot be driven.
    """
    if engine not in ENGINES:
        raise ValueError(f"There is no engine {engine}: choose one of {', '.join(ENGINES)}.")
    engine = ready_engine(engine, progress)
    free = without_locked(problem)
    run = _Run(problem, free, seconds, iterations, seed, progress, stop)
    begin = None if start is None else free_tours(problem, free, tours_of_plan(problem, start))
    sooner = without_pairs(free, later)
    begin = begin if begin is None or not later else tours_without_pairs(free, begin, later)
    tours = _search(sooner, run, engine, workers, begin)
    filled = _filled_up(sooner, run, tours)
    tours = worth_driving(sooner, filled)
    if tours != filled:  # part of what stays at home may be worth its own way
        tours = _filled_up(sooner, run, tours)
    if later:
        tours = _left_over(free, run, tours, engine)
    run.report("explaining what stays", tours)
    # A busy machine may have used up the time before: whoever reads the plan needs the changes all the same.
    until = None if iterations is not None else max(run.began + seconds, time.monotonic()) + CHANGES_SECONDS
    return plan_of(
        problem,
        with_locked(problem, free, tours),
        seed,
        engine,
        until=until,
        stopped=run.grace_over,
        figures_alone=figures_alone,
    )


def _filled_up(problem: Problem, run: "_Run", tours: tuple[Tour, ...]) -> tuple[Tour, ...]:
    """With what the search has overlooked, where every place can be looked at."""
    if not can_look_everywhere(problem, Left(problem, tours)):
        return tours
    return fill_up(problem, tours, first_part=OVERLOOKED, stopped=run.grace_over)


def _left_over(problem: Problem, run: "_Run", tours: tuple[Tour, ...], engine: str) -> tuple[Tour, ...]:
    """With what the search has left for the pairs that waited: put in, and nothing else moved for it."""
    if can_look_everywhere(problem, Left(problem, tours)) or engine == "or-tools":
        return fill_up(problem, tours, first_part=2 * OVERLOOKED, stopped=run.grace_over)
    from routing.joint.filling import finish

    return finish(problem, tours, run.seed)


def ready_engine(engine: str, progress: Callable[[Progress], None] | None = None) -> str:
    """The engine, compiled before the clock starts; OR-Tools where there is no compiler."""
    if engine == "or-tools":
        return engine
    try:
        from routing.engine.compiled import is_compiled
        from routing.engine.warm import compile_engine
    except ImportError:
        return "or-tools"
    if not is_compiled():
        if progress is not None:
            progress(Progress("compiling the engine, once on this machine", 0.0, 0, 0, 0))
        compile_engine()
    return engine


class _Run:
    """The clock of one solve, and whom it tells."""

    def __init__(
        self,
        problem: Problem,
        free: Problem,
        seconds: float,
        iterations: int | None,
        seed: int,
        progress: Callable[[Progress], None] | None,
        stop: Callable[[], bool] | None,
    ) -> None:
        self.problem, self.free, self.seconds, self.iterations, self.seed = problem, free, seconds, iterations, seed
        self.progress, self.stop = progress, stop
        self.began = time.monotonic()
        self.asked: float | None = None
        self.bound: int | None = None
        self.locked = self._standing("", tuple(() for _ in free.shifts))

    def elapsed(self) -> float:
        return time.monotonic() - self.began

    def remaining(self) -> float:
        return self.seconds - self.elapsed()

    def stopped(self) -> bool:
        """Whether somebody wants the answer now, or (without iterations) the time is over."""
        over = self.iterations is None and self.remaining() <= 0
        return over or (self.stop is not None and self.stop())

    def grace_over(self) -> bool:
        """Filling up and asking for changes end by themselves and need little time, so they may still do their work
        for a moment when somebody wants the answer: otherwise an early stop would have an empty plan, with reasons
        that are not true."""
        if self.asked is None and self.stop is not None and self.stop():
            self.asked = time.monotonic()
        return self.asked is not None and time.monotonic() - self.asked > GRACE_SECONDS

    def assign(self, problem: Problem, candidates: "Candidates", seconds: float) -> Mapping[tuple[str, str], int]:
        """CP-SAT's food banks; with iterations they are the same on every run."""
        pairs = frozenset((problem.lots[lot].id, need) for lot, needs in candidates.items() for need in needs)
        work = None if self.iterations is None else ASSIGN_WORK
        seconds = seconds if work is None else WORK_SECONDS
        return allocate(problem, pairs, seconds=seconds, seed=self.seed, stopped=self.stopped, work=work)

    def found(self, best: "Found") -> None:
        """Tell of a better plan, in numbers."""
        if self.progress is not None:
            self.progress(
                Progress(
                    "improving routes",
                    round(self.elapsed(), 2),
                    self.locked.grams_allocated + best.grams,
                    self.locked.metres + best.metres,
                    None,
                    self.locked.worth + int(best.worth),
                    self._bound(),
                )
            )

    def _bound(self) -> int:
        """Worked out once, when there is a first plan, without the second that CP-SAT may take for a sharper one."""
        if self.bound is None:
            self.bound = Bounds(self.problem).grams(work=0)
        return self.bound

    def report(self, phase: str, tours: Sequence[Tour]) -> None:
        """Tell of these tours of the free shifts."""
        if self.progress is not None:
            bound = self._bound() if any(tours) or self.problem.locked else None
            self.progress(replace(self._standing(phase, tours), bound_grams=bound))

    def _standing(self, phase: str, tours: Sequence[Tour]) -> Progress:
        """The figures of the whole day with these tours of the free shifts."""
        whole = with_locked(self.problem, self.free, tours)
        left = Left(self.problem, whole).unserved
        timed = [retime(self.problem, *each) for each in zip(self.problem.shifts, whole, strict=True) if each[1]]
        return Progress(
            phase,
            round(self.elapsed(), 2),
            sum(lot.grams for lot in self.problem.lots) - sum(left.values()),
            sum(each.metres for each in timed if each is not None),
            len(left),
            tiers_of(self.problem, whole).worth,
        )


def _search(problem: Problem, run: _Run, engine: str, workers: int, start: Sequence[Tour] | None) -> tuple[Tour, ...]:
    nothing: tuple[Tour, ...] = tuple(() for _ in problem.shifts)
    if not problem.lots or not problem.needs or not problem.shifts:
        return nothing
    if engine == "or-tools":
        from routing.or_tools.two_phase import solve_or_tools

        return solve_or_tools(
            problem,
            seed=run.seed,
            remaining=run.remaining,
            stopped=run.stopped,
            filling_stopped=run.grace_over,
            report=run.report,
        )
    from routing.joint.budget import Budget
    from routing.joint.engine import solve_joint, solve_two_phase
    from routing.joint.filling import finish
    from routing.or_tools.second import the_better

    budget = Budget(
        run.seconds,
        run.iterations,
        run.seed,
        run.stopped,
        run.report,
        run.found,
    )
    if engine == "two-phase":
        return solve_two_phase(problem, budget, run.assign)
    if workers < 2 or run.iterations is not None or start is not None:
        return solve_joint(problem, budget, run.assign, start, workers)
    return the_better(
        problem,
        partial(solve_joint, problem, budget, run.assign, workers=workers),
        partial(finish, problem, seed=run.seed),
        seconds=run.remaining(),
        seed=run.seed,
    )


def _has_few_banks(problem: Problem) -> bool:
    """Whether a flow for each food bank takes no longer than a person notices."""
    return len({need.organisation for need in problem.needs}) <= FEW_BANKS


def plan_of(
    problem: Problem,
    tours: Sequence[Tour],
    seed: int,
    engine: str = "joint",
    *,
    most_looks: int = MOST_LOOKS,
    until: float | None = None,
    stopped: Callable[[], bool] = lambda: False,
    figures_alone: bool = False,
) -> Plan:
    """The plan that drives these tours, with its reasons for all that stays. Smallest changes are looked for with so
    many looks, until that second of the monotonic clock, and until `stopped`: reasons there are always."""
    routes: list[Route] = []
    allocations: list[Allocation] = []
    for shift, tour in zip(problem.shifts, tours, strict=True):
        timed = retime(problem, shift, tour) if tour else None
        if timed is not None:
            routes.append(timed)
            allocations.extend(allocations_of(problem, shift, tour))
    bounds = None if figures_alone else Bounds(problem)
    looks = -1 if figures_alone else most_looks
    return Plan(
        problem.digest(),
        tuple(routes),
        tuple(allocations),
        explain(problem, tours, most_looks=looks, until=until, stopped=stopped),
        engine,
        seed,
        bound_grams=None if bounds is None else bounds.grams(),
        tiers=tiers_of(problem, tours),
        attainable_grams=bounds.attainable_grams() if bounds is not None and _has_few_banks(problem) else {},
    )
