"""Days that stand ready in databases of their own, copied for each case: planned twice; published, not yet driven."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import URL, Connection, NullPool, create_engine, event, make_url, text

from app.kit.auth import Principal, authenticate
from app.kit.clock import HandSetClock
from app.kit.db import Database
from app.kit.embedded_postgres import EmbeddedPostgres
from app.kit.live_server import LiveServer
from app.main import create_app
from app.roads.streets import Streets
from app.settings import Settings
from tests.conftest import MORNING, TestDatabase, a_database, know_the_server, named_database
from tests.invariants.laws import broken_laws
from tests.planned_here import worker_solves_here
from tests.service_client import (
    FOOD_BANK,
    LIDL_CARDIFF_ROAD,
    TESCO_SPYTTY,
    ServiceClient,
    a_line,
    a_need,
    an_offer,
    found_network,
)

WAITS = text("SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")


class AnyDatabase:
    """One engine for all databases of a server, each connection a new one: what SQLAlchemy asks a server when it meets
    it takes longer than all else that is asked about one copy, and is asked once."""

    def __init__(self, url: URL) -> None:
        self._engine = create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
        self._wanted = url.database
        event.listen(self._engine, "do_connect", self._to_the_wanted)

    def _to_the_wanted(self, _dialect: Any, _record: Any, _arguments: Any, options: dict[str, Any]) -> None:
        options["dbname"] = self._wanted

    def connect(self, database: str | None) -> Connection:
        self._wanted = database
        return self._engine.connect()


any_database = cache(AnyDatabase)


def connected(url: str) -> Connection:
    """A connection that commits each statement."""
    parsed = make_url(url)
    return any_database(parsed.set(database="postgres")).connect(parsed.database)


@dataclass(frozen=True)
class Scene:
    """A day in a database that others are copied from: its name, the secret of each who takes part, its ids."""

    name: str
    secrets: dict[str, str]
    ids: dict[str, UUID]
    documents: dict[str, Any] = field(default_factory=dict)
    principals: dict[str, Principal] = field(default_factory=dict)  # of those who have asked


@dataclass
class Copy:
    """One copy of a scene: a pool for each caller, so that each can be stopped and watched alone."""

    scene: Scene
    at: TestDatabase
    closing: ExitStack = field(default_factory=ExitStack)

    def caller(self, who: str) -> tuple[Database, Principal]:
        """A pool of its own, with a connection that is open, and who asks through it."""
        database = Database(self.at.service_url, pool_size=2)
        know_the_server(database)
        event.listen(database.engine, "connect", _waiting_longer)
        self.closing.callback(database.close)
        with database.engine.connect():  # what a first connection asks for is no statement of a verb
            pass
        if who not in self.scene.principals:  # whoever it is in one copy, it is in all
            self.scene.principals[who] = authenticate(database, self.scene.secrets[who], MORNING)
        return database, self.scene.principals[who]

    def as_owner(self, *statements: str) -> None:
        """Change the schema, for a twin."""
        with connected(self.at.owner_url) as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)

    @cached_property
    def everything(self) -> Connection:
        """As the superuser, who sees the rows of all tenants and what each connection is doing."""
        return self.closing.enter_context(connected(self.at.owner_url.replace("wasl_owner", "postgres")))

    def broken(self) -> list[str]:
        """The laws that do not hold here."""
        return broken_laws(self.everything)

    def waits_for_a_lock(self) -> bool:
        """Whether somebody here waits for what another holds."""
        return self.everything.execute(WAITS).first() is not None

    def close(self) -> None:
        """Give all connections back, and the database."""
        self.closing.close()


def _waiting_longer(connection: Any, record: Any) -> None:
    """A machine that stands still for ten seconds is no outcome of a race."""
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '50s'")
    connection.commit()


@pytest.fixture(scope="session")
def scenes(
    postgres: EmbeddedPostgres, template: str, streets: Streets, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Scene]:
    """`planned`: one day planned twice, nothing published. `published`: the same with the second plan published.
    `changed`: that again, with two changes of it as drafts, both of which leave out what Tesco offers.
    """
    name = f"scene_{uuid4().hex}"
    postgres.create_database(name, template=template)
    database, clock = Database(named_database(postgres, name).service_url), HandSetClock(MORNING)
    config = Settings(data_folder=tmp_path_factory.mktemp("scene"), plan_seconds=1, worker="on", request_log="off")
    with LiveServer(create_app(database, streets, clock, config)) as server, ExitStack() as closing:
        closing.callback((network := found_network(database, server.address, clock)).close)
        shop = network.organisation("supermarket", "Lidl")
        key = network.ok(f"/organisations/{shop['id']}/api-keys", {"name": "till", "scopes": ["offers"]})
        till = network.another(key["key"])
        lidl = network.site(LIDL_CARDIFF_ROAD, "Lidl, Cardiff Road", organisation_id=shop["id"])
        tesco = network.site(TESCO_SPYTTY, "Tesco Spytty", organisation_id=shop["id"])
        bank = network.site(FOOD_BANK, "Newport Food Bank", kind="distribution_point")
        need = network.ok("/needs", a_need(bank, kg="80"))
        offer = till.ok("/offers", an_offer(lidl, a_line(kg="30"), a_line(kg="5")))
        other = till.ok("/offers", an_offer(tesco, a_line(kg="25")))
        shift = network.vehicle_and_shift(bank)
        with worker_solves_here():
            first, second = network.planned(), network.planned()
        link = network.ok(f"/shifts/{shift['id']}/driver-links")["token"]
        secrets = {
            "office": network.http.headers["Authorization"].removeprefix("Bearer "),
            "till": till.http.headers["Authorization"].removeprefix("Bearer "),
            "driver": link,
        }
        ids = {
            "store": lidl, "bank": bank, "need": need, "offer": offer, "other": other, "shift": shift,
            "first": first, "second": second, "till_key": key,
        }  # fmt: skip
    database.close()
    planned = Scene(name, secrets, {key: UUID(thing["id"]) for key, thing in ids.items()}, {"plan": second})
    published = f"scene_{uuid4().hex}"
    postgres.create_database(published, template=name)
    database = Database(named_database(postgres, published).service_url)
    with (
        LiveServer(create_app(database, streets, clock, config)) as server,
        ServiceClient(server.address, secrets["office"]) as office,
    ):
        office.published(second)
        route = office.another(link).get("/driver/route").json()["route"]
    database.close()
    driven = Scene(published, secrets, planned.ids, {"plan": second, "route": route})
    return {"planned": planned, "published": driven, "changed": _changed(postgres, streets, config, driven)}


def _changed(postgres: EmbeddedPostgres, streets: Streets, config: Settings, driven: Scene) -> Scene:
    name = f"scene_{uuid4().hex}"
    postgres.create_database(name, template=driven.name)
    database = Database(named_database(postgres, name).service_url)
    with (
        LiveServer(create_app(database, streets, HandSetClock(MORNING), config)) as server,
        ServiceClient(server.address, driven.secrets["office"]) as office,
    ):
        wish = {"left_out_line_ids": [office.get(f"/offers/{driven.ids['other']}").json()["lines"][0]["id"]]}
        with worker_solves_here():
            changes = [_change_of(office, driven.documents["plan"]["id"], wish) for _ in range(2)]
    database.close()
    ids = {**driven.ids, "change": UUID(changes[0]), "another change": UUID(changes[1])}
    return Scene(name, driven.secrets, ids, driven.documents)


def _change_of(office: ServiceClient, plan_id: str, wish: dict[str, Any]) -> str:
    run = office.ok(f"/plans/{plan_id}/changes", wish)
    until = time.monotonic() + 120
    while run["state"] not in ("done", "failed"):
        assert time.monotonic() < until, run
        time.sleep(0.05)
        run = office.get(f"/plan-runs/{run['id']}").json()
    assert run["state"] == "done", run
    return str(run["plan_id"])


@pytest.fixture
def copy(postgres: EmbeddedPostgres, scenes: dict[str, Scene]) -> Iterator[Callable[[str], Copy]]:
    """Copies of a scene, as many as wanted; gone at the end."""
    with ExitStack() as made:

        def another(scene: str) -> Copy:
            closing = made.enter_context(ExitStack())
            return Copy(scenes[scene], closing.enter_context(a_database(postgres, scenes[scene].name)), closing)

        yield another


@pytest.fixture
def config(tmp_path: Path) -> Settings:
    """What stands beside the scenes needs no worker: plans are written by hand."""
    return Settings(data_folder=tmp_path, worker="off", request_log="off")
