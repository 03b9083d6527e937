"""Days of food collection: our own problem and plan documents, solved, checked, and played without coordination."""

import argparse
import gzip
import json
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from routing.check import check
from routing.child import figures_out
from routing.commands.common import Clock, StopOnSignal, WrongFile, compile_first, write, wrong_file
from routing.files import plan_from_json, plan_to_json, problem_from_json
from routing.plan import Plan
from routing.problem import Problem, ProblemError

GZIP = b"\x1f\x8b"  # how a packed file begins


def read(path: Path) -> Any:
    """The JSON document of a file, packed or not."""
    try:
        content = path.read_bytes()
        if content[:2] == GZIP:
            content = gzip.decompress(content)
        return json.loads(content.decode("utf-8-sig"))  # some editors begin a file with a mark
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise WrongFile(f"{path} is a damaged gzip file.") from error
    except OSError as error:
        raise WrongFile(f"{path} cannot be read: {error.strerror}.") from error
    except json.JSONDecodeError as error:
        raise WrongFile(f"{path} is not JSON: {error.msg} (line {error.lineno}, column {error.colno}).") from error
    except UnicodeDecodeError as error:
        raise WrongFile(f"{path} is not JSON: it is no text in UTF-8.") from error
    except ValueError as error:
        raise WrongFile(f"{path} has a number of more digits than anybody can use.") from error
    except RecursionError as error:
        raise WrongFile(f"{path} is not JSON that can be read: too many lists or objects within each other.") from error


def read_problem(path: Path) -> Problem:
    """A problem, alone in its file or beside a plan."""
    return read_part(path, "problem", problem_from_json)


def read_part[T](path: Path, name: str, parse: Callable[[Any], T]) -> T:
    """What stands under this name in the file, or all of the file where nothing does, as `parse` reads it."""
    document = read(path)
    try:
        return parse(document.get(name, document) if isinstance(document, dict) else document)
    except ProblemError as error:
        raise wrong_file(path, error) from error


def read_both(paths: list[Path]) -> tuple[Problem, Plan]:
    """A problem and a plan, in one file or in two."""
    if len(paths) == 1 and not (isinstance(document := read(paths[0]), dict) and "plan" in document):
        raise WrongFile(f"{paths[0]} holds no plan: give a problem file and a plan file.")
    return read_problem(paths[0]), read_part(paths[-1], "plan", plan_from_json)


def solve_day(arguments: argparse.Namespace) -> int:
    """Decide a day and write the plan, if the checker accepts it."""
    from routing.solve import solve

    clock, stop = Clock(arguments.seconds), StopOnSignal()
    problem = read_problem(arguments.file)
    if arguments.engine != "or-tools":
        compile_first(clock, compile_machine_code)
    try:
        plan = solve(
            problem,
            engine=arguments.engine,
            seconds=clock.left(),
            iterations=arguments.iterations,
            seed=arguments.seed,
            workers=arguments.workers,
            stop=stop,
        )
    except ProblemError as error:  # a locked route that cannot be driven
        raise wrong_file(arguments.file, error) from error
    violations = check(problem, plan)
    if violations:
        raise WrongFile(f"{arguments.file}: no plan is written, since it would be wrong: {violations[0].sentence}")
    text = json.dumps(plan_to_json(plan), indent=2, ensure_ascii=False)
    hand_over(text, arguments.output, f"{summary(plan)}, {clock.elapsed():.1f} s")
    return 0


def hand_over(text: str, output: Path | None, said: str) -> None:
    """The answer to its file, and a line about it; to standard output alone where there is none."""
    if output is None:
        print(text)
    else:
        write(output, text + "\n")
        print(said)


def compile_machine_code() -> None:
    """That of the engine."""
    from routing.engine.warm import compile_engine

    compile_engine()


def summary(plan: Plan) -> str:
    """A plan in a line."""
    metres = sum(route.metres for route in plan.routes)
    kilograms = f"{plan.grams_allocated / 1000:.1f} kg allocated, {plan.grams_unserved / 1000:.1f} kg unserved"
    return f"{len(plan.routes)} vehicles, {metres / 1000:.1f} km, {kilograms}"


def check_day(arguments: argparse.Namespace) -> int:
    """Say every rule that a plan breaks; 1 if there is one."""
    problem, plan = read_both(arguments.files)
    violations = check(problem, plan)
    for violation in violations:
        print(f"{violation.rule}: {violation.sentence} ({violation.where})")
    if not violations:
        print(
            f"No violation: {len(plan.routes)} routes, {plan.grams_allocated / 1000:.1f} kg allocated,"
            f" {plan.grams_unserved / 1000:.1f} kg unserved with a reason."
        )
    return 1 if violations else 0


def alone_day(arguments: argparse.Namespace) -> int:
    """The figures of the same day with every food bank on its own."""
    from routing.alone import alone

    clock, stop = Clock(arguments.seconds), StopOnSignal()
    problem = read_problem(arguments.file)
    compile_first(clock, compile_machine_code)
    day = alone(problem, seconds=clock.left(), seed=arguments.seed, stop=stop, aware=arguments.aware)
    print(json.dumps(figures_out(day.figures), indent=2))
    return 0
