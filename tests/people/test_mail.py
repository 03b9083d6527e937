"""Mails go out through a real server: once, in the person's language, tried again when it is down, wiped when sent."""

import re
import shutil
import ssl
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Connection, text

from app.kit.clock import HandSetClock
from app.kit.db import Database
from app.people import mail, mail_jobs, smtp
from app.people.mail_jobs import mailroom_of, send_message
from app.people.smtp import MailServer, NotSentYet, send_mail
from app.settings import Settings
from tests.conftest import TestDatabase
from tests.people.builders import PASSWORD, an_invitation, as_owner
from tests.people.conftest import PUBLIC
from tests.people.mailbox import Controlled, Mailbox, link_in
from tests.service_client import ServiceClient


@pytest.fixture
def waiting(network: ServiceClient, lidl: dict[str, Any], migrated: TestDatabase) -> tuple[UUID, UUID]:
    """The network and the id of a mail that waits, because the service has no mail server."""
    network.ok(f"/organisations/{lidl['id']}/invitations", an_invitation(name="Noor\nBcc: all@example.org"))
    with as_owner(migrated) as connection:
        row = connection.execute(text("SELECT network_id, id FROM mail_messages")).one()
    return row[0], row[1]


def kept(connection: Connection) -> tuple[Any, ...]:
    return tuple(connection.execute(text("SELECT state, words::text, attempts FROM mail_messages")).one())


def kept_of(migrated: TestDatabase) -> tuple[Any, ...]:
    with as_owner(migrated) as connection:
        return kept(connection)


def test_an_invitation_is_mailed_by_the_worker_in_the_persons_language_and_wiped(
    mailing: Settings, mailbox: Mailbox, request: pytest.FixtureRequest
) -> None:
    network, migrated = _service_with(mailing, request)
    lidl = network.organisation("supermarket", "Lidl")
    wish = an_invitation(name="نور", language="ar")
    answered = network.ok(f"/organisations/{lidl['id']}/invitations", wish)
    assert answered["link"] is None  # whoever invites does not learn it: it proves that the mail arrived
    arrived = mailbox.wait()
    assert (arrived["To"], arrived["From"]) == (wish["email"], "wasl@example.org")
    assert "Lidl" in arrived["Subject"]
    assert "مرحبًا نور" in arrived.get_content()
    assert link_in(arrived).startswith(f"{PUBLIC}/invitation/wasl_invitation_")
    assert _until_sent(migrated)[:2] == ("sent", "{}")
    accepted = {"token": link_in(arrived).rpartition("/")[2], "password": PASSWORD}
    assert network.post("/invitations/accept", accepted).status_code == 200


def _service_with(config: Settings, request: pytest.FixtureRequest) -> tuple[ServiceClient, TestDatabase]:
    """The service with other settings than the tests' usual ones."""
    usual: Settings = request.getfixturevalue("config")
    for name in ("smtp_url", "mail_from", "base_url"):
        setattr(usual, name, getattr(config, name))
    return request.getfixturevalue("network"), request.getfixturevalue("migrated")


def _until_sent(migrated: TestDatabase) -> tuple[Any, ...]:
    until = time.monotonic() + 60
    while (found := kept_of(migrated))[0] == "waiting":
        assert time.monotonic() < until
        time.sleep(0.1)
    return found


def test_a_server_that_is_down_gets_the_mail_once_it_is_back(
    mailing: Settings, mailbox: Mailbox, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mail_jobs, "PATIENCE", (1,))
    mailbox.answers = ["451 try later", "421 closing"]
    network, migrated = _service_with(mailing, request)
    network.ok(f"/organisations/{network.get('/me').json()['organisation']['id']}/invitations", an_invitation())
    mailbox.wait()
    assert _until_sent(migrated) == ("sent", "{}", 3)
    assert len(mailbox.mails) == 1


def test_a_mailbox_that_does_not_exist_is_not_tried_for_ever(
    waiting: tuple[UUID, UUID], database: Database, clock: HandSetClock, mailing: Settings, mailbox: Mailbox,
    migrated: TestDatabase,
) -> None:  # fmt: skip
    mailbox.answers = ["550 no such mailbox"]
    send_message(mailroom_of(database, clock, mailing), *waiting)
    send_message(mailroom_of(database, clock, mailing), *waiting)
    assert kept_of(migrated) == ("refused", "{}", 1)
    assert mailbox.mails == []


def test_without_a_server_a_mail_waits_until_its_link_has_ended_and_is_wiped(
    waiting: tuple[UUID, UUID], database: Database, clock: HandSetClock, config: Settings, migrated: TestDatabase
) -> None:
    room = mailroom_of(database, clock, config)
    with pytest.raises(NotSentYet, match="No mail server"):
        send_message(room, *waiting)
    state, words, attempts = kept_of(migrated)
    assert (state, attempts, "wasl_invitation_" in words) == ("waiting", 0, True)
    clock.set(clock() + timedelta(days=7))
    send_message(room, *waiting)
    assert kept_of(migrated) == ("expired", "{}", 0)


def test_two_workers_with_the_same_mail_send_it_once(
    waiting: tuple[UUID, UUID], database: Database, clock: HandSetClock, mailing: Settings, mailbox: Mailbox
) -> None:
    mailbox.seconds = 0.5
    room = mailroom_of(database, clock, mailing)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda _: send_message(room, *waiting), range(2)))
    assert len(mailbox.mails) == 1
    assert mailbox.mails[0]["Subject"] == "Lidl invites you to Wasl"
    assert mailbox.mails[0]["Bcc"] is None
    assert "Hello Noor Bcc: all@example.org," in mailbox.mails[0].get_content()


def test_without_the_look_at_its_state_the_same_mail_goes_twice(
    waiting: tuple[UUID, UUID], database: Database, clock: HandSetClock, mailing: Settings, mailbox: Mailbox,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """The twin: what was sent is known by the state that is set in the same transaction."""
    monkeypatch.setattr(mail_jobs, "wipe", lambda message, state: None)
    for _ in range(2):
        send_message(mailroom_of(database, clock, mailing), *waiting)
    first, second = mailbox.mails
    assert first["Message-ID"] == second["Message-ID"]


def test_what_the_server_says_of_a_mail_is_kept_without_the_link(
    waiting: tuple[UUID, UUID], database: Database, clock: HandSetClock, mailing: Settings, mailbox: Mailbox,
    migrated: TestDatabase,
) -> None:  # fmt: skip
    with as_owner(migrated) as connection:
        token = connection.execute(text("SELECT words->>'token' FROM mail_messages")).scalar()
    mailbox.answers = [f"451 looks bad: {token}"]
    with pytest.raises(NotSentYet):
        send_message(mailroom_of(database, clock, mailing), *waiting)
    with as_owner(migrated) as connection:
        trouble = str(connection.execute(text("SELECT trouble FROM mail_messages")).scalar())
    assert trouble.startswith("451 looks bad")
    assert str(token) not in trouble


def a_mail() -> EmailMessage:
    found = EmailMessage()
    found["From"], found["To"], found["Subject"] = "wasl@example.org", "noor@example.org", "Hello"
    found.set_content("Hello")
    return found


def test_the_servers_password_is_told_to_this_machine_or_over_encryption_alone(
    mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = Controlled(mailbox, authenticator=mailbox.authenticate, auth_require_tls=False)
    server.start()
    there = MailServer(f"smtp://wasl%40example.org:p%3Aw@127.0.0.1:{server.port}", "wasl@example.org")
    try:
        send_mail(there, a_mail())
        assert mailbox.users == ["wasl@example.org:p:w"]
        monkeypatch.setattr(smtp, "_is_this_machine", lambda host: False)
        with pytest.raises(NotSentYet, match="no encryption"):
            send_mail(there, a_mail())
    finally:
        server.stop()
    assert (len(mailbox.mails), len(mailbox.users)) == (1, 1)
    assert "p%3Aw" not in repr(there)


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate of this machine's own, with its key, that nobody trusts yet."""
    if shutil.which("openssl") is None:
        pytest.skip("no openssl on this machine to make a certificate with")
    made = tmp_path / "loopback.pem"
    words = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=loopback"]
    words += ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(made), "-out", str(tmp_path / "only.pem")]
    subprocess.run(words, check=True, capture_output=True)
    made.write_text(made.read_text() + (tmp_path / "only.pem").read_text())
    return made


def test_where_the_server_encrypts_so_does_the_mail_and_a_stranger_in_between_gets_nothing(
    mailbox: Mailbox, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    offered = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    offered.load_cert_chain(certificate)
    server = Controlled(mailbox, tls_context=offered, authenticator=mailbox.authenticate, auth_require_tls=True)
    server.start()
    there = MailServer(f"smtp://noor:secret@127.0.0.1:{server.port}", "wasl@example.org")
    try:
        with pytest.raises(NotSentYet, match="CERTIFICATE_VERIFY_FAILED"):
            send_mail(there, a_mail())
        assert (mailbox.users, mailbox.mails) == ([], [])
        trusting = ssl.create_default_context(cafile=str(certificate))
        monkeypatch.setattr(ssl, "create_default_context", lambda: trusting)
        send_mail(there, a_mail())
    finally:
        server.stop()
    assert (mailbox.users, len(mailbox.mails)) == (["noor:secret"], 1)


def test_a_server_that_is_not_there_is_tried_again() -> None:
    with pytest.raises(NotSentYet):
        send_mail(MailServer("smtp://127.0.0.1:9", "wasl@example.org"), a_mail())


@pytest.mark.parametrize("kind", sorted(mail.PAGE_OF))
def test_every_mail_has_the_same_gaps_in_both_languages(kind: str) -> None:
    english, arabic = ((mail.TEXTS / f"{kind}.{code}.txt").read_text("utf-8") for code in ("en", "ar"))
    assert sorted(set(re.findall(r"{(\w+)}", english))) == sorted(set(re.findall(r"{(\w+)}", arabic)))
    assert all("\n\n" in each and "{link}" in each for each in (english, arabic))


def test_patience_grows_and_only_what_is_not_sent_yet_is_tried_again() -> None:
    strategy = mail_jobs.EverMorePatient()
    job: Any = SimpleNamespace(attempts=99)
    assert strategy.get_retry_decision(exception=NotSentYet("down"), job=job) is not None
    assert strategy.get_retry_decision(exception=ValueError("a bug"), job=job) is None
    assert list(mail_jobs.PATIENCE) == sorted(mail_jobs.PATIENCE)
