"""Whole-number programs for CP-SAT, put together without its Python layer, which loads pandas: that takes seconds.

Only what the modules beside this one use: bounded variables, sums between limits, hints, one sum to be made large.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

SECONDS_BETWEEN_LOOKS = 0.02
WORK_SECONDS = 30.0  # that what is measured in work takes at most on a slow machine


@dataclass(frozen=True)
class Answer:
    """What CP-SAT found. `values`: of every variable, empty if nothing was found; `bound`: no values make the sum
    larger, None if nothing is proven; `proven`: these values make it as large as it can be."""

    values: Sequence[int]
    bound: int | None
    proven: bool


class Model:
    """A program being put together. Variables are numbers from 0 on, in the order in which they were made."""

    def __init__(self) -> None:
        from ortools.sat.python import cp_model_helper

        self.proto = cp_model_helper.CpModelProto()
        self.count = 0

    def variable(self, low: int, high: int) -> int:
        """A whole number from `low` to `high`."""
        self.proto.variables.add().domain.extend([low, high])
        self.count += 1
        return self.count - 1

    def between(
        self,
        low: int,
        high: int,
        variables: Sequence[int],
        coefficients: Sequence[int],
        *,
        if_true: int | None = None,
    ) -> None:
        """The sum of coefficients times variables lies from `low` to `high`; with `if_true`, where that variable is
        1."""
        constraint = self.proto.constraints.add()
        if if_true is not None:
            constraint.enforcement_literal.append(if_true)
        constraint.linear.vars.extend(variables)
        constraint.linear.coeffs.extend(coefficients)
        constraint.linear.domain.extend([low, high])

    def at_most_one(self, variables: Sequence[int]) -> None:
        """Of these variables from 0 to 1, at most one is 1."""
        self.proto.constraints.add().at_most_one.literals.extend(variables)

    def maximise(self, variables: Sequence[int], coefficients: Sequence[int]) -> None:
        """Make this sum as large as can be; a second call replaces the first."""
        self.proto.clear_objective()
        objective = self.proto.objective
        objective.vars.extend(variables)
        objective.coeffs.extend([-each for each in coefficients])  # CP-SAT itself only makes sums small
        objective.scaling_factor = -1.0

    def hint(self, values: Sequence[int]) -> None:
        """Begin with these values, one for each variable."""
        self.proto.clear_solution_hint()
        self.proto.solution_hint.vars.extend(range(len(values)))
        self.proto.solution_hint.values.extend(values)


def solve(
    model: Model,
    *,
    seconds: float,
    seed: int,
    stopped: Callable[[], bool],
    workers: int = 1,
    work: float | None = None,
    options: Mapping[str, Any] | None = None,
) -> Answer:
    """Search until the best values are proven, the time is up, or somebody wants the answer.

    work: CP-SAT's own measure of what it has done, roughly seconds. With one worker, an answer that `work` ends is the
        same on every run; one that `seconds` ends is not.
    options: further parameters of CP-SAT, by name.
    """
    from ortools.sat.python import cp_model_helper

    parameters = cp_model_helper.SatParameters()
    parameters.num_workers = workers
    parameters.random_seed = seed % 2**31
    parameters.max_time_in_seconds = max(0.0, seconds)
    if work is not None:
        parameters.max_deterministic_time = max(0.0, work)
    for name, value in (options or {}).items():
        setattr(parameters, name, value)
    search = cp_model_helper.SolveWrapper()
    search.set_parameters(parameters)
    bounds: list[float] = []
    search.add_best_bound_callback(bounds.append)  # what the response itself says is 0 where nothing is proven
    response = _solve_until(search, model.proto, stopped)
    status = cp_model_helper.CpSolverStatus
    if response.status == status.MODEL_INVALID:
        raise ValueError(cp_model_helper.CpSatHelper.validate_model(model.proto))
    if response.status == status.OPTIMAL:
        return Answer(list(response.solution), round(response.objective_value), True)
    values = list(response.solution) if response.status == status.FEASIBLE else []
    return Answer(values, round(min(bounds)) if bounds else None, False)


def _solve_until(search: Any, proto: Any, stopped: Callable[[], bool]) -> Any:
    """CP-SAT's response. It runs in a thread of its own, so that this one can hear a signal and end it."""
    responses: list[Any] = []
    thread = threading.Thread(target=lambda: responses.append(search.solve(proto)), daemon=True)
    thread.start()
    while thread.is_alive():
        thread.join(SECONDS_BETWEEN_LOOKS)
        if stopped():
            search.stop_search()
    return responses[0]
