"""Where a van is: known only where its driver shares it, the newest place alone, and only while the shift lasts."""

from datetime import datetime, timedelta

EARLY = timedelta(hours=1)  # before the shift: on the way to the first store
FRESH = timedelta(minutes=15)  # an older place says nothing of where the van is now


def sharing_begins(shift_starts: datetime) -> datetime:
    """From when on a place is taken from the driver's phone."""
    return shift_starts - EARLY


def may_be_shared(shift_starts: datetime, shift_ends: datetime, now: datetime) -> bool:
    """Whether a place is taken from the driver's phone and kept."""
    return sharing_begins(shift_starts) <= now < shift_ends


def may_be_shown(shift_ends: datetime, told_at: datetime, now: datetime) -> bool:
    """Whether a place that was told is shown: it is new, and the shift is not over."""
    return now < shift_ends and now - told_at < FRESH
