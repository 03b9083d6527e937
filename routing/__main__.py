"""`python -m routing solve|check|alone FILE`: the library at the command line. A wrong file is one sentence."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from routing.check import check
from routing.child import figures_out, run
from routing.files import plan_from_json, plan_to_json, problem_from_json
from routing.plan import Plan
from routing.problem import Problem, ProblemError


class WrongFile(Exception):
    """A file that cannot be used; the message is one sentence."""


def read(path: Path) -> Any:
    """The JSON document of a file."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise WrongFile(f"{path} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise WrongFile(f"{path} is not JSON.") from error


def read_problem(path: Path) -> Problem:
    """A problem, alone in its file or beside a plan."""
    document = read(path)
    inner = document.get("problem", document) if isinstance(document, dict) else document
    try:
        return problem_from_json(inner)
    except ProblemError as error:
        raise WrongFile(f"{path}: {error}") from error


def read_both(paths: list[Path]) -> tuple[Problem, Plan]:
    """A problem and a plan, in one file or in two."""
    document = read(paths[-1])
    if len(paths) == 1 and not (isinstance(document, dict) and "plan" in document):
        raise WrongFile(f"{paths[0]} holds no plan: give a problem file and a plan file.")
    try:
        return read_problem(paths[0]), plan_from_json(document["plan"] if len(paths) == 1 else document)
    except ProblemError as error:
        raise WrongFile(f"{paths[-1]}: {error}") from error


def solve_command(arguments: argparse.Namespace) -> int:
    from routing.solve import solve

    plan = solve(read_problem(arguments.files[0]), seconds=arguments.seconds, seed=arguments.seed)
    text = json.dumps(plan_to_json(plan), indent=2, ensure_ascii=False)
    if arguments.output is None:
        print(text)
    else:
        arguments.output.write_text(text + "\n", encoding="utf-8")
    return 0


def check_command(arguments: argparse.Namespace) -> int:
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


def alone_command(arguments: argparse.Namespace) -> int:
    from routing.alone import alone

    day = alone(read_problem(arguments.files[0]), seconds=arguments.seconds, seed=arguments.seed)
    print(json.dumps(figures_out(day.figures), indent=2))
    return 0


def main() -> int:
    """Run one command; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m routing", description="Decide a day of food collection.")
    parser.add_argument("command", choices=("solve", "check", "alone", "child"))
    parser.add_argument("files", nargs="*", type=Path, help="a problem; for check also a plan, or one file with both")
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--output", type=Path, help="where the plan goes; standard output otherwise")
    arguments = parser.parse_args()
    if arguments.command == "child":
        return run(sys.stdin, sys.stdout)
    if not arguments.files or len(arguments.files) > 2:
        parser.error("name one file, or for check two")
    commands = {"solve": solve_command, "check": check_command, "alone": alone_command}
    try:
        return commands[arguments.command](arguments)
    except WrongFile as error:
        print(f"routing: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
