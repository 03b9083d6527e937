"""The tables, one module per aggregate; importing this package registers all of them."""

from app.models import (
    alarms,
    declines,
    events,
    feeds,
    fleet,
    needs,
    offers,
    partners,
    people,
    plans,
    roads,
    system,
    webhooks,
)

__all__ = [
    "alarms", "declines", "events", "feeds", "fleet", "needs", "offers", "partners", "people", "plans", "roads",
    "system", "webhooks",
]  # fmt: skip
