"""The costs of groups, worked out in a process of their own: the search holds the interpreter, and takes minutes of a
processor for eight food banks."""

import asyncio
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson

import routing

ROOT = Path(__file__).resolve().parents[2]
LOADING_SECONDS = 120.0  # a busy machine, and an engine that may have to be compiled
SECONDS_A_GROUP = 20.0  # which takes a fraction of one on a small day


class GroupsFailed(Exception):
    """The process ended without all of its answers; the message is for the log."""


async def group_days_in_child(
    problem: routing.Problem,
    plan: routing.Plan,
    groups: Sequence[frozenset[str]],
    seed: int,
    *,
    whole_as_driven: bool = True,
) -> list[routing.GroupDay]:
    """The day of each group by itself, as routing.group_days has it. Raises GroupsFailed when the process dies,
    overruns or answers something else; cancelled, it ends the process."""
    request = {
        "problem": routing.problem_to_json(problem),
        "plan": routing.plan_to_json(plan),
        "groups": [sorted(group) for group in groups],
        "seed": seed,
        "whole_as_driven": whole_as_driven,
    }
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "routing",
        "groups",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        cwd=ROOT,
        preexec_fn=lambda: os.nice(10),  # nobody waits for it
    )
    try:
        async with asyncio.timeout(LOADING_SECONDS + SECONDS_A_GROUP * len(groups)):
            said, complaint = await child.communicate(orjson.dumps(request, option=orjson.OPT_SERIALIZE_NUMPY))
    except TimeoutError as error:
        raise GroupsFailed("the groups took too long") from error
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    if child.returncode != 0:
        raise GroupsFailed(complaint.decode(errors="replace")[-2000:] or f"exit status {child.returncode}")
    days = [_read(line) for line in said.splitlines()]
    if [day.group for day in days] != list(groups):
        raise GroupsFailed("the answers are of other groups")
    return days


def _read(line: bytes) -> routing.GroupDay:
    try:
        said: dict[str, Any] = orjson.loads(line)
        return routing.GroupDay(**{**said, "group": frozenset(said["group"])})
    except (ValueError, TypeError, KeyError) as error:
        raise GroupsFailed("the process said something that is no group's day") from error
