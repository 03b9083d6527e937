"""What every test may stand on: a real PostgreSQL, a migrated database of its own, the service on a real port."""

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, settings
from playwright.sync_api import Browser, expect, sync_playwright
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy import Engine, event, make_url

from app.kit import auth
from app.kit.clock import HandSetClock
from app.kit.db import Database
from app.kit.embedded_postgres import EmbeddedPostgres
from app.kit.live_server import LiveServer
from app.kit.migrate import upgrade
from app.main import create_app
from app.roads.region import import_region
from app.roads.streets import Streets
from app.settings import Settings
from tests.service_client import ServiceClient, found_network

ROOT = Path(__file__).resolve().parents[1]
# The same Chromium without windows, menus and what belongs to them: it paints the same pages in half the time.
WITHOUT_WINDOWS = "chromium-headless-shell"
WHOLE = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--use-fake-device-for-media-stream",  # a camera, which a server has not
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
MORNING = datetime(2026, 11, 25, 6, 0, tzinfo=UTC)

settings.register_profile(
    "wasl", deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
settings.load_profile("wasl")


@dataclass(frozen=True)
class TestDatabase:
    """One database: as the owner of its tables and as the service's role."""

    __test__ = False
    owner_url: str
    service_url: str


@pytest.fixture(scope="session", autouse=True)
def quick_passwords() -> Iterator[None]:
    """Argon2id as the product has it, at the least cost that it allows: at the product's, to enter somebody and sign
    them in took more than all the rest of a page's test. What the product itself takes: tests/kit/test_passwords.py.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(auth, "_passwords", PasswordHash((Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1),)))
        yield


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedPostgres]:
    """The embedded server, as the product starts it, without waiting for the disk."""
    with EmbeddedPostgres(tmp_path_factory.mktemp("postgres"), for_tests=True) as server:
        yield server


def named_database(server: EmbeddedPostgres, name: str) -> TestDatabase:
    def named(url: str) -> str:
        return make_url(url).set(database=name).render_as_string(hide_password=False)

    return TestDatabase(named(server.owner_url), named(server.service_url()))


@pytest.fixture(scope="session")
def template(postgres: EmbeddedPostgres) -> str:
    """The name of a migrated, empty database that others are copied from."""
    postgres.create_database("template_wasl")
    upgrade(named_database(postgres, "template_wasl").owner_url)
    return "template_wasl"


@contextmanager
def a_database(server: EmbeddedPostgres, template: str | None = None) -> Iterator[TestDatabase]:
    """A database that is dropped afterwards: thousands of them would fill the disk, and the machine's time."""
    name = f"test_{uuid4().hex}"
    server.create_database(name, template=template)
    yield named_database(server, name)
    server.drop_database(name)


@pytest.fixture
def empty_database(postgres: EmbeddedPostgres) -> Iterator[TestDatabase]:
    """A database without any table."""
    with a_database(postgres) as made:
        yield made


@pytest.fixture
def migrated(postgres: EmbeddedPostgres, template: str) -> Iterator[TestDatabase]:
    """A migrated database of this test's own."""
    with a_database(postgres, template) as made:
        yield made


@pytest.fixture
def database(migrated: TestDatabase) -> Iterator[Database]:
    """That database in the service's role."""
    opened = Database(migrated.service_url)
    know_the_server(opened)
    yield opened
    opened.close()


_met: dict[str, Engine] = {}  # by host, the first engine of the service's role there


def know_the_server(database: Database) -> None:
    """Take over what the first engine has found out about the server, and each statement that was compiled for it: it
    is the same for every database here, and compiling takes as long as running."""
    engine = database.engine
    host = str(engine.url.query["host"])
    if host not in _met:
        with engine.connect():
            _met[host] = engine
    engine.dialect = engine.pool._dialect = _met[host].dialect
    engine._compiled_cache = _met[host]._compiled_cache


@pytest.fixture
def tables_read(database: Database) -> Iterator[list[str]]:
    """The tables that statements have read since the list was emptied."""
    found: list[str] = []

    def read(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        found.extend(re.findall(r"FROM (\w+)", statement))

    event.listen(database.engine, "after_cursor_execute", read)
    yield found
    event.remove(database.engine, "after_cursor_execute", read)


def shared_by_workers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The run's temporary folder, which all of pytest-xdist's workers see; each has its own folder in it."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


@pytest.fixture(scope="session")
def regions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the real streets of Newport; kept between runs where WASL_TEST_REGIONS says so.

    Tests that run on several cores at once share it: the first imports, the others wait for its lock and take it over.
    """
    kept = os.environ.get("WASL_TEST_REGIONS")
    folder = Path(kept) if kept else shared_by_workers(tmp_path_factory) / "regions"
    folder.mkdir(parents=True, exist_ok=True)
    import_region(ROOT / "data" / "newport" / "newport.osm.pbf", "newport", folder, profiles=["car"])
    return folder


@pytest.fixture(scope="session")
def streets(regions: Path) -> Iterator[Streets]:
    """Newport's streets, open for the whole run."""
    opened = Streets(regions)
    yield opened
    opened.close()


@pytest.fixture
def clock() -> HandSetClock:
    """Early on a Wednesday."""
    return HandSetClock(MORNING)


@pytest.fixture
def config(tmp_path: Path) -> Settings:
    """Settings of one test: short plans, a worker beside the pages."""
    return Settings(data_folder=tmp_path, plan_seconds=1, worker="on", solver_at_hand="off", request_log="off")


@pytest.fixture
def server(
    database: Database, streets: Streets, clock: HandSetClock, config: Settings, regions: Path
) -> Iterator[LiveServer]:
    """The service on a real port with its worker; map tiles come from the same regions."""
    link = config.data_folder / "regions"
    link.symlink_to(regions, target_is_directory=True)
    with LiveServer(create_app(database, streets, clock, config)) as running:
        yield running


@pytest.fixture
def network(database: Database, server: LiveServer, clock: HandSetClock) -> Iterator[ServiceClient]:
    """A network in Newport, asked as its first administrator."""
    client = found_network(database, server.address, clock)
    yield client
    client.close()


@pytest.fixture(scope="session")
def chromium() -> str:
    """A real browser: the one without windows where it is there."""
    return _program(WITHOUT_WINDOWS, *WHOLE)


@pytest.fixture(scope="session")
def whole_chromium() -> str:
    """One that has a camera and shows notifications, too."""
    return _program(*WHOLE)


def _program(*names: str) -> str:
    """The first that is there; WASL_REQUIRE_BROWSER makes the absence of all a failure instead of a skip."""
    found = next(filter(None, map(shutil.which, names)), None)
    if found is None:
        reason = f"no Chromium on this machine: install the package `{names[0]}` to run the browser tests"
        if os.environ.get("WASL_REQUIRE_BROWSER"):
            pytest.fail(reason)
        pytest.skip(reason)
    return found


PATIENCE_MS = 30_000  # the machine may have a lot else to do: what is expected of a page may take a while


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    """That browser, open; for one module, since no event loop runs beside it."""
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=list(CHROMIUM_FLAGS))
        yield opened
        opened.close()


@pytest.fixture
def whole_browser(browser: Browser, whole_chromium: str) -> Iterator[Browser]:
    """One with a camera, beside the module's."""
    opened = browser.browser_type.launch(executable_path=whole_chromium, args=list(CHROMIUM_FLAGS))
    yield opened
    opened.close()
