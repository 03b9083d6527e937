"""Our engine and its peers, by the names that the command line has for them. A peer's package is only imported to use
it: pyvroom and PyVRP need not be there."""

import importlib
import importlib.metadata
from collections.abc import Mapping
from dataclasses import dataclass

from routing.bench.task import Answer, Task

OURS = "wasl"


@dataclass(frozen=True)
class Engine:
    """A solver of the comparison: the package it needs, and the module and function that run it."""

    title: str
    package: str
    module: str
    function: str

    def version(self) -> str | None:
        """The version of its package, None if that is not installed."""
        try:
            return importlib.metadata.version(self.package)
        except importlib.metadata.PackageNotFoundError:
            return None

    def prepare(self) -> None:
        """What is not timed: import the solver, and load our machine code."""
        module = importlib.import_module(self.module)
        if self.module == "routing.bench.on_wasl":
            module.load_machine_code()

    def solve(self, task: Task) -> Answer:
        """Run it once."""
        answer: Answer = getattr(importlib.import_module(self.module), self.function)(task)
        return answer


ENGINES: Mapping[str, Engine] = {
    OURS: Engine("Wasl", "numba", "routing.bench.on_wasl", "solve_wasl"),
    "pyvroom": Engine("pyvroom 5", "pyvroom", "routing.bench.on_pyvroom", "solve_pyvroom"),
    "pyvrp": Engine("PyVRP", "pyvrp", "routing.bench.on_pyvrp", "solve_pyvrp"),
    "or-tools": Engine("OR-Tools", "ortools", "routing.bench.on_or_tools", "solve_or_tools"),
}
PEERS = tuple(name for name in ENGINES if name != OURS)


def versions(names: tuple[str, ...]) -> dict[str, str]:
    """Package and version of each of these engines."""
    return {ENGINES[name].package: ENGINES[name].version() or "not installed" for name in names}
