"""The tables, one module per aggregate; importing this package registers all of them."""

from app.models import events, fleet, needs, offers, partners, plans, roads, system

__all__ = ["events", "fleet", "needs", "offers", "partners", "plans", "roads", "system"]
