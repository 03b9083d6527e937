"""How long a driver's link opens its shift: it ends with it, with time for whoever is late."""

from datetime import datetime, timedelta

LATE_DRIVER = timedelta(hours=2)  # the route can still be read
STORED_REPORTS = timedelta(hours=12)  # a phone that had no network delivers what it kept


def route_readable(shift_ends: datetime, now: datetime) -> bool:
    """Whether the link still shows the shift's route."""
    return now < shift_ends + LATE_DRIVER


def reports_accepted(shift_ends: datetime, now: datetime) -> bool:
    """Whether the link still delivers reports."""
    return now < shift_ends + STORED_REPORTS


def link_ends(shift_ends: datetime) -> datetime:
    """When nothing is left that the link opens."""
    return shift_ends + STORED_REPORTS
