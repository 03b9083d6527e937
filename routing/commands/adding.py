"""`python -m routing additions`: a day as it was, and with one thing more; one JSON request on standard input, a JSON
line for each search back. Without its parent it ends by itself, as every child does.

The request has `problem`, and perhaps `kinds` (of additions), `there` (by lot, the grams that were really there),
`box_grams`, `steps`, `seed` and `seeds`.
"""

import sys
import threading
from dataclasses import asdict
from typing import Any, TextIO

import orjson

from routing.additions import BOX_GRAMS, KINDS, with_food_there
from routing.child import MOST_GRAMS_THERE, Stop
from routing.files import problem_from_json
from routing.limits import MOST_GRAMS, MOST_ITERATIONS, MOST_SEED
from routing.marginal import SEEDS, STEPS, BrokenPlan, Searched, solved_again
from routing.problem import Problem, ProblemError

FIELDS = {"problem", "kinds", "there", "box_grams", "steps", "seed", "seeds"}
MOST_SEEDS = 20


def run_additions(source: TextIO, sink: TextIO) -> int:
    """Answer one request; the exit status. A request that cannot be read or answered is one sentence and status 1."""
    threading.Thread(target=Stop().watch_parent, daemon=True).start()
    try:
        problem, wishes = request_from_json(orjson.loads(source.read()))
        for each in solved_again(problem, **wishes):
            print(orjson.dumps(searched_out(each)).decode(), file=sink, flush=True)
    except (ProblemError, ValueError, BrokenPlan) as error:
        print(f"The request cannot be answered: {error}", file=sys.stderr)
        return 1
    return 0


def request_from_json(document: Any) -> tuple[Problem, dict[str, Any]]:
    """The day, with what was really there, and how it is to be searched. Raises ProblemError or ValueError."""
    if not isinstance(document, dict) or not {"problem"} <= set(document) <= FIELDS:
        raise ValueError(f"it should have a problem, and may have {', '.join(sorted(FIELDS - {'problem'}))}.")
    kinds, there = document.get("kinds", list(KINDS)), document.get("there")
    if not isinstance(kinds, list) or not all(isinstance(each, str) for each in kinds):
        raise ValueError("kinds should be a list of names.")
    there = {} if there is None else there
    if not isinstance(there, dict):
        raise ValueError("there should be grams by lot.")
    grams = {lot: _whole(f"there.{lot}", each, 0, MOST_GRAMS_THERE) for lot, each in there.items()}
    problem = problem_from_json(document["problem"])
    return with_food_there(problem, grams) if grams else problem, {
        "kinds": kinds,
        "steps": _whole("steps", document.get("steps", STEPS), 1, MOST_ITERATIONS),
        "seed": _whole("seed", document.get("seed", 1), 0, MOST_SEED - MOST_SEEDS),
        "seeds": _whole("seeds", document.get("seeds", SEEDS), 1, MOST_SEEDS),
        "box_grams": _whole("box_grams", document.get("box_grams", BOX_GRAMS), 1, MOST_GRAMS),
    }


def _whole(name: str, value: Any, least: int, most: int) -> int:
    if type(value) is not int or not least <= value <= most:
        raise ValueError(f"{name} should be a whole number from {least} to {most}.")
    return value


def searched_out(found: Searched) -> dict[str, Any]:
    """A search as JSON."""
    return asdict(found)
