"""A network's travel is computed once, kept whole, extended where that is cheaper, and never estimated in silence."""

import random
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import numpy as np
import pytest
from sqlalchemy import func, select, text

from app.kit.db import Database
from app.kit.tenancy import Scope
from app.models.partners import Network, Organisation, Site
from app.models.roads import SiteSnap, TravelFit, TravelMatrix
from app.roads.embedded import EmbeddedRoads
from app.roads.provider import Point, PointOffRoads, RoadProvider, RoadsUnavailable, Snap, Table
from app.roads.region import Region
from app.roads.streets import Streets
from app.roads.travel import Travel, TravelTables

NOW = datetime(2026, 11, 25, 6, 0, tzinfo=UTC)
CASINO = (43.7394, 7.4280)
HARBOUR = (43.7348, 7.4206)
LARVOTTO = (43.7460, 7.4340)
FONTVIEILLE = (43.7287, 7.4155)


@pytest.fixture
def network(database: Database) -> Network:
    found = Network(
        id=uuid4(), name="Monaco", time_zone="Europe/Monaco", currency="EUR", region="monaco", policy={}, roads={}
    )
    with database.transaction(Scope(network=found.id)) as session:
        session.add(found)
        session.flush()
        session.add(Organisation(id=found.id, kind="food_bank", name="Food bank", home_network_id=found.id))
    return found


def sites_of(database: Database, network: Network, *places: tuple[float, float]) -> list[Site]:
    """Sites of the network at these latitudes and longitudes."""
    found = [
        Site(
            id=uuid4(),
            network_id=network.id,
            organisation_id=network.id,
            kind="store",
            name=f"Shop {number}",
            latitude=latitude,
            longitude=longitude,
            metres_to_street=0,
            windows=[],
            setup_seconds=0,
            service_seconds=0,
            temperature_classes=["ambient"],
        )
        for number, (latitude, longitude) in enumerate(places, start=1)
    ]
    with database.transaction(Scope(network=network.id)) as session:
        session.add_all(found)
    return found


@pytest.fixture
def streets(monaco: Region) -> Iterator[Streets]:
    opened = Streets(monaco.build.parents[2])
    yield opened
    opened.close()


@pytest.fixture
def tables(database: Database, streets: Streets, tmp_path: Path) -> TravelTables:
    return TravelTables(database, streets, tmp_path / "travel")


def travel(tables: TravelTables, network: Network, sites: Sequence[Site]) -> Travel:
    return tables.of(network, sites, "car", NOW, {site.id for site in sites})


def count(database: Database, network: Network, table: type) -> int:
    with database.transaction(Scope(network=network.id)) as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


class Counting:
    """Real streets that count what they are asked, and may be told to extend."""

    def __init__(self, streets: EmbeddedRoads, *, extends_cheaply: bool) -> None:
        self._streets = streets
        self.extends_cheaply = extends_cheaply
        self.cells = 0
        self.snapped = 0

    def __getattr__(self, name: str) -> object:
        return getattr(self._streets, name)

    def snap(self, points: Sequence[Point]) -> tuple[Snap, ...]:
        self.snapped += len(points)
        return self._streets.snap(points)

    def table(self, origins: Sequence[Snap], destinations: Sequence[Snap]) -> tuple[Table, Table]:
        self.cells += len(origins) * len(destinations)
        return self._streets.table(origins, destinations)


def counted(streets: Streets, monkeypatch: pytest.MonkeyPatch, *, extends_cheaply: bool) -> Counting:
    found = Counting(streets._embedded("monaco", "car"), extends_cheaply=extends_cheaply)
    monkeypatch.setattr(streets, "_embedded", lambda *_: found)
    return found


def test_the_tables_are_those_of_the_streets(
    tables: TravelTables, database: Database, network: Network, monaco_roads: RoadProvider
) -> None:
    sites = sites_of(database, network, CASINO, HARBOUR, LARVOTTO)
    found = travel(tables, network, sites)
    straight = monaco_roads.matrix([Point(site.longitude, site.latitude) for site in sites])
    chosen = found.between([site.id for site in sites])
    assert np.array_equal(chosen, np.stack([straight.seconds, straight.metres]))
    assert (found.source, found.estimated, found.failures) == ("embedded", False, ())
    assert isinstance(found.tables, np.memmap)
    assert np.array_equal(found.between([sites[2].id, sites[0].id]), chosen[np.ix_((0, 1), (2, 0), (2, 0))])


def test_what_was_computed_is_read_and_snapped_pins_are_used_again(
    tables: TravelTables,
    database: Database,
    network: Network,
    streets: Streets,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sites = sites_of(database, network, CASINO, HARBOUR)
    asked = counted(streets, monkeypatch, extends_cheaply=False)
    first = travel(tables, network, sites)
    assert (asked.cells, asked.snapped) == (4, 2)
    again = travel(tables, network, sites)
    assert np.array_equal(first.tables, again.tables)
    for file in (tmp_path / "travel").iterdir():  # another machine: the database has it
        file.unlink()
    elsewhere = travel(TravelTables(database, streets, tmp_path / "elsewhere"), network, sites)
    assert np.array_equal(first.tables, elsewhere.tables)
    assert (asked.cells, asked.snapped) == (4, 2)
    assert count(database, network, SiteSnap) == 2


def test_a_moved_pin_is_snapped_and_computed_anew(
    tables: TravelTables, database: Database, network: Network, streets: Streets, monkeypatch: pytest.MonkeyPatch
) -> None:
    sites = sites_of(database, network, CASINO, HARBOUR)
    asked = counted(streets, monkeypatch, extends_cheaply=False)
    before = travel(tables, network, sites)
    sites[0].latitude, sites[0].longitude = LARVOTTO
    after = travel(tables, network, sites)
    assert (asked.cells, asked.snapped) == (8, 3)
    assert not np.array_equal(before.tables, after.tables)
    assert count(database, network, TravelMatrix) == 1


@pytest.mark.parametrize(("extends_cheaply", "cells"), [(True, 9 + 7), (False, 9 + 16)])
def test_a_new_site_costs_its_row_and_its_column_where_that_is_cheaper(
    tables: TravelTables,
    database: Database,
    network: Network,
    streets: Streets,
    monkeypatch: pytest.MonkeyPatch,
    extends_cheaply: bool,
    cells: int,
) -> None:
    sites = sites_of(database, network, CASINO, HARBOUR, LARVOTTO)
    asked = counted(streets, monkeypatch, extends_cheaply=extends_cheaply)
    travel(tables, network, sites)
    sites += sites_of(database, network, FONTVIEILLE)
    found = travel(tables, network, sites)
    assert asked.cells == cells
    ids = [site.id for site in sites]
    whole = streets._embedded("monaco", "car").matrix([Point(site.longitude, site.latitude) for site in sites])
    assert np.array_equal(found.between(ids), np.stack([whole.seconds, whole.metres]))


def test_any_history_of_sites_that_come_go_and_move_ends_in_the_table_of_the_streets(
    tables: TravelTables, database: Database, network: Network, streets: Streets, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted(streets, monkeypatch, extends_cheaply=True)
    chance = random.Random(3)

    def somewhere() -> tuple[float, float]:
        latitude, longitude = chance.choice([CASINO, HARBOUR, LARVOTTO, FONTVIEILLE])
        return latitude + chance.uniform(-0.001, 0.001), longitude + chance.uniform(-0.001, 0.001)

    sites = sites_of(database, network, *[somewhere() for _ in range(8)])
    for _ in range(12):
        match chance.choice(("come", "go", "move")):
            case "come":
                sites += sites_of(database, network, somewhere())
            case "go" if len(sites) > 2:
                sites.pop(chance.randrange(len(sites)))
            case _:
                moved = chance.choice(sites)
                moved.latitude, moved.longitude = somewhere()
        found = travel(tables, network, sites)
        whole = streets._embedded("monaco", "car").matrix([Point(site.longitude, site.latitude) for site in sites])
        assert np.array_equal(found.between([site.id for site in sites]), np.stack([whole.seconds, whole.metres])), (
            "the cache differs from the streets"
        )


def test_a_network_without_streets_is_estimated_and_says_so(
    tables: TravelTables, database: Database, network: Network
) -> None:
    sites = sites_of(database, network, CASINO, HARBOUR)
    network.region = "nowhere"
    found = travel(tables, network, sites)
    assert (found.source, found.estimated) == ("estimate", True)
    assert "no region called nowhere" in found.failures[0]
    assert found.told()["estimate"] == {"km_per_hour": 30.0, "detour": 1.4}
    assert count(database, network, TravelMatrix) == 0


def test_the_estimate_is_fitted_to_the_streets_that_the_network_had(
    tables: TravelTables, database: Database, network: Network
) -> None:
    places = [(43.7394 + 0.002 * (i % 3), 7.4200 + 0.003 * i) for i in range(6)]
    sites = sites_of(database, network, *places)
    real = travel(tables, network, sites)
    with database.transaction(Scope(network=network.id)) as session:
        fitted = session.scalars(select(TravelFit)).one()
    assert fitted.pairs >= 20
    network.region = "nowhere"
    told = travel(tables, network, sites).told()
    assert told["estimate"]["km_per_hour"] == pytest.approx(fitted.km_per_hour, abs=0.1)
    assert told["estimate"]["mean_error"] > 0
    assert real.fit is not None
    assert real.fit.km_per_hour == pytest.approx(fitted.km_per_hour)


def test_a_pin_off_the_map_is_refused_by_name_where_it_is_needed_and_left_out_otherwise(
    tables: TravelTables, database: Database, network: Network
) -> None:
    sites = sites_of(database, network, CASINO, HARBOUR, (43.70, 7.50))
    with pytest.raises(PointOffRoads, match=r"^Shop 3 is .* km from the nearest street"):
        travel(tables, network, sites)
    found = tables.of(network, sites, "car", NOW, {sites[0].id})
    assert set(found.sites) == {sites[0].id, sites[1].id}


def test_tables_of_streets_that_were_replaced_long_ago_are_forgotten(
    tables: TravelTables, database: Database, network: Network, streets: Streets, monkeypatch: pytest.MonkeyPatch
) -> None:
    sites = sites_of(database, network, CASINO, HARBOUR)
    real = streets._embedded("monaco", "car")
    for build in range(7):
        asked = counted(streets, monkeypatch, extends_cheaply=False)
        monkeypatch.setattr(asked, "fingerprint", lambda build=build: f"{real.fingerprint()}-{build}", raising=False)
        tables.of(network, sites, "car", NOW + timedelta(minutes=build), {site.id for site in sites})
        monkeypatch.undo()
    with database.transaction(Scope(network=network.id)) as session:
        kept = session.scalars(select(TravelMatrix.fingerprint)).all()
    assert {fingerprint[-1] for fingerprint in kept} == {"3", "4", "5", "6"}


def test_a_damaged_file_is_made_again_from_the_database(
    tables: TravelTables, database: Database, network: Network, tmp_path: Path
) -> None:
    sites = sites_of(database, network, CASINO, HARBOUR)
    before = np.array(travel(tables, network, sites).tables)
    (file,) = (tmp_path / "travel").glob("*.npy")
    file.write_bytes(file.read_bytes()[:100])
    assert np.array_equal(travel(tables, network, sites).tables, before)


def test_a_folder_that_cannot_be_written_costs_only_the_mapping(
    database: Database, streets: Streets, network: Network, tmp_path: Path
) -> None:
    (tmp_path / "travel").write_text("a file where the folder should be")
    sites = sites_of(database, network, CASINO, HARBOUR)
    found = travel(TravelTables(database, streets, tmp_path / "travel"), network, sites)
    assert found.tables.shape == (2, 2, 2)


def test_another_network_sees_neither_tables_nor_snaps(
    tables: TravelTables, database: Database, network: Network
) -> None:
    travel(tables, network, sites_of(database, network, CASINO, HARBOUR))
    with database.transaction(Scope(network=UUID(int=1))) as session:
        for table in ("travel_matrices", "travel_fits", "site_snaps"):
            assert session.scalar(text(f"SELECT count(*) FROM {table}")) == 0


def test_streets_that_fail_are_followed_by_the_next_source_and_named(streets: Streets, network: Network) -> None:
    from app.roads.choice import RoadsChoice

    def failing(provider: RoadProvider) -> str:
        if isinstance(provider, EmbeddedRoads):
            raise RoadsUnavailable("The streets burned down.")
        return "estimated"

    answer = streets.ask(RoadsChoice("monaco"), "car", failing)
    assert (answer.value, answer.source, answer.failures) == ("estimated", "estimate", ("The streets burned down.",))
