"""How often somebody may try: so many times in a quarter of an hour, or in a time of its own, then a pause."""

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
ENQUIRIES = Limit(account=30, address=5)  # of a card: who writes more in a quarter of an hour is a program
PUBLIC_LINKS = Limit(account=50, address=50)  # of a link: also a page that asks again by itself after its day
PAPER_CODES = Limit(account=50, address=30)  # of papers: a code that nobody issued, never one that is right
APPLICATIONS = Limit(account=200, address=30)  # of people who want to help: of one network's page, from one address


@dataclass(frozen=True)
class Allowance:
    """So many within a time, which is a day at most: older tries are forgotten."""

    most: int
    within: timedelta = WINDOW


# Codes that prove a phone number. Each is a text that somebody pays for, at a phone that may be a stranger's: a number
# counts whoever gives it, in whichever network.
CODES_OF_PERSON = (Allowance(3, timedelta(hours=1)), Allowance(10, timedelta(days=1)))
CODES_TO_NUMBER = (Allowance(5, timedelta(days=1)),)
CODES_OF_NETWORK = (Allowance(100, timedelta(hours=1)),)


def pause_seconds(tries: Iterable[datetime], most: int, now: datetime, within: timedelta = WINDOW) -> int | None:
    """Whole seconds to wait, at least one, until another try is free; None where one is free now."""
    counted = sorted((at for at in tries if at > now - within), reverse=True)
    if len(counted) < most:
        return None
    free_at = counted[most - 1] + within
    return max(1, -int((now - free_at) // timedelta(seconds=1)))
