"""The tables, one module per aggregate; importing this package registers all of them."""

from app.models import (
    agreements,
    alarms,
    cards,
    cut_offs,
    declines,
    doors,
    escalations,
    events,
    expected,
    feeds,
    fleet,
    funding,
    impact,
    needs,
    notifications,
    offers,
    outlets,
    papers,
    partners,
    people,
    plans,
    public_pages,
    receiving,
    roads,
    shares,
    system,
    together,
    van_links,
    webhooks,
)

__all__ = [
    "agreements", "alarms", "cards", "cut_offs", "declines", "doors", "escalations", "events", "expected", "feeds",
    "fleet", "funding", "impact", "needs", "notifications", "offers", "outlets", "papers", "partners", "people",
    "plans", "public_pages", "receiving", "roads", "shares", "system", "together", "van_links", "webhooks",
]  # fmt: skip
