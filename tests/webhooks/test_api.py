"""An organisation names an address, and hears there what concerns it: signed, retried, replayed, its own alone."""

import base64
import hashlib
import hmac
import json
from typing import Any

import pytest
from sqlalchemy import create_engine, text
from standardwebhooks import Webhook, WebhookVerificationError

from app.kit.clock import HandSetClock
from tests.conftest import MORNING, TestDatabase
from tests.service_client import ServiceClient
from tests.webhooks.conftest import Happens
from tests.webhooks.receiver import Received, Receiver, eventually


def endpoint_at(client: ServiceClient, receiver: Receiver, **fields: Any) -> dict[str, Any]:
    """An endpoint for what drivers bring about: how the partnership came to be is not what these tests are about."""
    return client.ok("/webhooks", {"url": receiver.url, "kinds": ["food.*", "webhook.*"], **fields})


def deliveries(client: ServiceClient, endpoint: dict[str, Any], **query: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get(f"/webhooks/{endpoint['id']}/deliveries", **query).json()["items"]
    return found


def ended(client: ServiceClient, endpoint: dict[str, Any], state: str = "delivered") -> dict[str, Any]:
    """The endpoint's only delivery, once it stands so."""
    return eventually(lambda: deliveries(client, endpoint, state=state))[0]


def changed(client: ServiceClient, endpoint: dict[str, Any], **change: Any) -> dict[str, Any]:
    version = client.get(f"/webhooks/{endpoint['id']}").json()["version"]
    answer = client.http.patch(f"/webhooks/{endpoint['id']}", json=change, headers={"If-Match": f'"{version}"'})
    assert answer.is_success, answer.text
    found: dict[str, Any] = answer.json()
    return found


@pytest.fixture
def shop(network: ServiceClient) -> tuple[dict[str, Any], ServiceClient]:
    """A supermarket and its office."""
    organisation = network.organisation("supermarket", "Lidl")
    return organisation, network.client_of(organisation, "organisation")


Shop = tuple[dict[str, Any], ServiceClient]


def test_what_happens_is_posted_once_with_a_signature_that_the_library_and_anybody_can_verify(
    shop: Shop, receiver: Receiver, happens: Happens
) -> None:
    organisation, office = shop
    endpoint = endpoint_at(office, receiver)
    happens("food.delivered", organisation, kg="28.5", receiver_name="بنك الطعام")
    [sent] = receiver.wait_for(1)
    payload = Webhook(endpoint["secret"]).verify(sent.body, sent.headers)
    assert (payload["type"], payload["version"], payload["data"]["kg"]) == ("food.delivered", 1, "28.5")
    assert payload["data"]["receiver_name"] == "بنك الطعام"
    key = base64.b64decode(endpoint["secret"].removeprefix("whsec_"))
    assert 24 <= len(key) <= 64
    signed = f"{sent.headers['webhook-id']}.{sent.headers['webhook-timestamp']}.{sent.body.decode()}".encode()
    by_hand = base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
    assert sent.headers["webhook-signature"] == f"v1,{by_hand}"
    with pytest.raises(WebhookVerificationError):
        Webhook(endpoint["secret"]).verify(sent.body.replace(b"28.5", b"29.5"), sent.headers)
    delivery = ended(office, endpoint)
    assert delivery["message_id"] == sent.headers["webhook-id"]
    [tried] = delivery["attempts"]
    assert (tried["status"], tried["failure"], tried["number"]) == (204, None, 1)
    assert len(receiver.received) == 1


def test_an_endpoint_hears_the_kinds_it_asked_for_and_its_own_organisations_messages_alone(
    network: ServiceClient, shop: Shop, happens: Happens
) -> None:
    organisation, office = shop
    other = network.organisation("food_bank", "Another")
    with Receiver() as of_office, Receiver() as of_staff, network.client_of(other, "organisation") as stranger:
        endpoint = endpoint_at(office, of_office, kinds=["food.*", "stop.arrived"])
        endpoint_at(network, of_staff, whole_network=True, kinds=["food.*", "plan.*", "allocations.*", "stop.*"])
        with Receiver() as of_stranger:
            endpoint_at(stranger, of_stranger)
            happens("food.collected", organisation)
            happens("plan.published")
            happens("allocations.published", organisation)
            happens("stop.arrived", organisation)
            heard = [json.loads(each.body)["type"] for each in of_staff.wait_for(4)]
            assert sorted(heard) == ["allocations.published", "food.collected", "plan.published", "stop.arrived"]
            got = [json.loads(each.body)["type"] for each in of_office.wait_for(2)]
            assert sorted(got) == ["food.collected", "stop.arrived"]
            assert of_stranger.received == []
        for path in (f"/webhooks/{endpoint['id']}", f"/webhooks/{endpoint['id']}/deliveries"):
            assert stranger.get(path).status_code == 404
            assert network.get(path).status_code == 404  # not even the network's own staff
        mine = deliveries(office, endpoint)[0]
        assert stranger.post(f"/webhooks/deliveries/{mine['id']}/replay").status_code == 404
        assert network.post(f"/webhooks/deliveries/{mine['id']}/replay").status_code == 404
        refused = office.post("/webhooks", {"url": of_office.url, "whole_network": True})
        assert refused.json()["code"] == "whole_network_not_yours"


def test_the_secret_is_shown_once_and_never_again(
    shop: Shop, receiver: Receiver, migrated: TestDatabase, capfd: pytest.CaptureFixture[str], happens: Happens
) -> None:
    organisation, office = shop
    body = {"url": receiver.url}
    made = office.ok("/webhooks", body, **{"Idempotency-Key": "k"})
    again = office.ok("/webhooks", body, **{"Idempotency-Key": "k"})
    assert again["id"] == made["id"]
    assert again["secret"] is None
    assert made["secret"] not in office.get("/webhooks").text + office.get(f"/webhooks/{made['id']}").text
    happens("food.delivered", organisation)
    ended(office, made)
    engine = create_engine(migrated.owner_url.replace("wasl_owner", "postgres"))
    with engine.connect() as connection:
        for table in ("idempotency_records", "audit_entries", "procrastinate_jobs", "webhook_attempts"):
            query = text(f"SELECT count(*) FROM {table} t WHERE t::text LIKE :s")
            assert connection.execute(query, {"s": f"%{made['secret']}%"}).scalar() == 0, table
    engine.dispose()
    told = capfd.readouterr()
    assert made["secret"] not in told.out + told.err


def test_after_a_rotation_both_secrets_sign_for_a_day(
    shop: Shop, receiver: Receiver, happens: Happens, clock: HandSetClock
) -> None:
    organisation, office = shop
    endpoint = endpoint_at(office, receiver)
    rotated = office.ok(f"/webhooks/{endpoint['id']}/rotate")
    assert rotated["secret"] != endpoint["secret"]
    happens("food.delivered", organisation)
    [first] = receiver.wait_for(1)
    for secret in (endpoint["secret"], rotated["secret"]):
        Webhook(secret).verify(first.body, first.headers)
    clock.set(MORNING.replace(day=26, minute=1))
    happens("food.delivered", organisation)
    second = receiver.wait_for(2)[1]
    Webhook(rotated["secret"]).verify(second.body, second.headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(endpoint["secret"]).verify(second.body, second.headers)


def test_a_change_needs_the_version_and_a_disabled_endpoint_gets_nothing_until_it_is_replayed(
    shop: Shop, receiver: Receiver, happens: Happens
) -> None:
    organisation, office = shop
    endpoint = endpoint_at(office, receiver)
    path = f"/webhooks/{endpoint['id']}"
    assert office.http.patch(path, json={"kinds": []}).status_code == 428
    assert office.http.patch(path, json={"kinds": []}, headers={"If-Match": '"99"'}).status_code == 412
    assert office.http.patch(path, json={"kinds": ["food.eaten"]}, headers={"If-Match": '"1"'}).status_code == 422
    found = changed(office, endpoint, state="disabled", description="our till")
    assert (found["state"], found["disabled_because"]) == ("disabled", "asked")
    assert office.post(f"{path}/test").json()["code"] == "endpoint_disabled"
    happens("food.delivered", organisation)
    other = endpoint_at(office, receiver, kinds=["food.refused"])
    happens("food.refused", organisation)
    ended(office, other)  # all that happened before was told on, and not here
    changed(office, endpoint, state="active", kinds=["food.delivered"])
    assert deliveries(office, endpoint) == []
    answer = office.ok(f"{path}/replay?since=2026-11-25T06:00:00%2B00:00")
    assert answer == {"queued": 1, "next_since": None}
    ended(office, endpoint)
    assert office.ok(f"{path}/replay?since=2026-11-25T06:00:00%2B00:00")["queued"] == 0
    assert office.ok(f"{path}/replay?since=2026-11-25T06:00:00%2B00:00&delivered=true")["queued"] == 1
    sent = [each for each in receiver.wait_for(3) if json.loads(each.body)["type"] == "food.delivered"]
    assert len({each.headers["webhook-id"] for each in sent}) == 1


def test_a_trial_goes_to_one_endpoint_and_a_delivery_is_replayed_under_the_same_id(shop: Shop) -> None:
    _, office = shop
    with Receiver() as receiver, Receiver() as other:
        endpoint, _ = endpoint_at(office, receiver, kinds=["food.delivered"]), endpoint_at(office, other)
        office.ok(f"/webhooks/{endpoint['id']}/test")
        delivery = ended(office, endpoint)
        assert json.loads(receiver.received[0].body)["type"] == "webhook.test"
        office.ok(f"/webhooks/deliveries/{delivery['id']}/replay")
        first, second = receiver.wait_for(2)
        assert first.headers["webhook-id"] == second.headers["webhook-id"] == delivery["message_id"]
        assert first.body == second.body
        found = eventually(lambda: [each for each in deliveries(office, endpoint) if len(each["attempts"]) == 2])
        assert [(each["round"], each["number"]) for each in found[0]["attempts"]] == [(1, 1), (2, 1)]
        assert other.received == []


def test_a_failed_attempt_is_kept_and_made_again_five_seconds_later(
    shop: Shop, receiver: Receiver, happens: Happens
) -> None:
    organisation, office = shop

    def at_second(_: Received) -> tuple[int, dict[str, str], bytes]:
        if len(receiver.received) == 1:
            return 500, {}, "لا ".encode() * 4000 + b"\x00"
        return 200, {}, b"thanks"

    receiver.answer = at_second
    endpoint = endpoint_at(office, receiver)
    happens("food.delivered", organisation)
    receiver.wait_for(1)
    assert eventually(lambda: office.get(f"/webhooks/{endpoint['id']}").json()["state"] == "failing")
    found = ended(office, endpoint)
    first, second = found["attempts"]
    assert (first["status"], second["status"], second["answer"]) == (500, 200, "thanks")
    assert 0 < len(first["answer"].encode()) <= 1010
    assert office.get(f"/webhooks/{endpoint['id']}").json()["state"] == "active"
    assert receiver.received[0].headers["webhook-id"] == receiver.received[1].headers["webhook-id"]


def test_an_endpoint_that_says_gone_is_disabled_and_its_organisation_hears_of_it(
    shop: Shop, receiver: Receiver, happens: Happens
) -> None:
    organisation, office = shop
    receiver.answer = lambda _: (410, {}, b"gone")
    endpoint = endpoint_at(office, receiver, url=receiver.url + "?token=hidden")
    happens("food.delivered", organisation)
    ended(office, endpoint, "failed")
    found = office.get(f"/webhooks/{endpoint['id']}").json()
    assert (found["state"], found["disabled_because"]) == ("disabled", "gone")
    told = office.get("/events/list", kind="webhook.disabled").json()["items"]
    assert [(each["subject"]["id"], each["data"]["reason"]) for each in told] == [(endpoint["id"], "gone")]
    assert "hidden" not in json.dumps(told)


def test_an_endpoint_is_deleted_with_its_deliveries(shop: Shop, receiver: Receiver, happens: Happens) -> None:
    organisation, office = shop
    endpoint = endpoint_at(office, receiver)
    happens("food.delivered", organisation)
    ended(office, endpoint)
    path = f"/webhooks/{endpoint['id']}"
    assert office.http.delete(path).status_code == 428
    assert office.http.delete(path, headers={"If-Match": '"1"'}).status_code == 204
    assert office.get(path).status_code == 404


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://example.org/", "webhook_not_https"),
        ("https://example.org:22/", "webhook_port"),
        ("https://10.0.0.1/", "webhook_inside"),
        ("https://169.254.169.254/latest/", "webhook_inside"),
        ("https://nowhere.example.invalid.example/", "webhook_host_unknown"),
        ("https://user:secret@example.org/", "webhook_url_unreadable"),
    ],
)
def test_an_address_that_nothing_would_be_sent_to_is_refused_when_it_is_entered(
    shop: Shop, url: str, code: str
) -> None:
    _, office = shop
    answer = office.post("/webhooks", {"url": url})
    assert (answer.status_code, answer.json()["code"]) == (422, code), answer.text


def test_what_hears_the_whole_network_is_not_for_the_office_of_the_same_organisation(
    network: ServiceClient, receiver: Receiver, happens: Happens
) -> None:
    """Else whoever edits the coordinator's own endpoints could turn all news of the network to themselves."""
    endpoint = endpoint_at(network, receiver, whole_network=True, kinds=["plan.*"])
    happens("plan.published")
    delivery = ended(network, endpoint)
    with network.client_of(network.get("/me").json()["organisation"], "organisation") as office:
        path, body = f"/webhooks/{endpoint['id']}", {"url": "http://127.0.0.1:1/mine"}
        assert office.get("/webhooks").json()["items"] == []
        assert office.http.patch(path, json=body, headers={"If-Match": '"1"'}).status_code == 404
        assert office.http.delete(path, headers={"If-Match": '"1"'}).status_code == 404
        for verb in (f"{path}/rotate", f"{path}/test", f"/webhooks/deliveries/{delivery['id']}/replay"):
            assert office.post(verb).status_code == 404, verb
        assert office.get(f"{path}/deliveries").status_code == 404


def test_only_an_office_has_webhooks(network: ServiceClient, shop: Shop) -> None:
    organisation, _ = shop
    with network.client_of(organisation, "offers") as till:
        assert till.get("/webhooks").status_code == 403
        assert till.post("/webhooks", {"url": "https://example.org/"}).status_code == 403


def test_there_is_a_most_of_endpoints(shop: Shop, receiver: Receiver) -> None:
    _, office = shop
    for _ in range(20):
        endpoint_at(office, receiver)
    assert office.post("/webhooks", {"url": receiver.url}).json()["code"] == "too_many_endpoints"
    assert len(office.get("/webhooks", limit=7).json()["items"]) == 7
