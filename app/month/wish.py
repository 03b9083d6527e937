"""Which month, and what it may take: said once, kept beside its database, and told with every figure."""

import json
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

FIRST = date(2026, 6, 1)  # a Monday, and a month's first day
MOST_DAYS = 28
FILE = "month.json"


@dataclass(frozen=True)
class MonthWish:
    """Which month.

    plan_seconds: of the solver for each plan. compare_seconds: for each day that is planned to be compared with it; as
        many, unless said otherwise: fewer would make a weaker opponent.
    share_groups: about how many groups of food banks are asked what a day would cost them, where all are too many.
    stores: the first so many alone, for a short one.
    looks_minutes: how often the office looks what has changed, and publishes that.
    minutes: to play in; days are then as many whole weeks as fit. report_minutes: to compare and share in; days that
        are left over are worked out by the next run.
    """

    seed: int = 1
    days: int = MOST_DAYS
    plan_seconds: float = 3.0
    share_groups: int = 400
    stores: int | None = None
    looks_minutes: int = 30
    minutes: float | None = None
    report_minutes: float | None = None
    compare_seconds: float | None = None
    first: date = FIRST

    @property
    def last(self) -> date:
        return self.first + timedelta(days=self.days - 1)

    @property
    def dates(self) -> list[date]:
        return [self.first + timedelta(days=number) for number in range(self.days)]

    @property
    def weeks(self) -> list[tuple[date, date]]:
        """First and last day of each, the last one perhaps shorter."""
        starts = self.dates[::7]
        return [(each, min(each + timedelta(days=6), self.last)) for each in starts]

    @property
    def reported_at(self) -> datetime:
        """When its reports are made: at noon of the second day of the month after, when no driver can report any
        more and every job of a night has had its turn."""
        following = (self.first.replace(day=1) + timedelta(days=32)).replace(day=2)
        return datetime(following.year, following.month, following.day, 11, tzinfo=UTC)


@dataclass(frozen=True)
class Played:
    """What is kept beside the database of a month. told: what its days came to, as the simulated week says it; none
    while they are played."""

    wish: MonthWish
    network: str
    key: str
    played_on: str
    seconds: float | None = None
    told: dict[str, Any] | None = None


def keep(folder: Path, played: Played) -> None:
    """Write it beside the database, for nobody else to read: it has the key of the month's office."""
    file = folder / FILE
    file.touch(mode=0o600)
    file.write_text(json.dumps(asdict(played), indent=1, default=str, ensure_ascii=False) + "\n")


def kept(folder: Path) -> Played | None:
    """What `keep` wrote; None where nothing was played in that folder."""
    file = folder / FILE
    if not file.exists():
        return None
    found = json.loads(file.read_text())
    wish = MonthWish(**found["wish"])
    return Played(**{**found, "wish": replace(wish, first=date.fromisoformat(str(wish.first)))})
