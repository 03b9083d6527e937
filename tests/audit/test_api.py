"""The trail over HTTP: who reads what, by which filters, and what the network's administrators learn of the chain."""

import os
import subprocess
import sys
from pathlib import Path

from sqlalchemy import create_engine, text

from tests.conftest import ROOT, TestDatabase
from tests.service_client import FOOD_BANK, LIDL_CARDIFF_ROAD, ServiceClient, a_need, an_offer


def test_an_organisation_reads_what_it_did_and_what_was_done_to_what_is_its_own(network: ServiceClient) -> None:
    lidl, tesco = (network.organisation("supermarket", name) for name in ("Lidl", "Tesco"))
    store = network.site(LIDL_CARDIFF_ROAD, "Lidl", organisation_id=lidl["id"])
    till = network.client_of(lidl, "offers")
    offer = till.ok("/offers", an_offer(store))
    change = {"kg": "12", "category": "bread_and_bakery", "description": "Rolls"}
    amended = till.http.patch(
        f"/offers/{offer['id']}", json={"lines": [change], "note": "For Sam"}, headers={"If-Match": '"1"'}
    )
    assert amended.status_code == 200, amended.text
    own = network.client_of(lidl, "organisation").get("/audit-entries", order="oldest").json()["items"]
    actions = [entry["action"] for entry in own]
    assert actions == [
        "partners.add", "partnerships.propose", "partnerships.accept", "sites.add", "keys.add", "offers.post",
        "offers.amend", "keys.add",
    ]  # fmt: skip
    assert {entry["subject_organisation_id"] for entry in own} == {lidl["id"]}
    # The network's own staff are not named to a partner; the till is the partner's own.
    assert [own[3]["actor"]["name"], own[5]["actor"]["name"]] == [None, "test key"]
    changes = own[6]["detail"]["changes"]
    assert set(changes) == {"lines", "note"}
    assert changes["note"] == {"personal": True}
    assert [changes["lines"][when][0]["kg"] for when in ("before", "after")] == ["10", "12"]
    assert "Sam" not in str(own)
    theirs = network.client_of(tesco, "organisation").get("/audit-entries").json()["items"]
    assert {entry["action"] for entry in theirs} == {
        "partners.add", "partnerships.propose", "partnerships.accept", "keys.add",
    }  # fmt: skip
    everything = network.get("/audit-entries", limit=200).json()["items"]
    assert {lidl["id"], tesco["id"]} <= {entry["subject_organisation_id"] for entry in everything}


def test_changes_say_what_was_and_what_is(network: ServiceClient) -> None:
    bank = network.site(FOOD_BANK, "Bank", kind="distribution_point")
    need = network.ok("/needs", a_need(bank))
    for path, body in (
        (f"/needs/{need['id']}", {"kg": "60", "people_served": 40}),
        (f"/sites/{bank['id']}", {"setup_seconds": 77, "access_notes": "Ask for Sam"}),
    ):
        assert network.http.patch(path, json=body, headers={"If-Match": '"1"'}).status_code == 200
    (needed,) = network.get("/audit-entries", action="needs.change").json()["items"]
    assert needed["detail"]["changes"] == {"grams": {"before": 50_000, "after": 60_000}}
    (site,) = network.get("/audit-entries", action="sites.change").json()["items"]
    assert site["detail"]["changes"]["setup_seconds"]["after"] == 77
    assert site["detail"]["changes"]["access_notes"] == {"personal": True}


def test_entries_are_found_by_subject_action_actor_and_time_a_page_at_a_time(network: ServiceClient) -> None:
    bank = network.site(FOOD_BANK, "Bank", kind="distribution_point")
    for _ in range(3):
        network.organisation("sponsor", "Sponsor")
    (entry,) = network.get("/audit-entries", subject_kind="site", subject_id=bank["id"]).json()["items"]
    assert network.get("/audit-entries", actor=entry["actor"]["id"]).json()["items"]
    assert network.get("/audit-entries", actor=bank["id"]).json()["items"] == []
    assert network.get("/audit-entries", **{"from": "2026-11-25T06:00:01+00:00"}).json()["items"] == []
    assert network.get("/audit-entries", until="2026-11-25T06:00:00+00:00").json()["items"] == []
    seen, cursor = [], None
    while True:
        page = network.get("/audit-entries", limit=2, **({"cursor": cursor} if cursor else {})).json()
        seen += [each["number"] for each in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == [10, 9, 8, 7, 6, 5, 4, 3, 2, 1]  # the site, and three times: added, proposed, accepted
    answer = network.get("/audit-entries", cursor="x")
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")


def test_the_chain_is_verified_and_its_head_noted(network: ServiceClient, migrated: TestDatabase) -> None:
    shop = network.organisation("supermarket", "Lidl")
    office, till = network.client_of(shop, "organisation"), network.client_of(shop, "offers")
    head = office.get("/audit-entries/head").json()
    assert (head["number"], len(head["hash"])) == (5, 64)
    assert till.get("/audit-entries/head").status_code == 403
    assert till.get("/audit-entries").status_code == 403
    assert office.get("/audit-entries/verification").status_code == 403
    noted = {"number": head["number"], "hash": head["hash"]}
    assert network.get("/audit-entries/verification", **noted).json()["intact"] is True
    assert network.get("/audit-entries/verification", number=3).json()["code"] == "head_incomplete"
    tampered(migrated)
    found = network.get("/audit-entries/verification").json()
    assert found["intact"] is False
    assert found["first_broken"] == {
        "number": 2, "problem": "changed", "sentence": "This entry was changed after it was written.",
    }  # fmt: skip


def tampered(migrated: TestDatabase) -> None:
    engine = create_engine(migrated.owner_url.replace("wasl_owner", "postgres"))
    with engine.begin() as connection:
        connection.execute(text("UPDATE audit_entries SET action = 'x' WHERE number = 2"))
    engine.dispose()


def wasl(migrated: TestDatabase, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "app.cli", "audit", "verify", *arguments],
        cwd=ROOT,
        env={**os.environ, "WASL_DATABASE_URL": migrated.service_url, "WASL_DATA_FOLDER": str(folder)},
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_the_command_line_says_whether_the_chain_holds(
    network: ServiceClient, migrated: TestDatabase, tmp_path: Path
) -> None:
    network.organisation("supermarket", "Lidl")
    network.organisation("supermarket", "Tesco")
    identity = network.get("/me").json()["network"]["id"]
    whole = wasl(migrated, tmp_path / "cli", identity)
    assert (whole.returncode, "The chain is whole: 6 entries" in whole.stdout) == (0, True), whole.stderr
    tampered(migrated)
    torn = wasl(migrated, tmp_path / "cli", identity)
    assert torn.returncode == 1
    assert torn.stdout.strip() == "The chain is broken at entry 2. This entry was changed after it was written."
    nobody = wasl(migrated, tmp_path / "cli", "00000000-0000-4000-8000-000000000000")
    assert (nobody.returncode, nobody.stderr.strip()) == (1, "wasl: There is no such network.")
