"""The Wasl service: partners, offers, needs, fleet, planning, driving and reports over HTTP."""
