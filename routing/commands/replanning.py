"""The rest of a day planned again at the command line: problem, plan and news in, problem and plan of the rest out."""

import argparse
import json
from pathlib import Path
from typing import Any

from routing.check import check
from routing.commands.common import Clock, WrongFile, compile_first, wrong_file
from routing.commands.days import compile_machine_code, hand_over, read, read_part, read_problem, summary
from routing.files import news_from_json, plan_from_json, plan_to_json, problem_to_json
from routing.news import News
from routing.plain import ProblemError, to_plain
from routing.replan.mend import Replan, replan


def replan_day(arguments: argparse.Namespace) -> int:
    """Plan the rest of a day again and write it, if the checker accepts it. Reading the files counts as well."""
    clock = Clock(arguments.seconds)
    day, plan = read_problem(arguments.problem), read_part(arguments.plan, "plan", plan_from_json)
    news = _read_news(arguments.news)
    if plan.problem_digest == day.digest() and (violations := check(day, plan)):
        raise WrongFile(f"{arguments.plan}: this plan cannot be mended, since it is wrong: {violations[0].sentence}")
    compile_first(clock, compile_machine_code)
    try:
        found = replan(day, plan, news, seconds=clock.left(), iterations=arguments.iterations, seed=arguments.seed)
    except ProblemError as error:
        path = arguments.plan if error.code == "wrong_plan" else arguments.news
        raise wrong_file(path, error) from error
    violations = check(found.problem, found.plan)
    if violations:
        raise WrongFile(f"{arguments.plan}: no plan is written, since it would be wrong: {violations[0].sentence}")
    text = json.dumps(replan_to_json(found), ensure_ascii=False)
    moved = f"{found.moved.total} stops moved, {clock.elapsed():.1f} s"
    hand_over(text, arguments.output, f"{summary(found.plan)}, {moved}")
    return 0


def replan_to_json(found: Replan) -> dict[str, Any]:
    """The rest of the day and its plan, as `check` reads them, with what else is to be known of a replan."""
    return {
        "problem": problem_to_json(found.problem),
        "plan": plan_to_json(found.plan),
        "moved_stops": {**to_plain(found.moved), "forced": found.forced},
        "delivered": to_plain(found.delivered),
        "withdrawn_grams": to_plain(found.rest.withdrawn),
        "origins": to_plain(found.rest.origins),
        "unlocked": to_plain(found.rest.unlocked),
    }


def _read_news(path: Path) -> News:
    try:
        return news_from_json(read(path))
    except ProblemError as error:
        raise wrong_file(path, error) from error
