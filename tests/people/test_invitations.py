"""An invitation works once, for seven days, until it is renewed or taken back; opening it changes nothing."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.kit.clock import HandSetClock
from app.models.people import PersonLink
from app.people import links
from tests.conftest import TestDatabase
from tests.people.builders import ANOTHER, PASSWORD, an_invitation, as_owner, entered, signed_in
from tests.service_client import ServiceClient
from tests.web.test_pages import Reader


@pytest.fixture
def invited(network: ServiceClient, lidl: dict[str, Any]) -> dict[str, Any]:
    return network.ok(f"/organisations/{lidl['id']}/invitations", an_invitation(name="Noor"))


def accepted(network: ServiceClient, token: str, password: str = PASSWORD) -> Any:
    return network.post("/invitations/accept", {"token": token, "password": password})


def test_who_is_invited_chooses_a_password_and_is_signed_in(
    network: ServiceClient, lidl: dict[str, Any], invited: dict[str, Any]
) -> None:
    assert network.get(f"/people/{invited['person_id']}").json()["state"] == "invited"
    assert network.post("/sign-in", {"email": invited["email"], "password": PASSWORD}).status_code == 401
    weak = accepted(network, invited["link"]["token"], "password1234")
    assert (weak.status_code, weak.json()["code"]) == (422, "password_too_easy")
    token = accepted(network, invited["link"]["token"]).json()["token"]
    me = network.another(token).get("/me").json()
    assert (me["name"], me["role"], me["organisation"]["name"]) == ("Noor", "donor_staff", "Lidl")
    assert network.get(f"/people/{invited['person_id']}").json()["state"] == "active"
    assert network.get("/invitations").json()["items"] == []
    again = accepted(network, invited["link"]["token"], ANOTHER)
    assert (again.status_code, again.json()["code"]) == (410, "link_ended")
    assert signed_in(network, invited).get("/me").status_code == 200


def test_somebody_entered_without_a_password_is_invited(network: ServiceClient, lidl: dict[str, Any]) -> None:
    person = network.ok(f"/organisations/{lidl['id']}/people", an_invitation())
    assert person["state"] == "invited"
    assert accepted(network, person["invitation"]["link"]["token"]).status_code == 200


def test_an_invitation_expires_after_seven_days_and_can_be_renewed(
    network: ServiceClient, clock: HandSetClock, invited: dict[str, Any]
) -> None:
    clock.set(clock() + timedelta(days=7))
    assert accepted(network, invited["link"]["token"]).json()["code"] == "link_ended"
    listed = network.get("/invitations").json()["items"]
    assert [(each["id"], each["expired"], each["link"]) for each in listed] == [(invited["id"], True, None)]
    renewed = network.ok(f"/invitations/{invited['id']}/renew")
    assert accepted(network, invited["link"]["token"]).status_code == 410
    assert accepted(network, renewed["link"]["token"]).status_code == 200


def test_an_invitation_that_is_taken_back_leaves_nothing(
    network: ServiceClient, lidl: dict[str, Any], invited: dict[str, Any], migrated: TestDatabase
) -> None:
    assert network.http.delete(f"/invitations/{invited['id']}").status_code == 204
    assert accepted(network, invited["link"]["token"]).status_code == 410
    assert network.get(f"/people/{invited['person_id']}").status_code == 404
    with as_owner(migrated) as connection:
        for table in ("people", "person_links", "mail_messages"):
            assert connection.execute(text(f"SELECT count(*) FROM {table}")).scalar() == 0, table
    network.ok(f"/organisations/{lidl['id']}/invitations", an_invitation(email=invited["email"]))


def test_a_link_that_is_sent_twice_at_once_works_once(network: ServiceClient, invited: dict[str, Any]) -> None:
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: accepted(network, invited["link"]["token"]).status_code, range(4)))
    assert sorted(answers) == [200, 410, 410, 410]


def test_without_the_check_a_link_that_was_used_sets_the_password_again(
    network: ServiceClient, invited: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: what keeps a link from working twice is the look at what happened to it, and at the person."""

    def any_link(session: Session, digest: str, kind: str, now: object) -> PersonLink | None:
        return session.scalar(select(PersonLink).where(PersonLink.secret_sha256 == digest))

    assert accepted(network, invited["link"]["token"]).status_code == 200
    monkeypatch.setattr(links, "live_link", any_link)
    monkeypatch.setitem(links.STATE_NEEDED, "invitation", "active")
    assert accepted(network, invited["link"]["token"], ANOTHER).status_code == 200
    assert signed_in(network, invited, ANOTHER).get("/me").status_code == 200


def test_an_invitation_is_no_key_and_the_same_request_shows_its_link_once(
    network: ServiceClient, lidl: dict[str, Any], migrated: TestDatabase
) -> None:
    path, wish = f"/organisations/{lidl['id']}/invitations", an_invitation()
    first = network.ok(path, wish, **{"Idempotency-Key": "one"})
    again = network.ok(path, wish, **{"Idempotency-Key": "one"})
    assert (again["id"], again["link"]["url"]) == (first["id"], "")
    token = first["link"]["token"]
    assert network.another(token).get("/me").status_code == 401
    with as_owner(migrated) as connection:
        for table in ("person_links", "idempotency_records", "audit_entries", "procrastinate_jobs"):
            found = connection.execute(
                text(f"SELECT count(*) FROM {table} t WHERE t::text LIKE :s"), {"s": f"%{token}%"}
            )
            assert found.scalar() == 0, table


def test_only_the_own_organisations_invitations_are_there(network: ServiceClient, invited: dict[str, Any]) -> None:
    tesco = network.organisation("supermarket", "Tesco")
    admin = signed_in(network, entered(network, tesco, "organisation_admin"))
    assert admin.get("/invitations").json()["items"] == []
    assert admin.post(f"/invitations/{invited['id']}/renew").status_code == 404
    assert admin.http.delete(f"/invitations/{invited['id']}").status_code == 404


@pytest.mark.parametrize(("language", "greeting"), [("en", "invites you"), ("ar", "مرحبًا")])
def test_the_page_asks_for_a_password_and_only_sending_it_changes_anything(
    network: ServiceClient, invited: dict[str, Any], language: str, greeting: str
) -> None:
    reader = Reader(network.address, language)
    path = f"/invitation/{invited['link']['token']}"
    for _ in range(3):
        page = reader.http.get(path)
        assert page.status_code == 200
        assert greeting in page.text
        assert not reader.http.cookies.get("wasl_session")
    short = reader.http.post(path, data={"password": "short"})
    assert (short.status_code, "12" in short.text) == (422, True)
    assert reader.http.post(path, data={"password": "password1234"}).status_code == 422
    home = reader.http.post(path, data={"password": PASSWORD})
    assert home.url.path == "/offers/new"
    assert reader.http.get(path).status_code == 410
    reader.http.close()
