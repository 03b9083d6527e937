"""Partners on their page: entered, asked, answered, let rest and ended, by those who speak for a side."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.settings import Settings
from tests.service_client import ServiceClient
from tests.web.desk.test_ahead_pages import words
from tests.web.test_pages import HOSTILE, Reader, person

NEW = {"name": HOSTILE, "kind": "supermarket", "valid_from": "2026-11-25", "valid_until": ""}


@pytest.fixture
def config(tmp_path: Path) -> Settings:
    return Settings(data_folder=tmp_path, worker="off", request_log="off")


@pytest.fixture
def office(network: ServiceClient) -> Iterator[Reader]:
    """Who runs the network."""
    reader = Reader(network.address)
    reader.sign_in(person(network, network.get("/me").json()["organisation"], "network_admin"))
    yield reader
    reader.http.close()


def asked(network: ServiceClient, name: str = "Aldi") -> dict[str, Any]:
    """A partner that has not answered yet."""
    return network.ok("/organisations", {"kind": "supermarket", "name": name})


def reader_of(network: ServiceClient, organisation: dict[str, Any], role: str = "organisation_admin") -> Reader:
    found = Reader(network.address)
    found.sign_in(person(network, organisation, role))
    return found


def key_of(page: str) -> str:
    found = re.search(r'name="key" value="([^"]+)"', page)
    assert found is not None
    return found[1]


def moved(reader: Reader, deed: str, partnership: dict[str, Any], **more: str) -> str:
    """The page after a button was pressed."""
    form = {"partnership_id": partnership["id"], "version": str(partnership["version"]), **more}
    answer = reader.http.post(f"/partners/{deed}", data=form)
    assert answer.status_code == 200, words(answer.text)
    return words(answer.text)


def state_of(network: ServiceClient, partnership: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = network.get(f"/partnerships/{partnership['id']}").json()
    return found


def test_a_partner_is_entered_once_and_asked(network: ServiceClient, office: Reader) -> None:
    form = {**NEW, "key": key_of(office.http.get("/partners").text)}
    for _ in range(2):
        page = office.http.post("/partners", data=form)
        assert "Added." in words(page.text)
        assert HOSTILE not in page.text
    found = [each for each in network.get("/organisations").json()["items"] if each["name"] == HOSTILE]
    [partnership] = network.get("/partnerships", organisation_id=found[0]["id"]).json()["items"]
    assert (len(found), partnership["state"], partnership["proposed_by"]) == (1, "proposed", "network")
    assert "Waits for an answer" in words(office.http.get("/partners").text)


def test_signed_on_paper_it_is_in_force_at_once(network: ServiceClient, office: Reader) -> None:
    form = {**NEW, "name": "Tesco", "signed_name": "Agreement 7", "signed_on": "2026-11-20"}
    assert "Signed on paper Agreement 7" in words(office.http.post("/partners", data=form).text)
    [tesco] = [each for each in network.get("/organisations").json()["items"] if each["name"] == "Tesco"]
    [partnership] = network.get("/partnerships", organisation_id=tesco["id"]).json()["items"]
    assert partnership["state"] == "active"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"name": ""}, "This field is missing."),
        ({"kind": "bakery"}, "Choose one of those that are shown."),
        ({"valid_until": "2026-11-20"}, "The last day is before the first one: swap the two."),
        ({"signed_name": "Agreement 7"}, ""),
        ({"valid_from": "soon"}, ""),
    ],
)
def test_what_does_not_fit_is_said_and_nothing_typed_is_lost(
    network: ServiceClient, office: Reader, wrong: dict[str, str], said: str
) -> None:
    before = len(network.get("/organisations").json()["items"])
    form = {**NEW, "name": "Spar", **wrong}
    page = office.http.post("/partners", data=form)
    assert page.status_code == 422
    assert said in words(page.text)
    assert "Not saved yet:" in words(page.text)
    assert all(f'value="{each}"' in page.text for name, each in form.items() if each and name != "kind")
    assert len(network.get("/organisations").json()["items"]) == before


def test_the_partner_answers_on_its_own_page(network: ServiceClient) -> None:
    aldi = asked(network)
    reader = reader_of(network, aldi)
    page = words(reader.http.get("/partners").text)
    assert "Aldi Supermarket chain People Aldi Waits for an answer" in page
    assert "Add a partner" not in page
    assert "In force" in moved(reader, "accept", aldi["partnership"])
    assert state_of(network, aldi["partnership"])["state"] == "active"
    reader.http.close()


def test_a_partner_says_no_with_a_reason(network: ServiceClient) -> None:
    aldi = asked(network)
    reader = reader_of(network, aldi)
    assert "1 partnership that has ended" in moved(reader, "decline", aldi["partnership"], reason="Not this year")
    assert state_of(network, aldi["partnership"])["reason"] == "Not this year"
    reader.http.close()


def test_the_office_puts_in_force_what_was_signed_lets_it_rest_goes_on_and_ends_it(
    network: ServiceClient, office: Reader
) -> None:
    partnership = asked(network)["partnership"]
    refused = office.http.post("/partners/accept", data={"partnership_id": partnership["id"], "version": "1"})
    assert refused.status_code == 422
    moved(office, "accept", partnership, signed_name="Agreement 7", signed_on="2026-11-20")
    assert "Rests" in moved(office, "suspend", state_of(network, partnership), reason="Holidays")
    assert "In force" in moved(office, "resume", state_of(network, partnership))
    assert "No partnership is in force." in moved(office, "end", state_of(network, partnership), reason="They moved")
    assert state_of(network, partnership)["state"] == "ended"


def test_from_another_version_nothing_moves(network: ServiceClient, office: Reader) -> None:
    partnership = asked(network)["partnership"]
    form = {"partnership_id": partnership["id"], "version": "9", "reason": "No"}
    assert office.http.post("/partners/decline", data=form).status_code == 412
    assert state_of(network, partnership)["state"] == "proposed"


def test_who_speaks_for_no_side_sees_and_moves_nothing(network: ServiceClient) -> None:
    aldi, spar = asked(network), asked(network, "Spar")
    stranger = reader_of(network, spar)
    assert "Aldi" not in words(stranger.http.get("/partners").text)
    form = {"partnership_id": aldi["partnership"]["id"], "version": "1"}
    assert stranger.http.post("/partners/accept", data=form).status_code == 404
    assert stranger.http.post("/partners", data=NEW).status_code == 403
    dispatcher = reader_of(network, network.get("/me").json()["organisation"], "dispatcher")
    page = dispatcher.http.get("/partners").text
    assert "Aldi" in page
    assert "/partners/accept" not in page
    assert dispatcher.http.post("/partners/accept", data=form).status_code == 403
    assert state_of(network, aldi["partnership"])["state"] == "proposed"
    for reader in (stranger, dispatcher):
        reader.http.close()
