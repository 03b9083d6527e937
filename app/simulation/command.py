"""`wasl simulate`: the week on a database of its own, once with changes and once without, and what it came to."""

import json
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory

import structlog
import typer

from app.demo.network import import_city
from app.kit.db import Database
from app.kit.embedded_postgres import EmbeddedPostgres
from app.kit.migrate import upgrade
from app.kit.request_log import configure_logging
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
    weeks = _side_by_side(regions, wishes, say)
    _show(weeks[0], weeks[1] if compare else None, as_json=as_json)
    return all(told.good for told in weeks)


def _side_by_side(regions: Path, wishes: Sequence[Wish], say: Say) -> list[Told]:
    """Each week in a process of its own; one alone in this one."""
    if len(wishes) == 1:
        return [_on_a_database_of_its_own(regions, wishes[0], say)]
    with ProcessPoolExecutor(len(wishes), mp_context=get_context("spawn")) as pool:
        return list(pool.map(partial(_on_a_database_of_its_own, regions, say=say), wishes))


def _on_a_database_of_its_own(regions: Path, wish: Wish, say: Say) -> Told:
    """The week in a PostgreSQL that is thrown away afterwards: nothing of this installation is touched."""
    configure_logging()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))

    def named(sentence: str) -> None:
        say(f"{'With' if wish.changes else 'Without'} changes: {sentence}")

    how = "with" if wish.changes else "without"
    record = regions.parent / "simulations" / f"seed-{wish.seed}-days-{wish.days}-{how}-changes.json.gz"
    named("a database is started for this week alone.")
    with TemporaryDirectory(prefix="wasl-simulation-") as name:
        folder = Path(name)
        (folder / "regions").symlink_to(regions, target_is_directory=True)
        with EmbeddedPostgres(folder / "postgres", for_tests=True) as server:
            upgrade(server.owner_url)
            database, streets = Database(server.service_url()), Streets(regions)
            try:
                return play(database, streets, folder, wish, named, record)[1]
            finally:
                streets.close()
                database.close()


def _show(told: Told, without: Told | None, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(report.document(told, without), indent=2, ensure_ascii=False), flush=True)
        return
    for line in report.lines(told, without):
        print(line, flush=True)
