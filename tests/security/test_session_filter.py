"""The session's own filter beside row-level security: either guard alone keeps tenants apart, and both are looked at
with the other taken away."""

import ast
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import create_engine, delete, exists, func, select, text, true, union_all, update
from sqlalchemy.orm import aliased

import app.models
from app.kit import tenancy
from app.kit.clock import HandSetClock
from app.kit.db import Base, Database
from app.kit.live_server import LiveServer
from app.kit.tenancy import Scope, UnknownTenancy
from app.models.offers import Offer, OfferLine
from app.models.partners import Network, Organisation, Site
from tests.conftest import ROOT, TestDatabase
from tests.security.tenants import without_row_security
from tests.service_client import LIDL_CARDIFF_ROAD, ServiceClient, a_line, an_offer, found_network


@contextmanager
def row_security(database: TestDatabase, *, on: bool) -> Iterator[None]:
    """All policies of the database switched off, or left as they are."""
    if on:
        yield
        return
    engine = create_engine(database.owner_url.replace("wasl_owner", "postgres"))
    with without_row_security(engine):
        yield
    engine.dispose()


def without_filter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tenancy, "criteria", lambda base, statement, scope: ())


@pytest.fixture
def theirs(network: ServiceClient) -> dict[str, str]:
    """One thing of each kind with the canary in its text, and where it is."""
    shop = network.organisation("supermarket", "canary shop")
    store = network.site(LIDL_CARDIFF_ROAD, "canary store", organisation_id=shop["id"])
    offer = network.ok("/offers", an_offer(store, a_line(description="canary loaves")))
    shift = network.vehicle_and_shift(store, name="canary van")
    return {
        "/organisations": shop["id"],
        "/sites": store["id"],
        "/offers": offer["id"],
        "/vehicles": shift["vehicle_id"],
        "/shifts": shift["id"],
    }


def seen(stranger: ServiceClient, theirs: dict[str, str]) -> list[str]:
    """Every address that shows a stranger the canary."""
    found = [path for path in theirs if theirs[path] in stranger.get(path).text]
    found += [f"{path}/ID" for path, which in theirs.items() if stranger.get(f"{path}/{which}").status_code != 404]
    return found


@pytest.mark.parametrize(
    ("policies", "session_filter"), [(True, True), (False, True), (True, False)], ids=["both", "filter", "policies"]
)
def test_either_guard_alone_shows_a_stranger_nothing(
    policies: bool,
    session_filter: bool,
    theirs: dict[str, str],
    database: Database,
    migrated: TestDatabase,
    server: LiveServer,
    clock: HandSetClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with found_network(database, server.address, clock, "Stranger") as stranger, row_security(migrated, on=policies):
        if not session_filter:
            without_filter(monkeypatch)
        assert seen(stranger, theirs) == []


def test_with_both_guards_gone_the_stranger_sees_it_all(
    theirs: dict[str, str],
    database: Database,
    migrated: TestDatabase,
    server: LiveServer,
    clock: HandSetClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The twin: it is these two guards, and nothing else, that hide them."""
    with found_network(database, server.address, clock, "Stranger") as stranger, row_security(migrated, on=False):
        without_filter(monkeypatch)
        assert len(seen(stranger, theirs)) == 2 * len(theirs)


def test_counts_joins_aliases_subqueries_relations_updates_and_deletes_are_filtered(
    theirs: dict[str, str], database: Database, migrated: TestDatabase
) -> None:
    offer_id = UUID(theirs["/offers"])
    nobody = Scope(network=UUID(int=7), organisation=UUID(int=8))
    count = select(func.count()).select_from(Offer)
    with row_security(migrated, on=False):
        with database.transaction(nobody) as session:
            assert session.scalar(count) == 0
            assert session.scalar(select(func.count(Offer.id))) == 0
            assert session.get(Offer, offer_id) is None
            joined = select(Site.name).join(Offer, Offer.site_id == Site.id)
            assert session.scalars(joined).all() == []
            assert session.scalar(select(select(Offer.id).exists())) is False
            assert session.scalar(select(select(Offer.id).limit(1).scalar_subquery())) is None
            assert session.execute(update(Offer).values(note="mine now")).rowcount == 0
            assert session.execute(delete(OfferLine)).rowcount == 0
        with database.transaction(Scope(organisation=UUID(theirs["/organisations"]))) as session:
            found = session.get(Offer, offer_id)
            assert found is not None
            assert found.note == ""
            assert [line.description for line in found.lines] == ["canary loaves"]
            # A partner sees itself, not the coordinator that it shares the network with.
            assert session.scalar(select(func.count()).select_from(Organisation)) == 1


ELSEWHERE = aliased(Offer)
OFFERS = select(Offer.id).cte("offers_named")
FORMS: dict[str, Any] = {
    "alias": select(ELSEWHERE.id),
    "common table expression": select(OFFERS.c.id),
    "subquery in FROM": select(select(Offer.id).subquery().c.id),
    "subquery that looks at its row": select(Network.id).join(
        select(Offer.id).where(Offer.network_id == Network.id).lateral(), true()
    ),
    "union": select(union_all(select(Offer.id), select(Offer.id)).subquery().c.id),
    "IN": select(Network.id).where(exists(select(Offer.id).where(Offer.id.in_(select(Offer.id))))),
    "outer join": select(Offer.id).select_from(Network).outerjoin(Offer, true()).where(Offer.id.is_not(None)),
    "alias that exists": select(Network.id).where(exists(select(ELSEWHERE.id))),
    "whole rows of two": select(Offer, OfferLine).join(OfferLine, OfferLine.offer_id == Offer.id),
}


@pytest.mark.parametrize("form", FORMS)
def test_however_a_statement_names_a_table_it_is_filtered(
    form: str,
    theirs: dict[str, str],
    database: Database,
    migrated: TestDatabase,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The stranger sees its own network, and of the offers of others none; without the filter it would see them."""
    offer = UUID(theirs["/offers"])
    with database.transaction(Scope(organisation=UUID(theirs["/organisations"]))) as session:
        network = session.get_one(Offer, offer).network_id
    nobody = Scope(network=UUID(int=7), organisation=UUID(int=8))
    # The networks are looked at by whoever is asked: the rule of offers alone is in question here.
    monkeypatch.setattr(Network, "__tenancy__", (tenancy.to_everybody,))
    tenancy.criterion.cache_clear()
    with row_security(migrated, on=False):
        with database.transaction(nobody) as session:
            assert session.get(Network, network) is not None
            assert session.execute(FORMS[form]).all() == []
        without_filter(monkeypatch)
        with database.transaction(nobody) as session:
            assert session.execute(FORMS[form]).all() != []
    tenancy.criterion.cache_clear()


def test_a_relation_of_a_row_that_is_seen_shows_only_what_is_seen_too(
    theirs: dict[str, str], database: Database, migrated: TestDatabase
) -> None:
    """Even where somebody's row had got into another's offer."""
    stolen = UUID(int=9)
    engine = create_engine(migrated.owner_url.replace("wasl_owner", "postgres"))
    with row_security(migrated, on=False), engine.begin() as connection:
        connection.execute(text("SET session_replication_role = replica"))
        connection.execute(text("UPDATE offer_lines SET organisation_id = :o, network_id = :o"), {"o": stolen})
    engine.dispose()
    with database.transaction(Scope(organisation=UUID(theirs["/organisations"]))) as session:
        found = session.get(Offer, UUID(theirs["/offers"]))
        assert found is not None
        assert found.lines == []


def test_every_table_says_whose_rows_are_whose() -> None:
    assert app.models
    for mapper in Base.registry.mappers:
        tenancy.rule_of(mapper.class_, Scope(network=UUID(int=1), organisation=UUID(int=2), shift=UUID(int=3)))


def test_a_table_that_does_not_say_so_is_not_read() -> None:
    class Silent:
        pass

    with pytest.raises(UnknownTenancy, match=r"Silent\.__tenancy__"):
        tenancy.rule_of(Silent, Scope())


def test_an_empty_scope_sees_nothing(theirs: dict[str, str], database: Database, migrated: TestDatabase) -> None:
    with row_security(migrated, on=False), database.transaction(Scope()) as session:
        for mapper in Base.registry.mappers:
            assert session.scalar(select(func.count()).select_from(mapper.class_)) == 0, mapper.class_


# Files that may use plain SQL or bare tables, each with the reason why no row of another tenant comes out of it.
PAST_THE_FILTER: dict[str, str] = {
    "driving/jobs.py": "calls a function that forgets where vans of ended shifts were, and tells how many",
    "live/watch.py": "asks a function for the newest position of each network's messages, and for nothing in them",
    "main.py": "asks for the schema's revision, which is nobody's",
    "ledger/queries.py": "the look for lines that are lost: tests and drills ask it of one network, no operation does",
    "needs/standing.py": "an INSERT alone: of rows that were read through the class, in the scope of who asks",
    "notifications/proving.py": "an INSERT alone, for the person who asks, in the scope of who asks",
    "people/tries.py": "calls functions; tries are counted before anybody is known, and are no tenant's",
    "planning/telling_needs.py": "changes by ids of needs that were read through the class, within its scope",
    "privacy/forgetting.py": "a job's deletions and changes by ids, each batch in the scope of one network",
    "privacy/service.py": "changes by ids read through the class, and by the person's own network, within its scope",
}


def test_no_feature_reads_past_the_session_filter() -> None:
    """Statements over bare tables or in plain SQL are not filtered: only kit and models may use them freely."""
    for path in sorted((ROOT / "app").rglob("*.py")):
        inside = path.relative_to(ROOT / "app")
        if inside.parts[0] in ("kit", "models") or inside.as_posix() in PAST_THE_FILTER:
            continue
        assert bare_tables(path) == [], (
            f"app/{inside}: read through the mapped class, so that the session filter applies, or say in"
            " PAST_THE_FILTER of this test why no row of another tenant can come out of it"
        )


def bare_tables(path: Path) -> list[str]:
    found = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Attribute) and node.attr == "__table__":
            found.append(f"line {node.lineno}: __table__")
        if isinstance(node, ast.ImportFrom) and node.module == "sqlalchemy":
            found += [f"line {node.lineno}: text" for name in node.names if name.name == "text"]
    return found
