"""The `wasl` command: what it prints is for people, one sentence and exit status 1 when something is wrong."""

import asyncio
import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer
import uvicorn
from pydantic import ValidationError

from app.client import ClientError, write_client
from app.demo.caller import DemoStopped
from app.kit.collector import search_seldom
from app.kit.database_access import DatabaseAccess, DatabaseError, open_database
from app.kit.db import Database
from app.kit.errors import WaslError
from app.kit.migrate import upgrade
from app.kit.request_log import configure_logging
from app.roads.provider import RoadError
from app.roads.region import RegionError, list_regions, open_region
from app.roads.streets import Streets
from app.settings import Settings, settings

cli = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)
audit_commands = typer.Typer(no_args_is_help=True, help="The trail of who did what")
region_commands = typer.Typer(no_args_is_help=True, help="Street maps of the regions that are planned")
network_commands = typer.Typer(no_args_is_help=True, help="Networks of partners")
cli.add_typer(region_commands, name="region")
cli.add_typer(audit_commands, name="audit")
cli.add_typer(network_commands, name="network")


def say(sentence: str) -> None:
    """Progress goes to standard error, so that standard output holds results alone."""
    print(sentence, file=sys.stderr, flush=True)


def streets_of(config: Settings) -> Streets:
    """The streets of this installation."""
    return Streets(config.data_folder / "regions", openrouteservice_key=config.openrouteservice_key)


@contextlib.contextmanager
def opened(config: Settings, *, migrate: bool = True) -> Iterator[DatabaseAccess]:
    """The database, its schema brought up to date where we may."""
    with open_database(config) as access:
        if migrate and access.owner_url is not None:
            upgrade(access.owner_url)
        yield access


@cli.command()
def serve() -> None:
    """Serve pages and API, and plan beside them unless WASL_WORKER is off."""
    from app.main import create_app

    config = settings()
    with opened(config) as access:
        database, streets = Database(access.service_url), streets_of(config)
        app = create_app(database, streets)
        search_seldom()
        say(f"Wasl is at http://{config.host}:{config.port}/")
        try:
            uvicorn.run(
                app,
                host=config.host,
                port=config.port,
                log_level="warning",
                access_log=False,
                forwarded_allow_ips=config.trusted_proxies,
            )
        finally:
            streets.close()
            database.close()


@cli.command()
def worker() -> None:
    """Run background jobs alone; start as many as wanted."""
    from app.kit.clock import system_clock
    from app.worker import work_until_cancelled, workrooms_of

    config = settings()
    with opened(config, migrate=False) as access:
        database, streets = Database(access.service_url), streets_of(config)
        search_seldom()
        say("Waiting for jobs.")
        try:
            asyncio.run(work_until_cancelled(workrooms_of(database, streets, system_clock, config)))
        except KeyboardInterrupt:
            say("Stopped.")
        finally:
            streets.close()
            database.close()


@cli.command()
def migrate() -> None:
    """Bring the database's schema up to date."""
    with open_database(settings()) as access:
        if access.owner_url is None:
            raise DatabaseError("Give WASL_DATABASE_OWNER_URL: only the role that owns the tables may change them.")
        upgrade(access.owner_url)
        say("The schema is up to date.")


@region_commands.command("import")
def import_map(
    extract: Annotated[str, typer.Argument(help="OpenStreetMap extract, .osm.pbf: a file, or the address of one")],
    name: Annotated[str | None, typer.Option(help="Name of the region; the file's own name otherwise")] = None,
    profile: Annotated[
        list[str] | None,
        typer.Option(
            help="car, van, truck, cargo_bike or all; may be given again. Those the region has, or car and van"
        ),
    ] = None,
) -> None:
    """Build the streets, the map and the addresses of a region from an extract."""
    from app.roads.region.command import import_extract

    import_extract(settings(), extract, name, profile or [], say)


@region_commands.command("list")
def list_maps() -> None:
    """The regions of this installation."""
    from app.roads.region.command import in_one_line

    found = list_regions(settings().data_folder / "regions")
    if not found:
        say("There is no region yet; `wasl region import FILE.osm.pbf` makes one.")
    for region in found:
        print(in_one_line(region))


@region_commands.command("show")
def show_map(name: Annotated[str, typer.Argument(help="An imported region")]) -> None:
    """What a region was made of, and what it holds."""
    from app.roads.region.command import in_full

    print(in_full(open_region(name, settings().data_folder / "regions")))


@network_commands.command("create")
def create_network(
    name: Annotated[str, typer.Argument(help="Such as: Newport")],
    region: Annotated[str, typer.Option(help="An imported region")],
    coordinator: Annotated[str, typer.Option(help="The organisation that coordinates, such as a food bank")],
    time_zone: Annotated[str, typer.Option(help="Such as Europe/London")] = "Europe/London",
    currency: Annotated[str, typer.Option(help="Such as GBP")] = "GBP",
) -> None:
    """Begin a network; prints the key of its first administrator, this once."""
    from app.kit.clock import system_clock
    from app.partners.founding import NewNetwork, found

    config = settings()
    with opened(config) as access:
        database = Database(access.service_url)
        try:
            wish = NewNetwork(name=name, region=region, time_zone=time_zone, currency=currency, coordinator=coordinator)
            begun = found(database, wish, system_clock())
            say(f"The network {begun.network_id} has begun. The key of its first administrator, shown this once:")
            print(begun.key)
        finally:
            database.close()


@network_commands.command("roads")
def network_roads(
    network: Annotated[UUID, typer.Argument(help="The network's id, as `network create` said it")],
    provider: Annotated[str, typer.Option(help="embedded, osrm, valhalla, openrouteservice or estimate")],
    url: Annotated[str | None, typer.Option(help="Address of the server, such as https://routes.example.org")] = None,
) -> None:
    """Say where a network's travel times come from, and try it out."""
    from app.partners.founding import choose_roads

    config = settings()
    with opened(config) as access:
        database = Database(access.service_url)
        streets = streets_of(config)
        try:
            stored = {"provider": provider} if url is None else {"provider": provider, "url": url}
            choice = choose_roads(database, network, stored)
            health = streets.health(choice)
            say(f"Travel times of this network come from {choice.provider}. {health.sentence}")
        finally:
            streets.close()
            database.close()


@audit_commands.command("verify")
def verify_audit(
    network: Annotated[UUID, typer.Argument(help="The network's id, as `network create` said it")],
    number: Annotated[int | None, typer.Option(help="Number of an entry that was noted before")] = None,
    sha256: Annotated[str | None, typer.Option("--hash", help="Its hash; goes together with --number")] = None,
) -> None:
    """Follow a network's chain of audit entries; exit status 1 where it is broken."""
    from app.audit.service import published_mark, verify_network

    config = settings()
    with opened(config, migrate=False) as access:
        database = Database(access.service_url)
        try:
            found = verify_network(database, network, published_mark(number, sha256))
        finally:
            database.close()
    print(found.sentence)
    if found.broken is not None:
        raise SystemExit(1)


@cli.command()
def demo(
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document at the end")] = False,
    serve_after: Annotated[bool, typer.Option("--serve/--no-serve", help="Stay up afterwards")] = True,
    day: Annotated[
        str | None, typer.Option(help="Service date, such as 2026-11-25; the next weekday otherwise")
    ] = None,
) -> None:
    """Run a whole invented day in a real city, Newport in Wales, and show it."""
    from app.demo.command import run_demo

    run_demo(settings(), say, as_json=as_json, stay=serve_after, day=day)


@cli.command()
def simulate(
    *,
    days: Annotated[int, typer.Option(help="How many days, from a Monday on")] = 7,
    seed: Annotated[int, typer.Option(help="The same seed, the same happenings")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document at the end")] = False,
    compare: Annotated[bool, typer.Option("--compare/--no-compare", help="Run the week without changes too")] = True,
) -> None:
    """Run a simulated week of Newport; exit status 1 where a gram or an offer is not accounted for."""
    from app.simulation.command import run_simulation

    if not run_simulation(settings(), say, days=days, seed=seed, as_json=as_json, compare=compare):
        raise SystemExit(1)


@cli.command()
def month(
    *,
    days: Annotated[int, typer.Option(help="How many days, from a Monday on")] = 28,
    seed: Annotated[int, typer.Option(help="The same seed, the same happenings")] = 1,
    folder: Annotated[
        Path | None, typer.Option(help="Keeps the month: where it was played before, it is reported on once more")
    ] = None,
    papers: Annotated[Path | None, typer.Option(help="Where PDFs and CSV files are kept, in both languages")] = None,
    minutes: Annotated[float | None, typer.Option(help="To play in: as many whole weeks as fit")] = None,
    report_minutes: Annotated[
        float | None, typer.Option(help="To compare and share days in; the next run goes on with those that are left")
    ] = None,
    plan_seconds: Annotated[float, typer.Option(help="Of search for each plan")] = 3.0,
    compare_seconds: Annotated[
        float | None, typer.Option(help="Of search for each day that a plan is compared with; as many as for the plan")
    ] = None,
    share_groups: Annotated[int, typer.Option(help="Groups of food banks asked a day for their cost, about")] = 400,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document at the end")] = False,
    serve_after: Annotated[bool, typer.Option("--serve", help="Stay up afterwards, to look at the pages")] = False,
) -> None:
    """Play a month of Newport and report on it; exit status 1 where a gram or a cent is not as it has to be."""
    from app.month.command import run_month
    from app.month.wish import MonthWish

    wish = MonthWish(
        seed=seed,
        days=days,
        plan_seconds=plan_seconds,
        compare_seconds=compare_seconds,
        share_groups=share_groups,
        minutes=minutes,
        report_minutes=report_minutes,
    )
    if not run_month(settings(), say, wish, folder=folder, papers=papers, as_json=as_json, serve=serve_after):
        raise SystemExit(1)


@cli.command()
def client(folder: Annotated[Path, typer.Argument(help="Where the package is written, such as wasl_client")]) -> None:
    """Write a Python client of this version's API, generated from its description."""
    write_client(folder)
    say(f"The client is in {folder}: from {folder.name} import AuthenticatedClient")


def main() -> None:
    """Run the command; what goes wrong is one sentence and exit status 1."""
    configure_logging()
    try:
        cli()
    except (ClientError, DatabaseError, DemoStopped, RegionError, RoadError, WaslError) as error:
        say(f"wasl: {error}")
        raise SystemExit(1) from None
    except ValidationError as error:
        first = error.errors()[0]
        say(f"wasl: WASL_{str(first['loc'][0]).upper()} cannot be used: {first['msg']}.")
        raise SystemExit(1) from None


if __name__ == "__main__":
    main()
