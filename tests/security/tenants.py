"""Two networks with everything in them, and a holder of every right in the first: the world of the generated tests."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Engine, create_engine, text

from app.domain.permissions import Action, Role, Scope
from app.kit.auth import Principal, digest_of, new_secret
from app.kit.clock import HandSetClock
from app.kit.db import Database
from app.kit.live_server import LiveServer
from app.kit.tenancy import Scope as RowScope
from app.main import create_app
from app.models.partners import Person
from app.models.plans import Allocation, Plan, PlanRun, Route, Stop
from app.models.roads import RegionImport
from app.models.system import Credential
from app.roads.streets import Streets
from app.settings import Settings
from tests.conftest import MORNING, TestDatabase
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
        for table in tables:
            connection.execute(text(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY"))
    try:
        yield
    finally:
        with superuser.begin() as connection:
            for table in tables:
                connection.execute(text(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY"))


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
        network = UUID(staff.get("/me").json()["network"]["id"])
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
    donor.planned = receiver.planned = a_published_plan(donor, receiver, store, bank, need, offer, shift)
    return donor, receiver, shift["id"]


def a_published_plan(
    donor: Tenant, receiver: Tenant, store: Row, bank: Row, need: Row, offer: Row, shift: Row
) -> dict[str, str]:
    """All of the offer driven from the store to the bank: rows as a plan leaves them, without the minutes it takes."""
    network, day = donor.network_id, MORNING.date()
    common = {"network_id": network, "shift_id": UUID(shift["id"])}
    plan = Plan(
        network_id=network,
        service_date=day,
        number=1,
        state="published",
        problem_digest="0" * 64,
        problem={"said": donor.canary},
        document={"said": donor.canary},
        engine="test",
        seed=1,
        grams_allocated=10_000,
        metres=5000,
        seconds=1200,
        created_at=MORNING,
        published_at=MORNING,
    )
    run = PlanRun(
        id=uuid4(),
        network_id=network,
        service_date=day,
        state="done",
        requested_by=donor.canary,
        requested_at=MORNING,
        ended_at=MORNING,
    )
    route = Route(
        **common,
        number=1,
        vehicle_name=f"{donor.canary} van",
        driver_name="Driver",
        metres=5000,
        seconds=1200,
        driving_seconds=900,
        line=[[-3.01, 51.57], [-2.99, 51.58]],
    )
    visits = [("start", store, donor), ("pickup", store, donor), ("drop_off", bank, receiver), ("end", store, donor)]
    route.stops = [
        Stop(
            **common,
            site_id=UUID(site["id"]),
            sequence=sequence,
            kind=kind,
            site_name=site["name"],
            organisation_name=whose.canary,
            address="",
            access_notes="",
            latitude=site["latitude"],
            longitude=site["longitude"],
            arrive_at=MORNING + timedelta(hours=2 + sequence),
            begin_at=MORNING + timedelta(hours=2 + sequence),
            leave_at=MORNING + timedelta(hours=2 + sequence, minutes=5),
            metres_from_previous=1500,
        )
        for sequence, (kind, site, whose) in enumerate(visits)
    ]
    with donor.database.transaction(RowScope(network=network)) as session:
        session.add(plan)
        session.flush()
        run.plan_id, route.plan_id = plan.id, plan.id
        session.add_all([run, route])
        session.flush()
        allocation = Allocation(
            **common,
            plan_id=plan.id,
            route_id=route.id,
            offer_line_id=UUID(offer["lines"][0]["id"]),
            need_id=UUID(need["id"]),
            donor_organisation_id=donor.organisation_id,
            receiver_organisation_id=receiver.organisation_id,
            pickup_stop_id=route.stops[1].id,
            drop_off_stop_id=route.stops[2].id,
            grams=10_000,
            crates=2,
            description=f"{donor.canary} bread",
            category="bread_and_bakery",
            temperature_class="ambient",
            donor_name=donor.canary,
            receiver_name=receiver.canary,
            pickup_at=route.stops[1].begin_at,
            drop_off_at=route.stops[2].begin_at,
            published_at=MORNING,
        )
        session.add(allocation)
    return {
        "run": str(run.id),
        "plan": str(plan.id),
        "route": str(route.id),
        "stop": str(route.stops[1].id),
        "shift": shift["id"],
        "line": offer["lines"][0]["id"],
        "allocation": str(allocation.id),
    }
