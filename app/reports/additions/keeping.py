"""How far a report is, and what was found of a day: rows that nobody changes any more."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

import routing
from app.domain.additions import spread_of
from app.kit.db import ROW_LOCK, Database
from app.kit.tenancy import Scope
from app.models.additions import AdditionDay, AdditionGain, AdditionReport
from app.reports.additions import service
from app.reports.together.asked import Asked

Said = Mapping[str, Any]


@dataclass(frozen=True)
class NextDay:
    """The day of a report that is to be searched now."""

    service_date: date
    kinds: Sequence[str]
    box_grams: int
    steps: int
    seeds: int


def next_day(session: Session, report_id: UUID) -> NextDay | None:
    """The first day that is not there yet; None where there is none, or where the report was ended. A report whose days
    are all there is done with that."""
    report = session.get(AdditionReport, report_id)
    if report is None or report.state not in service.UNDER_WAY:
        return None
    kept = set(session.scalars(select(AdditionDay.service_date).where(AdditionDay.report_id == report.id)))
    left = [day for day in map(date.fromisoformat, report.days) if day not in kept]
    if not left:
        return None
    report.state = "running"
    return NextDay(left[0], report.kinds, report.box_grams, report.steps, report.seeds)


def progress(database: Database, network_id: UUID, report_id: UUID, done: int, left_today: int, days_left: int) -> bool:
    """Tell how far the report is; False where somebody has ended it meanwhile."""
    with database.transaction(Scope(network=network_id)) as session:
        report = session.get_one(AdditionReport, report_id)
        later = service.most_searches(days_left, report.kinds)
        found = session.execute(
            update(AdditionReport)
            .where(AdditionReport.id == report_id, AdditionReport.state == "running")
            .values(searches_done=done, searches_left=left_today + later)
            .returning(AdditionReport.id)
        )
        return found.first() is not None


def keep_day(
    database: Database,
    network_id: UUID,
    report_id: UUID,
    day: AdditionDay,
    gains: Sequence[AdditionGain],
    now: datetime,
) -> None:
    """Keep what was found of a day, and go on with the next one; nothing is kept of a report that was ended, or of a
    day that is there already, since another worker was faster."""
    with database.transaction(Scope(network=network_id)) as session:
        report = session.get_one(AdditionReport, report_id, with_for_update=ROW_LOCK)
        kept = {
            each.service_date: each.searches
            for each in session.scalars(select(AdditionDay).where(AdditionDay.report_id == report_id))
        }
        if report.state not in service.UNDER_WAY or day.service_date in kept:
            return
        session.add(day)
        session.flush()
        for each in gains:
            each.day_id = day.id
        session.add_all(gains)
        report.searches_done = sum(kept.values()) + day.searches
        days_left = len(report.days) - len(kept) - 1
        report.searches_left = service.most_searches(days_left, report.kinds)
        if days_left:
            service.work_out_later(session, network_id, report_id)
        else:
            report.state, report.ended_at = "done", now
        session.flush()


def day_of(
    network_id: UUID, report_id: UUID, asked: Asked, said: Sequence[Said], seconds: float, now: datetime
) -> AdditionDay:
    """The row of a day as it was, from what its searches came to."""
    usual = [each["outcome"] for each in said if each["addition"] is None]
    problem = asked.problem
    there = asked.there or {}
    return AdditionDay(
        network_id=network_id,
        report_id=report_id,
        service_date=date.fromisoformat(problem.service_date),
        left_out=None,
        kind=asked.kind,
        plan_id=asked.plan_id,
        problem_digest=problem.digest(),
        seed=asked.seed,
        estimated_travel=problem.estimated_travel,
        shifts=len(problem.shifts),
        shifts_without_rates=sum(
            not (each.cents_per_km or each.cents_per_hour or each.cents_per_use) for each in problem.shifts
        ),
        offered_grams=sum(there.get(lot.id, lot.grams) for lot in problem.lots),
        grams=usual[0]["grams"],
        spread_grams=spread_of([each["grams"] for each in usual]),
        metres=usual[0]["metres"],
        driver_seconds=usual[0]["seconds"],
        cents=usual[0]["cents"],
        spread_cents=spread_of([each["cents"] for each in usual]),
        searches=len(said),
        search_seconds=seconds,
        worked_out_at=now,
    )


def left_out(network_id: UUID, report_id: UUID, service_date: date, why: str, now: datetime) -> AdditionDay:
    """The row of a day of which no figure is made."""
    return AdditionDay(
        network_id=network_id,
        report_id=report_id,
        service_date=service_date,
        left_out=why,
        kind=None,
        worked_out_at=now,
    )


def gains_of(day: AdditionDay, said: Sequence[Said]) -> list[AdditionGain]:
    """What each addition changed, as differences to the day as it was with the same seed."""
    found = []
    for each in said:
        if each["addition"] is None:
            continue
        more = each["outcome"]
        found.append(
            AdditionGain(
                network_id=day.network_id,
                report_id=day.report_id,
                service_date=day.service_date,
                kind=each["addition"]["kind"],
                subject=UUID(each["addition"]["subject"]),
                grams=more["grams"] - day.grams,
                metres=more["metres"] - day.metres,
                driver_seconds=more["seconds"] - day.driver_seconds,
                cents=more["cents"] - day.cents,
                people=more["people"] - _people(said),
            )
        )
    return found


def _people(said: Sequence[Said]) -> int:
    return next(int(each["outcome"]["people"]) for each in said if each["addition"] is None)


def request_of(asked: Asked, day: NextDay) -> dict[str, Any]:
    """What the process that searches is asked."""
    return {
        "problem": routing.problem_to_json(asked.problem),
        "kinds": list(day.kinds),
        "there": None if asked.there is None else dict(asked.there),
        "box_grams": day.box_grams,
        "steps": day.steps,
        "seed": asked.seed,
        "seeds": day.seeds,
    }
