"""Two networks with everything in them, and a holder of every right in the first: the world of the generated tests."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Engine, create_engine, select, text

from app.domain.permissions import Action, Role, Scope
from app.kit.auth import Principal, digest_of, new_secret
from app.kit.clock import HandSetClock
from app.kit.db import Database
from app.kit.live_server import LiveServer
from app.kit.tenancy import Scope as RowScope
from app.main import create_app
from app.models.partners import Person
from app.models.plans import Allocation, Plan, PlanRun
from app.models.roads import RegionImport
from app.models.system import Credential
from app.roads.streets import Streets
from app.settings import Settings
from tests.conftest import MORNING, TestDatabase
from tests.hand_made_plan import Ride, draft
from tests.security.operations import THINGS
from tests.service_client import (
    FOOD_BANK,
    LIDL_CARDIFF_ROAD,
    ServiceClient,
    a_line,
    a_need,
    an_offer,
    found_network,
)

NOBODY = "nobody"
DRIVER_LINK = "driver link"
# One scope that edits and one that sees the network: together they edit no more than the first alone.
ORGANISATION_AND_PLANS = "key: organisation plans"
ROLES = [
    *(role.value for role in Role),
    DRIVER_LINK,
    *(f"key: {scope.value}" for scope in Scope),
    ORGANISATION_AND_PLANS,
    NOBODY,
]


type Row = dict[str, Any]


@dataclass
class Tenant:
    """One organisation, asked as its administrator; `planned` names what its network's plan made."""

    network_id: UUID
    organisation_id: UUID
    canary: str
    database: Database
    address: str
    planned: dict[str, str] = field(default_factory=dict)
    latest: dict[str, str] = field(default_factory=dict)  # what the thing that was made last is known by besides its id
    _ids: dict[str, str] = field(default_factory=dict)
    _number: Iterator[int] = field(default_factory=count)

    def __post_init__(self) -> None:
        self.admin = ServiceClient(self.address, held(self, Role.ORGANISATION_ADMIN))

    def another_dispatcher(self) -> ServiceClient:
        """Somebody of this organisation who plans for the network."""
        return ServiceClient(self.address, held(self, Role.DISPATCHER))

    def id_of(self, noun: str) -> str:
        """The id of this tenant's thing of that kind, made when first asked for."""
        if noun not in self._ids:
            self._ids[noun] = THINGS[noun].make(self)
        return self._ids[noun]

    def another_day(self) -> str:
        """A day that was not given before."""
        return str((MORNING + timedelta(days=3 + next(self._number))).date())

    def another_instant(self) -> datetime:
        """A moment at which no shift begins yet."""
        return MORNING + timedelta(days=1, minutes=30 * next(self._number))

    def an_import(self) -> str:
        """A finished import of the network's region."""
        row = RegionImport(
            id=uuid4(),
            network_id=self.network_id,
            region="newport",
            source=f"{self.canary}.osm.pbf",
            profiles=["car"],
            state="done",
            requested_by=self.canary,
            requested_at=MORNING,
            ended_at=MORNING,
        )
        with self.database.transaction(RowScope(network=self.network_id)) as session:
            session.add(row)
        return str(row.id)


def held(tenant: Tenant, role: str, shift_id: str | None = None) -> str:
    """The secret of somebody of this organisation: a person in a role, "key: SCOPE" or the driver's link."""
    secret = new_secret("test")
    credential = Credential(
        kind="session",
        name=role,
        secret_sha256=digest_of(secret),
        network_id=tenant.network_id,
        organisation_id=tenant.organisation_id,
        role=role,
        created_at=MORNING,
    )
    with tenant.database.transaction(RowScope(network=tenant.network_id)) as session:
        if role == DRIVER_LINK:
            credential.kind, credential.role, credential.shift_id = "driver_link", Role.DRIVER, UUID(shift_id)
        elif role.startswith("key: "):
            credential.kind, credential.role, credential.scopes = "api_key", None, role.removeprefix("key: ").split()
        else:
            person = Person(
                network_id=tenant.network_id,
                organisation_id=tenant.organisation_id,
                name=f"{tenant.canary} {role}",
                email=f"{uuid4().hex}@example.org",
                role=role,
                state="active",
                created_at=MORNING,
            )
            session.add(person)
            session.flush()
            credential.person_id = person.id
        session.add(credential)
    return secret


def may(role: str, action: str) -> bool:
    """What permissions.TABLE says of this holder."""
    return _principal(role).may(action)


def across_network(role: str, action: str) -> bool:
    """Whether this holder may do it on all rows of the own network."""
    return action in set(Action) and _principal(role).may_across_network(action)


def _principal(role: str) -> Principal:
    key = role.removeprefix("key: ")
    named = None if key != role else (Role.DRIVER.value if role == DRIVER_LINK else role)
    nothing = UUID(int=0)
    scopes = frozenset[str]() if named else frozenset(key.split())
    return Principal("", nothing, nothing, nothing, "", named, scopes)


@dataclass
class World:
    """Everything: the own organisation, a partner in the same network, a stranger in another; who holds what."""

    address: str
    own: Tenant
    partner: Tenant
    stranger: Tenant
    shift: str
    holders: dict[str, ServiceClient]
    superuser: Engine

    def tenant(self, name: str) -> Tenant:
        return {"own": self.own, "partner": self.partner, "stranger": self.stranger}[name]

    def rows_of(self, column: str, value: UUID) -> dict[str, str]:
        """A digest of each table's rows whose `column` has `value`, all as of one moment."""
        each = " UNION ALL ".join(
            f"SELECT '{table}', md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) FROM {table} t"
            f" WHERE {named} = :value"
            for table, named in self._tables(column)
        )
        with self.superuser.connect() as connection:
            return {row[0]: row[1] for row in connection.execute(text(each), {"value": value})}

    def _tables(self, column: str) -> list[tuple[str, str]]:
        if column not in self._known:
            with self.superuser.connect() as connection:
                found = connection.execute(
                    text(
                        "SELECT c.table_name FROM information_schema.columns c JOIN information_schema.tables t"
                        " USING (table_schema, table_name) WHERE c.table_schema = 'public' AND t.table_type ="
                        " 'BASE TABLE' AND c.column_name = :column ORDER BY 1"
                    ),
                    {"column": column},
                )
                self._known[column] = [(row[0], column) for row in found]
            if column == "network_id":
                self._known[column] += [("networks", "id"), ("organisations", "home_network_id")]
        return self._known[column]

    def __post_init__(self) -> None:
        self._known: dict[str, list[tuple[str, str]]] = {}


@contextmanager
def without_row_security(superuser: Engine) -> Iterator[None]:
    """All policies of the database switched off while the block runs."""
    with superuser.begin() as connection:
        tables = connection.scalars(
            text(
                "SELECT relname FROM pg_class WHERE relkind = 'r' AND relrowsecurity"
                " AND relnamespace = 'public'::regnamespace"
            )
        ).all()
        assert len(tables) > 15
    _switch(superuser, tables, "DISABLE")
    try:
        yield
    finally:
        _switch(superuser, tables, "ENABLE")


def _switch(superuser: Engine, tables: Iterable[str], how: str) -> None:
    """One by one: who held some while waiting for another would stand in the way of the service, and it in theirs."""
    for table in tables:
        with superuser.begin() as connection:
            connection.execute(text(f"ALTER TABLE {table} {how} ROW LEVEL SECURITY"))


@contextmanager
def world(database: TestDatabase, streets: Streets, regions: Path, folder: Path) -> Iterator[World]:
    """Two networks, each with a published day; the service runs without its worker, so that nothing moves by itself."""
    (folder / "regions").symlink_to(regions, target_is_directory=True)
    opened, clock = Database(database.service_url), HandSetClock(MORNING)
    superuser = create_engine(database.owner_url.replace("wasl_owner", "postgres"))
    app = create_app(opened, streets, clock, Settings(data_folder=folder, worker="off", request_log="off"))
    try:
        with LiveServer(app) as running:
            own, partner, shift = network_of_two(opened, running.address, clock, "Newport", "own", "partner")
            stranger, other, _ = network_of_two(opened, running.address, clock, "Stranger", "stranger", "other")
            holders = {role: ServiceClient(running.address, held(own, role, shift)) for role in ROLES if role != NOBODY}
            holders[NOBODY] = ServiceClient(running.address, None)
            yield World(running.address, own, partner, stranger, shift, holders, superuser)
            for client in (*holders.values(), *(tenant.admin for tenant in (own, partner, stranger, other))):
                client.close()
    finally:
        superuser.dispose()
        opened.close()


def network_of_two(
    database: Database, address: str, clock: HandSetClock, name: str, left: str, right: str
) -> tuple[Tenant, Tenant, str]:
    """A network with a donor that drives and a receiver, a published plan between them; the driven shift's id."""
    with found_network(database, address, clock, name) as staff:
        network = staff.network_id()
        tenants = []
        for kind, who in (("supermarket", left), ("food_bank", right)):
            canary = f"canary-{who}-{uuid4().hex[:6]}"
            organisation = staff.organisation(kind, canary)
            tenants.append(Tenant(network, UUID(organisation["id"]), canary, database, address))
        donor, receiver = tenants
        store = donor.admin.site(LIDL_CARDIFF_ROAD, f"{donor.canary} store")
        bank = receiver.admin.site(FOOD_BANK, f"{receiver.canary} bank", kind="distribution_point")
        need = receiver.admin.ok("/needs", a_need(bank))
        offer = donor.admin.ok("/offers", an_offer(store, a_line(description=f"{donor.canary} bread")))
        shift = donor.admin.vehicle_and_shift(store, name=f"{donor.canary} van")
        donor.planned = receiver.planned = a_published_plan(staff, donor, shift, Ride(offer, need, 10_000))
    return donor, receiver, shift["id"]


def a_published_plan(staff: ServiceClient, donor: Tenant, shift: Row, ride: Ride) -> dict[str, str]:
    """The ids of what a published plan of this one ride made; its papers say the donor's canary.

    Published by hand too: the messages of a publication name partners to each other, and no other message may.
    """
    plan = draft(donor.database, staff, shift, ride, asked_by=donor.canary)
    [route] = plan["routes"]
    pickup = route["stops"][1]
    [allocation] = pickup["allocations"]
    with donor.database.transaction(RowScope(network=donor.network_id)) as session:
        session.get_one(Allocation, UUID(allocation["id"])).published_at = MORNING
        session.flush()
        written = session.get_one(Plan, UUID(plan["id"]))
        written.state, written.published_at = "published", MORNING
        written.problem = {**written.problem, "said": donor.canary}
        written.document = {"said": donor.canary}
        run = session.scalars(select(PlanRun.id).where(PlanRun.plan_id == written.id)).one()
    return {
        "run": str(run),
        "plan": plan["id"],
        "route": route["id"],
        "stop": pickup["id"],
        "shift": shift["id"],
        "line": ride.offer["lines"][0]["id"],
        "allocation": allocation["id"],
    }
