"""`wasl simulate`: the week on a database of its own, once with changes and once without, and what it came to."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import typer
from sqlalchemy import make_url

from app.demo.network import import_city
from app.kit.db import Database
from app.kit.embedded_postgres import EmbeddedPostgres
from app.kit.migrate import upgrade
from app.roads.streets import Streets
from app.settings import Settings
from app.simulation import report
from app.simulation.play import play
from app.simulation.report import Told
from app.simulation.week import Wish

FIRST = date(2026, 6, 1)  # a Monday, far from any change of clocks
MOST_DAYS, MOST_SEED = 28, 2**31 - 1
Say = Callable[[str], None]


def run_simulation(config: Settings, say: Say, *, days: int, seed: int, as_json: bool, compare: bool) -> bool:
    """Run the week, and the same without changes, and print what they came to; whether all is as it has to be.

    Raises typer.BadParameter with one sentence for a number that cannot be.
    """
    if not 1 <= days <= MOST_DAYS:
        raise typer.BadParameter(f"Give from 1 to {MOST_DAYS} days.", param_hint="--days")
    if not 0 <= seed <= MOST_SEED:
        raise typer.BadParameter(f"Give a seed from 0 to {MOST_SEED}.", param_hint="--seed")
    regions = config.data_folder.resolve() / "regions"
    import_city(regions, say)
    wishes = [Wish(seed, FIRST, days, changes=True)]
    wishes += [Wish(seed, FIRST, days, changes=False)] if compare else []
    streets = Streets(regions)
    try:
        weeks = [_on_a_database_of_its_own(streets, regions, wish, say) for wish in wishes]
    finally:
        streets.close()
    _show(weeks[0], weeks[1] if compare else None, as_json=as_json)
    return all(told.good for told in weeks)


def _on_a_database_of_its_own(streets: Streets, regions: Path, wish: Wish, say: Say) -> Told:
    """The week in a PostgreSQL that is thrown away afterwards: nothing of this installation is touched."""
    say(f"The week {'with' if wish.changes else 'without'} changes: starting a database for it alone.")
    with TemporaryDirectory(prefix="wasl-simulation-") as name:
        folder = Path(name)
        (folder / "regions").symlink_to(regions, target_is_directory=True)
        with EmbeddedPostgres(folder / "postgres", for_tests=True) as server:
            upgrade(server.owner_url)
            database = Database(make_url(server.service_url()).render_as_string(hide_password=False))
            try:
                return play(database, streets, folder, wish, say)[1]
            finally:
                database.close()


def _show(told: Told, without: Told | None, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(report.document(told, without), indent=2, ensure_ascii=False), flush=True)
        return
    for line in report.lines(told, without):
        print(line, flush=True)
