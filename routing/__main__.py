"""`python -m routing COMMAND`: the library at the command line. A wrong file is one sentence and status 1."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from routing.commands.common import WrongFile, add_search_arguments, count, run, say
from routing.solve import ENGINES

FORMATS = ("wasl", "li-lim", "sartori-buriol")


def main(words: Sequence[str] | None = None) -> int:
    """Run one command; the exit status."""
    given = list(sys.argv[1:] if words is None else words)
    if given[:1] == ["bench"]:  # whose arguments are read there, to let the others start sooner
        from routing.commands.bench import main as bench

        return bench(given[1:])
    return run(parser().parse_args(given))


def parser() -> argparse.ArgumentParser:
    """All commands."""
    whole = argparse.ArgumentParser(prog="python -m routing", description="Decide a day of food collection.")
    commands = whole.add_subparsers(required=True, metavar="COMMAND")
    _add_solve(commands.add_parser("solve", help="decide a day, or solve a public pickup-and-delivery instance"))
    _add_check(commands.add_parser("check", help="say what is wrong with a plan, or with a route list"))
    alone = commands.add_parser("alone", help="the figures of a day with every food bank on its own")
    alone.add_argument("file", type=Path, help="a problem")
    alone.add_argument("--aware", action="store_true", help="they plan one after another and claim nothing twice")
    add_search_arguments(alone)
    alone.set_defaults(does=_alone)
    _add_replan(commands.add_parser("replan", help="plan the rest of a day again, after news"))
    child = commands.add_parser("child", help="one JSON request on standard input, JSON lines back")
    child.add_argument("--stay", action="store_true", help="answer requests, one a line, with the engine loaded")
    child.set_defaults(does=_child)
    groups = commands.add_parser("groups", help="what groups of food banks would pay by themselves: JSON in, lines out")
    groups.set_defaults(does=_groups)
    additions = commands.add_parser("additions", help="a day as it was and with one thing more: JSON in, lines out")
    additions.set_defaults(does=_additions)
    commands.add_parser("bench", help="compare with other solvers, every answer checked: see bench --help")
    schema = commands.add_parser("schema", help="write the JSON Schemas of problem, plan and news")
    schema.add_argument("folder", type=Path, help="where problem.schema.json, plan.schema.json and news.schema.json go")
    schema.set_defaults(does=_schema)
    compiling = commands.add_parser("compile", help="make the engine's machine code now, not at the first search")
    compiling.set_defaults(does=_compile)
    return whole


def _add_solve(command: argparse.ArgumentParser) -> None:
    command.add_argument("file", type=Path, help="a problem or a public instance, packed with gzip or not")
    command.add_argument("--format", choices=FORMATS, default="wasl", help="what the file is; wasl: a problem document")
    command.add_argument("--engine", choices=ENGINES, default="joint", help="for problem documents")
    command.add_argument(
        "--objective", choices=("vehicles", "distance"), default="vehicles", help="for public instances: what is least"
    )
    add_search_arguments(command)
    command.add_argument("--iterations", type=count, help="steps of the search, instead of a time limit")
    command.add_argument("--workers", type=count, default=1, help="processes, for problem documents")
    command.add_argument("--output", type=Path, help="where the answer goes; standard output otherwise")
    command.set_defaults(does=_solve)


def _add_replan(command: argparse.ArgumentParser) -> None:
    command.add_argument("problem", type=Path, help="the day as it was planned, alone in its file or beside its plan")
    command.add_argument("plan", type=Path, help="its plan, alone in its file or beside the problem")
    command.add_argument("news", type=Path, help="what has changed since: see docs/problem-format.md")
    add_search_arguments(command, limit=1.0)
    command.add_argument("--iterations", type=count, help="steps of the search, instead of a time limit")
    command.add_argument(
        "--output", type=Path, help="where the rest of the day with its plan goes; standard output otherwise"
    )
    command.set_defaults(does=_replan)


def _add_check(command: argparse.ArgumentParser) -> None:
    command.add_argument("--format", choices=FORMATS, default="wasl")
    command.add_argument("files", nargs="+", type=Path, help="a problem and a plan, or one file with both; or routes")
    command.set_defaults(does=_check)


def _solve(arguments: argparse.Namespace) -> int:
    if arguments.format == "wasl":
        from routing.commands.days import solve_day

        return solve_day(arguments)
    from routing.commands.public import solve_pairs_file

    return solve_pairs_file(arguments)


def _check(arguments: argparse.Namespace) -> int:
    if len(arguments.files) > 2:
        raise WrongFile(f"{arguments.files[2]} is one file too many: name one or two.")
    if arguments.format == "wasl":
        from routing.commands.days import check_day

        return check_day(arguments)
    from routing.commands.public import check_pairs_files

    return check_pairs_files(arguments)


def _alone(arguments: argparse.Namespace) -> int:
    from routing.commands.days import alone_day

    return alone_day(arguments)


def _replan(arguments: argparse.Namespace) -> int:
    from routing.commands.replanning import replan_day

    return replan_day(arguments)


def _child(arguments: argparse.Namespace) -> int:
    from routing import child

    return (child.stay if arguments.stay else child.run)(sys.stdin, sys.stdout)


def _groups(_: argparse.Namespace) -> int:
    from routing.commands.grouping import run_groups

    return run_groups(sys.stdin, sys.stdout)


def _additions(_: argparse.Namespace) -> int:
    from routing.commands.adding import run_additions

    return run_additions(sys.stdin, sys.stdout)


def _schema(arguments: argparse.Namespace) -> int:
    from routing.schema import write_schemas

    try:
        write_schemas(arguments.folder)
    except OSError as error:
        raise WrongFile(f"{arguments.folder} cannot be written to: {error.strerror}.") from error
    return 0


def _compile(_: argparse.Namespace) -> int:
    from routing.bench.on_wasl import load_machine_code
    from routing.engine.warm import compile_engine

    say("compiling the search, which takes some 40 seconds where it is not done yet.")
    compile_engine()
    load_machine_code()
    return 0


def end_at_once(status: int) -> None:
    """End this process without taking it down in order: after the machine code was used that lasts a third of a second,
    which whoever waits for a plan waits too, and nothing is left to be put away."""
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:  # nobody reads, or the disk is full: in order, so that it is said
        sys.exit(status)
    os._exit(status)


if __name__ == "__main__":
    end_at_once(main())
