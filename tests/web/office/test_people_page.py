"""The people of an organisation on their page: invited, invited anew, taken back, let in no longer."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.settings import Settings
from tests.service_client import ServiceClient
from tests.web.desk.test_ahead_pages import words
from tests.web.office.test_partners_page import office, reader_of
from tests.web.test_pages import HOSTILE, Reader, lidl, person

__all__ = ["lidl", "office"]


@pytest.fixture
def config(tmp_path: Path) -> Settings:
    return Settings(data_folder=tmp_path, worker="off", request_log="off")


@pytest.fixture
def manager(network: ServiceClient, lidl: dict[str, Any]) -> Iterator[Reader]:
    """Who runs Lidl's office."""
    reader = reader_of(network, lidl)
    yield reader
    reader.http.close()


def an_invitation(organisation: dict[str, Any], **more: str) -> dict[str, str]:
    about = {"name": HOSTILE, "email": "noor@example.org", "role": "donor_staff", "site_id": "", "language": "ar"}
    return {"organisation_id": organisation["id"], **about, **more}


def people_of(network: ServiceClient, organisation: dict[str, Any]) -> dict[str, str]:
    """The state of each by address."""
    found = network.get("/people", organisation_id=organisation["id"]).json()["items"]
    return {each["email"]: each["state"] for each in found}


def test_somebody_is_invited_and_the_link_is_shown_once_where_no_mail_can_go(
    network: ServiceClient, lidl: dict[str, Any], manager: Reader
) -> None:
    page = manager.http.post("/people/invite", data=an_invitation(lidl))
    assert page.status_code == 200
    assert "/invitation/" in page.text
    assert HOSTILE not in page.text
    assert people_of(network, lidl)["noor@example.org"] == "invited"
    later = manager.http.get("/people").text
    assert "/invitation/" not in later
    assert "noor@example.org" in later


def test_an_invitation_is_sent_anew_and_taken_back(
    network: ServiceClient, lidl: dict[str, Any], manager: Reader
) -> None:
    manager.http.post("/people/invite", data=an_invitation(lidl))
    [waiting] = network.get("/invitations").json()["items"]
    form = {"organisation_id": lidl["id"], "invitation_id": waiting["id"]}
    assert "/invitation/" in manager.http.post("/people/renew", data=form).text
    page = manager.http.post("/people/revoke", data=form)
    assert "The invitation is taken back, and the address forgotten." in words(page.text)
    assert "noor@example.org" not in people_of(network, lidl)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"name": ""}, "This field is missing."),
        ({"email": "noor"}, "Write an e-mail address such as name@example.org."),
        ({"email": ""}, "This field is missing."),
        ({"role": "baker"}, "Choose one of those that are shown."),
        ({"site_id": "here"}, "Choose one of those that are shown."),
    ],
)
def test_what_does_not_fit_is_said_and_nothing_typed_is_lost(
    network: ServiceClient, lidl: dict[str, Any], manager: Reader, wrong: dict[str, str], said: str
) -> None:
    form = an_invitation(lidl, **{"name": "Noor", **wrong})
    page = manager.http.post("/people/invite", data=form)
    assert page.status_code == 422
    assert said in words(page.text)
    assert all(f'value="{form[name]}"' in page.text for name in ("name", "email") if form[name])
    assert "noor@example.org" not in people_of(network, lidl)


def test_an_address_that_is_taken_is_said(network: ServiceClient, lidl: dict[str, Any], manager: Reader) -> None:
    manager.http.post("/people/invite", data=an_invitation(lidl))
    page = manager.http.post("/people/invite", data=an_invitation(lidl, name="Another"))
    assert page.status_code == 409
    assert 'value="Another"' in page.text


def test_somebody_is_let_in_no_longer_and_again(network: ServiceClient, lidl: dict[str, Any], manager: Reader) -> None:
    email = person(network, lidl, "donor_staff")
    found = next(each for each in network.get("/people").json()["items"] if each["email"] == email)
    assistant = Reader(network.address)
    assistant.sign_in(email)
    form = {"organisation_id": lidl["id"], "person_id": found["id"]}
    assert "They are let in no longer." in words(manager.http.post("/people/disable", data=form).text)
    assert assistant.http.get("/offers/new").url.path == "/sign-in"
    assert "They are let in again." in words(manager.http.post("/people/enable", data=form).text)
    assert people_of(network, lidl)[email] == "active"
    assistant.http.close()


def test_the_network_office_sees_each_organisation_and_an_organisation_only_its_own(
    network: ServiceClient, lidl: dict[str, Any], manager: Reader, office: Reader
) -> None:
    email = person(network, lidl, "donor_staff")
    assert email in office.http.get("/people", params={"organisation_id": lidl["id"]}).text
    spar = network.organisation("supermarket", "Spar")
    theirs = person(network, spar, "donor_staff")
    page = manager.http.get("/people", params={"organisation_id": spar["id"]})
    assert theirs not in page.text
    found = next(each for each in network.get("/people").json()["items"] if each["email"] == theirs)
    form = {"organisation_id": spar["id"], "person_id": found["id"]}
    assert manager.http.post("/people/disable", data=form).status_code == 404
    assert manager.http.post("/people/invite", data=an_invitation(spar)).status_code == 404
    assert manager.http.post("/people/invite", data=an_invitation(lidl, role="dispatcher")).status_code == 403
    assert people_of(network, spar) == {theirs: "active"}


def test_who_runs_no_office_has_no_such_page(network: ServiceClient, lidl: dict[str, Any]) -> None:
    for role in ("donor_staff", "dispatcher"):
        organisation = lidl if role == "donor_staff" else network.get("/me").json()["organisation"]
        reader = reader_of(network, organisation, role)
        assert reader.http.get("/people").status_code == 403
        assert reader.http.post("/people/invite", data=an_invitation(lidl)).status_code == 403
        reader.http.close()
