"""A phone number is proved before anything else is texted to it, by a code that holds for minutes and few guesses."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from sqlalchemy import create_engine, text

from app.domain.throttle import Allowance
from app.domain.units import in_digits
from app.kit.clock import HandSetClock
from app.kit.db import Database
from app.kit.tenancy import Scope
from app.notifications import proving
from app.notifications.newsroom import Newsroom, newsroom_of
from app.notifications.schemas import PhoneConfirmation
from app.settings import Settings
from tests.conftest import TestDatabase
from tests.notifications.conftest import HANDLED, Desk, Happens, People
from tests.notifications.provider import PHONE, Provider, change, prove, provider, try_code
from tests.people.builders import entered, signed_in
from tests.service_client import ServiceClient

__all__ = ["provider"]
ANOTHER_PHONE = "+447911123457"


@pytest.fixture
def newsroom(database: Database, clock: HandSetClock, config: Settings, provider: Provider) -> Newsroom:
    """With a provider of text messages."""
    clock.set(datetime(2026, 11, 25, 9, 0, tzinfo=UTC))
    provider.set_up(config)
    return newsroom_of(database, clock, config)


@pytest.fixture
def office(network: ServiceClient, people: People, desk: Desk) -> ServiceClient:
    """The supermarket's administrator, who wants text messages and has given a number."""
    found = signed_in(network, people.office)
    assert change(found, channels={"trouble": ["sms"]}, phone=PHONE).json()["phone_confirmed"] is False
    return found


def code_for(client: ServiceClient, desk: Desk, provider: Provider) -> str:
    """A code that was asked for, and has come."""
    assert client.post("/me/phone-code").status_code == 202
    desk.send(subject="code")
    return provider.newest_code()


def another_than(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06}"


def is_confirmed(client: ServiceClient) -> bool:
    return bool(client.get("/me/notification-choices").json()["phone_confirmed"])


def said(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def test_a_code_comes_in_ones_own_language_and_confirms_the_number(
    office: ServiceClient, desk: Desk, provider: Provider
) -> None:
    code = code_for(office, desk, provider)
    assert provider.texts() == [
        (PHONE, f"Wasl: {code} is the code for your phone number. If you did not ask for it, do nothing.")
    ]
    assert try_code(office, code).json()["phone_confirmed"] is True
    assert is_confirmed(office)
    [row] = desk.rows(subject="code")
    assert (row.state, row.channel, row.urgent) == ("sent", "sms", True)


def test_nothing_but_the_code_is_texted_to_a_number_that_nobody_has_confirmed(
    office: ServiceClient, desk: Desk, provider: Provider, people: People, happens: Happens
) -> None:
    happens("food.refused", people.shop, **HANDLED)
    assert desk.make() == 0
    assert said(office.post("/me/notifications/test", {"channel": "sms"})) == (422, "phone_not_confirmed")
    code_for(office, desk, provider)
    desk.send()
    assert len(provider.received) == 1


def test_without_the_look_at_it_a_stranger_would_be_texted(
    office: ServiceClient, desk: Desk, provider: Provider, people: People, happens: Happens,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """The twin: it is the look at whether it is confirmed that keeps texts away."""
    monkeypatch.setattr(
        "app.notifications.readers.Known.phone", property(lambda known: known.choice and known.choice.phone)
    )
    happens("food.refused", people.shop, **HANDLED)
    assert desk.make() == 1
    desk.send()
    assert [to for to, _ in provider.texts()] == [PHONE]


def test_what_waits_for_a_number_that_was_changed_meanwhile_does_not_go(
    office: ServiceClient, desk: Desk, provider: Provider, people: People, happens: Happens
) -> None:
    prove(office, desk, provider)
    happens("food.refused", people.shop, **HANDLED)
    assert desk.make() == 1
    assert office.post("/me/notifications/test", {"channel": "sms"}).status_code == 202
    change(office, phone=ANOTHER_PHONE)
    desk.send()
    assert provider.received == []
    assert {(row.subject, row.state) for row in desk.rows()} == {
        ("code", "sent"), ("trouble", "expired"), ("test", "refused"),
    }  # fmt: skip


def test_another_number_is_proved_anew_and_the_old_code_is_for_the_old_one(
    office: ServiceClient, desk: Desk, provider: Provider
) -> None:
    code = code_for(office, desk, provider)
    change(office, phone=ANOTHER_PHONE)
    assert said(try_code(office, code)) == (409, "code_ended")
    change(office, phone=PHONE)
    assert said(try_code(office, code)) == (409, "code_ended")
    prove(office, desk, provider)
    assert change(office, phone=ANOTHER_PHONE).json()["phone_confirmed"] is False
    assert change(office, phone=None).json()["phone_confirmed"] is False


def test_the_same_number_given_again_stays_confirmed(office: ServiceClient, desk: Desk, provider: Provider) -> None:
    prove(office, desk, provider)
    assert change(office, phone="+44 7911 123 456", language="ar").json()["phone_confirmed"] is True
    assert said(office.post("/me/phone-code")) == (409, "phone_confirmed")


def test_a_code_works_once_and_pressed_twice_it_is_no_mistake(
    office: ServiceClient, desk: Desk, provider: Provider
) -> None:
    code = code_for(office, desk, provider)
    assert [try_code(office, code).status_code for _ in range(2)] == [200, 200]
    change(office, phone=None)
    change(office, phone=PHONE)
    assert said(try_code(office, code)) == (409, "code_ended")
    assert not is_confirmed(office)


def test_it_holds_for_ten_minutes(office: ServiceClient, desk: Desk, provider: Provider, clock: HandSetClock) -> None:
    code = code_for(office, desk, provider)
    clock.set(clock() + timedelta(minutes=10))
    assert said(try_code(office, code)) == (409, "code_ended")


def test_the_newest_code_is_the_one_and_a_text_that_waited_meanwhile_does_not_go(
    office: ServiceClient, desk: Desk, provider: Provider
) -> None:
    first = code_for(office, desk, provider)
    for _ in range(2):
        assert office.post("/me/phone-code").status_code == 202
    desk.send(subject="code")
    assert len(provider.received) == 2  # of the two that waited, the newer
    newest = provider.newest_code()
    if newest != first:
        assert said(try_code(office, first)) == (422, "wrong_code")
    assert try_code(office, newest).status_code == 200


def test_a_text_that_was_not_taken_goes_again_with_a_code_that_works(
    office: ServiceClient, desk: Desk, provider: Provider
) -> None:
    provider.statuses = [503]
    office.post("/me/phone-code")
    for _ in range(2):
        desk.send(subject="code")
    assert try_code(office, provider.newest_code()).status_code == 200


def test_after_five_guesses_not_even_the_right_one_is_taken(
    office: ServiceClient, desk: Desk, provider: Provider
) -> None:
    code = code_for(office, desk, provider)
    answers = [said(try_code(office, another_than(code))) for _ in range(6)]
    assert answers == [(422, "wrong_code")] * 5 + [(409, "code_ended")]
    assert said(try_code(office, code)) == (409, "code_ended")
    assert not is_confirmed(office)


def test_a_hundred_guesses_at_once_are_five(office: ServiceClient, desk: Desk, provider: Provider) -> None:
    code = code_for(office, desk, provider)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: try_code(office, another_than(code)).json()["code"], range(24)))
    assert answers.count("wrong_code") == 5
    assert answers.count("code_ended") == 19


def test_without_counting_anybody_would_find_it(
    office: ServiceClient, desk: Desk, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: it is the count that ends it."""
    monkeypatch.setattr(proving, "MOST_GUESSES", 1000)
    code = code_for(office, desk, provider)
    assert {said(try_code(office, another_than(code))) for _ in range(8)} == {(422, "wrong_code")}
    assert try_code(office, code).status_code == 200


def test_of_two_who_confirm_at_once_both_are_told_that_it_is_and_it_is_written_once(
    office: ServiceClient, desk: Desk, provider: Provider, network: ServiceClient
) -> None:
    code = code_for(office, desk, provider)
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: try_code(office, code), range(4)))
    assert {(each.status_code, each.json()["phone_confirmed"]) for each in answers} == {(200, True)}
    entries = network.get("/audit-entries", action="notifications.confirm_phone").json()["items"]
    assert len(entries) == 1


def test_a_number_that_is_changed_while_its_code_is_judged_is_not_confirmed(
    office: ServiceClient, desk: Desk, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = code_for(office, desk, provider)
    matches = proving.password_matches

    def meanwhile(given: str, kept: str | None) -> bool:
        assert change(office, phone=ANOTHER_PHONE).status_code == 200
        return matches(given, kept)

    monkeypatch.setattr(proving, "password_matches", meanwhile)
    assert said(try_code(office, code)) == (409, "code_ended")
    assert not is_confirmed(office)


def test_somebody_elses_code_is_nobodys(
    office: ServiceClient, desk: Desk, provider: Provider, network: ServiceClient, people: People
) -> None:
    code = code_for(office, desk, provider)
    till = signed_in(network, people.till)
    change(till, phone=ANOTHER_PHONE)
    assert said(try_code(till, code)) == (409, "code_ended")
    assert till.post("/me/phone-code").status_code == 202
    if not try_code(till, code).is_success:
        assert not is_confirmed(till)
    assert not is_confirmed(office)


def test_nobody_is_texted_codes_without_end(
    office: ServiceClient, desk: Desk, clock: HandSetClock, network: ServiceClient, people: People
) -> None:
    asked = [office.post("/me/phone-code") for _ in range(4)]
    assert [each.status_code for each in asked] == [202, 202, 202, 429]
    assert asked[-1].json()["code"] == "too_many_codes"
    assert asked[-1].headers["Retry-After"] == "3600"
    clock.set(clock() + timedelta(hours=1))
    assert office.post("/me/phone-code").status_code == 202
    # Whoever else gives the number does not get it texted more often: five a day.
    others = [signed_in(network, entered(network, people.shop, "organisation_admin")) for _ in range(2)]
    for other in others:
        change(other, phone=PHONE)
    assert [other.post("/me/phone-code").status_code for other in others] == [202, 429]


def test_one_network_sends_so_many_in_an_hour(
    office: ServiceClient, network: ServiceClient, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.people.tries.CODES_OF_NETWORK", (Allowance(2, timedelta(hours=1)),))
    assert [office.post("/me/phone-code").status_code for _ in range(3)] == [202, 202, 429]
    till = signed_in(network, people.till)
    change(till, phone=ANOTHER_PHONE)
    assert said(till.post("/me/phone-code")) == (429, "too_many_codes")


def test_no_code_is_kept_readable(
    office: ServiceClient, desk: Desk, provider: Provider, migrated: TestDatabase
) -> None:
    code = code_for(office, desk, provider)
    engine = create_engine(migrated.owner_url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.begin() as connection:
        for table in ("phone_codes", "notifications", "idempotency_records", "audit_entries", "procrastinate_jobs"):
            connection.execute(text(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY"))
            rows = connection.execute(text(f"SELECT row_to_json(t)::text FROM {table} t")).scalars().all()
            assert not [row for row in rows if f'"{code}"' in row or f" {code} " in row], table
        [kept] = connection.execute(text("SELECT code_hash FROM phone_codes")).scalars()
        assert kept.startswith("$argon2id$")
        connection.rollback()
    engine.dispose()


def test_before_a_number_is_given_or_a_provider_set_up_there_is_nothing_to_confirm(
    network: ServiceClient, people: People, desk: Desk, config: Settings
) -> None:
    till = signed_in(network, people.till)
    assert said(till.post("/me/phone-code")) == (422, "no_phone")
    assert said(try_code(till, "123456")) == (409, "code_ended")
    change(till, phone=PHONE)
    config.sms_url = None
    assert said(till.post("/me/phone-code")) == (422, "channel_not_set_up")


def test_ones_own_export_says_where_a_code_went_and_an_erasure_takes_it_away(
    office: ServiceClient, desk: Desk, provider: Provider, network: ServiceClient, people: People
) -> None:
    code_for(office, desk, provider)
    told = office.get("/me/export").json()["told"]
    [code] = told["phone_codes"]
    assert (code["phone"], code["guesses"], "code_hash" in code) == (PHONE, 0, False)
    assert told["notification_choices"][0]["phone_confirmed_at"] is None
    network.ok(f"/people/{people.office['id']}/erase", {"confirm": people.office["email"]})
    with desk.newsroom.database.transaction(Scope(network=desk.network_id)) as session:
        assert session.execute(text("SELECT count(*) FROM phone_codes")).scalar() == 0


@given(st.integers(0, 999_999), st.sampled_from(["latin", "arabic"]), st.sampled_from(["", " ", "-", "\u200f"]))
def test_a_code_is_read_in_either_digits_however_it_is_grouped(number: int, digits: str, between: str) -> None:
    code = f"{number:06}"
    typed = in_digits(f" {code[:3]}{between}{code[3:]} ", digits)  # type: ignore[arg-type]
    assert PhoneConfirmation.model_validate({"code": typed}).code == code


@pytest.mark.parametrize(
    "typed", ["", "12345", "1234567", "12345a", "+12345", "½23456", "12.456", "٠" * 200, None, 123456]
)
def test_what_is_no_code_is_refused(typed: object) -> None:
    with pytest.raises(ValidationError):
        PhoneConfirmation.model_validate({"code": typed})
