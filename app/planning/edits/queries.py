"""The edits of a plan as they are read."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit.queries import names_of_actors
from app.audit.schemas import ActorOut
from app.domain import reasons
from app.kit.auth import Principal
from app.kit.paging import Order, Page, page
from app.models.plans import PlanEdit
from app.planning.edits.schemas import PlanEditOut
from app.planning.queries import find_plan


def page_of_edits(
    session: Session, principal: Principal, plan_id: UUID, cursor: str | None, limit: int
) -> Page[PlanEditOut]:
    """What was done to a plan by hand, the newest first, each with when it was taken back."""
    plan = find_plan(session, principal, plan_id)
    edits = select(PlanEdit).where(PlanEdit.plan_id == plan.id)
    order = Order(PlanEdit.number, newest_first=True)
    found = page(session, edits.where(PlanEdit.undoes.is_(None)), order, cursor, limit)
    names = names_of_actors(session, found.items)
    undone = {
        each.undoes: each.at
        for each in session.scalars(edits.where(PlanEdit.undoes.in_([row.number for row in found.items])))
    }
    return Page(
        [
            PlanEditOut(
                number=row.number,
                command=row.command,
                sentence=reasons.sentence(row.command["kind"], row.details),
                metres_more=row.metres_more,
                seconds_more=row.seconds_more,
                actor=ActorOut.model_validate(
                    {"kind": row.actor_kind, "id": row.actor_id, "name": names.get(row.actor_id)}
                ),
                at=row.at,
                undone_at=undone.get(row.number),
            )
            for row in found.items
        ],
        found.next_cursor,
    )
