"""`wasl demo`: brings up the whole service on this machine, runs the invented day through its front door, shows it."""

import json
from collections.abc import Callable
from datetime import date, datetime, timedelta

import typer
from fastapi import FastAPI

from app.demo import DemoResult, run_day
from app.demo.earlier_day import earlier_than, early
from app.demo.network import NETWORK, ZONE, import_city
from app.kit.clock import HandSetClock
from app.kit.database_access import DatabaseAccess, open_database
from app.kit.db import Database
from app.kit.live_server import LiveServer
from app.kit.migrate import upgrade
from app.main import create_app
from app.partners.founding import found
from app.roads.streets import Streets
from app.settings import Settings

Say = Callable[[str], None]
# Whatever is set up here: invented people are mailed nothing.
AS_SHOWN = {"worker": "on", "request_log": "off", "smtp_url": None, "mail_from": None}


def run_demo(config: Settings, say: Say, *, as_json: bool, stay: bool, day: str | None) -> None:
    """Run the day and show it; with `stay`, keep the pages up until Ctrl-C."""
    service_date = _service_date(day)
    clock = HandSetClock(early(earlier_than(service_date), ZONE))
    say("Starting the database.")
    with open_database(config) as access:
        _run_on(access, config, say, clock, service_date, as_json=as_json, stay=stay)


def _service_date(day: str | None) -> date:
    """The day that was asked for, else the next weekday: offers are posted early that morning."""
    if day is not None:
        try:
            return date.fromisoformat(day)
        except ValueError as error:
            raise typer.BadParameter("Write the day as 2026-11-25.", param_hint="--day") from error
    following = datetime.now(ZONE).date() + timedelta(days=1)
    while following.isoweekday() > 5:
        following += timedelta(days=1)
    return following


def _run_on(
    access: DatabaseAccess,
    config: Settings,
    say: Say,
    clock: HandSetClock,
    service_date: date,
    *,
    as_json: bool,
    stay: bool,
) -> None:
    if access.owner_url is not None:
        say("Bringing the tables up to date.")
        upgrade(access.owner_url)
    import_city(config.data_folder / "regions", say)
    database, streets = Database(access.service_url), Streets(config.data_folder / "regions")
    try:
        first = found(database, NETWORK, clock())
        app = create_app(database, streets, clock, config.model_copy(update=AS_SHOWN))
        with _server(app, config, say, stay=stay) as server:
            say(f"The service answers at {server.address}.")
            result = run_day(server.address, first.key, service_date, clock, say, stay=stay)
            _show(result, say, as_json=as_json)
            if stay:
                _stay(server, result, say)
    finally:
        streets.close()
        database.close()


def _server(app: FastAPI, config: Settings, say: Say, *, stay: bool) -> LiveServer:
    """On the usual port when it stays up, else, or where that is taken, on a free one."""
    if not stay:
        return LiveServer(app, config.host)
    try:
        return LiveServer(app, config.host, config.port)
    except OSError:
        say(f"Port {config.port} is taken by another program; a free one is used. WASL_PORT chooses one.")
        return LiveServer(app, config.host)


def _show(result: DemoResult, say: Say, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(result.document, indent=2, ensure_ascii=False), flush=True)
    else:
        for line in result.story:
            say(line)


def _stay(server: LiveServer, result: DemoResult, say: Say) -> None:
    for line in result.pages:
        say(line)
    say("Ctrl-C ends the demonstration.")
    try:
        server.wait()
    except KeyboardInterrupt:
        say("Ended.")
