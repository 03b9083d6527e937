"""What the commands share: arguments that are checked, the clock of a command, output, and stopping early."""

import argparse
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

from routing.instances.pair_files import in_file
from routing.limits import LONGEST_SOLVE_SECONDS, MOST_SEED
from routing.plain import ProblemError

LEAST_SECONDS = 0.1  # of search, however long the start took


class WrongFile(Exception):
    """A file or request that cannot be used; the message is one sentence."""


def say(sentence: str) -> None:
    """Tell whoever is at the terminal; standard output is for answers."""
    print(f"routing: {sentence}", file=sys.stderr, flush=True)


def run(arguments: argparse.Namespace) -> int:
    """Do what the parsed arguments say; the exit status."""
    try:
        status: int = arguments.does(arguments)
    except WrongFile as error:
        say(str(error))
        return 1
    return status


def wrong_file(path: Path, error: ProblemError) -> WrongFile:
    """The error with its file in front, said once."""
    return WrongFile(str(in_file(path, error)))


def seconds(text: str) -> float:
    """An argument in seconds, above 0."""
    value = float(text)
    if not 0 < value <= LONGEST_SOLVE_SECONDS:  # neither is true of nan
        raise argparse.ArgumentTypeError(f"{text} should be above 0 and at most {LONGEST_SOLVE_SECONDS} seconds")
    return value


def count(text: str) -> int:
    """An argument that counts something, at least 1."""
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text} should be at least 1")
    return value


def seed(text: str) -> int:
    """An argument that starts the random numbers."""
    value = int(text)
    if not 0 <= value <= MOST_SEED:
        raise argparse.ArgumentTypeError(f"{text} should be from 0 to {MOST_SEED}")
    return value


def listed[T](read: Callable[[str], T]) -> Callable[[str], tuple[T, ...]]:
    """An argument with several values, between commas."""

    def several(text: str) -> tuple[T, ...]:
        return tuple(read(word) for word in text.split(","))

    several.__name__ = read.__name__
    return several


def add_search_arguments(parser: argparse.ArgumentParser, limit: float = 10.0) -> None:
    """Time, seed and so on, called alike everywhere."""
    said = (
        f"seconds for start and search, {limit:g} if nothing is said; what comes after it takes a few more, and making"
        " machine code, once, is not counted"
    )
    parser.add_argument("--time-limit", "--seconds", dest="seconds", type=seconds, default=limit, help=said)
    parser.add_argument("--seed", type=seed, default=1, help="start of the random numbers")


class Clock:
    """How much of a command's time is left. It began with the process: starting up is work of the processor alone."""

    def __init__(self, limit: float) -> None:
        self.limit = limit
        self.began = time.monotonic() - time.process_time()

    def elapsed(self) -> float:
        return time.monotonic() - self.began

    def left(self) -> float:
        return max(LEAST_SECONDS, self.limit - self.elapsed())


class StopOnSignal:
    """Ctrl-C or SIGTERM asks for the best answer so far; a second one ends the process."""

    def __init__(self) -> None:
        self.asked = False
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._ask)

    def _ask(self, number: int, _: object) -> None:
        self.asked = True
        signal.signal(number, signal.SIG_DFL)

    def __call__(self) -> bool:
        return self.asked


def compile_first(clock: Clock, load: Callable[[], object], last: str = "fit.best_fit") -> None:
    """Make the engine's machine code where it is missing (`last` of it), say so, and do not count the time."""
    try:
        from routing.engine.compiled import is_compiled
    except ImportError:  # no compiler here: `solve` then plans with OR-Tools
        return
    if is_compiled(last):
        return
    say("compiling the search, which takes some 40 seconds and is kept.")
    began = time.monotonic()
    load()
    clock.began += time.monotonic() - began


def write(path: Path, text: str) -> None:
    """Write a whole file or nothing. Raises WrongFile where that is not possible."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        beside.write_text(text, encoding="utf-8")
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise WrongFile(f"{path} cannot be written: {error.strerror}.") from error
