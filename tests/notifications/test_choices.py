"""What somebody chooses holds: over the API, from its version, for oneself alone; a trial; the way out of a mail."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from app.kit.clock import HandSetClock
from tests.notifications.conftest import HANDLED, Desk, Happens, People
from tests.people.builders import signed_in
from tests.people.conftest import PUBLIC
from tests.people.mailbox import Mailbox
from tests.service_client import ServiceClient

CHOICES = "/me/notification-choices"


@pytest.fixture(autouse=True)
def by_day(clock: HandSetClock) -> None:
    clock.set(datetime(2026, 11, 25, 9, 0, tzinfo=UTC))


@pytest.fixture
def office(network: ServiceClient, people: People) -> ServiceClient:
    """The supermarket's administrator."""
    return signed_in(network, people.office)


def changed(client: ServiceClient, version: int = 1, **change: Any) -> httpx.Response:
    return client.http.patch(CHOICES, json=change, headers={"If-Match": f'"{version}"'})


def chosen(found: dict[str, Any]) -> dict[str, list[str]]:
    return {each["subject"]: each["channels"] for each in found["subjects"]}


def test_before_anything_is_chosen_it_is_as_usual_for_the_role(office: ServiceClient) -> None:
    answer = office.get(CHOICES)
    found = answer.json()
    assert answer.headers["ETag"] == '"1"'
    assert chosen(found)["trouble"] == ["email", "push"]
    assert "decision" not in chosen(found)
    assert found["quiet_hours"] == {"begins": "21:00", "ends": "07:00"}
    assert (found["phone"], found["language"], found["time_zone"]) == (None, "en", "Europe/London")
    assert "email" in found["set_up"]


def test_what_is_chosen_stays_and_what_is_left_out_too(office: ServiceClient) -> None:
    first = changed(office, channels={"trouble": ["sms"], "receipt": ["email"]}, phone="+44 7911 123456")
    assert (first.status_code, first.headers["ETag"]) == (200, '"2"'), first.text
    second = changed(office, 2, channels={"receipt": []}, quiet_hours=None, language="ar").json()
    assert (chosen(second)["trouble"], chosen(second)["receipt"]) == (["sms"], [])
    assert (second["phone"], second["quiet_hours"], second["language"]) == ("+447911123456", None, "ar")
    assert changed(office, 3, phone=None).json()["phone"] is None
    assert changed(office, 3, phone=None).status_code == 412


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("+44 7911 123456", "+447911123456"),
        ("0044 (0)7911-123456", "+447911123456"),
        ("+٩٦٢ ٧ ٩٠١٢ ٣٤٥٦", "+962790123456"),
        ("", None),
    ],
)
def test_a_phone_number_is_kept_in_one_spelling(office: ServiceClient, typed: str, kept: str | None) -> None:
    assert changed(office, phone=typed).json()["phone"] == kept


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"phone": "07911 123456"}, "phone_unreadable"),
        ({"phone": "+44 12"}, "phone_unreadable"),
        ({"channels": {"decision": ["push"]}}, "subject_not_yours"),
        ({"channels": {"alarm": ["email"]}}, "channel_not_possible"),
        ({"channels": {"nonsense": []}}, "unknown_subject"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_changed(
    office: ServiceClient, change: dict[str, Any], code: str
) -> None:
    answer = changed(office, **change)
    said = answer.json()
    assert answer.status_code == 422
    assert code in {said["code"], *(each["code"] for each in said.get("errors", []))}
    assert office.get(CHOICES).json()["version"] == 1


def test_a_key_is_told_nothing(network: ServiceClient, people: People) -> None:
    key = network.client_of(people.shop, "organisation")
    assert key.get(CHOICES).status_code == key.get("/me/notifications").status_code == 403


def test_whoever_wants_it_at_any_hour_has_it_at_any_hour(
    office: ServiceClient, desk: Desk, people: People, happens: Happens, clock: HandSetClock, mailbox: Mailbox
) -> None:
    changed(office, quiet_hours=None)
    clock.set(datetime(2026, 11, 25, 23, 0, tzinfo=UTC))
    happens("food.refused", people.shop, **HANDLED)
    desk.make()
    desk.send()
    assert len(mailbox.mails) == 1


def test_what_was_chosen_away_meanwhile_is_not_sent(
    office: ServiceClient, desk: Desk, people: People, happens: Happens, mailbox: Mailbox
) -> None:
    happens("food.refused", people.shop, **HANDLED)
    desk.make()
    changed(office, channels={"trouble": []})
    desk.send()
    assert mailbox.mails == []


def test_a_trial_comes_at_any_hour_in_ones_own_language_and_not_without_end(
    network: ServiceClient, people: People, desk: Desk, mailbox: Mailbox, clock: HandSetClock
) -> None:
    till = signed_in(network, people.till)
    clock.set(datetime(2026, 11, 25, 19, 0, tzinfo=UTC))
    changed(till, quiet_hours={"begins": "18:00", "ends": "08:00"})
    assert till.ok("/me/notifications/test", {"channel": "email"})["state"] == "waiting"
    desk.send()
    [mail] = mailbox.mails
    assert (mail["To"], mail["Subject"]) == (people.till["email"], "تجربة")
    assert mail["List-Unsubscribe"] is None
    assert till.post("/me/notifications/test", {"channel": "sms"}).json()["code"] in ("channel_not_set_up", "no_phone")
    answers = [
        till.post("/me/notifications/test", {"channel": "email"}, **{"Idempotency-Key": f"{number}"}).status_code
        for number in range(5)
    ]
    assert answers == [202] * 4 + [409]
    clock.set(clock() + timedelta(minutes=10))
    assert till.post("/me/notifications/test", {"channel": "email"}).status_code == 202


def test_one_sees_what_one_was_told_and_nobody_elses(
    network: ServiceClient, office: ServiceClient, desk: Desk, people: People, happens: Happens
) -> None:
    happens("food.refused", people.shop, **HANDLED)
    desk.make()
    desk.send()
    [row] = office.get("/me/notifications").json()["items"]
    assert (row["subject"], row["channel"], row["state"]) == ("trouble", "email", "sent")
    assert signed_in(network, people.till).get("/me/notifications").json()["items"] == []


@pytest.fixture
def link(desk: Desk, people: People, happens: Happens, mailbox: Mailbox, network: ServiceClient) -> str:
    """The way out of a mail, at the service's real address."""
    happens("food.refused", people.shop, **HANDLED)
    desk.make()
    desk.send()
    found: str = mailbox.mails[-1]["List-Unsubscribe"].strip("<>")
    return found.replace(PUBLIC, str(network.http.base_url).partition("/api")[0])


def test_a_mail_program_takes_the_way_out_without_signing_in_and_twice_is_once(
    link: str, office: ServiceClient
) -> None:
    for _ in range(2):
        pressed = httpx.post(link, data={"List-Unsubscribe": "One-Click"}, headers={"Sec-Fetch-Site": "cross-site"})
        assert pressed.status_code == 200
    assert chosen(office.get(CHOICES).json())["trouble"] == ["push"]
    assert chosen(office.get(CHOICES).json())["unfetched"] == ["email"]  # of this alone


def test_it_is_recorded_as_ones_own_deed_and_once(link: str, people: People, network: ServiceClient) -> None:
    for _ in range(2):
        httpx.post(link, data={"List-Unsubscribe": "One-Click"})
    [entry] = network.get("/audit-entries", action="notifications.choose").json()["items"]
    assert (entry["actor"]["kind"], entry["actor"]["id"]) == ("person", people.office["id"])
    assert entry["detail"] == {"by": "link"}


def test_looking_at_it_changes_nothing(link: str, office: ServiceClient) -> None:
    assert httpx.get(link).status_code == 200
    assert office.get(CHOICES).json()["version"] == 1


@pytest.mark.parametrize(
    "spoilt",
    [
        lambda token: token[:-1] + ("A" if token[-1] != "A" else "B"),
        lambda token: ("A" if token[0] != "A" else "B") + token[1:],
        lambda token: token[:30],
        lambda token: "nonsense",
        lambda token: "%00",
    ],
    ids=["another person", "another signature", "short", "nonsense", "nothing"],
)
def test_a_link_that_is_not_ours_leads_nowhere(link: str, office: ServiceClient, spoilt: Callable[[str], str]) -> None:
    base, _, token = link.rpartition("/")
    assert httpx.post(f"{base}/{spoilt(token)}").status_code == 404
    assert office.get(CHOICES).json()["version"] == 1


def test_without_the_look_at_its_signature_anybody_could(
    link: str, office: ServiceClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: it is the signature that a made-up link has not."""
    monkeypatch.setattr("app.notifications.choices.is_signed", lambda *_: True)
    base, _, token = link.rpartition("/")
    assert httpx.post(f"{base}/{('A' if token[0] != 'A' else 'B') + token[1:]}").status_code == 200
    assert chosen(office.get(CHOICES).json())["trouble"] == ["push"]


def test_ones_own_export_has_it(office: ServiceClient, desk: Desk, people: People, happens: Happens) -> None:
    changed(office, phone="+44 7911 123456")
    happens("food.refused", people.shop, **HANDLED)
    desk.make()
    told = office.get("/me/export").json()["told"]
    assert [each["phone"] for each in told["notification_choices"]] == ["+447911123456"]
    assert [each["subject"] for each in told["notifications"]] == ["trouble"]


def test_an_erased_person_leaves_no_number_and_no_word_of_what_they_were_told(
    network: ServiceClient, office: ServiceClient, desk: Desk, people: People, happens: Happens
) -> None:
    changed(office, phone="+44 7911 123456")
    happens("food.refused", people.shop, **HANDLED)
    desk.make()
    network.ok(f"/people/{people.office['id']}/erase", {"confirm": people.office["email"]})
    assert desk.rows(person_id=people.office["id"]) == []
    assert desk.rows() == []
