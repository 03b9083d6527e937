"""The tables, one module per aggregate; importing this package registers all of them."""

from app.models import events, fleet, needs, offers, partners, people, plans, roads, system

__all__ = ["events", "fleet", "needs", "offers", "partners", "people", "plans", "roads", "system"]
