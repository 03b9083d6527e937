"""Partnerships over HTTP: one side proposes, the other accepts; only while one is in force does anybody take part."""

import hashlib
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from app.domain import partnerships as rules
from app.kit.clock import HandSetClock
from app.kit.db import Database
from app.kit.tenancy import Scope
from app.partners import membership
from app.planning.snapshot import Day, read_day
from tests.service_client import (
    AGREEMENT,
    DAY,
    FOOD_BANK,
    LIDL_CARDIFF_ROAD,
    ServiceClient,
    a_line,
    a_need,
    an_offer,
)

WHY = {"reason": "Because"}
PDF = b"%PDF-1.7\n1 0 obj\n"


def proposed(network: ServiceClient, **fields: Any) -> dict[str, Any]:
    """A supermarket that has not answered yet."""
    return network.ok("/organisations", {"kind": "supermarket", "name": "Lidl", **fields})


def path_of(organisation: dict[str, Any], verb: str = "") -> str:
    return f"/partnerships/{organisation['partnership']['id']}{verb}"


def office_of(network: ServiceClient, organisation: dict[str, Any]) -> ServiceClient:
    return network.client_of(organisation, "organisation", "offers", "needs", "fleet")


def put_document(client: ServiceClient, path: str, content: bytes, version: int, kind: str = "application/pdf") -> Any:
    headers = {"If-Match": f'"{version}"', "Content-Type": kind}
    query = {"name": "اتفاقية 2026", "signed_on": "2026-11-20"}
    return client.http.put(f"{path}/document", params=query, content=content, headers=headers)


def told(network: ServiceClient, database: Database) -> list[str]:
    """The kinds of messages about partnerships so far."""
    me = network.get("/me").json()
    with database.transaction(Scope(network=me["network"]["id"])) as session:
        query = "SELECT kind FROM outbox_messages WHERE subject_kind = 'partnership' ORDER BY id"
        return list(session.scalars(text(query)))


def audited(network: ServiceClient, database: Database) -> list[tuple[str, dict[str, Any]]]:
    me = network.get("/me").json()
    with database.transaction(Scope(network=me["network"]["id"])) as session:
        query = "SELECT action, detail FROM audit_entries WHERE subject_kind = 'partnership' ORDER BY id"
        return [(action, detail) for action, detail in session.execute(text(query))]


def test_what_the_network_proposes_the_organisation_accepts(network: ServiceClient, database: Database) -> None:
    terms = {"categories": ["drinks"], "cost_sharing": "by_kg", "contact": {"name": "Night desk", "phone": "1"}}
    lidl = proposed(network, terms=terms, valid_until="2027-11-24")
    partnership = lidl["partnership"]
    assert (partnership["state"], partnership["proposed_by"]) == ("proposed", "network")
    assert (partnership["valid_from"], partnership["valid_until"]) == (DAY, "2027-11-24")
    assert partnership["terms"]["contact"]["name"] == "Night desk"
    office = office_of(network, lidl)
    refused = network.post(path_of(lidl, "/accept"))
    assert (refused.status_code, refused.json()["code"]) == (422, "other_side_accepts")
    accepted = office.post(path_of(lidl, "/accept"))
    assert accepted.json()["state"] == "active"
    assert accepted.headers["ETag"] == '"2"'
    assert office.get(path_of(lidl)).json() == accepted.json()
    again = office.post(path_of(lidl, "/accept"))
    assert (again.status_code, again.json()["code"]) == (409, "partnership_moved_on")
    assert told(network, database) == ["partnership.proposed", "partnership.accepted"]


def test_the_same_key_accepts_once_and_gets_the_same_answer(network: ServiceClient) -> None:
    lidl = proposed(network)
    office = office_of(network, lidl)
    first, second = (office.post(path_of(lidl, "/accept"), None, **{"Idempotency-Key": "k"}) for _ in range(2))
    assert first.json() == second.json()
    assert second.headers["Idempotency-Replayed"] == "true"


def test_the_network_accepts_in_the_organisations_name_with_a_signed_document(
    network: ServiceClient, database: Database
) -> None:
    lidl = proposed(network)
    accepted = network.ok(path_of(lidl, "/accept"), {"signed_document": AGREEMENT})
    assert accepted["state"] == "active"
    assert accepted["signed_document"] == {**AGREEMENT, "sha256": None}
    action, detail = audited(network, database)[-1]
    assert (action, detail["signed_document"]["name"]) == ("partnerships.accept", "Agreement")


def test_the_founding_coordinator_takes_part_from_the_first_moment(network: ServiceClient) -> None:
    (own,) = network.get("/partnerships").json()["items"]
    assert (own["state"], own["terms"]["categories"]) == ("active", [])


def test_a_key_of_the_till_reads_partnerships_and_decides_nothing(network: ServiceClient) -> None:
    lidl = proposed(network)
    till = network.client_of(lidl, "offers")
    assert till.get(path_of(lidl)).status_code == 200
    assert till.post(path_of(lidl, "/accept")).status_code == 403


def test_another_partner_sees_and_decides_nothing_of_it(network: ServiceClient) -> None:
    lidl, tesco = proposed(network), network.organisation("supermarket", "Tesco")
    office = office_of(network, tesco)
    assert [each["organisation_id"] for each in office.get("/partnerships").json()["items"]] == [tesco["id"]]
    assert office.get(path_of(lidl)).status_code == 404
    for verb, body in (("accept", None), ("decline", WHY), ("suspend", WHY), ("end", WHY), ("resume", None)):
        assert office.post(path_of(lidl, f"/{verb}"), body).status_code == 404, verb
    assert office.get(path_of(lidl, "/document")).status_code == 404
    assert put_document(office, path_of(lidl), PDF, 1).status_code == 404
    assert office.post("/partnerships", {"organisation_id": lidl["id"]}).status_code == 404


def test_only_the_side_that_proposed_changes_it_and_from_the_version_that_it_read(network: ServiceClient) -> None:
    lidl = proposed(network)
    office, path, change = office_of(network, lidl), path_of(lidl), {"terms": {"weekdays": [5, 1]}}

    def patched(client: ServiceClient, version: int, body: dict[str, Any]) -> Any:
        return client.http.patch(path, json=body, headers={"If-Match": f'"{version}"'})

    assert network.http.patch(path, json=change).status_code == 428
    assert patched(office, 1, change).status_code == 403
    changed = patched(network, 1, change)
    assert (changed.json()["terms"]["weekdays"], changed.headers["ETag"]) == ([1, 5], '"2"')
    assert patched(network, 1, change).status_code == 412
    inverted = patched(network, 2, {"valid_until": "2026-11-01"})
    assert inverted.json()["errors"][0]["pointer"] == "/valid_until"
    office.ok(path_of(lidl, "/accept"))
    assert patched(network, 3, change).json()["code"] == "partnership_moved_on"


def test_a_store_in_the_terms_is_the_organisations_own(network: ServiceClient) -> None:
    theirs = network.site(FOOD_BANK, "Bank", kind="distribution_point")
    lidl = proposed(network)
    wish = {"organisation_id": lidl["id"], "terms": {"site_ids": [theirs["id"]]}}
    network.ok(path_of(lidl, "/decline"), WHY)
    assert network.post("/partnerships", wish).status_code == 404


def test_a_proposal_that_is_declined_has_ended_and_another_may_follow(
    network: ServiceClient, database: Database
) -> None:
    lidl = proposed(network)
    office = office_of(network, lidl)
    assert network.post("/partnerships", {"organisation_id": lidl["id"]}).json()["code"] == (
        "partnership_proposed_already"
    )
    declined = office.ok(path_of(lidl, "/decline"), WHY)
    assert (declined["state"], declined["reason"]) == ("ended", "Because")
    mine = office.ok("/partnerships", {"terms": {"note": "Better so"}})
    assert (mine["proposed_by"], mine["state"]) == ("organisation", "proposed")
    assert office.post(f"/partnerships/{mine['id']}/accept").json()["code"] == "other_side_accepts"
    assert network.ok(f"/partnerships/{mine['id']}/accept")["state"] == "active"
    assert told(network, database)[1:] == ["partnership.ended", "partnership.proposed", "partnership.accepted"]


def test_a_renewal_ends_the_one_before_with_the_day_before_it_begins(network: ServiceClient) -> None:
    lidl = network.organisation("supermarket", "Lidl")
    office = office_of(network, lidl)
    renewal = office.ok("/partnerships", {"valid_from": "2026-12-01", "terms": {"cost_sharing": "equal"}})
    assert office.get(path_of(lidl)).json()["state"] == "active"
    network.ok(f"/partnerships/{renewal['id']}/accept")
    before = office.get(path_of(lidl)).json()
    assert (before["state"], before["valid_until"], before["renewed_by_id"]) == ("ended", "2026-11-30", renewal["id"])
    store = network.site(LIDL_CARDIFF_ROAD, "Lidl", organisation_id=lidl["id"])
    office.ok("/offers", an_offer(store))
    states = {each["id"]: each["state"] for each in office.get("/partnerships").json()["items"]}
    assert states == {before["id"]: "ended", renewal["id"]: "active"}


def test_only_the_side_that_suspended_resumes(network: ServiceClient, database: Database) -> None:
    lidl = network.organisation("supermarket", "Lidl")
    office = office_of(network, lidl)
    rests = network.ok(path_of(lidl, "/suspend"), WHY)
    assert (rests["state"], rests["suspended_by"], rests["reason"]) == ("suspended", "network", "Because")
    assert office.post(path_of(lidl, "/resume")).status_code == 403
    assert network.ok(path_of(lidl, "/resume"))["state"] == "active"
    assert office.ok(path_of(lidl, "/suspend"), WHY)["suspended_by"] == "organisation"
    assert network.post(path_of(lidl, "/resume")).status_code == 403
    assert office.ok(path_of(lidl, "/end"), WHY)["state"] == "ended"
    assert office.post(path_of(lidl, "/resume")).json()["code"] == "partnership_moved_on"
    assert told(network, database)[2:] == [
        "partnership.suspended", "partnership.resumed", "partnership.suspended", "partnership.ended",
    ]  # fmt: skip


def test_a_version_that_is_not_the_newest_ends_nothing(network: ServiceClient) -> None:
    lidl = network.organisation("supermarket", "Lidl")
    assert network.post(path_of(lidl, "/end"), WHY, **{"If-Match": '"7"'}).status_code == 412
    assert network.get(path_of(lidl)).json()["state"] == "active"


def test_partnerships_are_listed_in_pages_by_organisation_and_state(network: ServiceClient) -> None:
    lidl = proposed(network)
    first = network.get("/partnerships", limit=1).json()
    second = network.get("/partnerships", limit=1, cursor=first["next_cursor"]).json()
    assert second["next_cursor"] is None
    listed = {each["organisation_id"] for page in (first, second) for each in page["items"]}
    assert listed == {lidl["id"], network.get("/me").json()["organisation"]["id"]}
    for query in ({"organisation_id": lidl["id"]}, {"state": "proposed"}):
        assert [each["id"] for each in network.get("/partnerships", **query).json()["items"]] == [
            lidl["partnership"]["id"]
        ]


def test_the_signed_document_is_kept_as_it_was_sent_and_not_replaced_once_it_counts(network: ServiceClient) -> None:
    lidl = proposed(network)
    office, path = office_of(network, lidl), path_of(lidl)
    assert office.get(f"{path}/document").status_code == 404
    assert put_document(office, path, b"MZ", 1).json()["code"] == "not_a_pdf"
    assert put_document(office, path, PDF + b" " * 1_000_000, 1).status_code == 413
    kept = put_document(office, path, PDF, 1)
    assert kept.json()["signed_document"]["sha256"] == hashlib.sha256(PDF).hexdigest()
    replaced = put_document(network, path, PDF + b"2", 2).json()
    assert network.ok(f"{path}/accept")["signed_document"] == replaced["signed_document"]
    assert put_document(office, path, PDF, 4).json()["code"] == "document_kept"
    got = office.get(f"{path}/document")
    assert (got.content, got.headers["Content-Type"]) == (PDF + b"2", "application/pdf")
    assert got.headers["Content-Disposition"].startswith("attachment; filename*=UTF-8''%D8%A7")


Make = Callable[[ServiceClient, ServiceClient, dict[str, Any]], Any]


def rest(network: ServiceClient, office: ServiceClient, lidl: dict[str, Any]) -> None:
    network.ok(path_of(lidl, "/suspend"), WHY)


def over(network: ServiceClient, office: ServiceClient, lidl: dict[str, Any]) -> None:
    office.ok(path_of(lidl, "/end"), WHY)


def cut(**dates: str) -> Make:
    """In force, but not on the day that the tests are about."""

    def renew(network: ServiceClient, office: ServiceClient, lidl: dict[str, Any]) -> None:
        network.ok(path_of(lidl, "/end"), WHY)
        renewal = network.ok("/partnerships", {"organisation_id": lidl["id"], **dates})
        office.ok(f"/partnerships/{renewal['id']}/accept")

    return renew


def not_yet(network: ServiceClient, office: ServiceClient, lidl: dict[str, Any]) -> None:
    network.ok(path_of(lidl, "/end"), WHY)
    network.ok("/partnerships", {"organisation_id": lidl["id"]})


NOT_IN_FORCE: dict[str, Make] = {
    "proposed": not_yet,
    "suspended": rest,
    "ended": over,
    "begins_later": cut(valid_from="2026-11-26"),
    "runs_out": cut(valid_from="2026-11-01", valid_until="2026-11-24"),
}


def day_of(network: ServiceClient, database: Database) -> Day:
    me = network.get("/me").json()
    with database.transaction(Scope(network=me["network"]["id"])) as session:
        return read_day(session, me["network"]["id"], date.fromisoformat(DAY))


@pytest.mark.parametrize("state", NOT_IN_FORCE)
def test_without_a_partnership_in_force_nobody_takes_part_but_signs_in_enters_sites_and_reads(
    network: ServiceClient, database: Database, state: str
) -> None:
    lidl = network.organisation("supermarket", "Lidl")
    office = office_of(network, lidl)
    store = office.site(LIDL_CARDIFF_ROAD, "Lidl")
    offer, need = office.ok("/offers", an_offer(store)), office.ok("/needs", a_need(store))
    shift = office.vehicle_and_shift(store)
    day = day_of(network, database)
    assert (len(day.offers), len(day.needs), len(day.shifts)) == (1, 1, 1)
    NOT_IN_FORCE[state](network, office, lidl)
    sentence = rules.NOT_ACTIVE[state].format(name="Lidl", day=DAY)
    later = {"starts_at": f"{DAY}T17:00:00+00:00", "ends_at": f"{DAY}T18:00:00+00:00", "driver_name": "D"}
    ends = {"vehicle_id": shift["vehicle_id"], "start_site_id": store["id"], "end_site_id": store["id"]}
    version = {"If-Match": '"1"'}
    for answer in (
        office.post("/offers", an_offer(store)),
        network.post("/offers", an_offer(store)),
        office.http.patch(f"/offers/{offer['id']}", json={"note": "x"}, headers=version),
        office.post("/needs", a_need(store, category="drinks")),
        office.http.patch(f"/needs/{need['id']}", json={"kg": "1"}, headers=version),
        office.post("/shifts", {**later, **ends}),
    ):
        assert (answer.status_code, answer.json()["code"]) == (422, "partnership_not_active"), answer.request.url
        assert answer.json()["detail"] == sentence
    day = day_of(network, database)
    assert (day.offers, day.needs, day.shifts) == ([], [], [])
    assert office.get("/me").status_code == 200
    assert office.get(f"/offers/{offer['id']}").status_code == 200
    office.site(FOOD_BANK, "A new place")
    assert office.http.patch(f"/needs/{need['id']}", json={"state": "withdrawn"}, headers=version).is_success
    assert office.post(f"/offers/{offer['id']}/withdraw").is_success


def test_without_the_rule_the_same_food_would_be_taken_and_planned(
    network: ServiceClient, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin of the test above: it is the rule that keeps the food out."""
    lidl = network.organisation("supermarket", "Lidl")
    office = office_of(network, lidl)
    store = office.site(LIDL_CARDIFF_ROAD, "Lidl")
    rest(network, office, lidl)
    monkeypatch.setattr(membership.rules, "holds_on", lambda *_: True)
    office.ok("/offers", an_offer(store))
    assert len(day_of(network, database).offers) == 1


@pytest.mark.parametrize(
    ("terms", "pointer", "what"),
    [
        ({"categories": ["drinks"]}, "/lines/1/category", "bread and bakery"),
        ({"weekdays": [1, 2, 4]}, "/pickup_from", "Wednesdays"),
        ({"site_ids": "other"}, "/site_id", "Lidl"),
    ],
)
def test_an_offer_outside_the_terms_is_refused_and_what_is_outside_is_named(
    network: ServiceClient, terms: dict[str, Any], pointer: str, what: str
) -> None:
    lidl = network.organisation("supermarket", "Lidl AG")
    office = office_of(network, lidl)
    store, other = office.site(LIDL_CARDIFF_ROAD, "Lidl"), office.site(FOOD_BANK, "Other")
    lines = (a_line(category="drinks"), a_line())
    office.ok("/offers", an_offer(store, *lines))  # the twin: terms that name nothing cover it
    if "site_ids" in terms:
        terms = {"site_ids": [other["id"]]}
    renewal = office.ok("/partnerships", {"terms": terms})
    network.ok(f"/partnerships/{renewal['id']}/accept")
    answer = office.post("/offers", an_offer(store, *lines))
    assert (answer.status_code, answer.json()["code"]) == (422, "outside_partnership")
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
    assert answer.json()["detail"] == f"The partnership of Lidl AG does not cover {what}: agree new terms first."


def test_an_organisation_cannot_write_itself_into_a_network_nor_accept_its_own_proposal_in_the_database(
    network: ServiceClient, database: Database, clock: HandSetClock
) -> None:
    lidl = network.organisation("supermarket", "Lidl")
    office = office_of(network, lidl)
    mine = office.ok("/partnerships", {})
    at = {"now": clock() + timedelta(days=1), "id": mine["id"], "organisation": lidl["id"]}
    own_acceptance = "UPDATE partnerships SET state = 'active', accepted_at = :now WHERE id = :id"
    forged = (
        "INSERT INTO partnerships (id, network_id, organisation_id, state, proposed_by, valid_from, terms, accepted_at,"
        " created_at, version) SELECT gen_random_uuid(), network_id, organisation_id, 'active', 'network', valid_from,"
        " terms, :now, :now, 1 FROM partnerships WHERE id = :id"
    )
    network.ok(path_of(lidl, "/end"), WHY)
    for statement in (own_acceptance, forged):
        with (
            pytest.raises(Exception, match="row-level security"),
            database.transaction(Scope(organisation=lidl["id"])) as session,
        ):
            session.execute(text(statement), at)
    with database.transaction(Scope(network=mine_network(network))) as session:  # the twin: the network's own scope may
        session.execute(text(own_acceptance), at)


def mine_network(network: ServiceClient) -> Any:
    return network.get("/me").json()["network"]["id"]


def test_a_partner_is_renamed_by_the_network_from_the_version_that_was_read(network: ServiceClient) -> None:
    lidl = network.organisation("supermarket", "Lidl")
    path = f"/organisations/{lidl['id']}"

    def renamed(client: ServiceClient, version: int) -> Any:
        return client.http.patch(path, json={"name": "Lidl GB"}, headers={"If-Match": f'"{version}"'})

    assert renamed(office_of(network, lidl), 1).status_code == 403
    assert network.http.patch(path, json={"name": "x"}).status_code == 428
    assert renamed(network, 1).json()["name"] == "Lidl GB"
    assert renamed(network, 1).status_code == 412
    assert network.get(path).headers["ETag"] == '"2"'


def test_a_plan_with_a_partner_who_has_left_since_is_not_published(network: ServiceClient) -> None:
    lidl = network.organisation("supermarket", "Lidl")
    store = network.site(LIDL_CARDIFF_ROAD, "Lidl", organisation_id=lidl["id"])
    bank = network.site(FOOD_BANK, "Bank", kind="distribution_point")
    network.ok("/offers", an_offer(store))
    network.ok("/needs", a_need(bank))
    network.vehicle_and_shift(bank)
    plan = network.planned(seconds=240)
    path = f"/plans/{plan['id']}/publish"
    network.ok(path_of(lidl, "/suspend"), WHY)
    refused = network.post(path, None, **{"If-Match": '"1"'})
    assert (refused.status_code, refused.json()["code"]) == (409, "plan_outdated")
    network.ok(path_of(lidl, "/resume"))  # the twin: while it takes part, the same plan is published
    assert network.ok(path, None, **{"If-Match": '"1"'})["state"] == "published"
