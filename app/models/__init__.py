"""The tables, one module per aggregate; importing this package registers all of them."""

from app.models import (
    agreements,
    alarms,
    declines,
    events,
    expected,
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
    "agreements", "alarms", "declines", "events", "expected", "feeds", "fleet", "needs", "offers", "partners", "people",
    "plans", "roads", "system", "webhooks",
]  # fmt: skip
