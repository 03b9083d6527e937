"""The job that takes the steps that are due: every minute, by network, each line in a transaction of its own."""

import asyncio
from datetime import timedelta

from procrastinate import Blueprint, JobContext

from app.escalation.climbing import climb, lines_to_climb, networks_with_food_left
from app.kit.clock import Clock
from app.kit.db import Database
from app.kit.errors import WaslError
from app.kit.jobs import POST, AtHand
from app.kit.tenancy import Scope

EVERY = "* * * * *"
LOOKS_BACK = timedelta(days=14)  # the longest that a network may let food climb after its pickup


async def climb_all(context: JobContext, timestamp: int) -> None:  # noqa: ARG001
    """Take what is due of every ladder."""
    workshop: AtHand = context.additional_context["workshop"]
    await asyncio.to_thread(climb_everywhere, workshop.database, workshop.clock)


def climb_everywhere(database: Database, clock: Clock) -> int:
    """How many steps were taken and ladders ended, over all networks.

    A line that cannot be looked at keeps no other waiting: what went wrong is raised in the end, as an ExceptionGroup,
    but for a line that somebody else is changing: its turn comes again in a minute.
    """
    now = clock()
    with database.transaction(Scope()) as session:
        networks = networks_with_food_left(session, now - LOOKS_BACK)
    changed = 0
    wrong: list[Exception] = []
    for network_id in networks:
        try:
            with database.transaction(Scope(network=network_id)) as session:
                lines = lines_to_climb(session, network_id, now)
        except Exception as error:
            wrong.append(error)
            continue
        for line_id in lines:
            try:
                with database.transaction(Scope(network=network_id)) as session:
                    changed += climb(session, network_id, line_id, now)
            except WaslError as error:
                if error.status != 409:
                    wrong.append(error)
            except Exception as error:
                wrong.append(error)
    if wrong:
        raise ExceptionGroup("ladders that could not be climbed", wrong)
    return changed


def escalation_jobs() -> Blueprint:
    """The jobs of escalation, for one queue: that of the post, where no long plan is in their way."""
    found = Blueprint()
    task = found.task(name="climb_all", queue=POST, queueing_lock="climb_all", pass_context=True)(climb_all)
    found.periodic(cron=EVERY)(task)
    return found
