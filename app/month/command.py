"""`wasl month`: days of the demonstration's network are played, and then everything that is reported of a month."""

import fcntl
import json
import logging
import os
import platform
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import structlog
import typer

from app.demo.network import import_city
from app.demo.partners import SignIn
from app.kit.request_log import configure_logging
from app.month.at_work import AtWork, service_at_work
from app.month.pages import Pages
from app.month.papers import all_load, keep_papers, pages_of
from app.month.playing import month_database, play_month
from app.month.reading import read_month
from app.month.telling import lines_of
from app.month.wish import MOST_DAYS, MonthWish, Played, kept
from app.month.working_out import work_out
from app.roads.streets import Streets
from app.settings import Settings

MOST_SEED = 2**31 - 1
Say = Callable[[str], None]


def run_month(
    config: Settings, say: Say, wish: MonthWish, *, folder: Path | None, papers: Path | None, as_json: bool, serve: bool
) -> bool:
    """Play the month, unless its folder has it already, report on it and print that; whether every gram and every cent
    is as it has to be. Raises typer.BadParameter with one sentence for a number that cannot be."""
    _can_be(wish)
    configure_logging()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    regions = config.data_folder.resolve() / "regions"
    import_city(regions, say)
    folder = folder or config.data_folder / "months" / f"seed-{wish.seed}-days-{wish.days}"
    folder = folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "regions").exists():
        (folder / "regions").symlink_to(regions, target_is_directory=True)
    streets = Streets(regions)
    try:
        with _alone(folder), month_database(folder) as database:
            if kept(folder) is None:
                say(f"The days are played; what comes of them is kept in {folder}.")
                play_month(database, streets, folder, wish, say)
            played = _again(kept(folder), wish)
            with service_at_work(database, streets, folder, played, config.port if serve else 0) as month:
                return _report(month, say, papers=papers, as_json=as_json, serve=serve)
    finally:
        streets.close()


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One run at a time has a month: a second one would take the jobs that the first is doing for those of a dead one.

    Raises typer.BadParameter.
    """
    with (folder / "month.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise typer.BadParameter("Another run has this month open.", param_hint="--folder") from None
        yield


def _can_be(wish: MonthWish) -> None:
    if not 1 <= wish.days <= MOST_DAYS:
        raise typer.BadParameter(f"Give from 1 to {MOST_DAYS} days.", param_hint="--days")
    if not 0 <= wish.seed <= MOST_SEED:
        raise typer.BadParameter(f"Give a seed from 0 to {MOST_SEED}.", param_hint="--seed")
    for name, value in (("--plan-seconds", wish.plan_seconds), ("--compare-seconds", wish.compare_seconds or 1)):
        if not 0.1 <= value <= 60:
            raise typer.BadParameter("Give from 0.1 to 60 seconds.", param_hint=name)
    if not 50 <= wish.share_groups <= 5000:
        raise typer.BadParameter("Give from 50 to 5000 groups.", param_hint="--share-groups")


def _again(played: Played | None, wish: MonthWish) -> Played:
    """What was played stays; what its reports may take is as it is wished for now."""
    assert played is not None  # noqa: S101 - it was played a moment ago
    budgets = ("compare_seconds", "share_groups", "report_minutes")
    return replace(played, wish=replace(played.wish, **{name: getattr(wish, name) for name in budgets}))


def document_of(month: AtWork, reader: SignIn, say: Say, papers: Path | None = None) -> dict[str, Any]:
    """Everything that is reported of the month, worked out where it is not there yet; its papers are kept in a folder
    where one is given."""
    took = work_out(month, say, month.played.wish.report_minutes)
    with Pages(month.server.address, reader) as pages:
        told = {**_about(month, took), **read_month(month, pages), "pages": all_load(month, pages)}
        if papers is not None:
            say(f"{keep_papers(month, pages, papers)} files are in {papers}.")
    return told


def _report(month: AtWork, say: Say, *, papers: Path | None, as_json: bool, serve: bool) -> bool:
    reader = month.reader()
    told = document_of(month, reader, say, papers)
    if as_json:
        print(json.dumps(told, indent=2, ensure_ascii=False), flush=True)
    else:
        for line in lines_of(told):
            print(line, flush=True)
    for fault in told["faults"]:
        say(fault)
    if serve:
        _stay(month, reader.email, reader.password, say)
    return not told["faults"] and adds_up(month.played)


def adds_up(played: Played) -> bool:
    """Whether the days were played to their end, every gram is where the events say, and no offer has no outcome."""
    told = played.told
    return told is not None and told["agrees_to_the_gram"] and not (told["without_outcome"] or told["faults"])


def _about(month: AtWork, took: dict[str, float]) -> dict[str, Any]:
    played = month.played
    wish = {name: value for name, value in asdict(played.wish).items() if value is not None}
    return {
        "month": {
            **wish,
            "first": str(played.wish.first),
            "compare_seconds": played.wish.compare_seconds or played.wish.plan_seconds,
            "played_seconds": played.seconds,
            "played_on": played.played_on,
        },
        "machine": f"{os.cpu_count()} cores, {platform.machine()}",
        "played": played.told or {},
        "took_seconds": took,
    }


def _stay(month: AtWork, email: str, password: str, say: Say) -> None:
    say(f"The month is at {month.server.address}/sign-in, as {email} with the password {password}:")
    for name, address in pages_of(month).items():
        say(f"  {name}: {month.server.address}{address}")
    say("Ctrl-C ends it.")
    try:
        month.server.wait()
    except KeyboardInterrupt:
        say("Ended.")
