"""The month's days on a database that stays: played once, and looked at as often as wanted."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from app.demo.caller import Caller
from app.kit.db import Database
from app.kit.embedded_postgres import EmbeddedPostgres
from app.kit.migrate import upgrade
from app.month.wish import MonthWish, Played, keep, kept
from app.partners.founding import Founded
from app.roads.streets import Streets
from app.simulation import report
from app.simulation.play import play
from app.simulation.report import Told
from app.simulation.week import Wish

Say = Callable[[str], None]

# What is worked out of days that are over waits for the report: the days themselves need none of it.
LATER = ("together:work_out_closed_days", "sharing:ask")
# Invented money: what pays for the routes. The first is for one purpose alone, and neither lasts for a whole month.
GRANTS = (
    {"giver": "Town fund (invented)", "amount": "2500.00", "purpose": "running"},
    {"giver": "Foundation for fewer miles (invented)", "amount": "1800.00", "restricted": True, "purpose": "weekdays",
     "chosen": ["1", "3"]},
)  # fmt: skip


@contextmanager
def month_database(folder: Path) -> Iterator[Database]:
    """The month's own PostgreSQL, its schema brought up to date."""
    with EmbeddedPostgres(folder / "postgres") as server:
        upgrade(server.owner_url)
        database = Database(server.service_url())
        try:
            yield database
        finally:
            database.close()


def play_month(database: Database, streets: Streets, folder: Path, wish: MonthWish, say: Say) -> Told:
    """Play the days in an empty database, as many whole weeks as there are minutes for, and keep beside it what they
    were and came to. `folder` has the regions."""
    began = time.monotonic()
    weeks = 0

    def another_week() -> bool:
        nonlocal weeks
        weeks += 1
        played = (time.monotonic() - began) / 60
        return wish.minutes is None or played * (weeks + 1) / weeks <= wish.minutes

    def begun(network: Founded, office: Caller) -> None:
        keep(folder, Played(wish, str(network.network_id), network.key, datetime.now(UTC).isoformat()))
        for grant in GRANTS:
            last = wish.first + timedelta(days=60)
            office.post("/grants", {**grant, "valid_from": str(wish.first), "valid_until": str(last)})

    week = Wish(
        wish.seed,
        wish.first,
        wish.days,
        changes=True,
        stores=wish.stores,
        plan_seconds=wish.plan_seconds,
        looks_every=timedelta(minutes=wish.looks_minutes),
    )
    record = folder / "record.json.gz"
    played, told = play(
        database, streets, folder, week, say, record, begun=begun, later=LATER, another_week=another_week
    )
    document = report.document(told, None)["with_changes"]
    found = kept(folder)
    if found is not None:
        wish = replace(wish, days=played.days)
        keep(folder, replace(found, wish=wish, seconds=round(time.monotonic() - began, 1), told=document))
    return told
