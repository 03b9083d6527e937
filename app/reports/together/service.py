"""The verb of comparing days: have one worked out now."""

from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from app.kit.auth import Principal
from app.kit.errors import refused
from app.planning.queries import driven_plan
from app.reports.together.jobs import work_out_later


def ask_for_day(session: Session, principal: Principal, service_date: date) -> UUID:
    """Have a day compared with the same day alone, as planned and, once it is over, as recorded; the id of the plan
    that is driven. Asked twice, it is worked out once; what has not changed since is not worked out again.

    Raises `nothing_published` (422).
    """
    principal.require("plans.request")
    plan = driven_plan(session, principal.network_id, service_date)
    if plan is None:
        day = service_date.isoformat()
        raise refused("nothing_published", "No plan of {day} is published: there is nothing to compare yet.", day=day)
    work_out_later(session, principal.network_id, service_date)
    return plan.id
