"""The child process of a solve: a JSON request on standard input, JSON lines with progress, plan and comparison back.

SIGTERM is answered with the best plan so far. SIGUSR1 ends the search alone: the comparison still has as long as the
search had. Without its parent the child ends by itself. docs/problem-format.md has the fields.
"""

import gc
import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any, TextIO

import orjson

from routing.alone import alone
from routing.as_before import Order, plan_as_before
from routing.figures import DayFigures, Figures, figures_of_plan
from routing.files import news_from_json, plan_from_json, plan_to_json, problem_from_json, travel_from_file
from routing.later import Pairs
from routing.limits import LONGEST_SOLVE_SECONDS, MOST_ITERATIONS, MOST_SEED, MOST_WORKERS
from routing.news import News
from routing.own_stores import own_stores
from routing.plan import Plan
from routing.problem import Problem, ProblemError
from routing.replan.mend import replan
from routing.solve import CHANGES_SECONDS, ENGINES, Progress, ready_engine, solve
from routing.together import BY_NAME, Compared, Variant, compared
from routing.travel import TravelMatrix

SECONDS_BETWEEN_LOOKS = 0.5
MOST_GRAMS_THERE = 10**9  # of a lot, a thousand tonnes
OBJECTS_OF_A_CHANGE = 500_000  # made anew for a large day, and more; a solve that makes as many looks for cycles
FIELDS = (
    "problem", "seconds", "seed", "engine", "workers", "iterations", "alone", "travel_files", "plan", "news", "later",
    "start", "orders", "variants", "agreed", "there", "early",
)  # fmt: skip


class Stop:
    """Whether somebody wants the answer now, or finds that the search has been long enough."""

    def __init__(self) -> None:
        self.asked = self.searched_enough = False
        self._parent = os.getppid()

    def ask(self, *_: object) -> None:
        self.asked = True

    def end_search(self, *_: object) -> None:
        self.searched_enough = True

    def of_search(self) -> bool:
        """Whether the search is to end."""
        return self.asked or self.searched_enough

    def watch_parent(self) -> None:
        """End at once when the parent is gone: nobody is left to read the answer."""
        while True:
            time.sleep(SECONDS_BETWEEN_LOOKS)
            if os.getppid() != self._parent:
                os._exit(1)

    def __call__(self) -> bool:
        return self.asked


def figures_out(figures: Figures) -> dict[str, Any]:
    """Figures in the units of reports: kilograms instead of grams."""
    found = asdict(figures)
    grams, co2e = found.pop("grams_delivered"), found.pop("grams_co2e_driving")
    return {"kg_delivered": round(grams / 1000, 3), **found, "kg_co2e_driving": round(co2e / 1000, 3)}


@dataclass(frozen=True)
class Request:
    """What a child is asked for."""

    problem: Problem
    seconds: float
    seed: int
    engine: str
    workers: int
    iterations: int | None
    alone: bool
    travel_files: Mapping[str, str] | None = None
    plan: Plan | None = None  # of the problem, to be changed as little as the news ask for
    news: News | None = None
    later: Pairs = ()  # pairs of a lot and a need that get what the search leaves over
    start: Plan | None = None  # of the problem, to begin the search with
    orders: Mapping[str, Order] | None = None  # of places, by shift: they are kept, and nothing is searched
    variants: tuple[Variant, ...] | None = None  # under which the day together is compared with the day alone
    agreed: Mapping[str, tuple[str, ...]] | None = None  # by food bank, the sites that it has an agreement with
    there: Mapping[str, int] | None = None  # by lot, the grams that were really there
    early: frozenset[str] | None = None  # the lots that were known when the day was first planned


def request_from_json(document: Any) -> Request:
    """Read a request. Raises ProblemError, with the path of the field and one sentence, for one that does not fit."""
    if not isinstance(document, dict):
        raise ProblemError("request", "This should be an object.", "wrong_type")
    for name in document:
        if name not in FIELDS:
            raise ProblemError(str(name), f"There is no such field: use {', '.join(FIELDS)}.", "unknown_field")
    if "problem" not in document:
        raise ProblemError("problem", "This field is missing.", "missing_field")
    engine, with_alone = document.get("engine", "joint"), document.get("alone", False)
    if engine not in ENGINES:
        raise ProblemError("engine", f"This should be one of {', '.join(ENGINES)}.", "unknown_kind")
    if not isinstance(with_alone, bool):
        raise ProblemError("alone", "This should be true or false.", "wrong_type")
    seconds = document.get("seconds", 10)
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        raise ProblemError("seconds", "This should be a number.", "wrong_type")
    if not 0 < seconds <= LONGEST_SOLVE_SECONDS:  # neither is true of nan
        raise ProblemError("seconds", f"This should be above 0 and at most {LONGEST_SOLVE_SECONDS}.", "out_of_range")
    iterations = document.get("iterations")
    plan, news, variants = document.get("plan"), document.get("news"), _variants(document.get("variants"))
    if (plan is None) != (news is None) and (variants is None or news is not None):
        raise ProblemError("news", "A plan to be changed and the news belong together.", "missing_field")
    return Request(
        problem_from_json(document["problem"], _travel(document.get("travel_files"))),
        float(seconds),
        _whole("seed", document.get("seed", 1), 0, MOST_SEED),
        engine,
        _whole("workers", document.get("workers", 1), 1, MOST_WORKERS),
        None if iterations is None else _whole("iterations", iterations, 1, MOST_ITERATIONS),
        with_alone,
        document.get("travel_files"),
        None if plan is None else plan_from_json(plan),
        None if news is None else news_from_json(news),
        _later(document.get("later")),
        None if document.get("start") is None else plan_from_json(document["start"]),
        _orders(document.get("orders")),
        variants,
        _agreed(document.get("agreed")),
        _there(document.get("there")),
        _early(document.get("early")),
    )


def _variants(names: Any) -> tuple[Variant, ...] | None:
    if names is None:
        return None
    if not isinstance(names, list) or not names or any(name not in BY_NAME for name in names if isinstance(name, str)):
        raise ProblemError("variants", f"This should be a list of some of {', '.join(BY_NAME)}.", "unknown_kind")
    if not all(isinstance(name, str) for name in names):
        raise ProblemError("variants", f"This should be a list of some of {', '.join(BY_NAME)}.", "wrong_type")
    return tuple(BY_NAME[name] for name in names)


def _agreed(sites: Any) -> Mapping[str, tuple[str, ...]] | None:
    if sites is None:
        return None
    if not isinstance(sites, dict) or not all(_are_texts(each) for each in sites.values()):
        raise ProblemError("agreed", "This should be an object: a list of sites by food bank.", "wrong_type")
    return {bank: tuple(each) for bank, each in sites.items()}


def _early(lots: Any) -> frozenset[str] | None:
    if lots is None:
        return None
    if not _are_texts(lots):
        raise ProblemError("early", "This should be a list of lots.", "wrong_type")
    return frozenset(lots)


def _there(grams: Any) -> Mapping[str, int] | None:
    if grams is None:
        return None
    if not isinstance(grams, dict):
        raise ProblemError("there", "This should be an object: grams by lot.", "wrong_type")
    return {lot: _whole(f"there.{lot}", each, 0, MOST_GRAMS_THERE) for lot, each in grams.items()}


def _later(pairs: Any) -> Pairs:
    if pairs is None:
        return ()
    if not isinstance(pairs, list) or not all(_are_names(pair) for pair in pairs):
        raise ProblemError("later", "This should be a list of pairs: a lot and a need.", "wrong_type")
    return frozenset((lot, need) for lot, need in pairs)


def _orders(orders: Any) -> Mapping[str, Order] | None:
    if orders is None:
        return None
    if not isinstance(orders, dict):
        raise ProblemError("orders", "This should be an object.", "wrong_type")
    for shift, places in orders.items():
        if not isinstance(places, list) or not all(_are_names(place) for place in places):
            raise ProblemError(f"orders.{shift}", "This should be a list of places: a kind and a site.", "wrong_type")
    return {shift: [(kind, site) for kind, site in places] for shift, places in orders.items()}


def _are_names(pair: Any) -> bool:
    return len(pair) == 2 and _are_texts(pair) if isinstance(pair, list) else False


def _are_texts(texts: Any) -> bool:
    return isinstance(texts, list) and all(isinstance(each, str) for each in texts)


def _travel(files: Any) -> dict[str, TravelMatrix] | None:
    """The travel tables of the files named, by profile; None where none are."""
    if files is None:
        return None
    if not isinstance(files, dict):
        raise ProblemError("travel_files", "This should be an object.", "wrong_type")
    found = {}
    for profile, path in files.items():
        where = f"travel_files.{profile}"
        if not isinstance(path, str):
            raise ProblemError(where, "This should be the path of a file.", "wrong_type")
        try:
            found[profile] = travel_from_file(Path(path))
        except ProblemError as error:
            raise ProblemError(f"{where}.{error.path}".rstrip("."), error.sentence, error.code) from None
    return found


def _whole(name: str, value: Any, least: int, most: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise ProblemError(name, "This should be a whole number.", "wrong_type")
    if not least <= value <= most:
        raise ProblemError(name, f"This should be from {least} to {most}.", "out_of_range")
    return value


type Say = Callable[[dict[str, Any]], None]


def run(source: TextIO, sink: TextIO) -> int:
    """Answer one request, which is all of the source; the exit status."""
    stop = _watching()
    status, complaint = _answer(source.read, _saying(sink), stop)
    if complaint:
        print(complaint, file=sys.stderr)
    return status


def stay(source: TextIO, sink: TextIO) -> int:
    """Load the engine, then answer requests, one a line, until there are no more or somebody asks to stop. Behind each
    answer comes a line with the status that `run` would have, and what is wrong with the request where something is."""
    stop = _watching()
    _make_ready()
    say = _saying(sink)
    # A change is waited for, and makes few reference cycles: they are looked for behind it.
    gc.freeze()
    gc.set_threshold(OBJECTS_OF_A_CHANGE)
    for line in source:
        status, complaint = _answer(partial(str, line), say, stop)
        say({"answered": status, **({"complaint": complaint} if complaint else {})})
        if stop():
            break
        gc.collect()
    return 0


def _watching() -> Stop:
    """Signal and parent are known before anything is read."""
    stop = Stop()
    signal.signal(signal.SIGTERM, stop.ask)
    signal.signal(signal.SIGUSR1, stop.end_search)
    threading.Thread(target=stop.watch_parent, daemon=True).start()
    return stop


def _saying(sink: TextIO) -> Say:
    def say(document: dict[str, Any]) -> None:
        print(orjson.dumps(document).decode(), file=sink, flush=True)

    return say


def _answer(read: Callable[[], str], say: Say, stop: Stop) -> tuple[int, str]:
    """The exit status of one request, and one sentence about what is wrong with it."""

    def progress(step: Progress) -> None:
        say({"progress": asdict(step)})

    try:
        request = request_from_json(_parsed(read()))
    except (ProblemError, ValueError, RecursionError) as error:
        return 1, f"The request cannot be read: {error}"
    try:
        if request.variants is not None:
            _compare(request, request.variants, say, stop)
            return 0, ""
        if request.plan is not None and request.news is not None:
            _change(request, request.plan, request.news, say)
            return 0, ""
        stop.searched_enough, began = False, time.monotonic()
        plan = _planned(request, progress, stop.of_search)
        searched = min(request.seconds, time.monotonic() - began) if stop.searched_enough else request.seconds
    except ProblemError as error:  # a locked route that cannot be driven is seen when solving
        return 1, f"The request cannot be answered: {error}"
    say({"plan": plan_to_json(plan)})
    if request.alone:
        mine = own_stores(request.problem, agreed=request.agreed)
        baseline = alone(request.problem, seconds=searched, seed=request.seed, stop=stop, stores=mine)
        coordinated = figures_of_plan(request.problem, plan)
        say({"coordinated": figures_out(coordinated), "alone": figures_out(baseline.figures)})
    return 0, ""


def _parsed(text: str) -> Any:
    """What JSON says; what is not quite JSON, such as a number that is none, is read as Python reads it, to be refused
    by name. Raises ValueError or RecursionError for what cannot be read."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return json.loads(text)


def _make_ready() -> None:
    """Load the machine code, where there is some, by using it: that takes longer than a change of a plan."""
    try:
        from routing.engine.compiled import is_compiled
        from routing.engine.warm import compile_engine, smallest_day
    except ImportError:
        return
    if is_compiled():
        compile_engine()
        day = smallest_day()
        replan(day, solve(day, seed=1, iterations=1), News(), iterations=1)


def _planned(request: Request, progress: Callable[[Progress], None], stop: Callable[[], bool]) -> Plan:
    if request.orders is not None:
        ready_engine(request.engine, progress)
        # Until the time is over, and somewhat longer for the changes: whoever asks has counted with it.
        began = time.monotonic()
        return plan_as_before(
            request.problem,
            request.orders,
            later=request.later,
            seed=request.seed,
            until=began + request.seconds + CHANGES_SECONDS,
            stopped=lambda: stop() or time.monotonic() - began > request.seconds,
        )
    return solve(
        request.problem,
        seconds=request.seconds,
        seed=request.seed,
        engine=request.engine,
        workers=request.workers,
        iterations=request.iterations,
        progress=progress,
        stop=stop,
        start=request.start,
        later=request.later,
    )


def _compare(request: Request, variants: tuple[Variant, ...], say: Say, stop: Stop) -> None:
    """A line for each variant, as soon as it is there; none more once somebody wants the answer now, since days that
    were hardly searched for say nothing."""
    found = compared(
        request.problem,
        request.plan,
        variants,
        agreed=request.agreed,
        there=request.there,
        early=request.early,
        seconds=request.seconds,
        iterations=request.iterations,
        seed=request.seed,
        stop=stop,
    )
    for each in found:
        if stop():
            return
        say({"compared": compared_out(each)})


def compared_out(found: Compared) -> dict[str, Any]:
    """Both days under one variant as JSON, in grams, metres and seconds."""

    def day(figures: DayFigures | None) -> dict[str, Any] | None:
        return None if figures is None else asdict(figures)

    return {"variant": found.variant.name, "together": day(found.together), "alone": day(found.alone)}


def _change(request: Request, plan: Plan, news: News, say: Say) -> None:
    found = replan(
        request.problem,
        plan,
        news,
        seconds=request.seconds,
        iterations=request.iterations,
        seed=request.seed,
        later=request.later,
    )
    say({"plan": plan_to_json(found.plan), "moved": asdict(found.moved), "forced": found.forced})
