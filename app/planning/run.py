"""One planning run: claim, read the day, solve in a child process, check, store as a draft, compare with the day alone.

Every write names the attempt that it belongs to: a worker that was thought dead and wakes up again writes nothing.
"""

import asyncio
import contextlib
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import numpy as np
import structlog
from procrastinate import Blueprint, JobContext, RetryStrategy
from sqlalchemy import update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, undefer

import routing
from app.kit.clock import Clock
from app.kit.db import ROW_LOCK, CompressedJson, Database, Packed
from app.kit.errors import WaslError, conflict
from app.kit.tenancy import Scope
from app.models.plans import Plan, PlanRun
from app.planning import agreed, asking, prices, snapshot, store
from app.planning.kept import keeping, read_kept
from app.planning.like import read_like
from app.planning.outlook_day import OutlookDay, to_outlook, with_expected
from app.planning.queries import driven_plan
from app.planning.rest import Rest, sites_of_rest, to_rest
from app.planning.schemas import ChangeWishIn
from app.planning.snapshot import Day
from app.planning.solver_process import (
    Listener,
    Question,
    SolverFailed,
    change_in_child,
    solve_again_in_child,
    solve_in_child,
)
from app.planning.store_change import Change, RowsAtHand, change_rows, rows_at_hand
from app.planning.telling import tell_failed, tell_ready
from app.planning.under_way import DayUnderWay, read_under_way
from app.roads.provider import Profile, RoadError
from app.roads.region import RegionError
from app.roads.streets import Streets
from app.roads.travel import Travel, TravelTables, write_tables
from routing.child import figures_out

log = structlog.get_logger()
MOST_ATTEMPTS = 5
SECONDS_TO_GATHER = 0.1  # reports come in bursts: a phone that is connected again sends all it has
CHANGE_SECONDS = 0.4  # of search for the smallest change: the dispatcher waits, and 4 s found nothing better
LOOK_SECONDS = 0.5  # between two looks whether somebody wants the best plan so far
NOT_POSSIBLE = "The day cannot be planned as it stands: what was reported does not fit together. Look at the reports."


@dataclass(frozen=True)
class Workshop:
    """What a worker has at hand."""

    database: Database
    streets: Streets
    tables: TravelTables
    clock: Clock
    plan_seconds: float
    stalled_seconds: float
    seed: int = 1
    solver_at_hand: bool = False  # keep a loaded one waiting
    share_groups: int = 400  # about how many groups of food banks are asked what a day would cost them


@dataclass(frozen=True)
class Claim:
    """A run that this worker holds; `attempt` fences its writes."""

    run_id: UUID
    network_id: UUID
    attempt: int
    plan_id: UUID | None  # stored by an earlier attempt that died before it could end the run
    changes_plan_id: UUID | None = None  # the published plan that is to be changed as little as possible
    outlook: bool = False  # how the day would be driven with what is expected; no plan

    @property
    def scope(self) -> Scope:
        """The rows of the network that is planned."""
        return Scope(network=self.network_id)


class Superseded(Exception):
    """Another attempt has taken this run over."""


async def plan_day(context: JobContext, run_id: str, network_id: str) -> None:
    """The job behind a planning run."""
    workshop: Workshop = context.additional_context["workshop"]
    claim = await asyncio.to_thread(_claim, workshop, UUID(run_id), UUID(network_id))
    if claim is None:
        return
    last_try = context.job.attempts + 1 >= MOST_ATTEMPTS
    try:
        if claim.outlook:
            await _look_ahead(workshop, claim)
        else:
            await (_plan if claim.changes_plan_id is None else _change)(workshop, claim)
    except Superseded:
        log.info("planning run was taken over by another worker", run=run_id, attempt=claim.attempt)
    except (WaslError, RoadError, RegionError) as error:
        await asyncio.to_thread(_fail, workshop, claim, str(error))
    except routing.ProblemError as error:
        log.error("the day cannot be planned as it stands", run=run_id, cause=str(error))
        await asyncio.to_thread(_fail, workshop, claim, NOT_POSSIBLE)
    except SolverFailed as error:
        log.error("solver failed", run=run_id, cause=str(error))
        if not last_try:
            raise
        await asyncio.to_thread(_fail, workshop, claim, "The plan could not be made. Try again, or tell support.")


async def change_later(context: JobContext, network_id: str, service_date: str) -> None:
    """The job behind news of a day: its published plan, if there is one, is to be changed."""
    workshop: Workshop = context.additional_context["workshop"]
    await asyncio.sleep(SECONDS_TO_GATHER)
    await asyncio.to_thread(_change_by_itself, workshop, UUID(network_id), date.fromisoformat(service_date))


def _change_by_itself(workshop: Workshop, network_id: UUID, service_date: date) -> None:
    with workshop.database.transaction(Scope(network=network_id)) as session:
        asking.change_by_itself(session, network_id, service_date, workshop.clock())


async def price_plan(context: JobContext, plan_id: str, network_id: str) -> None:
    """The job that works out what each thing that a plan obeys costs; nobody waits for it."""
    workshop: Workshop = context.additional_context["workshop"]
    scope = Scope(network=UUID(network_id))
    asked = await asyncio.to_thread(prices.read_asked, workshop.database, scope, UUID(plan_id))
    if asked is None:
        return
    seconds = min(workshop.plan_seconds, prices.MOST_SECONDS)

    async def solve_again(question: prices.Without) -> dict[str, Any]:
        with tempfile.TemporaryDirectory(prefix="wasl-travel-") as folder:
            asked_of = await asyncio.to_thread(question_of, question.problem, Path(folder))
            asked_of = replace(asked_of, later=question.later, orders=question.orders, start=question.start)
            return await solve_again_in_child(asked_of, seconds, asked.seed)

    try:
        found = await prices.price(asked, solve_again)
    except (SolverFailed, routing.ProblemError) as error:
        log.error("no price of what a plan obeys", plan=plan_id, cause=str(error))
        return
    await asyncio.to_thread(prices.keep, workshop.database, scope, UUID(plan_id), found)


def planning_jobs() -> Blueprint:
    """The jobs of planning, for one queue."""
    found = Blueprint()
    again = RetryStrategy(max_attempts=MOST_ATTEMPTS, wait=2)
    found.task(name="plan_day", queue="wasl", pass_context=True, retry=again)(plan_day)
    found.task(name="price_plan", queue="wasl", pass_context=True, retry=again)(price_plan)
    found.task(name="change_later", queue="wasl", pass_context=True, retry=again)(change_later)
    return found


async def _plan(workshop: Workshop, claim: Claim) -> None:
    if claim.plan_id is not None:
        await asyncio.to_thread(_finish, workshop, claim, claim.plan_id)
        return
    await asyncio.to_thread(_report, workshop, claim, {"phase": "reading the day"})
    planned = await asyncio.to_thread(_read, workshop, claim)
    problem, obeyed = planned.problem, planned.obeyed or {}
    stored: list[UUID] = []

    async def on_progress(progress: dict[str, Any]) -> None:
        await asyncio.to_thread(_report, workshop, claim, progress)

    async def on_plan(document: dict[str, Any]) -> None:
        stored.append(await asyncio.to_thread(_store, workshop, claim, planned, document))

    async def on_comparison(figures: dict[str, Any]) -> None:
        await asyncio.to_thread(_compare, workshop, claim, stored[0], problem, figures)

    listener = Listener(on_progress, on_plan, on_comparison, asyncio.Event())
    with tempfile.TemporaryDirectory(prefix="wasl-travel-") as folder:
        question = await asyncio.to_thread(question_of, problem, Path(folder))
        question = replace(
            question,
            later=obeyed.get("later"),
            orders=obeyed.get("like", {}).get("orders"),
            agreed=agreed.agreed_stores(map(agreed.in_force_from, obeyed.get("agreements", ()))),
        )
        try:
            async with _asked_to_end(workshop, claim, listener.enough):
                await solve_in_child(question, workshop.plan_seconds, workshop.seed, listener)
        except SolverFailed as error:
            if not stored:
                raise
            # The plan is checked and kept; only the comparison with the day alone is missing.
            log.error("no comparison with the day alone", run=str(claim.run_id), cause=str(error))
    await asyncio.to_thread(_finish, workshop, claim, stored[0])


@contextlib.asynccontextmanager
async def _asked_to_end(workshop: Workshop, claim: Claim, enough: asyncio.Event | None) -> AsyncIterator[None]:
    """Within, `enough` is set when somebody has asked for the best plan so far (`asking.end_search`)."""

    async def look() -> None:
        while enough is not None and not enough.is_set():
            await asyncio.sleep(LOOK_SECONDS)
            try:
                asked = await asyncio.to_thread(_is_enough, workshop, claim)
            except SQLAlchemyError as error:  # a connection that was cut: the next look has another one
                log.warning("could not look whether a search is to end", run=str(claim.run_id), cause=str(error))
                continue
            if asked:
                enough.set()

    looking = asyncio.create_task(look())
    try:
        yield
    finally:
        await _ended(looking)


async def _change(workshop: Workshop, claim: Claim) -> None:
    """The smallest change of the published plan; a driver's report that comes meanwhile makes another run follow."""
    if claim.plan_id is not None:
        await asyncio.to_thread(_finish, workshop, claim, claim.plan_id)
        return
    await asyncio.to_thread(_report, workshop, claim, {"phase": "reading the day"})
    under_way, travel, rest = await asyncio.to_thread(_read_rest, workshop, claim)
    with tempfile.TemporaryDirectory(prefix="wasl-travel-") as folder:
        question = await asyncio.to_thread(question_of, rest.problem, Path(folder), rest.plan, rest.news)
        question = replace(question, later=(rest.obeyed or {}).get("later"))
        solving = asyncio.create_task(change_in_child(question, CHANGE_SECONDS, workshop.seed))
        try:  # while the solver searches, what its answer is checked against is made here
            solved = await asyncio.to_thread(_solved, workshop, under_way, travel, rest)
            said = await solving
        finally:
            await _ended(solving)
    plan_id = await asyncio.to_thread(_store_change, workshop, claim, under_way, travel, solved, said)
    await asyncio.to_thread(_finish, workshop, claim, plan_id)


@dataclass(frozen=True)
class _Solved:
    """The problem that the answer to a change is for, the same as it is kept, and the rows of what stays."""

    rest: Rest
    problem: routing.Problem
    packed: Packed
    at_hand: RowsAtHand


def _solved(workshop: Workshop, under_way: DayUnderWay, travel: "Travels", rest: Rest) -> _Solved:
    """With all that is worked out of the problem but once."""
    problem = rest.solved()
    problem.digest()
    problem.attainable_grams  # noqa: B018 - the checker asks for it
    at_hand = rows_at_hand(under_way, rest, problem, store.Way(workshop.streets, travel))
    return _Solved(rest, problem, CompressedJson.packed(routing.problem_to_json(problem)), at_hand)


async def _ended(task: "asyncio.Task[Any]") -> None:
    """It has ended, one way or the other: a solver that nobody waits for any more is stopped."""
    if not task.done():
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def _look_ahead(workshop: Workshop, claim: Claim) -> None:
    """How the day would be driven if the stores that have not posted had what is expected of them: solved and checked
    as a plan is, and kept as an outlook."""
    await asyncio.to_thread(_report, workshop, claim, {"phase": "reading the day"})
    day, problem = await asyncio.to_thread(_read_outlook, workshop, claim)

    async def on_progress(progress: dict[str, Any]) -> None:
        await asyncio.to_thread(_report, workshop, claim, progress)

    async def on_plan(document: dict[str, Any]) -> None:
        await asyncio.to_thread(_keep_outlook, workshop, claim, day, problem, document)

    with tempfile.TemporaryDirectory(prefix="wasl-travel-") as folder:
        question = await asyncio.to_thread(question_of, problem, Path(folder))
        listener = Listener(on_progress, on_plan, comparison=on_progress)
        await solve_in_child(question, workshop.plan_seconds, workshop.seed, listener, alone=False)


def _read_outlook(workshop: Workshop, claim: Claim) -> tuple[OutlookDay, routing.Problem]:
    """The day's rows with what is expected, and the problem they make."""
    with workshop.database.transaction(claim.scope) as session:
        run = session.get_one(PlanRun, claim.run_id)
        day = with_expected(session, snapshot.read_day(session, claim.network_id, run.service_date))
        agreements = agreed.read_agreements(session, claim.network_id, run.service_date)
    return day, agreed.obeying(snapshot.to_problem(day, _travel(workshop, day)), agreements).problem


def _keep_outlook(
    workshop: Workshop, claim: Claim, day: OutlookDay, problem: routing.Problem, document: dict[str, Any]
) -> None:
    """Keep the checked answer, and end the run with it in one transaction."""
    now = workshop.clock()
    outlook = to_outlook(day, problem, _checked(problem, document), claim.run_id, now)
    with workshop.database.transaction(claim.scope) as session:
        _write(session, claim, state="done", ended_at=now, progress={"phase": "done"})
        session.add(outlook)


def _read_rest(workshop: Workshop, claim: Claim) -> tuple[DayUnderWay, "Travels", Rest]:
    """The day as it stands and the question that it makes; the transaction is closed before anything is computed."""
    now = workshop.clock()
    with workshop.database.transaction(claim.scope) as session:
        run = session.get_one(PlanRun, claim.run_id)
        if run.changes_plan_id is None or session.get_one(Plan, run.changes_plan_id).state != "published":
            raise conflict("plan_outdated", "The plan that was to be changed is not driven any more.")
        # Whatever comes from here on is not in the answer: it asks again.
        _write(session, claim, again=False)
        wish = ChangeWishIn.model_validate(run.wish)
        under_way = read_under_way(session, claim.network_id, run.service_date, run.changes_plan_id, wish, now)
    day = under_way.day
    needed = {site.id for site in sites_of_rest(under_way)}
    profiles = {
        *snapshot.profiles_of(day),
        *(day.vehicles[van.shift.vehicle_id].profile for van in under_way.driving.values()),
    }
    travel = {
        cast(Profile, profile): workshop.tables.of(
            day.network, list(day.sites.values()), cast(Profile, profile), now, needed
        )
        for profile in sorted(profiles)
    }
    return under_way, travel, to_rest(under_way, travel)


def _checked(problem: routing.Problem, document: dict[str, Any]) -> routing.Plan:
    """The solver is never trusted: a plan that the checker objects to, or that cannot be read, is not stored."""
    try:
        plan = routing.plan_from_json(document)
    except routing.ProblemError as error:
        raise SolverFailed(f"the solver said a plan that cannot be read: {error}") from error
    violations = routing.check(problem, plan)
    if violations:
        raise SolverFailed("; ".join(violation.sentence for violation in violations[:10]))
    return plan


def _store_change(
    workshop: Workshop,
    claim: Claim,
    under_way: DayUnderWay,
    travel: "Travels",
    solved: _Solved,
    said: dict[str, Any],
) -> UUID:
    """Store the checked plan as a draft."""
    rest, problem = solved.rest, solved.problem
    plan = _checked(problem, said["plan"])
    moved = sum(said["moved"].values())
    checked = store.CheckedPlan(problem, plan, said["plan"], solved.packed)
    answer = Change(rest, checked, moved, said["forced"])
    rows = change_rows(under_way, answer, store.Way(workshop.streets, travel), solved.at_hand)
    names = {str(site.id): site.name for site in under_way.day.sites.values()}
    rows.plan.obeyed = agreed.with_reasons(rest.obeyed, problem, plan, names)
    agreed.retell(rows.plan.obeyed, rows.unserved or ())
    with workshop.database.transaction(claim.scope) as session:
        _write(session, claim, progress={"phase": "done"}, plan_id=None)
        plan_id = store.save(session, rows)
        _write(session, claim, plan_id=plan_id)
    return plan_id


def _claim(workshop: Workshop, run_id: UUID, network_id: UUID) -> Claim | None:
    """Take the run; None when it has ended already. A higher attempt shuts out whoever had it before."""
    with workshop.database.transaction(Scope(network=network_id)) as session:
        claimed = session.execute(
            update(PlanRun)
            .where(PlanRun.id == run_id, PlanRun.state.in_(("queued", "running")))
            .values(state="running", attempt=PlanRun.attempt + 1, progress={"phase": "waiting for the solver"})
            .returning(PlanRun.attempt, PlanRun.plan_id, PlanRun.changes_plan_id, PlanRun.outlook)
        ).first()
    if claimed is None:
        return None
    return Claim(run_id, network_id, claimed.attempt, claimed.plan_id, claimed.changes_plan_id, claimed.outlook)


def _write(session: Session, claim: Claim, **values: Any) -> None:
    """Change the run, if it is still this attempt's; raises Superseded otherwise."""
    changed = session.scalar(
        update(PlanRun)
        .where(PlanRun.id == claim.run_id, PlanRun.attempt == claim.attempt, PlanRun.state == "running")
        .values(**values)
        .returning(PlanRun.id)
    )
    if changed is None:
        raise Superseded


def _is_enough(workshop: Workshop, claim: Claim) -> bool:
    with workshop.database.transaction(claim.scope) as session:
        return session.get_one(PlanRun, claim.run_id).search_ended_by is not None


def _report(workshop: Workshop, claim: Claim, progress: dict[str, Any]) -> None:
    with workshop.database.transaction(claim.scope) as session:
        _write(session, claim, progress=progress)


def _fail(workshop: Workshop, claim: Claim, sentence: str) -> None:
    ended = workshop.clock()
    with workshop.database.transaction(claim.scope) as session:
        _write(session, claim, state="failed", failure=sentence, ended_at=ended)
        run = session.get_one(PlanRun, claim.run_id)
        session.refresh(run)
        if claim.outlook:
            return  # whoever asked for it sees it; nobody waits for it
        tell_failed(session, run, sentence, ended)
        asking.follow_up(session, run, ended)


Travels = dict[Profile, Travel]


@dataclass(frozen=True)
class _Planned:
    """What a run planned: the day, the travel between its places, and the problem that the two make."""

    day: Day
    travel: Travels
    problem: routing.Problem
    obeyed: agreed.Obeyed | None = None  # agreements, and the order of another day


def _read(workshop: Workshop, claim: Claim) -> _Planned:
    """The day's rows and the problem they make; the transaction is closed before anything is computed."""
    with workshop.database.transaction(claim.scope) as session:
        _write(session, claim, again=False)  # whatever comes from here on is not in the answer: it asks again
        run = session.get_one(PlanRun, claim.run_id)
        day = snapshot.read_day(session, claim.network_id, run.service_date)
        kept = read_kept(session, claim.network_id, run.service_date)
        agreements = agreed.read_agreements(session, claim.network_id, run.service_date)
        like_date = run.wish.get(asking.LIKE)
        before = driven_plan(session, claim.network_id, date.fromisoformat(like_date)) if like_date else None
        like = None if before is None else read_like(session, day, before)
    travel = _travel(workshop, day)
    obeying = agreed.obeying(snapshot.to_problem(day, travel), agreements)
    obeyed = obeying.told()
    if like is not None:
        obeyed = {**(obeyed or {}), "like": like}
    return _Planned(day, travel, keeping(obeying.problem, kept), obeyed)


def _travel(workshop: Workshop, day: Day) -> Travels:
    """The travel between the places of a day, by road profile."""
    needed = {site.id for site in snapshot.sites_of(day)}
    sites, now = list(day.sites.values()), workshop.clock()
    return {
        profile: workshop.tables.of(day.network, sites, profile, now, needed) for profile in snapshot.profiles_of(day)
    }


def question_of(
    problem: routing.Problem, folder: Path, plan: routing.Plan | None = None, news: routing.News | None = None
) -> Question:
    """A problem for the solver's process, its tables as files that both map: a large network's are no JSON."""
    document = routing.problem_without_travel_to_json(problem)
    files = {profile: folder / f"{profile}.npy" for profile in problem.travel}
    for profile, table in problem.travel.items():
        write_tables(files[profile], np.stack([table.seconds, table.metres]))
    return Question(
        document,
        {profile: str(file) for profile, file in files.items()},
        None if plan is None else routing.plan_to_json(plan),
        None if news is None else routing.news_to_json(news),
    )


def _store(workshop: Workshop, claim: Claim, planned: _Planned, document: dict[str, Any]) -> UUID:
    """Store the checked plan as a draft."""
    plan = _checked(planned.problem, document)
    way = store.Way(workshop.streets, planned.travel)
    names = {str(site.id): site.name for site in planned.day.sites.values()}
    obeyed = agreed.with_reasons(planned.obeyed, planned.problem, plan, names)
    rows = store.to_rows(planned.day, store.CheckedPlan(planned.problem, plan, document), way, workshop.clock(), obeyed)
    so_far = {"grams_allocated": plan.grams_allocated, "bound_grams": plan.bound_grams, "metres": plan.metres}
    with workshop.database.transaction(claim.scope) as session:
        _write(session, claim, progress={"phase": "comparing with the day alone", **so_far}, plan_id=None)
        plan_id = store.save(session, rows)
        _write(session, claim, plan_id=plan_id)
    return plan_id


def _compare(
    workshop: Workshop, claim: Claim, plan_id: UUID, problem: routing.Problem, figures: dict[str, Any]
) -> None:
    with workshop.database.transaction(claim.scope) as session:
        _write(session, claim, progress={"phase": "done"})
        plan = session.get_one(Plan, plan_id, options=[undefer(Plan.document)], with_for_update=ROW_LOCK)
        if plan.edits:  # a dispatcher was quicker: what is compared is the plan as it is now
            now = routing.figures_of_plan(problem, routing.plan_from_json(plan.document))
            figures = {**figures, "coordinated": figures_out(now)}
        session.execute(update(Plan).where(Plan.id == plan_id).values(figures=figures))


def _finish(workshop: Workshop, claim: Claim, plan_id: UUID) -> None:
    ended = workshop.clock()
    with workshop.database.transaction(claim.scope) as session:
        _write(session, claim, state="done", plan_id=plan_id, ended_at=ended, progress={"phase": "done"})
        plan = session.get_one(Plan, plan_id)
        tell_ready(session, plan, ended)
        prices.ask_for_prices(session, plan)
        run = session.get_one(PlanRun, claim.run_id)
        session.refresh(run)
        asking.follow_up(session, run, ended)
