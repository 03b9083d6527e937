"""What partners see of each other is the field table: in the API's answers and in the database's functions."""

from typing import Any

import pytest
from sqlalchemy import text

from app.domain import permissions
from app.domain.permissions import FIELDS, Relation
from app.kit.db import Database
from app.kit.tenancy import Scope
from app.needs.schemas import NeedOut
from app.offers.schemas import OfferOut
from app.partners.directory_schemas import AllocationOut, PartnerOut, PartnerSiteOut
from app.partners.partnership_schemas import PartnershipOut
from app.partners.schemas import SiteOut
from tests.service_client import (
    AGREEMENT,
    DAY,
    FOOD_BANK,
    LIDL_CARDIFF_ROAD,
    TESCO_SPYTTY,
    ServiceClient,
    a_need,
    an_offer,
)

CONTACT = {"name": "Night desk", "email": "desk@example.org", "phone": ""}


def joined(network: ServiceClient, kind: str, name: str) -> tuple[dict[str, Any], ServiceClient]:
    wish = {"kind": kind, "name": name, "terms": {"contact": CONTACT}, "signed_document": AGREEMENT}
    organisation = network.ok("/organisations", wish)
    return organisation, network.client_of(organisation, "offers", "needs", "organisation")


def fields(noun: str, relation: Relation, *without: str) -> set[str]:
    return set(FIELDS[noun][relation]) - set(without)


@pytest.fixture
def world(network: ServiceClient) -> dict[str, Any]:
    """Lidl gives the soup kitchen bread on a published plan; Tesco stands beside; each has a second place."""
    lidl, till = joined(network, "supermarket", "Lidl")
    kitchen, bank = joined(network, "food_bank", "Soup Kitchen")
    tesco, stranger = joined(network, "supermarket", "Tesco")
    store = till.site(LIDL_CARDIFF_ROAD, "Lidl, Cardiff Road", access_notes="Ring twice", access="dock")
    till.site(TESCO_SPYTTY, "Lidl's other place")
    door = bank.site(FOOD_BANK, "The kitchen's door", kind="distribution_point", access_notes="Code 1234")
    stranger.site(TESCO_SPYTTY, "Tesco Spytty")
    depot = network.site(FOOD_BANK, "Depot", kind="depot")
    till.ok("/offers", an_offer(store))
    bank.ok("/needs", a_need(door))
    network.vehicle_and_shift(depot)
    network.published(network.planned(seconds=240))
    return {
        "lidl": lidl, "kitchen": kitchen, "tesco": tesco, "store": store, "door": door,
        "till": till, "bank": bank, "stranger": stranger, "network": network,
    }  # fmt: skip


def seen(client: ServiceClient, organisation: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = client.get(f"/partners/{organisation['id']}").json()
    return found


def test_every_answer_has_exactly_the_fields_of_the_table(world: dict[str, Any], database: Database) -> None:
    lidl, kitchen = world["lidl"], world["kitchen"]
    for client, relation, sites in (
        (world["till"], Relation.OWN, ["Lidl's other place", "Lidl, Cardiff Road"]),
        (world["network"], Relation.NETWORK, ["Lidl's other place", "Lidl, Cardiff Road"]),
        (world["bank"], Relation.SHARING, ["Lidl, Cardiff Road"]),
        (world["stranger"], Relation.PARTNER, []),
    ):
        found = seen(client, lidl)
        assert found.pop("relation") == relation
        assert set(found) == fields("organisation", relation), relation
        assert [site["name"] for site in found.get("sites", [])] == sites
        for site in found.get("sites", []):
            assert set(site) == fields("site", relation), relation
        listed = next(each for each in client.get("/partners").json()["items"] if each["id"] == lidl["id"])
        assert set(listed) - {"relation"} == fields("organisation", relation, "sites"), relation
    with ServiceClient(world["network"].address, None) as anybody:
        assert anybody.get("/partners").status_code == 401
    assert fields("organisation", Relation.PUBLIC) == set()

    # Both ends of the food read it as their own, the network's staff all of it, others nothing.
    for client, relation, donor, receiver in (
        (world["till"], Relation.OWN, Relation.OWN, Relation.SHARING),
        (world["bank"], Relation.OWN, Relation.SHARING, Relation.OWN),
        (world["network"], Relation.NETWORK, Relation.NETWORK, Relation.NETWORK),
    ):
        (food,) = client.get("/allocations", service_date=DAY).json()["items"]
        assert set(food) == fields("allocation", relation)
        assert (food["kg"], food["description"], food["temperature_class"]) == ("10", "Loaves", "ambient")
        assert food["donor"]["organisation"] == {
            "relation": donor,
            "id": lidl["id"],
            "kind": "supermarket",
            "name": "Lidl",
        }
        assert food["receiver"]["organisation"]["relation"] == receiver
        assert food["receiver"]["organisation"]["id"] == kitchen["id"]
        assert set(food["donor"]["site"]) == {"id", "kind", "name", "address"} & fields("site", donor)
        assert food["donor"]["site"]["id"] == world["store"]["id"]
        assert food["receiver"]["site"]["id"] == world["door"]["id"]
    assert world["stranger"].get("/allocations").json()["items"] == []
    assert world["till"].get("/allocations", service_date="2026-11-26").json()["items"] == []

    # The database's own functions show no more than the table, whoever asks them.
    for organisation, relation in ((kitchen, Relation.SHARING), (world["tesco"], Relation.PARTNER)):
        with database.transaction(Scope(organisation=organisation["id"])) as session:
            rows = session.execute(text("SELECT * FROM wasl_partners('2026-11-25') ORDER BY name")).mappings()
            row = next(each for each in rows if each["name"] == "Lidl")
            shown = {name for name, value in row.items() if value is not None} - {"relation", "created_at"}
            assert shown == fields("organisation", relation, "sites")
            places = session.execute(text("SELECT * FROM wasl_partner_sites(:id)"), {"id": lidl["id"]})
            assert set(places.keys()) == fields("site", Relation.SHARING)
            assert len(places.all()) == (1 if relation == Relation.SHARING else 0)
            assert session.scalars(text("SELECT name FROM sites WHERE organisation_id = :id"), lidl).all() == []
            assert session.scalars(text("SELECT name FROM organisations WHERE id = :id"), lidl).all() == []


def test_without_the_table_a_partner_would_read_more(world: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin of the test above: it is the table that leaves fields out, and the database that leaves them empty."""
    everything = {noun: dict.fromkeys(Relation, row[Relation.OWN]) for noun, row in FIELDS.items()}
    monkeypatch.setattr(permissions, "FIELDS", everything)
    found = seen(world["stranger"], world["lidl"])
    assert "contact" in found
    assert found["contact"] is None


def test_who_does_not_take_part_neither_lists_nor_is_listed(network: ServiceClient) -> None:
    lidl, till = joined(network, "supermarket", "Lidl")
    tesco, other = joined(network, "supermarket", "Tesco")

    def listed(client: ServiceClient) -> set[str]:
        return {each["name"] for each in client.get("/partners").json()["items"]}

    assert listed(till) == {"Newport Food Bank", "Lidl", "Tesco"}
    network.ok(f"/partnerships/{tesco['partnership']['id']}/end", {"reason": "Over"})
    assert listed(till) == {"Newport Food Bank", "Lidl"}
    assert till.get(f"/partners/{tesco['id']}").status_code == 404
    assert other.get("/partners").json()["items"] == []
    assert other.get(f"/partners/{lidl['id']}").status_code == 404


def test_the_directory_comes_in_pages(network: ServiceClient) -> None:
    for number in range(3):
        network.organisation("carrier", f"Carrier {number}")
    names, cursor = [], None
    while True:
        page = network.get("/partners", limit=2, **({"cursor": cursor} if cursor else {})).json()
        names += [each["name"] for each in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert sorted(names) == ["Carrier 0", "Carrier 1", "Carrier 2", "Newport Food Bank"]


def test_without_a_scope_the_functions_show_nothing(network: ServiceClient, database: Database) -> None:
    network.organisation("supermarket", "Lidl")
    with database.transaction(Scope()) as session:
        for call in ("wasl_partners('2026-11-25')", "wasl_allocations()", "wasl_partner_sites(gen_random_uuid())"):
            assert session.scalar(text(f"SELECT count(*) FROM {call}")) == 0, call


def test_a_stranger_network_sees_nobody_here(network: ServiceClient, database: Database) -> None:
    lidl = network.organisation("supermarket", "Lidl")
    from uuid import uuid4

    with database.transaction(Scope(organisation=uuid4(), network=uuid4())) as session:
        assert session.execute(text("SELECT id FROM wasl_partners('2026-11-25')")).all() == []
        assert session.execute(text("SELECT id FROM wasl_partner_sites(:id)"), {"id": lidl["id"]}).all() == []


@pytest.mark.parametrize(
    ("noun", "model"),
    [
        ("site", SiteOut), ("site", PartnerSiteOut), ("offer", OfferOut), ("need", NeedOut),
        ("partnership", PartnershipOut), ("allocation", AllocationOut),
    ],
)  # fmt: skip
def test_the_table_names_every_field_that_its_owner_reads(noun: str, model: Any) -> None:
    names = set(model.model_fields) | set(model.model_computed_fields)
    assert names == fields(noun, Relation.OWN)


def test_the_table_has_a_row_for_every_relation_and_nothing_for_the_public() -> None:
    for noun, row in FIELDS.items():
        assert set(row) == set(Relation), noun
        assert row[Relation.PUBLIC] == frozenset(), noun
        assert row[Relation.PARTNER] <= row[Relation.SHARING] <= row[Relation.OWN] == row[Relation.NETWORK], noun
    assert set(PartnerOut.model_fields) - {"relation"} == fields("organisation", Relation.OWN)
