"""Two people of one name in two organisations: what is done with one of them leaves the other's words alone."""

from typing import Any

from sqlalchemy import text

from app.domain.personal import ERASED_PERSON
from tests.conftest import TestDatabase
from tests.declines.conftest import YoghurtDay, config, day, workshop  # noqa: F401
from tests.people.builders import as_owner, entered, own, signed_in
from tests.service_client import ServiceClient

NAME = "Rana Haddad"
STROKES = [[10, 20, 200, 90]]


def organisation_of(client: ServiceClient) -> dict[str, Any]:
    found: dict[str, Any] = client.get("/me").json()["organisation"]
    return found


def namesake(network: ServiceClient, organisation: dict[str, Any], role: str = "donor_staff") -> dict[str, Any]:
    return entered(network, organisation, role, name=NAME)


def erased(office: ServiceClient, person: dict[str, Any]) -> None:
    office.ok(f"/people/{person['id']}/erase", {"confirm": person["email"]})


def signatures(migrated: TestDatabase) -> list[Any]:
    with as_owner(migrated) as connection:
        said = text("SELECT signed_by, strokes FROM stop_signatures ORDER BY recorded_at, stop_kind DESC")
        return [tuple(row) for row in connection.execute(said)]


def confirmed_by(migrated: TestDatabase) -> list[str]:
    with as_owner(migrated) as connection:
        return list(
            connection.execute(text("SELECT confirmed_by FROM receipt_confirmations ORDER BY number")).scalars()
        )


def test_a_signature_is_exported_and_erased_by_the_organisation_whose_food_it_was_and_by_no_other(
    day: YoghurtDay,  # noqa: F811
    migrated: TestDatabase,
) -> None:
    strangers, theirs = organisation_of(day.second), organisation_of(day.first)
    stranger, signer = namesake(day.network, strangers), namesake(day.network, theirs)
    office = day.network.client_of(strangers, "organisation")
    day.tell("collected", "pickup", signature={"signed_by": f" {NAME.lower()}", "strokes": STROKES})
    day.tell("delivered", "drop_off", signature={"signed_by": NAME, "strokes": STROKES})
    kept = signatures(migrated)
    assert [name for name, _ in kept] == [NAME.lower(), NAME]

    assert office.get(f"/people/{stranger['id']}/export").json()["signatures"] == []
    assert signed_in(day.network, stranger).get("/me/export").json()["signatures"] == []
    erased(office, stranger)
    assert signatures(migrated) == kept

    of_theirs = day.network.client_of(theirs, "organisation")
    assert len(of_theirs.get(f"/people/{signer['id']}/export").json()["signatures"]) == 2
    erased(of_theirs, signer)
    assert signatures(migrated) == [(ERASED_PERSON, [])] * 2


def test_what_a_food_bank_confirmed_keeps_its_name_when_anothers_namesake_is_erased(
    day: YoghurtDay,  # noqa: F811
    migrated: TestDatabase,
) -> None:
    strangers, theirs = organisation_of(day.second), organisation_of(day.first)
    stranger, signer = (namesake(day.network, each, "organisation_admin") for each in (strangers, theirs))
    day.tell("collected", "pickup")
    day.tell("delivered", "drop_off")
    path = f"/allocations/{day.allocation()['id']}/confirm-receipt"
    signed_in(day.network, signer).ok(path, {"kg": "30"})
    erased(day.network.client_of(strangers, "organisation"), stranger)
    assert confirmed_by(migrated) == [NAME]
    erased(day.network.client_of(theirs, "organisation"), signer)
    assert confirmed_by(migrated) == [ERASED_PERSON]


def test_a_dispatcher_who_confirmed_in_a_food_banks_name_goes_from_there_too(
    day: YoghurtDay,  # noqa: F811
    migrated: TestDatabase,
) -> None:
    dispatcher = namesake(day.network, own(day.network), "dispatcher")
    day.tell("collected", "pickup")
    day.tell("delivered", "drop_off")
    path = f"/allocations/{day.allocation()['id']}/confirm-receipt"
    signed_in(day.network, dispatcher).ok(path, {"kg": "29"})
    assert confirmed_by(migrated) == [NAME]
    erased(day.network, dispatcher)
    assert confirmed_by(migrated) == [ERASED_PERSON]
