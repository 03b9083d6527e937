"""Signing in by password and by mailed link: who is known is not told, tries are counted, links work once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from app.domain.throttle import MAILED_LINKS, PASSWORDS, Limit
from app.kit.auth import password_matches
from app.kit.clock import HandSetClock
from app.people import sign_in, tries
from app.settings import Settings
from tests.conftest import TestDatabase
from tests.people.builders import ANOTHER, PASSWORD, an_invitation, as_owner, entered, signed_in
from tests.people.mailbox import Mailbox, link_in
from tests.service_client import ServiceClient
from tests.web.test_pages import Reader

WRONG = "wrong wrong wrong wrong"


def tried(network: ServiceClient, email: str, password: str = WRONG, address: str = "192.0.2.1") -> httpx.Response:
    return network.post("/sign-in", {"email": email, "password": password}, **{"X-Forwarded-For": address})


def asked(network: ServiceClient, email: str, address: str = "192.0.2.1") -> httpx.Response:
    return network.post("/sign-in/link", {"email": email}, **{"X-Forwarded-For": address})


@pytest.fixture
def mailed(config: Settings, mailing: Settings) -> Settings:
    """The service of the test with a mail server; asked for before `network`."""
    for name in ("smtp_url", "mail_from", "base_url"):
        setattr(config, name, getattr(mailing, name))
    return config


def test_after_ten_wrong_passwords_an_account_pauses_and_then_the_right_one_works(
    network: ServiceClient, lidl: dict[str, Any], clock: HandSetClock
) -> None:
    email = entered(network, lidl)["email"]
    for number in range(PASSWORDS.account):
        assert tried(network, email, address=f"192.0.2.{number}").status_code == 401
    paused = tried(network, email.upper(), PASSWORD, "198.51.100.1")
    assert (paused.status_code, paused.json()["code"]) == (429, "too_many_attempts")
    assert 0 < int(paused.headers["Retry-After"]) <= 900
    clock.set(clock() + timedelta(seconds=int(paused.headers["Retry-After"]) - 1))
    assert tried(network, email, PASSWORD).status_code == 429
    clock.set(clock() + timedelta(seconds=1))
    assert tried(network, email, PASSWORD).status_code == 200


def test_guesses_that_come_at_once_do_not_slip_through_together(network: ServiceClient, lidl: dict[str, Any]) -> None:
    email = entered(network, lidl)["email"]
    with ThreadPoolExecutor(8) as pool:
        answers = sorted(pool.map(lambda _: tried(network, email).status_code, range(PASSWORDS.account + 6)))
    assert answers == [401] * PASSWORDS.account + [429] * 6


def test_right_passwords_are_not_counted(network: ServiceClient, lidl: dict[str, Any]) -> None:
    email = entered(network, lidl)["email"]
    for _ in range(PASSWORDS.account + 2):
        assert tried(network, email, PASSWORD).status_code == 200


def test_an_address_that_tries_many_accounts_pauses_and_others_do_not(
    network: ServiceClient, lidl: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(tries.LIMITS, "password", Limit(account=10, address=3))
    email = entered(network, lidl)["email"]
    for number in range(3):
        assert tried(network, f"nobody-{number}@example.org", address=f"2001:db8::{number}").status_code == 401
    assert tried(network, email, PASSWORD, "2001:db8::ffff").status_code == 429
    assert tried(network, email, PASSWORD, "2001:db8:0:1::1").status_code == 200


def test_without_the_count_an_eleventh_guess_would_be_judged(
    network: ServiceClient, lidl: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tries, "_pause", lambda *_: None)
    email = entered(network, lidl)["email"]
    answers = [tried(network, email).status_code for _ in range(PASSWORDS.account)]
    assert [*answers, tried(network, email, PASSWORD).status_code] == [401] * PASSWORDS.account + [200]


def test_tries_are_kept_without_names_and_forgotten_after_a_day(
    network: ServiceClient, lidl: dict[str, Any], clock: HandSetClock, migrated: TestDatabase
) -> None:
    tried(network, "somebody@example.org")
    clock.set(clock() + timedelta(hours=25))
    tried(network, "another@example.org")
    with as_owner(migrated) as connection:
        rows = connection.execute(text("SELECT counted_for FROM sign_in_tries")).scalars().all()
    assert [len(row) for row in rows] == [64, 64]


def test_an_invited_person_an_unknown_one_and_a_wrong_password_get_the_same_answer(
    network: ServiceClient, lidl: dict[str, Any]
) -> None:
    invited = network.ok(f"/organisations/{lidl['id']}/invitations", an_invitation())["email"]
    assert tried(network, "a\0@example.org").json()["code"] == "invalid_request"
    answers = [tried(network, email) for email in (invited, "nobody@example.org", entered(network, lidl)["email"])]
    assert {each.status_code for each in answers} == {401}
    assert len({each.text for each in answers}) == 1


def test_who_is_disabled_while_the_password_is_compared_does_not_get_in(
    network: ServiceClient, lidl: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    person = entered(network, lidl)

    def slowly(password: str, stored: str | None) -> bool:
        network.ok(f"/people/{person['id']}/disable")
        return password_matches(password, stored)

    monkeypatch.setattr(sign_in, "password_matches", slowly)
    assert tried(network, person["email"], PASSWORD).status_code == 401


def test_a_mailed_link_signs_in_once(
    mailed: Settings, network: ServiceClient, lidl: dict[str, Any], mailbox: Mailbox, migrated: TestDatabase
) -> None:
    person, invited = entered(network, lidl), network.ok(f"/organisations/{lidl['id']}/invitations", an_invitation())
    mailbox.wait()
    answers = [asked(network, email) for email in ("nobody@example.org", invited["email"], person["email"].upper())]
    assert {each.status_code for each in answers} == {202}
    assert len({each.text for each in answers}) == 1
    token = link_in(mailbox.wait(2)).rpartition("/")[2]
    assert mailbox.mails[1]["To"] == person["email"]
    with as_owner(migrated) as connection:
        links = connection.execute(text("SELECT count(*) FROM person_links WHERE kind = 'sign_in'")).scalar()
    assert links == 1  # neither for who is unknown nor for who has not answered the invitation
    assert network.another(token).get("/me").status_code == 401
    session = network.ok("/sign-in/link/use", {"token": token})["token"]
    assert network.another(session).get("/me").json()["name"] == person["name"]
    again = network.post("/sign-in/link/use", {"token": token})
    assert (again.status_code, again.json()["code"]) == (410, "link_ended")


def test_a_mailed_link_ends_after_a_quarter_of_an_hour_and_with_its_person(
    mailed: Settings, network: ServiceClient, lidl: dict[str, Any], mailbox: Mailbox, clock: HandSetClock
) -> None:
    person = entered(network, lidl)
    asked(network, person["email"])
    first = link_in(mailbox.wait(1)).rpartition("/")[2]
    clock.set(clock() + timedelta(minutes=15))
    assert network.post("/sign-in/link/use", {"token": first}).status_code == 410
    asked(network, person["email"])
    second = link_in(mailbox.wait(2)).rpartition("/")[2]
    network.ok(f"/people/{person['id']}/disable")
    assert network.post("/sign-in/link/use", {"token": second}).status_code == 410


def test_links_are_asked_for_only_so_often_whether_or_not_anybody_has_the_address(network: ServiceClient) -> None:
    answers = [asked(network, "nobody@example.org") for _ in range(MAILED_LINKS.account + 1)]
    assert [each.status_code for each in answers] == [202] * MAILED_LINKS.account + [429]
    assert "Retry-After" in answers[-1].headers
    assert tried(network, "nobody@example.org").status_code == 401  # counted apart


def test_who_has_forgotten_the_password_signs_in_by_mail_and_sets_a_new_one(
    mailed: Settings, network: ServiceClient, lidl: dict[str, Any], mailbox: Mailbox, clock: HandSetClock
) -> None:
    person = entered(network, lidl)
    asked(network, person["email"])
    token = link_in(mailbox.wait()).rpartition("/")[2]
    client = network.another(network.ok("/sign-in/link/use", {"token": token})["token"])
    assert client.http.put("/me/password", json={"new": ANOTHER}).status_code == 204
    assert signed_in(network, person, ANOTHER).get("/me").status_code == 200
    clock.set(clock() + timedelta(minutes=15))
    late = client.http.put("/me/password", json={"new": PASSWORD})
    assert (late.status_code, late.json()["code"]) == (422, "wrong_password")


def test_a_new_password_needs_the_old_one_and_has_to_be_hard_to_guess(
    network: ServiceClient, lidl: dict[str, Any]
) -> None:
    person = entered(network, lidl)
    client = signed_in(network, person)
    for wish, code in (
        ({"old": WRONG, "new": ANOTHER}, "wrong_password"),
        ({"new": ANOTHER}, "wrong_password"),
        ({"old": PASSWORD, "new": "password1234"}, "password_too_easy"),
        ({"old": PASSWORD, "new": "short"}, "invalid_request"),
    ):
        answer = client.http.put("/me/password", json=wish)
        assert (answer.status_code, answer.json()["code"]) == (422, code), wish
    assert client.http.put("/me/password", json={"old": PASSWORD, "new": ANOTHER}).status_code == 204
    assert client.get("/me").status_code == 200
    assert tried(network, person["email"], PASSWORD).status_code == 401
    assert network.http.put("/me/password", json={"old": PASSWORD, "new": ANOTHER}).status_code == 403


def test_somebody_sees_and_ends_only_their_own_sessions(network: ServiceClient, lidl: dict[str, Any]) -> None:
    person, colleague = entered(network, lidl), entered(network, lidl)
    client, phone, other = signed_in(network, person), signed_in(network, person), signed_in(network, colleague)
    listed = client.get("/me/sessions").json()["items"]
    assert [(each["current"], each["signed_in_by"]) for each in listed] in (
        [(True, "password"), (False, "password")],
        [(False, "password"), (True, "password")],
    )
    theirs = other.get("/me/sessions").json()["items"]
    assert len(theirs) == 1
    assert client.http.delete(f"/me/sessions/{theirs[0]['id']}").status_code == 404
    ended = next(each["id"] for each in listed if not each["current"])
    assert client.http.delete(f"/me/sessions/{ended}").status_code == 204
    assert (phone.get("/me").status_code, len(client.get("/me/sessions").json()["items"])) == (401, 1)
    assert network.get("/me/sessions").status_code == 403


@pytest.mark.parametrize(("language", "word"), [("en", "E-mail me a link"), ("ar", "أرسل إليّ رابطًا")])
def test_the_page_mails_a_link_and_signs_in_when_a_person_presses_its_button(
    mailed: Settings, network: ServiceClient, lidl: dict[str, Any], mailbox: Mailbox, language: str, word: str
) -> None:
    person = entered(network, lidl)
    reader = Reader(network.address, language)
    assert word in reader.http.get("/sign-in").text
    assert reader.http.post("/sign-in/link", data={"email": "", "password": ""}).status_code == 422
    page = reader.http.post("/sign-in/link", data={"email": person["email"], "password": ""})
    assert (page.status_code, 'role="status"' in page.text) == (200, True)
    path = "/" + link_in(mailbox.wait()).split("/", 3)[3]
    for _ in range(2):  # mail scanners follow links
        assert reader.http.get(path).status_code == 200
        assert not reader.http.cookies.get("wasl_session")
    assert reader.http.post(path).url.path == "/offers/new"
    ended = reader.http.get(path)
    assert (ended.status_code, "text/html" in ended.headers["Content-Type"]) == (410, True)
    reader.http.close()


def test_without_a_mail_server_the_page_offers_no_mail_and_a_pause_is_told(
    network: ServiceClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(tries.LIMITS, "password", Limit(account=1, address=50))
    reader = Reader(network.address)
    assert "E-mail me a link" not in reader.http.get("/sign-in").text
    assert reader.sign_in("nobody@example.org", WRONG).status_code == 401
    paused = reader.sign_in("nobody@example.org", WRONG)
    assert (paused.status_code, "too many tries" in paused.text) == (429, True)
    reader.http.close()


@pytest.mark.parametrize("path", ["/sign-in", "/sign-in/link", "/sign-in/link/token", "/invitation/token"])
def test_no_form_of_another_site_signs_anybody_in(network: ServiceClient, path: str) -> None:
    headers = {"Accept": "text/html", "Sec-Fetch-Site": "cross-site"}
    answer = httpx.post(f"{network.address}{path}", data={"email": "a@example.org"}, headers=headers, timeout=60)
    assert (answer.status_code, "another site" in answer.text) == (403, True)
