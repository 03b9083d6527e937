"""What is taken back is dead on the next request; its twin shows that it is the look at the credential that does it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.kit import auth
from app.kit.clock import HandSetClock
from app.models.system import Credential
from tests.people.builders import ANOTHER, PASSWORD, entered, own, signed_in
from tests.service_client import FOOD_BANK, ServiceClient

Revoke = Callable[[], Any]
Case = tuple[ServiceClient, str, Revoke]


def a_key(network: ServiceClient) -> Case:
    made = network.ok(f"/organisations/{own(network)['id']}/api-keys", {"name": "k", "scopes": ["offers"]})
    return network.another(made["key"]), "/me", lambda: network.http.delete(f"/api-keys/{made['id']}")


def a_key_that_expires(network: ServiceClient, clock: HandSetClock) -> Case:
    end = clock() + timedelta(days=1)
    wish = {"name": "k", "scopes": ["offers"], "expires_at": end.isoformat()}
    made = network.ok(f"/organisations/{own(network)['id']}/api-keys", wish)
    return network.another(made["key"]), "/me", lambda: clock.set(end)


def a_session(network: ServiceClient) -> Case:
    person = entered(network, own(network))
    client, other = signed_in(network, person), signed_in(network, person)
    found = next(each for each in client.get("/me/sessions").json()["items"] if each["current"])
    return client, "/me", lambda: other.http.delete(f"/me/sessions/{found['id']}")


def a_disabled_person(network: ServiceClient) -> Case:
    person = entered(network, own(network))
    return signed_in(network, person), "/me", lambda: network.post(f"/people/{person['id']}/disable")


def a_changed_password(network: ServiceClient) -> Case:
    person = entered(network, own(network))
    client, other = signed_in(network, person), signed_in(network, person)
    change = {"old": PASSWORD, "new": ANOTHER}
    return client, "/me", lambda: other.http.put("/me/password", json=change)


def a_drivers_link(network: ServiceClient) -> Case:
    shift = network.vehicle_and_shift(network.site(FOOD_BANK, "Bank"))
    driver = network.driver(shift)
    return driver, "/driver/route", lambda: network.http.delete(f"/shifts/{shift['id']}/driver-links")


WAYS = [a_key, a_key_that_expires, a_session, a_disabled_person, a_changed_password, a_drivers_link]


def case_of(way: Callable[..., Case], network: ServiceClient, clock: HandSetClock) -> Case:
    return way(network, clock) if way is a_key_that_expires else way(network)


@pytest.mark.parametrize("way", WAYS)
def test_it_is_dead_on_the_next_request(way: Callable[..., Case], network: ServiceClient, clock: HandSetClock) -> None:
    client, path, revoke = case_of(way, network, clock)
    before = client.get(path)
    assert before.status_code in (200, 404)
    assert before.status_code == 200 or before.json()["code"] == "no_route_yet"
    done = revoke()
    assert done is None or done.is_success, done.text
    assert client.get(path).status_code == 401


@pytest.mark.parametrize("way", WAYS)
def test_without_the_look_at_the_credential_it_would_live_on(
    way: Callable[..., Case], network: ServiceClient, clock: HandSetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, path, revoke = case_of(way, network, clock)
    before = client.get(path).status_code
    revoke()

    def any_credential(session: Session, digest: str, now: datetime) -> Credential | None:
        return session.scalar(select(Credential).where(Credential.secret_sha256 == digest))

    monkeypatch.setattr(auth, "live_credential", any_credential)
    assert client.get(path).status_code == before
