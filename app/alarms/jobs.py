"""The job that looks at shifts and stores: every minute, network by network, each shift in a transaction of its own."""

import asyncio

from procrastinate import Blueprint, JobContext

from app.alarms.stores import watch_stores
from app.alarms.watching import networks_to_watch, shifts_to_watch, watch_shift
from app.kit.clock import Clock
from app.kit.db import Database
from app.kit.errors import WaslError
from app.kit.jobs import POST, AtHand
from app.kit.tenancy import Scope

EVERY = "* * * * *"


async def watch(context: JobContext, timestamp: int) -> None:  # noqa: ARG001
    """Look at every shift that is near."""
    workshop: AtHand = context.additional_context["workshop"]
    await asyncio.to_thread(watch_everywhere, workshop.database, workshop.clock)


def watch_everywhere(database: Database, clock: Clock) -> int:
    """How many alarms were raised, told further or cleared, over all networks.

    A shift that cannot be looked at keeps no other from being looked at; what went wrong is raised in the end, as an
    ExceptionGroup, but for a shift that somebody else is changing: its turn comes again in a minute.
    """
    now = clock()
    with database.transaction(Scope()) as session:
        networks = networks_to_watch(session, now)
    changed = 0
    wrong: list[Exception] = []
    for network_id in networks:
        with database.transaction(Scope(network=network_id)) as session:
            shifts = shifts_to_watch(session, network_id, now)
        for shift_id in shifts:
            try:
                with database.transaction(Scope(network=network_id)) as session:
                    changed += watch_shift(session, shift_id, now)
            except WaslError as error:
                if error.status != 409:
                    wrong.append(error)
            except Exception as error:
                wrong.append(error)
        try:
            with database.transaction(Scope(network=network_id)) as session:
                changed += watch_stores(session, network_id, now)
        except Exception as error:
            wrong.append(error)
    if wrong:
        raise ExceptionGroup("what could not be looked at", wrong)
    return changed


def alarm_jobs() -> Blueprint:
    """The jobs of alarms, for one queue: that of the post, where no long plan is in their way."""
    found = Blueprint()
    task = found.task(name="watch", queue=POST, queueing_lock="watch", pass_context=True)(watch)
    found.periodic(cron=EVERY)(task)
    return found
