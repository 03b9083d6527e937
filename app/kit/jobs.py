"""Background jobs on Procrastinate: deferred in the caller's own transaction, run by any worker."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, Protocol

from procrastinate import App, Blueprint, JobContext, PsycopgConnector, SyncPsycopgConnector
from procrastinate.exceptions import AlreadyEnqueued, UniqueViolation
from procrastinate.jobs import Status
from sqlalchemy import make_url, text
from sqlalchemy.orm import Session

from app.kit.clock import Clock
from app.kit.db import Database

PLANS = "wasl"  # what computes
POST = "wasl_post"  # what waits for others to answer: many at a time, and never in the way of a plan
GRACE_SECONDS = 10
BEATS_BEFORE_STALLED = 4


class AtHand(Protocol):
    """What most jobs need of what a worker has at hand, handed to them as `workshop` of their additional context."""

    @property
    def database(self) -> Database:
        """Where they read and write."""
        ...

    @property
    def clock(self) -> Clock:
        """What time it is."""
        ...


def conninfo(url: str) -> str:
    """A SQLAlchemy URL as libpq reads it."""
    parsed = make_url(url).set(drivername="postgresql")
    return parsed.render_as_string(hide_password=False)


def defer(
    session: Session,
    name: str,
    *,
    lock: str,
    waits_once: str = "",
    queue: str = PLANS,
    seconds: float = 0,
    **arguments: Any,
) -> bool:
    """Queue a job within the running transaction: it exists if and only if the transaction commits.

    Jobs with the same `lock` run one after another. Returns False when the same job already waits: one of the same
    lock, or of the same `waits_once`, where jobs of one lock are about different things.
    seconds: how long it waits before it may run.
    """
    deferring = App(connector=SyncPsycopgConnector())
    try:
        with session.begin_nested():
            # Asked for inside, because only that sets the savepoint that a refused job goes back to.
            connection = session.connection().connection.driver_connection
            deferring.configure_task(
                name,
                connection=connection,
                queue=queue,
                lock=lock,
                queueing_lock=_waits_as(name, waits_once or lock),
                schedule_in={"seconds": seconds} if seconds else None,
            ).defer(**arguments)
    except AlreadyEnqueued:
        return False
    return True


def waiting_among(session: Session, name: str, what: Iterable[str]) -> set[str]:
    """Of these (each a `waits_once`, or else a `lock`), those for which such a job waits or is being done."""
    asked = {_waits_as(name, each): each for each in what}
    found = session.scalars(
        text(
            "SELECT queueing_lock FROM procrastinate_jobs"
            " WHERE status IN ('todo', 'doing') AND queueing_lock = ANY(:asked)"
        ),
        {"asked": list(asked)},
    )
    return {asked[each] for each in found}


def _waits_as(name: str, what: str) -> str:
    return f"{name}:{what}"


async def rescue(context: JobContext, timestamp: int) -> None:  # noqa: ARG001
    """Give the jobs of a worker that died to another one; Procrastinate notices it but re-runs nothing by itself."""
    await give_back(context.app, context.additional_context["stalled_seconds"])


async def give_back(app: App, silence: float) -> None:
    """Queue the jobs of workers that have been silent for so many seconds. Where the same job waits again already, that
    one does it; the one that was begun is over, or its lock would hold everything behind it for ever."""
    manager = app.job_manager
    for job in await manager.get_stalled_jobs(seconds_since_heartbeat=silence):
        try:
            await manager.retry_job(job, retry_at=datetime.now(UTC))
        except UniqueViolation:
            await manager.finish_job(job, status=Status.FAILED, delete_job=False)


def upkeep() -> Blueprint:
    """The queue's own jobs. A blueprint belongs to one queue, so each gets a new one."""
    found = Blueprint()
    task = found.task(name="rescue", queue="wasl", queueing_lock="rescue", pass_context=True)(rescue)
    found.periodic(cron="* * * * * */5")(task)  # the sixth field is seconds
    return found


@asynccontextmanager
async def open_jobs(url: str, blueprints: dict[str, Blueprint]) -> AsyncIterator[App]:
    """The queue with all tasks that a worker can run."""
    app = App(connector=PsycopgConnector(conninfo=conninfo(url)))
    app.add_tasks_from(upkeep(), namespace="upkeep")
    for namespace, blueprint in blueprints.items():
        app.add_tasks_from(blueprint, namespace=namespace)
    async with app.open_async():
        yield app


async def work(
    app: App, context: dict[str, Any], *, stalled_seconds: float, concurrency: int = 1, queue: str = PLANS
) -> None:
    """Run the jobs of one queue until cancelled; what runs then gets a moment to end and is queued again otherwise.

    A worker that is silent for `stalled_seconds` is taken for dead, and its jobs are given to another.
    """
    await app.run_worker_async(
        queues=[queue],
        concurrency=concurrency + 1,  # one more, so that a long plan never keeps `rescue` from running
        install_signal_handlers=False,
        delete_jobs="never",
        fetch_job_polling_interval=2,
        shutdown_graceful_timeout=GRACE_SECONDS,
        update_heartbeat_interval=stalled_seconds / BEATS_BEFORE_STALLED,
        stalled_worker_timeout=stalled_seconds,
        additional_context={**context, "stalled_seconds": stalled_seconds},
    )
