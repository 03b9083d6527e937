"""Public pickup-and-delivery instances: solved and checked in the sets' own forms."""

import argparse
from datetime import UTC, datetime
from pathlib import Path

from routing.commands.common import Clock, StopOnSignal, WrongFile, compile_first, write, wrong_file
from routing.instances.formats import read_pairs
from routing.instances.pair_files import text_of
from routing.instances.pairs import PairInstance, check_routes, cost_of
from routing.instances.route_list import route_list, routes_from_text
from routing.plain import ProblemError


def read_instance(path: Path, form: str) -> PairInstance:
    """The instance of a file. Raises WrongFile with the line."""
    try:
        return read_pairs(path, form)
    except ProblemError as error:
        raise wrong_file(path, error) from error


def solve_pairs_file(arguments: argparse.Namespace) -> int:
    """Solve an instance and write the route list, if the checker accepts it."""
    from routing.bench.on_wasl import load_machine_code
    from routing.engine.pairs import solve_pairs

    clock, stop = Clock(arguments.seconds), StopOnSignal()
    instance = read_instance(arguments.file, arguments.format)
    compile_first(clock, load_machine_code, "anneal.search")
    try:
        routes = solve_pairs(
            instance,
            seconds=clock.left(),
            iterations=arguments.iterations,
            seed=arguments.seed,
            objective=arguments.objective,
            stop=stop,
        )
    except ValueError as error:
        raise WrongFile(f"{arguments.file}: {error}") from error
    wrong = check_routes(instance, routes)
    if wrong:
        raise WrongFile(f"{arguments.file}: no routes are written, since they would be wrong: {wrong[0]}")
    about = f"python -m routing solve, objective {arguments.objective}, seed {arguments.seed}"
    text = route_list(instance, routes, datetime.now(UTC).date().isoformat(), about)
    if arguments.output is None:
        print(text, end="")
    else:
        write(arguments.output, text)
        print(f"{_summary(instance, routes)}, {clock.elapsed():.1f} s")
    return 0


def _summary(instance: PairInstance, routes: list[list[int]]) -> str:
    cost = cost_of(instance, routes)
    return f"{cost.vehicles} vehicles, distance {cost.distance:.2f}"


def check_pairs_files(arguments: argparse.Namespace) -> int:
    """Say everything that is wrong with a route list; 1 if there is something."""
    if len(arguments.files) != 2:
        raise WrongFile(f"{arguments.files[0]}: give an instance file and a file with routes.")
    instance = read_instance(arguments.files[0], arguments.format)
    try:
        routes = routes_from_text(text_of(arguments.files[1]))
    except ProblemError as error:
        raise wrong_file(arguments.files[1], error) from error
    wrong = check_routes(instance, routes)
    for sentence in wrong:
        print(sentence)
    if not wrong:
        print(f"No violation: {_summary(instance, routes)}.")
    return 1 if wrong else 0
