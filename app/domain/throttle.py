"""How often somebody may try: so many times in a quarter of an hour, then a pause."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

WINDOW = timedelta(minutes=15)


@dataclass(frozen=True)
class Limit:
    """How many wrong tries a window has for one account, and for one address that many people may share."""

    account: int
    address: int


PASSWORDS = Limit(account=10, address=50)
MAILED_LINKS = Limit(account=5, address=50)
PUBLIC_LINKS = Limit(account=50, address=50)  # of a link: also a page that asks again by itself after its day


def pause_seconds(tries: Iterable[datetime], most: int, now: datetime) -> int | None:
    """Whole seconds to wait, at least one, until another try is free; None where one is free now."""
    counted = sorted((at for at in tries if at > now - WINDOW), reverse=True)
    if len(counted) < most:
        return None
    free_at = counted[most - 1] + WINDOW
    return max(1, -int((now - free_at) // timedelta(seconds=1)))
