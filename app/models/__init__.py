"""The tables, one module per aggregate; importing this package registers all of them."""

from app.models import (
    alarms,
    cut_offs,
    events,
    feeds,
    fleet,
    needs,
    offers,
    outlets,
    partners,
    people,
    plans,
    roads,
    system,
    webhooks,
)

__all__ = [
    "alarms", "cut_offs", "events", "feeds", "fleet", "needs", "offers", "outlets", "partners", "people", "plans",
    "roads", "system", "webhooks",
]  # fmt: skip
