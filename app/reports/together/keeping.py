"""What was worked out becomes rows, that nobody changes any more."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

import routing
from app.domain.counting import cited_on
from app.kit.db import Database
from app.kit.tenancy import Scope
from app.models.together import TogetherDay, TogetherFigures
from app.reports.impact.choices import choices_of
from app.reports.together.asked import COUNTED_WITH, Asked, figures_out

USUAL = routing.VARIANTS[0].name
Said = Mapping[str, Any]


def is_kept(session: Session, network_id: UUID, asked: Asked) -> bool:
    """Whether the newest figures of the day follow from the same."""
    newest = (
        select(TogetherDay.input_digest)
        .where(
            TogetherDay.network_id == network_id,
            TogetherDay.service_date == _date(asked),
            TogetherDay.kind == asked.kind,
        )
        .order_by(TogetherDay.number.desc())
        .limit(1)
    )
    return session.scalar(newest) == asked.digest


def keep(
    database: Database, network_id: UUID, asked: Asked, said: Sequence[Said], seconds: float, now: datetime
) -> UUID | None:
    """Keep what the solver's process said of a day, under the next number; None where another worker was faster. One
    that is as fast fails, since no number is there twice: the job looks again."""
    with database.transaction(Scope(network=network_id)) as session:
        if is_kept(session, network_id, asked):
            return None
        last = select(func.coalesce(func.max(TogetherDay.number), 0)).where(
            TogetherDay.network_id == network_id,
            TogetherDay.service_date == _date(asked),
            TogetherDay.kind == asked.kind,
        )
        day = TogetherDay(
            network_id=network_id,
            service_date=_date(asked),
            kind=asked.kind,
            number=session.scalars(last).one() + 1,
            plan_id=asked.plan_id,
            input_digest=asked.digest,
            comparison_version=routing.COMPARISON_VERSION,
            engine=COUNTED_WITH,
            seed=asked.seed,
            search_seconds=seconds,
            estimated_travel=asked.problem.estimated_travel,
            factors=[asdict(each) for each in cited_on(choices_of(session, network_id), _date(asked))],
            facts=dict(asked.facts),
            worked_out_at=now,
        )
        session.add(day)
        session.flush()
        session.add_all(_rows(day, asked, said))
        session.flush()
        return day.id


def _date(asked: Asked) -> Any:
    return datetime.fromisoformat(asked.problem.service_date).date()


def _rows(day: TogetherDay, asked: Asked, said: Sequence[Said]) -> Iterator[TogetherFigures]:
    """Of the usual assumptions the partners too; of the others the network's sums alone. The side together stands with
    those variants that have one of their own."""
    for found in said:
        variant = str(found["variant"])
        usual = variant == USUAL
        together = found["together"] or (figures_out(asked.together) if usual else None)
        for side, figures in (("together", together), ("alone", found["alone"])):
            if figures is None:
                continue
            yield _total(day, variant, side, figures)
            if usual:
                for partner, own in figures["partners"].items():
                    yield _partner(day, variant, side, UUID(partner), own)


def _total(day: TogetherDay, variant: str, side: str, found: Said) -> TogetherFigures:
    figures, partners = found["figures"], found["partners"].values()
    return TogetherFigures(
        **_of(day, variant, side),
        organisation_id=None,
        grams=figures["grams_delivered"],
        metres=figures["metres"],
        driver_seconds=figures["driver_seconds"],
        vehicles=figures["vehicles"],
        grams_co2e_driving=figures["grams_co2e_driving"],
        visits=sum(each["visits"] for each in partners),
        empty_visits=sum(each["empty_visits"] for each in partners),
        duplicate_visits=figures["duplicate_visits"],
        people_served=figures["people_served"],
        fill_rate=figures["lowest_fill_rate"],
    )


def _partner(day: TogetherDay, variant: str, side: str, organisation: UUID, own: Said) -> TogetherFigures:
    own = {("grams" if name == "grams_received" else name): value for name, value in own.items()}
    return TogetherFigures(**_of(day, variant, side), organisation_id=organisation, **own)


def _of(day: TogetherDay, variant: str, side: str) -> dict[str, Any]:
    return {
        "day_id": day.id,
        "network_id": day.network_id,
        "service_date": day.service_date,
        "kind": day.kind,
        "variant": variant,
        "side": side,
    }
