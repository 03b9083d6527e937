"""A plan that was made before a food bank declined some of its food knows nothing of that, and is not published."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.kit.errors import conflict
from app.models.declines import Decline
from app.models.plans import Allocation, Plan


def refuse_declined(session: Session, plan: Plan) -> None:
    """Raise `plan_outdated` (409) where the plan brings a food bank what it declined, and could have known no better.

    Its problem says what it knew: a plan made since does not have the pair, and what it still has of it is on the way,
    where nobody has reported yet. The network's row is locked by whoever publishes and whoever declines.
    """
    promised = session.scalars(
        select(Allocation)
        .join(
            Decline,
            (Decline.offer_line_id == Allocation.offer_line_id) & (Decline.need_id == Allocation.need_id),
        )
        .where(Allocation.plan_id == plan.id, Decline.taken_back_at.is_(None))
    ).all()
    if not promised:  # most plans: a large one's problem takes a while to read
        return
    session.refresh(plan, ["problem"])
    knew = {(pair["lot"], pair["need"]) for pair in plan.problem["eligibilities"] or ()}
    for row in promised:
        lots = {row.offer_line_id, row.parcel_id, row.from_parcel_id} - {None}
        if any((str(lot), str(row.need_id)) in knew for lot in lots):
            raise conflict(
                "plan_outdated", "A food bank has declined food of this plan since it was made. Plan the day again."
            )
