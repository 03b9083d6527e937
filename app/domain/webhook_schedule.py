"""When a webhook is tried again: the schedule of the Standard Webhooks specification, 75 hours and 35 minutes."""

from datetime import datetime
from email.utils import parsedate_to_datetime

MINUTE, HOUR = 60, 3600
# Seconds before each attempt, counted from the one before it.
WAITS: tuple[int, ...] = (
    0,
    5,
    5 * MINUTE,
    30 * MINUTE,
    2 * HOUR,
    5 * HOUR,
    10 * HOUR,
    14 * HOUR,
    20 * HOUR,
    24 * HOUR,
)
JITTER = 0.1  # later by up to a tenth, so that not all come at once to a receiver that is back
LONGEST_WISH = 24 * HOUR
ASKS_TO_WAIT = frozenset({429, 502, 503, 504})


def wait_after(attempts: int, chance: float, wished_seconds: float | None = None) -> float | None:
    """Seconds until the next attempt after `attempts` failed ones; None when the schedule is used up.

    chance: from 0 to 1. wished_seconds: what the receiver asked for; it makes the wait longer, never shorter.
    """
    if attempts >= len(WAITS):
        return None
    wait = WAITS[attempts] * (1 + JITTER * chance)
    return max(wait, min(wished_seconds or 0, LONGEST_WISH))


def wished_wait(status: int | None, retry_after: str | None, now: datetime) -> float | None:
    """The seconds that a receiver asks to wait: Retry-After as a number or as a date, on answers that may carry it."""
    if status not in ASKS_TO_WAIT or not retry_after:
        return None
    text = retry_after.strip()
    if text.isascii() and text.isdigit():
        return float(min(int(text[:10]), LONGEST_WISH))
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        return None
    return min(max((moment - now).total_seconds(), 0.0), LONGEST_WISH)
