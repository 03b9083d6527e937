"""The solver that stays answers one question after the other, and one that fails or is killed is replaced."""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import routing
from app.planning import run, solver_process
from app.planning.solver_process import Question, SolverFailed, change_in_child, solver_at_hand
from tests.routing.builders import a_lot, a_need, a_problem, a_shift

Asked = Callable[[], Awaitable[Any]]


@pytest.fixture
def question(tmp_path: Path) -> Question:
    """A day with one lot, planned, of which nothing has changed."""
    problem = a_problem([a_lot()], [a_need()], [a_shift()])
    return run.question_of(problem, tmp_path, routing.solve(problem, iterations=20), routing.News())


def waiting() -> int | None:
    """The process of the one that waits."""
    hand = solver_process._at_hand.get()
    assert hand is not None
    return None if hand._waiting is None else hand._waiting.process.pid


def test_two_questions_are_answered_by_one_process_which_ends_with_the_block(question: Question) -> None:
    async def ask() -> tuple[Any, Any, list[int | None]]:
        async with solver_at_hand():
            pids = [waiting()]
            first = await change_in_child(question, 0.2, 1)
            pids.append(waiting())
            second = await change_in_child(question, 0.2, 1)
            pids.append(waiting())
        return first, second, pids

    first, second, pids = asyncio.run(ask())
    assert first["plan"]["allocations"] == second["plan"]["allocations"] != []
    assert pids[0] is None
    assert pids[1] == pids[2]
    assert pids[1] is not None
    with pytest.raises(ProcessLookupError):
        os.kill(pids[1], 0)


def test_one_that_was_killed_meanwhile_is_replaced(question: Question) -> None:
    async def ask() -> tuple[Any, bool]:
        async with solver_at_hand():
            await change_in_child(question, 0.2, 1)
            first = waiting()
            assert first is not None
            os.kill(first, signal.SIGKILL)
            hand = solver_process._at_hand.get()
            assert hand is not None
            assert hand._waiting is not None
            await hand._waiting.process.wait()
            return await change_in_child(question, 0.2, 1), waiting() != first

    answer, is_another = asyncio.run(ask())
    assert answer["plan"]["allocations"]
    assert is_another


def test_a_question_that_cannot_be_answered_is_refused_in_its_words_and_the_next_is_answered(
    question: Question,
) -> None:
    async def ask() -> Any:
        async with solver_at_hand():
            with pytest.raises(SolverFailed, match="The request cannot be read: format"):
                await change_in_child(replace(question, problem={}), 0.2, 1)
            return await change_in_child(question, 0.2, 1)

    assert asyncio.run(ask())["plan"]["allocations"]


def test_one_that_dies_over_its_question_says_why(question: Question) -> None:
    async def ask() -> None:
        async with solver_at_hand():
            await change_in_child(question, 0.2, 1)
            hand = solver_process._at_hand.get()
            assert hand is not None
            assert hand._waiting is not None
            os.kill(hand._waiting.process.pid, signal.SIGKILL)
            with pytest.raises(SolverFailed, match="the solver has ended"):
                await hand._waiting.ask(b"{}", _nobody)

    asyncio.run(ask())


def test_after_so_many_questions_another_is_started(question: Question, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(solver_process, "MOST_QUESTIONS", 1)

    async def ask() -> int | None:
        async with solver_at_hand():
            await change_in_child(question, 0.2, 1)
            return waiting()

    assert asyncio.run(ask()) is None


async def _nobody(said: dict[str, Any]) -> None:
    raise AssertionError(said)
