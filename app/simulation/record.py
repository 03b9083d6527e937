"""The record of a week that does not add up: all that was acknowledged in its order, and what the ledger has of the
lines that differ, so that the course of things can be read, and told to the account again, afterwards."""

import gzip
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from app.simulation.account import Account
from app.simulation.report import Told
from app.simulation.week import Week


def keep(week: Week, told: Told, file: Path) -> None:
    """Write the record, as compressed JSON."""
    differ = {each.line for each in told.differences}
    offers = [id for id, offer in week.offers.items() if any(line["id"] in differ for line in offer["lines"])]
    content = {
        "events": week.town.account.events,
        "ledgers": [week.town.office.get(f"/offers/{id}/ledger") for id in offers],
        "balances": week.ledger,
        "differences": [each.sentence for each in told.differences],
        "faults": told.faults,
        "without_outcome": list(told.outcomes.without),
    }
    file.parent.mkdir(parents=True, exist_ok=True)
    with gzip.open(file, "wt", encoding="utf-8") as target:
        json.dump(content, target, ensure_ascii=False)


def read(file: Path) -> dict[str, Any]:
    """What `keep` wrote."""
    with gzip.open(file, "rt", encoding="utf-8") as source:
        found: dict[str, Any] = json.load(source)
    return found


def account_of(events: Iterable[tuple[str, list[Any]]]) -> Account:
    """The account of the events of a record, told once more."""
    account = Account()
    for name, words in events:
        getattr(account, name)(*words)
    return account
