"""What everybody in the simulated town shares: the office, the clock, the weather of troubles, and the shelves."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from app.demo.caller import Caller
from app.simulation.account import Account
from app.simulation.happenings import Happenings
from app.simulation.troubles import Troubles


@dataclass
class Town:
    """One week of one network. `shelves`: grams of each offer line that still stand at its store."""

    office: Caller
    happenings: Happenings
    troubles: Troubles
    account: Account = field(default_factory=Account)
    counts: Counter[str] = field(default_factory=Counter)
    shelves: dict[str, int] = field(default_factory=dict)
    posted: dict[str, int] = field(default_factory=dict)
    received: Counter[str] = field(default_factory=Counter)  # grams by the food bank's name
    faults: list[str] = field(default_factory=list)
    telephone: Callable[[date, str], None] = lambda _day, _site: None  # a driver stands before a closed food bank
    metres: float = 0.0
    driver_seconds: float = 0.0

    def now(self) -> datetime:
        """The simulated moment."""
        return self.happenings.clock()

    def put_on_the_shelf(self, day: date, site: str, offer: dict[str, Any]) -> None:
        """What really stands at the store for an offer."""
        for line in offer["lines"]:
            promised = round(float(line["kg"]) * 1000)
            self.posted[line["id"]] = promised
            self.shelves[line["id"]] = self.troubles.really_there(day, site, line["description"], promised)

    def take_from_the_shelf(self, line: str, wanted: int) -> int:
        """What is loaded of a line when so much is asked for: a little more where there was more than was said."""
        there = self.shelves[line]
        more = max(1.0, there / self.posted[line])
        taken = min(there, round(wanted * more))
        self.shelves[line] = there - taken
        return taken
